// tests/unit/protocols/transcript.h - Examples in Markdown: a heading, then fenced blocks by name ("client",
// "reply", "events").
//
// In a block of bytes each line ends in CRLF on the wire; a backslash at a line's end takes the CRLF away,
// and \r \n \t
// \\ \xNN stand for bytes. With BIGFOOT_UPDATE_TRANSCRIPTS set, tests write what they saw into the file, to
// be reviewed.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bigfoot::test {

struct Example {
  std::string title;      ///< unlike all others of its file
  std::string test_name;  ///< the title in letters and digits
  unsigned line = 0;      ///< of the heading
  std::map<std::string, std::string> blocks;
  std::string block(const std::string& name) const;  ///< "" where there is none
};

/// All examples of a file below tests/protocols/. Ends the process where it cannot be read: nothing could be
/// tested.
std::vector<Example> load_examples(const std::string& file);

/// The bytes that a block of bytes stands for, and back.
std::string bytes_of(std::string_view block);
std::string block_of(std::string_view bytes, std::string_view line_prefix = "");

/// Compares, or updates the file. Says where the example is.
void expect_events(const std::string& file, const Example& example, const std::string& seen,
                   std::string_view how);

/// An exactly sized heap copy, so that AddressSanitizer sees one byte too far.
std::vector<char> exact_copy(std::string_view bytes);

}  // namespace bigfoot::test

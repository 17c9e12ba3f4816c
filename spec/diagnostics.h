// spec/diagnostics.h - What is wrong with a spec, where, and the cure. All of a file's at once.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bigfoot {

/// A place in a spec file. Lines and columns count from 1; line 0 means the file as a whole.
struct Place {
  std::string file;
  unsigned line = 0;
  unsigned column = 0;  ///< in characters, not bytes
};

enum class Severity {
  error,     ///< the spec cannot be used
  not_here,  ///< valid spec, but this run could not honour it (unbuilt protocol, missing file): lint passes, run refuses
  warning,   ///< worth a look; neither stops
};

struct Diagnostic {
  Severity severity = Severity::error;
  Place at;
  unsigned length = 1;      ///< how much the caret line underlines, in columns
  std::string what;         ///< "unknown key 'metod' in [[expect]]"
  std::string hint;         ///< "did you mean 'method'?"; may be empty
  std::string source_line;  ///< the text of line `at.line`, without its newline
};

/// Collects in the order in which they are found; sorted by file and line when shown.
class Diagnostics {
 public:
  /// Keeps the text of a file, so that add() can fill in source lines that its callers do not have.
  void remember(const std::string& file, std::string text);
  void add(Diagnostic d);
  void sort();  ///< by file (in the order in which they were remembered), line, column; what stands twice goes
  bool has(Severity at_least) const;  ///< error > not_here > warning
  bool empty() const { return all_.empty(); }
  const std::vector<Diagnostic>& all() const { return all_; }

 private:
  struct Text {
    std::size_t number = 0;  ///< 0 was remembered first
    std::vector<std::string> lines;
  };
  std::vector<Diagnostic> all_;
  std::map<std::string, Text> texts_;
};

/// expectations.toml:7:1: error: unknown key 'metod' in [[expect]]
///   metod = "GET"
///   ^~~~~
///   did you mean 'method'?
std::string to_text(const Diagnostic& d);

/// The candidate nearest to `word` by edit distance, or "" where none is near enough to suggest.
std::string_view nearest_word(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace bigfoot

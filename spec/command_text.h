// spec/command_text.h - Commands as reports name them, and the shell's own command line.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/protocol.h"

namespace bigfoot {

/// True for `exec` and `shell`.
bool is_command(const ProtocolInfo& protocol);

/// At most `limit` bytes, whole characters, with "…" where something is left out.
std::string shortened(std::string_view text, std::size_t limit);

/// `["git", "pull"]`; long words and long lists are shortened.
std::string words_title(const std::vector<std::string>& words);
/// `exec ["git", "pull"]`; long words and long commands are shortened.
std::string exec_title(const std::vector<std::string>& words);
/// `shell echo hello | tr a-z A-Z`; in quotes where it is not one plain line.
std::string shell_title(std::string_view command);

/// The words of a call's argv. Its first may be an array of names that all mean the program: then the first of them.
std::vector<std::string> argv_words(const Fields& call);

/// "git" of "/usr/bin/git".
std::string base_name(std::string_view path);

bool is_shell(std::string_view program);

/// The text behind -c where `argv` is a shell that runs one: `sh -c`, `bash -eo pipefail -c`, `busybox sh -c`. Nothing where
/// arguments follow the text: they say as much as the text does, and only an argv can assert them.
std::optional<std::string> shell_command(std::string_view path, const std::vector<std::string>& argv);

/// The words of a command line that could name a program, roughly: text between blanks, quotes and operators.
std::vector<std::string> command_words(std::string_view command);

}  // namespace bigfoot

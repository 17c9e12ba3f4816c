// spec/command_text.cpp - Commands as reports name them, and the shell's own command line.
// Source: POSIX.1-2017, sh ("OPTIONS"); bash(1), dash(1), zsh(1), ksh(1), "invocation".
#include "spec/command_text.h"

#include <algorithm>
#include <array>

#include "protocols/body.h"
#include "spec/call_fields.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

constexpr std::size_t kWord = 60;      // of one argument in a report line
constexpr std::size_t kCommand = 160;  // of all of them

constexpr std::array<std::string_view, 7> kShells = {"sh", "bash", "dash", "zsh", "ksh", "ash", "mksh"};
// bash(1): long options that take the next argument.
constexpr std::array<std::string_view, 2> kWithArgument = {"--rcfile", "--init-file"};

}  // namespace

std::string shortened(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return std::string(text);
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  return std::string(text.substr(0, limit)) + "…";
}

bool is_command(const ProtocolInfo& protocol) { return protocol.name == "exec" || protocol.name == "shell"; }

std::string words_title(const std::vector<std::string>& words) {
  std::string out = "[";
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (out.size() > kCommand) return out + ", …]";
    out += (i ? ", " : "") + json_text(Value(shortened(words[i], kWord)));
  }
  return out + "]";
}

std::string exec_title(const std::vector<std::string>& words) { return "exec " + words_title(words); }

std::string shell_title(std::string_view command) {
  const std::string shown = shortened(command, kCommand);
  const bool plain = is_text(shown) && shown.find_first_of("\n\r\t") == shown.npos && !shown.empty();
  return "shell " + (plain ? shown : json_text(Value(shown)));
}

std::vector<std::string> argv_words(const Fields& call) {
  std::vector<std::string> out;
  const Value* argv = field_of(call, "argv");
  if (!argv || !argv->is_array()) return out;
  for (const Value& word : *argv) out.push_back(word.is_array() && !word.empty() ? text_of(word.front()) : text_of(word));
  return out;
}

std::string base_name(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

bool is_shell(std::string_view program) {
  if (program.starts_with('-')) program.remove_prefix(1);  // login(1) marks a login shell so
  return std::ranges::find(kShells, program) != kShells.end();
}

std::vector<std::string> command_words(std::string_view command) {
  constexpr std::string_view kBetween = " \t\n;&|()<>`'\"$={}!";
  std::vector<std::string> out;
  for (std::size_t from = 0; (from = command.find_first_not_of(kBetween, from)) != command.npos;) {
    const std::size_t end = std::min(command.find_first_of(kBetween, from), command.size());
    out.emplace_back(command.substr(from, end - from));
    from = end;
  }
  return out;
}

std::optional<std::string> shell_command(std::string_view path, const std::vector<std::string>& argv) {
  std::size_t at = 1;
  if (argv.empty()) return std::nullopt;
  if (!is_shell(base_name(path)) && !is_shell(base_name(argv[0]))) {
    const bool busybox = base_name(path) == "busybox" || base_name(argv[0]) == "busybox";
    if (!busybox || argv.size() < 2 || !is_shell(argv[1])) return std::nullopt;
    at = 2;
  }
  bool runs_text = false;
  for (; at < argv.size(); ++at) {
    const std::string& option = argv[at];
    if (option == "--" || option == "-") {
      ++at;
      break;
    }
    if (option.size() < 2 || (option[0] != '-' && option[0] != '+')) break;
    if (option.starts_with("--")) {
      if (std::ranges::find(kWithArgument, option) != kWithArgument.end()) ++at;
      continue;
    }
    if (option[0] == '-' && option.find('c') != option.npos) runs_text = true;
    if (option.find_first_of("oO") != option.npos) ++at;  // -o pipefail, -O extglob
  }
  if (!runs_text || at + 1 != argv.size()) return std::nullopt;
  return argv[at];
}

}  // namespace bigfoot

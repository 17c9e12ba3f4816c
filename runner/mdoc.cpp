// runner/mdoc.cpp - See mdoc.h. Source of the language: mdoc(7).
#include "runner/mdoc.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "protocols/registry.h"
#include "runner/option_table.h"
#include "spec/keys.h"
#include "spec/pattern.h"

namespace bigfoot {
namespace {

/// Lines of text of at most 80 bytes, none of which may be read as a macro.
std::string text_lines(std::string_view text) {
  constexpr std::size_t kWidth = 80;  // mandoc -T lint
  std::string out, line;
  const auto end_line = [&] {
    if (line.starts_with('.') || line.starts_with('\'')) out += "\\&";
    out += line + "\n";
    line.clear();
  };
  while (!text.empty()) {
    std::string word;
    for (const char c : text.substr(0, text.find(' '))) word += c == '\\' ? std::string("\\e") : std::string(1, c);
    if (!line.empty() && line.size() + 1 + word.size() > kWidth) end_line();
    line += line.empty() ? word : " " + word;
    text.remove_prefix(std::min(text.size(), std::min(text.find(' '), text.size()) + 1));
  }
  end_line();
  return out;
}

/// "one of strict, per-target, any"
std::string allowed(std::string_view values) {
  std::string out;
  for (const char c : values) out += c == '|' ? std::string(", ") : std::string(1, c);
  return out.empty() ? out : fmt::format(" (one of {})", out);
}

std::string key_list(Keys keys) {
  std::string out = ".Bl -tag -width pass_through -compact\n";
  for (const KeyInfo& key : keys) {
    out += fmt::format(".It Cm {}\n", key.name) + text_lines(fmt::format("{}{}", key.help, allowed(key.values)));
  }
  return out + ".El\n";
}

std::string option_list(const CommandRow& command) {
  std::string out = ".Bl -tag -width Ds\n";
  for (const OptionRow& option : command.options) {
    const std::string value = option.value.empty() ? "" : fmt::format(" Ar {}", option.value);
    out += ".It";
    if (!option.short_name.empty()) out += fmt::format(" Fl {}{} ,", option.short_name.substr(1), value);
    out += fmt::format(" Fl {}{}\n", option.long_name.substr(1), value);
    std::string help(option.help);
    if (help[0] >= 'a' && help[0] <= 'z') help[0] = static_cast<char>(help[0] - 32);
    out += text_lines(help + ".");
    if (!option.built) out += "Not built yet in this version.\n";
  }
  return out + ".El\n";
}

std::string spec_keys() {
  std::string out;
  for (const KeyTable* table : all_fixed_tables()) out += fmt::format(".Ss {} has these keys\n", table->name) + key_list(table->keys);
  return out;
}

std::string operators() {
  std::string out = ".Bl -tag -width Ds -compact\n";
  for (const OperatorRow& row : operator_rows()) {
    std::string example;
    for (const char c : row.example) {
      if (c == '\\') example += "\\e";
      else if (c == '"') example += "\\(dq";
      else if (c == '\'') example += "\\(aq";
      else example += c;
    }
    out += fmt::format(".It Li {{ {} }}\n", example) + text_lines(row.help);
  }
  return out + ".El\n";
}

/// What every entry may say, whatever its protocol: told once.
bool is_common(const KeyInfo& key) {
  return std::ranges::all_of(all_protocols(), [&](const ProtocolInfo* info) {
    return std::ranges::any_of(keys_of(info->name), [&](const KeyInfo& other) { return other.name == key.name && other.help == key.help; });
  });
}

std::string protocols() {
  std::vector<KeyInfo> common;
  for (const KeyInfo& key : keys_of(all_protocols().front()->name)) {
    if (is_common(key)) common.push_back(key);
  }
  std::string out = ".Ss Every entry\n" + key_list(common);
  for (const ProtocolInfo* info : all_protocols()) {
    out += fmt::format(".Ss Entries of {}\n", info->name);
    out += text_lines(fmt::format("{}{}.", info->summary, info->built ? "" : " (not built yet in this version)"));
    std::vector<KeyInfo> own = keys_of(info->name);
    std::erase_if(own, is_common);
    out += ".Pp\n" + key_list(own);
    const auto part = [&](std::string_view title, Keys keys) {
      if (!keys.empty()) out += fmt::format(".Pp\n{}:\n.Pp\n", title) + key_list(keys);
    };
    part("In a reply", reply_keys_of(info->name));
    part("The verb of a step", verbs_of(info->name));
    part("Beside the verb", step_keys_of(info->name));
  }
  return out;
}

constexpr std::string_view kParts[] = {"run-options", "report-options", "operators", "spec-keys", "protocols"};

}  // namespace

std::span<const std::string_view> mdoc_parts() { return kParts; }

std::string mdoc_part(std::string_view name) {
  if (name == "run-options") return option_list(*find_command("run"));
  if (name == "report-options") return option_list(*find_command("report"));
  if (name == "operators") return operators();
  if (name == "spec-keys") return spec_keys();
  return name == "protocols" ? protocols() : "";
}

std::string refreshed_page(std::string_view page) {
  std::string out(page);
  for (std::string_view name : kParts) {
    const std::string begin = fmt::format(".\\\" BEGIN {}\n", name);
    const std::size_t start = out.find(begin);
    const std::size_t end = out.find(fmt::format(".\\\" END {}\n", name));
    if (start == std::string::npos || end == std::string::npos || end < start) continue;
    const std::size_t first = start + begin.size();
    out.replace(first, end - first, mdoc_part(name));
  }
  return out;
}

}  // namespace bigfoot

// spec/log_format.cpp - The `format` of a channel: "json", a template, or a regex with named groups.
// Source: spec-format.md, 4.10; https://github.com/google/re2/wiki/Syntax.
#include "spec/log_format.h"

#include <fmt/format.h>

#include "spec/check.h"
#include "spec/log_parts.h"
#include "spec/regex.h"

namespace bigfoot {
namespace {

/// (?<name> as Perl and .NET write a named group becomes RE2's (?P<name>; what is escaped or in brackets stays.
std::string with_re2_groups(std::string_view regex) {
  std::string out;
  bool in_class = false;
  for (std::size_t i = 0; i < regex.size(); ++i) {
    const char c = regex[i];
    out += c;
    if (c == '\\' && i + 1 < regex.size()) {
      out += regex[++i];
    } else if (in_class) {
      in_class = c != ']';
    } else if (c == '[') {
      in_class = true;
      // A bracket that stands first is itself: []a], [^]a]
      if (i + 1 < regex.size() && regex[i + 1] == '^') out += regex[++i];
      if (i + 1 < regex.size() && regex[i + 1] == ']') out += regex[++i];
    } else if (c == '(' && regex.substr(i, 3) == "(?<" && i + 3 < regex.size() && regex[i + 3] != '=' && regex[i + 3] != '!') {
      out += "?P<";
      i += 2;
    }
  }
  return out;
}

class RegexFormat : public LogFormat {
 public:
  explicit RegexFormat(std::string_view regex) : regex_(with_re2_groups(regex), regex_options()) {}

  const RE2& regex() const { return regex_; }

  std::optional<Fields> read(std::string_view line) const override {
    std::vector<re2::StringPiece> groups(static_cast<std::size_t>(regex_.NumberOfCapturingGroups()) + 1);
    const re2::StringPiece text(line.data(), line.size());
    if (!regex_.Match(text, 0, text.size(), RE2::UNANCHORED, groups.data(), static_cast<int>(groups.size()))) return std::nullopt;
    std::string level, logger, message;
    Fields others = Fields::object();
    for (const auto& [name, index] : regex_.NamedCapturingGroups()) {
      const auto& piece = groups[static_cast<std::size_t>(index)];
      if (!piece.data()) continue;  // a branch that was not taken
      std::string part(piece.data(), piece.size());
      if (name == "level") level = level_text(part);
      else if (name == "logger") logger = std::move(part);
      else if (name == "message") message = std::move(part);
      else others[name] = std::move(part);
    }
    return log_record(std::move(level), std::move(logger), std::move(message), std::move(others));
  }

 private:
  RE2 regex_;
};

bool has_named_group(std::string_view text) {
  return with_re2_groups(text).find("(?P<") != std::string::npos;
}

}  // namespace

Fields log_record(std::string level, std::string logger, std::string message, Fields others) {
  Fields out = Fields::object();
  out["level"] = std::move(level);
  out["logger"] = std::move(logger);
  out["message"] = std::move(message);
  out["fields"] = std::move(others);
  return out;
}

LogFormatPtr compile_log_regex(const Node& node, Diagnostics& problems) {
  auto format = std::make_shared<RegexFormat>(*node.text());
  const RE2& regex = format->regex();
  if (!regex.ok()) {
    refuse(problems, node, fmt::format("this regex is wrong: {}", regex.error()), std::string(kRegexHint));
    return nullptr;
  }
  if (regex.NamedCapturingGroups().contains("message")) return format;
  refuse(problems, node, "this regex has no group named message", R"('^(?<level>\w+) (?<logger>\S+): (?<message>.*)')");
  return nullptr;
}

LogFormatPtr compile_log_format(const Node& node, Diagnostics& problems) {
  const std::string* text = node.text();
  if (!text) return nullptr;  // check_keys has reported it
  if (*text == "json") return json_log_format();
  if (has_named_group(*text)) return compile_log_regex(node, problems);
  if (text->find('{') != text->npos) return compile_log_template(node, problems);
  const bool printf_style = text->find('%') != text->npos;
  refuse(problems, node, fmt::format("'{}' is no format: it has no {{message}}", *text),
         printf_style ? "parts stand in braces here: \"{level} {logger}: {message}\""
                      : did_you_mean(*text, {"json"}, "\"json\", \"{level} {logger}: {message}\", or a regex with named groups"));
  return nullptr;
}

}  // namespace bigfoot

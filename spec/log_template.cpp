// spec/log_template.cpp - "{level} {logger}: {message}": a line with named parts. Source: spec-format.md, 4.10.
#include <algorithm>

#include <fmt/format.h>

#include "spec/check.h"
#include "spec/log_parts.h"
#include "spec/regex.h"

namespace bigfoot {
namespace {

/// Bytes, so that a line in any encoding can be read.
const RE2::Options& byte_options() {
  static const RE2::Options options = [] {
    RE2::Options o = regex_options();
    o.set_encoding(RE2::Options::EncodingLatin1);
    o.set_never_nl(false);
    o.set_dot_nl(true);
    return o;
  }();
  return options;
}

struct Part {
  bool is_name = false;
  std::string text;  ///< a name, "" for a part that is passed over; else literal
  std::size_t at = 0;
};

bool is_name(std::string_view name) {
  const auto letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '-' || c == '@'; };
  return std::ranges::all_of(name, letter);
}

std::optional<std::vector<Part>> split(const Node& node, Diagnostics& problems) {
  const std::string& text = *node.text();
  std::vector<Part> parts;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '{') {
      const std::size_t end = std::min(text.find('{', at), text.size());
      parts.push_back({false, text.substr(at, end - at), at});
      at = end;
      continue;
    }
    const std::size_t end = text.find('}', at);
    if (end == text.npos) {
      refuse_part(problems, node, at, text.substr(at), "this '{' is not closed", "{level}, {logger}, {message}, or {} for a part that does not matter");
      return std::nullopt;
    }
    const std::string name = text.substr(at + 1, end - at - 1);
    if (!is_name(name)) {
      const std::string bare = name.substr(name.starts_with('{') ? 1 : 0, name.find_first_of(":!%}") - (name.starts_with('{') ? 1 : 0));
      refuse_part(problems, node, at, text.substr(at, end + 1 - at), fmt::format("'{{{}}}' is no name of a part", name),
                  fmt::format("{{{}}}: one brace, a name; padding is passed over by itself, and a regex reads what has braces", bare.empty() || !is_name(bare) ? "message" : bare));
      return std::nullopt;
    }
    parts.push_back({true, name == "_" ? "" : name, at});
    at = end + 1;
  }
  return parts;
}

std::string words_regex() {
  std::string out;
  for (const std::string_view word : level_words()) out += fmt::format("{}{}", out.empty() ? "" : "|", word);
  return fmt::format("(?i:(?:{})(?:[+-][0-9]+)?|<[0-7]>)", out);
}

/// Literal text; a run of blanks stands for any run of blanks, as padded columns have them.
std::string literal_regex(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const bool blank = text[at] == ' ' || text[at] == '\t';
    const std::size_t found = blank ? text.find_first_not_of(" \t", at) : text.find_first_of(" \t", at);
    const std::size_t end = std::min(found, text.size());
    out += blank ? "[ \\t]+" : RE2::QuoteMeta(std::string(text.substr(at, end - at)));
    at = end;
  }
  return out;
}

class TemplateFormat : public LogFormat {
 public:
  explicit TemplateFormat(const std::vector<Part>& parts) {
    std::string regex;
    for (const Part& part : parts) {
      if (!part.is_name) {
        regex += literal_regex(part.text);
      } else if (part.text.empty()) {
        regex += ".*?";
      } else if (part.text == "message") {
        names_.push_back(part.text);
        regex += "(.*?)";
      } else {
        names_.push_back(part.text);
        const std::string inner = part.text == "level" ? words_regex() : part.text == "logger" ? R"([^ \t]+?)" : ".+?";
        regex += fmt::format(R"([ \t]*({})[ \t]*)", inner);
      }
    }
    regex_ = std::make_unique<RE2>(regex, byte_options());
  }

  bool ok() const { return regex_->ok(); }

  std::optional<Fields> read(std::string_view line) const override {
    std::vector<re2::StringPiece> groups(names_.size() + 1);
    const re2::StringPiece bytes(line.data(), line.size());
    if (!regex_->Match(bytes, 0, bytes.size(), RE2::ANCHOR_BOTH, groups.data(), static_cast<int>(groups.size()))) return std::nullopt;
    std::string level, logger, message;
    Fields others = Fields::object();
    for (std::size_t i = 0; i < names_.size(); ++i) {
      std::string text(groups[i + 1].data() ? groups[i + 1].data() : "", groups[i + 1].size());
      if (names_[i] == "level") level = level_text(text);
      else if (names_[i] == "logger") logger = std::move(text);
      else if (names_[i] == "message") message = std::move(text);
      else others[names_[i]] = std::move(text);
    }
    return log_record(std::move(level), std::move(logger), std::move(message), std::move(others));
  }

 private:
  std::vector<std::string> names_;
  std::unique_ptr<RE2> regex_;
};

/// Names of other languages for the three parts.
struct Alias {
  std::string_view alias, name;
};
constexpr Alias kAliases[] = {{"levelname", "level"}, {"severity", "level"}, {"lvl", "level"},    {"name", "logger"},
                              {"logger_name", "logger"}, {"msg", "message"},  {"text", "message"}};

bool check_names(const Node& node, const std::vector<Part>& parts, Diagnostics& problems) {
  const auto has = [&](std::string_view name) { return std::ranges::any_of(parts, [&](const Part& part) { return part.is_name && part.text == name; }); };
  for (const Part& part : parts) {
    if (!part.is_name || part.text.empty()) continue;
    const std::string shown = fmt::format("{{{}}}", part.text);
    const auto alias = std::ranges::find(kAliases, part.text, &Alias::alias);
    if (alias != std::end(kAliases) && !has(alias->name)) {
      refuse_part(problems, node, part.at, shown, fmt::format("'{}' is another word for {{{}}}, which this format lacks", shown, alias->name), fmt::format("did you mean '{{{}}}'?", alias->name));
      return false;
    }
    if (std::ranges::count_if(parts, [&](const Part& other) { return other.is_name && other.text == part.text; }) > 1) {
      refuse_part(problems, node, part.at, shown, fmt::format("'{}' stands twice in this format", shown), "{} passes a part over");
      return false;
    }
  }
  if (has("message")) return true;
  refuse(problems, node, "this format has no {message}", "\"{level} {logger}: {message}\"");
  return false;
}

}  // namespace

LogFormatPtr compile_log_template(const Node& node, Diagnostics& problems) {
  const auto parts = split(node, problems);
  if (!parts || !check_names(node, *parts, problems)) return nullptr;
  auto format = std::make_shared<TemplateFormat>(*parts);
  if (format->ok()) return format;
  refuse(problems, node, "this format is too long", "{} passes a part of the line over");
  return nullptr;
}

}  // namespace bigfoot

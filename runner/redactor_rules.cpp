// runner/redactor_rules.cpp - See redactor_rules.h.
#include "runner/redactor_rules.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "spec/diagnostics.h"

namespace bigfoot {
namespace {

constexpr std::size_t kMaxSegments = 60;  // a State is one bit for each, in 64

struct KindRow {
  std::string_view name;
  RedactRule::Kind kind;
  std::string_view example;
};
constexpr KindRow kKinds[] = {
    {"header", RedactRule::Kind::header, "header:authorization"},
    {"json", RedactRule::Kind::json, "json:$..password"},
    {"form", RedactRule::Kind::form, "form:client_secret"},
    {"query", RedactRule::Kind::query, "query:api_key"},
    {"env", RedactRule::Kind::env, "env:STRIPE_KEY"},
    {"text", RedactRule::Kind::text, "text:/[0-9]{16}/"},
};

bool is_name_end(char c) { return c == '.' || c == '['; }

/// A regular expression between slashes; they are for the eye and may be missing.
std::string_view without_slashes(std::string_view text) {
  if (text.size() >= 2 && text.front() == '/' && text.back() == '/') text = text.substr(1, text.size() - 2);
  return text;
}

std::string problem_of(const KindRow& kind, std::string_view argument) {
  if (argument.empty()) return fmt::format("nothing after '{}:', write for example {}", kind.name, kind.example);
  if (kind.kind == RedactRule::Kind::json) {
    const auto path = SecretPath::parse(argument);
    if (!path) return path.error();
  }
  if (kind.kind == RedactRule::Kind::text) {
    const std::string_view pattern = without_slashes(argument);
    re2::RE2 regex({pattern.data(), pattern.size()}, re2::RE2::Quiet);
    if (!regex.ok()) return fmt::format("bad regular expression: {}", regex.error());
    if (re2::RE2::FullMatch("", regex)) return "this regular expression matches nothing at all everywhere";
  }
  return "";
}

}  // namespace

std::expected<SecretPath, std::string> SecretPath::parse(std::string_view text) {
  const auto bad = [&](std::string_view why) {
    return std::unexpected(fmt::format("{}, write for example $..password or $.items[*].secret", why));
  };
  if (!text.starts_with('$')) return bad("a JSON path begins with $");
  SecretPath path;
  std::string_view rest = text.substr(1);
  while (!rest.empty()) {
    Segment segment;
    if (rest.starts_with("..")) {
      segment.at_any_depth = true;
      rest.remove_prefix(rest.starts_with("..[") ? 2 : 1);
    }
    if (rest.starts_with('[')) {
      const std::size_t close = rest.size() > 1 && (rest[1] == '\'' || rest[1] == '"')
                                    ? rest.find(std::string{rest[1], ']'}, 2)
                                    : rest.find(']');
      if (close == std::string_view::npos) return bad("a '[' of the JSON path is never closed");
      const bool quoted = rest[1] == '\'' || rest[1] == '"';
      segment.name = quoted ? rest.substr(2, close - 2) : rest.substr(1, close - 1);
      segment.any = !quoted && segment.name == "*";
      if (!quoted && !segment.any && segment.name.find_first_not_of("0123456789") != std::string::npos) {
        return bad(fmt::format("'[{}]' is neither an index, [*] nor a quoted name", segment.name));
      }
      rest.remove_prefix(close + (quoted ? 2 : 1));
    } else if (rest.starts_with('.')) {
      rest.remove_prefix(1);
      const auto end = std::find_if(rest.begin(), rest.end(), is_name_end);
      segment.name.assign(rest.begin(), end);
      segment.any = segment.name == "*";
      rest.remove_prefix(segment.name.size());
    } else {
      return bad("after $ a JSON path goes on with '.', '..' or '['");
    }
    if (segment.name.empty()) return bad("the JSON path has an empty name");
    path.segments_.push_back(std::move(segment));
  }
  if (path.segments_.empty()) return bad("the JSON path names the whole document");
  if (path.segments_.size() > kMaxSegments) return bad("the JSON path is too long");
  return path;
}

SecretPath::State SecretPath::step(State state, std::string_view name) const {
  State next = 0;
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    if ((state >> i & 1) == 0) continue;
    if (segments_[i].at_any_depth) next |= State{1} << i;
    if (segments_[i].any || segments_[i].name == name) next |= State{1} << (i + 1);
  }
  return next;
}

std::expected<RedactRule, std::string> parse_redact_rule(std::string_view rule) {
  const auto bad = [&](std::string_view why) {
    return std::unexpected(fmt::format("redact rule '{}': {}", rule, why));
  };
  const std::size_t colon = rule.find(':');
  if (colon == std::string_view::npos) return bad("no kind, write for example header:authorization");
  const std::string_view name = rule.substr(0, colon);
  const auto kind = std::ranges::find(kKinds, name, &KindRow::name);
  if (kind == std::end(kKinds)) {
    std::vector<std::string_view> names;
    for (const KindRow& row : kKinds) names.push_back(row.name);
    const std::string_view nearest = nearest_word(name, names);
    return bad(nearest.empty() ? fmt::format("unknown kind '{}', there are {}", name, fmt::join(names, ", "))
                               : fmt::format("unknown kind '{}', did you mean '{}'?", name, nearest));
  }
  const std::string_view argument = rule.substr(colon + 1);
  if (const std::string problem = problem_of(*kind, argument); !problem.empty()) return bad(problem);
  return RedactRule{kind->kind,
                    std::string(kind->kind == RedactRule::Kind::text ? without_slashes(argument) : argument)};
}

}  // namespace bigfoot

// spec/holes.cpp - The table of hole types, and the reader of what stands between {{ and }}.
#include "spec/holes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <re2/re2.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "spec/regex.h"
#include "spec/scalars.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

constexpr std::string_view kDate = R"(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))";
// ISO 8601-1:2019, 5.4 (date and time), extended format with RFC 3339's blank for the T, and basic format.
constexpr std::string_view kIso8601 =
    R"(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:[Zz]|[+-]\d{2}(?::?\d{2})?)?)?|\d{8}[Tt]\d{4}(?:\d{2}(?:[.,]\d+)?)?(?:[Zz]|[+-]\d{2}(?::?\d{2})?)?)";
constexpr std::string_view kIso8601Begins = R"([-0-9Tt:., +Zz]*)";
#define OCTET R"((?:25[0-5]|2[0-4]\d|1?\d?\d))"
#define IPV4 OCTET R"((?:\.)" OCTET "){3}"
constexpr std::string_view kIp = IPV4 R"(|(?:[0-9a-fA-F]{0,4}:){2,7}(?:)" IPV4 R"(|[0-9a-fA-F]{0,4}))";
#undef IPV4
#undef OCTET

constexpr HoleType kTypes[] = {
    {"int", HoleKind::integer, R"(-?\d+)", R"(-?\d*)", "a whole number"},
    {"number", HoleKind::number, R"(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)", R"([-+0-9.eE]*)", "any number"},
    {"bool", HoleKind::boolean, "true|false", "[a-z]*", "true or false"},
    {"uuid", HoleKind::text, R"([0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})", "[0-9a-fA-F-]*",
     "a UUID with its dashes (RFC 9562, section 4)"},
    {"iso8601", HoleKind::text, kIso8601, kIso8601Begins, "a date, or a date with a time (ISO 8601, RFC 3339)"},
    {"date", HoleKind::text, kDate, "[-0-9]*", "YYYY-MM-DD"},
    {"email", HoleKind::text, R"([^\s@<>"]+@[^\s@<>"]+)", R"([^\s<>"]*)", "a mail address"},
    {"ip", HoleKind::text, kIp, "[0-9a-fA-F:.]*", "an IPv4 or IPv6 address"},
    {"port", HoleKind::port, R"(6553[0-5]|655[0-2]\d|65[0-4]\d{2}|6[0-4]\d{3}|[1-5]\d{4}|[1-9]\d{0,3})", R"(\d*)",
     "1 to 65535"},
    {"jwt", HoleKind::text, R"(eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*)", "[A-Za-z0-9_.-]*",
     "a JSON Web Token (RFC 7519)"},
    {"base64", HoleKind::text, "[A-Za-z0-9+/_-]+={0,2}", "[A-Za-z0-9+/_=-]*", "base64, also with the URL alphabet"},
    {"hex", HoleKind::text, "[0-9a-fA-F]+", "[0-9a-fA-F]*", "hexadecimal digits"},
    {"null", HoleKind::null, "null", "[a-z]*", "JSON's null"},
    {"absent", HoleKind::absent, "", "", "no such key"},
    {"any", HoleKind::any, R"(\C*)", R"(\C*)", "anything, but the key must be there"},
    {"nonempty", HoleKind::nonempty, R"(\C+)", R"(\C*)", "anything that is not empty"},
    {"now", HoleKind::text, kIso8601, kIso8601Begins, "the present date and time, give or take 5 seconds, or {{now:30s}}; as text or as seconds or milliseconds since 1970"},
    {"redacted", HoleKind::any, R"(\C*)", R"(\C*)", "a secret that a recording left out: anything"},
};

/// RE2 objects of the type table, made once.
const RE2& compiled(const HoleType& type) {
  static const auto all = [] {
    std::vector<std::unique_ptr<RE2>> out;
    for (const HoleType& row : kTypes) out.push_back(std::make_unique<RE2>(row.regex, regex_options()));
    return out;
  }();
  return *all[static_cast<std::size_t>(&type - kTypes)];
}

bool is_name(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !text.empty() && letter(text[0]) &&
         std::ranges::all_of(text, [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '-'; });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> type_names() {
  std::vector<std::string_view> names;
  for (const HoleType& row : kTypes) names.push_back(row.name);
  return names;
}

std::string type_hint(std::string_view word) {
  const auto near = nearest_word(word, type_names());
  return near.empty() ? fmt::format("the types are {}", fmt::join(type_names(), ", "))
                      : fmt::format("did you mean '{}'?", near);
}

/// What stands between "{{" and "}}".
class HoleReader {
 public:
  HoleReader(std::string_view inside, HolePart& part) : inside_(trimmed(inside)), part_(part) {}

  bool read() {
    if (inside_.empty()) return fails("an empty hole", "write a type ({{int}}), a name, or {{lit:...}} for plain text");
    if (inside_.starts_with('/')) return regex(inside_);
    if (inside_.starts_with("env.")) return prefixed(HolePart::Kind::env, 4, "{{env.NAME}}");
    if (inside_.starts_with("req.")) return prefixed(HolePart::Kind::request, 4, "{{req.json.a.b}}");
    const auto colon = inside_.find(':');
    if (colon == inside_.npos) return word(inside_);
    return pair(trimmed(inside_.substr(0, colon)), trimmed(inside_.substr(colon + 1)));
  }
  std::string what, hint;

 private:
  bool fails(std::string why, std::string cure) {
    what = std::move(why);
    hint = std::move(cure);
    return false;
  }
  bool prefixed(HolePart::Kind kind, std::size_t skip, std::string_view form) {
    part_.kind = kind;
    part_.text = inside_.substr(skip);
    return !part_.text.empty() || fails(fmt::format("unknown hole '{{{{{}}}}}'", inside_), fmt::format("write {}", form));
  }
  bool regex(std::string_view slashed) {
    if (slashed.size() < 2 || !slashed.ends_with('/')) {
      return fails(fmt::format("the regex of '{{{{{}}}}}' has no end", inside_), "write {{/regex/}}");
    }
    part_.kind = HolePart::Kind::regex;
    part_.text = slashed.substr(1, slashed.size() - 2);
    const RE2 tried(part_.text, regex_options());
    return tried.ok() || fails(fmt::format("bad regex: {}", tried.error()), std::string(kRegexHint));
  }
  bool word(std::string_view name) {
    part_.type = find_hole_type(name);
    part_.kind = part_.type ? HolePart::Kind::type : HolePart::Kind::name;
    part_.text = name;
    return part_.type || is_name(name) || fails(fmt::format("unknown hole '{{{{{}}}}}'", name), type_hint(name));
  }
  bool pair(std::string_view left, std::string_view right) {
    if (right.starts_with('/')) return regex(right) && binds(left);
    if (find_hole_type(right)) return word(right) && binds(left);
    if (left == "now")
      if (const auto tolerance = duration_of(right)) return part_.tolerance = std::chrono::duration_cast<std::chrono::milliseconds>(*tolerance), word(left);
    if (find_hole_type(left)) return word(left) && binds(right);
    return fails(fmt::format("unknown hole type '{}'", right), type_hint(right));
  }
  bool binds(std::string_view name) {
    if (find_hole_type(name)) {
      return fails(fmt::format("a capture cannot be called '{}', which is a type", name), "choose another name");
    }
    if (!is_name(name)) {
      return fails(fmt::format("'{}' is no name for a capture", name), "use letters, digits, '_' and '-'");
    }
    part_.bind = name;
    return true;
  }

  std::string_view inside_;
  HolePart& part_;
};

/// Where the hole that opens at `open` ends (behind its "}}"), or npos. A regex may hold "}}" itself.
std::size_t end_of_hole(std::string_view text, std::size_t open) {
  const auto inside = text.substr(open + 2);
  const auto first = inside.find_first_not_of(" \t");
  bool slashed = first != inside.npos && inside[first] == '/';
  if (!slashed && !inside.starts_with("lit:")) {
    const auto colon = inside.find_first_of(":}");
    slashed = colon != inside.npos && inside.substr(colon).starts_with(":/");
  }
  if (slashed) {
    const auto close = inside.find("/}}", inside.find('/') + 1);
    if (close != inside.npos) return open + 2 + close + 3;
  }
  const auto close = inside.find("}}");
  return close == inside.npos ? close : open + 2 + close + 2;
}

}  // namespace

std::span<const HoleType> hole_types() { return kTypes; }

const HoleType* find_hole_type(std::string_view name) {
  const auto* row = std::ranges::find(kTypes, name, &HoleType::name);
  return row == std::end(kTypes) ? nullptr : row;
}

bool fits_type(const HoleType& type, const Value& actual, Reading reading) {
  const auto as_text = [&] {
    return actual.is_string() && RE2::FullMatch(actual.get_ref<const std::string&>(), compiled(type));
  };
  const bool text = reading == Reading::text && as_text();
  switch (type.kind) {
    case HoleKind::integer:
      return text || actual.is_number_integer() ||
             (actual.is_number_float() && std::trunc(actual.get<double>()) == actual.get<double>());
    case HoleKind::number: return text || actual.is_number();
    case HoleKind::boolean: return text || actual.is_boolean();
    case HoleKind::null: return text || actual.is_null();
    case HoleKind::text: return as_text();
    case HoleKind::port:
      return as_text() || (actual.is_number_integer() && actual.get<std::int64_t>() >= 1 &&
                           actual.get<std::int64_t>() <= 65535);
    case HoleKind::any: return true;
    case HoleKind::nonempty: return !is_empty_value(actual);
    case HoleKind::absent: return false;
  }
  return false;
}

TextAt text_at(const Node& node) {
  const auto* text = std::get_if<std::string>(&node.value);
  TextAt out{node.at, node.length, false};
  if (text && node.length == text->size() + 2 && text->find('\n') == text->npos) {
    out.exact = true;
    out.at.column += 1;
    out.length = static_cast<unsigned>(text->size());
  }
  return out;
}

void add_problem(Diagnostics& problems, const TextAt& where, std::size_t offset, std::size_t length, std::string what,
                 std::string hint, Severity severity) {
  Diagnostic d{severity, where.at, where.length, std::move(what), std::move(hint), ""};
  if (where.exact) {
    d.at.column += static_cast<unsigned>(offset);
    d.length = static_cast<unsigned>(length);
  }
  problems.add(std::move(d));
}

void add_problem(Diagnostics& problems, const Node& node, std::string what, std::string hint, Severity severity) {
  problems.add({severity, node.at, node.length, std::move(what), std::move(hint), ""});
}

std::optional<std::vector<HolePart>> parse_holes(std::string_view text, const TextAt& at, Diagnostics& problems) {
  std::vector<HolePart> parts;
  const auto literal = [&](std::string_view piece, std::size_t offset) {
    if (piece.empty()) return;
    if (parts.empty() || parts.back().kind != HolePart::Kind::literal) parts.push_back({.at = offset});
    parts.back().text += piece;
    parts.back().length = offset + piece.size() - parts.back().at;
  };
  bool good = true;
  for (std::size_t pos = 0; pos < text.size();) {
    auto open = text.find("{{", pos);
    if (open == text.npos) {
      literal(text.substr(pos), pos);
      break;
    }
    while (open + 2 < text.size() && text[open + 2] == '{') ++open;  // "{{{int}}}": the hole stands in braces
    literal(text.substr(pos, open - pos), pos);
    const auto end = end_of_hole(text, open);
    if (end == text.npos) {
      add_problem(problems, at, open, text.size() - open, "a hole is not closed", "end it with }}, or write {{lit:{{}} for plain braces");
      return std::nullopt;
    }
    const auto inside = text.substr(open + 2, end - open - 4);
    pos = end;
    if (inside.starts_with("lit:")) {
      literal(inside.substr(4), open);
      continue;
    }
    HolePart part{.at = open, .length = end - open};
    HoleReader reader(inside, part);
    if (reader.read()) {
      parts.push_back(std::move(part));
    } else {
      add_problem(problems, at, open, end - open, std::move(reader.what), std::move(reader.hint));
      good = false;
    }
  }
  if (!good) return std::nullopt;
  return parts;
}

}  // namespace bigfoot

// spec/pattern_wildcards.cpp - Hosts and paths in which `*` stands for a part, with holes beside.
#include <algorithm>

#include "spec/pattern_parts.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

struct Wildcard {
  std::size_t length = 0;  ///< 0: no wildcard stands here
  std::string_view hole;
};

/// The wildcard at `text[i]`, which is a `*`.
Wildcard wildcard_at(std::string_view text, std::size_t i, Wildcards kind) {
  const bool doubled = text.substr(i, 2) == "**";
  const std::size_t end = i + (doubled ? 2 : 1);
  const bool starts = i > 0 && text[i - 1] == '/';
  switch (kind) {
    case Wildcards::host: return {1, "{{/.+/}}"};
    case Wildcards::file_path: return doubled ? Wildcard{2, R"({{/\C*/}})"} : Wildcard{1, "{{/[^/]*/}}"};  // names are bytes, not always UTF-8
    case Wildcards::url_path:
      if (doubled) return starts && end == text.size() ? Wildcard{2, "{{/.*/}}"} : Wildcard{};
      return starts && (end == text.size() || text[end] == '/') ? Wildcard{1, "{{/[^/]+/}}"} : Wildcard{};
  }
  return {};
}

}  // namespace

PatternPtr compile_wildcard_pattern(std::string_view text, Wildcards kind, const Place& at, Diagnostics& problems) {
  // A wildcard is a regex hole that the spec writes shorter.
  std::string holes;
  bool wild = false;
  for (std::size_t i = 0; i < text.size();) {
    if (text.substr(i, 2) == "{{") {
      const auto end = std::min(text.find("}}", i), text.size() - 2) + 2;
      holes += text.substr(i, end - i);
      i = end;
      continue;
    }
    const Wildcard found = text[i] == '*' ? wildcard_at(text, i, kind) : Wildcard{};
    if (found.length > 0) {
      wild = true;
      holes += found.hole;
      i += found.length;
    } else {
      holes += kind == Wildcards::host ? lower_case(text.substr(i, 1)) : std::string(text.substr(i, 1));
      ++i;
    }
  }
  if (text == "*") return any_pattern();
  return text_pattern(holes, {at, static_cast<unsigned>(text.size()), !wild}, Reading::text, problems, text);
}

}  // namespace bigfoot

// spec/toml_outline.cpp - Reading the outline of TOML. Source: https://toml.io/en/v1.0.0, "Keys", "String", "Inline Table".
#include "spec/toml_outline.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace bigfoot {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_bare(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-'; }

std::size_t comment_end(std::string_view text, std::size_t at) { return std::min(text.find('\n', at), text.size()); }

}  // namespace

std::size_t string_end(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const bool escapes = quote == '"';
  const std::string three(3, quote);
  const bool many_lines = text.substr(at, 3) == three;
  for (std::size_t i = at + (many_lines ? 3 : 1); i < text.size(); ++i) {
    if (escapes && text[i] == '\\') {
      ++i;
    } else if (many_lines && text.substr(i, 3) == three) {
      i += 3;
      while (i < text.size() && text[i] == quote) ++i;  // up to two quotes may stand before the closing ones
      return i;
    } else if (!many_lines && text[i] == quote) {
      return i + 1;
    } else if (!many_lines && text[i] == '\n') {
      return i;
    }
  }
  return text.size();
}

TextRange key_before(std::string_view text, std::size_t value) {
  std::size_t end = std::min(value, text.size());
  while (end > 0 && is_blank(text[end - 1])) --end;
  if (end == 0 || text[end - 1] != '=') return {value, 1};
  --end;
  while (end > 0 && is_blank(text[end - 1])) --end;
  if (end == 0) return {value, 1};
  std::size_t start = end - 1;
  if (const char quote = text[start]; quote == '"' || quote == '\'') {
    while (start > 0 && (text[start - 1] != quote || (quote == '"' && start > 1 && text[start - 2] == '\\'))) --start;
    if (start > 0) --start;
  } else {
    while (start > 0 && is_bare(text[start - 1])) --start;
  }
  return {start, end - start};
}

TextRange key_within(std::string_view text, TextRange where, std::string_view key) {
  const std::string_view header = text.substr(where.offset, where.size);
  for (std::size_t at = header.find(key); at != header.npos && !key.empty(); at = header.find(key, at + 1)) {
    const bool starts = at == 0 || !is_bare(header[at - 1]);
    const bool ends = at + key.size() >= header.size() || !is_bare(header[at + key.size()]);
    if (starts && ends) return {where.offset + at, key.size()};
  }
  return where;
}

bool opens_line(std::string_view text, std::size_t offset) {
  while (offset > 0 && is_blank(text[offset - 1])) --offset;
  return offset == 0 || text[offset - 1] == '\n';
}

std::optional<std::size_t> too_deep(std::string_view text, unsigned limit) {
  unsigned depth = 0, dots = 0;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '"' || c == '\'') {
      i = string_end(text, i);
      continue;
    }
    if (c == '#') {
      i = comment_end(text, i);
      continue;
    }
    if (c == '[' || c == '{') ++depth;
    if ((c == ']' || c == '}') && depth > 0) --depth;
    if (c == '.') {
      ++dots;
    } else if (!is_bare(c) && !is_blank(c)) {
      dots = 0;
    }
    if (depth + dots > limit) return i;
    ++i;
  }
  return std::nullopt;
}

std::string cure_of_syntax_error(std::string_view text, std::size_t offset) {
  // Look at the whole statement: from the line of the error backwards to where brackets are balanced is more than
  // a hint needs; the error's own line tells the common slips.
  offset = std::min(offset, text.size());
  const std::size_t line_break = offset == 0 ? text.npos : text.rfind('\n', offset - 1);
  const std::size_t start = line_break == text.npos ? 0 : line_break + 1;
  int braces = 0;
  for (std::size_t i = start; i < text.size() && text[i] != '\n';) {
    if (text[i] == '#') break;
    if (text[i] == '"' || text[i] == '\'') {
      const std::size_t end = string_end(text, i);
      const std::string_view string = text.substr(i, end - i);
      if (string.size() < 2 || string.back() != string.front())
        return "the string is not closed; a text of several lines stands in ''' … ''' or \"\"\" … \"\"\"";
      if (string.front() == '"') {
        for (std::size_t k = 1; k + 1 < string.size(); ++k) {
          if (string[k] != '\\') continue;
          ++k;
          if (std::string_view("btnfr\"\\uU \t\r\n").find(string[k]) == std::string_view::npos)
            return fmt::format("TOML has no escape \\{}: write '…' (no escapes at all), \\u00XX, or {{ hex = \"…\" }} for bytes", string[k]);
        }
      }
      i = end;
      continue;
    }
    if (text[i] == '{') ++braces;
    if (text[i] == '}') --braces;
    ++i;
  }
  if (braces > 0)
    return "an inline table stands on one line (strings and arrays inside it may break): give it a [table] of its own,\n"
           "as in [expect.reply] or [[expect.steps]]";
  return {};
}

}  // namespace bigfoot

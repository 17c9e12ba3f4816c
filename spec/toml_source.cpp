// spec/toml_source.cpp - The only file that knows toml11; its exceptions end here.
#include "spec/toml_source.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <sstream>

#include <fmt/format.h>
#include <toml.hpp>

#include "spec/text_places.h"
#include "spec/toml_outline.h"

namespace bigfoot {
namespace {

struct Document {
  std::string_view text;
  TextPlaces places;
  mutable std::vector<std::size_t> overflows;  ///< numbers that toml11 3 cut to the largest that it can hold
};

/// Whether a decimal number is out of int64_t's range. Other bases are refused by toml11 itself.
bool overflows(std::string_view text) {
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits), [](char c) { return c != '_' && c != '+'; });
  std::int64_t value = 0;
  return std::from_chars(digits.data(), digits.data() + digits.size(), value).ec == std::errc::result_out_of_range;
}

#if TOML11_VERSION_MAJOR >= 4
TextRange range_of(const toml::value& value, const Document& document) {
  const toml::source_location where = value.location();
  return {document.places.line_start(where.first_line_number()) + where.first_column_number() - 1, where.length()};
}
#else
TextRange range_of(const toml::value& value, const Document&) {
  // toml11 3 counts lines from the start of the file for each location(); its region has the offset at once.
  const auto* region = dynamic_cast<const toml::detail::region*>(toml::detail::get_region(value));
  if (!region) return {};
  return {static_cast<std::size_t>(region->first() - region->begin()), region->size()};
}
#endif

Place place_of_key(std::string_view key, const toml::value& value, TextRange where, const Document& document) {
  // A table made by [header] or by a dotted key points at that header or key, everything else at its value.
  const bool by_header = (value.is_table() || value.is_array()) && opens_line(document.text, where.offset);
  const bool by_dots = value.is_table() && document.text.substr(where.offset, 1) != "{" && !by_header;
  const TextRange range = by_header || by_dots ? key_within(document.text, where, key) : key_before(document.text, where.offset);
  return document.places.at(range.offset);
}

Node to_node(const toml::value& value, const Document& document) {
  const TextRange range = range_of(value, document);
  Node node;
  node.at = document.places.at(range.offset);
  node.length = std::max(1u, document.places.characters(range.offset, range.size));
  switch (value.type()) {
    case toml::value_t::boolean: node.value = value.as_boolean(); break;
    case toml::value_t::integer:
      node.value = static_cast<std::int64_t>(value.as_integer());
      if (overflows(document.text.substr(range.offset, range.size))) document.overflows.push_back(range.offset);
      break;
    case toml::value_t::floating: node.value = static_cast<double>(value.as_floating()); break;
    case toml::value_t::string: {
      const std::string& text = toml::get<std::string>(value);
      node.value = text;
      break;
    }
    case toml::value_t::array: {
      Node::Array items;
      for (const toml::value& item : value.as_array()) items.push_back(to_node(item, document));
      node.value = std::move(items);
      break;
    }
    case toml::value_t::table: {
      // toml11's tables have no order of their own: the file's is that of the values' places.
      std::vector<std::pair<TextRange, const std::pair<const std::string, toml::value>*>> members;
      for (const auto& member : value.as_table()) members.emplace_back(range_of(member.second, document), &member);
      std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) {
        return std::pair(a.first.offset, std::string_view(a.second->first)) <
               std::pair(b.first.offset, std::string_view(b.second->first));
      });
      Node::Table table;
      for (const auto& [where, member] : members) {
        Place key_at = place_of_key(member->first, member->second, where, document);  // first: places go on from the last
        table.emplace_back(member->first, to_node(member->second, document));
        table.back().second.key_at = std::move(key_at);
      }
      node.value = std::move(table);
      break;
    }
    default: node.value = Node::Date{std::string(document.text.substr(range.offset, range.size))};
  }
  return node;
}

#if TOML11_VERSION_MAJOR < 4
/// toml11 3 gives the place of a syntax error in its text only:
///     [error] toml::parse_array: title
///      --> file
///       |
///     7 | source line
///       |    ^--- comment
struct SyntaxError {
  std::string title, comment;
  std::size_t line = 1, column = 1;
};

SyntaxError read_error(std::string_view text) {
  SyntaxError error;
  std::istringstream lines{std::string(text)};
  std::string line;
  std::getline(lines, line);
  error.title = line;
  constexpr std::string_view kMark = "[error] ";
  if (error.title.starts_with(kMark)) error.title.erase(0, kMark.size());
  if (error.title.starts_with("toml::"))
    if (const std::size_t colon = error.title.find(": "); colon != std::string::npos) error.title.erase(0, colon + 2);
  while (std::getline(lines, line)) {
    const std::size_t bar = line.find(" | ");
    if (bar == std::string::npos) continue;
    const std::string_view margin = std::string_view(line).substr(0, bar);
    const std::size_t digit = margin.find_first_not_of(' ');
    if (digit != std::string_view::npos && margin.find_first_not_of("0123456789", digit) == std::string_view::npos) {
      error.line = std::strtoull(margin.data() + digit, nullptr, 10);
    } else if (digit == std::string_view::npos) {
      const std::size_t mark = line.find_first_not_of(' ', bar + 3);
      if (mark == std::string::npos || (line[mark] != '^' && line[mark] != '~')) continue;
      error.column = mark - (bar + 3) + 1;
      const std::size_t comment = line.find_first_not_of("^-~ ", mark);
      error.comment = comment == std::string::npos ? "" : line.substr(comment);
    }
  }
  return error;
}
#endif

void add_error(std::string what, std::string comment, std::size_t offset, const Document& document, Diagnostics& problems) {
  Diagnostic problem;
  problem.at = document.places.at(offset);
  problem.what = "this is no TOML: " + std::move(what);
  problem.hint = cure_of_syntax_error(document.text, offset);
  if (problem.hint.empty() && comment != "here") problem.hint = std::move(comment);
  problems.add(std::move(problem));
}

/// The document, unless a number in it cannot be held.
std::optional<Node> checked(Node node, const Document& document, Diagnostics& problems) {
  for (const std::size_t offset : document.overflows) add_error("this number is too large", "whole numbers have 64 bits", offset, document, problems);
  if (!document.overflows.empty()) return std::nullopt;
  return node;
}

}  // namespace

std::optional<Node> read_toml(const std::string& file, std::string_view text, Diagnostics& problems) {
  const Document document{text, TextPlaces(file, text), {}};
  if (const auto deep = too_deep(text, kMaxDepth)) {
    add_error(fmt::format("tables and arrays stand more than {} deep in each other", kMaxDepth), "", *deep, document, problems);
    return std::nullopt;
  }
  std::istringstream stream{std::string(text)};
#if TOML11_VERSION_MAJOR >= 4
  const auto parsed = toml::try_parse(stream, file);
  if (parsed.is_ok()) return checked(to_node(parsed.unwrap(), document), document, problems);
  for (const toml::error_info& error : parsed.unwrap_err()) {
    if (error.locations().empty()) {
      add_error(error.title(), error.suffix(), 0, document, problems);
      continue;
    }
    const auto& [where, comment] = error.locations().back();
    const std::size_t offset = document.places.line_start(where.first_line_number()) + where.first_column_number() - 1;
    add_error(error.title(), comment, offset, document, problems);
  }
#else
  try {
    return checked(to_node(toml::parse(stream, file), document), document, problems);
  } catch (const toml::exception& error) {
    const SyntaxError read = read_error(error.what());
    add_error(read.title, read.comment, document.places.line_start(read.line) + read.column - 1, document, problems);
  } catch (const std::exception& error) {  // toml11 3 reports some bad numbers by the standard library's exceptions
    add_error(error.what(), "", 0, document, problems);
  }
#endif
  return std::nullopt;
}

}  // namespace bigfoot

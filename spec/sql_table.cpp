// spec/sql_table.cpp - see sql_table.h. Its shape has been checked by check_sql_step().
#include "spec/sql_table.h"

#include <algorithm>

namespace bigfoot {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

Node node_like(const Node& like, decltype(Node::value) value) {
  Node out;
  out.value = std::move(value);
  out.at = like.at;
  out.key_at = like.key_at;
  out.length = like.length;
  return out;
}

Node cells_of(const Node& table, std::string_view line) {
  Node::Array cells;
  for (;;) {
    const std::size_t bar = std::min(line.find('|'), line.size());
    const std::string_view cell = trimmed(line.substr(0, bar));
    cells.push_back(node_like(table, std::string(cell == "\\N" ? "{{null}}" : cell)));
    if (bar == line.size()) return node_like(table, std::move(cells));
    line.remove_prefix(bar + 1);
  }
}

}  // namespace

SqlTable read_sql_table(const Node& table) {
  std::string_view text = *table.text();
  Node::Array rows;
  Node columns = node_like(table, Node::Array{});
  bool is_first = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (trimmed(line).empty()) continue;
    if (std::exchange(is_first, false)) columns = cells_of(table, line);
    else rows.push_back(cells_of(table, line));
  }
  return {std::move(columns), node_like(table, std::move(rows))};
}

}  // namespace bigfoot

// spec/text_edit.cpp - see text_edit.h.
#include "spec/text_edit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "spec/json_source.h"
#include "spec/toml_source.h"
#include "spec/toml_text.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

using Result = std::expected<std::string, std::string>;

constexpr std::string_view kOwnTable = "it stands in tables of its own";

struct Edit {
  std::size_t offset = 0, size = 0;
  std::string text;
};

std::string_view part(std::string_view text, TextRange range) { return text.substr(range.offset, range.size); }
std::size_t behind(TextRange range) { return range.offset + range.size; }

/// Ones at the same place keep their order.
std::string applied(std::string_view text, std::vector<Edit> edits) {
  std::ranges::stable_sort(edits, {}, &Edit::offset);
  std::string out;
  std::size_t at = 0;
  for (const Edit& edit : edits) {
    out += text.substr(at, edit.offset - at);
    out += edit.text;
    at = edit.offset + edit.size;
  }
  return out += text.substr(at);
}

std::string_view indent_at(std::string_view text, std::size_t at) {
  const std::size_t start = line_start(text, at);
  std::size_t end = start;
  while (end < text.size() && (text[end] == ' ' || text[end] == '\t')) ++end;
  return text.substr(start, end - start);
}

/// The bytes that stand in strings, comments too.
std::vector<TextRange> strings_of(std::string_view toml) {
  std::vector<TextRange> out;
  for (std::size_t i = 0; i < toml.size();) {
    if (toml[i] == '"' || toml[i] == '\'') {
      const std::size_t end = string_end(toml, i);
      out.push_back({i, end - i});
      i = end;
    } else if (toml[i] == '#') {
      i = std::min(toml.find('\n', i), toml.size());
    } else {
      ++i;
    }
  }
  return out;
}

class Editor {
 public:
  Editor(std::string_view text, Syntax syntax)
      : text_(text), syntax_(syntax), eol_(text.find("\r\n") == text.npos ? "\n" : "\r\n") {}

  Result edit(const std::vector<TableEdit>& wanted, std::vector<std::string>& refused) {
    const auto document = read_document(text_, syntax_);
    const auto root = read_layout(text_, syntax_);
    if (!document || !root) return std::unexpected("its text cannot be read");
    const Value whole = value_of(*document);
    for (const TableEdit& one : wanted) {
      const Layout* layout = &*root;
      const Value* old = &whole;
      const std::size_t done = edits_.size();
      if (!follow(one.path, layout, old)) refuse("it is not found in its text");
      else change(*layout, *old, one.wanted, one.path.empty());
      if (!why_not_.empty()) edits_.resize(done);
      refused.push_back(std::exchange(why_not_, {}));
    }
    return applied(text_, std::move(edits_));
  }

  Result insert(const TextPath& path, std::string_view key, std::size_t index, std::string_view item) {
    const auto root = read_layout(text_, syntax_);
    const auto content = read_document(item, Syntax::toml);
    if (!root || !content) return std::unexpected("its text cannot be read");
    const Layout* layout = &*root;
    if (!follow(path, layout)) return std::unexpected("the entry is not found in its text");
    insert(*layout, path, key, index, item, value_of(*content));
    if (!why_not_.empty()) return std::unexpected(why_not_);
    return applied(text_, std::move(edits_));
  }

 private:
  static bool follow(const TextPath& path, const Layout*& layout) {
    for (const TextStep& step : path) {
      const bool item = step.key.empty();
      if (item && step.index >= layout->items.size()) return false;
      layout = item ? &layout->items[step.index] : layout->find(step.key);
      if (!layout) return false;
    }
    return true;
  }
  static bool follow(const TextPath& path, const Layout*& layout, const Value*& value) {
    for (const TextStep& step : path) {
      const bool known = step.key.empty() ? value->is_array() && step.index < value->size() : value->is_object() && value->contains(step.key);
      if (!known) return false;
      value = step.key.empty() ? &(*value)[step.index] : &(*value)[step.key];
    }
    return follow(path, layout);
  }

  void refuse(std::string_view why) {
    if (why_not_.empty()) why_not_ = why;
  }
  void replace(TextRange range, std::string text) { edits_.push_back({range.offset, range.size, std::move(text)}); }
  std::string with_eol(std::string_view text) const {
    std::string out;
    for (const char c : text) {
      if (c == '\n') out += eol_;
      else out += c;
    }
    return out;
  }

  /// Makes what stands in `layout` say `wanted`.
  void change(const Layout& layout, const Value& old, const Value& wanted, bool is_root) {
    if (old == wanted) return;
    switch (layout.form) {
      case Layout::Form::scalar:
      case Layout::Form::list:
      case Layout::Form::braces: return replace(layout.range, rewritten(layout, old, wanted));
      case Layout::Form::tables:
        if (!wanted.is_array() || wanted.size() != layout.items.size()) return refuse(kOwnTable);
        for (std::size_t i = 0; i < layout.items.size(); ++i) change(layout.items[i], old[i], wanted[i], false);
        return;
      case Layout::Form::table:
      case Layout::Form::dotted: break;
    }
    if (!wanted.is_object()) return refuse(kOwnTable);
    for (const LayoutMember& member : layout.members) {
      if (wanted.contains(member.key)) change(member.value, old[member.key], wanted[member.key], false);
      else remove(member);
    }
    std::string added;
    for (const auto& [key, value] : wanted.items())
      if (!layout.find(key)) added += statement(layout, key, value);
    if (added.empty()) return;
    if (layout.own_end == 0 && !is_root) return refuse(kOwnTable);
    const std::size_t at = layout.own_end == 0 ? 0 : line_end(text_, layout.own_end);
    const bool open_line = at == text_.size() && !text_.empty() && text_.back() != '\n';
    edits_.push_back({at, 0, open_line ? eol_ + added.substr(0, added.size() - eol_.size()) : added});
  }

  void remove(const LayoutMember& member) {
    const Layout& value = member.value;
    if (value.form == Layout::Form::table || value.form == Layout::Form::tables || value.form == Layout::Form::dotted) return refuse(kOwnTable);
    const std::size_t start = line_start(text_, member.key_at.offset);
    replace({start, line_end(text_, behind(value.range)) - start}, "");
  }

  /// `key = value` as a line that looks like those above it.
  std::string statement(const Layout& table, const std::string& key, const Value& value) const {
    std::size_t width = 0;  // of what stands before an equals sign, where they stand below each other
    bool aligned = false;
    std::string_view indent = table.own_end == 0 ? "" : indent_at(text_, table.own_end);
    for (const LayoutMember& member : table.members) {
      if (member.value.form != Layout::Form::scalar && member.value.form != Layout::Form::list && member.value.form != Layout::Form::braces) continue;
      indent = indent_at(text_, member.key_at.offset);
      width = text_.find('=', behind(member.key_at)) - member.key_at.offset;
      aligned = aligned || width > member.key_at.size + 1;
    }
    const std::string name = table.prefix + toml_key(key);
    const std::size_t blanks = aligned && name.size() + 1 < width ? width - name.size() : 1;
    return fmt::format("{}{}{}= {}{}", indent, name, std::string(blanks, ' '), fresh(value), eol_);
  }

  std::string fresh(const Value& value) const {
    if (syntax_ == Syntax::json) return json_text(value);
    if (value.is_string()) return fresh_string(value.get_ref<const std::string&>());
    if (!value.is_object() || value.empty()) return toml_value(value);
    std::string out = "{ ";
    for (const auto& [key, item] : value.items()) out += fmt::format("{}{} = {}", out.size() > 2 ? ", " : "", toml_key(key), fresh(item));
    return out + " }";
  }

  /// Texts of many lines as they are, where literal quotes can hold them.
  std::string fresh_string(const std::string& text) const {
    constexpr std::ptrdiff_t kManyLines = 3;
    return std::ranges::count(text, '\n') >= kManyLines && fits_literal_lines(text) ? fmt::format("'''\n{}'''", text) : toml_string(text);
  }

  bool fits_literal_lines(const std::string& text) const {
    return eol_ == "\n" && text.find("'''") == text.npos && !text.ends_with('\'') &&
           std::ranges::all_of(text, [](unsigned char c) { return c == '\n' || c == '\t' || (c >= 0x20 && c != 0x7F); });
  }

  /// In the quotes of what stood there, where they can hold it.
  std::string like(std::string_view written, const Value& value) const {
    if (syntax_ == Syntax::json || !value.is_string()) return fresh(value);
    const auto& text = value.get_ref<const std::string&>();
    const bool many_lines = written.starts_with("'''") || written.starts_with("\"\"\"");
    if (many_lines && text.find('\n') != text.npos && fits_literal_lines(text)) return fmt::format("'''\n{}'''", text);
    const bool literal = written.starts_with('\'') && !written.starts_with("'''");
    if (literal && text.find_first_of("'\n") == text.npos && fits_literal_lines(text)) return fmt::format("'{}'", text);
    return toml_string(text);
  }

  std::string rewritten(const Layout& layout, const Value& old, const Value& wanted) const {
    if (old == wanted) return std::string(part(text_, layout.range));
    if (layout.form == Layout::Form::braces && wanted.is_object()) return rewritten_braces(layout, old, wanted);
    if (layout.form == Layout::Form::list && wanted.is_array()) return rewritten_list(layout, old, wanted);
    return like(part(text_, layout.range), wanted);
  }

  /// A part of what stands between brackets: as it was written, or new.
  struct Piece {
    std::string text;
    std::optional<TextRange> was;  ///< where it stood
    std::size_t index = 0;         ///< as which it stood
  };

  std::string rewritten_braces(const Layout& layout, const Value& old, const Value& wanted) const {
    std::vector<Piece> pieces;
    for (std::size_t i = 0; i < layout.members.size(); ++i) {
      const LayoutMember& member = layout.members[i];
      if (member.value.form == Layout::Form::dotted) return fresh(wanted);
      if (!wanted.contains(member.key)) continue;
      const TextRange whole{member.key_at.offset, behind(member.value.range) - member.key_at.offset};
      const std::string_view key = text_.substr(member.key_at.offset, member.value.range.offset - member.key_at.offset);
      pieces.push_back({std::string(key) + rewritten(member.value, old[member.key], wanted[member.key]), whole, i});
    }
    for (const auto& [key, value] : wanted.items()) {
      if (layout.find(key)) continue;
      pieces.push_back({syntax_ == Syntax::json ? fmt::format("{}: {}", json_text(key), fresh(value)) : fmt::format("{} = {}", toml_key(key), fresh(value)), {}, 0});
    }
    std::vector<TextRange> were;
    for (const LayoutMember& member : layout.members) were.push_back({member.key_at.offset, behind(member.value.range) - member.key_at.offset});
    return joined(layout.range, were, pieces, "{ ", " }");
  }

  std::string rewritten_list(const Layout& layout, const Value& old, const Value& wanted) const {
    const std::size_t before = old.size(), after = wanted.size();
    std::size_t front = 0, back = 0;  // equal at the start, equal at the end
    while (front < std::min(before, after) && old[front] == wanted[front]) ++front;
    while (back < std::min(before, after) - front && old[before - 1 - back] == wanted[after - 1 - back]) ++back;
    std::vector<Piece> pieces;
    for (std::size_t i = 0; i < after; ++i) {
      const bool at_end = i >= after - back;
      const std::size_t was = at_end ? i + before - after : i;
      const bool stood = at_end || i < front || i < before - back;
      if (stood) pieces.push_back({rewritten(layout.items[was], old[was], wanted[i]), layout.items[was].range, was});
      else pieces.push_back({fresh(wanted[i]), {}, 0});
    }
    std::vector<TextRange> were;
    for (const Layout& item : layout.items) were.push_back(item.range);
    return joined(layout.range, were, pieces, "[", "]");
  }

  /// The pieces with what stood between them; a new one is parted from its neighbour as the others are.
  std::string joined(TextRange range, const std::vector<TextRange>& were, const std::vector<Piece>& pieces, std::string_view open, std::string_view close) const {
    if (pieces.empty()) return open.starts_with('[') ? "[]" : "{ }";
    const std::string_view first = were.empty() ? open : text_.substr(range.offset, were.front().offset - range.offset);
    const std::string_view last = were.empty() ? close : text_.substr(behind(were.back()), behind(range) - behind(were.back()));
    const std::size_t line = first.rfind('\n');
    const std::string parted = line == first.npos ? ", " : "," + eol_ + std::string(first.substr(line + 1));
    std::string out(first);
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const bool neighbours = i > 0 && pieces[i].was && pieces[i - 1].was && pieces[i].index == pieces[i - 1].index + 1;
      if (neighbours) out += text_.substr(behind(*pieces[i - 1].was), pieces[i].was->offset - behind(*pieces[i - 1].was));
      else if (i > 0) out += parted;
      out += pieces[i].text;
    }
    return out += last;
  }

  void insert(const Layout& table, const TextPath& path, std::string_view key, std::size_t index, std::string_view item, const Value& content) {
    const Layout* array = table.find(key);
    if (array && array->form == Layout::Form::list) return insert_in_list(*array, index, fresh(content));
    if (array && array->form == Layout::Form::tables) return insert_table(*array, std::min(index, array->items.size()), item);
    if (array || table.form == Layout::Form::dotted) return refuse(kOwnTable);
    if (table.form == Layout::Form::braces) {
      const bool json = syntax_ == Syntax::json;
      const std::string member = json ? fmt::format("{}: [{}]", json_text(std::string(key)), fresh(content)) : fmt::format("{} = [{}]", toml_key(key), fresh(content));
      const std::size_t at = table.members.empty() ? table.range.offset + 1 : behind(table.members.back().value.range);
      return edits_.push_back({at, 0, table.members.empty() ? " " + member + " " : ", " + member});
    }
    std::string name;
    for (const TextStep& step : path) name += step.key.empty() ? "" : toml_key(step.key) + ".";
    const std::size_t at = path.empty() ? text_.size() : line_end(text_, table.own_end);
    insert_block(at, path.empty() ? "" : indent_at(text_, table.range.offset), fmt::format("[[{}{}]]", name, toml_key(key)), item);
  }

  void insert_in_list(const Layout& list, std::size_t index, const std::string& value) {
    if (list.items.empty()) return replace(list.range, fmt::format("[ {} ]", value));
    const std::size_t first = list.items.front().range.offset;
    const bool lines = text_.substr(list.range.offset, first - list.range.offset).find('\n') != std::string_view::npos;
    const std::string indent(indent_at(text_, first));
    if (index == 0) return edits_.push_back({first, 0, value + (lines ? "," + eol_ + indent : ", ")});
    const std::size_t before = behind(list.items[std::min(index, list.items.size()) - 1].range);
    const std::size_t comma = text_.find_first_not_of(" \t\r\n", before);
    const bool has_comma = comma != text_.npos && text_[comma] == ',';
    const std::size_t at = has_comma ? comma + 1 : before;
    const std::size_t line = line_end(text_, at);
    const std::size_t rest = text_.find_first_not_of(" \t\r", at);
    const bool rest_is_comment = lines && (rest >= line || text_[rest] == '#' || text_[rest] == '\n');
    if (!rest_is_comment) return edits_.push_back({at, 0, has_comma ? fmt::format(" {},", value) : fmt::format(", {}", value)});
    if (!has_comma) edits_.push_back({before, 0, ","});
    edits_.push_back({line, 0, indent + value + (has_comma ? "," : "") + eol_});
  }

  void insert_table(const Layout& tables, std::size_t index, std::string_view item) {
    const Layout& sibling = tables.items[index == 0 ? 0 : index - 1];
    const std::string header(part(text_, sibling.range));
    const std::string indent(indent_at(text_, sibling.range.offset));
    if (index > 0) return insert_block(line_end(text_, sibling.end), indent, header, item);
    std::size_t at = line_start(text_, sibling.range.offset);  // above its comments
    while (at > 0) {
      const std::size_t above = line_start(text_, at - 1);
      const std::size_t word = text_.find_first_not_of(" \t", above);
      if (word >= at || text_[word] != '#') break;
      at = above;
    }
    edits_.push_back({at, 0, block(indent, header, item) + eol_});
  }

  void insert_block(std::size_t at, std::string_view indent, std::string_view header, std::string_view item) {
    const bool open_line = at > 0 && text_[at - 1] != '\n';
    const bool behind_blank = text_.substr(0, at).ends_with(eol_ + eol_);
    std::string text = (open_line ? eol_ : "") + (at > 0 && !behind_blank ? eol_ : "") + block(indent, header, item);
    const bool at_blank = at >= text_.size() || text_[at] == '\n' || text_[at] == '\r';
    if (!at_blank) text += eol_;
    edits_.push_back({at, 0, std::move(text)});
  }

  std::string block(std::string_view indent, std::string_view header, std::string_view item) const {
    const std::vector<TextRange> strings = strings_of(item);
    std::string out = fmt::format("{}{}\n", indent, header);
    for (std::size_t from = 0; from < item.size();) {
      const std::size_t end = std::min(item.find('\n', from), item.size());
      const bool in_string = std::ranges::any_of(strings, [&](TextRange one) { return from > one.offset && from < behind(one); });
      if (!in_string && end > from) out += indent;
      out += item.substr(from, end - from);
      out += '\n';
      from = end + 1;
    }
    return with_eol(out);
  }

  std::string_view text_;
  Syntax syntax_;
  std::string eol_;
  std::vector<Edit> edits_;
  std::string why_not_;
};

}  // namespace

Value value_of(const Node& node) {
  if (const Node::Array* items = node.array()) {
    Value out = Value::array();
    for (const Node& item : *items) out.push_back(value_of(item));
    return out;
  }
  if (const Node::Table* table = node.table()) {
    Value out = Value::object();
    for (const auto& [key, item] : *table) out[key] = value_of(item);
    return out;
  }
  if (const auto* flag = std::get_if<bool>(&node.value)) return *flag;
  if (const auto* number = std::get_if<double>(&node.value)) return std::isnan(*number) ? Value("nan") : Value(*number);
  if (const auto* date = std::get_if<Node::Date>(&node.value)) return Value::object({{"date", date->text}});
  return node.integer() ? Value(*node.integer()) : Value(*node.text());
}

std::optional<Node> read_document(std::string_view text, Syntax syntax) {
  Diagnostics problems;
  return syntax == Syntax::json ? read_json("", text, problems) : read_toml("", text, problems);
}

Result edit_tables(std::string_view text, Syntax syntax, const std::vector<TableEdit>& edits, std::vector<std::string>& refused) {
  return Editor(text, syntax).edit(edits, refused);
}

Result insert_item(std::string_view text, Syntax syntax, const TextPath& table, std::string_view key, std::size_t index, std::string_view item) {
  return Editor(text, syntax).insert(table, key, index, item);
}

}  // namespace bigfoot

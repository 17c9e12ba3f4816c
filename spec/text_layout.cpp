// spec/text_layout.cpp - see text_layout.h.
#include "spec/text_layout.h"

#include <algorithm>
#include <cctype>

#include <nlohmann/json.hpp>

namespace bigfoot {
namespace {

bool is_bare(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-'; }

struct Key {
  std::vector<std::string> parts;
  TextRange range;
  std::string prefix;  ///< all but the last part, as written, with its dot
};

/// The table that the parts lead to, from `from` on; tables on the way are made. Null where a value stands in the way.
Layout* walk(Layout& from, const std::vector<std::string>& parts, std::size_t count, Layout::Form made) {
  Layout* at = &from;
  for (std::size_t i = 0; i < count; ++i) {
    const auto known = std::ranges::find(at->members, parts[i], &LayoutMember::key);
    if (known == at->members.end()) {
      Layout table;
      table.form = made;
      at->members.push_back({parts[i], {}, std::move(table)});
      at = &at->members.back().value;
    } else {
      at = &known->value;
    }
    if (at->form == Layout::Form::tables && !at->items.empty()) at = &at->items.back();
    const bool is_table = at->form == Layout::Form::table || at->form == Layout::Form::dotted;
    if (!is_table) return nullptr;
  }
  return at;
}

/// The ends of tables, from those of what is in them.
std::size_t close_ends(Layout& layout) {
  layout.end = std::max({layout.end, layout.own_end, layout.range.offset + layout.range.size});
  for (LayoutMember& member : layout.members) layout.end = std::max(layout.end, close_ends(member.value));
  for (Layout& item : layout.items) layout.end = std::max(layout.end, close_ends(item));
  return layout.end;
}

class LayoutReader {
 public:
  LayoutReader(std::string_view text, Syntax syntax) : text_(text), syntax_(syntax) {}

  std::optional<Layout> read() {
    Layout root;
    root.form = Layout::Form::table;
    if (syntax_ == Syntax::json) {
      blanks(true);
      if (!value(root)) return std::nullopt;
      blanks(true);
    } else if (!statements(root)) {
      return std::nullopt;
    }
    if (at_ != text_.size()) return std::nullopt;
    close_ends(root);
    return root;
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void blanks(bool lines) {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '#' && syntax_ == Syntax::toml) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (c == ' ' || c == '\t' || (lines && (c == '\n' || c == '\r'))) {
        ++at_;
      } else {
        return;
      }
    }
  }

  bool statements(Layout& root) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    Layout* table = &root;
    for (blanks(true); at_ < text_.size(); blanks(true)) {
      if (peek() == '[') {
        table = header(root);
        if (!table) return false;
      } else if (!statement(*table)) {
        return false;
      }
      blanks(false);
      if (at_ < text_.size() && peek() != '\n' && peek() != '\r') return false;
    }
    return true;
  }

  Layout* header(Layout& root) {
    const std::size_t start = at_;
    const bool twice = peek(1) == '[';
    at_ += twice ? 2 : 1;
    Key key;
    if (!dotted_key(key) || !take(']') || (twice && !take(']'))) return nullptr;
    Layout* parent = walk(root, key.parts, key.parts.size() - 1, Layout::Form::table);
    if (!parent) return nullptr;
    const TextRange range{start, at_ - start};
    auto known = std::ranges::find(parent->members, key.parts.back(), &LayoutMember::key);
    if (known == parent->members.end()) {
      Layout made;
      made.form = twice ? Layout::Form::tables : Layout::Form::table;
      parent->members.push_back({key.parts.back(), key.range, std::move(made)});
      known = std::prev(parent->members.end());
    }
    Layout* table = &known->value;
    if (twice) {
      if (table->form != Layout::Form::tables) return nullptr;
      table->items.emplace_back();
      table = &table->items.back();
      table->form = Layout::Form::table;
    }
    if (table->form != Layout::Form::table) return nullptr;
    table->range = range;
    table->own_end = at_;
    return table;
  }

  bool statement(Layout& table) {
    Key key;
    if (!dotted_key(key) || !take('=')) return false;
    Layout* parent = walk(table, key.parts, key.parts.size() - 1, Layout::Form::dotted);
    if (!parent) return false;
    blanks(false);
    LayoutMember member{key.parts.back(), key.range, {}};
    if (!value(member.value)) return false;
    parent->members.push_back(std::move(member));
    parent->own_end = table.own_end = at_;
    if (parent->form == Layout::Form::dotted) parent->prefix = key.prefix;
    return true;
  }

  bool dotted_key(Key& key) {
    blanks(false);
    key.range.offset = at_;
    do {
      if (!key.parts.empty()) key.prefix = text_.substr(key.range.offset, at_ - key.range.offset);
      blanks(false);
      std::string part;
      if (!simple_key(part)) return false;
      key.parts.push_back(std::move(part));
      key.range.size = at_ - key.range.offset;
      blanks(false);
    } while (syntax_ == Syntax::toml && take('.'));
    return true;
  }

  bool simple_key(std::string& key) {
    const std::size_t start = at_;
    if (peek() == '"' || (peek() == '\'' && syntax_ == Syntax::toml)) {
      const bool escapes = peek() == '"';
      if (!string()) return false;
      const std::string_view written = text_.substr(start, at_ - start);
      if (!escapes) {
        key = written.substr(1, written.size() - 2);
        return true;
      }
      key = unescaped(written);
      return true;
    }
    while (is_bare(peek())) ++at_;
    key = text_.substr(start, at_ - start);
    return !key.empty() && syntax_ == Syntax::toml;
  }

  /// A quoted key: JSON's escapes are TOML's, but for \U and \e.
  static std::string unescaped(std::string_view quoted) {
    const auto text = nlohmann::json::parse(quoted, nullptr, false);
    return text.is_string() ? text.get<std::string>() : std::string(quoted);
  }

  bool string() {
    const std::size_t end = string_end(text_, at_);
    if (end < at_ + 2 || text_[end - 1] != text_[at_]) return false;
    at_ = end;
    return true;
  }

  bool value(Layout& out) {
    if (++depth_ > kDeepest) return false;
    const std::size_t start = at_;
    bool good = true;
    if (peek() == '[') {
      good = list(out);
    } else if (peek() == '{') {
      good = braces(out);
    } else if (peek() == '"' || peek() == '\'') {
      good = string();
    } else {
      while (at_ < text_.size() && std::string_view(",]}#\r\n").find(text_[at_]) == std::string_view::npos) ++at_;
      while (at_ > start && (text_[at_ - 1] == ' ' || text_[at_ - 1] == '\t')) --at_;
      good = at_ > start;
    }
    out.range = {start, at_ - start};
    --depth_;
    return good;
  }

  bool list(Layout& out) {
    out.form = Layout::Form::list;
    take('[');
    for (blanks(true); !take(']'); blanks(true)) {
      out.items.emplace_back();
      if (!value(out.items.back())) return false;
      blanks(true);
      if (!take(',') && peek() != ']') return false;
    }
    return true;
  }

  bool braces(Layout& out) {
    out.form = Layout::Form::braces;
    take('{');
    const bool lines = syntax_ == Syntax::json;
    for (blanks(lines); !take('}'); blanks(lines)) {
      Key key;
      if (!dotted_key(key)) return false;
      blanks(lines);
      if (!take(lines ? ':' : '=')) return false;
      blanks(lines);
      Layout* parent = walk(out, key.parts, key.parts.size() - 1, Layout::Form::dotted);
      if (!parent) return false;
      LayoutMember member{key.parts.back(), key.range, {}};
      if (!value(member.value)) return false;
      parent->members.push_back(std::move(member));
      blanks(lines);
      if (!take(',') && peek() != '}') return false;
    }
    return true;
  }

  static constexpr int kDeepest = 80;  // kMaxDepth of toml_source.h, and some for what stands in it

  std::string_view text_;
  Syntax syntax_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

const Layout* Layout::find(std::string_view key) const {
  const auto found = std::ranges::find(members, key, &LayoutMember::key);
  return found == members.end() ? nullptr : &found->value;
}

std::optional<Layout> read_layout(std::string_view text, Syntax syntax) { return LayoutReader(text, syntax).read(); }

std::size_t line_end(std::string_view text, std::size_t at) {
  const std::size_t end = text.find('\n', std::min(at, text.size()));
  return end == text.npos ? text.size() : end + 1;
}

std::size_t line_start(std::string_view text, std::size_t at) {
  while (at > 0 && text[at - 1] != '\n') --at;
  return at;
}

}  // namespace bigfoot

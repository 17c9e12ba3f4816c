// runner/redactor_toml.cpp - See redactor_toml.h.
#include "runner/redactor_toml.h"

#include <algorithm>
#include <charconv>

#include "spec/toml_text.h"

namespace bigfoot {
namespace {

bool is_bare_key(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

void append_utf8(std::string& out, unsigned code) {  // RFC 3629, section 3
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

/// Copies what it reads to `out`, except for the values that are replaced. Each step says whether it could be read.
class Walk {
 public:
  Walk(std::string_view text, const TomlReplace& replace) : text_(text), replace_(replace) {}

  bool document() {
    while (true) {
      blanks(/*newlines=*/true);
      if (at_ == text_.size()) return true;
      if (!(text_[at_] == '[' ? header() : key_value())) return false;
    }
  }
  std::string take() { return std::move(out_); }
  std::string_view rest() const { return text_.substr(at_); }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void copy(std::size_t n) {
    out_.append(text_.substr(at_, n));
    at_ += n;
  }
  bool take_char(char c) {
    if (peek() != c) return false;
    copy(1);
    return true;
  }

  void blanks(bool newlines) {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '#') {
        copy(std::min(text_.find('\n', at_), text_.size()) - at_);
      } else if (c == ' ' || c == '\t' || (newlines && (c == '\n' || c == '\r'))) {
        copy(1);
      } else {
        return;
      }
    }
  }

  bool header() {
    const std::size_t brackets = text_.substr(at_).starts_with("[[") ? 2 : 1;
    copy(brackets);
    path_.clear();
    if (!keys()) return false;
    for (std::size_t i = 0; i < brackets; ++i) {
      if (!take_char(']')) return false;
    }
    return true;
  }

  bool keys() {
    do {
      blanks(false);
      std::string name;
      if (peek() == '"' || peek() == '\'') {
        const std::size_t start = at_;
        if (!read_string(name)) return false;
        out_.append(text_.substr(start, at_ - start));
      } else {
        const std::size_t start = at_;
        while (is_bare_key(peek())) copy(1);
        name = text_.substr(start, at_ - start);
        if (name.empty()) return false;
      }
      path_.push_back(std::move(name));
      blanks(false);
    } while (take_char('.'));
    return true;
  }

  bool key_value() {
    const std::size_t depth = path_.size();
    if (!keys() || !take_char('=')) return false;
    blanks(false);
    if (!value()) return false;
    path_.resize(depth);
    return true;
  }

  bool value() {
    if (++nesting_ > 200) return false;
    const bool read = peek() == '{' ? inline_table() : peek() == '[' ? array() : scalar();
    --nesting_;
    return read;
  }

  bool inline_table() {
    copy(1);
    blanks(true);
    if (take_char('}')) return true;
    do {
      blanks(true);
      if (peek() == '}') break;
      if (!key_value()) return false;
      blanks(true);
    } while (take_char(','));
    return take_char('}');
  }

  bool array() {
    copy(1);
    do {
      blanks(true);
      if (peek() == ']') break;
      if (!value()) return false;
      blanks(true);
    } while (take_char(','));
    return take_char(']');
  }

  bool scalar() {
    const std::size_t start = at_;
    std::string content;
    if (peek() == '"' || peek() == '\'') {
      if (!read_string(content)) {
        at_ = start;
        return false;
      }
    } else {
      while (at_ < text_.size() && std::string_view(",]}\n\r#").find(text_[at_]) == std::string_view::npos) ++at_;
      content = text_.substr(start, at_ - start);
      while (!content.empty() && (content.back() == ' ' || content.back() == '\t')) content.pop_back();
      at_ = start + content.size();
      if (content.empty()) return false;
    }
    if (const auto replaced = replace_(path_, content)) {
      out_ += toml_string(*replaced);
    } else {
      out_.append(text_.substr(start, at_ - start));
    }
    return true;
  }

  /// Moves over a string of any of the four kinds; copies nothing.
  bool read_string(std::string& content) {
    const char quote = text_[at_];
    const std::string three(3, quote);
    const bool multi_line = text_.substr(at_).starts_with(three);
    at_ += multi_line ? 3 : 1;
    if (multi_line && text_.substr(at_).starts_with("\r\n")) at_ += 2;
    else if (multi_line && peek() == '\n') ++at_;
    while (at_ < text_.size()) {
      if (multi_line && text_.substr(at_).starts_with(three)) {
        at_ += 3;
        for (int more = 0; more < 2 && peek() == quote; ++more, ++at_) content += quote;
        return true;
      }
      const char c = text_[at_];
      if (!multi_line && c == quote) {
        ++at_;
        return true;
      }
      if (!multi_line && c == '\n') return false;
      if (quote == '"' && c == '\\') {
        if (!read_escape(content)) return false;
      } else {
        content += c;
        ++at_;
      }
    }
    return false;
  }

  bool read_escape(std::string& content) {
    const char c = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    constexpr std::string_view kNames = "btnfr\"\\e";
    constexpr std::string_view kValues = "\b\t\n\f\r\"\\\x1b";
    if (const std::size_t known = kNames.find(c); c != '\0' && known != std::string_view::npos) {
      content += kValues[known];
      at_ += 2;
      return true;
    }
    if (c == 'u' || c == 'U') {
      const std::size_t digits = c == 'u' ? 4 : 8;
      const std::string_view hex = text_.substr(std::min(at_ + 2, text_.size()), digits);
      unsigned code = 0;
      const auto read = std::from_chars(hex.data(), hex.data() + hex.size(), code, 16);
      if (hex.size() != digits || read.ptr != hex.data() + digits || code > 0x10FFFF) return false;
      append_utf8(content, code);
      at_ += 2 + digits;
      return true;
    }
    if (c == '\n' || c == ' ' || c == '\t' || c == '\r') {  // a line that goes on: blanks up to the next text count for nothing
      ++at_;
      while (peek() == '\n' || peek() == ' ' || peek() == '\t' || peek() == '\r') ++at_;
      return true;
    }
    return false;
  }

  std::string_view text_;
  const TomlReplace& replace_;
  std::size_t at_ = 0;
  int nesting_ = 0;
  TomlPath path_;
  std::string out_;
};

}  // namespace

std::string replace_toml_values(std::string_view toml, const TomlReplace& replace,
                                const std::function<std::string(std::string_view)>& otherwise) {
  Walk walk(toml, replace);
  const bool whole = walk.document();
  std::string out = walk.take();
  if (!whole) out += otherwise(walk.rest());
  return out;
}

}  // namespace bigfoot

// protocols/postgres/arrays.cpp - see arrays.h.
#include "protocols/postgres/arrays.h"

#include <algorithm>

#include "protocols/postgres/codecs.h"

namespace bigfoot {
namespace {

constexpr std::size_t kMaxDimensions = 6;  // src/include/c.h: MAXDIM

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_null_word(std::string_view text) {
  return std::ranges::equal(text, std::string_view("null"), [](char a, char b) { return (a | 0x20) == b; });
}

class ArrayReader {
 public:
  explicit ArrayReader(std::string_view text) : rest_(text) {}

  std::optional<ArrayText> whole() {
    skip_blanks();
    if (rest_.starts_with('[')) {  // bounds, "[0:2]={...}": not kept
      const std::size_t equals = rest_.find('=');
      if (equals == rest_.npos) return {};
      rest_.remove_prefix(equals + 1);
    }
    auto array = read_array(1);
    skip_blanks();
    if (!rest_.empty()) return {};
    return array;
  }

 private:
  void skip_blanks() {
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
  }
  bool take(char wanted) {
    skip_blanks();
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::optional<ArrayText> read_array(std::size_t depth) {
    if (depth > kMaxDimensions || !take('{')) return {};
    ArrayText array;
    if (take('}')) return array;
    do {
      skip_blanks();
      auto element = rest_.starts_with('{') ? read_array(depth + 1) : rest_.starts_with('"') ? read_quoted() : read_plain();
      if (!element) return {};
      array.elements.push_back(std::move(*element));
    } while (take(','));
    if (!take('}')) return {};
    return array;
  }

  std::optional<ArrayText> read_quoted() {
    ArrayText element{ArrayText::Kind::text};
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        return element;
      }
      if (rest_[i] == '\\' && ++i == rest_.size()) return {};
      element.text += rest_[i];
    }
    return {};
  }

  std::optional<ArrayText> read_plain() {
    ArrayText element{ArrayText::Kind::text};
    bool escaped = false;
    std::size_t i = 0;
    for (; i < rest_.size() && rest_[i] != ',' && rest_[i] != '}'; ++i) {
      if (rest_[i] == '{' || rest_[i] == '"') return {};
      if (rest_[i] == '\\') {
        if (++i == rest_.size()) return {};
        escaped = true;
      }
      element.text += rest_[i];
    }
    rest_.remove_prefix(i);
    while (!escaped && !element.text.empty() && is_blank(element.text.back())) element.text.pop_back();
    if (element.text.empty()) return {};
    if (!escaped && is_null_word(element.text)) return ArrayText{ArrayText::Kind::null};
    return element;
  }

  std::string_view rest_;
};

/// The lengths of a rectangle, outermost first; nothing where it is none.
bool measure(const ArrayText& array, std::size_t depth, std::vector<std::size_t>& lengths) {
  if (depth == lengths.size()) lengths.push_back(array.elements.size());
  else if (lengths[depth] != array.elements.size()) return false;
  const bool nested = !array.elements.empty() && array.elements.front().kind == ArrayText::Kind::array;
  for (const ArrayText& element : array.elements) {
    if ((element.kind == ArrayText::Kind::array) != nested) return false;
    if (nested && !measure(element, depth + 1, lengths)) return false;
  }
  return nested || depth + 1 == lengths.size();
}

bool append_elements(const ArrayText& array, const PostgresType& type, std::string& out, bool& has_null) {
  for (const ArrayText& element : array.elements) {
    if (element.kind == ArrayText::Kind::array) {
      if (!append_elements(element, type, out, has_null)) return false;
    } else if (element.kind == ArrayText::Kind::null) {
      has_null = true;
      out += to_network<std::int32_t>(-1);
    } else {
      const auto binary = type.to_binary(element.text);
      if (!binary) return false;
      out += to_network(static_cast<std::int32_t>(binary->size())) + *binary;
    }
  }
  return true;
}

/// Takes numbers and elements off the front of a binary array.
struct BinaryReader {
  std::string_view rest;
  std::optional<std::int32_t> number() {
    if (rest.size() < 4) return {};
    const auto value = from_network<std::int32_t>(rest);
    rest.remove_prefix(4);
    return value;
  }
};

bool append_text(BinaryReader& in, const PostgresType& type, const std::vector<std::int32_t>& lengths, std::size_t depth, std::string& out) {
  out += '{';
  for (std::int32_t i = 0; i < lengths[depth]; ++i) {
    if (i > 0) out += ',';
    if (depth + 1 < lengths.size()) {
      if (!append_text(in, type, lengths, depth + 1, out)) return false;
      continue;
    }
    const auto size = in.number();
    if (!size) return false;
    if (*size == -1) {
      out += "NULL";
      continue;
    }
    if (*size < 0 || static_cast<std::size_t>(*size) > in.rest.size()) return false;
    const auto text = type.to_text(in.rest.substr(0, static_cast<std::size_t>(*size)));
    if (!text) return false;
    out += quoted_array_element(*text);
    in.rest.remove_prefix(static_cast<std::size_t>(*size));
  }
  out += '}';
  return true;
}

}  // namespace

std::optional<ArrayText> parse_array(std::string_view text) { return ArrayReader(text).whole(); }

std::string quoted_array_element(std::string_view text) {
  const bool plain = !text.empty() && !is_null_word(text) && std::ranges::none_of(text, [](char c) {
    return c == '{' || c == '}' || c == ',' || c == '"' || c == '\\' || is_blank(c);
  });
  if (plain) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::optional<std::string> array_to_binary(std::string_view text, const PostgresType& element) {
  const auto array = parse_array(text);
  if (!array) return {};
  std::vector<std::size_t> lengths;
  if (!measure(*array, 0, lengths)) return {};
  if (lengths.front() == 0) lengths.clear();
  std::string elements;
  bool has_null = false;
  if (!append_elements(*array, element, elements, has_null)) return {};
  std::string out = to_network(static_cast<std::int32_t>(lengths.size())) + to_network<std::int32_t>(has_null ? 1 : 0) + to_network(element.oid);
  for (const std::size_t length : lengths) out += to_network(static_cast<std::int32_t>(length)) + to_network<std::int32_t>(1);
  return out + elements;
}

std::optional<std::string> array_to_text(std::string_view binary, const PostgresType& element) {
  BinaryReader in{binary};
  const auto dimensions = in.number(), flags = in.number(), oid = in.number();
  if (!dimensions || !flags || !oid || *dimensions < 0 || static_cast<std::size_t>(*dimensions) > kMaxDimensions) return {};
  std::vector<std::int32_t> lengths;
  std::size_t total = 1;
  for (std::int32_t i = 0; i < *dimensions; ++i) {
    const auto length = in.number(), lower = in.number();
    // Each element takes four bytes at least: more than there are is no array, whatever the numbers say.
    if (!length || !lower || *length <= 0 || static_cast<std::size_t>(*length) > in.rest.size() / 4 + 1) return {};
    lengths.push_back(*length);
    total *= static_cast<std::size_t>(*length);
    if (total > binary.size()) return {};
  }
  std::string out;
  if (lengths.empty()) out = "{}";
  else if (!append_text(in, element, lengths, 0, out)) return {};
  return in.rest.empty() ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace bigfoot

// protocols/body.cpp - See body.h. Source: RFC 3629 (UTF-8), RFC 4648 (base64), RFC 6839 (the +json suffix).
#include "protocols/body.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "protocols/http/url.h"
#include "protocols/sha256.h"

namespace bigfoot {
namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> kBase64Value = [] {
  std::array<std::int8_t, 256> table{};
  table.fill(-1);
  for (int i = 0; i < 64; ++i) table[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  table['-'] = 62;  // RFC 4648, section 5
  table['_'] = 63;
  return table;
}();

constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// "Application/JSON; charset=utf-8" -> "application/json"
std::string media_type(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (!type.empty() && is_blank(type.front())) type.remove_prefix(1);
  while (!type.empty() && is_blank(type.back())) type.remove_suffix(1);
  std::string out(type);
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

/// How deep JSON may nest before it is shown as text: what reads it is recursive.
constexpr int kMaxDepth =
    200;  // far beyond any real document; nlohmann_json's destructor and printers recurse

bool is_shallow(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxDepth) return false;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return true;
}

std::optional<Value> as_json(std::string_view bytes) {
  std::expected<Value, std::string> json = read_json(bytes);
  return json ? std::optional(std::move(*json)) : std::nullopt;
}

Value form_view(std::string_view bytes) {
  Value form = Value::object();
  for (auto& [name, value] : parse_form(bytes)) {
    if (!is_utf8(name) || !is_utf8(value)) return Value();
    const auto known = form.find(name);
    if (known == form.end()) {
      form[name] = std::move(value);
    } else if (known->is_array()) {
      known->push_back(std::move(value));
    } else {
      *known = Value::array({*known, std::move(value)});
    }
  }
  return form;
}

/// The longest start of `bytes` of at most `limit` bytes that does not end inside a UTF-8 sequence.
std::string_view cut_text(std::string_view bytes, std::size_t limit) {
  if (bytes.size() <= limit) return bytes;
  while (limit > 0 && (static_cast<unsigned char>(bytes[limit]) & 0xC0) == 0x80) --limit;
  return bytes.substr(0, limit);
}

}  // namespace

std::expected<Value, std::string> read_json(std::string_view text) {
  if (text.empty()) return std::unexpected("not JSON: it is empty");
  if (!is_shallow(text)) return std::unexpected(fmt::format("not JSON: nested more than {} deep", kMaxDepth));
  try {
    return Value::parse(text);
  } catch (const Value::parse_error& error) {
    return std::unexpected(fmt::format("not JSON: wrong at byte {}", error.byte > 0 ? error.byte - 1 : 0));
  } catch (const Value::exception&) {  // json.exception.out_of_range.406
    return std::unexpected("not JSON: a number in it is too large");
  }
}

bool is_utf8(std::string_view bytes) {
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto* end = at + bytes.size();
  while (at < end) {
    const unsigned char first = *at++;
    if (first < 0x80) continue;
    // RFC 3629, section 4: lead bytes, and what the second byte may be (no overlong forms, no surrogates, at
    // most U+10FFFF).
    int more = 0;
    unsigned char low = 0x80, high = 0xBF;
    if (first >= 0xC2 && first <= 0xDF) {
      more = 1;
    } else if (first >= 0xE0 && first <= 0xEF) {
      more = 2;
      if (first == 0xE0) low = 0xA0;
      if (first == 0xED) high = 0x9F;
    } else if (first >= 0xF0 && first <= 0xF4) {
      more = 3;
      if (first == 0xF0) low = 0x90;
      if (first == 0xF4) high = 0x8F;
    } else {
      return false;
    }
    if (end - at < more || *at < low || *at > high) return false;
    for (int i = 1; i < more; ++i)
      if ((at[i] & 0xC0) != 0x80) return false;
    at += more;
  }
  return true;
}

bool is_text(std::string_view bytes) {
  const auto is_control = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\r' && c != '\n') || byte == 0x7F;
  };
  return is_utf8(bytes) && std::none_of(bytes.begin(), bytes.end(), is_control);
}

std::string to_base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t have = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (k < have ? static_cast<unsigned char>(bytes[i + k]) : 0);
    for (std::size_t k = 0; k < 4; ++k) out += k <= have ? kAlphabet[(group >> (18 - 6 * k)) & 63] : '=';
  }
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  std::size_t digits = 0, padding = 0;
  for (const char c : text) {
    if (is_blank(c)) continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const int value = kBase64Value[static_cast<unsigned char>(c)];
    if (value < 0 || padding > 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    if (++digits % 4 == 0) {
      out += static_cast<char>(bits >> 16);
      out += static_cast<char>(bits >> 8);
      out += static_cast<char>(bits);
    }
  }
  const std::size_t left = digits % 4;
  if (left == 1 || padding > 2 || (padding > 0 && (left + padding) % 4 != 0)) return std::nullopt;
  if (left >= 2) out += static_cast<char>(bits >> (left == 2 ? 4 : 10));
  if (left == 3) out += static_cast<char>(bits >> 2);
  return out;
}

std::optional<std::string> from_hex(std::string_view text) {
  std::string out;
  int high = -1;
  for (const char c : text) {
    if (is_blank(c)) {
      if (high >= 0) return std::nullopt;  // a blank inside a byte: "c a" is a typing error
      continue;
    }
    const int value = hex_value(c);
    if (value < 0) return std::nullopt;
    if (high < 0) {
      high = value;
    } else {
      out += static_cast<char>(high * 16 + value);
      high = -1;
    }
  }
  if (high >= 0) return std::nullopt;
  return out;
}

std::string to_hex(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 3);
  for (const char c : bytes) {
    if (!out.empty()) out += ' ';
    out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    out += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

Value body_view(std::string_view bytes, std::string_view content_type) {
  return body_view(bytes, content_type, bytes.size());
}

Value body_view(std::string_view bytes, std::string_view content_type, std::size_t limit) {
  const bool whole = bytes.size() <= limit;
  const std::string type = media_type(content_type);
  if (whole && !bytes.empty()) {
    const bool says_json = type == "application/json" || type == "text/json" || type.ends_with("+json");
    const auto first = bytes.find_first_not_of(" \t\r\n");
    const bool looks_json =
        type.empty() && first != bytes.npos && (bytes[first] == '{' || bytes[first] == '[');
    if (says_json || looks_json) {
      if (auto json = as_json(bytes)) {
        Value view = Value::object();
        view["json"] = std::move(*json);
        return view;
      }
    }
    if (type == "application/x-www-form-urlencoded") {
      if (Value form = form_view(bytes); !form.is_null()) {
        Value view = Value::object();
        view["form"] = std::move(form);
        return view;
      }
    }
  }
  Value view = Value::object();
  const std::string_view shown = whole ? bytes : cut_text(bytes, limit);
  // A long body is judged by the part that is shown: what follows may be anything.
  if (is_utf8(shown) && shown.find('\0') == shown.npos) {
    view["text"] = std::string(shown);
    if (whole) return view;
  } else {
    view["base64"] = to_base64(bytes.substr(0, limit));
  }
  view["size"] = bytes.size();
  if (!whole) view["sha256"] = sha256(bytes);
  return view;
}

}  // namespace bigfoot

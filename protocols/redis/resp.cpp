// protocols/redis/resp.cpp - See resp.h.
#include "protocols/redis/resp.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

namespace bigfoot {
namespace {

constexpr std::size_t kLongestLine = 64 * 1024;               // redis/src/server.h: PROTO_INLINE_MAX_SIZE
constexpr std::int64_t kMostWords = 1024 * 1024;              // redis/src/networking.c, processMultibulkBuffer
constexpr std::int64_t kLongestWord = 512LL * 1024 * 1024;    // redis.conf: proto-max-bulk-len

constexpr std::array<std::string_view, 9> kForms = {"nil",        "status",   "error", "map", "set",
                                                    "double",     "big_number", "verbatim", "value"};

std::unexpected<ProtocolError> broken(std::size_t at, std::string what) {
  return std::unexpected(ProtocolError{at, std::move(what)});
}

struct Line {
  std::string_view text;
  std::size_t next = 0;  ///< where the next one begins
};

/// The line that begins at `from`; nothing where its end has not come.
std::expected<std::optional<Line>, ProtocolError> read_line(std::string_view in, std::size_t from) {
  const std::size_t end = in.find('\n', from);
  if (end == in.npos) {
    if (in.size() - from > kLongestLine) return broken(from, "a line of more than 64 KiB");
    return std::nullopt;
  }
  std::string_view text = in.substr(from, end - from);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return Line{text, end + 1};
}

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Reads a quoted word that begins behind its quote; gives where it ends, npos where it does not.
/// Source: redis/src/sds.c, sdssplitargs.
std::size_t read_quoted(std::string_view line, std::size_t i, char quote, std::string& word) {
  for (; i < line.size(); ++i) {
    const char c = line[i];
    if (c == quote) return i + 1;
    if (c != '\\' || i + 1 == line.size()) {
      word += c;
      continue;
    }
    const char next = line[++i];
    if (quote == '\'') {
      if (next != '\'') word += '\\';
      word += next;
    } else if (next == 'x' && i + 2 < line.size() && hex_digit(line[i + 1]) >= 0 && hex_digit(line[i + 2]) >= 0) {
      word += static_cast<char>(hex_digit(line[i + 1]) * 16 + hex_digit(line[i + 2]));
      i += 2;
    } else {
      constexpr std::string_view kLetters = "nrtba", kMeanings = "\n\r\t\b\a";
      const std::size_t letter = kLetters.find(next);
      word += letter == kLetters.npos ? next : kMeanings[letter];
    }
  }
  return line.npos;
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\0' || c == '\v' || c == '\f'; }

std::expected<RespCommand, ProtocolError> read_inline(std::string_view in) {
  const auto line = read_line(in, 0);
  if (!line) return std::unexpected(line.error());
  if (!*line) return RespCommand{};
  RespCommand out{(*line)->next, {}};
  const std::string_view text = (*line)->text;
  for (std::size_t i = 0; i < text.size();) {
    if (is_blank(text[i])) {
      ++i;
      continue;
    }
    std::string word;
    while (i < text.size() && !is_blank(text[i])) {
      if (text[i] != '"' && text[i] != '\'') {
        word += text[i++];
        continue;
      }
      i = read_quoted(text, i + 1, text[i], word);
      const bool ends_well = i != text.npos && (i == text.size() || is_blank(text[i]));
      if (!ends_well) return broken(0, "unbalanced quotes in an inline command");
      break;
    }
    out.words.push_back(std::move(word));
  }
  return out;
}

}  // namespace

std::expected<RespCommand, ProtocolError> read_command(std::string_view in) {
  if (in.empty()) return RespCommand{};
  if (in.front() != '*') return read_inline(in);
  const auto head = read_line(in, 1);
  if (!head) return std::unexpected(head.error());
  if (!*head) return RespCommand{};
  const std::optional<std::int64_t> count = number_of((*head)->text);
  if (!count || *count > kMostWords) return broken(1, fmt::format("'{}' is no number of words", (*head)->text));
  RespCommand out;
  std::size_t at = (*head)->next;
  for (std::int64_t i = 0; i < *count; ++i) {
    if (at == in.size()) return RespCommand{};
    if (in[at] != '$') return broken(at, fmt::format("expected '$' before word {} of a command", i + 1));
    const auto line = read_line(in, at + 1);
    if (!line) return std::unexpected(line.error());
    if (!*line) return RespCommand{};
    const std::optional<std::int64_t> length = number_of((*line)->text);
    if (!length || *length < 0 || *length > kLongestWord)
      return broken(at + 1, fmt::format("'{}' is no length of a word", (*line)->text));
    const std::size_t size = static_cast<std::size_t>(*length), from = (*line)->next;
    if (in.size() < from + size + 2) return RespCommand{};
    if (in.substr(from + size, 2) != "\r\n") return broken(from + size, fmt::format("word {} is longer than it says", i + 1));
    out.words.emplace_back(in.substr(from, size));
    at = from + size + 2;
  }
  out.used = at;
  return out;
}

bool is_typed_form(const Value& table) {
  return table.is_object() && table.size() == 1 && std::ranges::find(kForms, table.begin().key()) != kForms.end();
}

void RespWriter::head(char type, std::size_t length) { out_ += fmt::format("{}{}\r\n", type, length); }

void RespWriter::status(std::string_view text) {
  out_ += '+';
  for (const char c : text) out_ += c == '\r' || c == '\n' ? ' ' : c;
  out_ += "\r\n";
}

void RespWriter::error(std::string_view text) {
  out_ += '-';
  for (const char c : text) out_ += c == '\r' || c == '\n' ? ' ' : c;
  out_ += "\r\n";
}

void RespWriter::bulk(std::string_view bytes) {
  head('$', bytes.size());
  out_ += bytes;
  out_ += "\r\n";
}

void RespWriter::null() { out_ += version_ == Version::resp3 ? "_\r\n" : "$-1\r\n"; }
void RespWriter::array(std::size_t length) { head('*', length); }
void RespWriter::map(std::size_t pairs) { version_ == Version::resp3 ? head('%', pairs) : head('*', pairs * 2); }
void RespWriter::set(std::size_t length) { head(version_ == Version::resp3 ? '~' : '*', length); }
void RespWriter::push(std::size_t length) { head(version_ == Version::resp3 ? '>' : '*', length); }
void RespWriter::number(std::int64_t value) { out_ += fmt::format(":{}\r\n", value); }

void RespWriter::boolean(bool value) {
  if (version_ == Version::resp3) out_ += value ? "#t\r\n" : "#f\r\n";
  else number(value ? 1 : 0);
}

void RespWriter::real(double value) {
  std::string text = fmt::format("{}", value);
  if (std::isnan(value)) text = "nan";
  if (std::isinf(value)) text = value > 0 ? "inf" : "-inf";
  if (version_ == Version::resp3) out_ += fmt::format(",{}\r\n", text);
  else bulk(text);
}

void RespWriter::big_number(std::string_view digits) {
  if (version_ == Version::resp3) out_ += fmt::format("({}\r\n", digits);
  else bulk(digits);
}

void RespWriter::verbatim(std::string_view format, std::string_view bytes) {
  if (version_ == Version::resp2) return bulk(bytes);
  head('=', format.size() + 1 + bytes.size());
  out_ += fmt::format("{}:", format);
  out_ += bytes;
  out_ += "\r\n";
}

void RespWriter::value(const Value& value) {
  if (value.is_null()) return null();
  if (value.is_boolean()) return boolean(value.get<bool>());
  if (value.is_number_integer()) return number(value.get<std::int64_t>());
  if (value.is_number_float()) return real(value.get<double>());
  if (value.is_string()) return bulk(value.get_ref<const std::string&>());
  if (value.is_array()) {
    array(value.size());
    for (const Value& item : value) this->value(item);
    return;
  }
  if (is_typed_form(value)) return typed(value.begin().key(), value.begin().value(), value);
  map(value.size());
  for (const auto& [key, item] : value.items()) {
    bulk(key);
    this->value(item);
  }
}

/// One of kForms. What does not fit its form is written as the map that it also is.
void RespWriter::typed(std::string_view form, const Value& content, const Value& whole) {
  const auto text = [&] { return content.is_string() ? content.get<std::string>() : content.dump(); };
  if (form == "nil") return null();
  if (form == "value") return value(content);
  if (form == "status") return status(text());
  if (form == "error") return error(text());
  if (form == "big_number") return big_number(text());
  if (form == "verbatim") return verbatim("txt", text());
  if (form == "double" && content.is_number()) return real(content.get<double>());
  if (form == "set" && content.is_array()) {
    set(content.size());
    for (const Value& item : content) value(item);
    return;
  }
  const Value& pairs = form == "map" && content.is_object() ? content : whole;
  map(pairs.size());
  for (const auto& [key, item] : pairs.items()) {
    bulk(key);
    value(item);
  }
}

}  // namespace bigfoot

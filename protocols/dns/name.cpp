// protocols/dns/name.cpp - See name.h.
#include "protocols/dns/name.h"

#include <fmt/format.h>

namespace bigfoot {
namespace {

constexpr unsigned char kPointer = 0xC0;  // RFC 1035, 4.1.4: the two high bits

std::unexpected<ProtocolError> broken(std::size_t at, std::string what) {
  return std::unexpected(ProtocolError{at, std::move(what)});
}

void append_label(std::string& text, std::string_view label) {
  if (!text.empty()) text += '.';
  for (const char c : label) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '.' || c == '\\') {
      text += '\\';
      text += c;
    } else if (byte <= ' ' || byte >= 0x7f) {
      text += fmt::format("\\{:03}", byte);
    } else {
      text += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
  }
}

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::expected<DnsName, ProtocolError> read_dns_name(std::string_view message, std::size_t at) {
  DnsName name;
  std::size_t size = 1, lowest = at;
  for (;;) {
    if (at >= message.size()) return broken(message.size(), "the message ends inside a name");
    const auto count = static_cast<unsigned char>(message[at]);
    if ((count & kPointer) == kPointer) {
      if (at + 1 >= message.size()) return broken(message.size(), "the message ends inside a name");
      const std::size_t to = (count & 0x3Fu) << 8 | static_cast<unsigned char>(message[at + 1]);
      if (to >= lowest) return broken(at, "a compression pointer that does not lead backwards");
      if (!name.compressed) name.end = at + 2;
      name.compressed = true;
      at = lowest = to;
      continue;
    }
    if (count > kMaxLabel) return broken(at, "a label type that is not known");
    if (count == 0) break;
    if (message.size() - at - 1 < count) return broken(message.size(), "the message ends inside a name");
    size += count + 1u;
    if (size > kMaxName) return broken(at, "a name longer than 255 octets");
    append_label(name.text, message.substr(at + 1, count));
    at += count + 1u;
  }
  if (!name.compressed) name.end = at + 1;
  if (name.text.empty()) name.text = ".";
  return name;
}

DnsEscape read_dns_escape(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at + 1);
  if (rest.size() >= 3 && is_digit(rest[0]) && is_digit(rest[1]) && is_digit(rest[2])) {
    const int value = (rest[0] - '0') * 100 + (rest[1] - '0') * 10 + (rest[2] - '0');
    return value < 256 ? DnsEscape{static_cast<char>(value), 4} : DnsEscape{};
  }
  return rest.empty() || is_digit(rest[0]) ? DnsEscape{} : DnsEscape{rest[0], 2};
}

std::expected<std::string, std::string> dns_name_bytes(std::string_view text) {
  if (text.empty()) return std::unexpected("no name");
  std::string out;
  if (text == ".") return std::string(1, '\0');
  std::string label;
  const auto end_label = [&]() -> std::expected<void, std::string> {
    if (label.empty()) return std::unexpected(fmt::format("'{}' has an empty label", text));
    if (label.size() > kMaxLabel)
      return std::unexpected(fmt::format("'{}' has a label longer than {} bytes", text, kMaxLabel));
    out += static_cast<char>(label.size());
    out += label;
    label.clear();
    return {};
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '.') {
      if (const auto ended = end_label(); !ended) return std::unexpected(ended.error());
    } else if (text[i] == '\\') {
      const DnsEscape escape = read_dns_escape(text, i);
      if (escape.size == 0)
        return std::unexpected(fmt::format("'{}' has a backslash that escapes nothing", text));
      label += escape.byte;
      i += escape.size - 1;
    } else if (static_cast<unsigned char>(text[i]) <= ' ') {
      return std::unexpected(fmt::format("'{}' has a blank in it", text));
    } else {
      label += text[i];
    }
  }
  if (!label.empty())
    if (const auto ended = end_label(); !ended) return std::unexpected(ended.error());
  out += '\0';
  if (out.size() > kMaxName)
    return std::unexpected(fmt::format("'{}' is longer than {} octets", text, kMaxName));
  return out;
}

}  // namespace bigfoot

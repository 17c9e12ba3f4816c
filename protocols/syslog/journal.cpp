// protocols/syslog/journal.cpp - A datagram to /run/systemd/journal/socket.
// Source: https://systemd.io/JOURNAL_NATIVE_PROTOCOL/; systemd.journal-fields(7).
#include <charconv>
#include <cstdint>

#include "protocols/syslog/syslog.h"

namespace bigfoot {
namespace {

struct Field {
  std::string_view name, value;
};

/// KEY=value and LF, or KEY and LF, eight bytes of length (little-endian), the value, LF. What is cut short ends with the input.
Field take_field(std::string_view& in) {
  const std::size_t end = std::min(in.find('\n'), in.size());
  const std::string_view line = in.substr(0, end);
  in.remove_prefix(std::min(end + 1, in.size()));
  if (const std::size_t equals = line.find('='); equals != line.npos) return {line.substr(0, equals), line.substr(equals + 1)};
  if (line.empty() || in.size() < 8) return {};  // malformed: there is no value
  std::uint64_t size = 0;
  for (int i = 7; i >= 0; --i) size = size << 8 | static_cast<unsigned char>(in[static_cast<std::size_t>(i)]);
  in.remove_prefix(8);
  const std::string_view value = in.substr(0, size);
  in.remove_prefix(value.size());
  if (in.starts_with('\n')) in.remove_prefix(1);
  return {line, value};
}

std::optional<int> number_below(std::string_view text, int limit) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0 || number >= limit) return std::nullopt;
  return number;
}

/// A field may stand several times: then its values are an array.
void keep(Fields& fields, const Field& field) {
  const std::string name(field.name);
  if (!fields.contains(name)) {
    fields[name] = std::string(field.value);
    return;
  }
  Value& known = fields[name];
  if (!known.is_array()) known = Value::array({known});
  known.push_back(std::string(field.value));
}

}  // namespace

SyslogMessage read_journal_datagram(std::string_view datagram) {
  SyslogMessage out;
  while (!datagram.empty()) {
    const Field field = take_field(datagram);
    if (field.name.empty()) continue;
    if (field.name == "MESSAGE") out.text = field.value;
    else if (field.name == "PRIORITY") out.severity = number_below(field.value, 8);
    else if (field.name == "SYSLOG_FACILITY") out.facility = number_below(field.value, 24);
    else if (field.name == "SYSLOG_IDENTIFIER") out.app = field.value;
    else if (field.name == "SYSLOG_PID") out.pid = field.value;
    else if (field.name == "SYSLOG_TIMESTAMP") out.timestamp = field.value;
    else if (field.name == "MESSAGE_ID") out.id = field.value;
    else keep(out.fields, field);
  }
  out.tagged = out.text;
  return out;
}

}  // namespace bigfoot

// tests/unit/protocols/postgres_client.cpp - See postgres_client.h.
#include "postgres_client.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <sstream>

#include "protocols/body.h"
#include "protocols/postgres/wire.h"

namespace bigfoot::test {
namespace {

struct Row {
  std::string_view name;
  char type;
};
constexpr Row kMessages[] = {{"Parse", 'P'},    {"Bind", 'B'},     {"Describe", 'D'}, {"Execute", 'E'},  {"Close", 'C'},    {"Sync", 'S'},  {"Flush", 'H'},
                             {"Query", 'Q'},    {"Terminate", 'X'}, {"Password", 'p'}, {"CopyData", 'd'}, {"CopyDone", 'c'}, {"CopyFail", 'f'}, {"FunctionCall", 'F'}};

std::string bytes_of_value(const Value& value) { return value.is_object() ? from_hex(value.at("hex").get<std::string>()).value() : value.get<std::string>(); }

std::string text(const Value& value) { return value.get<std::string>() + '\0'; }

template <class Int>
std::string numbers(const Value& list) {
  std::string out = to_network(static_cast<std::uint16_t>(list.size()));
  for (const Value& number : list) out += to_network(number.get<Int>());
  return out;
}

std::string bind_body(const Value& fields) {
  std::string out = text(fields.at(0)) + text(fields.at(1)) + numbers<std::int16_t>(fields.at(2)) + to_network(static_cast<std::uint16_t>(fields.at(3).size()));
  for (const Value& value : fields.at(3)) {
    const std::string bytes = value.is_null() ? "" : bytes_of_value(value);
    out += to_network(value.is_null() ? std::int32_t{-1} : static_cast<std::int32_t>(bytes.size())) + bytes;
  }
  return out + numbers<std::int16_t>(fields.at(4));
}

std::string body_of(char type, const Value& fields) {
  switch (type) {
    case 'P': return text(fields.at(0)) + text(fields.at(1)) + numbers<std::uint32_t>(fields.at(2));
    case 'B': return bind_body(fields);
    case 'D':
    case 'C': return fields.at(0).get<std::string>() + text(fields.at(1));
    case 'E': return text(fields.at(0)) + to_network(fields.at(1).get<std::int32_t>());
    case 'Q':
    case 'f': return text(fields.at(0));
    case 'F': return to_network(fields.at(0).get<std::uint32_t>());
    case 'p':
    case 'd': return bytes_of_value(fields.at(0));
    default: return "";
  }
}

std::string packet(std::string_view body) { return to_network(static_cast<std::uint32_t>(body.size() + 4)) + std::string(body); }

std::string startup_body(const Value& fields) {
  std::string out = to_network(fields.at(0).get<std::uint32_t>());
  for (const auto& [name, value] : fields.at(1).items()) out += name + '\0' + text(value);
  return out + '\0';
}

std::string message(const std::string& name, const Value& fields) {
  if (name == "SSLRequest") return packet(to_network(kSslRequest));
  if (name == "GSSENCRequest") return packet(to_network(kGssRequest));
  if (name == "CancelRequest") return packet(to_network(kCancelRequest) + to_network(fields.at(0).get<std::uint32_t>()) + to_network(fields.at(1).get<std::uint32_t>()));
  if (name == "StartupMessage") return packet(startup_body(fields));
  if (name == "Bytes") {
    std::string out;
    for (const Value& value : fields) out += bytes_of_value(value);
    return out;
  }
  const auto row = std::ranges::find(kMessages, name, &Row::name);
  if (row == std::end(kMessages)) {
    std::cerr << "no message is called " << name << '\n';
    std::exit(2);
  }
  return row->type + packet(body_of(row->type, fields));
}

}  // namespace

std::string postgres_client_bytes(std::string_view lines) {
  std::string out;
  std::istringstream in{std::string(lines)};
  for (std::string line; std::getline(in, line);) {
    const std::size_t blank = std::min(line.find(' '), line.size());
    const std::string fields = line.substr(std::min(blank + 1, line.size()));
    out += message(line.substr(0, blank), fields.empty() ? Value::array() : Value::parse(fields));
  }
  return out;
}

}  // namespace bigfoot::test

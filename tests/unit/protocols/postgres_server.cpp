// tests/unit/protocols/postgres_server.cpp - See postgres_server.h. Source: PostgreSQL documentation, "Message Formats".
#include "postgres_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "protocols/body.h"
#include "protocols/postgres/types.h"
#include "protocols/postgres/wire.h"

namespace bigfoot::test {
namespace {

Value shown(std::string_view bytes) { return is_text(bytes) ? Value(std::string(bytes)) : Value{{"hex", to_hex(bytes)}}; }

std::string type_name(std::uint32_t oid) {
  const auto type = find_postgres_type(oid);
  return type ? type->name() : fmt::format("{}", oid);
}

std::string authentication(MessageReader& in) {
  switch (in.number<std::int32_t>()) {
    case 0: return "AuthenticationOk";
    case 3: return "AuthenticationCleartextPassword";
    case 5: return fmt::format("AuthenticationMD5Password {}", to_hex(in.rest()));
    case 10: return fmt::format("AuthenticationSASL {}", in.text());
    case 11: return fmt::format("AuthenticationSASLContinue {}", in.rest());
    default: return fmt::format("AuthenticationSASLFinal {}", in.rest());
  }
}

std::string columns(MessageReader& in) {
  std::string out = "RowDescription";
  for (int count = in.number<std::int16_t>(); count > 0; --count) {
    const std::string name(in.text());
    in.take(6);  // table and attribute
    const auto oid = in.number<std::uint32_t>();
    in.take(6);  // length and modifier
    out += fmt::format(" {}:{}:{}", name, type_name(oid), in.number<std::int16_t>() == 1 ? "binary" : "text");
  }
  return out;
}

std::string row(MessageReader& in) {
  Value cells = Value::array();
  for (int count = in.number<std::int16_t>(); count > 0; --count) {
    const auto size = in.number<std::int32_t>();
    cells.push_back(size < 0 ? Value() : shown(in.take(static_cast<std::size_t>(size))));
  }
  return "DataRow " + cells.dump();
}

std::string report(std::string_view name, MessageReader& in) {
  std::string out(name);
  for (char field = in.number<char>(); field != '\0'; field = in.number<char>()) out += fmt::format(" {}={}", field, in.text());
  return out;
}

std::string numbers(std::string_view name, MessageReader& in) {
  std::string out(name);
  const int count = in.number<std::int16_t>();
  for (int i = 0; i < count; ++i) out += " " + type_name(in.number<std::uint32_t>());
  return out;
}

struct Bare {
  char type;
  std::string_view name;
};
constexpr Bare kBare[] = {{'1', "ParseComplete"}, {'2', "BindComplete"},      {'3', "CloseComplete"},     {'n', "NoData"},
                          {'s', "PortalSuspended"}, {'I', "EmptyQueryResponse"}, {'c', "CopyDone"}};

std::string message(char type, MessageReader in) {
  const auto bare = std::ranges::find(kBare, type, &Bare::type);
  if (bare != std::end(kBare)) return std::string(bare->name);
  switch (type) {
    case 'R': return authentication(in);
    case 'S': {
      const std::string name(in.text());
      return fmt::format("ParameterStatus {}={}", name, in.text());
    }
    case 'K': return "BackendKeyData";
    case 'Z': return fmt::format("ReadyForQuery {}", in.rest());
    case 'T': return columns(in);
    case 't': return numbers("ParameterDescription", in);
    case 'D': return row(in);
    case 'C': return fmt::format("CommandComplete {}", in.text());
    case 'E': return report("ErrorResponse", in);
    case 'N': return report("NoticeResponse", in);
    case 'G': return fmt::format("CopyInResponse {}", in.number<char>() != 0 ? "binary" : "text");
    case 'H': return fmt::format("CopyOutResponse {}", in.number<char>() != 0 ? "binary" : "text");
    case 'd': return "CopyData " + shown(in.rest()).dump();
    case 'A': {
      in.take(4);
      const std::string channel(in.text());
      return fmt::format("NotificationResponse {} {}", channel, in.text());
    }
    case 'v': {
      const auto version = in.number<std::uint32_t>();
      std::string out = fmt::format("NegotiateProtocolVersion {}.{}", version >> 16, version & 0xFFFF);
      for (int count = in.number<std::int32_t>(); count > 0; --count) out += fmt::format(" {}", in.text());
      return out;
    }
    default: return fmt::format("{} {}", type, shown(in.rest()).dump());
  }
}

}  // namespace

std::string show_postgres_server(std::string_view bytes) {
  if (bytes.size() == 1) return fmt::format("> {}\n", bytes);  // the answer to an SSLRequest
  std::string out;
  while (!bytes.empty()) {
    const auto size = from_network<std::uint32_t>(bytes.substr(1));
    out += fmt::format("> {}\n", message(bytes.front(), MessageReader(bytes.substr(5, size - 4))));
    bytes.remove_prefix(size + 1);
  }
  return out;
}

}  // namespace bigfoot::test

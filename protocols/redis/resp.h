// protocols/redis/resp.h - The Redis serialization protocol: commands as clients send them, and values as servers do.
// Source: https://redis.io/docs/latest/develop/reference/protocol-spec/ (RESP2, RESP3, "Inline commands").
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/protocol.h"

namespace bigfoot {

/// One command: its words as sent, the name first. `used` 0: nothing whole yet.
struct RespCommand {
  std::size_t used = 0;
  std::vector<std::string> words;  ///< empty with `used` > 0: an empty line or an empty array, which servers skip
};

/// Reads the command at the start of `in`: an array of bulk strings, or an inline line.
std::expected<RespCommand, ProtocolError> read_command(std::string_view in);

/// Writes values in one version of the protocol; what a version lacks is written as servers do for older clients.
class RespWriter {
 public:
  enum class Version { resp2 = 2, resp3 = 3 };
  RespWriter(Version version, std::string& out) : version_(version), out_(out) {}

  void status(std::string_view text);  ///< a simple string; line ends become blanks
  void error(std::string_view text);   ///< "ERR ..."; line ends become blanks
  void bulk(std::string_view bytes);
  void null();
  void array(std::size_t length);
  void map(std::size_t pairs);   ///< RESP2: an array of twice the length
  void set(std::size_t length);  ///< RESP2: an array
  void push(std::size_t length); ///< RESP2: an array
  void number(std::int64_t value);
  void boolean(bool value);             ///< RESP2: 1 or 0
  void real(double value);              ///< RESP2: a bulk string
  void big_number(std::string_view digits);                           ///< RESP2: a bulk string
  void verbatim(std::string_view format, std::string_view bytes);     ///< RESP2: a bulk string; `format`: three letters
  /// Any value: null, booleans, numbers and texts as they are, arrays, and tables: one of the typed forms of
  /// typed_forms(), else a map.
  void value(const Value& value);

 private:
  void typed(std::string_view form, const Value& content, const Value& whole);
  void head(char type, std::size_t length);

  Version version_;
  std::string& out_;
};

/// The one-key tables that name a RESP type: nil, status, error, map, set, double, big_number, verbatim, value.
bool is_typed_form(const Value& table);

}  // namespace bigfoot

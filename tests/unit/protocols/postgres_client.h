// tests/unit/protocols/postgres_client.h - A PostgreSQL client's messages from lines that a person can read.
// A line each: the name as "Message Formats" has it and a JSON array of its fields:
//   StartupMessage [196608, {"user": "app"}]   SSLRequest []   Parse ["", "SELECT $1", [23]]   Describe ["S", ""]
//   Bind ["portal", "statement", [1], [{"hex": "00000001"}, "text", null], [0]]   Execute ["", 0]   Query ["BEGIN"]
// Bytes [{"hex": "..."}, "text"] stands for itself.
#pragma once

#include <string>
#include <string_view>

namespace bigfoot::test {

std::string postgres_client_bytes(std::string_view lines);

}  // namespace bigfoot::test

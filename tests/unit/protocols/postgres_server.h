// tests/unit/protocols/postgres_server.h - What a PostgreSQL server sends, a line each message, for tests.
#pragma once

#include <string>
#include <string_view>

namespace bigfoot::test {

/// "> RowDescription id:int4:text", "> DataRow ["1"]", "> ReadyForQuery I". The bytes are whole messages.
std::string show_postgres_server(std::string_view bytes);

}  // namespace bigfoot::test

// spec/turns.cpp - see turns.h.
#include "spec/turns.h"

#include <algorithm>
#include <iterator>

#include "spec/turns_postgres.h"
#include "spec/turns_smtp.h"
#include "spec/turns_websocket.h"

namespace bigfoot {
namespace {

struct Row {
  std::string_view protocol;
  TurnReader read;
};
constexpr Row kRows[] = {
    {"postgres", read_postgres_turn},
    {"smtp", read_smtp_turn},
    {"websocket", read_websocket_turn},
};

}  // namespace

TurnReader turn_reader_of(std::string_view protocol) {
  const auto row = std::ranges::find(kRows, protocol, &Row::protocol);
  return row == std::end(kRows) ? nullptr : row->read;
}

}  // namespace bigfoot

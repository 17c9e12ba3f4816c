// spec/turns_websocket.h - The steps of a WebSocket. Source: spec-format.md, section 4.4.
#pragma once

#include <string_view>

#include "spec/entry_draft.h"

namespace bigfoot {

/// A TurnReader.
void read_websocket_turn(EntryDraft& draft, std::string_view verb, const Node& content, const Node& step, Turn& turn);

}  // namespace bigfoot

// tests/unit/protocols/stream_player.h - Plays an example's client against a decoder, in pieces, and tells what was seen.
// Blocks: `client`; `peer` (scheme, host, port); `reply`: a line of JSON a call, or `refuse TEXT`; `events`.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "protocols/protocol.h"
#include "transcript.h"

namespace bigfoot::test {

struct StreamProtocol {
  std::function<std::unique_ptr<Decoder>(const Peer&)> make;
  std::function<std::string(const Call&)> show;  ///< whole lines
  std::string usual_reply;                       ///< JSON, where the block has none left
  /// What the server sends, whole lines; where none is given, its bytes.
  std::function<std::string(std::string_view)> show_server = {};
};

/// The whole conversation, cut at every byte, and byte by byte: all must give the same; compared with the example's events.
void expect_same_however_cut(const std::string& file, const Example& example, const StreamProtocol& protocol);

}  // namespace bigfoot::test

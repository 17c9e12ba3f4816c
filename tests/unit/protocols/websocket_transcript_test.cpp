// tests/unit/protocols/websocket_transcript_test.cpp - Plays tests/protocols/websocket.md: a request, read as HTTP and handed over, then frames.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "handed_over.h"
#include "stream_player.h"

namespace bigfoot::test {
namespace {

constexpr const char* kFile = "websocket.md";

std::string show(const Call& call) {
  return fmt::format("{}{} {}\n", call.unnamed == Unnamed::ambient ? "ambient " : "", call.op, call.fields.dump(-1, ' ', true, Value::error_handler_t::replace));
}

const StreamProtocol kWebsocket{[](const Peer& peer) { return std::make_unique<HandedOver>(peer); }, show, "{}"};

class WebsocketTranscript : public testing::TestWithParam<Example> {};

TEST_P(WebsocketTranscript, PlaysTheSameHoweverItIsCut) { expect_same_however_cut(kFile, GetParam(), kWebsocket); }

INSTANTIATE_TEST_SUITE_P(Websocket, WebsocketTranscript, testing::ValuesIn(load_examples(kFile)),
                         [](const auto& info) { return info.param.test_name; });

}  // namespace
}  // namespace bigfoot::test

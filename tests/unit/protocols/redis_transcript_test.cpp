// tests/unit/protocols/redis_transcript_test.cpp - Plays tests/protocols/redis.md.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "protocols/redis/redis.h"
#include "stream_player.h"

namespace bigfoot::test {
namespace {

constexpr const char* kFile = "redis.md";

std::string show(const Call& call) {
  return fmt::format("{}{} {} {}\n", call.unnamed == Unnamed::ambient ? "ambient " : "", call.op, call.fields.at("command").get<std::string>(),
                     call.fields.at("args").dump(-1, ' ', false, Value::error_handler_t::replace));
}

const StreamProtocol kRedis{[](const Peer& peer) { return std::make_unique<RedisDecoder>(peer); }, show, "{}"};

class RedisTranscript : public testing::TestWithParam<Example> {};

TEST_P(RedisTranscript, PlaysTheSameHoweverItIsCut) { expect_same_however_cut(kFile, GetParam(), kRedis); }

INSTANTIATE_TEST_SUITE_P(Redis, RedisTranscript, testing::ValuesIn(load_examples(kFile)),
                         [](const auto& info) { return info.param.test_name; });

}  // namespace
}  // namespace bigfoot::test

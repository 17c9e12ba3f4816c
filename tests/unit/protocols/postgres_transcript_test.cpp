// tests/unit/protocols/postgres_transcript_test.cpp - Plays tests/protocols/postgres.md: its `client` blocks are lines of
// postgres_client.h.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "postgres_client.h"
#include "postgres_server.h"
#include "protocols/postgres/postgres.h"
#include "stream_player.h"

namespace bigfoot::test {
namespace {

constexpr const char* kFile = "postgres.md";

std::string show(const Call& call) {
  const std::string_view named = call.unnamed == Unnamed::ambient ? "ambient " : call.unnamed == Unnamed::unasserted ? "unasserted " : "";
  std::string withheld;
  for (const std::string_view field : call.withheld) withheld += fmt::format(" without {}", field);
  return fmt::format("{}{}{} {}{}\n", named, call.peek ? "peek " : "", call.op, call.fields.dump(-1, ' ', false, Value::error_handler_t::replace), withheld);
}

/// The peer's scheme "tls" stands for a server that offers it.
std::unique_ptr<Decoder> make(const Peer& peer) {
  Peer to = peer;
  to.offers_tls = peer.scheme == "tls";
  return std::make_unique<PostgresDecoder>(to);
}

const StreamProtocol kPostgres{make, show, "{}", show_postgres_server};

class PostgresTranscript : public testing::TestWithParam<Example> {};

TEST_P(PostgresTranscript, PlaysTheSameHoweverItIsCut) {
  Example example = GetParam();
  example.blocks["client"] = block_of(postgres_client_bytes(example.block("client")));
  expect_same_however_cut(kFile, example, kPostgres);
}

INSTANTIATE_TEST_SUITE_P(Postgres, PostgresTranscript, testing::ValuesIn(load_examples(kFile)),
                         [](const auto& info) { return info.param.test_name; });

}  // namespace
}  // namespace bigfoot::test

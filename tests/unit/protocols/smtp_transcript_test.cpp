// tests/unit/protocols/smtp_transcript_test.cpp - Plays tests/protocols/smtp.md.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "protocols/smtp/smtp.h"
#include "stream_player.h"

namespace bigfoot::test {
namespace {

constexpr const char* kFile = "smtp.md";

std::string show(const Call& call) {
  std::string out = call.peek ? "peek " : call.unnamed == Unnamed::ambient ? "ambient " : call.unnamed == Unnamed::unasserted ? "own " : "";
  out += fmt::format("{} {}", call.op, call.fields.dump(-1, ' ', false, Value::error_handler_t::replace));
  if (!call.withheld.empty()) out += fmt::format(" without {}", fmt::join(call.withheld, ", "));
  return out + "\n";
}

const StreamProtocol kSmtp{[](const Peer& peer) { return std::make_unique<SmtpDecoder>(peer); }, show, "{}"};

class SmtpTranscript : public testing::TestWithParam<Example> {};

TEST_P(SmtpTranscript, PlaysTheSameHoweverItIsCut) { expect_same_however_cut(kFile, GetParam(), kSmtp); }

INSTANTIATE_TEST_SUITE_P(Smtp, SmtpTranscript, testing::ValuesIn(load_examples(kFile)),
                         [](const auto& info) { return info.param.test_name; });

}  // namespace
}  // namespace bigfoot::test

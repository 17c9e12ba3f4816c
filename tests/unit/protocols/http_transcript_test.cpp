// tests/unit/protocols/http_transcript_test.cpp - Plays tests/protocols/http.md: each example whole, cut at
// every byte, and byte by byte; all must give the same events and the same answers.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "protocols/http/http.h"
#include "stream_player.h"

namespace bigfoot::test {
namespace {

constexpr const char* kFile = "http.md";

std::string show(const Call& call) {
  const Fields& f = call.fields;
  const auto text = [&](const char* name) { return f.at(name).get<std::string>(); };
  const std::string query = text("query");
  std::string out = fmt::format("{} {} {}://{}:{}{}{} HTTP/{}\n", call.op, text("method"), text("scheme"), text("host"),
                                f.at("port").get<unsigned>(), text("path"), query.empty() ? "" : "?" + query, text("version"));
  for (const char* rows : {"headers", "trailers"}) {
    if (!f.contains(rows)) continue;
    for (const Value& row : f.at(rows))
      out += block_of(fmt::format("{}: {}\r\n", row[0].get<std::string>(), row[1].get<std::string>()),
                      rows == std::string_view("headers") ? "  " : "  trailer ");
  }
  if (f.contains("coding_error")) out += "  coding_error " + text("coding_error") + "\n";
  return out + block_of(text("body"), "  body ");
}

const StreamProtocol kHttp{[](const Peer& peer) { return std::make_unique<HttpDecoder>(peer); }, show, R"({"status": 204})"};

class HttpTranscript : public testing::TestWithParam<Example> {};

TEST_P(HttpTranscript, PlaysTheSameHoweverItIsCut) { expect_same_however_cut(kFile, GetParam(), kHttp); }

INSTANTIATE_TEST_SUITE_P(Http, HttpTranscript, testing::ValuesIn(load_examples(kFile)),
                         [](const auto& info) { return info.param.test_name; });

}  // namespace
}  // namespace bigfoot::test

// tests/unit/protocols/http_transcript_test.cpp - Plays tests/protocols/http.md: each example whole, cut at
// every byte, and byte by byte; all must give the same events and the same answers.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sstream>

#include "protocols/http/http.h"
#include "transcript.h"

namespace bigfoot::test {
namespace {

constexpr const char* kFile = "http.md";

/// One conversation: a client's bytes in pieces, and a server that answers from the example's `reply` block.
class Player {
 public:
  explicit Player(const Example& example) {
    std::istringstream peer(example.block("peer"));
    Peer from{"http", "peer.example", 80};
    if (peer.peek() != std::istringstream::traits_type::eof()) peer >> from.scheme >> from.host >> from.port;
    decoder_ = std::make_unique<HttpDecoder>(from);
    std::istringstream replies(example.block("reply"));
    for (std::string line; std::getline(replies, line);) replies_.push_back(line);
  }

  void feed(std::string_view piece) {
    unused_ += piece;
    if (over_) return;
    for (;;) {
      const std::vector<char> copy = exact_copy(unused_);
      std::string out;
      const DecodeResult result = decoder_->decode({copy.data(), copy.size()}, out);
      append_server(out);
      if (!take(result)) return;
    }
  }

  std::string finish() {
    if (!over_) {
      const std::vector<char> copy = exact_copy(unused_);
      take(decoder_->finish({copy.data(), copy.size()}));
    }
    if (over_ && !failed_) log_ += block_of(unused_, "left ");
    return log_;
  }

 private:
  /// True where another event may be waiting.
  bool take(const DecodeResult& result) {
    if (!result) {
      log_ += fmt::format("error at {}: {}\n", passed_ + result.error().at, result.error().what);
      over_ = failed_ = true;
      return false;
    }
    passed_ += result->used;
    unused_.erase(0, result->used);
    if (const auto* call = std::get_if<Call>(&result->event)) {
      log_call(*call);
      answer();
    } else if (const auto* to = std::get_if<Switch>(&result->event)) {
      log_ += fmt::format("switch {} {}\n", to->protocol, to->authority);
      over_ = true;
    }
    return !over_ && !std::holds_alternative<NeedMore>(result->event);
  }

  void log_call(const Call& call) {
    const Fields& f = call.fields;
    const auto text = [&](const char* name) { return f.at(name).get<std::string>(); };
    const std::string query = text("query");
    log_ += fmt::format("{} {} {}://{}:{}{}{} HTTP/{}\n", call.op, text("method"), text("scheme"),
                        text("host"), f.at("port").get<unsigned>(), text("path"),
                        query.empty() ? "" : "?" + query, text("version"));
    for (const char* rows : {"headers", "trailers"}) {
      if (!f.contains(rows)) continue;
      for (const Value& row : f.at(rows))
        log_ += block_of(fmt::format("{}: {}\r\n", row[0].get<std::string>(), row[1].get<std::string>()),
                         rows == std::string_view("headers") ? "  " : "  trailer ");
    }
    if (f.contains("coding_error")) log_ += "  coding_error " + text("coding_error") + "\n";
    log_ += block_of(text("body"), "  body ");
  }

  void answer() {
    std::string line = R"({"status": 204})";
    if (answered_ < replies_.size()) line = replies_[answered_++];
    std::string out;
    const auto after = line.starts_with("refuse ") ? decoder_->refuse(line.substr(7), out)
                                                   : decoder_->encode(Value::parse(line), out);
    append_server(out);
    if (after == AfterReply::close) {
      log_ += "close\n";
      over_ = true;
    }
  }

  void append_server(std::string_view out) { log_ += block_of(out, "> "); }

  std::unique_ptr<HttpDecoder> decoder_;
  std::vector<std::string> replies_;
  std::size_t answered_ = 0, passed_ = 0;
  std::string unused_, log_;
  bool over_ = false, failed_ = false;
};

class HttpTranscript : public testing::TestWithParam<Example> {};

TEST_P(HttpTranscript, PlaysTheSameHoweverItIsCut) {
  const std::string client = bytes_of(GetParam().block("client"));
  const auto play = [&](const std::vector<std::string_view>& pieces) {
    Player player(GetParam());
    for (const std::string_view piece : pieces) player.feed(piece);
    return player.finish();
  };
  const std::string_view all = client;
  const std::string whole = play({all});
  expect_events(kFile, GetParam(), whole, "whole");
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < all.size(); ++i) {
    bytes.push_back(all.substr(i, 1));
    ASSERT_EQ(play({all.substr(0, i), all.substr(i)}), whole) << "cut at byte " << i;
  }
  EXPECT_EQ(play(bytes), whole) << "byte by byte";
}

INSTANTIATE_TEST_SUITE_P(Http, HttpTranscript, testing::ValuesIn(load_examples(kFile)),
                         [](const auto& info) { return info.param.test_name; });

}  // namespace
}  // namespace bigfoot::test

// tests/unit/protocols/stream_player.cpp - See stream_player.h.
#include "stream_player.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sstream>
#include <variant>

namespace bigfoot::test {
namespace {

/// One conversation: a client's bytes in pieces, and a server that answers from the example's `reply` block.
class Player {
 public:
  Player(const Example& example, const StreamProtocol& protocol) : protocol_(protocol) {
    std::istringstream peer(example.block("peer"));
    Peer from{"http", "peer.example", 80};
    if (peer.peek() != std::istringstream::traits_type::eof()) peer >> from.scheme >> from.host >> from.port;
    decoder_ = protocol.make(from);
    std::istringstream replies(example.block("reply"));
    for (std::string line; std::getline(replies, line);) replies_.push_back(line);
    feed("");
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
      for (bool more = true; more;) {
        const std::vector<char> copy = exact_copy(unused_);
        more = take(decoder_->finish({copy.data(), copy.size()}));
      }
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
    if (const auto* opening = std::get_if<Opening>(&result->event)) {
      log_ += fmt::format("opening {}\n", opening->fields.dump());
      accept();
    } else if (const auto* call = std::get_if<Call>(&result->event)) {
      log_ += protocol_.show(*call);
      answer(*call);
    } else if (const auto* aside = std::get_if<Aside>(&result->event)) {
      log_ += fmt::format("aside {} {}\n", aside->op, aside->fields.dump());
    } else if (const auto* to = std::get_if<Switch>(&result->event)) {
      log_ += fmt::format("switch {} {}\n", to->protocol, to->authority);
      if (to->protocol == "tls") decoder_->secured();  // what follows stands for what comes inside TLS
      else over_ = true;
    }
    if (std::holds_alternative<Goodbye>(result->event)) {
      log_ += "goodbye\n";
      over_ = true;
    }
    return !over_ && !std::holds_alternative<NeedMore>(result->event);
  }

  std::string next_reply() { return answered_ < replies_.size() ? replies_[answered_++] : protocol_.usual_reply; }

  /// The first line of `reply` answers an opening: its terms, or `refuse`.
  void accept() {
    std::string out;
    const std::string line = next_reply();
    const AfterReply after = line.starts_with("refuse ") ? decoder_->refuse(line.substr(7), out) : decoder_->accept(Value::parse(line), out);
    append_server(out);
    take(after);
  }

  void take(AfterReply after) {
    if (after == AfterReply::keep_open) return;
    log_ += after == AfterReply::close ? "close\n" : "start tls\n";
    if (after == AfterReply::start_tls) decoder_->secured();
    else over_ = true;
  }

  void answer(const Call& call) {
    std::string out;
    AfterReply after = AfterReply::keep_open;
    if (call.unnamed != Unnamed::unexpected) {
      after = decoder_->answer_itself(out);
    } else {
      const std::string line = next_reply();
      after = line.starts_with("refuse ") ? decoder_->refuse(line.substr(7), out) : decoder_->encode(Value::parse(line), out);
    }
    append_server(out);
    for (const Later& later : decoder_->take_later()) {
      log_ += fmt::format("after {} us\n", later.after.count());
      append_server(later.bytes);
    }
    take(after);
  }

  void append_server(std::string_view out) { log_ += protocol_.show_server ? protocol_.show_server(out) : block_of(out, "> "); }

  const StreamProtocol& protocol_;
  std::unique_ptr<Decoder> decoder_;
  std::vector<std::string> replies_;
  std::size_t answered_ = 0, passed_ = 0;
  std::string unused_, log_;
  bool over_ = false, failed_ = false;
};

}  // namespace

void expect_same_however_cut(const std::string& file, const Example& example, const StreamProtocol& protocol) {
  const std::string client = bytes_of(example.block("client"));
  const auto play = [&](const std::vector<std::string_view>& pieces) {
    Player player(example, protocol);
    for (const std::string_view piece : pieces) player.feed(piece);
    return player.finish();
  };
  const std::string_view all = client;
  const std::string whole = play({all});
  expect_events(file, example, whole, "whole");
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < all.size(); ++i) {
    bytes.push_back(all.substr(i, 1));
    ASSERT_EQ(play({all.substr(0, i), all.substr(i)}), whole) << "cut at byte " << i;
  }
  EXPECT_EQ(play(bytes), whole) << "byte by byte";
}

}  // namespace bigfoot::test

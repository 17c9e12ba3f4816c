// tests/fuzz/redis_fuzz.cpp - Commands of a Redis client, each answered in turn by replies of every kind. The first byte says how the rest is
// cut. Claims: no crash; whole and cut give the same events and answers; each event moves on; equal bytes in a settled state are equal calls.
#include <string>

#include "protocols/redis/redis.h"
#include "target.h"

namespace bigfoot::test {
namespace {

const Value& reply_number(std::size_t i) {
  static const Value kReplies = Value::parse(R"([
    "text", 1, {"nil": true}, {"map": {"a": 1, "b": [true, 1.5]}}, {"set": ["x"]}, {"error": "ERR no"}, {}, {"double": 0.1}, {"big_number": "12345678901234567890"},
    {"verbatim": "text"}, {"messages": ["one", {"channel": "c", "message": 2, "after_us": 5}]}, [["a", null], {"status": "OK"}], {"value": {"k": "v"}}
  ])");
  return kReplies[i % kReplies.size()];
}

/// Where the pieces end: whole, or by the bits of a seed.
std::size_t next_end(std::size_t from, std::size_t total, unsigned seed, unsigned& state) {
  if (seed == 0) return total;
  state = state * 1103515245u + seed + 12345u;
  return std::min(total, from + 1 + (seed % 3 == 0 ? 0 : (state >> 16) % 64));
}

class Play {
 public:
  explicit Play(std::string_view input) : input_(input), decoder_({"tcp", "fuzz.example", 6379}) {}

  std::string run(unsigned seed) {
    unsigned state = 1;
    while (end_ < input_.size()) {
      end_ = next_end(end_, input_.size(), seed, state);
      for (bool more = true; more && !over_;) {
        const std::vector<char> copy = exact(input_.substr(used_, end_ - used_));
        const std::string_view before = decoder_.settled();
        more = take(decoder_.decode({copy.data(), copy.size()}, log_), before, {copy.data(), copy.size()});
      }
      if (over_) return log_;
    }
    const std::vector<char> copy = exact(input_.substr(used_));
    ended_ = true;
    while (take(decoder_.finish({copy.data(), copy.size()}), {}, {})) claim(calls_at_end_ < 2, "the end leaves one call at most");
    return log_;
  }

 private:
  /// True while events may follow.
  bool take(const DecodeResult& result, std::string_view settled, std::string_view bytes) {
    if (!result) {
      claim(result.error().at <= end_ - used_, "an error is inside the input");
      log_ += "error at " + std::to_string(used_ + result.error().at) + " " + result.error().what + "\n";
      over_ = true;
      return false;
    }
    claim(result->used <= end_ - used_, "no more is used than there is");
    used_ += result->used;
    if (const auto* aside = std::get_if<Aside>(&result->event)) log_ += aside->op + "\n";
    if (const auto* call = std::get_if<Call>(&result->event)) {
      claim(result->used > 0 || (ended_ && ++calls_at_end_ == 1), "each event moves on");
      log_ += call->op + call->fields.dump(-1, ' ', true, Value::error_handler_t::replace) + "\n";
      answer(*call);
      if (!settled.empty() && decoder_.settled() == settled) comes_again(*call, bytes.substr(0, result->used));
    }
    return !over_ && !std::holds_alternative<NeedMore>(result->event);
  }

  void answer(const Call& call) {
    const AfterReply after = call.unnamed == Unnamed::ambient ? decoder_.answer_itself(log_) : decoder_.encode(reply_number(replies_++), log_);
    for (const Later& later : decoder_.take_later()) log_ += std::to_string(later.after.count()) + " us later " + later.bytes;
    over_ = after == AfterReply::close;
  }

  void comes_again(const Call& call, std::string_view bytes) {
    RedisDecoder other({"tcp", "fuzz.example", 6379});
    std::string answers;
    const DecodeResult again = other.decode(bytes, answers);
    const auto* same = again ? std::get_if<Call>(&again->event) : nullptr;
    claim(same != nullptr && same->fields == call.fields && again->used == bytes.size(), "equal bytes are equal calls");
  }

  std::string_view input_;
  RedisDecoder decoder_;
  std::string log_;
  std::size_t used_ = 0, end_ = 0, replies_ = 0;
  int calls_at_end_ = 0;
  bool over_ = false, ended_ = false;
};

}  // namespace
}  // namespace bigfoot::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bigfoot::test;
  if (size == 0) return 0;
  const unsigned seed = data[0] == 0 ? 1u : data[0];
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  claim(Play(input).run(0) == Play(input).run(seed), "whole and cut give the same events and answers");
  return 0;
}

// tests/fuzz/websocket_fuzz.cpp - Frames of a client behind an accepted handshake. The first byte says how the rest is cut, the second whether
// compression was agreed on. Claims: no crash; whole and cut give the same events and answers; each event moves on; a message keeps its limit.
#include <string>
#include <utility>

#include "protocols/websocket/websocket.h"
#include "target.h"

namespace bigfoot::test {
namespace {

Fields request() {
  Value headers = Value::array();
  for (const auto& [name, value] : {std::pair("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="), std::pair("sec-websocket-extensions", "permessage-deflate")})
    headers.push_back(Value::array({name, value}));
  Fields fields = {{"method", "GET"}, {"scheme", "http"}, {"host", "fuzz.example"}, {"port", 80}, {"path", "/"}, {"query", ""}, {"version", "1.1"}};
  fields["headers"] = std::move(headers);
  return fields;
}

/// Where the pieces end: whole, or by the bits of a seed.
std::size_t next_end(std::size_t from, std::size_t total, unsigned seed, unsigned& state) {
  if (seed == 0) return total;
  state = state * 1103515245u + seed + 12345u;
  return std::min(total, from + 1 + (seed % 3 == 0 ? 0 : (state >> 16) % 64));
}

class Play {
 public:
  Play(std::string_view input, bool deflate) : input_(input), decoder_(request()) {
    (void)decoder_.decode("", log_);
    decoder_.accept({{"deflate", deflate}}, log_);
  }

  std::string run(unsigned seed) {
    unsigned state = 1;
    while (end_ < input_.size()) {
      end_ = next_end(end_, input_.size(), seed, state);
      for (bool more = true; more;) {
        const std::vector<char> copy = exact(input_.substr(used_, end_ - used_));
        more = take(decoder_.decode({copy.data(), copy.size()}, log_));
        if (over_) return log_;
      }
    }
    const std::vector<char> copy = exact(input_.substr(used_));
    while (take(decoder_.finish({copy.data(), copy.size()})) && !over_) {
    }
    return log_;
  }

 private:
  /// True while events may follow.
  bool take(const DecodeResult& result) {
    if (!result) {
      claim(result.error().at <= end_ - used_, "an error is inside the input");
      log_ += "error at " + std::to_string(used_ + result.error().at) + " " + result.error().what + "\n";
      over_ = true;
      return false;
    }
    claim(result->used <= end_ - used_, "no more is used than there is");
    used_ += result->used;
    const auto* call = std::get_if<Call>(&result->event);
    if (call == nullptr) return false;
    claim(result->used > 0 || used_ == input_.size(), "each event moves on");
    if (call->op == "send") claim(call->fields.at("send").get_ref<const std::string&>().size() <= kMaxMessage, "a message keeps its limit");
    log_ += call->op + call->fields.dump(-1, ' ', true, Value::error_handler_t::replace) + "\n";
    over_ = decoder_.answer_itself(log_) == AfterReply::close;
    if (!over_ && call->op == "send") decoder_.push({{"recv", call->fields.at("send")}, {"binary", true}}, log_);
    return !over_;
  }

  std::string_view input_;
  WebsocketDecoder decoder_;
  std::string log_;
  std::size_t used_ = 0, end_ = 0;
  bool over_ = false;
};

}  // namespace
}  // namespace bigfoot::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bigfoot::test;
  if (size < 2) return 0;
  const unsigned seed = data[0] == 0 ? 1u : data[0];
  const bool deflate = (data[1] & 1) != 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 2, size - 2);
  claim(Play(input, deflate).run(0) == Play(input, deflate).run(seed), "whole and cut give the same events");
  return 0;
}

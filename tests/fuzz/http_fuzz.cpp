// tests/fuzz/http_fuzz.cpp - Both directions of HTTP/1. The first byte says how the rest is cut. Claims: no
// crash; whole and cut give the same events; each event moves on.
#include <string>

#include "protocols/http/http.h"
#include "protocols/http/http_reply.h"
#include "protocols/registry.h"
#include "protocols/tls_hello.h"
#include "target.h"

namespace bigfoot::test {
namespace {

/// Where the pieces end: whole, or by the bits of a seed.
class Cutter {
 public:
  Cutter(std::size_t total, unsigned seed) : total_(total), seed_(seed) {}
  std::size_t next(std::size_t from) {
    if (seed_ == 0) return total_;
    state_ = state_ * 1103515245u + seed_ + 12345u;
    return std::min(total_, from + 1 + (seed_ % 3 == 0 ? 0 : (state_ >> 16) % 64));
  }

 private:
  std::size_t total_;
  unsigned seed_, state_ = 1;
};

/// Feeds all of `input` and writes down every event; `decode` and `finish` as the decoders have them.
template <class Decode, class Finish, class OnCall>
std::string play(std::string_view input, unsigned seed, Decode decode, Finish finish, OnCall on_call) {
  std::string log;
  Cutter cutter(input.size(), seed);
  std::size_t used = 0, end = 0;
  /// True while events may follow.
  const auto take = [&](const DecodeResult& result) {
    if (!result) {
      claim(result.error().at <= end - used, "an error is inside the input");
      log += "error at " + std::to_string(used + result.error().at) + " " + result.error().what + "\n";
      return false;
    }
    claim(result->used <= end - used, "no more is used than there is");
    used += result->used;
    if (const auto* call = std::get_if<Call>(&result->event)) {
      claim(result->used > 0 || used == input.size(), "each event moves on");
      log += call->op + call->fields.dump(-1, ' ', true, Value::error_handler_t::replace) + "\n";
      on_call(log);
    }
    if (const auto* aside = std::get_if<Aside>(&result->event)) log += aside->op + "\n";
    if (const auto* to = std::get_if<Switch>(&result->event)) {
      log += "switch " + to->protocol + " " + to->authority + " at " + std::to_string(used) + "\n";
      return false;
    }
    return true;
  };
  while (end < input.size()) {
    end = cutter.next(end);
    for (;;) {
      const std::vector<char> copy = exact(input.substr(used, end - used));
      const DecodeResult result = decode(std::string_view(copy.data(), copy.size()), log);
      if (!take(result)) return log;
      if (std::holds_alternative<NeedMore>(result->event)) break;
    }
  }
  const std::vector<char> copy = exact(input.substr(used));
  take(finish(std::string_view(copy.data(), copy.size())));
  return log;
}

std::string play_requests(std::string_view input, unsigned seed) {
  HttpDecoder decoder({"http", "peer.example", 8080});
  return play(
      input, seed, [&](std::string_view in, std::string& out) { return decoder.decode(in, out); },
      [&](std::string_view in) { return decoder.finish(in); },
      [&](std::string& log) {
        if (decoder.encode({{"chunks", {"a", "b"}}}, log) == AfterReply::close) log += "close\n";
      });
}

std::string play_replies(std::string_view input, unsigned seed) {
  HttpReplyDecoder decoder;
  for (const char* method : {"GET", "HEAD", "POST", "CONNECT"}) decoder.expect(method);
  return play(
      input, seed, [&](std::string_view in, std::string&) { return decoder.decode(in); },
      [&](std::string_view in) { return decoder.finish(in); }, [](std::string&) {});
}

}  // namespace
}  // namespace bigfoot::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bigfoot;
  if (size == 0) return 0;
  const unsigned seed = data[0] == 0 ? 1u : data[0];
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Sniffed sniffed = sniff(input);
  test::claim(sniffed != Sniffed::need_more || input.size() < kSniffBytes, "sniffing ends");
  if (sniffed == Sniffed::tls) (void)sni_of(input);
  test::claim(test::play_requests(input, 0) == test::play_requests(input, seed),
              "requests: whole and cut give the same events");
  test::claim(test::play_replies(input, 0) == test::play_replies(input, seed),
              "replies: whole and cut give the same events");
  return 0;
}

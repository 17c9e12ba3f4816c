// tests/fuzz/smtp_fuzz.cpp - A mail client's side of SMTP. The first byte says how the rest is cut, the second which answers it gets.
// Claims: no crash; whole and cut give the same events; each event moves on.
#include <string>

#include "protocols/smtp/smtp.h"
#include "target.h"

namespace bigfoot::test {
namespace {

Fields script_for(unsigned choice) {
  switch (choice % 5) {
    case 1: return {{"rcpt", {"250 ok", "550 gone"}}};
    case 2: return {{"mail", "553 no"}};
    case 3: return {{"raw", true}, {"data", "552 big"}};
    case 4: return {{"rcpt", "550 gone"}};
    default: return Fields::object();
  }
}

std::string play(std::string_view input, unsigned seed, unsigned choice) {
  SmtpDecoder decoder({"tcp", "peer.example", 25});
  const Fields script = script_for(choice);
  std::string log, out;
  std::size_t used = 0, end = 0, standing = 0;
  unsigned state = 1;
  /// True while events may follow.
  const auto take = [&](const DecodeResult& result) {
    log += std::exchange(out, "");
    if (!result) {
      log += "error at " + std::to_string(used + result.error().at) + " " + result.error().what + "\n";
      decoder.refuse(result.error().what, log);
      return false;
    }
    claim(result->used <= end - used, "no more is used than there is");
    used += result->used;
    if (std::holds_alternative<NeedMore>(result->event)) return true;
    standing = result->used == 0 ? standing + 1 : 0;
    claim(standing <= 3, "each event moves on: an opening, a greeting, a mail that was given up");
    AfterReply after = AfterReply::keep_open;
    if (std::holds_alternative<Opening>(result->event)) after = decoder.accept(Fields::object(), log);
    if (const auto* aside = std::get_if<Aside>(&result->event)) log += aside->op + "\n";
    if (const auto* call = std::get_if<Call>(&result->event)) {
      log += call->op + call->fields.dump(-1, ' ', true, Value::error_handler_t::replace) + "\n";
      if (choice % 7 == 6) after = decoder.refuse("no", log);
      else if (call->unnamed == Unnamed::ambient) after = decoder.answer_itself(log);
      else after = decoder.encode(call->op == "sendmail" ? script : Fields::object(), log);
    }
    if (after == AfterReply::start_tls) decoder.secured();
    return after != AfterReply::close;
  };
  bool first = true;
  while (first || end < input.size()) {
    if (!first) {
      state = state * 1103515245u + seed + 12345u;
      end = seed == 0 ? input.size() : std::min(input.size(), end + 1 + (seed % 3 == 0 ? 0 : (state >> 16) % 64));
    }
    first = false;
    for (;;) {
      const std::vector<char> copy = exact(input.substr(used, end - used));
      const DecodeResult result = decoder.decode(std::string_view(copy.data(), copy.size()), out);
      if (!take(result)) return log;
      if (std::holds_alternative<NeedMore>(result->event)) break;
    }
  }
  const std::vector<char> copy = exact(input.substr(used));
  for (;;) {
    const DecodeResult result = decoder.finish(std::string_view(copy.data(), copy.size()));
    if (!take(result) || std::holds_alternative<NeedMore>(result->event)) return log;
  }
}

}  // namespace
}  // namespace bigfoot::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const unsigned seed = data[0] == 0 ? 1u : data[0];
  const std::string_view input(reinterpret_cast<const char*>(data) + 2, size - 2);
  bigfoot::test::claim(bigfoot::test::play(input, 0, data[1]) == bigfoot::test::play(input, seed, data[1]), "whole and cut give the same events");
  return 0;
}

// tests/fuzz/postgres_fuzz.cpp - A PostgreSQL client's side. The first byte says how the rest is cut, the second which terms and replies it
// gets. Claims: no crash; whole and cut give the same events and answers; each event moves on; values come back as they went out.
#include <string>

#include "protocols/postgres/postgres.h"
#include "protocols/postgres/sql_tokens.h"
#include "target.h"

namespace bigfoot::test {
namespace {

const Fields& reply_number(std::size_t i) {
  static const Value kReplies = Value::parse(R"([
    {"columns": [{"name": "a", "type": "int4"}, {"name": "b", "type": "text[]"}], "rows": [[1, ["x"]], [2, null], [3, "{}"]], "param_types": ["int8", "uuid"]},
    {}, {"tag": "INSERT 0 1", "notices": [{"message": "n"}]}, {"error": {"code": "23505", "message": "m"}}, {"copy_out": "1\tx\n2"},
    {"columns": [{"name": "a", "type": "jsonb"}], "rows": [[{"k": 1.5}], ["nonsense"]]}, {"error": {"severity": "FATAL", "message": "m"}}
  ])");
  return kReplies[i % kReplies.size()];
}

Fields terms_for(unsigned choice) {
  constexpr const char* kMethods[] = {"trust", "cleartext", "md5", "scram-sha-256"};
  return {{"auth", kMethods[choice % 4]}, {"password", "secret"}};
}

/// Where the pieces end: whole, or by the bits of a seed.
std::size_t next_end(std::size_t from, std::size_t total, unsigned seed, unsigned& state) {
  if (seed == 0) return total;
  state = state * 1103515245u + seed + 12345u;
  return std::min(total, from + 1 + (seed % 3 == 0 ? 0 : (state >> 16) % 64));
}

class Play {
 public:
  Play(std::string_view input, unsigned choice) : input_(input), choice_(choice), decoder_({"tcp", "fuzz.example", 5432, choice % 8 > 3}) {}

  std::string run(unsigned seed) {
    unsigned state = 1;
    while (end_ < input_.size()) {
      end_ = next_end(end_, input_.size(), seed, state);
      for (bool more = true; more && !over_;) {
        const std::vector<char> copy = exact(input_.substr(used_, end_ - used_));
        more = take(decoder_.decode({copy.data(), copy.size()}, log_));
      }
      if (over_) return log_;
    }
    const std::vector<char> copy = exact(input_.substr(used_));
    take(decoder_.finish({copy.data(), copy.size()}));
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
    // Statements of one Query, and a peek before its message, are events of their own: but not for ever.
    still_ = result->used > 0 ? 0 : still_ + 1;
    claim(still_ <= input_.size() + 2, "events move on");
    if (const auto* opening = std::get_if<Opening>(&result->event)) {
      log_ += opening->fields.dump(-1, ' ', true, Value::error_handler_t::replace);
      after(opening->is_call ? decoder_.accept({}, log_) : decoder_.accept(terms_for(choice_), log_));
    }
    if (const auto* aside = std::get_if<Aside>(&result->event)) log_ += aside->op + "\n";
    if (const auto* to = std::get_if<Switch>(&result->event)) {
      log_ += "switch " + to->protocol;
      decoder_.secured();
    }
    if (const auto* call = std::get_if<Call>(&result->event)) {
      log_ += call->op + (call->peek ? "?" : "") + call->fields.dump(-1, ' ', true, Value::error_handler_t::replace) + "\n";
      answer(*call);
    }
    if (std::holds_alternative<Goodbye>(result->event)) over_ = true;
    return !over_ && !std::holds_alternative<NeedMore>(result->event);
  }

  void answer(const Call& call) {
    const std::size_t number = replies_++ + choice_;
    if (call.unnamed != Unnamed::unexpected) after(decoder_.answer_itself(log_));
    else if (number % 11 == 10) after(decoder_.refuse("nobody expects it\nat all", log_));
    else after(decoder_.encode(reply_number(number), log_));
  }

  void after(AfterReply after) { over_ = over_ || after == AfterReply::close; }

  std::string_view input_;
  unsigned choice_;
  PostgresDecoder decoder_;
  std::string log_;
  std::size_t used_ = 0, end_ = 0, replies_ = 0, still_ = 0;
  bool over_ = false;
};

/// What is a value of a type in one form is the same value in the other.
void exchange_forms(std::string_view input) {
  for (const PostgresType& type : postgres_types()) {
    for (const PostgresTypeRef ref : {PostgresTypeRef{&type, false}, PostgresTypeRef{&type, type.array_oid != 0}}) {
      (void)postgres_value(ref, input, true);
      const auto binary = postgres_binary(ref, std::string(input));
      const auto text = postgres_text(ref, std::string(input));
      claim(binary.has_value() == text.has_value(), "both forms or none");
      if (!text) continue;
      const auto again = postgres_binary(ref, *text);
      claim(again && *again == *binary, "the text form stands for the same value");
    }
  }
}

}  // namespace
}  // namespace bigfoot::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bigfoot::test;
  if (size < 2) return 0;
  const unsigned seed = data[0] == 0 ? 1u : data[0];
  const std::string_view input(reinterpret_cast<const char*>(data) + 2, size - 2);
  if (size < 64) exchange_forms(input);
  claim(Play(input, data[1]).run(0) == Play(input, data[1]).run(seed), "whole and cut give the same events and answers");
  return 0;
}

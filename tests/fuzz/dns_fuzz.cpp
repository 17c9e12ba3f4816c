// tests/fuzz/dns_fuzz.cpp - DNS questions and answers. Claims: no crash; a question that is read is echoed as
// it came; an answer fits its limit and is read back; text of the input is a good record or is refused with a
// reason.
#include <algorithm>
#include <string>

#include "protocols/dns/dns.h"
#include "target.h"

namespace bigfoot::test {
namespace {

void check_question(std::string_view input) {
  const auto query = parse_dns_query(input);
  if (!query) {
    claim(query.error().at <= input.size(), "an error is inside the input");
    (void)encode_dns_error(input, DnsRcode::formerr);
    return;
  }
  claim(input.substr(12).starts_with(query->question), "the question is the input's");
  const std::string answer = encode_dns_answer(
      *query, DnsRcode::noerror, {{"A", "10.0.0.7"}, {"CNAME", "b.example", 1}}, query->udp_size);
  claim(answer.size() <= query->udp_size, "the answer fits");
  claim(answer.substr(12).starts_with(query->question), "the question is echoed");
  const auto records = parse_dns_answer(answer);
  claim(records.size() == 2 && records[0].data == "10.0.0.7" && records[1].data == "b.example",
        "the answer is read back");
  claim(records[0].name == query->name, "the owner is the question's name");
}

void check_record(std::string_view text) {
  const auto blank = text.find(' ');
  if (blank == text.npos) return;
  const DnsRecord record{std::string(text.substr(0, blank)), std::string(text.substr(blank + 1))};
  const auto checked = check_dns_record(record);
  claim(checked || !checked.error().empty(), "a refusal has a reason");
  DnsQuery query{.name = "a", .type = "A", .question = std::string("\1a\0\0\1\0\1", 7)};
  const std::string answer = encode_dns_answer(query, DnsRcode::noerror, {record}, 65535);
  claim((answer.size() > 12 + query.question.size()) == checked.has_value() ||
            answer.size() == 12 + query.question.size(),
        "only good records are sent");
}

}  // namespace
}  // namespace bigfoot::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<char> copy = bigfoot::test::exact({reinterpret_cast<const char*>(data), size});
  const std::string_view input(copy.data(), copy.size());
  bigfoot::test::check_question(input);
  (void)bigfoot::parse_dns_answer(input);
  bigfoot::test::check_record(input);
  return 0;
}

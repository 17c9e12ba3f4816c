// tests/fuzz/tls_hello_fuzz.cpp - The start of a TLS connection. Claims: no crash; a cut input is never judged other than
// the whole (what is refused stays refused, what is read stays as it was read); the same message in other records reads the
// same.
#include <algorithm>
#include <string>

#include "protocols/registry.h"
#include "protocols/tls_hello.h"
#include "target.h"

namespace bigfoot::test {
namespace {

std::optional<ClientHello> read_exact(std::string_view bytes) {
  const std::vector<char> copy = exact(bytes);
  return read_client_hello({copy.data(), copy.size()});
}

bool same(const ClientHello& one, const ClientHello& other) {
  return one.sni == other.sni && one.alpn == other.alpn && one.versions == other.versions && one.whole == other.whole;
}

/// About so many places to cut at: all of a short input.
constexpr std::size_t kCuts = 64;

void check_cuts(std::string_view input, const std::optional<ClientHello>& all) {
  for (std::size_t size = 0; size < input.size(); size += std::max<std::size_t>(1, size < kCuts ? 1 : input.size() / kCuts)) {
    const auto cut = read_exact(input.substr(0, size));
    if (!cut) {
      claim(!all, "what is refused stays refused");
    } else if (cut->whole) {
      claim(all && same(*cut, *all), "what is read stays as it was read");
    } else {
      claim(same(*cut, {}), "half a message says nothing");
    }
  }
}

/// The handshake message of `input` in records of `size` bytes each; the input has been read as whole.
std::string in_other_records(std::string_view input, std::size_t size) {
  std::string message, out;
  while (input.size() >= 5 && input[0] == 22) {
    const std::size_t length = static_cast<unsigned char>(input[3]) * 256u + static_cast<unsigned char>(input[4]);
    message += input.substr(5, length);
    input.remove_prefix(std::min(input.size(), 5 + length));
  }
  for (std::size_t at = 0; at < message.size(); at += size) {
    const std::string part = message.substr(at, size);
    out += std::string("\x16\x03\x01", 3) + static_cast<char>(part.size() >> 8) + static_cast<char>(part.size()) + part;
  }
  return out;
}

}  // namespace
}  // namespace bigfoot::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bigfoot;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto all = test::read_exact(input);
  test::check_cuts(input, all);
  test::claim(sni_of(input) == (all ? all->sni : std::nullopt), "sni_of gives the same name");
  if (!all) return 0;
  test::claim(sniff(input) == (size > 5 ? Sniffed::tls : Sniffed::need_more), "sniffing agrees");
  if (!all->whole) return 0;
  for (const std::size_t fragment : {std::size_t{1}, std::size_t{7}, std::size_t{1} << 14}) {
    const auto again = test::read_exact(test::in_other_records(input, fragment));
    test::claim(again && test::same(*again, *all), "records do not matter");
  }
  return 0;
}

// runner/trust/p11_store.cpp - see p11_store.h.
#include "runner/trust/p11_store.h"

#include <fmt/format.h>

namespace bigfoot {
namespace {

constexpr std::string_view kObject = "[p11-kit-object-v1]";
constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";

}  // namespace

std::optional<std::string> p11_store_with_ca(std::string_view store, std::string_view ca_pem) {
  std::string out = fmt::format("{}\ntrusted: true\n{}\n", kObject, ca_pem);
  std::size_t too_long = out.size();
  while (too_long > 0) {
    const std::size_t begin = store.find(kBegin);
    const std::size_t line_end = begin == store.npos ? store.npos : store.find('\n', begin);
    const std::size_t end = line_end == store.npos ? store.npos : store.find(kEnd, line_end);
    if (end == store.npos) return std::nullopt;
    out.append(store.substr(0, line_end + 1));
    for (std::size_t at = line_end + 1; at < end; ++at) {
      const bool spare = store[at] == '\n' && at + 1 < end && too_long > 0;
      if (spare) --too_long;
      else out.push_back(store[at]);
    }
    store.remove_prefix(end);
  }
  return out.append(store);
}

}  // namespace bigfoot

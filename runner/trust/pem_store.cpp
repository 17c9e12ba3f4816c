// runner/trust/pem_store.cpp - see pem_store.h.
#include "runner/trust/pem_store.h"

#include <algorithm>

namespace bigfoot {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";
/// What OpenSSL reads as a certificate: <openssl/pem.h>, PEM_STRING_X509, _X509_OLD and _X509_TRUSTED.
constexpr std::string_view kCertificateLabels[] = {"CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"};
// No dashes in a row: readers look for those.
constexpr std::string_view kComment = "# bigfoot-run: the CA of this run, which exists in no file\n";

bool begins_line(std::string_view text, std::size_t at) { return at == 0 || text[at - 1] == '\n' || text[at - 1] == '\r'; }

}  // namespace

std::size_t count_pem_certificates(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = text.find(kBegin); at != text.npos; at = text.find(kBegin, at)) {
    if (!begins_line(text, at)) {
      at += kBegin.size();
      continue;
    }
    const std::size_t label_at = at + kBegin.size();
    const std::size_t label_end = text.find(kDashes, label_at);
    if (label_end == text.npos) return 0;
    const std::string_view label = text.substr(label_at, label_end - label_at);
    const std::size_t end = text.find(kEnd, label_end);
    if (end == text.npos || !text.substr(end + kEnd.size()).starts_with(label)) return 0;
    if (std::ranges::find(kCertificateLabels, label) != std::end(kCertificateLabels)) ++count;
    at = end;
  }
  return count;
}

std::optional<std::string> pem_store_with_ca(std::string_view store, std::string_view ca_pem) {
  if (!store.empty() && count_pem_certificates(store) == 0) return std::nullopt;
  std::string out;
  out.reserve(store.size() + 1 + kComment.size() + ca_pem.size());
  out.append(store);
  if (!store.empty() && store.back() != '\n') out.push_back('\n');
  return out.append(kComment).append(ca_pem);
}

}  // namespace bigfoot

// tests/unit/protocols/tls_hello_test.cpp - What ClientHellos ask for: made ones, and those of real clients from the fuzz corpus.
#include "protocols/tls_hello.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <vector>

#include "protocols/registry.h"

namespace bigfoot {
namespace {

/// A ClientHello of the fields that matter: RFC 8446, 4.1.2.
std::string client_hello(const std::string& extensions) {
  const auto counted = [](const std::string& part, int size_of_size) {
    std::string out;
    for (int shift = 8 * (size_of_size - 1); shift >= 0; shift -= 8)
      out += static_cast<char>(part.size() >> shift);
    return out + part;
  };
  const std::string body = std::string("\x03\x03", 2) + std::string(32, 'r') + counted("", 1) +
                           counted("\x13\x01", 2) + counted(std::string(1, '\0'), 1) + counted(extensions, 2);
  return std::string("\x16\x03\x01", 3) + counted("\x01" + counted(body, 3), 2);
}
std::string server_name(const std::string& name) {
  const auto size = static_cast<char>(name.size());
  return std::string("\0\0\0", 3) + static_cast<char>(size + 5) + '\0' + static_cast<char>(size + 3) +
         std::string("\0\0", 2) + size + name;
}

TEST(TlsHello, NamesTheServer) {
  const std::string other("\x00\x2b\x00\x03\x02\x03\x04", 7);
  const std::string hello = client_hello(other + server_name("api.example.com") + other);
  EXPECT_EQ(sniff(hello), Sniffed::tls);
  EXPECT_EQ(sni_of(hello), "api.example.com");
  EXPECT_EQ(sni_of(hello + "next record"), "api.example.com");
  EXPECT_EQ(sni_of(client_hello(other)), std::nullopt);
  EXPECT_EQ(sni_of(client_hello("")), std::nullopt);
  EXPECT_EQ(sni_of("GET / HTTP/1.1\r\n\r\n"), std::nullopt);
  for (std::size_t size = 0; size < hello.size(); ++size) {
    const std::vector<char> copy(hello.begin(), hello.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(sni_of({copy.data(), copy.size()}), std::nullopt) << size;
  }
}

TEST(TlsHello, MayComeInSeveralRecords) {
  const std::string hello = client_hello(server_name("a.example"));
  const std::string handshake = hello.substr(5);
  std::string split;
  for (const std::string& part : {handshake.substr(0, 10), handshake.substr(10)})
    split += std::string("\x16\x03\x01", 3) + '\0' + static_cast<char>(part.size()) + part;
  EXPECT_EQ(sni_of(split), "a.example");
}

std::string corpus_file(const std::string& name) {
  std::ifstream in(BIGFOOT_SOURCE_DIR "/tests/fuzz/corpus/tls_hello/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Example {
  const char* file;
  bool accepted, whole;
  const char* sni;       ///< "" for none
  const char* alpn;      ///< with blanks between
  const char* versions;  ///< without those of RFC 8701 (GREASE)
};
const Example kExamples[] = {
    {"a-fragment-beyond-the-limit", false, false, "", "", ""},
    {"a-message-beyond-the-limit", false, false, "", "", ""},
    {"a-name-longer-than-its-list", true, true, "", "", "TLSv1.2"},
    {"a-name-of-another-type", true, true, "", "", "TLSv1.2"},
    {"a-protocol-name-cut-short", true, true, "", "h2", "TLSv1.2"},
    {"a-server-hello", false, false, "", "", ""},
    {"an-alert", false, false, "", "", ""},
    {"an-empty-fragment", false, false, "", "", ""},
    {"an-empty-name", true, true, "", "", "TLSv1.2"},
    {"an-extension-longer-than-all", false, false, "", "", ""},
    {"an-odd-count-of-version-bytes", true, true, "", "", "TLSv1.3"},
    {"another-record-in-between", false, false, "", "", ""},
    {"cut-in-a-record-header", true, false, "", "", ""},
    {"cut-in-the-middle", true, false, "", "", ""},
    {"followed-by-other-records", true, true, "api.example.com", "h2 http/1.1", "TLSv1.3 TLSv1.2 TLSv1.1 TLSv1"},
    {"in-records-of-one-byte", true, true, "api.example.com", "h2 http/1.1", "TLSv1.3 TLSv1.2 TLSv1.1 TLSv1"},
    {"in-two-records", true, true, "api.example.com", "h2 http/1.1", "TLSv1.3 TLSv1.2 TLSv1.1 TLSv1"},
    {"no-protocol-names", true, true, "", "", "TLSv1.2"},
    {"nothing", true, false, "", "", ""},
    {"of-a-version-to-come", false, false, "", "", ""},
    {"seen-chromium-post-quantum", true, true, "api.example.com", "h2 http/1.1", "TLSv1.3 TLSv1.2"},
    {"seen-curl-padded", true, true, "api.example.com", "h2 http/1.1", "TLSv1.3 TLSv1.2 TLSv1.1 TLSv1"},
    {"seen-curl-to-an-address", true, true, "", "h2 http/1.1", "TLSv1.3 TLSv1.2 TLSv1.1 TLSv1"},
    {"seen-gnutls", true, true, "localhost", "", "TLSv1.3 TLSv1.2 TLSv1.1 TLSv1"},
    {"seen-go", true, true, "api.example.com", "h2 http/1.1", "TLSv1.3 TLSv1.2"},
    {"seen-java", true, true, "", "", "TLSv1.3 TLSv1.2"},
    {"seen-node", true, true, "api.example.com", "h2 http/1.1", "TLSv1.3 TLSv1.2"},
    {"seen-openssl-alpn-h2", true, true, "api.example.com", "h2 http/1.1", "TLSv1.3 TLSv1.2 TLSv1.1 TLSv1"},
    {"seen-openssl-no-sni", true, true, "", "", "TLSv1.3 TLSv1.2 TLSv1.1 TLSv1"},
    {"seen-openssl-tls12-only", true, true, "api.example.com", "", "TLSv1.2"},
    {"seen-python", true, true, "xn--bcher-kva.example", "", "TLSv1.3 TLSv1.2"},
    {"seen-ruby", true, true, "localhost", "", "TLSv1.3 TLSv1.2 TLSv1.1 TLSv1"},
    {"seen-wget", true, true, "localhost", "", "TLSv1.3 TLSv1.2 TLSv1.1 TLSv1"},
    {"split-in-its-header", true, true, "api.example.com", "h2 http/1.1", "TLSv1.3 TLSv1.2 TLSv1.1 TLSv1"},
    {"tls10-without-extensions", true, true, "", "", "TLSv1"},
};

TEST(TlsHello, SaysWhatRealClientsOffer) {
  for (const Example& row : kExamples) {
    SCOPED_TRACE(row.file);
    const auto hello = read_client_hello(corpus_file(row.file));
    ASSERT_EQ(hello.has_value(), row.accepted);
    if (!hello) continue;
    EXPECT_EQ(hello->whole, row.whole);
    EXPECT_EQ(hello->sni.value_or(""), row.sni);
    std::string alpn, versions;
    for (const std::string& name : hello->alpn) alpn += (alpn.empty() ? "" : " ") + name;
    for (const std::uint16_t version : hello->versions) {
      const std::string name = tls_version_name(version);
      if (!name.starts_with("0x")) versions += (versions.empty() ? "" : " ") + name;
    }
    EXPECT_EQ(alpn, row.alpn);
    EXPECT_EQ(versions, row.versions);
  }
}

}  // namespace
}  // namespace bigfoot

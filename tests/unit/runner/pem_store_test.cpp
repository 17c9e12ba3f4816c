// tests/unit/runner/pem_store_test.cpp - Stores of text: PEM bundles and p11-kit's.
#include "runner/trust/pem_store.h"

#include <gmock/gmock.h>
#include <openssl/pem.h>

#include "runner/trust/p11_store.h"
#include "tests/fuzz/store_ca.h"

namespace bigfoot {
namespace {

using testing::ContainsRegex;
using testing::StartsWith;

const std::string kBlock = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const std::string kTrusted = "-----BEGIN TRUSTED CERTIFICATE-----\nMIIB\n-----END TRUSTED CERTIFICATE-----\n";
const std::string kOld = "-----BEGIN X509 CERTIFICATE-----\nMIIB\n-----END X509 CERTIFICATE-----\n";
const std::string kKey = "-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n";

TEST(PemStore, HoldsSoManyCertificates) {
  const struct {
    const char* name;
    std::string text;
    std::size_t certificates;
  } kCases[] = {
      {"nothing", "", 0},
      {"no PEM", "#!/bin/sh\necho hello\n", 0},
      {"one", kBlock, 1},
      {"two and a comment", "# first\n" + kBlock + "\n# second, \u00fc\n" + kBlock, 2},
      {"OpenSSL's own kinds", kTrusted + kOld, 2},
      {"CRLF", "-----BEGIN CERTIFICATE-----\r\nMIIB\r\n-----END CERTIFICATE-----\r\n", 1},
      {"CR alone", "-----BEGIN CERTIFICATE-----\rMIIB\r-----END CERTIFICATE-----\r", 1},
      {"a key", kKey, 0},
      {"a key and its certificate", kKey + kBlock, 1},
      {"no line end", kBlock.substr(0, kBlock.size() - 1), 1},
      {"cut", kBlock + kBlock.substr(0, 40), 0},
      {"cut in the first line", "-----BEGIN CERTIFI", 0},
      {"ends as something else", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END PRIVATE KEY-----\n", 0},
      {"spoken about", "write -----BEGIN CERTIFICATE----- first\n", 0},
  };
  for (const auto& c : kCases) EXPECT_EQ(count_pem_certificates(c.text), c.certificates) << c.name;
}

TEST(PemStore, GetsTheCaBehindItsOwn) {
  const struct {
    const char* name;
    std::string store;
    std::size_t certificates;  ///< afterwards; 0: it stays as it is
  } kCases[] = {
      {"an empty store", "", 1},
      {"one", kBlock, 2},
      {"no line end", kBlock.substr(0, kBlock.size() - 1), 2},
      {"a certificate with its key", kKey + kBlock, 2},
      {"a key alone", kKey, 0},
      {"no PEM", "\x7f" "ELF", 0},
      {"cut", kBlock.substr(0, 40), 0},
  };
  for (const auto& c : kCases) {
    const auto out = pem_store_with_ca(c.store, test::kCaPem);
    ASSERT_EQ(out.has_value(), c.certificates > 0) << c.name;
    if (!out) continue;
    EXPECT_THAT(*out, StartsWith(c.store)) << c.name;
    EXPECT_THAT(*out, ContainsRegex("(^|\n)# bigfoot-run: ")) << c.name;
    EXPECT_EQ(count_pem_certificates(*out), c.certificates) << c.name;
  }
}

TEST(PemStore, IsReadByOpenSsl) {
  std::string no_line_end = test::kCaPem;
  no_line_end.pop_back();
  const std::string store = pem_store_with_ca(no_line_end, test::kCaPem).value();
  BIO* in = BIO_new_mem_buf(store.data(), static_cast<int>(store.size()));
  int read = 0;
  while (X509* certificate = PEM_read_bio_X509_AUX(in, nullptr, nullptr, nullptr)) {
    ++read;
    X509_free(certificate);
  }
  BIO_free(in);
  EXPECT_EQ(read, 2);
}

std::string p11_objects(int count) {
  std::string out = "# roots\n";
  for (; count > 0; --count) out += "[p11-kit-object-v1]\nlabel: \"a root\"\ntrusted: true\n" + test::kCaPem + "\n";
  return out;
}

TEST(P11Store, KeepsItsSize) {
  const std::string store = p11_objects(90);  // 11 line ends within each
  const auto out = p11_store_with_ca(store, test::kCaPem);
  ASSERT_TRUE(out);
  EXPECT_EQ(out->size(), store.size());
  EXPECT_THAT(*out, StartsWith("[p11-kit-object-v1]\ntrusted: true\n" + test::kCaPem));
  EXPECT_EQ(count_pem_certificates(*out), 91);
}

TEST(P11Store, StaysAsItIsWithoutRoom) {
  EXPECT_FALSE(p11_store_with_ca(p11_objects(2), test::kCaPem));
  EXPECT_FALSE(p11_store_with_ca("", test::kCaPem));
  EXPECT_FALSE(p11_store_with_ca("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", test::kCaPem));
  EXPECT_FALSE(p11_store_with_ca(p11_objects(90).substr(0, 900), test::kCaPem));
}

}  // namespace
}  // namespace bigfoot

// tests/fuzz/store_ca.h - A CA to add to stores. Nobody has its key.
#pragma once

#include <openssl/pem.h>

#include <memory>
#include <string>

namespace bigfoot::test {

inline const std::string kCaPem = R"(-----BEGIN CERTIFICATE-----
MIIBuzCCAWGgAwIBAgIUE8AtCso2NwKCsATOXFsC/bvLtD4wCgYIKoZIzj0EAwIw
MjEUMBIGA1UECgwLYmlnZm9vdC1ydW4xGjAYBgNVBAMMEWEgQ0Egb2YgdGhlIHRl
c3RzMCAXDTI2MTEyMjE1NDc1MloYDzIxMjYxMDI5MTU0NzUyWjAyMRQwEgYDVQQK
DAtiaWdmb290LXJ1bjEaMBgGA1UEAwwRYSBDQSBvZiB0aGUgdGVzdHMwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAAQnXG9PN+1mjLAR27kTkOcbfeLLze1OK5qx0slJ
r5OW2+jt7ttVJbmaZIWVOW797/j2uJMHl1Nmdfu5rP4W8HTWo1MwUTAdBgNVHQ4E
FgQUQ5HqpQ/33Hcy45aJKJAerjzHxO4wHwYDVR0jBBgwFoAUQ5HqpQ/33Hcy45aJ
KJAerjzHxO4wDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAmrx9
j1efGO23qCYC0wvgjHR/CnrsAvgMJ3d+qfLUuHwCIF7IrpVhsFuVNjDgsHQPoz4L
Lt+17AlB+g4ZmyrkKapd
-----END CERTIFICATE-----
)";

inline std::string ca_der() {
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> in(BIO_new_mem_buf(kCaPem.data(), -1), &BIO_free_all);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr),
                                                                &X509_free);
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate.get(), &bytes);
  std::string out(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return out;
}

}  // namespace bigfoot::test

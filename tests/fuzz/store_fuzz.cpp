// tests/fuzz/store_fuzz.cpp - Any bytes as a certificate store of each kind.
// Claims: no crash; what comes out is such a store too and has room for the next CA; a text keeps all that it had.
#include "runner/trust/java_store.h"
#include "runner/trust/p11_store.h"
#include "runner/trust/pem_store.h"
#include "tests/fuzz/store_ca.h"
#include "tests/fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bigfoot;
  static const std::string der = test::ca_der();
  static const std::string passwords[] = {"changeit", "", "secret"};
  const std::vector<char> heap = test::exact({reinterpret_cast<const char*>(data), size});
  const std::string_view store(heap.data(), heap.size());
  for (const bool gives_none : {false, true}) {
    const auto java = java_store_with_ca(store, der, {passwords, gives_none});
    if (!java) continue;
    test::claim(looks_like_java_store(*java), "a store of Java's stays one");
    test::claim(java_store_with_ca(*java, der, {passwords, false}).has_value(), "its digest is right");
  }
  if (const auto pem = pem_store_with_ca(store, test::kCaPem)) {
    test::claim(pem->starts_with(store), "a text keeps all that it had");
    test::claim(count_pem_certificates(*pem) == count_pem_certificates(store) + 1, "there is one certificate more");
  }
  if (const auto p11 = p11_store_with_ca(store, test::kCaPem)) test::claim(p11->size() == size, "the size stays");
  return 0;
}

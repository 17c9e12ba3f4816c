// runner/trust/java_store.h - Java's certificate stores (JKS, JCEKS, PKCS #12) with one trusted certificate more.
// Source: sun.security.provider.JavaKeyStore (JKS) and com.sun.crypto.provider.JceKeyStore in the JDK, which are the
// only description of their formats; RFC 7292 (PKCS #12); JDK-8044445 (trusted certificates in PKCS #12).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bigfoot {

/// By the first bytes: a JKS or JCEKS, or DER that may be a PKCS #12.
bool looks_like_java_store(std::string_view bytes);

struct JavaStoreReader {
  /// To try, in this order, in UTF-8. The one that fits the store's digest makes the new digest too.
  std::span<const std::string> passwords;
  /// The reader gives no password, and so checks no digest: that of a JKS may be any.
  bool gives_none = false;
};
/// The store with a trusted entry more. nullopt: no such store, or none of the passwords fits.
std::optional<std::string> java_store_with_ca(std::string_view store, std::string_view ca_der, const JavaStoreReader& reader);
/// A JKS of the CA alone, with Java's usual password.
std::string java_store_of_ca(std::string_view ca_der);

/// "changeit": what keytool(1) and every JDK use.
extern const std::string kJavaPassword;

}  // namespace bigfoot

// runner/trust/java_store.cpp - see java_store.h.
#include "runner/trust/java_store.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>

namespace bigfoot {

const std::string kJavaPassword = "changeit";

namespace {

constexpr char kAlias[] = "bigfoot-run";  // JKS keeps names in lower case
constexpr std::uint32_t kJks = 0xfeedfeed;
constexpr std::uint32_t kJceks = 0xcececece;
constexpr std::uint32_t kPrivateKeyTag = 1;
constexpr std::uint32_t kTrustedCertificateTag = 2;
constexpr std::string_view kCertificateType = "X.509";
constexpr std::string_view kWhitener = "Mighty Aphrodite";  // JavaKeyStore.getPreKeyedHash
constexpr std::size_t kDigestSize = 20;                     // SHA-1
constexpr std::size_t kHeaderSize = 12;                     // magic, version, number of entries
constexpr char kTrustedKeyUsage[] = "2.16.840.1.113894.746875.1.1";  // sun.security.pkcs12.PKCS12KeyStore
// keytool's are 1,024 to 100,000, 300,000 take 0.1 s. More would hold up the thread that everything waits for.
constexpr long kMostIterations = 300'000;

template <auto free>
struct Free {
  void operator()(auto* thing) const { free(thing); }
};
template <class T, auto free>
using Ptr = std::unique_ptr<T, Free<free>>;
void free_safes(STACK_OF(PKCS7)* all) { sk_PKCS7_pop_free(all, PKCS7_free); }
void free_bags(STACK_OF(PKCS12_SAFEBAG)* all) { sk_PKCS12_SAFEBAG_pop_free(all, PKCS12_SAFEBAG_free); }
void free_bytes(unsigned char* bytes) { OPENSSL_free(bytes); }

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::uint32_t number_at(std::string_view text, std::size_t at) {
  const unsigned char* b = bytes_of(text) + at;
  return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
}

void put_number(std::string& out, std::uint64_t number, int bytes) {
  while (bytes-- > 0) out.push_back(static_cast<char>(number >> (8 * bytes)));
}

/// As DataOutputStream.writeUTF does for ASCII.
void put_utf(std::string& out, std::string_view text) {
  put_number(out, text.size(), 2);
  out.append(text);
}

/// Steps over the parts of a JKS. Once something does not fit, nothing does.
class Walker {
 public:
  explicit Walker(std::string_view rest) : rest_(rest) {}
  bool at_end() const { return good_ && rest_.empty(); }
  bool good() const { return good_; }
  std::uint32_t number(std::size_t bytes) {
    std::uint32_t value = 0;
    for (const char c : take(bytes)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  void skip(std::size_t bytes) { take(bytes); }
  void skip_utf() { skip(number(2)); }
  void skip_block() { skip(number(4)); }

 private:
  std::string_view take(std::size_t bytes) {
    good_ = good_ && bytes <= rest_.size();
    if (!good_) return {};
    const std::string_view taken = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return taken;
  }
  std::string_view rest_;
  bool good_ = true;
};

/// Whether what lies between a JKS's header and its digest is as many entries as the header says.
bool is_whole_jks(std::string_view body) {
  const std::uint32_t version = number_at(body, 4);
  const auto skip_certificate = [version](Walker& walker) {
    if (version == 2) walker.skip_utf();
    walker.skip_block();
  };
  Walker walker(body.substr(kHeaderSize));
  for (std::uint32_t left = number_at(body, 8); left > 0 && walker.good(); --left) {
    const std::uint32_t tag = walker.number(4);
    if (tag != kPrivateKeyTag && tag != kTrustedCertificateTag) return false;
    walker.skip_utf();
    walker.skip(8);  // when it was added
    if (tag == kTrustedCertificateTag) {
      skip_certificate(walker);
      continue;
    }
    walker.skip_block();
    for (std::uint32_t chain = walker.number(4); chain > 0 && walker.good(); --chain) skip_certificate(walker);
  }
  return walker.at_end();
}

/// SHA-1 of the password as UTF-16BE, the whitener and all that lies before the digest. "" where it cannot be made.
std::string jks_digest(std::string_view body, std::string_view password) {
  unsigned char* wide = nullptr;
  int wide_size = 0;
  if (!OPENSSL_utf82uni(password.data(), static_cast<int>(password.size()), &wide, &wide_size)) return "";
  const Ptr<unsigned char, free_bytes> owned(wide);
  const Ptr<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  constexpr int kFinalZero = 2;  // OPENSSL_utf82uni ends its text with one character 0
  const bool done = context && EVP_DigestInit_ex(context.get(), EVP_sha1(), nullptr) == 1 &&
                    EVP_DigestUpdate(context.get(), wide, static_cast<std::size_t>(wide_size - kFinalZero)) == 1 &&
                    EVP_DigestUpdate(context.get(), kWhitener.data(), kWhitener.size()) == 1 &&
                    EVP_DigestUpdate(context.get(), body.data(), body.size()) == 1 &&
                    EVP_DigestFinal_ex(context.get(), digest.data(), &size) == 1;
  return done ? std::string(reinterpret_cast<char*>(digest.data()), size) : "";
}

std::string trusted_entry(std::uint32_t version, std::string_view ca_der) {
  using namespace std::chrono;
  std::string out;
  put_number(out, kTrustedCertificateTag, 4);
  put_utf(out, kAlias);
  put_number(out, static_cast<std::uint64_t>(duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count()), 8);
  if (version == 2) put_utf(out, kCertificateType);
  put_number(out, ca_der.size(), 4);
  return out.append(ca_der);
}

/// `body`: all but the digest.
std::string jks_with_entry(std::string_view body, std::string_view ca_der, std::string_view password) {
  std::string out(body.substr(0, 8));
  put_number(out, number_at(body, 8) + 1, 4);
  out.append(body.substr(kHeaderSize)).append(trusted_entry(number_at(body, 4), ca_der));
  return out.append(jks_digest(out, password));
}

std::optional<std::string> jks_with_ca(std::string_view store, std::string_view ca_der, const JavaStoreReader& reader) {
  if (store.size() < kHeaderSize + kDigestSize) return std::nullopt;
  const std::string_view body = store.substr(0, store.size() - kDigestSize);
  const std::uint32_t version = number_at(body, 4);
  if (version != 1 && version != 2) return std::nullopt;
  const std::string_view digest = store.substr(body.size());
  for (const std::string& password : reader.passwords)
    if (jks_digest(body, password) == digest) return jks_with_entry(body, ca_der, password);
  // The secret keys that a JCEKS may hold are serialized objects, whose length no field tells.
  const bool whole = number_at(body, 0) == kJks && is_whole_jks(body);
  if (!reader.gives_none || !whole) return std::nullopt;
  return jks_with_entry(body, ca_der, kJavaPassword);
}

/// A password as PKCS #12 takes it: an empty one is written as one character 0 or as nothing (PKCS12_verify_mac(3)).
struct MacPassword {
  const char* text;
  int size;
};

std::optional<MacPassword> fitting_password(PKCS12* store, std::span<const std::string> passwords) {
  for (const std::string& password : passwords) {
    const MacPassword candidate{password.c_str(), static_cast<int>(password.size())};
    if (PKCS12_verify_mac(store, candidate.text, candidate.size) == 1) return candidate;
    if (password.empty() && PKCS12_verify_mac(store, nullptr, 0) == 1) return MacPassword{nullptr, 0};
  }
  return std::nullopt;
}

/// Java takes a certificate for trusted only with this attribute.
bool mark_as_trusted(PKCS12_SAFEBAG* bag) {
  const Ptr<ASN1_OBJECT, ASN1_OBJECT_free> any_use(OBJ_nid2obj(NID_anyExtendedKeyUsage));
  return PKCS12_add1_attr_by_txt(bag, kTrustedKeyUsage, V_ASN1_OBJECT,
                                 reinterpret_cast<const unsigned char*>(any_use.get()), -1) == 1;  // -1: not text but an object
}

/// An unencrypted SafeContents of the CA.
Ptr<PKCS7, PKCS7_free> safe_of_ca(std::string_view ca_der) {
  const unsigned char* at = bytes_of(ca_der);
  const Ptr<X509, X509_free> certificate(d2i_X509(nullptr, &at, static_cast<long>(ca_der.size())));
  if (!certificate) return nullptr;
  Ptr<PKCS12_SAFEBAG, PKCS12_SAFEBAG_free> bag(PKCS12_SAFEBAG_create_cert(certificate.get()));
  if (!bag || PKCS12_add_friendlyname_utf8(bag.get(), kAlias, -1) != 1 || !mark_as_trusted(bag.get())) return nullptr;
  const Ptr<STACK_OF(PKCS12_SAFEBAG), free_bags> bags(sk_PKCS12_SAFEBAG_new_null());
  if (!bags || sk_PKCS12_SAFEBAG_push(bags.get(), bag.release()) <= 0) return nullptr;
  return Ptr<PKCS7, PKCS7_free>(PKCS12_pack_p7data(bags.get()));
}

bool add_safe(PKCS12* store, Ptr<PKCS7, PKCS7_free> safe) {
  const Ptr<STACK_OF(PKCS7), free_safes> safes(PKCS12_unpack_authsafes(store));
  if (!safes || !safe || sk_PKCS7_push(safes.get(), safe.release()) <= 0) return false;
  return PKCS12_pack_authsafes(store, safes.get()) == 1;
}

/// How the store's MAC was made, to make the next one alike.
struct MacKind {
  const EVP_MD* digest = nullptr;
  int salt_size = 0;
  long iterations = 1;  // RFC 7292, section 4: the default
};

MacKind mac_kind(const PKCS12* store) {
  const ASN1_OCTET_STRING* salt = nullptr;
  const X509_ALGOR* algorithm = nullptr;
  const ASN1_INTEGER* iterations = nullptr;
  PKCS12_get0_mac(nullptr, &algorithm, &salt, &iterations, store);
  const ASN1_OBJECT* digest = nullptr;
  X509_ALGOR_get0(&digest, nullptr, nullptr, algorithm);
  return {EVP_get_digestbyobj(digest), ASN1_STRING_length(salt), iterations ? ASN1_INTEGER_get(iterations) : 1};
}

std::optional<std::string> pkcs12_with_ca(std::string_view bytes, std::string_view ca_der,
                                          std::span<const std::string> passwords) {
  const unsigned char* at = bytes_of(bytes);
  const Ptr<PKCS12, PKCS12_free> store(d2i_PKCS12(nullptr, &at, static_cast<long>(bytes.size())));
  if (!store) return std::nullopt;
  if (PKCS12_mac_present(store.get()) == 1) {
    const MacKind kind = mac_kind(store.get());
    if (!kind.digest || kind.iterations < 1 || kind.iterations > kMostIterations) return std::nullopt;
    const auto password = fitting_password(store.get(), passwords);
    if (!password || !add_safe(store.get(), safe_of_ca(ca_der))) return std::nullopt;
    if (PKCS12_set_mac(store.get(), password->text, password->size, nullptr, kind.salt_size, static_cast<int>(kind.iterations),
                       kind.digest) != 1)
      return std::nullopt;
  } else if (!add_safe(store.get(), safe_of_ca(ca_der))) {
    return std::nullopt;
  }
  unsigned char* out = nullptr;
  const int size = i2d_PKCS12(store.get(), &out);
  const Ptr<unsigned char, free_bytes> owned(out);
  if (size <= 0) return std::nullopt;
  return std::string(reinterpret_cast<char*>(out), static_cast<std::size_t>(size));
}

bool is_jks(std::string_view bytes) {
  if (bytes.size() < 4) return false;
  const std::uint32_t magic = number_at(bytes, 0);
  return magic == kJks || magic == kJceks;
}

}  // namespace

bool looks_like_java_store(std::string_view bytes) {
  constexpr char kDerSequence = '\x30';
  constexpr int kLongLength = 0x80;  // X.690, 8.1.3.5: what no text has there
  return is_jks(bytes) || (bytes.size() > 1 && bytes[0] == kDerSequence && (bytes[1] & kLongLength) != 0);
}

std::optional<std::string> java_store_with_ca(std::string_view store, std::string_view ca_der, const JavaStoreReader& reader) {
  if (is_jks(store)) return jks_with_ca(store, ca_der, reader);
  std::optional<std::string> out = pkcs12_with_ca(store, ca_der, reader.passwords);
  ERR_clear_error();  // a password that does not fit leaves one, and the next TLS call of this thread would find it
  return out;
}

std::string java_store_of_ca(std::string_view ca_der) {
  std::string empty;
  put_number(empty, kJks, 4);
  put_number(empty, 2, 4);  // version
  put_number(empty, 0, 4);  // entries
  return jks_with_entry(empty, ca_der, kJavaPassword);
}

}  // namespace bigfoot

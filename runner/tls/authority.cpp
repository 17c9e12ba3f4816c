// runner/tls/authority.cpp - see authority.h.
#include "runner/tls/authority.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/prctl.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "runner/tls/ssl_error.h"

namespace bigfoot {
namespace {

constexpr long kDay = 24 * 60 * 60;
constexpr long kBackdated = -kDay;      // a clock that is a little behind, or a test that sets it
constexpr long kLeafLifetime = 90 * kDay;   // below what any client limits: 398 days, CA/Browser Forum, Baseline Requirements 6.3.2
constexpr long kAuthorityLifetime = 365 * kDay;
constexpr std::size_t kMostLeaves = 4096;  // 3 kB each: a program may ask for any number of names
constexpr unsigned kRsaBits = 2048;
constexpr int kSerialBytes = 16;  // RFC 5280, 4.1.2.2: at most 20, positive
constexpr std::size_t kLongestCommonName = 64;  // RFC 5280, A.1: ub-common-name

/// Makes sense of OpenSSL's answers where only a lack of memory or of random numbers could make it fail.
void must(bool done, const char* what) {
  if (!done) throw_ssl_error(what);
}

KeyPtr make_key(LeafKey type) {
  KeyPtr key(type == LeafKey::rsa ? EVP_RSA_gen(kRsaBits) : EVP_EC_gen("P-256"));
  must(key != nullptr, "EVP_PKEY_Q_keygen");
  return key;
}

void set_random_serial(X509* certificate) {
  std::array<unsigned char, kSerialBytes> bytes{};
  must(RAND_bytes(bytes.data(), kSerialBytes) == 1, "RAND_bytes");
  bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7f) | 0x40);  // positive, and always of the same length
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> number(BN_bin2bn(bytes.data(), kSerialBytes, nullptr), &BN_free);
  must(number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr, "BN_to_ASN1_INTEGER");
}

void add_name(X509_NAME* name, const char* part, std::string_view text) {
  must(X509_NAME_add_entry_by_txt(name, part, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text.data()),
                                  static_cast<int>(text.size()), -1, 0) == 1,
       "X509_NAME_add_entry_by_txt");
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()), &X509_EXTENSION_free);
  must(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "X509V3_EXT_conf_nid");
}

CertificatePtr blank_certificate(EVP_PKEY* key, long lifetime) {
  CertificatePtr certificate(X509_new());
  must(certificate != nullptr, "X509_new");
  X509_set_version(certificate.get(), X509_VERSION_3);
  set_random_serial(certificate.get());
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), kBackdated);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), lifetime);
  must(X509_set_pubkey(certificate.get(), key) == 1, "X509_set_pubkey");
  return certificate;
}

bool is_address(const std::string& host) {
  in6_addr six{};
  in_addr four{};
  return ::inet_pton(AF_INET, host.c_str(), &four) == 1 || ::inet_pton(AF_INET6, host.c_str(), &six) == 1;
}

/// Whether `host` may stand in a certificate's DNS name as it is. What comes by SNI is the program's own text.
bool is_dns_name(std::string_view host) {
  return !host.empty() && host.size() <= 253 && std::ranges::all_of(host, [](unsigned char c) {
    return std::isalnum(c) || c == '-' || c == '.' || c == '_' || c == '*';
  });
}

std::string alternative_name(const std::string& name) {
  if (is_address(name)) return "IP:" + name;
  return is_dns_name(name) ? "DNS:" + name : "DNS:invalid";  // a text that is no name: nobody can check against it
}

std::string spelled(std::string name) {
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (name.ends_with('.')) name.pop_back();
  return name;
}

std::string hex(const unsigned char* bytes, std::size_t size) {
  return fmt::format("{:02x}", fmt::join(bytes, bytes + size, ""));
}

std::string pem_of(X509* certificate) {
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> memory(BIO_new(BIO_s_mem()), &BIO_free_all);
  must(memory && PEM_write_bio_X509(memory.get(), certificate) == 1, "PEM_write_bio_X509");
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string der_of(X509* certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate, &bytes);
  must(size > 0, "i2d_X509");
  std::string out(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return out;
}

std::string pin_of(EVP_PKEY* key) {
  unsigned char* bytes = nullptr;
  const int size = i2d_PUBKEY(key, &bytes);
  must(size > 0, "i2d_PUBKEY");
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  const int done = EVP_Digest(bytes, static_cast<std::size_t>(size), digest, &length, EVP_sha256(), nullptr);
  OPENSSL_free(bytes);
  must(done == 1, "EVP_Digest");
  std::array<unsigned char, 64> text{};
  const int written = EVP_EncodeBlock(text.data(), digest, static_cast<int>(length));
  return {reinterpret_cast<char*>(text.data()), static_cast<std::size_t>(written)};
}

}  // namespace

void FreeX509::operator()(X509* certificate) const { X509_free(certificate); }
void FreeKey::operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }

CertificateAuthority::CertificateAuthority() {
  // Before the library reads it: a configuration meant for the program under test must not bend the supervisor.
  OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  key_ = make_key(LeafKey::ecdsa);
  ecdsa_leaf_key_ = make_key(LeafKey::ecdsa);
  ::prctl(PR_SET_DUMPABLE, 0);  // a process of the same user could read the key out of our memory otherwise
  certificate_ = blank_certificate(key_.get(), kAuthorityLifetime);
  X509* const certificate = certificate_.get();
  // The serial number in the name keeps the CAs of two runs apart where somebody remembers one.
  const ASN1_INTEGER* serial = X509_get0_serialNumber(certificate);
  X509_NAME* const name = X509_get_subject_name(certificate);
  add_name(name, "O", "bigfoot-run");
  add_name(name, "CN", fmt::format("bigfoot-run CA of this run only, {}", hex(ASN1_STRING_get0_data(serial), 4)));
  must(X509_set_issuer_name(certificate, name) == 1, "X509_set_issuer_name");
  add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign,digitalSignature");
  add_extension(certificate, certificate, NID_subject_key_identifier, "hash");
  must(X509_sign(certificate, key_.get(), EVP_sha256()) > 0, "X509_sign");
  pem_ = pem_of(certificate);
  der_ = der_of(certificate);
  key_pin_ = pin_of(ecdsa_leaf_key_.get());
  subject_hash_ = fmt::format("{:08x}", X509_NAME_hash_ex(name, nullptr, nullptr, nullptr));
}

CertificateAuthority::~CertificateAuthority() = default;

EVP_PKEY* CertificateAuthority::key_of(LeafKey type) {
  if (type == LeafKey::ecdsa) return ecdsa_leaf_key_.get();
  if (!rsa_leaf_key_) rsa_leaf_key_ = make_key(LeafKey::rsa);
  return rsa_leaf_key_.get();
}

Identified CertificateAuthority::leaf(const std::vector<std::string>& asked, LeafKey type) {
  std::vector<std::string> names;
  for (const std::string& name : asked) names.push_back(spelled(name));
  EVP_PKEY* const key = key_of(type);
  if (leaves_.size() >= kMostLeaves) leaves_.clear();  // connections hold on to theirs
  CertificatePtr& slot = leaves_[fmt::format("{} {}", type == LeafKey::rsa ? "rsa" : "ecdsa", fmt::join(names, " "))];
  if (slot) return {slot.get(), key};
  CertificatePtr made = blank_certificate(key, kLeafLifetime);
  X509* const certificate = made.get();
  add_name(X509_get_subject_name(certificate), "O", "bigfoot-run");
  const std::string& first = names.front();
  if (is_address(first) || (is_dns_name(first) && first.size() <= kLongestCommonName))
    add_name(X509_get_subject_name(certificate), "CN", first);
  must(X509_set_issuer_name(certificate, X509_get_subject_name(certificate_.get())) == 1, "X509_set_issuer_name");
  add_extension(certificate, certificate_.get(), NID_basic_constraints, "critical,CA:FALSE");
  add_extension(certificate, certificate_.get(), NID_key_usage,
                type == LeafKey::rsa ? "critical,digitalSignature,keyEncipherment" : "critical,digitalSignature");
  add_extension(certificate, certificate_.get(), NID_ext_key_usage, "serverAuth");
  add_extension(certificate, certificate_.get(), NID_subject_key_identifier, "hash");
  add_extension(certificate, certificate_.get(), NID_authority_key_identifier, "keyid");
  std::vector<std::string> alternatives;
  for (const std::string& name : names) alternatives.push_back(alternative_name(name));
  add_extension(certificate, certificate_.get(), NID_subject_alt_name, fmt::format("{}", fmt::join(alternatives, ",")));
  must(X509_sign(certificate, key_.get(), EVP_sha256()) > 0, "X509_sign");
  slot = std::move(made);
  return {slot.get(), key};
}

}  // namespace bigfoot

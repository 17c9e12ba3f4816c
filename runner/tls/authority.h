// runner/tls/authority.h - The run's certificate authority: made afresh, kept in memory, known to nobody else. Mints the
// certificates that expected hosts show. Source: RFC 5280 (profile), RFC 6125, 6.4.3 and 7.2 (wildcards), X509v3_config(5).
#pragma once

#include <openssl/types.h>

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace bigfoot {

struct FreeX509 {
  void operator()(X509* certificate) const;
};
struct FreeKey {
  void operator()(EVP_PKEY* key) const;
};
using CertificatePtr = std::unique_ptr<X509, FreeX509>;
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeKey>;

/// A certificate and its key, owned by the authority.
struct Identified {
  X509* certificate = nullptr;
  EVP_PKEY* key = nullptr;
};

/// The key type of a leaf. RSA is for clients that offer no ECDSA; its key is made when the first one comes.
enum class LeafKey { ecdsa, rsa };

class CertificateAuthority {
 public:
  /// Makes the CA's key (ECDSA P-256) and certificate: about a millisecond. Keeps the supervisor's memory from processes
  /// of the same user (PR_SET_DUMPABLE).
  CertificateAuthority();
  ~CertificateAuthority();
  CertificateAuthority(const CertificateAuthority&) = delete;
  CertificateAuthority& operator=(const CertificateAuthority&) = delete;

  // The CA's certificate, for whoever is to trust it. Thread-safe: never changes.
  const std::string& pem() const { return pem_; }                    ///< one block, ends in a line end
  const std::string& der() const { return der_; }
  const std::string& subject_hash() const { return subject_hash_; }  ///< "a1b2c3d4": X509_NAME_hash, as c_rehash names files
  /// Base64 of the SHA-256 of the SubjectPublicKeyInfo that all ECDSA leaves have in common (RFC 7469, 2.4).
  const std::string& key_pin() const { return key_pin_; }

  /// The certificate that is good for these host names and numeric addresses (no brackets; at least one), minted once for
  /// each list and key type. A text that is no name is left out. One thread only.
  Identified leaf(const std::vector<std::string>& names, LeafKey type);
  std::size_t minted() const { return leaves_.size(); }

 private:
  EVP_PKEY* key_of(LeafKey type);

  KeyPtr key_, ecdsa_leaf_key_;
  KeyPtr rsa_leaf_key_;  // made when the first client asks for it
  CertificatePtr certificate_;
  std::string pem_, der_, subject_hash_, key_pin_;
  std::unordered_map<std::string, CertificatePtr> leaves_;  // by name and key type
};

}  // namespace bigfoot

// runner/trust/store_names.cpp - see store_names.h.
#include "runner/trust/store_names.h"

#include <fnmatch.h>

#include <algorithm>
#include <array>

#include "runner/trust/chromium_flags.h"

namespace bigfoot {
namespace {

constexpr auto kBundle = Missing::ca_without_bundle;
constexpr auto kOpenSsl = Missing::bundle;  // read besides a hashed folder, so it may be missing where there is a bundle
constexpr auto kStays = Missing::stays;

constexpr StoreName kPlaces[] = {
    {"/etc/ssl/certs/ca-certificates.crt", kBundle, "Debian, Alpine, Arch, Gentoo; Go's crypto/x509/root_linux.go"},
    {"/etc/pki/tls/certs/ca-bundle.crt", kBundle, "Fedora, RHEL; root_linux.go"},
    {"/etc/ssl/ca-bundle.pem", kBundle, "SUSE; root_linux.go"},
    {"/etc/pki/tls/cacert.pem", kBundle, "OpenELEC; root_linux.go"},
    {"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", kBundle, "RHEL 7 and later; root_linux.go"},
    {"/var/lib/ca-certificates/ca-bundle.pem", kBundle, "SUSE, where /etc/ssl/ca-bundle.pem leads"},
    {"/etc/ca-certificates/extracted/tls-ca-bundle.pem", kBundle, "Arch, where ca-certificates.crt leads"},
    {"/usr/share/ssl/certs/ca-bundle.crt", kBundle, "curl's acinclude.m4, CURL_CHECK_CA_BUNDLE"},
    {"/usr/local/share/certs/ca-root-nss.crt", kBundle, "FreeBSD; curl, GnuTLS, openssl-probe"},
    {"/etc/openssl/certs/ca-certificates.crt", kBundle, "NetBSD; Perl's HTTP::Tiny, openssl-probe"},
    {"/etc/ssl/cert.pem", kOpenSsl, "Alpine, Arch, SUSE, many static builds: OPENSSLDIR is /etc/ssl"},
    {"/usr/lib/ssl/cert.pem", kOpenSsl, "Debian: OPENSSLDIR is /usr/lib/ssl"},
    {"/etc/pki/tls/cert.pem", kOpenSsl, "Fedora, RHEL: OPENSSLDIR is /etc/pki/tls"},
    {"/usr/local/ssl/cert.pem", kOpenSsl, "OpenSSL's INSTALL.md, --openssldir: the default"},
};

/// In any folder. A cert.pem is not here: most are some server's own certificate.
constexpr StoreName kAnywhere[] = {
    {kCaPath, Missing::ca, "ours"},
    {"*/ca-certificates.crt", kStays, "copies and chroots of Debian's"},
    {"*/cacert.pem", kStays, "certifi, pip's copy of it, botocore, Mozilla::CA; curl.se/docs/caextract.html"},
    {"*/cacerts.pem", kStays, "Ruby gems, Android tools"},
    {"*/cacerts.txt", kStays, "httplib2, boto"},
    {"*/*ca-bundle*.crt", kStays, "curl-ca-bundle.crt, ca-bundle.trust.crt, composer/ca-bundle"},
    {"*/*ca-bundle*.pem", kStays, "tls-ca-bundle.pem, email-ca-bundle.pem"},
    {"*/*ca_bundle*.pem", kStays, "the same, as Python writes it"},
    {"*/ca-root-nss.crt", kStays, "openssl-probe"},
    {"*/grpc/_cython/_credentials/roots.pem", kStays, "grpcio"},
    {"*/.postgresql/root.crt", kStays, "libpq, sslrootcert"},
    {"*/serviceaccount/ca.crt", kStays, "Kubernetes, \"Accessing the API from a Pod\""},
    {"*/*.trust.p11-kit", kStays, "p11-kit, \"Trust Policy Module\": Fedora, RHEL, SUSE, Arch"},
    {"*/lib/security/cacerts", Missing::java, "sun.security.ssl.TrustStoreManager, the second of two"},
    {"*/cacerts", kStays, "/etc/ssl/certs/java/cacerts, /etc/pki/java/cacerts"},
    {"*/java-cacerts", kStays, "SUSE: /var/lib/ca-certificates/java-cacerts"},
    {"*/jssecacerts", kStays, "TrustStoreManager, the first of two: where missing it must not hide cacerts"},
    {"*/*truststore*", kStays, "what Java programs call their own"},
    {kChromiumFlags.data(), kStays, "no store, but all that Chromium can be told: chromium_flags.h"},
};

/// How the names of stores end, and of files that an option or a variable may name.
constexpr std::string_view kEndings[] = {".pem", ".crt", ".cer", ".cert", "cacerts", "cacerts.txt", ".jks",
                                         ".p12", ".pfx", ".p11-kit", "store", "bundle", "certs", "certificates", "/default-flags"};

/// Folders of files whose names tell nothing: of mktemp(1), Python's tempfile and Go's os.CreateTemp, and Docker's secrets.
constexpr std::string_view kNamelessFolders[] = {"/tmp/", "/run/secrets/"};
bool is_nameless(std::string_view path) {
  return std::ranges::any_of(kNamelessFolders, [path](std::string_view folder) {
    return path.starts_with(folder) && path.find('/', folder.size()) == path.npos;
  });
}

/// Which characters end one of them, by their codes: most paths fail here.
constexpr auto kLastCharacters = [] {
  std::array<bool, 256> out{};
  for (const std::string_view ending : kEndings) out[static_cast<unsigned char>(ending.back())] = true;
  return out;
}();

constexpr std::size_t kHashDigits = 8;

/// "a1b2c3d4.0", whatever the hash; after a slash or alone.
bool is_any_hashed_name(std::string_view path) {
  if (path.size() < kHashDigits + 2 || path[path.size() - 2] != '.' || path.back() < '0' || path.back() > '9') return false;
  const std::size_t start = path.size() - 2 - kHashDigits;
  if (start > 0 && path[start - 1] != '/') return false;
  return path.substr(start, kHashDigits).find_first_not_of("0123456789abcdef") == path.npos;
}

}  // namespace

std::span<const StoreName> bundle_places() { return kPlaces; }

const StoreName* store_name(const char* path) {
  for (const std::span<const StoreName> rows : {std::span<const StoreName>(kPlaces), std::span<const StoreName>(kAnywhere)})
    for (const StoreName& row : rows)
      if (::fnmatch(row.pattern, path, 0) == 0) return &row;
  return nullptr;
}

bool may_be_store(std::string_view path) {
  if (path.empty()) return false;
  const auto ends_path = [path](std::string_view ending) { return path.ends_with(ending); };
  if (kLastCharacters[static_cast<unsigned char>(path.back())] && std::ranges::any_of(kEndings, ends_path)) return true;
  return is_any_hashed_name(path) || is_nameless(path);
}

bool is_hashed_name(std::string_view path, std::string_view subject_hash) {
  if (!is_any_hashed_name(path) || path.back() != '0') return false;
  return path.substr(path.size() - 2 - kHashDigits, kHashDigits) == subject_hash;
}

}  // namespace bigfoot

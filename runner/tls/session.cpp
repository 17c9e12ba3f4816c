// runner/tls/session.cpp - see session.h.
#include "runner/tls/session.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "runner/tls/ssl_error.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

constexpr int kAlertReason = SSL_AD_REASON_OFFSET;  // openssl/ssl.h: an alert N received is reason 1000 + N
constexpr unsigned char kSessionContext[] = "bigfoot-run";

struct AlertInfo {
  int code;
  std::string_view name;
  bool distrust;
};
// RFC 8446, 6 (the list) and 6.2 (their meaning).
constexpr AlertInfo kAlerts[] = {
    {10, "unexpected_message", false},     {20, "bad_record_mac", false},       {22, "record_overflow", false},
    {40, "handshake_failure", false},      {42, "bad_certificate", true},       {43, "unsupported_certificate", true},
    {44, "certificate_revoked", true},     {45, "certificate_expired", true},   {46, "certificate_unknown", true},
    {47, "illegal_parameter", false},      {48, "unknown_ca", true},            {49, "access_denied", true},
    {50, "decode_error", false},           {51, "decrypt_error", false},        {70, "protocol_version", false},
    {71, "insufficient_security", false},  {80, "internal_error", false},       {86, "inappropriate_fallback", false},
    {90, "user_canceled", false},          {109, "missing_extension", false},   {110, "unsupported_extension", false},
    {112, "unrecognized_name", false},     {113, "bad_certificate_status_response", true},
    {115, "unknown_psk_identity", false},  {116, "certificate_required", false}, {120, "no_application_protocol", false},
};

/// The key type that this client can check: RSA only where it offers no ECDSA over P-256.
LeafKey key_for(SSL* ssl) {
  constexpr int kEcdsaSha256 = 0x0403;  // RFC 8446, 4.2.3: ecdsa_secp256r1_sha256
  bool signs = false;
  const int count = SSL_get_sigalgs(ssl, 0, nullptr, nullptr, nullptr, nullptr, nullptr);
  for (int i = 0; i < count && !signs; ++i) {
    unsigned char signature = 0, hash = 0;
    SSL_get_sigalgs(ssl, i, nullptr, nullptr, nullptr, &signature, &hash);
    signs = (hash << 8 | signature) == kEcdsaSha256;
  }
  if (!signs) return LeafKey::rsa;
  if (SSL_version(ssl) >= TLS1_3_VERSION) return LeafKey::ecdsa;
  const STACK_OF(SSL_CIPHER)* ciphers = SSL_get_client_ciphers(ssl);
  for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) {
    const SSL_CIPHER* cipher = sk_SSL_CIPHER_value(ciphers, i);
    if (SSL_CIPHER_get_auth_nid(cipher) == NID_auth_ecdsa) return LeafKey::ecdsa;
  }
  return LeafKey::rsa;
}

std::string subject_of(X509* certificate) {
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> memory(BIO_new(BIO_s_mem()), &BIO_free_all);
  X509_NAME_print_ex(memory.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string text_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)), static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::string address_of(const ASN1_OCTET_STRING* address) {
  constexpr int kIpv4 = 4, kIpv6 = 16;  // RFC 5280, 4.2.1.6
  const int size = ASN1_STRING_length(address);
  char out[INET6_ADDRSTRLEN] = "";
  if (size == kIpv4 || size == kIpv6)
    ::inet_ntop(size == kIpv4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(address), out, sizeof out);
  return out;
}

std::vector<std::string> alternative_names_of(X509* certificate) {
  std::vector<std::string> out;
  auto* names = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    switch (name->type) {
      case GEN_DNS: out.push_back("DNS:" + text_of(name->d.dNSName)); break;
      case GEN_URI: out.push_back("URI:" + text_of(name->d.uniformResourceIdentifier)); break;
      case GEN_EMAIL: out.push_back("email:" + text_of(name->d.rfc822Name)); break;
      case GEN_IPADD: out.push_back("IP:" + address_of(name->d.iPAddress)); break;
      default: break;  // otherName, directoryName...: nothing that a spec could say in one text
    }
  }
  GENERAL_NAMES_free(names);
  return out;
}

/// The texts of an ALPN list: a length byte before each. Source: RFC 7301, 3.1; OpenSSL has checked it.
std::vector<std::string> protocol_names(const unsigned char* in, unsigned size) {
  std::vector<std::string> out;
  for (unsigned at = 0; at < size && at + 1 + in[at] <= size; at += 1 + in[at])
    out.emplace_back(reinterpret_cast<const char*>(in + at + 1), in[at]);
  return out;
}

SSL_CTX* new_context(const SSL_METHOD* method) {
  SSL_CTX* const context = SSL_CTX_new(method);
  if (context == nullptr) throw_ssl_error("SSL_CTX_new");
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);  // 34 kB less for each idle connection
  // A program that exits without close_notify has ended all the same.
  SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
  return context;
}

TlsSession* session_of(const SSL* ssl) { return static_cast<TlsSession*>(SSL_get_app_data(ssl)); }

int accept_any(X509_STORE_CTX*, void*) { return 1; }

}  // namespace

bool TlsAlert::is_distrust() const {
  const auto known = std::ranges::find(kAlerts, code, &AlertInfo::code);
  return known != std::end(kAlerts) && known->distrust;
}

TlsSession::TlsSession(SSL* ssl) : ssl_(ssl), in_(BIO_new(BIO_s_mem())), out_(BIO_new(BIO_s_mem())) {
  if (ssl == nullptr || in_ == nullptr || out_ == nullptr) throw_ssl_error("SSL_new");
  BIO_set_mem_eof_return(in_, -1);
  SSL_set_bio(ssl_, in_, out_);
  SSL_set_app_data(ssl_, this);
}

TlsSession::~TlsSession() { SSL_free(ssl_); }

void TlsSession::receive(std::string_view ciphertext) {
  BIO_write(in_, ciphertext.data(), static_cast<int>(ciphertext.size()));
}

TlsSession::Progress TlsSession::progress(int result) {
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_NONE: return Progress::done;
    case SSL_ERROR_WANT_READ: return Progress::want_input;
    case SSL_ERROR_ZERO_RETURN: return Progress::ended;
    default: break;
  }
  const int reason = ERR_GET_REASON(ERR_peek_error());
  if (reason > kAlertReason && reason < kAlertReason + 256) {
    const int code = reason - kAlertReason;
    const auto known = std::ranges::find(kAlerts, code, &AlertInfo::code);
    alert_ = TlsAlert{code, known == std::end(kAlerts) ? "" : std::string(known->name)};
  }
  error_ = take_ssl_error();
  if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED)
    error_ += std::string(": ") + X509_verify_cert_error_string(SSL_get_verify_result(ssl_));
  return Progress::failed;
}

TlsSession::Progress TlsSession::handshake() {
  ERR_clear_error();
  return progress(SSL_do_handshake(ssl_));
}

TlsSession::Progress TlsSession::read(char* to, std::size_t room, std::size_t& count) {
  ERR_clear_error();
  count = 0;
  return progress(SSL_read_ex(ssl_, to, room, &count));
}

bool TlsSession::write(std::string_view plain) {
  ERR_clear_error();
  std::size_t written = 0;
  return plain.empty() || progress(SSL_write_ex(ssl_, plain.data(), plain.size(), &written)) == Progress::done;
}

void TlsSession::say_good_bye() {
  ERR_clear_error();
  SSL_shutdown(ssl_);
  ERR_clear_error();  // where the peer has gone already there is nobody to tell
}

std::string_view TlsSession::output() const {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out_, &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

void TlsSession::clear_output() { BIO_reset(out_); }

TlsFacts TlsSession::facts() const {
  TlsFacts out;
  out.version = SSL_get_version(ssl_);
  out.sni = sni_;
  const unsigned char* protocol = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_, &protocol, &size);
  if (size > 0) out.alpn.assign(reinterpret_cast<const char*>(protocol), size);
  out.offered = offered_;
  out.resumed = SSL_session_reused(ssl_) == 1;
  if (X509* certificate = SSL_get0_peer_certificate(ssl_))
    out.client = ClientCertificate{subject_of(certificate), alternative_names_of(certificate)};
  return out;
}

TlsServer::TlsServer(CertificateAuthority& authority) : authority_(authority), context_(new_context(TLS_server_method())) {
  SSL_CTX_set_session_id_context(context_, kSessionContext, sizeof kSessionContext - 1);
  SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_OFF);  // tickets carry what is needed
  SSL_CTX_set_tlsext_servername_callback(context_, note_name);
  SSL_CTX_set_cert_cb(context_, choose_certificate, nullptr);
  SSL_CTX_set_alpn_select_cb(context_, choose_protocol, nullptr);
  SSL_CTX_set_cert_verify_callback(context_, accept_any, nullptr);
}

TlsServer::~TlsServer() { SSL_CTX_free(context_); }

std::unique_ptr<TlsSession> TlsServer::accept(TlsTerms terms) {
  auto session = std::make_unique<TlsSession>(SSL_new(context_));
  session->authority_ = &authority_;
  session->names_ = std::move(terms.names);
  session->protocols_ = std::move(terms.protocols);
  SSL_set_accept_state(session->ssl_);
  if (terms.ask_for_certificate) SSL_set_verify(session->ssl_, SSL_VERIFY_PEER, nullptr);
  return session;
}

// Later the name of a resumed TLS 1.2 session cannot be asked for any more: SSL_get_servername(3).
int TlsServer::note_name(SSL* ssl, int*, void*) {
  if (const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)) session_of(ssl)->sni_ = lower_case(name);
  return SSL_TLSEXT_ERR_OK;
}

int TlsServer::choose_certificate(SSL* ssl, void*) {
  TlsSession& session = *session_of(ssl);
  const Identified leaf = session.authority_->leaf(session.sni_.empty() ? session.names_ : std::vector{session.sni_}, key_for(ssl));
  return SSL_use_certificate(ssl, leaf.certificate) == 1 && SSL_use_PrivateKey(ssl, leaf.key) == 1 ? 1 : 0;
}

int TlsServer::choose_protocol(SSL* ssl, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                               unsigned in_size, void*) {
  TlsSession& session = *session_of(ssl);
  session.offered_ = protocol_names(in, in_size);
  for (const std::string& wanted : session.protocols_) {
    if (std::ranges::find(session.offered_, wanted) == session.offered_.end()) continue;
    *out = reinterpret_cast<const unsigned char*>(wanted.data());
    *out_size = static_cast<unsigned char>(wanted.size());
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;  // RFC 7301, 3.2: no_application_protocol
}

TlsClient::TlsClient() : context_(new_context(TLS_client_method())) {
  SSL_CTX_set_default_verify_paths(context_);
  SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
}

TlsClient::~TlsClient() { SSL_CTX_free(context_); }

std::unique_ptr<TlsSession> TlsClient::connect(const std::string& host) {
  auto session = std::make_unique<TlsSession>(SSL_new(context_));
  SSL* const ssl = session->ssl_;
  X509_VERIFY_PARAM* const checked = SSL_get0_param(ssl);
  if (X509_VERIFY_PARAM_set1_ip_asc(checked, host.c_str()) != 1) {
    ERR_clear_error();
    X509_VERIFY_PARAM_set1_host(checked, host.c_str(), 0);
    SSL_set_tlsext_host_name(ssl, host.c_str());
  }
  SSL_set_connect_state(ssl);
  return session;
}

}  // namespace bigfoot

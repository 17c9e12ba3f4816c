// runner/tls/session.h - One TLS connection without a socket: ciphertext in, ciphertext out, plain bytes on the other side.
// Source: ssl(7), RFC 8446, RFC 5246; RFC 7301 (ALPN); RFC 6066, 3 (SNI).
#pragma once

#include <openssl/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/tls/authority.h"

namespace bigfoot {

/// What a client certificate says of its owner.
struct ClientCertificate {
  std::string subject;            ///< "CN=svc,O=Example" (RFC 2253)
  std::vector<std::string> san;   ///< "DNS:svc.internal", "URI:spiffe://…", "IP:10.0.0.1", "email:a@b"
};

/// What both sides agreed on.
struct TlsFacts {
  std::string version;               ///< "TLSv1.3"
  std::string sni;                   ///< "" where the client named none
  std::string alpn;                  ///< "" where none was agreed on
  std::vector<std::string> offered;  ///< protocols that the client offered by ALPN
  bool resumed = false;
  std::optional<ClientCertificate> client;
};

/// A fatal alert of the peer. Source: RFC 8446, 6.2.
struct TlsAlert {
  int code = 0;      ///< 48
  std::string name;  ///< "unknown_ca"
  /// The peer did not accept our certificate.
  bool is_distrust() const;
};

class TlsSession {
 public:
  explicit TlsSession(SSL* ssl);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  enum class Progress {
    want_input,  ///< nothing more before the peer's next bytes
    done,        ///< handshake: it is complete; read: bytes were given
    ended,       ///< the peer said good-bye (close_notify)
    failed,      ///< see alert() and error()
  };
  /// More of the peer's bytes.
  void receive(std::string_view ciphertext);
  Progress handshake();
  /// Decrypts up to `room` bytes into `to`; `count` says how many came.
  Progress read(char* to, std::size_t room, std::size_t& count);
  /// Encrypts; false after a failure. The result waits in output().
  bool write(std::string_view plain);
  void say_good_bye();

  /// What is to be sent to the peer, in order; valid until the next call.
  std::string_view output() const;
  void clear_output();

  TlsFacts facts() const;
  const std::optional<TlsAlert>& alert() const { return alert_; }
  const std::string& error() const { return error_; }  ///< why it failed, in OpenSSL's words

 private:
  friend class TlsServer;
  friend class TlsClient;
  Progress progress(int result);

  SSL* ssl_;
  BIO* in_;   // owned by ssl_
  BIO* out_;
  std::optional<TlsAlert> alert_;
  std::string error_;

  // A server's own: what its callbacks choose by.
  CertificateAuthority* authority_ = nullptr;
  std::vector<std::string> names_, protocols_, offered_;
  std::string sni_;
};

/// What the server's side of one connection is to be.
struct TlsTerms {
  std::vector<std::string> names;      ///< of the destination, for a client that sends no SNI
  std::vector<std::string> protocols;  ///< for ALPN, in order of preference
  bool ask_for_certificate = false;    ///< any certificate is accepted, and so is none
};

/// Makes the server sides of a run's connections: leaf by SNI, tickets for resumption. One thread.
class TlsServer {
 public:
  explicit TlsServer(CertificateAuthority& authority);
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  std::unique_ptr<TlsSession> accept(TlsTerms terms);

 private:
  static int note_name(SSL* ssl, int* alert, void* unused);
  static int choose_certificate(SSL* ssl, void* unused);
  static int choose_protocol(SSL* ssl, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                             unsigned in_size, void* unused);
  CertificateAuthority& authority_;
  SSL_CTX* context_;
};

/// Makes the client's side of connections to real servers, checked against this machine's certificate store. One thread.
class TlsClient {
 public:
  TlsClient();
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;
  /// `host`: name or address that the server's certificate must be good for.
  std::unique_ptr<TlsSession> connect(const std::string& host);

 private:
  SSL_CTX* context_;
};

}  // namespace bigfoot

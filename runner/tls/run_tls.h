// runner/tls/run_tls.h - What one run has for TLS: its CA, the server's side of mocked hosts, the client's side to real ones.
#pragma once

#include <optional>

#include "runner/tls/session.h"

namespace bigfoot {

class RunTls {
 public:
  /// Never changes: any thread may read it.
  const CertificateAuthority& authority() const { return authority_; }
  // For the event loop's thread. Made when first needed: most runs are over before.
  TlsServer& server() { return server_ ? *server_ : server_.emplace(authority_); }
  TlsClient& client() { return client_ ? *client_ : client_.emplace(); }

 private:
  CertificateAuthority authority_;
  std::optional<TlsServer> server_;
  std::optional<TlsClient> client_;
};

}  // namespace bigfoot

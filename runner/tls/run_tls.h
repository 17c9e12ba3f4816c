// runner/tls/run_tls.h - What one run has for TLS: its CA, the server's side of mocked hosts, the client's side to real ones.
// Each is made when it is first needed: most runs are over before.
#pragma once

#include <mutex>
#include <optional>

#include "runner/tls/session.h"

namespace bigfoot {

class RunTls {
 public:
  /// What it says of the CA never changes: any thread may ask. Leaves are for server() alone.
  CertificateAuthority& authority() {
    std::call_once(once_, [this] { authority_.emplace(); });
    return *authority_;
  }
  // For the event loop's thread.
  TlsServer& server() { return server_ ? *server_ : server_.emplace(authority()); }
  TlsClient& client() { return client_ ? *client_ : client_.emplace(); }

 private:
  std::once_flag once_;
  std::optional<CertificateAuthority> authority_;
  std::optional<TlsServer> server_;
  std::optional<TlsClient> client_;
};

}  // namespace bigfoot

// runner/endpoints/silent_tls.h - TLS connections that a program ended without a word: a connection in reserve, or one that
// it did not trust and said so only to itself. GnuTLS programs (wget, git) and Node.js look at the certificate after the
// handshake, Java's HttpClient and aiohttp close in the middle of it, none of them with an alert.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "spec/ledger.h"

namespace bigfoot {

class SilentTls {
 public:
  /// `how`: "closed the connection in the handshake, without an alert". Remembered once for each program and destination.
  void ended_silently(const std::string& program, const Destination& to, std::string sni, std::string how);
  /// A call came over TLS: the program trusts what it is shown there.
  void spoke(const std::string& program, const Destination& to);

  /// Judged when the run is over: a program that never spoke to a destination of which `unmet`, Ledger::finish()'s answer,
  /// says that something is missing, has refused.
  std::vector<Finding> refusals(const std::vector<Finding>& unmet) const;

 private:
  struct Seen {
    Destination to;
    std::string sni, how;  // how: "" where it never ended silently
    bool spoke = false;
  };
  Seen& seen(const std::string& program, const Destination& to);
  std::map<std::string, std::map<std::string, Seen>> seen_;  // by program, by destination's URL
};

/// The draft of `tls-refused`, with the cures that fit the program.
Finding tls_refused(const std::string& program, const Destination& to, const std::string& sni, const std::string& how);

}  // namespace bigfoot

// runner/endpoints/silent_tls.h - TLS connections that a program ended before it made a call: a connection in reserve, one
// that was cancelled, or one that it did not trust. Some say so by an alert; GnuTLS programs (wget, git) and Node.js look at
// the certificate after the handshake, Java's HttpClient and aiohttp close in the middle of it, none of them with a word.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "spec/ledger.h"

namespace bigfoot {

class SilentTls {
 public:
  /// `how`: "alert 48, unknown_ca". The latest is remembered for each program and destination.
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

// runner/policy.h - Where one outgoing call goes: a pure function of its destination and the spec.
// Source: spec-format.md, rule 10 and section 9 (decisions 5 and 9); kernel-notes.md, "DNS".
#pragma once

#include "spec/spec.h"

namespace bigfoot {

enum class Route {
  let_through,   ///< the kernel does it; no interaction
  no_such_path,  ///< ENOENT: a name-service daemon must not answer in our place
  redirect,      ///< to the supervisor, whatever it says then
  ask,           ///< an entry may fail this very connect: the ledger decides
  relay,         ///< to the real server through the supervisor, which counts: TLS that is not opened
  allowed,       ///< the kernel does it; recorded as allowed by a rule or by `guard = "off"`
  warned,        ///< the kernel does it; recorded as allowed and warned about
  denied,        ///< ECONNREFUSED, recorded as guarded
};

struct Routed {
  Route route = Route::redirect;
  const GuardRule* rule = nullptr;  ///< relay, allowed, denied: the rule, where one spoke
  bool warned = false;              ///< relay: let through by "warn"
};

/// `missing_path`: a unix path that does not exist. `connect_may_fail`: Ledger::connect_may_fail(to).
Routed route(const Destination& to, bool missing_path, bool connect_may_fail, const Spec& spec);

/// The log channel that reads what is sent there; null: none.
const Channel* channel_of(const Destination& to, const Spec& spec);
/// The log channel that reads the run's standard output (1) or error (2); null: none.
const Channel* channel_of(int descriptor, const Spec& spec);
/// True where an entry or a log channel of the spec names this destination.
bool named_by_spec(const Destination& to, const Spec& spec);
/// True for DNS: port 53, UDP or TCP.
bool is_dns(const Destination& to);

}  // namespace bigfoot

// runner/policy.cpp - see policy.h.
#include "runner/policy.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace bigfoot {
namespace {

// Answering these ourselves is what DNS interception is for: libc falls back to DNS when they are not there.
constexpr std::array<std::string_view, 4> kNameServices = {
    "/var/run/nscd/socket", "/run/nscd/socket",  // nscd(8)
    "/run/systemd/resolve/io.systemd.Resolve", "/run/systemd/resolve/io.systemd.Resolve.Monitor",  // nss-resolve(8)
};

/// What the guard lets through is relayed where TLS is expected and must not be opened; else the kernel does it.
Routed let_out(const Destination& to, Routed routed, const Spec& spec) {
  constexpr unsigned kHttps = 443;  // RFC 9110, 4.2.2
  const bool tls_expected = to.port == kHttps || (routed.rule != nullptr && routed.rule->endpoint.tls);
  if (to.transport != Transport::tcp || !tls_expected || !spec.guard.tls_opaque(to)) return routed;
  return {Route::relay, routed.rule, routed.route == Route::warned};
}

}  // namespace

bool is_dns(const Destination& to) {
  return to.port == 53 && (to.transport == Transport::udp || to.transport == Transport::tcp);
}

const Channel* channel_of(const Destination& to, const Spec& spec) {
  const auto found = std::ranges::find_if(spec.channels, [&](const Channel& channel) { return channel.endpoint.fits(to); });
  return found == spec.channels.end() ? nullptr : &*found;
}

const Channel* channel_of(int descriptor, const Spec& spec) {
  const auto source = descriptor == 1 ? Channel::Source::standard_output : Channel::Source::standard_error;
  const auto found = std::ranges::find(spec.channels, source, &Channel::source);
  return found == spec.channels.end() ? nullptr : &*found;
}

bool named_by_spec(const Destination& to, const Spec& spec) {
  if (channel_of(to, spec) != nullptr) return true;
  return std::ranges::any_of(spec.entries, [&](const Entry& entry) { return entry.endpoint.fits(to); });
}

Routed route(const Destination& to, bool missing_path, bool connect_may_fail, const Spec& spec) {
  const bool named = named_by_spec(to, spec);
  if (named && connect_may_fail) return {Route::ask};
  if (named || is_dns(to)) return {Route::redirect};
  if (std::ranges::find(kNameServices, to.path) != kNameServices.end()) return {Route::no_such_path};
  if (const GuardRule* rule = spec.guard.denying(to)) return {Route::denied, rule};
  if (missing_path) return {Route::let_through};
  if (const GuardRule* rule = spec.guard.allowing(to)) return let_out(to, {Route::allowed, rule}, spec);
  switch (spec.guard.level("socket")) {
    case GuardLevel::off: return let_out(to, {Route::allowed}, spec);
    case GuardLevel::warn: return let_out(to, {Route::warned}, spec);
    case GuardLevel::error: break;
  }
  return {Route::redirect};
}

}  // namespace bigfoot

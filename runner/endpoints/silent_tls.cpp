// runner/endpoints/silent_tls.cpp - see silent_tls.h.
#include "runner/endpoints/silent_tls.h"

#include <fmt/format.h>

#include <algorithm>

#include "runner/endpoints/tls_cures.h"

namespace bigfoot {

SilentTls::Seen& SilentTls::seen(const std::string& program, const Destination& to) {
  Seen& seen = seen_[program][to.url()];
  seen.to = to;
  return seen;
}

void SilentTls::ended_silently(const std::string& program, const Destination& to, std::string sni, std::string how) {
  Seen& was = seen(program, to);
  was.sni = std::move(sni);
  was.how = std::move(how);
}

void SilentTls::spoke(const std::string& program, const Destination& to) { seen(program, to).spoke = true; }

std::vector<Finding> SilentTls::refusals(const std::vector<Finding>& unmet) const {
  std::vector<Finding> out;
  for (const auto& [program, destinations] : seen_) {
    for (const auto& [url, was] : destinations) {
      const bool missed = std::ranges::any_of(
          unmet, [&was](const Finding& finding) { return finding.entry && finding.entry->endpoint.tls && finding.entry->endpoint.fits(was.to); });
      if (missed && !was.spoke && !was.how.empty()) out.push_back(tls_refused(program, was.to, was.sni, was.how));
    }
  }
  return out;
}

Finding tls_refused(const std::string& program, const Destination& to, const std::string& sni, const std::string& how) {
  const std::string& host = sni.empty() ? to.host : sni;
  Finding finding;
  finding.kind = ViolationKind::tls_refused;
  finding.message = fmt::format("{}: {} did not accept the certificate of {} ({})", to.url(), program, host, how);
  finding.notes = trust_cures(program, host);
  return finding;
}

}  // namespace bigfoot

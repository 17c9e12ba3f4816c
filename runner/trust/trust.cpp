// runner/trust/trust.cpp - see trust.h.
#include "runner/trust/trust.h"

#include <unistd.h>

namespace bigfoot {
namespace {

/// Their clients have roots of their own and read these files besides.
constexpr const char* kAdditive[] = {"NODE_EXTRA_CA_CERTS", "DENO_CERT"};

NamedStores named_by(const Trust::Environment& environment) {
  NamedStores named;
  for (const StoreVariable& variable : store_variables())
    if (const std::optional<std::string> value = environment(variable.name)) named.read_variable(variable.name, *value);
  return named;
}

std::vector<std::pair<std::string, std::string>> additions(const Trust::Environment& environment) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const char* name : kAdditive)
    if (environment(name).value_or("").empty()) out.emplace_back(name, kCaPath);
  return out;
}

}  // namespace

Trust::Trust(RunTls& tls, const Environment& environment, StandIns::Note note)
    : tls_(tls),
      named_(named_by(environment)),
      note_(std::move(note)),
      variables_(additions(environment)),
      needs_looks_(named_.any_folder() || !has_bundle(static_cast<Tid>(::getpid()))) {}

void Trust::answer(FileCall call) {
  if (!stand_ins_) {
    const CertificateAuthority& authority = tls_.authority();
    stand_ins_.emplace(CaTexts{authority.pem(), authority.der(), authority.subject_hash(), authority.key_pin()}, named_, note_);
  }
  const int fd = stand_ins_->find(call.request().path, call.caller().tid, [&call] { return call.original(); });
  if (fd >= 0) std::move(call).answer(fd);
  else std::move(call).let_through();
}

}  // namespace bigfoot

// runner/endpoints/tls_cures.cpp - see tls_cures.h. Source: each program's own documentation, named in its row.
#include "runner/endpoints/tls_cures.h"

#include <fmt/format.h>

namespace bigfoot {
namespace {

struct Cure {
  std::string_view program;  ///< what its name begins with
  std::string_view text;
};
constexpr Cure kCures[] = {
    {"node", "node reads NODE_EXTRA_CA_CERTS when it starts (nodejs.org, CLI): keep the variable that bigfoot-run sets, and do not give `ca` in the program"},
    {"git", "git reads the system's store, or the file of GIT_SSL_CAINFO; in an image without a bundle set that to /run/bigfoot-run/ca.pem"},
    {"bun", "bun reads NODE_EXTRA_CA_CERTS when it starts: keep the variable that bigfoot-run sets"},
    {"deno", "deno reads DENO_CERT when it starts (deno.com, environment variables): keep the variable that bigfoot-run sets"},
    {"java", "java reads its own cacerts, or javax.net.ssl.trustStore: a store in another place or with another password is not found"},
    {"chrom", "chromium has its roots compiled in: start it with --ignore-certificate-errors"},
    {"firefox", "firefox keeps its roots in its profile: import the file of --ca-out there"},
    {"python", "python programs that build a context from their own certificates (cadata, a cafile of another name) need the file of --ca-out"},
};

}  // namespace

std::vector<std::string> trust_cures(std::string_view program, std::string_view host) {
  std::vector<std::string> out;
  for (const Cure& cure : kCures)
    if (program.starts_with(cure.program)) out.emplace_back(cure.text);
  out.push_back("a program that pins certificates or has its roots compiled in: --ca-out FILE writes the run's CA for it to read");
  out.push_back(fmt::format("or leave its TLS unopened, so that only the name is judged: [guard] tls = {{ \"{}\" = \"opaque\" }}", host));
  return out;
}

}  // namespace bigfoot

// runner/trust/named_stores.cpp - see named_stores.h.
#include "runner/trust/named_stores.h"

#include <algorithm>
#include <filesystem>
#include <optional>

namespace bigfoot {
namespace {

using Holds = StoreVariable::Holds;

// Clients that go on without the file that such a variable names do so in production too: there it costs them
// nothing, since the system's store has what they need. Here it would cost them the run.
constexpr auto kGoesOn = Missing::ca;
constexpr auto kFails = Missing::stays;

constexpr StoreVariable kVariables[] = {
    {"SSL_CERT_FILE", Holds::file, kGoesOn, "OpenSSL, SSL_CTX_load_verify_locations(3); Go, crypto/x509; rustls-native-certs"},
    {"NIX_SSL_CERT_FILE", Holds::file, kGoesOn, "nixpkgs' OpenSSL and Go"},
    {"NODE_EXTRA_CA_CERTS", Holds::file, kGoesOn, "Node, Bun: beside their own roots"},
    {"DENO_CERT", Holds::file, kFails, "Deno, \"Environment variables\": beside its own roots"},
    {"SSL_CERT_DIR", Holds::folders, kFails, "OpenSSL, Go, rustls-native-certs"},
    {"CURL_CA_BUNDLE", Holds::file, kFails, "curl(1), requests"},
    {"REQUESTS_CA_BUNDLE", Holds::file, kFails, "requests, \"SSL Cert Verification\""},
    {"AWS_CA_BUNDLE", Holds::file, kFails, "AWS SDKs, \"General configuration\""},
    {"GIT_SSL_CAINFO", Holds::file, kFails, "git-config(1), http.sslCAInfo"},
    {"GIT_SSL_CAPATH", Holds::folders, kFails, "git-config(1), http.sslCAPath"},
    {"GIT_PROXY_SSL_CAINFO", Holds::file, kFails, "git-config(1), http.proxySSLCAInfo"},
    {"CARGO_HTTP_CAINFO", Holds::file, kFails, "The Cargo Book, http.cainfo"},
    {"PIP_CERT", Holds::file, kFails, "pip, --cert"},
    {"npm_config_cafile", Holds::file, kFails, "npm, cafile"},
    {"NPM_CONFIG_CAFILE", Holds::file, kFails, "npm, cafile"},
    {"BUNDLE_SSL_CA_CERT", Holds::file, kFails, "bundle-config(1), ssl_ca_cert"},
    {"COMPOSER_CAFILE", Holds::file, kFails, "Composer, config cafile"},
    {"HTTPLIB2_CA_CERTS", Holds::file, kFails, "httplib2/certs.py"},
    {"WEBSOCKET_CLIENT_CA_BUNDLE", Holds::file, kFails, "websocket-client, _http.py"},
    {"GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", Holds::file, kFails, "gRPC, doc/environment_variables.md"},
    {"CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE", Holds::file, kFails, "gcloud, core/custom_ca_certs_file"},
    {"HEX_CACERTS_PATH", Holds::file, kFails, "mix hex.config, cacerts_path"},
    {"PERL_LWP_SSL_CA_FILE", Holds::file, kFails, "LWP::UserAgent(3pm)"},
    {"PERL_LWP_SSL_CA_PATH", Holds::folders, kFails, "LWP::UserAgent(3pm)"},
    {"HTTPS_CA_FILE", Holds::file, kFails, "LWP::UserAgent(3pm)"},
    {"HTTPS_CA_DIR", Holds::folders, kFails, "LWP::UserAgent(3pm)"},
    {"PGSSLROOTCERT", Holds::file, kFails, "libpq, \"Environment Variables\""},
    {"LDAPTLS_CACERT", Holds::file, kFails, "ldap.conf(5), TLS_CACERT"},
    {"VAULT_CACERT", Holds::file, kFails, "vault, \"Environment variables\""},
    {"CONSUL_CACERT", Holds::file, kFails, "consul, \"Environment variables\""},
    {"NOMAD_CACERT", Holds::file, kFails, "nomad, \"Environment variables\""},
    {"ETCDCTL_CACERT", Holds::file, kFails, "etcdctl, --cacert"},
    {"JAVA_TOOL_OPTIONS", Holds::java_options, kFails, "JVM Tool Interface, \"The JAVA_TOOL_OPTIONS Environment Variable\""},
    {"JDK_JAVA_OPTIONS", Holds::java_options, kFails, "java(1)"},
    {"_JAVA_OPTIONS", Holds::java_options, kFails, "HotSpot, arguments.cpp"},
};

struct StoreOption {
  std::string_view name;  ///< its value follows as the next argument, or after '='
  bool folder;
  std::string_view source;
};
constexpr StoreOption kOptions[] = {
    {"--cacert", false, "curl(1), etcdctl, redis-cli"},
    {"--capath", true, "curl(1)"},
    {"--cacertdir", true, "redis-cli"},
    {"--ca-certificate", false, "wget(1), aria2c(1)"},
    {"--ca-directory", true, "wget(1)"},
    {"-CAfile", false, "openssl-verification-options(1)"},
    {"-CApath", true, "openssl-verification-options(1)"},
    {"--cafile", false, "npm, config cafile"},
    {"--ca-bundle", false, "aws, \"Global options\""},
    {"--x509cafile", false, "gnutls-cli(1)"},
    {"--verify", false, "HTTPie, http(1)"},
    {"-cacert", false, "grpcurl"},
    {"-ca-cert", false, "vault, nomad"},
    {"--certificate-authority", false, "kubectl"},
    {"--tlsCAFile", false, "mongosh"},
    {"--ssl-ca", false, "mysql(1)"},
    {"openssl.cafile", false, "php(1), behind -d"},
    {"curl.cainfo", false, "php(1), behind -d"},
};

constexpr std::string_view kTrustStore = "-Djavax.net.ssl.trustStore=";
constexpr std::string_view kTrustStorePassword = "-Djavax.net.ssl.trustStorePassword=";

std::string normal(std::string_view path) {
  std::string out = std::filesystem::path(path).lexically_normal().string();
  if (out.size() > 1 && out.ends_with('/')) out.pop_back();
  return out;
}

/// The words of a JVM's options: split at white space, quotes of both kinds keep it (java(1), JDK_JAVA_OPTIONS).
std::vector<std::string> java_words(std::string_view text) {
  std::vector<std::string> words;
  bool in_word = false;
  char quote = 0;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
    if (quote == 0 && space) {
      in_word = false;
      continue;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    if (quote == 0 && (c == '"' || c == '\'')) quote = c;
    else if (c == quote) quote = 0;
    else words.back().push_back(c);
  }
  return words;
}

/// Descriptors and devices are no files whose content anybody could add to.
bool is_special(std::string_view path) { return path.starts_with("/dev/") || path.starts_with("/proc/"); }

}  // namespace

std::span<const StoreVariable> store_variables() { return kVariables; }

void NamedStores::add(std::string_view path, const Name& kind) {
  if (path.empty() || is_special(path)) return;
  Name& name = names_.emplace_back(kind);
  name.written = path;
  name.path = normal(path.starts_with('/') || start_.empty() ? std::string(path) : start_ + "/" + std::string(path));
}

void NamedStores::read_variable(std::string_view name, std::string_view value) {
  const StoreVariable* row = std::ranges::find(kVariables, name, &StoreVariable::name);
  if (row == std::end(kVariables)) return;
  switch (row->holds) {
    case Holds::file:
      add(value, {.missing = row->missing});
      break;
    case Holds::folders:
      for (std::string_view rest = value; !rest.empty();) {
        const std::size_t end = std::min(rest.find(':'), rest.size());
        add(rest.substr(0, end), {.folder = true});
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
      break;
    case Holds::java_options:
      for (const std::string& word : java_words(value)) read_java_option(word);
      break;
  }
}

void NamedStores::read_environment(std::string_view variables) {
  while (!variables.empty()) {
    const std::size_t end = std::min(variables.find('\0'), variables.size());
    const std::string_view variable = variables.substr(0, end);
    if (const std::size_t equals = variable.find('='); equals != variable.npos)
      read_variable(variable.substr(0, equals), variable.substr(equals + 1));
    variables.remove_prefix(std::min(end + 1, variables.size()));
  }
}

void NamedStores::read_java_option(std::string_view option) {
  if (option.starts_with(kTrustStore)) add(option.substr(kTrustStore.size()), {.java = true});
  if (option.starts_with(kTrustStorePassword)) passwords_.emplace_back(option.substr(kTrustStorePassword.size()));
}

void NamedStores::read_arguments(std::span<const std::string> arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    read_java_option(argument);
    const std::size_t equals = argument.find('=');
    const StoreOption* row = std::ranges::find(kOptions, argument.substr(0, equals), &StoreOption::name);
    if (row == std::end(kOptions)) continue;
    if (equals != argument.npos) add(argument.substr(equals + 1), {.folder = row->folder});
    else if (i + 1 < arguments.size()) add(arguments[i + 1], {.folder = row->folder});
  }
}

const NamedStores::Name* NamedStores::find(std::string_view path) const {
  const std::string asked = normal(path);
  const std::string folder = asked.substr(0, asked.rfind('/'));
  const auto fits = [&](const Name& name) {
    const std::string_view whole = name.folder ? std::string_view(folder) : std::string_view(asked);
    if (name.path.starts_with('/')) return whole == name.path;
    return whole.size() > name.path.size() && whole.ends_with(name.path) && whole[whole.size() - name.path.size() - 1] == '/';
  };
  const auto found = std::ranges::find_if(names_, fits);
  return found == names_.end() ? nullptr : &*found;
}

bool NamedStores::may_mean(std::string_view path) const {
  return std::ranges::any_of(names_, [path](const Name& name) {
    if (!name.folder) return path == name.written;
    return path.size() > name.path.size() && path.starts_with(name.path) && path[name.path.size()] == '/';
  });
}

bool NamedStores::any_folder() const { return std::ranges::any_of(names_, &Name::folder); }

}  // namespace bigfoot

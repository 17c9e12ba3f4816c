// spec/lint_secrets.cpp - Secrets in clear: a spec is kept where many can read it. Source: spec-format.md, section 6.
#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "protocols/body.h"
#include "spec/check.h"
#include "spec/lint.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

constexpr std::string_view kCure = "write {{env.NAME}} and set the variable";

struct CredentialShape {
  std::string_view start;
  std::size_t length;  ///< letters and digits behind it that make it one
  std::string_view name;
};
constexpr CredentialShape kCredentials[] = {  // as their issuers document them
    {"sk_live_", 16, "a Stripe key"},      {"rk_live_", 16, "a Stripe key"},     {"AKIA", 16, "an AWS access key"},
    {"ASIA", 16, "an AWS access key"},     {"ghp_", 36, "a GitHub token"},       {"gho_", 36, "a GitHub token"},
    {"ghu_", 36, "a GitHub token"},        {"ghs_", 36, "a GitHub token"},       {"ghr_", 36, "a GitHub token"},
    {"github_pat_", 22, "a GitHub token"}, {"xoxb-", 10, "a Slack token"},       {"xoxp-", 10, "a Slack token"},
    {"xoxa-", 10, "a Slack token"},        {"AIza", 35, "a Google API key"},     {"glpat-", 20, "a GitLab token"},
    {"xoxr-", 10, "a Slack token"},        {"xoxs-", 10, "a Slack token"},
};

bool is_token_letter(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-'; }

/// Letters and digits both: a word that a person made up for an example has seldom both, and is short.
bool looks_random(std::string_view text, std::size_t least) {
  const auto digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  const auto letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
  return text.size() >= least && text.find("{{") == text.npos && text.find(' ') == text.npos && std::ranges::any_of(text, digit) && std::ranges::any_of(text, letter);
}

/// What goes with Authorization, and JSON Web Tokens (RFC 7519, section 3: three parts in base64url, the first a JSON object).
std::string_view token_in(std::string_view text) {
  constexpr std::size_t kShortest = 20;  // of a token that is no example
  const auto behind = [&](std::string_view word) {
    const std::size_t at = text.find(word);
    if (at == text.npos) return std::string_view();
    const std::string_view rest = text.substr(at + word.size());
    return rest.substr(0, rest.find_first_of(" ,;\"'"));
  };
  if (const std::string_view token = behind("Bearer "); looks_random(token, kShortest)) return "a bearer token";
  if (const auto login = from_base64(behind("Basic ")); login && login->find(':') != login->npos && is_utf8(*login)) return "a name and password (Basic)";
  const std::size_t at = text.find("eyJ");
  if (at == text.npos || (at > 0 && is_token_letter(text[at - 1]))) return {};
  std::size_t dots = 0, end = at;
  for (; end < text.size() && (is_token_letter(text[end]) || text[end] == '.'); ++end) dots += text[end] == '.' ? 1 : 0;
  return dots == 2 && end - at >= kShortest ? std::string_view("a JSON Web Token") : std::string_view();
}

void check_credentials(const Node& node, Diagnostics& problems) {
  const std::string& text = *node.text();
  if (text.find("-----BEGIN ") != text.npos && text.find("PRIVATE KEY-----") != text.npos) {
    return warn(problems, node, "this looks like a private key in clear", std::string(kCure));
  }
  for (const CredentialShape& shape : kCredentials)
    for (std::size_t at = text.find(shape.start); at != text.npos; at = text.find(shape.start, at + 1)) {
      if (at > 0 && is_token_letter(text[at - 1])) continue;
      std::size_t end = at + shape.start.size();
      while (end < text.size() && is_token_letter(text[end])) ++end;
      if (end - at - shape.start.size() < shape.length) continue;
      return warn(problems, node, fmt::format("this looks like {} in clear", shape.name), std::string(kCure));
    }
  if (const std::string_view name = token_in(text); !name.empty()) warn(problems, node, fmt::format("this looks like {} in clear", name), std::string(kCure));
}

void check_password(std::string_view key, const Node& node, Diagnostics& problems) {
  constexpr std::string_view kNames[] = {"password", "passwd", "pwd", "secret", "client_secret", "api_key", "apikey", "x-api-key", "access_token", "refresh_token"};
  constexpr std::size_t kLeast = 12;
  if (!node.text() || std::ranges::find(kNames, lower_case(key)) == std::end(kNames) || !looks_random(*node.text(), kLeast)) return;
  warn(problems, node, fmt::format("this looks like a {} in clear", lower_case(key) == "pwd" || lower_case(key) == "passwd" ? "password" : key), std::string(kCure));
}

}  // namespace

void lint_texts(const Node& node, Diagnostics& problems) {
  if (node.text()) check_credentials(node, problems);
  if (node.array())
    for (const Node& item : *node.array()) lint_texts(item, problems);
  if (!node.table()) return;
  for (const auto& [name, item] : *node.table()) {
    check_password(name, item, problems);
    lint_texts(item, problems);
  }
}

}  // namespace bigfoot

// runner/redactor_text.cpp - See redactor_text.h.
#include "runner/redactor_text.h"

#include <algorithm>

#include "protocols/body.h"

namespace bigfoot {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_alnum(char c) { return is_digit(c) || is_upper(c) || (c >= 'a' && c <= 'z'); }
bool is_upper_or_digit(char c) { return is_upper(c) || is_digit(c); }
bool is_base64url(char c) { return is_alnum(c) || c == '_' || c == '-'; }
bool is_alnum_or_dash(char c) { return is_alnum(c) || c == '-'; }
bool is_token68(char c) {  // RFC 9110, section 11.2
  return is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~' || c == '+' || c == '/' || c == '=';
}

std::size_t run_length(std::string_view text, bool (*member)(char)) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), member) - text.begin());
}

/// A prefix that nothing but a credential has, then at least `least` bytes of one alphabet.
struct Shape {
  std::string_view prefix;
  bool (*member)(char);
  std::size_t least;
};
constexpr Shape kShapes[] = {
    {"AKIA", is_upper_or_digit, 16},     // AWS IAM, "Unique identifiers": access key, then 16
    {"ASIA", is_upper_or_digit, 16},     // the same, temporary
    {"AIza", is_base64url, 30},          // Google API key: 39 in all
    {"ghp_", is_alnum, 20},              // GitHub, "Token formats": personal
    {"gho_", is_alnum, 20},              // OAuth
    {"ghu_", is_alnum, 20},              // user to server
    {"ghs_", is_alnum, 20},              // server to server
    {"ghr_", is_alnum, 20},              // refresh
    {"github_pat_", is_base64url, 20},   // fine-grained
    {"sk_live_", is_base64url, 4},       // Stripe secret key
    {"rk_live_", is_base64url, 4},       // Stripe restricted key
    {"xoxa-", is_alnum_or_dash, 8},      // Slack, "Token types"
    {"xoxb-", is_alnum_or_dash, 8},
    {"xoxp-", is_alnum_or_dash, 8},
    {"xoxr-", is_alnum_or_dash, 8},
    {"xoxs-", is_alnum_or_dash, 8},
};

constexpr std::string_view kBearer[] = {"Bearer ", "bearer ", "BEARER "};
constexpr std::string_view kBasic[] = {"Basic ", "basic ", "BASIC "};
constexpr std::string_view kPem = "-----BEGIN ";
constexpr std::string_view kJwt = "eyJ";  // base64 of {" : RFC 7519, section 3

/// The length of a JWT at the start of `text` (header.payload.signature), 0 where there is none.
std::size_t jwt_length(std::string_view text) {
  const std::size_t header = run_length(text, is_base64url);
  if (header < 8 || header >= text.size() || text[header] != '.') return 0;
  const std::size_t payload = run_length(text.substr(header + 1), is_base64url);
  const std::size_t dot = header + 1 + payload;
  if (payload < 2 || dot >= text.size() || text[dot] != '.') return 0;
  return dot + 1 + run_length(text.substr(dot + 1), is_base64url);
}

/// The length of a PEM block at the start of `text`: RFC 7468. It holds no quote, so that none ends the search: without
/// an end line all up to the next quote.
std::size_t pem_length(std::string_view text) {
  constexpr std::string_view kEnd = "-----END ";
  text = text.substr(0, text.find('"'));
  const std::size_t end = text.find(kEnd);
  const std::size_t dashes = end == std::string_view::npos ? end : text.find("-----", end + kEnd.size());
  return dashes == std::string_view::npos ? text.size() : dashes + 5;
}

/// In running text "Bearer" is a word too: what follows must look like no word.
bool looks_like_token(std::string_view token) {
  return token.size() >= 20 || (token.size() >= 6 && std::any_of(token.begin(), token.end(), is_digit));
}

/// RFC 7617: base64 of user-id ":" password. "Basic authentication" is none.
bool looks_like_basic(std::string_view token) {
  const auto decoded = from_base64(token);
  return decoded && decoded->find(':') != std::string::npos;
}

}  // namespace

SecretFinder::SecretFinder(std::vector<KnownSecret> known) : known_(std::move(known)) {
  std::sort(known_.begin(), known_.end(), [](const KnownSecret& a, const KnownSecret& b) {
    return a.value.size() != b.value.size() ? a.value.size() > b.value.size() : a.replacement < b.replacement;
  });
  const auto add = [&](std::string_view start) {
    starts_.set(static_cast<unsigned char>(start[0]) | static_cast<unsigned char>(start[1]) << 8);
  };
  for (const KnownSecret& secret : known_) add(secret.value);
  for (const Shape& shape : kShapes) add(shape.prefix);
  for (std::string_view scheme : kBearer) add(scheme);
  for (std::string_view scheme : kBasic) add(scheme);
  add(kPem);
  add(kJwt);
}

std::optional<SecretFinder::Hit> SecretFinder::hit_at(std::string_view text, std::size_t at) const {
  const std::string_view rest = text.substr(at);
  for (const KnownSecret& secret : known_) {
    if (rest.starts_with(secret.value)) return Hit{at, at + secret.value.size(), secret.replacement};
  }
  if (rest.starts_with(kPem)) return Hit{at, at + pem_length(rest), kRedacted};
  // A run of letters is judged once, from its start: so long input costs no more than its length.
  if (at > 0 && is_base64url(text[at - 1])) return std::nullopt;
  for (const Shape& shape : kShapes) {
    if (!rest.starts_with(shape.prefix)) continue;
    const std::size_t length = run_length(rest.substr(shape.prefix.size()), shape.member);
    if (length >= shape.least) return Hit{at, at + shape.prefix.size() + length, kRedacted};
  }
  for (std::string_view scheme : kBearer) {
    if (!rest.starts_with(scheme)) continue;
    const std::size_t length = run_length(rest.substr(scheme.size()), is_token68);
    if (!looks_like_token(rest.substr(scheme.size(), length))) continue;
    const std::size_t begin = at + scheme.size();
    for (const KnownSecret& secret : known_) {
      if (text.substr(begin).starts_with(secret.value)) return Hit{begin, begin + secret.value.size(), secret.replacement};
    }
    return Hit{begin, begin + length, kRedacted};
  }
  for (std::string_view scheme : kBasic) {
    if (!rest.starts_with(scheme)) continue;
    const std::size_t length = run_length(rest.substr(scheme.size()), is_token68);
    const std::size_t begin = at + scheme.size();
    if (looks_like_basic(rest.substr(scheme.size(), length))) return Hit{begin, begin + length, kRedacted};
  }
  if (rest.starts_with(kJwt)) {
    if (const std::size_t length = jwt_length(rest)) return Hit{at, at + length, kRedacted};
  }
  return std::nullopt;
}

std::optional<SecretFinder::Hit> SecretFinder::find(std::string_view text, std::size_t from) const {
  for (std::size_t at = from; at + 1 < text.size(); ++at) {
    const unsigned pair = static_cast<unsigned char>(text[at]) | static_cast<unsigned char>(text[at + 1]) << 8;
    if (!starts_[pair]) continue;
    if (auto hit = hit_at(text, at)) return hit;
  }
  return std::nullopt;
}

bool SecretFinder::touches(std::string_view text) const { return find(text, 0).has_value(); }

std::string SecretFinder::apply(std::string_view text) const {
  std::string out;
  std::size_t done = 0;
  while (const auto hit = find(text, done)) {
    out.append(text.substr(done, hit->begin - done));
    out.append(hit->replacement);
    done = hit->end;
  }
  out.append(text.substr(done));
  return out;
}

}  // namespace bigfoot

// protocols/smtp/login.cpp - See login.h.
#include "protocols/smtp/login.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

#include "protocols/body.h"
#include "protocols/smtp/command.h"

namespace bigfoot {

std::string smtp_mechanisms(bool proofs) { return proofs ? "PLAIN LOGIN CRAM-MD5 XOAUTH2 OAUTHBEARER" : "PLAIN LOGIN XOAUTH2 OAUTHBEARER"; }

std::string cram_md5_digest(std::string_view password, std::string_view challenge) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  HMAC(EVP_md5(), password.data(), static_cast<int>(password.size()), reinterpret_cast<const unsigned char*>(challenge.data()),
       challenge.size(), digest.data(), &length);
  std::string out;
  for (unsigned i = 0; i < length; ++i) out += fmt::format("{:02x}", digest[i]);
  return out;
}

std::optional<SmtpLogin> SmtpLogin::begin(std::string_view mechanism, std::string_view host) {
  struct Row {
    std::string_view name;
    Kind kind;
  };
  static constexpr Row kRows[] = {{"PLAIN", Kind::plain}, {"LOGIN", Kind::login}, {"CRAM-MD5", Kind::cram_md5},
                                  {"XOAUTH2", Kind::bearer}, {"OAUTHBEARER", Kind::bearer}};
  const std::string name = upper_case(mechanism);
  const auto row = std::ranges::find(kRows, std::string_view(name), &Row::name);
  if (row == std::end(kRows)) return std::nullopt;
  SmtpLogin out;
  out.kind_ = row->kind;
  out.fields_ = {{"user", ""}, {"password", ""}, {"mechanism", name}};
  if (out.kind_ == Kind::login) out.asked_ = "Username:";
  if (out.kind_ == Kind::cram_md5) out.asked_ = fmt::format("<1.1@{}>", host);  // the same in every run: nothing here is secret
  return out;
}

std::string SmtpLogin::challenge() const { return to_base64(asked_); }

SmtpLogin::State SmtpLogin::start(std::optional<std::string_view> initial) {
  if (!initial) return State::ask;
  if (kind_ == Kind::cram_md5) return State::broken;  // RFC 4954, 4: this one begins with the server
  return respond(*initial == "=" ? std::string_view() : *initial);
}

SmtpLogin::State SmtpLogin::respond(std::string_view base64) {
  const auto response = from_base64(base64);
  return response ? take(*response) : State::broken;
}

SmtpLogin::State SmtpLogin::take(std::string_view response) {
  switch (kind_) {
    case Kind::plain: return take_plain(response);
    case Kind::cram_md5: return take_cram(response);
    case Kind::bearer: return take_bearer(response);
    case Kind::login: break;
  }
  if (has_user_) {
    fields_["password"] = std::string(response);
    return State::done;
  }
  fields_["user"] = std::string(response);
  has_user_ = true;
  asked_ = "Password:";
  return State::ask;
}

/// authorization NUL name NUL password
SmtpLogin::State SmtpLogin::take_plain(std::string_view response) {
  const std::size_t first = response.find('\0');
  if (first == response.npos) return State::broken;
  const std::size_t second = response.find('\0', first + 1);
  if (second == response.npos) return State::broken;
  fields_["user"] = std::string(response.substr(first + 1, second - first - 1));
  fields_["password"] = std::string(response.substr(second + 1));
  return State::done;
}

/// name SP digest; a name may hold blanks
SmtpLogin::State SmtpLogin::take_cram(std::string_view response) {
  const std::size_t blank = response.rfind(' ');
  if (blank == response.npos) return State::broken;
  fields_["user"] = std::string(response.substr(0, blank));
  fields_["password"] = {{"cram_md5", {{"challenge", asked_}, {"digest", std::string(response.substr(blank + 1))}}}};
  return State::done;
}

/// XOAUTH2: user=NAME ^A auth=Bearer TOKEN ^A ^A. OAUTHBEARER: n,a=NAME, ^A host=... ^A auth=Bearer TOKEN ^A ^A.
SmtpLogin::State SmtpLogin::take_bearer(std::string_view response) {
  bool has_token = false;
  while (!response.empty()) {
    const std::string_view part = response.substr(0, std::min(response.find('\x01'), response.size()));
    response.remove_prefix(std::min(part.size() + 1, response.size()));
    constexpr std::string_view kAuth = "auth=Bearer ";
    if (part.starts_with("user=")) {
      fields_["user"] = std::string(part.substr(5));
    } else if (const std::size_t name = part.find(",a="); name != part.npos && part.ends_with(',')) {
      fields_["user"] = std::string(part.substr(name + 3, part.size() - name - 4));
    } else if (upper_case(part.substr(0, kAuth.size())) == upper_case(kAuth)) {
      fields_["password"] = std::string(part.substr(kAuth.size()));
      has_token = true;
    }
  }
  return has_token ? State::done : State::broken;
}

}  // namespace bigfoot

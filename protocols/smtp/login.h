// protocols/smtp/login.h - How a mail client says who it is: AUTH and its mechanisms, the server's side.
// Source: RFC 4954 (AUTH), RFC 4616 (PLAIN), draft-murchison-sasl-login (LOGIN), RFC 2195 (CRAM-MD5), RFC 7628 (OAUTHBEARER),
// https://developers.google.com/gmail/imap/xoauth2-protocol (XOAUTH2).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocols/value.h"

namespace bigfoot {

/// One AUTH, from the command to its last response.
class SmtpLogin {
 public:
  enum class State {
    ask,     ///< `challenge()` goes out as a 334, the answer comes to respond()
    done,    ///< `fields()` has user, password and mechanism
    broken   ///< no base64, or not what the mechanism says
  };

  /// `host`: for the challenge of CRAM-MD5. Nothing for a mechanism that is not known.
  static std::optional<SmtpLogin> begin(std::string_view mechanism, std::string_view host);

  /// The initial response of the command line, base64 or "=" for an empty one; none: the client waits to be asked.
  State start(std::optional<std::string_view> initial);
  State respond(std::string_view base64);

  std::string challenge() const;  ///< base64
  /// Of CRAM-MD5 the password is { cram_md5 = { challenge, digest } }.
  const Fields& fields() const { return fields_; }

 private:
  enum class Kind { plain, login, cram_md5, bearer };
  State take(std::string_view response);
  State take_plain(std::string_view response);
  State take_cram(std::string_view response);
  State take_bearer(std::string_view response);

  Kind kind_ = Kind::plain;
  std::string asked_;  // what stands behind the next 334, not yet in base64
  bool has_user_ = false;
  Fields fields_ = Fields::object();
};

/// The mechanisms, as EHLO lists them. `proofs`: CRAM-MD5 too.
std::string smtp_mechanisms(bool proofs);

/// What a client that knows `password` answers to `challenge`: 32 hexadecimal digits.
std::string cram_md5_digest(std::string_view password, std::string_view challenge);

}  // namespace bigfoot

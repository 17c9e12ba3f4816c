// protocols/postgres/passwords.h - The server's side of a login: cleartext, md5, SCRAM-SHA-256.
// Source: PostgreSQL documentation, "SASL Authentication" and "Password Authentication"; RFC 5802, RFC 7677.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace bigfoot {

/// What the client has said so far.
struct LoginStep {
  enum class State { go_on, accepted, wrong, broken } state = State::go_on;
  std::string problem{};  ///< broken: what is no login
};

/// One login. Nonces and salts come from what is known of the session: nothing here is random, and nothing is kept secret.
class Login {
 public:
  virtual ~Login() = default;
  virtual void ask(std::string& out) const = 0;
  /// One message 'p' of the client; answers it, but for the end.
  virtual LoginStep take(std::string_view body, std::string& out) = 0;
  virtual std::string_view method() const = 0;
  /// The password as it came, where the method shows it.
  virtual std::optional<std::string> shown_password() const { return {}; }
};

/// `method`: cleartext, md5 or scram-sha-256; null for "trust". `seed`: what tells this session from others.
std::unique_ptr<Login> make_login(std::string_view method, std::string user, std::string password, std::string_view seed);

}  // namespace bigfoot

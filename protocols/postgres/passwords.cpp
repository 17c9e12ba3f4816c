// protocols/postgres/passwords.cpp - see passwords.h.
#include "protocols/postgres/passwords.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "protocols/body.h"
#include "protocols/postgres/wire.h"

namespace bigfoot {
namespace {

// "Message Formats", Authentication*: what the number says.
constexpr std::int32_t kCleartext = 3, kMd5 = 5, kSasl = 10, kSaslContinue = 11, kSaslFinal = 12;

std::string digest(const EVP_MD* kind, std::string_view bytes) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(out.data()), &size, kind, nullptr);
  out.resize(size);
  return out;
}
std::string sha256_bytes(std::string_view bytes) { return digest(EVP_sha256(), bytes); }

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
       reinterpret_cast<unsigned char*>(out.data()), &size);
  out.resize(size);
  return out;
}

std::string hex_of_md5(std::string_view bytes) {
  std::string out;
  for (const char c : digest(EVP_md5(), bytes)) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

LoginStep judged(bool right) { return {right ? LoginStep::State::accepted : LoginStep::State::wrong}; }
LoginStep broken(std::string what) { return {LoginStep::State::broken, std::move(what)}; }

class CleartextLogin : public Login {
 public:
  explicit CleartextLogin(std::string password) : password_(std::move(password)) {}
  void ask(std::string& out) const override { MessageWriter(out, 'R').number(kCleartext); }
  LoginStep take(std::string_view body, std::string&) override {
    MessageReader in(body);
    given_ = in.text();
    return in.ok() ? judged(*given_ == password_) : broken("a password ends with a zero byte");
  }
  std::string_view method() const override { return "cleartext"; }
  std::optional<std::string> shown_password() const override { return given_; }

 private:
  std::string password_;
  std::optional<std::string> given_;
};

class Md5Login : public Login {
 public:
  Md5Login(const std::string& user, const std::string& password, std::string_view seed) : salt_(sha256_bytes(seed).substr(0, 4)) {
    wanted_ = "md5" + hex_of_md5(hex_of_md5(password + user) + salt_);
  }
  void ask(std::string& out) const override { MessageWriter(out, 'R').number(kMd5).bytes(salt_); }
  LoginStep take(std::string_view body, std::string&) override {
    MessageReader in(body);
    const std::string_view given = in.text();
    return in.ok() ? judged(given == wanted_) : broken("a password ends with a zero byte");
  }
  std::string_view method() const override { return "md5"; }

 private:
  std::string salt_, wanted_;
};

/// The value of `key=` in a SCRAM message: "r=abc,s=def". RFC 5802, 7.
std::optional<std::string> attribute(std::string_view message, char key) {
  while (!message.empty()) {
    const std::string_view part = message.substr(0, message.find(','));
    if (part.size() >= 2 && part[0] == key && part[1] == '=') return std::string(part.substr(2));
    message.remove_prefix(std::min(part.size() + 1, message.size()));
  }
  return {};
}

class ScramLogin : public Login {
 public:
  ScramLogin(std::string_view seed, std::string password) : salt_(sha256_bytes(seed).substr(0, 16)), seed_(seed), password_(std::move(password)) {}

  void ask(std::string& out) const override { MessageWriter(out, 'R').number(kSasl).text(kMechanism).text(""); }

  LoginStep take(std::string_view body, std::string& out) override { return begun_ ? prove(body, out) : begin(body, out); }
  std::string_view method() const override { return "scram-sha-256"; }

 private:
  static constexpr std::string_view kMechanism = "SCRAM-SHA-256";
  static constexpr int kRounds = 4096;  // RFC 7677, 4; scram-common.h: SCRAM_SHA_256_DEFAULT_ITERATIONS

  LoginStep begin(std::string_view body, std::string& out) {
    MessageReader in(body);
    const std::string_view mechanism = in.text();
    const auto size = in.number<std::int32_t>();
    const std::string_view first = size >= 0 ? in.take(static_cast<std::size_t>(size)) : std::string_view();
    if (!in.ok() || mechanism != kMechanism) return broken(fmt::format("the login asks for '{}', and SCRAM-SHA-256 was offered", mechanism));
    // "n,,n=user,r=nonce": the header says what of channel binding there is; "p=" would need SCRAM-SHA-256-PLUS.
    const std::size_t one = first.find(','), two = one == first.npos ? one : first.find(',', one + 1);
    if (two == first.npos || (first[0] != 'n' && first[0] != 'y')) return broken("the first SCRAM message has no header that can be served");
    header_ = first.substr(0, two + 1);
    client_first_ = first.substr(two + 1);
    const auto nonce = attribute(client_first_, 'r');
    if (!nonce || nonce->empty()) return broken("the first SCRAM message has no nonce");
    nonce_ = *nonce + to_base64(sha256_bytes(seed_ + client_first_).substr(0, 18));
    server_first_ = fmt::format("r={},s={},i={}", nonce_, to_base64(salt_), kRounds);
    MessageWriter(out, 'R').number(kSaslContinue).bytes(server_first_);
    begun_ = true;
    return {};
  }

  LoginStep prove(std::string_view body, std::string& out) {
    const std::size_t proof_at = body.rfind(",p=");
    const auto proof = proof_at == body.npos ? std::nullopt : from_base64(body.substr(proof_at + 3));
    const auto binding = attribute(body, 'c'), nonce = attribute(body, 'r');
    if (!proof || !binding || nonce != nonce_ || from_base64(*binding) != header_) return broken("the last SCRAM message does not belong to this login");
    std::string salted(32, '\0');
    PKCS5_PBKDF2_HMAC(password_.data(), static_cast<int>(password_.size()), reinterpret_cast<const unsigned char*>(salt_.data()),
                      static_cast<int>(salt_.size()), kRounds, EVP_sha256(), static_cast<int>(salted.size()), reinterpret_cast<unsigned char*>(salted.data()));
    const std::string client_key = hmac_sha256(salted, "Client Key"), stored_key = sha256_bytes(client_key);
    const std::string story = client_first_ + "," + server_first_ + "," + std::string(body.substr(0, proof_at));
    std::string wanted = hmac_sha256(stored_key, story);
    for (std::size_t i = 0; i < wanted.size(); ++i) wanted[i] = static_cast<char>(wanted[i] ^ client_key[i]);
    if (*proof != wanted) return judged(false);
    MessageWriter(out, 'R').number(kSaslFinal).bytes("v=" + to_base64(hmac_sha256(hmac_sha256(salted, "Server Key"), story)));
    return judged(true);
  }

  std::string salt_, seed_, password_, header_, client_first_, server_first_, nonce_;
  bool begun_ = false;
};

}  // namespace

std::unique_ptr<Login> make_login(std::string_view method, std::string user, std::string password, std::string_view seed) {
  if (method == "cleartext") return std::make_unique<CleartextLogin>(std::move(password));
  if (method == "md5") return std::make_unique<Md5Login>(user, password, seed);
  if (method == "scram-sha-256") return std::make_unique<ScramLogin>(seed, std::move(password));
  return nullptr;
}

}  // namespace bigfoot

// spec/login_password.cpp - The password of a postgres entry against a wrong one: PostgreSQL's logins other than clear text prove that a
// client knows another, and do not show it. Source: PostgreSQL documentation, "Password Authentication"; RFC 5802, 3.
#include <fmt/format.h>

#include "spec/pattern_parts.h"
#include "spec/turns_postgres.h"

namespace bigfoot {
namespace {

class LoginPassword : public Pattern {
 public:
  explicit LoginPassword(std::string_view password) : given_(literal_pattern(std::string(password))) {}

  bool match(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around, MatchReport* report) const override {
    if (!actual.is_object()) return given_->match(actual, path, known, around, report);
    return differs(report, path, shown(), "(hidden)", fmt::format("{} proves another password", actual.value("hidden_by", "")));
  }
  Value shown() const override { return given_->shown(); }
  Value accepting(const Value& actual, const Captures& known, const Surroundings& around) const override {
    return actual.is_object() ? Value("(what the program logs in with)") : given_->accepting(actual, known, around);
  }

 private:
  PatternPtr given_;
};

}  // namespace

PatternPtr login_password_pattern(std::string_view password) { return std::make_shared<LoginPassword>(password); }

}  // namespace bigfoot

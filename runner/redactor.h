// runner/redactor.h - Takes secrets out before anything is stored or printed. Source: spec-format.md 4.10 and section 6.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/record.h"

namespace bigfoot {

/// Rules of `[settings] redact`: "header:NAME", "json:$..path", "form:NAME", "query:NAME", "env:NAME" (the variable's value
/// wherever it stands), "text:/regex/". Built in, always: of `authorization`, `proxy-authorization`, `cookie` and `set-cookie`
/// only scheme and names are kept; what looks like a credential goes, wherever it stands.
/// What replaces a value is {{env.NAME}} where it is a variable's, else {{redacted}}.
class Redactor {
 public:
  using Environment = std::function<std::optional<std::string>(std::string_view)>;
  /// `names`: the variables that exist. Those that look like secrets by name (API_KEY, DB_PASSWORD) are found by value.
  Redactor(const std::vector<std::string>& rules, Environment env, const std::vector<std::string>& names);
  /// The same with the names of this process's own environment.
  Redactor(const std::vector<std::string>& rules, Environment env);
  ~Redactor();
  Redactor(Redactor&&) noexcept;

  /// A rule that cannot be read, as "redact rule 'jsn:$..x': unknown kind 'jsn', did you mean 'json'?"; checked by the loader too.
  static std::optional<std::string> check(std::string_view rule);
  void apply(Interaction& interaction) const;
  void apply(Violation& violation) const;
  std::string apply_text(std::string_view text) const;
  /// A command line: beside what apply_text() finds, header lines ("-H", "X-Key: ..."), JSON and form bodies that an
  /// argument consists of, and the password behind -u or --user. Inside a longer script only what apply_text() finds.
  std::vector<std::string> apply_command(std::vector<std::string> argv) const;

 private:
  struct Rules;
  std::unique_ptr<Rules> rules_;
};

}  // namespace bigfoot

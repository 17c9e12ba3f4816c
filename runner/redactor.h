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

/// Rules of `[settings] redact`: "header:NAME", "json:$..path", "form:NAME", "query:NAME", "env:NAME" (the variable's value wherever it stands), "text:/regex/".
/// Built in, always: `authorization`, `proxy-authorization`, `cookie`, `set-cookie` values keep their scheme or names only
/// where no entry asserts them in clear.
class Redactor {
 public:
  Redactor(const std::vector<std::string>& rules, std::function<std::optional<std::string>(std::string_view)> env);
  ~Redactor();
  Redactor(Redactor&&) noexcept;

  /// A rule that cannot be read, as "redact rule 'jsn:$..x': unknown kind 'jsn', did you mean 'json'?"; checked by the loader too.
  static std::optional<std::string> check(std::string_view rule);
  /// True where no rule could change anything: the hot path then skips the copies.
  bool idle() const;
  void apply(Interaction& interaction) const;
  void apply(Violation& violation) const;
  std::string apply_text(std::string_view text) const;

 private:
  struct Rules;
  std::unique_ptr<Rules> rules_;
};

}  // namespace bigfoot

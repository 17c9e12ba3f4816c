// runner/redactor_text.h - Finds secrets in any text: known values (of environment variables), and the shapes that
// credentials have wherever they stand. One pass; linear in the text.
// Source: spec-format.md, section 6 (the list of shapes).
#pragma once

#include <bitset>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bigfoot {

inline constexpr std::string_view kRedacted = "{{redacted}}";

struct KnownSecret {
  std::string value;
  std::string replacement;  ///< "{{env.STRIPE_KEY}}"
};

class SecretFinder {
 public:
  explicit SecretFinder(std::vector<KnownSecret> known);

  /// True where apply() would change the text.
  bool touches(std::string_view text) const;
  std::string apply(std::string_view text) const;

 private:
  struct Hit {
    std::size_t begin, end;  // what is replaced
    std::string_view replacement;
  };
  std::optional<Hit> find(std::string_view text, std::size_t from) const;
  std::optional<Hit> hit_at(std::string_view text, std::size_t at) const;

  std::vector<KnownSecret> known_;  // longest first
  std::bitset<65536> starts_;       // the first two bytes of all that can be found
};

}  // namespace bigfoot

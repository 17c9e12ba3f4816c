// spec/regex.h - How regular expressions of a spec are read: RE2, whose time is linear in the text and whose stack
// does not grow with it. Source: https://github.com/google/re2/wiki/Syntax
#pragma once

#include <re2/re2.h>

#include <string_view>

namespace bigfoot {

inline const RE2::Options& regex_options() {
  static const RE2::Options options = [] {
    RE2::Options o;
    o.set_log_errors(false);
    return o;
  }();
  return options;
}

inline constexpr std::string_view kRegexHint = "the syntax is RE2's (like Perl's, without backreferences and lookaround)";

}  // namespace bigfoot

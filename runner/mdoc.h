// runner/mdoc.h - The parts of the manual pages that list things, as mdoc(7), from the tables that the program itself works with.
// man/refresh puts them between the lines of a page that name them.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace bigfoot {

/// "run-options", "report-options", "operators", "spec-keys", "protocols".
std::span<const std::string_view> mdoc_parts();

/// The text of a part, "" for a name that is none.
std::string mdoc_part(std::string_view name);

/// `page` with all its parts as they are now: what stands between `.\" BEGIN name` and `.\" END name` is replaced.
std::string refreshed_page(std::string_view page);

}  // namespace bigfoot

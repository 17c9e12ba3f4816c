// runner/reports/page_text.h - The page of `--html` without its timeline: runner/page, put together by cmake/page.cmake.
#pragma once

#include <string_view>

namespace bigfoot {

extern const std::string_view kPageText;  ///< "@TIMELINE@" stands where the JSON goes

}  // namespace bigfoot

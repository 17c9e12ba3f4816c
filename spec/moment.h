// spec/moment.h - Dates and times as programs write them, compared with the present one. Source: RFC 3339; ISO 8601-1:2019, 5.4.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "protocols/value.h"

namespace bigfoot {

using Moment = std::chrono::sys_time<std::chrono::milliseconds>;

/// "2026-01-02T03:04:05.678Z", with a blank for the T or an offset for the Z. What has no offset is UTC.
std::optional<Moment> read_moment(std::string_view text);

/// Whether `actual` is `now`, give or take `tolerance`: a text as above (without an offset it may be of any time zone, a date alone is
/// the whole day), or seconds or milliseconds since 1970 as a number or as digits.
bool is_moment(const Value& actual, Moment now, std::chrono::milliseconds tolerance);

}  // namespace bigfoot

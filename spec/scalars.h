// spec/scalars.h - The small languages inside strings: durations, counts, names of errors.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "spec/node.h"
#include "spec/spec.h"

namespace bigfoot {

/// "20ms", "2s", "1.5s", "1m", "1h", "500us". Nothing where it is none; `node`'s problem is reported.
std::optional<std::chrono::microseconds> read_duration(const Node& node, std::string_view key, Diagnostics& problems);
/// The same of a text; nothing where it is none, or longer than a year.
std::optional<std::chrono::microseconds> duration_of(std::string_view text);
/// 3, "3", "2..5", "1..".
std::optional<Count> read_times(const Node& node, Diagnostics& problems);
/// "ECONNREFUSED" as Linux numbers it. Source: errno(3).
std::optional<int> read_errno(const Node& node, Diagnostics& problems);
/// The names of all errors, for messages and help.
const std::vector<std::string_view>& errno_names();

}  // namespace bigfoot

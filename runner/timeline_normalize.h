// runner/timeline_normalize.h - A timeline without what differs between two runs of one deterministic program: times,
// host pids, ephemeral ports. Source: outputs.md, "The timeline".
#pragma once

#include <expected>
#include <ostream>
#include <string>
#include <string_view>

namespace bigfoot {

/// "http://127.0.0.1:43219/x" -> "http://127.0.0.1:*/x": ports of this machine that the kernel gives out by itself.
std::string without_ephemeral_ports(std::string_view text);

/// Writes the document as indented JSON; of a file that cannot be read nothing.
std::expected<void, std::string> write_normalized(const std::string& file, std::ostream& out);

}  // namespace bigfoot

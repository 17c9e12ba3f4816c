// protocols/http/coding.h - Content codings: gzip, deflate, br, zstd. Source: RFC 9110, section 8.4.1; RFC
// 7932; RFC 8878.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace bigfoot {

/// A megabyte of zeros costs a thousand bytes in gzip and a few in br: what comes out is limited, not what
/// goes in.
inline constexpr std::size_t kMaxDecoded =
    64 * 1024 * 1024;  // 1,000 times the part that a timeline shows of a body

/// `body` with the codings of a Content-Encoding value undone, the last one first. The error says why in a
/// few words.
std::expected<std::string, std::string> undo_content_codings(std::string_view codings, std::string_view body,
                                                             std::size_t limit = kMaxDecoded);

/// `body` encoded as a Content-Encoding value says, the first one first. The error names a coding that is not
/// known.
std::expected<std::string, std::string> apply_content_codings(std::string_view codings,
                                                              std::string_view body);

/// True where `body` starts as a stream of this coding does (gzip and zstd have a magic number, the others
/// none).
bool starts_as_coding(std::string_view coding, std::string_view body);

}  // namespace bigfoot

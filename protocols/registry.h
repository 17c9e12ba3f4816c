// protocols/registry.h - Every protocol of the spec language, one row each, built or not.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "protocols/protocol.h"

namespace bigfoot {

/// All headlines, in the order in which help and man pages list them.
std::span<const ProtocolInfo* const> all_protocols();

/// The row of a headline key, or nullptr.
const ProtocolInfo* find_protocol(std::string_view name);

/// What the first bytes of a client look like.
enum class Sniffed { need_more, http, http2, tls, redis, postgres, unknown };

/// Judges at most the first kSniffBytes bytes. `need_more` only while the bytes are a true prefix of something.
Sniffed sniff(std::string_view first_bytes);
inline constexpr std::size_t kSniffBytes = 24;  // RFC 9113, 3.4: the HTTP/2 preface is 24 octets

/// The decoder of a stream protocol that is built, else nullptr.
std::unique_ptr<Decoder> make_decoder(std::string_view protocol, const Peer& peer);

}  // namespace bigfoot

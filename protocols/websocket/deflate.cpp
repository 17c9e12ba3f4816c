// protocols/websocket/deflate.cpp - See deflate.h. Section numbers are RFC 7692's.
#include "protocols/websocket/deflate.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <vector>

#include "protocols/websocket/header_list.h"

namespace bigfoot {
namespace {

constexpr std::string_view kTail{"\0\0\xff\xff", 4};  // 7.2.1: every message ends with it, and it is not sent
constexpr std::size_t kPiece = 16 * 1024;
// zlib.h, deflateInit2: 15 is the largest window, and a raw one of 8 is not to be had.
constexpr int kLargestWindow = 15, kSmallestWindow = 9;
constexpr int kMemory = 8;  // zlib.h, deflateInit2: the default

/// 7.1.2: 8 to 15, no zero in front.
std::optional<int> window_bits(std::string_view text) {
  int bits = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
  if (error != std::errc{} || end != text.data() + text.size() || text.starts_with('0') || bits < 8 || bits > 15) return std::nullopt;
  return bits;
}

/// 7.1: an offer that has what nobody knows, or the same twice, is not taken.
std::optional<DeflateTerms> read_offer(const ExtensionOffer& offer) {
  if (offer.name != "permessage-deflate") return std::nullopt;
  DeflateTerms terms;
  bool client_window = false;
  for (const auto& [name, value] : offer.parameters) {
    if (name == "server_no_context_takeover" && !value && !terms.server_no_context_takeover) {
      terms.server_no_context_takeover = true;
    } else if (name == "client_no_context_takeover" && !value && !terms.client_no_context_takeover) {
      terms.client_no_context_takeover = true;
    } else if (name == "server_max_window_bits" && value && !terms.server_max_window_bits) {
      terms.server_max_window_bits = window_bits(*value);
      if (!terms.server_max_window_bits || *terms.server_max_window_bits < kSmallestWindow) return std::nullopt;
    } else if (name == "client_max_window_bits" && !client_window && (!value || window_bits(*value))) {
      client_window = true;  // a hint: the largest window reads what any other has written
    } else {
      return std::nullopt;
    }
  }
  return terms;
}

Bytef* bytes_of(std::string_view text) { return reinterpret_cast<Bytef*>(const_cast<char*>(text.data())); }

}  // namespace

std::optional<DeflateTerms> agree_on_deflate(const Value& headers) {
  for (const ExtensionOffer& offer : extension_offers(headers))
    if (const auto terms = read_offer(offer)) return terms;
  return std::nullopt;
}

std::string to_text(const DeflateTerms& terms) {
  std::string out = "permessage-deflate";
  if (terms.server_no_context_takeover) out += "; server_no_context_takeover";
  if (terms.client_no_context_takeover) out += "; client_no_context_takeover";
  if (terms.server_max_window_bits) out += fmt::format("; server_max_window_bits={}", *terms.server_max_window_bits);
  return out;
}

struct MessageDeflate::Streams {
  z_stream in{}, out{};
};

MessageDeflate::MessageDeflate(const DeflateTerms& terms) : streams_(std::make_unique<Streams>()), terms_(terms) {
  [[maybe_unused]] const int in = inflateInit2(&streams_->in, -kLargestWindow);
  [[maybe_unused]] const int out = deflateInit2(&streams_->out, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
                                                -terms.server_max_window_bits.value_or(kLargestWindow), kMemory, Z_DEFAULT_STRATEGY);
  assert(in == Z_OK && out == Z_OK);
}

MessageDeflate::~MessageDeflate() {
  inflateEnd(&streams_->in);
  deflateEnd(&streams_->out);
}

std::expected<std::string, MessageDeflate::Bad> MessageDeflate::undo(std::string_view payload, std::size_t limit) {
  z_stream& stream = streams_->in;
  std::string message;
  std::vector<char> piece(kPiece);
  for (const std::string_view part : {payload, kTail}) {
    stream.next_in = bytes_of(part);
    stream.avail_in = static_cast<uInt>(part.size());
    for (bool more = true; more;) {
      stream.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream.avail_out = static_cast<uInt>(piece.size());
      const int result = inflate(&stream, Z_SYNC_FLUSH);
      const std::size_t made = piece.size() - stream.avail_out;
      if (made > limit - message.size()) return std::unexpected(Bad::size);
      message.append(piece.data(), made);
      if (result == Z_STREAM_END) {  // 7.2.3.4: a block may call itself the last, and the next message begins anew
        inflateReset(&stream);
        more = stream.avail_in > 0;
      } else if (result == Z_OK) {
        more = stream.avail_in > 0 || stream.avail_out == 0;
      } else if (result == Z_BUF_ERROR) {
        more = false;  // zlib.h: there was nothing to do
      } else {
        return std::unexpected(Bad::data);
      }
    }
  }
  if (terms_.client_no_context_takeover) inflateReset(&stream);
  return message;
}

std::string MessageDeflate::compress(std::string_view message) {
  z_stream& stream = streams_->out;
  std::string out;
  std::vector<char> piece(kPiece);
  stream.next_in = bytes_of(message);
  stream.avail_in = static_cast<uInt>(message.size());
  do {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    deflate(&stream, Z_SYNC_FLUSH);  // zlib.h: an error only where there is nothing to do
    out.append(piece.data(), piece.size() - stream.avail_out);
  } while (stream.avail_out == 0);
  if (terms_.server_no_context_takeover) deflateReset(&stream);
  if (out.ends_with(kTail)) out.resize(out.size() - kTail.size());
  if (out.empty()) out.push_back('\0');  // 7.2.3.6: an empty message
  return out;
}

}  // namespace bigfoot

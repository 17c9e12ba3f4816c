// protocols/http/coding.cpp - See coding.h.
#include "protocols/http/coding.h"

#include <brotli/decode.h>
#include <brotli/encode.h>
#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

namespace bigfoot {
namespace {

using Coded = std::expected<std::string, std::string>;

constexpr std::size_t kPiece = 64 * 1024;  // output is gathered in pieces of this size
constexpr std::size_t kMaxCodings = 4;     // two are rare already; each costs a pass over the whole body

std::unexpected<std::string> too_large(std::size_t limit) {
  return std::unexpected(fmt::format("the decoded body is larger than {} bytes", limit));
}

// zlib.h, inflateInit2: 15 is the largest window; +16 expects a gzip header, negative none at all.
constexpr int kGzip = 15 + 16, kZlib = 15, kRawDeflate = -15;

Coded inflate_all(std::string_view body, int window_bits, std::size_t limit) {
  z_stream stream{};
  if (inflateInit2(&stream, window_bits) != Z_OK) return std::unexpected("zlib is out of memory");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> owner(&stream, inflateEnd);
  std::string out;
  std::vector<char> piece(kPiece);
  std::string_view rest = body;
  for (;;) {
    const std::size_t given = std::min<std::size_t>(rest.size(), 1u << 30);  // avail_in is 32 bits wide
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(rest.data()));
    stream.avail_in = static_cast<uInt>(given);
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    const int result = inflate(&stream, Z_NO_FLUSH);
    rest.remove_prefix(given - stream.avail_in);
    const std::size_t made = piece.size() - stream.avail_out;
    if (made > limit - out.size()) return too_large(limit);
    out.append(piece.data(), made);
    if (result == Z_STREAM_END) {
      if (rest.empty()) return out;
      // RFC 1952, 2.2: a gzip file is a series of members.
      if (window_bits != kGzip || inflateReset(&stream) != Z_OK)
        return std::unexpected("bytes follow the end of the coding");
    } else if (result == Z_BUF_ERROR || (result == Z_OK && rest.empty() && made < piece.size())) {
      return std::unexpected("the coding ends early");
    } else if (result != Z_OK) {
      return std::unexpected(stream.msg != nullptr ? std::string(stream.msg) : "zlib found an error");
    }
  }
}

Coded undo_gzip(std::string_view body, std::size_t limit) { return inflate_all(body, kGzip, limit); }

Coded undo_deflate(std::string_view body, std::size_t limit) {
  Coded out = inflate_all(body, kZlib, limit);
  if (out) return out;
  // RFC 9110, 8.4.1.2: some clients send the deflate data without the zlib wrapper.
  Coded raw = inflate_all(body, kRawDeflate, limit);
  return raw ? std::move(raw) : std::move(out);
}

Coded undo_brotli(std::string_view body, std::size_t limit) {
  const std::unique_ptr<BrotliDecoderState, void (*)(BrotliDecoderState*)> state(
      BrotliDecoderCreateInstance(nullptr, nullptr, nullptr), BrotliDecoderDestroyInstance);
  if (!state) return std::unexpected("brotli is out of memory");
  std::string out;
  std::vector<std::uint8_t> piece(kPiece);
  std::size_t available_in = body.size();
  const auto* next_in = reinterpret_cast<const std::uint8_t*>(body.data());
  for (;;) {
    std::size_t available_out = piece.size();
    std::uint8_t* next_out = piece.data();
    const auto result = BrotliDecoderDecompressStream(state.get(), &available_in, &next_in, &available_out,
                                                      &next_out, nullptr);
    const std::size_t made = piece.size() - available_out;
    if (made > limit - out.size()) return too_large(limit);
    out.append(reinterpret_cast<const char*>(piece.data()), made);
    switch (result) {
      case BROTLI_DECODER_RESULT_SUCCESS:
        if (available_in > 0) return std::unexpected("bytes follow the end of the coding");
        return out;
      case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT:
        break;
      case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT:
        return std::unexpected("the coding ends early");
      case BROTLI_DECODER_RESULT_ERROR:
        return std::unexpected(std::string(BrotliDecoderErrorString(BrotliDecoderGetErrorCode(state.get()))));
    }
  }
}

Coded undo_zstd(std::string_view body, std::size_t limit) {
  const std::unique_ptr<ZSTD_DStream, std::size_t (*)(ZSTD_DStream*)> stream(ZSTD_createDStream(),
                                                                             ZSTD_freeDStream);
  if (!stream) return std::unexpected("zstd is out of memory");
  std::string out;
  std::vector<char> piece(kPiece);
  ZSTD_inBuffer in{body.data(), body.size(), 0};
  for (;;) {
    ZSTD_outBuffer made{piece.data(), piece.size(), 0};
    const std::size_t result = ZSTD_decompressStream(stream.get(), &made, &in);
    if (ZSTD_isError(result)) return std::unexpected(std::string(ZSTD_getErrorName(result)));
    if (made.pos > limit - out.size()) return too_large(limit);
    out.append(piece.data(), made.pos);
    if (in.pos == in.size) {
      if (result == 0) return out;
      if (made.pos < made.size) return std::unexpected("the coding ends early");
    }
  }
}

Coded deflate_all(std::string_view body, int window_bits) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return std::unexpected("zlib is out of memory");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> owner(&stream, deflateEnd);
  std::string out;
  std::vector<char> piece(kPiece);
  int result = Z_OK;
  while (result != Z_STREAM_END) {
    const std::size_t given = std::min<std::size_t>(body.size(), 1u << 30);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
    stream.avail_in = static_cast<uInt>(given);
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    result = deflate(&stream, given == body.size() ? Z_FINISH : Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
      return std::unexpected("zlib found an error");
    body.remove_prefix(given - stream.avail_in);
    out.append(piece.data(), piece.size() - stream.avail_out);
  }
  return out;
}

Coded apply_gzip(std::string_view body) { return deflate_all(body, kGzip); }
Coded apply_deflate(std::string_view body) { return deflate_all(body, kZlib); }

Coded apply_brotli(std::string_view body) {
  std::size_t size = std::max<std::size_t>(BrotliEncoderMaxCompressedSize(body.size()), 16);
  std::string out(size, '\0');
  constexpr int kQuality = 5;  // replies are small and made while a client waits
  if (BrotliEncoderCompress(kQuality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_GENERIC, body.size(),
                            reinterpret_cast<const std::uint8_t*>(body.data()), &size,
                            reinterpret_cast<std::uint8_t*>(out.data())) != BROTLI_TRUE)
    return std::unexpected("brotli found an error");
  out.resize(size);
  return out;
}

Coded apply_zstd(std::string_view body) {
  std::string out(ZSTD_compressBound(body.size()), '\0');
  const std::size_t size =
      ZSTD_compress(out.data(), out.size(), body.data(), body.size(), ZSTD_CLEVEL_DEFAULT);
  if (ZSTD_isError(size)) return std::unexpected(std::string(ZSTD_getErrorName(size)));
  out.resize(size);
  return out;
}

struct Coding {
  std::string_view name;
  std::string_view magic;
  Coded (*undo)(std::string_view body, std::size_t limit);
  Coded (*apply)(std::string_view body);
};
constexpr Coding kCodings[] = {
    {"gzip", "\x1f\x8b", undo_gzip, apply_gzip},    // RFC 1952, 2.3.1
    {"x-gzip", "\x1f\x8b", undo_gzip, apply_gzip},  // RFC 9110, 8.4.1.3: the same
    {"deflate", "", undo_deflate, apply_deflate},        {"br", "", undo_brotli, apply_brotli},
    {"zstd", "\x28\xb5\x2f\xfd", undo_zstd, apply_zstd},  // RFC 8878, 3.1.1
};

/// The names of a Content-Encoding value, lower case, "identity" and empty ones left out.
std::vector<std::string> coding_names(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string name;
    for (const char c : list.substr(0, comma))
      if (c != ' ' && c != '\t') name += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    list.remove_prefix(std::min(comma + 1, list.size()));
    if (!name.empty() && name != "identity") names.push_back(std::move(name));
  }
  return names;
}

std::expected<std::vector<const Coding*>, std::string> known_codings(std::string_view list) {
  std::vector<const Coding*> codings;
  for (const std::string& name : coding_names(list)) {
    const auto found = std::ranges::find(kCodings, name, &Coding::name);
    if (found == std::end(kCodings))
      return std::unexpected(fmt::format("content coding '{}' is not known", name));
    codings.push_back(&*found);
  }
  if (codings.size() > kMaxCodings)
    return std::unexpected(fmt::format("more than {} content codings", kMaxCodings));
  return codings;
}

}  // namespace

std::expected<std::string, std::string> undo_content_codings(std::string_view codings, std::string_view body,
                                                             std::size_t limit) {
  const auto known = known_codings(codings);
  if (!known) return std::unexpected(known.error());
  std::string out(body);
  for (auto coding = known->rbegin(); coding != known->rend(); ++coding) {
    Coded decoded = (*coding)->undo(out, limit);
    if (!decoded) return std::unexpected(fmt::format("{}: {}", (*coding)->name, decoded.error()));
    out = *std::move(decoded);
  }
  return out;
}

std::expected<std::string, std::string> apply_content_codings(std::string_view codings,
                                                              std::string_view body) {
  const auto known = known_codings(codings);
  if (!known) return std::unexpected(known.error());
  std::string out(body);
  for (const Coding* coding : *known) {
    Coded encoded = coding->apply(out);
    if (!encoded) return std::unexpected(fmt::format("{}: {}", coding->name, encoded.error()));
    out = *std::move(encoded);
  }
  return out;
}

bool starts_as_coding(std::string_view coding, std::string_view body) {
  const auto names = coding_names(coding);
  if (names.empty()) return false;
  const auto found = std::ranges::find(kCodings, names.back(), &Coding::name);
  return found != std::end(kCodings) && !found->magic.empty() && body.starts_with(found->magic);
}

}  // namespace bigfoot

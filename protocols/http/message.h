// protocols/http/message.h - Reads one HTTP/1 message, of either direction, out of pieces of any size.
// Source: RFC 9112. This file finds where lines, sections and bodies end, and so makes the outcome
// independent of how the bytes arrived and the time linear; Boost.Beast's parser, given whole lines only,
// judges what is in them.
#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/protocol.h"

namespace bigfoot {

constexpr std::size_t kMaxHead =
    1024 * 1024;  // Go's http.DefaultMaxHeaderBytes, the most generous of common servers
constexpr std::size_t kMaxHeaderFields = 2000;    // Node's server.maxHeadersCount
constexpr std::size_t kMaxChunkLine = 16 * 1024;  // Node's limit of chunk extensions (CVE-2024-22019)
constexpr std::uint64_t kMaxBody = 1024ull * 1024 * 1024;  // bodies are compared in memory, whole

/// What the lines of a head say, as far as framing, routing and replying need it. Views point into the head's
/// bytes.
struct HttpHead {
  std::string_view method, target;  ///< requests
  int status = 0;                   ///< replies
  std::string_view reason;
  bool http11 = true;
  Value fields = Value::array();  ///< [name in lower case, value], in wire order
  std::string_view host;
  unsigned hosts = 0;
  std::string content_codings, transfer_codings;  ///< values of repeated lines joined by ", "
  bool expects_continue = false;
};

template <bool kRequest>
class HttpMessage : private boost::beast::http::basic_parser<kRequest> {
  using Base = boost::beast::http::basic_parser<kRequest>;

 public:
  HttpMessage();

  enum class Progress { need_more, head, whole };
  struct Step {
    std::size_t used = 0;
    Progress progress = Progress::need_more;
  };
  /// Reads as far as `in` reaches; stops once after the head, whose views are good until the caller drops
  /// `in`.
  std::expected<Step, ProtocolError> read(std::string_view in);
  /// The sender has closed its side behind `in`, of which read() could use nothing.
  std::expected<Progress, ProtocolError> end(std::string_view in);

  /// Before the first byte: the message ends with its head whatever that says (the reply to HEAD).
  void expect_no_body() { this->skip(true); }
  bool keeps_alive() const {
    return this->keep_alive() && !framing_is_doubtful_;
  }                                                             ///< asked when the head is in
  bool expects_body() const { return phase_ != Phase::whole; }  ///< asked when the head is in

  HttpHead& head() { return head_; }
  /// When the message is whole: body, with `codings` undone, coding_error where that fails, and trailers
  /// where there are some.
  void add_body(Fields& fields, std::string_view codings);

 private:
  enum class Phase { head, body, chunk_line, chunk_data, until_end, whole };
  using Found = std::expected<std::size_t, ProtocolError>;  // size of a whole section, 0: not whole yet

  Found find_section_end(std::string_view in, std::size_t start);
  Found find_chunk_head_end(std::string_view in);
  std::expected<Step, ProtocolError> read_head(std::string_view in);
  std::expected<Step, ProtocolError> read_body(std::string_view in);
  std::expected<std::size_t, ProtocolError> parse(std::string_view bytes);
  std::expected<void, ProtocolError> check_framing(std::string_view head) const;
  void after_head();

  using error_code = boost::beast::error_code;
  using text = boost::beast::string_view;
  using field = boost::beast::http::field;
  void on_request_impl(boost::beast::http::verb, text method, text target, int version, error_code&) override;
  void on_response_impl(int status, text reason, int version, error_code&) override;
  void on_field_impl(field known, text name, text value, error_code&) override;
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
  std::size_t on_body_impl(text bytes, error_code&) override;
  void on_chunk_header_impl(std::uint64_t size, text extensions, error_code&) override;
  std::size_t on_chunk_body_impl(std::uint64_t left, text bytes, error_code&) override;
  void on_finish_impl(error_code&) override {}

  Phase phase_ = Phase::head;
  std::size_t scanned_ = 0;     // bytes of the unfinished section that need no second look
  std::size_t line_start_ = 0;  // where its unfinished line starts
  std::size_t fields_ = 0;
  std::size_t transfer_coding_at_ = 0, content_length_at_ = 0;  // of their values, in the head
  std::uint64_t left_ = 0;                                      // of the body, or of this chunk
  bool after_chunk_ = false;                                    // CRLF of the chunk before comes first
  bool in_trailers_ = false;
  bool framing_is_doubtful_ = false;
  const char* parsing_ = nullptr;  // start of the bytes that Beast is at, for offsets
  HttpHead head_;
  std::string body_;
  Value trailers_;
};

extern template class HttpMessage<true>;
extern template class HttpMessage<false>;

}  // namespace bigfoot

// protocols/http/message.cpp - See message.h. Section numbers are RFC 9112's.
#include "protocols/http/message.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

#include "protocols/http/coding.h"

namespace bigfoot {
namespace {

namespace http = boost::beast::http;

std::unexpected<ProtocolError> broken(std::size_t at, std::string what) {
  return std::unexpected(ProtocolError{at, std::move(what)});
}

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

constexpr bool is_token_char(char c) {  // RFC 9110, 5.6.2
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}
constexpr bool is_hex_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, to_lower, to_lower);
}

void append_list(std::string& list, std::string_view value) {
  if (!list.empty()) list += ", ";
  list += value;
}

/// What Beast's codes mean for a reader, and which byte of the line is to blame.
struct Complaint {
  http::error code;
  std::string_view what;
  bool (*blames)(char c);  // the first such byte; none: the line's start
};
constexpr Complaint kComplaints[] = {
    {http::error::bad_line_ending, "CR without LF", [](char c) { return c == '\r'; }},
    {http::error::bad_method, "the method is no token followed by a space",
     [](char c) { return !is_token_char(c); }},
    {http::error::bad_target, "the request target is empty or holds a character that must be escaped",
     [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }},
    {http::error::bad_version, "expected HTTP/1.0 or HTTP/1.1 and the end of the line", nullptr},
    {http::error::bad_status, "the status is no number of three digits", nullptr},
    {http::error::bad_reason, "the reason phrase holds a control character", nullptr},
    {http::error::bad_field, "a header name must be a token followed by a colon",
     [](char c) { return !is_token_char(c); }},
    {http::error::bad_value, "a header value that its grammar does not allow",
     [](char c) { return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == 0x7f; }},
    {http::error::bad_content_length,
     "Content-Length is no whole number, or stands beside Transfer-Encoding (6.3)", nullptr},
    {http::error::multiple_content_length, "two Content-Length values that differ (6.3)", nullptr},
    {http::error::bad_transfer_encoding, "Transfer-Encoding twice, or beside Content-Length (6.3)", nullptr},
    {http::error::bad_chunk, "the chunk size is no hexadecimal number", nullptr},
    {http::error::bad_chunk_extension, "a chunk extension that its grammar does not allow", nullptr},
    {http::error::body_limit, "the body is larger than this program keeps (1 GiB)", nullptr},
    {http::error::need_more, "a quoted string that its line does not end", nullptr},
    {http::error::header_limit, "more than 2000 header fields", nullptr},
};

ProtocolError complaint(const boost::beast::error_code& code, std::string_view bytes, std::size_t line) {
  const auto found =
      std::ranges::find_if(kComplaints, [&](const Complaint& row) { return code == row.code; });
  if (found == std::end(kComplaints)) return {line, code.message()};
  std::size_t at = line;
  if (found->blames != nullptr) {
    const std::string_view rest = bytes.substr(line, bytes.find('\n', line) - line);
    const std::string_view content = rest.ends_with('\r') ? rest.substr(0, rest.size() - 1) : rest;
    const auto blamed = std::ranges::find_if(content, found->blames);
    if (blamed != content.end()) at += static_cast<std::size_t>(blamed - content.begin());
  }
  return {at, std::string(found->what)};
}

/// The start line has come whole: is it HTTP/1 at all? Asked before the rest of the head is waited for.
std::expected<void, ProtocolError> check_start_line(std::string_view line, bool request) {
  std::size_t version_at = 0;
  if (request) {
    const auto target_at = line.find(' ') + 1;  // no space: npos + 1 is 0
    const auto last = line.rfind(' ') + 1;
    if (target_at == last) return broken(0, "no request line: expected METHOD TARGET HTTP/1.1");
    version_at = last;
    const auto blank = line.find(' ', target_at);
    if (blank + 1 != last) return broken(blank, "a blank inside the request target");
  }
  const std::string_view version = line.substr(version_at, std::string_view("HTTP/1.1").size());
  if (version != "HTTP/1.1" && version != "HTTP/1.0")
    return broken(version_at, "expected HTTP/1.0 or HTTP/1.1");
  return {};
}

}  // namespace

template <bool kRequest>
HttpMessage<kRequest>::HttpMessage() {
  this->header_limit(kMaxHead);
  this->body_limit(kMaxBody);
}

template <bool kRequest>
auto HttpMessage<kRequest>::read(std::string_view in) -> std::expected<Step, ProtocolError> {
  Step all;
  while (phase_ != Phase::whole) {
    const std::string_view rest = in.substr(all.used);
    const bool at_head = phase_ == Phase::head;
    const auto step = at_head ? read_head(rest) : read_body(rest);
    if (!step) return broken(all.used + step.error().at, step.error().what);
    all.used += step->used;
    if (step->progress == Progress::need_more) return all;
    if (at_head) {
      all.progress = Progress::head;
      return all;
    }
  }
  all.progress = Progress::whole;
  return all;
}

template <bool kRequest>
auto HttpMessage<kRequest>::end(std::string_view in) -> std::expected<Progress, ProtocolError> {
  if (phase_ == Phase::whole) return Progress::whole;
  if (phase_ == Phase::until_end) {
    phase_ = Phase::whole;
    return Progress::whole;
  }
  if (phase_ == Phase::head && in.find_first_not_of("\r\n") == in.npos) return Progress::need_more;
  return broken(in.size(), phase_ == Phase::head ? "the stream ends inside the head of a message"
                                                 : "the stream ends inside the body of a message");
}

/// The size of the lines from `start` up to and with the empty line that ends them, plus `start`. Every line
/// must end in CRLF (2.2 allows a bare LF; a client that sends one is broken everywhere else) and none may be
/// folded (5.2).
template <bool kRequest>
auto HttpMessage<kRequest>::find_section_end(std::string_view in, std::size_t start) -> Found {
  if (line_start_ < start) scanned_ = line_start_ = start;
  const std::string_view allowed = in.substr(0, start + kMaxHead);
  for (;;) {
    const auto end = allowed.find('\n', scanned_);
    if (end == allowed.npos) break;
    if (end == line_start_ || allowed[end - 1] != '\r') return broken(end, "a line ends in LF without CR");
    const std::string_view line = allowed.substr(line_start_, end - 1 - line_start_);
    if (line.empty()) {
      scanned_ = line_start_ = 0;
      return end + 1;
    }
    if (phase_ == Phase::head && line_start_ == 0) {
      if (const auto checked = check_start_line(line, kRequest); !checked)
        return std::unexpected(checked.error());
    } else if (line.front() == ' ' || line.front() == '\t') {
      return broken(line_start_,
                    "a header line that starts with a blank: folded lines are obsolete (RFC 9112, 5.2)");
    }
    scanned_ = line_start_ = end + 1;
  }
  if (allowed.size() < in.size() || in.size() == start + kMaxHead)
    return broken(start + kMaxHead, fmt::format("the header section is longer than {} bytes", kMaxHead));
  scanned_ = in.size();
  return 0;
}

template <bool kRequest>
auto HttpMessage<kRequest>::read_head(std::string_view in) -> std::expected<Step, ProtocolError> {
  // 2.2: an empty line in front of a request is passed over; clients of old end a POST body with one that
  // does not count.
  std::size_t blank = 0;
  if (kRequest && scanned_ == 0)
    while (in.substr(blank).starts_with("\r\n")) blank += 2;
  const std::string_view bytes = in.substr(blank);
  if (bytes.empty() || bytes == "\r") return Step{blank, Progress::need_more};
  if (!is_token_char(bytes.front())) return broken(blank, "a message cannot start with this byte");
  const auto size = find_section_end(bytes, 0);
  if (!size) return broken(blank + size.error().at, size.error().what);
  if (*size == 0) return Step{blank, Progress::need_more};
  const std::string_view head = bytes.substr(0, *size);
  if (const auto parsed = parse(head); !parsed) return broken(blank + parsed.error().at, parsed.error().what);
  if (const auto checked = check_framing(head); !checked)
    return broken(blank + checked.error().at, checked.error().what);
  after_head();
  return Step{blank + *size, Progress::head};
}

template <bool kRequest>
std::expected<void, ProtocolError> HttpMessage<kRequest>::check_framing(std::string_view head) const {
  if (!head_.transfer_codings.empty() && !same_word(head_.transfer_codings, "chunked")) {
    // 6.1: a coding that is not understood; 6.3: without "chunked" at its end a request has no length at all.
    return broken(transfer_coding_at_,
                  fmt::format("transfer coding '{}': only chunked is understood", head_.transfer_codings));
  }
  if constexpr (kRequest) {
    const std::size_t line_end = head.find('\n') + 1;
    if (head_.hosts > 1) return broken(line_end, "more than one Host header (3.2)");
    if (head_.hosts == 0 && head_.http11) return broken(line_end, "HTTP/1.1 without a Host header (3.2)");
  }
  return {};
}

template <bool kRequest>
void HttpMessage<kRequest>::after_head() {
  // 6.1: a Transfer-Encoding in HTTP/1.0 may come from one who does not know what it says.
  framing_is_doubtful_ = !head_.http11 && !head_.transfer_codings.empty();
  if (this->is_done()) {
    phase_ = Phase::whole;
  } else if (this->chunked()) {
    phase_ = Phase::chunk_line;
  } else if (const auto length = this->content_length()) {
    phase_ = Phase::body;
    left_ = *length;
  } else {
    phase_ = Phase::until_end;
  }
}

/// The size of a chunk's line, with the CRLF of the chunk before it; of the last chunk, with its trailers. 0:
/// not whole yet.
template <bool kRequest>
auto HttpMessage<kRequest>::find_chunk_head_end(std::string_view in) -> Found {
  const std::size_t start = after_chunk_ ? 2 : 0;
  for (std::size_t i = 0; i < std::min(start, in.size()); ++i)
    if (in[i] != "\r\n"[i]) return broken(i, "the chunk is longer than its size says");
  const std::string_view allowed = in.substr(0, start + kMaxChunkLine);
  const auto end = allowed.find('\n', std::min(std::max(start, scanned_), allowed.size()));
  if (line_start_ == 0) {  // else the line was judged before, and trailers are waited for
    if (end == allowed.npos) {
      if (allowed.size() == start + kMaxChunkLine)
        return broken(allowed.size(),
                      fmt::format("the line of a chunk is longer than {} bytes", kMaxChunkLine));
      scanned_ = in.size();
      return 0;
    }
    if (end == start || in[end - 1] != '\r') return broken(end, "a line ends in LF without CR");
    const std::string_view line = in.substr(start, end - 1 - start);
    const auto digits = static_cast<std::size_t>(std::ranges::find_if_not(line, is_hex_digit) - line.begin());
    if (digits == 0) return broken(start, "the chunk size is no hexadecimal number");
    if (digits < line.size() && std::string_view(" \t;").find(line[digits]) == std::string_view::npos)
      return broken(start + digits, "a chunk size ends at its line's end or at ';'");
    if (line.find_first_not_of('0') < digits) {
      scanned_ = 0;
      return end + 1;
    }
    scanned_ = line_start_ = end + 1;
  }
  return find_section_end(in, 0);
}

template <bool kRequest>
auto HttpMessage<kRequest>::read_body(std::string_view in) -> std::expected<Step, ProtocolError> {
  if (in.empty()) return Step{};
  if (phase_ == Phase::chunk_line) {
    const auto size = find_chunk_head_end(in);
    if (!size) return std::unexpected(size.error());
    if (*size == 0) return Step{};
    if (const auto parsed = parse(in.substr(0, *size)); !parsed) return std::unexpected(parsed.error());
    phase_ = this->is_done() ? Phase::whole : Phase::chunk_data;
    return Step{*size, Progress::head};
  }
  const bool open_end = phase_ == Phase::until_end;
  const std::string_view piece =
      open_end ? in : in.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, in.size())));
  if (const auto parsed = parse(piece); !parsed) return std::unexpected(parsed.error());
  if (!open_end) left_ -= piece.size();
  if (phase_ == Phase::chunk_data && left_ == 0) {
    phase_ = Phase::chunk_line;
    after_chunk_ = true;
  } else if (phase_ == Phase::body && left_ == 0) {
    phase_ = Phase::whole;
  }
  return Step{piece.size(), Progress::head};
}

/// Hands a whole section, or a part of a body, to Beast. All of it is used, or the error is at a byte of it.
template <bool kRequest>
std::expected<std::size_t, ProtocolError> HttpMessage<kRequest>::parse(std::string_view bytes) {
  parsing_ = bytes.data();
  std::size_t used = 0;
  while (used < bytes.size()) {  // Beast stops at the start of a body even where there is none to come
    error_code code;
    const std::size_t more =
        this->put(boost::asio::const_buffer(bytes.data() + used, bytes.size() - used), code);
    used += more;
    if (code == http::error::body_limit && phase_ == Phase::head) used = content_length_at_;
    if (code) return std::unexpected(complaint(code, bytes, used));
    if (more == 0) break;
  }
  return used;
}

template <bool kRequest>
void HttpMessage<kRequest>::on_request_impl(http::verb, text method, text target, int version, error_code&) {
  head_.method = view(method);
  head_.target = view(target);
  head_.http11 = version == 11;
}

template <bool kRequest>
void HttpMessage<kRequest>::on_response_impl(int status, text reason, int version, error_code&) {
  head_.status = status;
  head_.reason = view(reason);
  head_.http11 = version == 11;
}

template <bool kRequest>
void HttpMessage<kRequest>::on_field_impl(field known, text name, text value, error_code& code) {
  if (++fields_ > kMaxHeaderFields) {
    code = http::error::header_limit;
    return;
  }
  Value row = Value::array();
  auto& pair = row.template get_ref<Value::array_t&>();
  pair.reserve(2);
  std::string lower(name.size(), '\0');
  std::ranges::transform(name, lower.begin(), to_lower);
  pair.emplace_back(std::move(lower));
  pair.emplace_back(std::string(value.data(), value.size()));
  if (in_trailers_) {
    trailers_.push_back(std::move(row));
    return;
  }
  auto& rows = head_.fields.template get_ref<Value::array_t&>();
  if (rows.empty()) rows.reserve(8);
  rows.push_back(std::move(row));
  switch (known) {
    case field::host:
      head_.host = view(value);
      ++head_.hosts;
      break;
    case field::content_length:
      content_length_at_ = static_cast<std::size_t>(value.data() - parsing_);
      break;
    case field::transfer_encoding:
      transfer_coding_at_ = static_cast<std::size_t>(value.data() - parsing_);
      append_list(head_.transfer_codings, view(value));
      break;
    case field::content_encoding:
      append_list(head_.content_codings, view(value));
      break;
    case field::expect:
      head_.expects_continue = same_word(view(value), "100-continue");
      break;
    default:
      break;  // the other known names mean nothing to framing or routing
  }
}

template <bool kRequest>
std::size_t HttpMessage<kRequest>::on_body_impl(text bytes, error_code&) {
  body_.append(bytes.data(), bytes.size());
  return bytes.size();
}

template <bool kRequest>
void HttpMessage<kRequest>::on_chunk_header_impl(std::uint64_t size, text, error_code&) {
  left_ = size;
  in_trailers_ = size == 0;
}

template <bool kRequest>
std::size_t HttpMessage<kRequest>::on_chunk_body_impl(std::uint64_t, text bytes, error_code&) {
  body_.append(bytes.data(), bytes.size());
  return bytes.size();
}

template <bool kRequest>
void HttpMessage<kRequest>::add_body(Fields& fields, std::string_view codings) {
  if (!codings.empty() && !body_.empty()) {
    if (auto decoded = undo_content_codings(codings, body_)) {
      body_ = *std::move(decoded);
    } else {
      fields["coding_error"] = std::move(decoded.error());
    }
  }
  fields["body"] = std::move(body_);
  if (!trailers_.is_null()) fields["trailers"] = std::move(trailers_);
}

template class HttpMessage<true>;
template class HttpMessage<false>;

}  // namespace bigfoot

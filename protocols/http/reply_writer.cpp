// protocols/http/reply_writer.cpp - See reply_writer.h.
#include "protocols/http/reply_writer.h"

#include <algorithm>
#include <boost/beast/http/status.hpp>
#include <charconv>
#include <iterator>
#include <optional>
#include <vector>

#include "protocols/http/coding.h"

namespace bigfoot {
namespace {

constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, to_lower, to_lower);
}

/// JSON in one line. What is not UTF-8 in it becomes U+FFFD: JSON cannot say it (RFC 8259, 8.1).
std::string json_text(const Value& value) {
  return value.dump(-1, ' ', false, Value::error_handler_t::replace);
}

/// Text of a scalar as a header or an event line carries it.
std::string plain(const Value& value) {
  return value.is_string() ? value.get<std::string>() : json_text(value);
}

const Value* find(const Fields& fields, const char* name) {
  const auto found = fields.find(name);
  return found == fields.end() ? nullptr : &*found;
}

int status_of(const Fields& fields) {
  const Value* status = find(fields, "status");
  if (status == nullptr) return 200;
  int number = 0;
  const std::string text = plain(*status);  // a number, or the text that a template has made of one
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number >= 100 && number <= 999 ? number : 200;
}

/// A line break inside a value would start a header of its own: it becomes a blank (RFC 9110, 5.5).
void append_header(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  std::ranges::transform(value, std::back_inserter(out),
                         [](char c) { return c == '\r' || c == '\n' || c == '\0' ? ' ' : c; });
  out += "\r\n";
}

void append_number(std::string& out, std::uint64_t number, int base = 10) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number, base).ptr);
}

void append_chunk(std::string& out, std::string_view data) {
  if (data.empty()) return;  // a chunk of size 0 would be the last
  append_number(out, data.size(), 16);
  out += "\r\n";
  out += data;
  out += "\r\n";
}

/// One event: WHATWG HTML, 9.2.5. Each line of data gets its own "data:".
std::string event_text(const Value& event) {
  std::string out;
  const auto line = [&out](std::string_view name, const std::string& value) {
    out.append(name).append(": ").append(value).append("\n");
  };
  const auto data_lines = [&](std::string text) {
    std::size_t from = 0;
    for (std::size_t end; (end = text.find('\n', from)) != text.npos; from = end + 1)
      line("data", text.substr(from, end - from));
    line("data", text.substr(from));
  };
  if (!event.is_object()) {
    data_lines(plain(event));
  } else {
    for (const char* name : {"event", "id", "retry"})
      if (const Value* value = find(event, name)) line(name, plain(*value));
    if (const Value* data = find(event, "data")) data_lines(plain(*data));
  }
  return out += '\n';
}

struct Header {
  std::string name, value;
};

std::vector<Header> headers_of(const Fields& fields) {
  std::vector<Header> out;
  const Value* headers = find(fields, "headers");
  if (headers == nullptr) return out;
  if (headers->is_object()) {
    for (const auto& [name, value] : headers->items()) {
      if (value.is_array()) {
        for (const Value& one : value) out.push_back({name, plain(one)});
      } else {
        out.push_back({name, plain(value)});
      }
    }
  } else if (headers->is_array()) {  // as recorded: [name, value]
    for (const Value& row : *headers)
      if (row.is_array() && row.size() == 2) out.push_back({plain(row[0]), plain(row[1])});
  }
  return out;
}

/// What is sent behind the head, before any transfer coding.
struct Body {
  std::vector<std::string> pieces;
  bool chunked = false;
  std::string_view content_type;
  bool maybe_coded = false;  // given as bytes: a file may be compressed already
};

Body body_of(const Fields& fields) {
  if (const Value* json = find(fields, "json")) return {{json_text(*json)}, false, "application/json"};
  if (const Value* text = find(fields, "text")) return {{plain(*text)}, false, "text/plain; charset=utf-8"};
  if (const Value* sse = find(fields, "sse")) {
    Body body{.chunked = true, .content_type = "text/event-stream"};
    for (const Value& event : *sse) body.pieces.push_back(event_text(event));
    return body;
  }
  if (const Value* chunks = find(fields, "chunks")) {
    Body body{.chunked = true};
    for (const Value& chunk : *chunks) body.pieces.push_back(plain(chunk));
    return body;
  }
  if (const Value* bytes = find(fields, "body")) return {{plain(*bytes)}, false, "", true};
  return {};
}

void append_status_line(std::string& out, int status) {
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::uint64_t>(status));
  out += ' ';
  out += status_text(status);
  out += "\r\n";
}

bool has_no_body(int status) { return status < 200 || status == 204 || status == 304; }  // RFC 9112, 6.3

}  // namespace

std::string_view status_text(int status) {
  const auto reason = boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(static_cast<unsigned>(status)));
  return reason.starts_with('<') ? std::string_view() : std::string_view(reason.data(), reason.size());  // Beast: "<unknown-status>"
}

AfterReply write_http_reply(const Fields& fields, const ReplyContext& context, std::string& out) {
  const int status = status_of(fields);
  const std::vector<Header> headers = headers_of(fields);
  Body body = body_of(fields);

  bool close = !context.keep_alive, typed = false, sized = false;
  std::string codings;
  for (const Header& header : headers) {
    if (same_word(header.name, "content-type")) typed = true;
    if (same_word(header.name, "content-length")) sized = true;
    if (same_word(header.name, "transfer-encoding") && same_word(header.value, "chunked"))
      body.chunked = true;
    if (same_word(header.name, "connection") && same_word(header.value, "close")) close = true;
    if (same_word(header.name, "content-encoding")) codings = header.value;
  }
  if (!codings.empty()) {
    std::string whole;
    for (const std::string& piece : body.pieces) whole += piece;
    // A file that is compressed already is sent as it is. A coding that is not known: the spec's word, the
    // spec's bytes.
    if (!(body.maybe_coded && starts_as_coding(codings, whole)))
      if (auto coded = apply_content_codings(codings, whole)) body.pieces = {*std::move(coded)};
  }

  const bool bodiless = has_no_body(status);
  const bool chunked = body.chunked && context.http11 && !bodiless;
  if (body.chunked && !context.http11)
    close = true;  // RFC 9112, 6.1: then the end of the stream is the end of the body

  append_status_line(out, status);
  bool said_connection = false;
  for (const Header& header : headers) {
    if (same_word(header.name, "transfer-encoding") && (body.chunked || bodiless)) continue;  // ours, below
    if (same_word(header.name, "connection")) said_connection = true;
    append_header(out, header.name, header.value);
  }
  if (!typed && !body.content_type.empty() && !bodiless)
    append_header(out, "Content-Type", body.content_type);
  if (chunked) {
    append_header(out, "Transfer-Encoding", "chunked");
  } else if (!sized && !bodiless && !body.chunked) {
    std::size_t size = 0;
    for (const std::string& piece : body.pieces) size += piece.size();
    out += "Content-Length: ";
    append_number(out, size);
    out += "\r\n";
  }
  if (!said_connection && (close || !context.http11))
    append_header(out, "Connection", close ? "close" : "keep-alive");
  out += "\r\n";

  if (!bodiless && !context.to_head) {
    for (const std::string& piece : body.pieces) {
      if (chunked) {
        append_chunk(out, piece);
      } else {
        out += piece;
      }
    }
    if (chunked) out += "0\r\n\r\n";
  }
  return close ? AfterReply::close : AfterReply::keep_open;
}

AfterReply write_http_text(int status, std::string_view extra_header_line, std::string_view text,
                           const ReplyContext& context, std::string& out) {
  append_status_line(out, status);
  out += extra_header_line;
  append_header(out, "Content-Type", "text/plain; charset=utf-8");
  out += "Content-Length: ";
  append_number(out, text.size());
  out += "\r\n";
  if (!context.keep_alive || !context.http11)
    append_header(out, "Connection", context.keep_alive ? "keep-alive" : "close");
  out += "\r\n";
  if (!context.to_head) out += text;
  return context.keep_alive ? AfterReply::keep_open : AfterReply::close;
}

AfterReply write_http_refusal(std::string_view why, const ReplyContext& context, std::string& out) {
  return write_http_text(501, "x-bigfoot: unexpected\r\n", why, context, out);
}

}  // namespace bigfoot

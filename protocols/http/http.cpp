// protocols/http/http.cpp - See http.h. Section numbers are RFC 9112's unless another is named.
#include "protocols/http/http.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <utility>

#include "protocols/http/message.h"
#include "protocols/http/reply_writer.h"
#include "protocols/http/url.h"

namespace bigfoot {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view kTunnelOpen = "HTTP/1.1 200 Connection established\r\n\r\n";

// Errors in this part count from the first byte of the head.

/// Where a request goes, 3.3: its URL in absolute form, else its Host header, else what is known of the
/// connection.
struct Route {
  std::string scheme, host;
  unsigned port = 0;
  std::string path, query;
};

std::expected<Route, ProtocolError> route_of(const HttpHead& head, const Peer& peer) {
  const std::size_t target_at = head.method.size() + 1;
  if (head.target.front() != '/' && head.target != "*") {  // 3.2.2
    auto url = parse_url(head.target);
    if (!url)
      return std::unexpected(
          ProtocolError{target_at + url.error().at, "the request target is neither a path nor a URL"});
    return Route{std::move(url->scheme), std::move(url->host), url->port, std::move(url->path),
                 std::move(url->query)};
  }
  // Without a port, on an unusual one: the program wrote the header by hand and means the peer it called.
  Route route{.scheme = peer.scheme,
              .host = peer.host,
              .port = peer.port != 0 ? peer.port : default_port(peer.scheme)};
  if (!head.host.empty()) {
    auto named = parse_authority(head.host);
    if (!named) {
      const auto host_at = static_cast<std::size_t>(head.host.data() - head.method.data());
      return std::unexpected(
          ProtocolError{host_at + named.error().at,
                        fmt::format("the Host header is no host and port: {}", named.error().what)});
    }
    route.host = std::move(named->host);
    if (named->port != 0) route.port = named->port;
  }
  const auto question = head.target.find('?');
  route.path = head.target == "*" ? "*" : normalized_path(head.target.substr(0, question));
  if (question != head.target.npos) route.query = normalized_query(head.target.substr(question + 1));
  return route;
}

/// host:port of a CONNECT, 3.2.3.
std::expected<std::string, ProtocolError> tunnel_authority(const HttpHead& head) {
  const std::size_t target_at = head.method.size() + 1;
  const auto to = parse_authority(head.target);
  if (!to || to->port == 0) return std::unexpected(ProtocolError{target_at, "CONNECT needs host:port"});
  const bool brackets = to->host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", brackets ? "[" : "", to->host, brackets ? "]" : "", to->port);
}

}  // namespace

class HttpDecoder::Request {
 public:
  HttpMessage<true> message;
  Fields fields = Value::object();  // from the head; body and trailers come at the end
  std::string codings;
  std::string tunnel;  // of CONNECT
  bool whole = false;
  ReplyContext context;

  std::expected<void, ProtocolError> take_head(const Peer& peer, std::string& out);
  Event event(std::string& out);
};

/// The head is in, its bytes still there: whatever views it holds are copied here.
std::expected<void, ProtocolError> HttpDecoder::Request::take_head(const Peer& peer, std::string& out) {
  HttpHead& head = message.head();
  context = {.to_head = head.method == "HEAD", .http11 = head.http11, .keep_alive = message.keeps_alive()};
  codings = std::move(head.content_codings);
  if (head.method == "CONNECT") {
    auto authority = tunnel_authority(head);
    if (!authority) return std::unexpected(authority.error());
    tunnel = *std::move(authority);
    return {};
  }
  auto route = route_of(head, peer);
  if (!route) return std::unexpected(route.error());
  // In the order of ProtocolInfo::call, and without the search for an equal key that operator[] makes.
  auto& rows = fields.get_ref<Value::object_t&>();
  rows.reserve(11);
  rows.emplace_back("method", std::string(head.method));
  rows.emplace_back("scheme", std::move(route->scheme));
  rows.emplace_back("host", std::move(route->host));
  rows.emplace_back("port", route->port);
  rows.emplace_back("path", std::move(route->path));
  rows.emplace_back("query", std::move(route->query));
  rows.emplace_back("headers", std::move(head.fields));
  rows.emplace_back("body", std::string());
  rows.emplace_back("version", head.http11 ? "1.1" : "1.0");
  // RFC 9110, 10.1.1: only where a body follows, and never to HTTP/1.0.
  if (head.expects_continue && head.http11 && message.expects_body()) out += kContinue;
  return {};
}

Event HttpDecoder::Request::event(std::string& out) {
  whole = true;
  if (!tunnel.empty()) {
    out += kTunnelOpen;
    return Switch{"tunnel", std::move(tunnel)};
  }
  message.add_body(fields, codings);
  return Call{"request", std::move(fields)};
}

HttpDecoder::HttpDecoder(const Peer& peer) : peer_(peer) {}
HttpDecoder::~HttpDecoder() = default;

DecodeResult HttpDecoder::decode(std::string_view in, std::string& out) {
  if (in.empty()) return Decoded{0, NeedMore{}};
  if (!request_ || request_->whole) request_ = std::make_unique<Request>();
  std::size_t used = 0;
  for (;;) {
    const auto step = request_->message.read(in.substr(used));
    if (!step) return std::unexpected(ProtocolError{used + step.error().at, step.error().what});
    used += step->used;
    switch (step->progress) {
      case HttpMessage<true>::Progress::need_more:
        return Decoded{used, NeedMore{}};
      case HttpMessage<true>::Progress::head: {
        const auto head_at = static_cast<std::size_t>(request_->message.head().method.data() - in.data());
        if (const auto taken = request_->take_head(peer_, out); !taken)
          return std::unexpected(ProtocolError{head_at + taken.error().at, taken.error().what});
        break;
      }
      case HttpMessage<true>::Progress::whole:
        return Decoded{used, request_->event(out)};
    }
  }
}

DecodeResult HttpDecoder::finish(std::string_view in) {
  std::string unsent;  // the client is still there to read a reply, but waits for no "100 Continue" any more
  auto decoded = decode(in, unsent);
  if (!decoded || !std::holds_alternative<NeedMore>(decoded->event)) return decoded;
  if (!request_ || request_->whole) return decoded;
  const auto ended = request_->message.end(in.substr(decoded->used));
  if (!ended) return std::unexpected(ProtocolError{decoded->used + ended.error().at, ended.error().what});
  return decoded;
}

AfterReply HttpDecoder::encode(const Fields& reply, std::string& out) {
  return write_http_reply(reply, request_ ? request_->context : ReplyContext{}, out);
}

AfterReply HttpDecoder::refuse(std::string_view why, std::string& out) {
  return write_http_refusal(why, request_ ? request_->context : ReplyContext{}, out);
}

std::string http_bad_request(const ProtocolError& error) {
  std::string out;
  write_http_text(400, "x-bigfoot: undecoded\r\n",
                  fmt::format("bigfoot: bad request at byte {}: {}\n", error.at, error.what),
                  {.keep_alive = false}, out);
  return out;
}

}  // namespace bigfoot

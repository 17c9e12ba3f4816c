// spec/headline_http.cpp - "POST https://api.example.com/v1/charges" and "wss://feed.example.com/prices".
// Source: spec-format.md, sections 3 and 10; RFC 9110, section 9 (methods).
#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>

#include <fmt/format.h>

#include "protocols/http/url.h"
#include "spec/check.h"
#include "spec/url_pattern.h"

namespace bigfoot {
namespace {

constexpr std::string_view kHttpSchemes[] = {"http", "https"};
constexpr std::string_view kWebsocketSchemes[] = {"ws", "wss"};
const std::vector<std::string_view> kMethods = {"GET",   "HEAD",   "POST",  "PUT",   "DELETE",   "CONNECT",   "OPTIONS", "TRACE", "PATCH",
                                                "QUERY", "PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "REPORT", "PURGE", "SEARCH"};

bool is_token(std::string_view text) {  // RFC 9110, 5.6.2
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
    return std::isalnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

std::string upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

bool check_method(const EntryDraft& draft, std::string_view method) {
  if (method == "*" || has_hole(method)) return true;
  if (!is_token(method)) {
    refuse_part(draft.problems, draft.headline, 0, method, fmt::format("'{}' is no HTTP method", method), "GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS, or * for any");
    return false;
  }
  if (method != upper(method)) {
    warn(draft.problems, part_of(draft.headline, 0, std::string(method)),
         fmt::format("HTTP methods are case-sensitive, and '{}' is not '{}'", method, upper(method)),
         fmt::format("did you mean '{}'?", upper(method)));
    return true;
  }
  if (std::ranges::find(kMethods, method) == kMethods.end())
    if (const std::string hint = did_you_mean(method, kMethods); !hint.empty())
      warn(draft.problems, part_of(draft.headline, 0, std::string(method)), fmt::format("'{}' is an unusual HTTP method", method), hint);
  return true;
}

void set_url(EntryDraft& draft, const UrlPattern& url) {
  const Place& at = draft.headline.at;
  draft.set("scheme", url.scheme.empty() ? any_pattern() : literal_pattern(url.scheme), at);
  draft.set("host", url.host, at);
  draft.set("port", url.port, at);
  draft.set("path", url.path, at);
  draft.set("query", url.query, url.query_at);
  EndpointPattern& endpoint = draft.entry.endpoint;
  endpoint.tcp = true;
  endpoint.tls = url.scheme == "https" || url.scheme == "wss";
  if (!url.host->is_any()) endpoint.host = url.host;
  endpoint.port = url.port_number;
}

void set_query(EntryDraft& draft, const UrlPattern& url) {
  const Node* query = draft.field("query");
  if (!query) return;
  if (url.has_query && draft.table.find("query")) {
    refuse_key(draft.problems, *query, "query", "the query stands in the URL already", "keep one of the two: query = { … } compares in any order");
    return;
  }
  if (!url.has_query) draft.set_from("query", compile_query_pattern);
}

/// `tls` and `client_cert`: of https (wss) entries, and of "*", which may be one.
void set_tls_fields(EntryDraft& draft, std::string_view scheme, std::string_view plain, std::string_view secure) {
  constexpr std::pair<std::string_view, PatternPtr (*)(const Node&, Diagnostics&)> kFields[] = {{"tls", compile_tls_pattern},
                                                                                               {"client_cert", compile_client_cert_pattern}};
  for (const auto& [key, compile] : kFields) {
    if (const Node* own = draft.table.find(key); own && scheme == plain) {
      refuse_key(draft.problems, *own, key, fmt::format("'{}' in an entry whose URL is {}://: its calls have no TLS", key, plain),
                 fmt::format("write {}:// in the headline, or take '{}' out", secure, key));
    } else if (own || scheme == secure) {  // [defaults.http] says it of https entries only
      draft.set_from(key, compile);
    }
  }
  draft.entry.wants_client_cert = draft.fields.contains("client_cert");
}

void set_headers(EntryDraft& draft) {
  const Node* cookies = draft.field("cookies");
  if (!cookies) return draft.set_from("headers", compile_headers_pattern);
  const Node* headers = draft.field("headers");
  draft.set("headers", compile_headers_with_cookies(headers, *cookies, draft.problems), (headers ? headers : cookies)->at);
}

}  // namespace

void load_http(EntryDraft& draft) {
  const std::string& text = *draft.headline.text();
  draft.entry.headline = text;
  std::optional<UrlPattern> url;
  const std::string masked = masked_holes(text);
  const std::size_t blank = masked.find(' ');
  if (text == "*") {
    draft.set("method", any_pattern(), draft.headline.at);
    url = compile_url(draft.headline, 0, kHttpSchemes, draft.problems);
  } else if (blank == masked.npos || masked.find("://") < blank) {
    refuse(draft.problems, draft.headline, fmt::format("'{}' has no method in front of its URL", text),
           fmt::format("http = \"GET {}\", or * for any method", text));
  } else if (const std::string_view method = std::string_view(text).substr(0, blank); check_method(draft, method)) {
    draft.set("method", method == "*" ? any_pattern() : compile_text_pattern(method, place_in(draft.headline, 0), draft.problems),
              draft.headline.at);
    const std::size_t start = std::min(masked.find_first_not_of(' ', blank), text.size());
    url = compile_url(draft.headline, start, kHttpSchemes, draft.problems);
  }
  if (url) {
    set_url(draft, *url);
    set_query(draft, *url);
    set_tls_fields(draft, url->scheme, kHttpSchemes[0], kHttpSchemes[1]);
  }
  set_headers(draft);
  draft.set_from("body", compile_body_pattern);
}

void load_websocket(EntryDraft& draft) {
  draft.entry.headline = *draft.headline.text();
  const auto url = compile_url(draft.headline, 0, kWebsocketSchemes, draft.problems);
  if (url) {
    set_url(draft, *url);
    set_query(draft, *url);
    set_tls_fields(draft, url->scheme, kWebsocketSchemes[0], kWebsocketSchemes[1]);
  }
  draft.set("headers", nullptr, draft.headline.at);  // a session's handshake is asserted beside its steps
  set_headers(draft);
  read_websocket_terms(draft);
}

}  // namespace bigfoot

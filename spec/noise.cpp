// spec/noise.cpp - Request headers that clients, proxies and tracers add by themselves: never asserted unless named.
// Source: spec-format.md, rule 5; RFC 9110 (connection fields), W3C Trace Context, OpenTelemetry and vendors' propagators;
// wire-notes.md (what real clients send).
#include "spec/spec.h"

namespace bigfoot {

const std::vector<std::string_view>& builtin_noise_headers() {
  static const std::vector<std::string_view> kHeaders = {
      // the connection and its framing: RFC 9110, 7.2, 7.6.1, 8.6, 10.1.1; RFC 9112, 6 and 9.6
      "host", "connection", "keep-alive", "proxy-connection", "content-length", "transfer-encoding", "te", "trailer",
      "expect", "upgrade", "http2-settings", "date",
      // what the client's library is and can read: RFC 9110, 10.1.5 and 12.5
      "user-agent", "accept", "accept-charset", "accept-encoding", "accept-language",
      // fetch and browsers: https://fetch.spec.whatwg.org/, https://www.w3.org/TR/fetch-metadata/
      "sec-fetch-*", "sec-ch-*", "cache-control", "pragma", "priority",
      // tracing: W3C Trace Context and Baggage, B3, Jaeger, Datadog, AWS X-Ray, Google, Sentry, New Relic
      "traceparent", "tracestate", "baggage", "b3", "x-b3-*", "uber-trace-id", "uberctx-*", "x-datadog-*", "x-amzn-trace-id",
      "x-cloud-trace-context", "grpc-trace-bin", "sentry-trace", "newrelic", "request-id", "correlation-context",
      // SDKs that number their attempts and name themselves
      "amz-sdk-*", "x-amz-user-agent", "x-goog-api-client", "x-stainless-*", "x-stripe-client-*", "x-ms-client-request-id",
      // proxies on the way: RFC 7239 and what came before
      "via", "forwarded", "x-forwarded-*", "x-real-ip",
      // HTTP/1.1 WebSocket handshake: RFC 6455, 4.1
      "sec-websocket-*",
  };
  return kHeaders;
}

}  // namespace bigfoot

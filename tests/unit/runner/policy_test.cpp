// The policy: where each destination goes under one spec.
#include "runner/policy.h"

#include <gtest/gtest.h>

#include "spec/loader.h"

namespace bigfoot {
namespace {

Spec load(std::string_view text) {
  Diagnostics problems;
  Spec spec = load_spec_text("spec.toml", std::string(text), problems);
  EXPECT_TRUE(problems.empty()) << (problems.empty() ? "" : to_text(problems.all().front()));
  return spec;
}

Destination tcp(std::string host, std::string address, unsigned port) {
  return {Transport::tcp, std::move(host), std::move(address), port, ""};
}
Destination unix_stream(std::string path) { return {Transport::unix_stream, "", "", 0, std::move(path)}; }

constexpr std::string_view kSpec = R"(version = 1
[guard]
allow = ["http://localhost:*", "unix:/run/dbus/*"]
deny  = ["http://*.prod.internal", "unix:/run/secret/*"]

[[expect]]
http = "GET http://api.example.com/a"
reply = { text = "a" }

[[expect]]
http = "GET http://db.prod.internal/"
reply = { text = "scripted entries win over rules" }

[[expect]]
socket = "unix:///run/agent.sock"
steps = [ { close = true } ]

[[expect]]
log = "system"
level = "INFO"
logger = "app"
message = "started"

[channels.system]
from = "syslog"
)";

struct Case {
  const char* name;
  Destination to;
  bool missing_path, connect_may_fail;
  Route route;
};

TEST(Policy, RoutesEachDestination) {
  const Spec spec = load(kSpec);
  const Case kCases[] = {
      {"an expected host", tcp("api.example.com", "198.18.0.1", 80), false, false, Route::redirect},
      {"an expected host whose connect an entry may fail", tcp("api.example.com", "198.18.0.1", 80), false, true, Route::ask},
      {"a host nobody expects is read before it is refused", tcp("other.example.com", "198.18.0.2", 80), false, false, Route::redirect},
      {"an allowed host", tcp("localhost", "127.0.0.1", 8080), false, false, Route::allowed},
      {"a denied host", tcp("api.prod.internal", "198.18.0.3", 80), false, false, Route::denied},
      {"an entry wins over deny", tcp("db.prod.internal", "198.18.0.4", 80), false, false, Route::redirect},
      {"DNS", {Transport::udp, "10.0.0.53", "10.0.0.53", 53, ""}, false, false, Route::redirect},
      {"DNS over TCP", tcp("10.0.0.53", "10.0.0.53", 53), false, false, Route::redirect},
      {"nscd must not answer in our place", unix_stream("/var/run/nscd/socket"), false, false, Route::no_such_path},
      {"nor where it is missing", unix_stream("/var/run/nscd/socket"), true, false, Route::no_such_path},
      {"a path that is not there answers for itself", unix_stream("/run/none.sock"), true, false, Route::let_through},
      {"but not where a rule denies it", unix_stream("/run/secret/a.sock"), true, false, Route::denied},
      {"an expected path needs no file", unix_stream("/run/agent.sock"), true, false, Route::redirect},
      {"a syslog that is a channel, where none runs", {Transport::unix_datagram, "", "", 0, "/dev/log"}, true, false, Route::redirect},
      {"an allowed path", unix_stream("/run/dbus/system_bus_socket"), false, false, Route::allowed},
      {"a path nobody expects", unix_stream("/run/other.sock"), false, false, Route::redirect},
  };
  for (const Case& c : kCases) EXPECT_EQ(route(c.to, c.missing_path, c.connect_may_fail, spec).route, c.route) << c.name;
}

TEST(Policy, TheGuardDecidesWhatNobodyNamed) {
  const Destination other = tcp("other.example.com", "198.18.0.2", 80);
  EXPECT_EQ(route(other, false, false, load("version = 1\n[guard]\ndefault = \"off\"\n")).route, Route::allowed);
  EXPECT_EQ(route(other, false, false, load("version = 1\n[guard]\ndefault = \"warn\"\n")).route, Route::warned);
  EXPECT_EQ(route(other, false, false, load("version = 1\n")).route, Route::redirect);
}

TEST(Policy, UnopenedTlsThatIsAllowedGoesThroughUs) {
  const Spec spec = load(R"(version = 1
[guard]
allow = ["https://pinned.example.com:8443", "tcp://pinned.example.com:5432", "https://open.example.com"]
tls   = { "pinned.example.com" = "opaque" }
)");
  EXPECT_EQ(route(tcp("pinned.example.com", "198.18.0.1", 8443), false, false, spec).route, Route::relay);
  EXPECT_EQ(route(tcp("pinned.example.com", "198.18.0.1", 5432), false, false, spec).route, Route::allowed);
  EXPECT_EQ(route(tcp("open.example.com", "198.18.0.2", 443), false, false, spec).route, Route::allowed);
  EXPECT_EQ(route(tcp("pinned.example.com", "198.18.0.1", 443), false, false, spec).route, Route::redirect);

  const Spec warn = load("version = 1\n[guard]\ndefault = \"warn\"\ntls = \"opaque\"\n");
  const Routed https = route(tcp("any.example.com", "198.18.0.3", 443), false, false, warn);
  EXPECT_EQ(https.route, Route::relay);
  EXPECT_TRUE(https.warned);
  EXPECT_EQ(route(tcp("any.example.com", "198.18.0.3", 80), false, false, warn).route, Route::warned);
}

}  // namespace
}  // namespace bigfoot

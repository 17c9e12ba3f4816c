// tests/unit/spec/guard_test.cpp - Where connections go, compared with entries and rules.
#include <gtest/gtest.h>

#include "tests/unit/spec/spec_text.h"

namespace bigfoot {
namespace {

Destination tcp(const char* host, const char* address, unsigned port) { return {Transport::tcp, host, address, port, ""}; }

TEST(Destination, IsShownAsAUrl) {
  EXPECT_EQ(tcp("api.example.com", "10.0.0.1", 80).url(), "tcp://api.example.com:80");
  EXPECT_EQ(tcp("", "10.0.0.1", 80).url(), "tcp://10.0.0.1:80");
  EXPECT_EQ(tcp("::1", "::1", 443).url(), "tcp://[::1]:443");
  EXPECT_EQ((Destination{Transport::udp, "h", "10.0.0.1", 53, ""}).url(), "udp://h:53");
  EXPECT_EQ((Destination{Transport::unix_stream, "", "", 0, "/run/agent.sock"}).url(), "unix:///run/agent.sock");
  EXPECT_EQ((Destination{Transport::unix_datagram, "", "", 0, "@name"}).url(), "unix://@name");
}

TEST(Endpoint, FitsNameOrAddress) {
  const Spec spec = spec_of(R"([[expect]]
http = "GET http://*.example.com:8080/"
body = ""
headers = "*"
[[expect]]
http = "GET http://localhost/"
body = ""
headers = "*"
[[expect]]
socket = "unix:///run/dbus/*"
steps = [ { send = "x" } ]
)");
  const EndpointPattern& glob = spec.entries.at(0).endpoint;
  EXPECT_TRUE(glob.fits(tcp("api.example.com", "10.0.0.1", 8080)));
  EXPECT_TRUE(glob.fits(tcp("API.example.com", "10.0.0.1", 8080)));
  EXPECT_FALSE(glob.fits(tcp("api.example.com", "10.0.0.1", 80)));
  EXPECT_FALSE(glob.fits({Transport::udp, "api.example.com", "10.0.0.1", 8080, ""}));
  EXPECT_FALSE(glob.fits(tcp("example.org", "10.0.0.1", 8080)));
  const EndpointPattern& localhost = spec.entries.at(1).endpoint;
  EXPECT_TRUE(localhost.fits(tcp("localhost", "127.0.0.1", 80)));
  EXPECT_TRUE(localhost.fits(tcp("127.0.0.1", "127.0.0.1", 80))) << "/etc/hosts is read without a lookup";
  EXPECT_TRUE(localhost.fits(tcp("::1", "::1", 80)));
  EXPECT_FALSE(localhost.fits(tcp("10.0.0.1", "10.0.0.1", 80)));
  const EndpointPattern& path = spec.entries.at(2).endpoint;
  EXPECT_TRUE(path.fits({Transport::unix_stream, "", "", 0, "/run/dbus/bus"}));
  EXPECT_TRUE(path.fits({Transport::unix_datagram, "", "", 0, "/run/dbus/bus"}));
  EXPECT_FALSE(path.fits({Transport::unix_stream, "", "", 0, "/run/other"}));
}

TEST(Guard, AllowsDeniesAndHasLevels) {
  const Spec spec = spec_of(R"([guard]
default = "warn"
allow   = ["http://localhost:*", "unix:/run/dbus/*"]
deny    = ["http://*.prod.internal"]
)");
  EXPECT_TRUE(spec.guard.allowing(tcp("localhost", "127.0.0.1", 1234)));
  EXPECT_FALSE(spec.guard.allowing(tcp("other", "10.0.0.1", 1234)));
  ASSERT_TRUE(spec.guard.allowing({Transport::unix_stream, "", "", 0, "/run/dbus/bus"}));
  EXPECT_EQ(spec.guard.allowing({Transport::unix_stream, "", "", 0, "/run/dbus/bus"})->text, "unix:/run/dbus/*");
  EXPECT_TRUE(spec.guard.denying(tcp("db.prod.internal", "10.0.0.1", 80)));
  EXPECT_FALSE(spec.guard.denying(tcp("prod.internal", "10.0.0.1", 80)));
  EXPECT_EQ(spec.guard.level("http"), GuardLevel::warn);
}

struct OpaqueCase {
  const char* name;
  const char* tls;
  Destination to;
  bool opaque;
};
const OpaqueCase kOpaque[] = {
    {"NothingIsSaid", "", tcp("a.test", "10.0.0.1", 443), false},
    {"AllHosts", "tls = \"opaque\"", tcp("a.test", "10.0.0.1", 443), true},
    {"TheDefaultAloud", "tls = \"terminate\"", tcp("a.test", "10.0.0.1", 443), false},
    {"Name", "tls = { \"a.test\" = \"opaque\" }", tcp("a.test", "10.0.0.1", 8443), true},
    {"NameInAnyCase", "tls = { \"A.Test\" = \"opaque\" }", tcp("a.TEST", "10.0.0.1", 443), true},
    {"OtherName", "tls = { \"a.test\" = \"opaque\" }", tcp("b.test", "10.0.0.1", 443), false},
    {"Address", "tls = { \"10.0.0.1\" = \"opaque\" }", tcp("a.test", "10.0.0.1", 443), true},
    {"Ipv6", "tls = { \"[::1]:443\" = \"opaque\" }", tcp("::1", "::1", 443), true},
    {"Port", "tls = { \"a.test:443\" = \"opaque\" }", tcp("a.test", "10.0.0.1", 443), true},
    {"OtherPort", "tls = { \"a.test:443\" = \"opaque\" }", tcp("a.test", "10.0.0.1", 8443), false},
    {"Glob", "tls = { \"*.apple.com:443\" = \"opaque\" }", tcp("push.apple.com", "10.0.0.1", 443), true},
    {"GlobNeedsALabel", "tls = { \"*.apple.com\" = \"opaque\" }", tcp("apple.com", "10.0.0.1", 443), false},
    {"AnyHostOfAPort", "tls = { \"*:8443\" = \"opaque\" }", tcp("a.test", "10.0.0.1", 8443), true},
    {"NameBeatsGlob", "tls = { \"*.a.test\" = \"opaque\", \"x.a.test\" = \"terminate\" }", tcp("x.a.test", "10.0.0.1", 443), false},
    {"NameBeatsGlobWithPort", "tls = { \"*.a.test:443\" = \"terminate\", \"x.a.test\" = \"opaque\" }", tcp("x.a.test", "10.0.0.1", 443), true},
    {"PortBeatsNone", "tls = { \"a.test\" = \"opaque\", \"a.test:8443\" = \"terminate\" }", tcp("a.test", "10.0.0.1", 8443), false},
    {"GlobBeatsAll", "tls = { \"*\" = \"opaque\", \"*.a.test\" = \"terminate\" }", tcp("x.a.test", "10.0.0.1", 443), false},
    {"AllButTheNamed", "tls = { \"*\" = \"opaque\", \"*.a.test\" = \"terminate\" }", tcp("b.test", "10.0.0.1", 443), true},
};

TEST(Guard, SaysWhoseTlsStaysClosed) {
  for (const OpaqueCase& row : kOpaque) {
    const Spec spec = spec_of("[guard]\n" + std::string(row.tls) + "\n");
    EXPECT_EQ(spec.guard.tls_opaque(row.to), row.opaque) << row.name;
    EXPECT_FALSE(spec.guard.levels.contains("tls")) << row.name;
  }
}

TEST(Guard, PutsTheMoreExactTlsRuleFirst) {
  Diagnostics problems;
  const Spec spec = load_spec_text("t.toml", "version = 1\n[guard]\ntls = { \"a.test\" = \"opaque\", \"*\" = \"terminate\" }\n", problems);
  EXPECT_EQ(all_text(problems), "");
  ASSERT_EQ(spec.guard.tls.size(), 2u);
  EXPECT_EQ(spec.guard.tls[0].host, "a.test");
  EXPECT_EQ(spec.guard.tls[0].at.line, 3u);
}

}  // namespace
}  // namespace bigfoot

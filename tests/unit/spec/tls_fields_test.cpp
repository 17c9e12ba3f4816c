// tests/unit/spec/tls_fields_test.cpp - What an https entry says of its connection, against calls that carry it or not.
#include <gtest/gtest.h>

#include "tests/unit/spec/spec_text.h"

namespace bigfoot {
namespace {

const std::string kHead = "[[expect]]\nhttp = \"GET https://api.example.com/a\"\nheaders = \"*\"\nbody = \"\"\n";

Fields tls_call(const std::string& tls, const std::string& client_cert) {
  Fields call = http_call("GET", "/a", "", {}, "", "api.example.com", 443);
  call["scheme"] = tls.empty() ? "http" : "https";
  if (!tls.empty()) call["tls"] = Value::parse(tls);
  if (!client_cert.empty()) call["client_cert"] = Value::parse(client_cert);
  return call;
}

constexpr const char* kTls = R"({"version": "TLSv1.3", "alpn": "http/1.1", "sni": "api.example.com"})";
constexpr const char* kBareTls = R"({"version": "TLSv1.2", "alpn": "", "sni": ""})";
constexpr const char* kCert = R"({"subject": "CN=svc,O=Example", "san": ["DNS:svc.internal", "URI:spiffe://example/svc"]})";

struct Case {
  const char* name;
  const char* lines;
  const char* tls;
  const char* client_cert;
  const char* differences;
  const char* suggestion;
};
const Case kCases[] = {
    {"NothingIsSaid", "", kTls, kCert, "", ""},
    {"Version", R"(tls = { version = "TLSv1.3" })", kTls, "", "", ""},
    {"AnotherVersion", R"(tls = { version = "TLSv1.3" })", kBareTls, "", "tls.version: expected \"TLSv1.3\" got \"TLSv1.2\"\n",
     R"(tls = { version = "TLSv1.2" })"},
    {"OneOfTwoVersions", R"(tls = { version = { any_of = ["TLSv1.2", "TLSv1.3"] } })", kBareTls, "", "", ""},
    {"All", R"(tls = { version = "TLSv1.3", alpn = "http/1.1", sni = "api.example.com" })", kTls, "", "", ""},
    {"NameInUpperCase", R"(tls = { sni = "API.example.com" })", kTls, "", "", ""},
    {"NameWithAWildcard", R"(tls = { sni = "*.example.com" })", kTls, "", "", ""},
    {"NoNameAndNoAlpn", R"(tls = { sni = "", alpn = "" })", kBareTls, "", "", ""},
    {"MissingAlpn", R"(tls = { version = "TLSv1.2", alpn = "http/1.1" })", kBareTls, "", "tls.alpn: expected \"http/1.1\" got \"\"\n",
     R"(tls = { version = "TLSv1.2", alpn = "" })"},
    {"Hole", R"(tls = { version = "{{/TLSv1\\.[23]/}}" })", kTls, "", "", ""},
    {"OthersSaidAloud", R"(tls = { version = "TLSv1.3", "*" = "*" })", kTls, "", "", ""},
    {"AnyTls", R"(tls = "*")", kBareTls, "", "", ""},
    {"AnyCertificate", R"(client_cert = "required")", kTls, kCert, "", ""},
    {"NoCertificate", R"(client_cert = "required")", kTls, "", "client_cert: expected \"required\" got (no key) (the client gave no certificate)\n",
     R"(client_cert = "*")"},
    {"NoCertificateOfThisName", R"(client_cert = { subject = "CN=svc" })", kTls, "",
     "client_cert: expected {\"subject\":\"CN=svc\"} got (no key) (the client gave no certificate)\n", R"(client_cert = "*")"},
    {"CertificateOrNot", R"(client_cert = "*")", kTls, "", "", ""},
    {"Subject", R"(client_cert = { subject = "CN=svc,O=Example" })", kTls, kCert, "", ""},
    {"SubjectContains", R"(client_cert = { subject = { contains = "CN=svc" } })", kTls, kCert, "", ""},
    {"AnotherSubject", R"(client_cert = { subject = "CN=job" })", kTls, kCert, "client_cert.subject: expected \"CN=job\" got \"CN=svc,O=Example\"\n",
     R"(client_cert = { subject = "CN=svc,O=Example" })"},
    {"Names", R"(client_cert = { san = ["DNS:svc.internal", "URI:spiffe://{{nonempty}}/svc"] })", kTls, kCert, "", ""},
    {"AnotherName", R"(client_cert = { san = ["DNS:job.internal", "*"] })", kTls, kCert,
     "client_cert.san[0]: expected \"DNS:job.internal\" got \"DNS:svc.internal\"\n", R"(client_cert = { san = ["DNS:svc.internal", "*"] })"},
    {"OneNameOfTwo", R"(client_cert = { san = "DNS:svc.internal" })", kTls, kCert,
     "client_cert.san[1]: expected (no key) got \"URI:spiffe://example/svc\"\n",
     R"(client_cert = { san = ["DNS:svc.internal", "URI:spiffe://example/svc"] })"},
    {"AnyNames", R"(client_cert = { san = "*" })", kTls, kCert, "", ""},
};

TEST(TlsFields, FitOrSayWhereTheyDiffer) {
  for (const Case& row : kCases) {
    SCOPED_TRACE(row.name);
    const Spec spec = spec_of(kHead + row.lines + "\n");
    ASSERT_EQ(spec.entries.size(), 1u);
    const Fields call = tls_call(row.tls, row.client_cert);
    Ledger ledger(spec, quiet_world());
    const Outcome out = ledger.offer(protocol("http"), call, 1);
    EXPECT_FALSE(out.refuse);
    EXPECT_EQ(out.findings.empty() ? "" : differences_text(out.findings[0].differences), row.differences);
    EXPECT_EQ(out.findings.empty() ? "" : out.findings[0].suggestion, row.suggestion);
    if (out.findings.empty()) continue;
    EXPECT_EQ(out.findings[0].message, "GET https://api.example.com/a: 1 field differs");
    const Spec accepted = spec_of(kHead + row.suggestion + "\n");
    Ledger again(accepted, quiet_world());
    EXPECT_TRUE(again.offer(protocol("http"), call, 1).findings.empty());
  }
}

TEST(TlsFields, AreNamedToTheClientWhereTheyAreRefused) {
  const Spec spec = spec_of(kHead + "client_cert = \"required\"\non_mismatch = \"refuse\"\n");
  Ledger ledger(spec, quiet_world());
  EXPECT_EQ(ledger.offer(protocol("http"), tls_call(kTls, ""), 1).refusal,
            "mismatch: GET https://api.example.com/a: 1 field differs\nexpected by t.toml:2 GET https://api.example.com/a\n"
            "  client_cert  expected \"required\"  got (none)  (the client gave no certificate)\n");
}

TEST(TlsFields, CountOnlyWhereTheyAreMentioned) {
  const auto equal = [](const std::string& lines) {
    const Spec spec = spec_of("[[expect]]\nhttp = \"GET https://api.example.com/a\"\nbody = \"other\"\n" + lines);
    Ledger ledger(spec, quiet_world());
    return ledger.offer(protocol("http"), tls_call(kTls, kCert), 1).findings.at(0).fields_equal;
  };
  const std::size_t without = equal("");
  EXPECT_EQ(equal("tls = { version = \"TLSv1.3\", alpn = \"http/1.1\" }\n"), without + 2);
  EXPECT_EQ(equal("client_cert = \"required\"\n"), without + 1);
}

TEST(TlsFields, OfAnyUrlWantTls) {
  const Spec spec = spec_of("[[expect]]\nhttp = \"GET *\"\nheaders = \"*\"\nbody = \"\"\ntls = { version = \"TLSv1.3\" }\n");
  Ledger ledger(spec, quiet_world());
  const Outcome out = ledger.offer(protocol("http"), tls_call("", ""), 1);
  ASSERT_EQ(out.findings.size(), 1u);
  EXPECT_EQ(differences_text(out.findings[0].differences), "tls: expected {\"version\":\"TLSv1.3\"} got (no key) (the connection has no TLS)\n");
}

TEST(TlsFields, ServeAsDefaultsOfHttpsEntries) {
  const Spec spec = spec_of(
      "[defaults.http]\nheaders = \"*\"\nbody = \"\"\ntls = { version = \"TLSv1.3\" }\nclient_cert = \"required\"\n"
      "[[expect]]\nhttp = \"GET https://a.test/\"\n[[expect]]\nhttp = \"GET http://a.test/\"\n[[expect]]\nhttp = \"GET https://a.test/\"\ntls = \"*\"\n");
  ASSERT_EQ(spec.entries.size(), 3u);
  EXPECT_TRUE(spec.entries[0].wants_client_cert);
  EXPECT_EQ(spec.entries[0].asserted.size(), 5u);
  EXPECT_FALSE(spec.entries[1].wants_client_cert);
  EXPECT_EQ(spec.entries[1].asserted.size(), 3u);
  EXPECT_TRUE(spec.entries[2].asserted.at(3).pattern->is_any());
}

TEST(TlsFields, AskForACertificateWhereTheyNameOne) {
  for (const auto& [lines, wants] : std::initializer_list<std::pair<const char*, bool>>{
           {"", false}, {"tls = \"*\"\n", false}, {"client_cert = \"*\"\n", true}, {"client_cert = { subject = \"CN=a\" }\n", true}})
    EXPECT_EQ(spec_of(kHead + lines).entries.at(0).wants_client_cert, wants) << lines;
}

TEST(TlsFields, AreNotSuggested) {
  const Spec empty;
  Ledger ledger(empty, quiet_world());
  EXPECT_EQ(ledger.offer(protocol("http"), tls_call(kTls, kCert), 1).findings.at(0).suggestion,
            "[[expect]]\nhttp  = \"GET https://api.example.com/a\"\nbody  = \"\"\nreply = { status = 200, json = { } }");
}

}  // namespace
}  // namespace bigfoot

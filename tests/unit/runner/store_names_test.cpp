// tests/unit/runner/store_names_test.cpp - Which paths are certificate stores: by name, by environment, by command line.
#include "runner/trust/store_names.h"

#include <gmock/gmock.h>

#include "runner/trust/named_stores.h"

namespace bigfoot {
namespace {

enum class Known { no, asked, yes };  // asked: worth a second look, no store by its name

TEST(StoreNames, AreTheseAndNoOthers) {
  const struct {
    const char* path;
    Known known;
    Missing missing = Missing::stays;
  } kCases[] = {
      {"/etc/ssl/certs/ca-certificates.crt", Known::yes, Missing::ca_without_bundle},
      {"/etc/pki/tls/certs/ca-bundle.crt", Known::yes, Missing::ca_without_bundle},
      {"/etc/ssl/ca-bundle.pem", Known::yes, Missing::ca_without_bundle},
      {"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", Known::yes, Missing::ca_without_bundle},
      {"/etc/pki/ca-trust/extracted/openssl/ca-bundle.trust.crt", Known::yes},
      {"/usr/lib/ssl/cert.pem", Known::yes, Missing::bundle},
      {"/etc/ssl/cert.pem", Known::yes, Missing::bundle},
      {"/srv/app/ssl/cert.pem", Known::asked},
      {"/srv/app/server.crt", Known::asked},
      {"/srv/app/ca.pem", Known::asked},
      {"/usr/lib/python3/dist-packages/certifi/cacert.pem", Known::yes},
      {"/usr/lib/python3/dist-packages/pip/_vendor/certifi/cacert.pem", Known::yes},
      {"/app/vendor/composer/ca-bundle/res/cacert.pem", Known::yes},
      {"/opt/curl-ca-bundle.crt", Known::yes},
      {"/srv/chroot/etc/ssl/certs/ca-certificates.crt", Known::yes},
      {"/var/run/secrets/kubernetes.io/serviceaccount/ca.crt", Known::yes},
      {"/home/u/.postgresql/root.crt", Known::yes},
      {"/usr/share/pki/ca-trust-source/ca-bundle.trust.p11-kit", Known::yes},
      {"/opt/jdk-21/lib/security/cacerts", Known::yes, Missing::java},
      {"/opt/jdk8/jre/lib/security/jssecacerts", Known::yes},
      {"/etc/ssl/certs/java/cacerts", Known::yes},
      {"/srv/app/client-truststore.jks", Known::yes},
      {"/srv/app/kafka.truststore", Known::yes},
      {"/srv/app/identity.jks", Known::asked},
      {"/srv/app/identity.p12", Known::asked},
      {"/run/bigfoot-run/ca.pem", Known::yes, Missing::ca},
      {"/tmp/tmp.x7Gh21", Known::asked},
      {"/tmp/folder/tmp.x7Gh21", Known::no},
      {"/run/secrets/internal_ca", Known::asked},
      {"/etc/ssl/certs/a1b2c3d4.0", Known::asked},
      {"/etc/ssl/certs/a1b2c3d4.r0", Known::no},
      {"/usr/lib/libabcdefab.0", Known::no},
      {"/tmp/build/a.o", Known::no},
      {"/usr/lib/python3.11/ssl.py", Known::no},
      {"/usr/lib/python3/dist-packages/truststore/api.py", Known::no},
      {"/lib/x86_64-linux-gnu/libssl.so.3", Known::no},
      {"/etc/ssl/openssl.cnf", Known::no},
      {"/", Known::no},
      {"", Known::no},
  };
  for (const auto& c : kCases) {
    ASSERT_EQ(may_be_store(c.path), c.known != Known::no) << c.path;
    if (c.known == Known::no) continue;
    const StoreName* row = store_name(c.path);
    ASSERT_EQ(row != nullptr, c.known == Known::yes) << c.path;
    EXPECT_EQ(row == nullptr ? Missing::stays : row->missing, c.missing) << c.path;
  }
}

TEST(StoreNames, MayBeRelative) {
  for (const char* path : {"cacert.pem", "../certs/ca-bundle.crt", "a1b2c3d4.0", "lib/security/cacerts"})
    EXPECT_TRUE(may_be_store(path)) << path;
}

TEST(StoreNames, EachPlaceIsWorthALook) {
  for (const StoreName& place : bundle_places()) {
    EXPECT_TRUE(may_be_store(place.pattern)) << place.pattern;
    EXPECT_EQ(store_name(place.pattern), &place) << place.pattern;
  }
}

TEST(StoreNames, OnlyTheFirstOfAHash) {
  const struct {
    const char* path;
    bool hashed;
  } kCases[] = {
      {"/etc/ssl/certs/a1b2c3d4.0", true},   {"a1b2c3d4.0", true},
      {"/etc/ssl/certs/a1b2c3d4.1", false},  {"/etc/ssl/certs/a1b2c3d5.0", false},
      {"/etc/ssl/certs/xa1b2c3d4.0", false}, {".0", false},
  };
  for (const auto& c : kCases) EXPECT_EQ(is_hashed_name(c.path, "a1b2c3d4"), c.hashed) << c.path;
}

TEST(NamedStores, AreWhatVariablesName) {
  using namespace std::string_view_literals;
  NamedStores named;
  named.read_environment(
      "PATH=/usr/bin\0SSL_CERT_FILE=/x//y/./roots\0SSL_CERT_DIR=/d/one:/d/two/:\0REQUESTS_CA_BUNDLE=ca/mine.pem\0"
      "CURL_CA_BUNDLE=\0GIT_SSL_CAINFO=/dev/fd/63\0XSSL_CERT_FILE=/not/this\0no equals\0NODE_EXTRA_CA_CERTS=/n"sv);
  const struct {
    const char* path;
    bool named;
    Missing missing = Missing::stays;
  } kCases[] = {
      {"/x/y/roots", true, Missing::ca},
      {"/x/y/./roots", true, Missing::ca},
      {"/n", true, Missing::ca},
      {"/d/one/a1b2c3d4.0", true},
      {"/d/two/any.crt", true},
      {"/d/two/below/any.crt", false},
      {"/d/two", false},
      {"/srv/ca/mine.pem", true},
      {"/srv/alpaca/mine.pem", false},
      {"/dev/fd/63", false},
      {"/not/this", false},
      {"/", false},
  };
  for (const auto& c : kCases) {
    const NamedStores::Name* name = named.find(c.path);
    ASSERT_EQ(name != nullptr, c.named) << c.path;
    EXPECT_EQ(name == nullptr ? Missing::stays : name->missing, c.missing) << c.path;
  }
  EXPECT_TRUE(named.any_folder());
}

TEST(NamedStores, AreWhatAProgramMayWrite) {
  NamedStores named;
  named.read_variable("SSL_CERT_FILE", "./x//roots");
  named.read_variable("SSL_CERT_DIR", "/d/one/");
  for (const char* path : {"./x//roots", "/d/one/abc"}) EXPECT_TRUE(named.may_mean(path)) << path;
  for (const char* path : {"roots", "/d/one", "/d/onerous/abc", ""}) EXPECT_FALSE(named.may_mean(path)) << path;
}

TEST(NamedStores, StartInTheWorkingDirectory) {
  NamedStores named("/home/u/.");
  named.read_variable("PIP_CERT", "../ca/mine.pem");
  EXPECT_TRUE(named.find("/home/ca/mine.pem"));
  EXPECT_TRUE(named.find("/home/u/../ca/mine.pem"));
  EXPECT_FALSE(named.find("/ca/mine.pem"));
}

TEST(NamedStores, AreWhatOptionsName) {
  const struct {
    std::vector<std::string> arguments;
    const char* path;
    bool named;
  } kCases[] = {
      {{"curl", "--cacert", "/x", "https://a.example"}, "/x", true},
      {{"curl", "--cacert=/x"}, "/x", true},
      {{"curl", "--cacert"}, "/x", false},
      {{"curl", "--cert", "/x"}, "/x", false},
      {{"wget", "--ca-directory=/d"}, "/d/some.pem", true},
      {{"wget", "--ca-directory=/d"}, "/d", false},
      {{"openssl", "s_client", "-CAfile", "/x"}, "/x", true},
      {{"php", "-d", "openssl.cafile=/x", "a.php"}, "/x", true},
      {{"java", "-Djavax.net.ssl.trustStore=/x", "Main"}, "/x", true},
      {{"java", "-Djavax.net.ssl.keyStore=/x", "Main"}, "/x", false},
      {{"cat", "/x"}, "/x", false},
  };
  for (const auto& c : kCases) {
    NamedStores named;
    named.read_arguments(c.arguments);
    EXPECT_EQ(named.find(c.path) != nullptr, c.named) << testing::PrintToString(c.arguments);
  }
}

TEST(NamedStores, AreWhatAJvmIsTold) {
  const struct {
    const char* options;
    const char* path;
    std::vector<std::string> passwords;
  } kCases[] = {
      {"-Xmx1g -Djavax.net.ssl.trustStore=/x -Djavax.net.ssl.trustStorePassword=secret", "/x", {"secret"}},
      {"\"-Djavax.net.ssl.trustStore=/with space/x\"", "/with space/x", {}},
      {"-Djavax.net.ssl.trustStorePassword='a b'\t-Djavax.net.ssl.trustStore=/x", "/x", {"a b"}},
      {"-Djavax.net.ssl.trustStore='/x", "/x", {}},
  };
  for (const auto& c : kCases) {
    NamedStores named;
    named.read_variable("JAVA_TOOL_OPTIONS", c.options);
    const NamedStores::Name* name = named.find(c.path);
    ASSERT_TRUE(name) << c.options;
    EXPECT_TRUE(name->java) << c.options;
    EXPECT_EQ(named.passwords(), c.passwords) << c.options;
  }
}

}  // namespace
}  // namespace bigfoot

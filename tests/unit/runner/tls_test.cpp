// tests/unit/runner/tls_test.cpp - The run's CA and the server's side of TLS against OpenSSL's own client, in memory.
#include <gmock/gmock.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <set>
#include <string>

#include "runner/tls/run_tls.h"

namespace bigfoot {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Progress = TlsSession::Progress;

std::string extension_text(X509* certificate, int nid) {
  const int at = X509_get_ext_by_NID(certificate, nid, -1);
  if (at < 0) return "";
  BIO* memory = BIO_new(BIO_s_mem());
  X509V3_EXT_print(memory, X509_get_ext(certificate, at), 0, 0);
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory, &text);
  std::string out(text, static_cast<std::size_t>(size));
  BIO_free_all(memory);
  return out;
}

TEST(Authority, LeafIsGoodForItsNames) {
  struct Case {
    std::vector<std::string> names;
    const char* alternatives;
  };
  const Case kCases[] = {
      {{"api.stripe.com"}, "DNS:api.stripe.com"},
      {{"API.Stripe.com."}, "DNS:api.stripe.com"},
      {{"*.example.com"}, "DNS:*.example.com"},
      {{"10.0.0.5"}, "IP Address:10.0.0.5"},
      {{"::1"}, "IP Address:0:0:0:0:0:0:0:1"},
      {{"localhost", "127.0.0.1"}, "DNS:localhost, IP Address:127.0.0.1"},
      {{std::string(63, 'a') + "." + std::string(63, 'b') + ".com"},
       "DNS:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.com"},
      {{"a,DNS:evil.example"}, "DNS:invalid"},
      {{""}, "DNS:invalid"},
  };
  CertificateAuthority authority;
  for (const Case& row : kCases) {
    X509* const leaf = authority.leaf(row.names, LeafKey::ecdsa).certificate;
    EXPECT_EQ(extension_text(leaf, NID_subject_alt_name), row.alternatives);
    EXPECT_EQ(extension_text(leaf, NID_ext_key_usage), "TLS Web Server Authentication");
    EXPECT_EQ(extension_text(leaf, NID_basic_constraints), "CA:FALSE");
  }
}

TEST(Authority, ValidSinceADay) {
  CertificateAuthority authority;
  X509* const leaf = authority.leaf({"a.example"}, LeafKey::ecdsa).certificate;
  int days = 0, seconds = 0;
  ASSERT_EQ(ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(leaf), nullptr), 1);
  EXPECT_EQ(days, 1);
  ASSERT_EQ(ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(leaf), X509_get0_notAfter(leaf)), 1);
  EXPECT_LT(days, 398);
}

TEST(Authority, MintsOnceForEachNameAndKey) {
  CertificateAuthority authority;
  X509* const first = authority.leaf({"a.example"}, LeafKey::ecdsa).certificate;
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(authority.leaf({"A.example"}, LeafKey::ecdsa).certificate, first);
  EXPECT_EQ(authority.minted(), 1u);
  const Identified rsa = authority.leaf({"a.example"}, LeafKey::rsa);
  EXPECT_EQ(EVP_PKEY_get_base_id(rsa.key), EVP_PKEY_RSA);
  EXPECT_EQ(authority.minted(), 2u);
}

TEST(Authority, SerialsNeverRepeat) {
  CertificateAuthority authority, another;
  std::set<std::string> serials;
  const auto add = [&](X509* certificate) {
    const ASN1_INTEGER* serial = X509_get0_serialNumber(certificate);
    serials.emplace(reinterpret_cast<const char*>(ASN1_STRING_get0_data(serial)), ASN1_STRING_length(serial));
  };
  for (int i = 0; i < 100; ++i) add(authority.leaf({"host" + std::to_string(i)}, LeafKey::ecdsa).certificate);
  add(another.leaf({"host1"}, LeafKey::ecdsa).certificate);
  EXPECT_EQ(serials.size(), 101u);
}

TEST(Authority, PemIsOneBlockWithoutAKey) {
  const CertificateAuthority authority;
  EXPECT_TRUE(authority.pem().starts_with("-----BEGIN CERTIFICATE-----\n"));
  EXPECT_TRUE(authority.pem().ends_with("-----END CERTIFICATE-----\n"));
  EXPECT_EQ(authority.pem().find("KEY"), std::string::npos);
  EXPECT_EQ(authority.subject_hash().size(), 8u);
  EXPECT_EQ(authority.key_pin().size(), 44u);
}

TEST(Authority, SubjectHashIsWhatOpensslLooksFor) {
  const CertificateAuthority authority;
  const unsigned char* der = reinterpret_cast<const unsigned char*>(authority.der().data());
  X509* certificate = d2i_X509(nullptr, &der, static_cast<long>(authority.der().size()));
  char hash[9];
  BIO_snprintf(hash, sizeof hash, "%08lx", X509_subject_name_hash(certificate));
  EXPECT_EQ(authority.subject_hash(), hash);
  X509_free(certificate);
}

/// OpenSSL's client over memory.
class Client {
 public:
  explicit Client(const CertificateAuthority* trusted) : context_(SSL_CTX_new(TLS_client_method())), ssl_(nullptr) {
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
    if (trusted == nullptr) return;
    BIO* memory = BIO_new_mem_buf(trusted->pem().data(), static_cast<int>(trusted->pem().size()));
    X509* certificate = PEM_read_bio_X509(memory, nullptr, nullptr, nullptr);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context_), certificate);
    X509_free(certificate);
    BIO_free_all(memory);
  }
  ~Client() {
    SSL_free(ssl_);
    SSL_SESSION_free(ticket_);
    SSL_CTX_free(context_);
  }
  SSL_CTX* context() { return context_; }
  SSL* ssl() { return ssl_; }
  /// A new connection that asks for `name`.
  void begin(const char* name) {
    if (ssl_ != nullptr) {
      SSL_SESSION_free(ticket_);
      ticket_ = SSL_get1_session(ssl_);
      SSL_free(ssl_);
    }
    ssl_ = SSL_new(context_);
    in_ = BIO_new(BIO_s_mem());
    out_ = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl_, in_, out_);
    SSL_set_connect_state(ssl_);
    if (ticket_ != nullptr) SSL_set_session(ssl_, ticket_);
    SSL_set_tlsext_host_name(ssl_, name);
    SSL_set1_host(ssl_, name);
  }
  std::string take() {
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(out_, &bytes);
    std::string out(bytes, static_cast<std::size_t>(size));
    BIO_reset(out_);
    return out;
  }
  void give(std::string_view bytes) { BIO_write(in_, bytes.data(), static_cast<int>(bytes.size())); }

 private:
  SSL_CTX* context_;
  SSL* ssl_;
  BIO *in_ = nullptr, *out_ = nullptr;
  SSL_SESSION* ticket_ = nullptr;
};

/// Lets the two talk until neither has more to say. `piece`: how many bytes reach the server at a time.
Progress talk(Client& client, TlsSession& server, std::size_t piece = 1 << 20) {
  Progress progress = Progress::want_input;
  for (int round = 0; round < 20; ++round) {
    SSL_do_handshake(client.ssl());
    ERR_clear_error();
    const std::string sent = client.take();
    for (std::size_t at = 0; at < sent.size(); at += piece) {
      server.receive(std::string_view(sent).substr(at, piece));
      if (progress == Progress::want_input) progress = server.handshake();
    }
    client.give(server.output());
    server.clear_output();
    if (sent.empty()) break;
  }
  return progress;
}

struct Tls : testing::Test {
  CertificateAuthority authority;
  TlsServer server{authority};
  Client client{&authority};
  TlsTerms terms{{"api.example.com", "10.1.2.3"}, {"http/1.1", "http/1.0"}};
};

TEST_F(Tls, HandshakeAndBytes) {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1} << 20}) {
    Client fresh(&authority);
    fresh.begin("api.example.com");
    const auto session = server.accept(terms);
    ASSERT_EQ(talk(fresh, *session, piece), Progress::done);
    const TlsFacts facts = session->facts();
    EXPECT_EQ(facts.version, "TLSv1.3");
    EXPECT_EQ(facts.sni, "api.example.com");
    EXPECT_EQ(facts.alpn, "");
    EXPECT_FALSE(facts.resumed);
    EXPECT_FALSE(facts.client);

    SSL_write(fresh.ssl(), "hello", 5);
    session->receive(fresh.take());
    char buffer[64];
    std::size_t count = 0;
    ASSERT_EQ(session->read(buffer, sizeof buffer, count), Progress::done);
    EXPECT_EQ(std::string(buffer, count), "hello");
    EXPECT_EQ(session->read(buffer, sizeof buffer, count), Progress::want_input);
    ASSERT_TRUE(session->write("world"));
    fresh.give(session->output());
    session->clear_output();
    EXPECT_EQ(SSL_read(fresh.ssl(), buffer, sizeof buffer), 5);
    SSL_shutdown(fresh.ssl());
    session->receive(fresh.take());
    EXPECT_EQ(session->read(buffer, sizeof buffer, count), Progress::ended);
  }
}

TEST_F(Tls, LeafFollowsTheNameAskedForElseTheDestination) {
  client.begin("other.example.org");
  auto session = server.accept(terms);
  ASSERT_EQ(talk(client, *session), Progress::done);
  EXPECT_EQ(extension_text(SSL_get0_peer_certificate(client.ssl()), NID_subject_alt_name), "DNS:other.example.org");

  Client nameless(&authority);
  nameless.begin("10.1.2.3");
  SSL_set_tlsext_host_name(nameless.ssl(), nullptr);
  X509_VERIFY_PARAM_set1_host(SSL_get0_param(nameless.ssl()), nullptr, 0);
  X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(nameless.ssl()), "10.1.2.3");
  session = server.accept(terms);
  ASSERT_EQ(talk(nameless, *session), Progress::done);
  EXPECT_EQ(session->facts().sni, "");
  EXPECT_EQ(extension_text(SSL_get0_peer_certificate(nameless.ssl()), NID_subject_alt_name), "DNS:api.example.com, IP Address:10.1.2.3");
}

TEST_F(Tls, Version12AndAlpn) {
  SSL_CTX_set_max_proto_version(client.context(), TLS1_2_VERSION);
  const unsigned char kOffer[] = "\x02h2\x08http/1.1";
  SSL_CTX_set_alpn_protos(client.context(), kOffer, sizeof kOffer - 1);
  client.begin("api.example.com");
  const auto session = server.accept(terms);
  ASSERT_EQ(talk(client, *session), Progress::done);
  EXPECT_EQ(session->facts().version, "TLSv1.2");
  EXPECT_EQ(session->facts().alpn, "http/1.1");
  EXPECT_THAT(session->facts().offered, ElementsAre("h2", "http/1.1"));
}

TEST_F(Tls, OnlyHttp2IsRefusedByItsAlert) {
  const unsigned char kOffer[] = "\x02h2";
  SSL_CTX_set_alpn_protos(client.context(), kOffer, sizeof kOffer - 1);
  client.begin("api.example.com");
  const auto session = server.accept(terms);
  EXPECT_EQ(talk(client, *session), Progress::failed);
  EXPECT_THAT(session->facts().offered, ElementsAre("h2"));
  EXPECT_FALSE(session->alert());
}

TEST_F(Tls, OldVersionsAreRefused) {
  SSL_CTX_set_security_level(client.context(), 0);
  SSL_CTX_set_min_proto_version(client.context(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(client.context(), TLS1_1_VERSION);
  client.begin("api.example.com");
  const auto session = server.accept(terms);
  EXPECT_EQ(talk(client, *session), Progress::failed);
  EXPECT_EQ(session->error(), "unsupported protocol (SSL routines)");
}

TEST_F(Tls, RsaForClientsWithoutEcdsa) {
  struct Case {
    const char* name;
    void (*restrict)(SSL_CTX*);
  };
  const Case kCases[] = {
      {"TLS 1.2 cipher suites",
       [](SSL_CTX* context) {
         SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
         SSL_CTX_set_cipher_list(context, "ECDHE-RSA-AES128-GCM-SHA256");
       }},
      {"TLS 1.3 signature algorithms", [](SSL_CTX* context) { SSL_CTX_set1_sigalgs_list(context, "RSA-PSS+SHA256"); }},
  };
  for (const Case& row : kCases) {
    Client rsa_only(&authority);
    row.restrict(rsa_only.context());
    rsa_only.begin("api.example.com");
    const auto session = server.accept(terms);
    ASSERT_EQ(talk(rsa_only, *session), Progress::done) << row.name;
    EXPECT_EQ(EVP_PKEY_get_base_id(X509_get0_pubkey(SSL_get0_peer_certificate(rsa_only.ssl()))), EVP_PKEY_RSA) << row.name;
  }
}

TEST_F(Tls, SessionsAreResumed) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    Client twice(&authority);
    SSL_CTX_set_max_proto_version(twice.context(), version);
    twice.begin("api.example.com");
    const auto first = server.accept(terms);
    ASSERT_EQ(talk(twice, *first), Progress::done);
    char byte = 0;
    SSL_read(twice.ssl(), &byte, 1);  // TLS 1.3: the ticket comes behind the handshake
    SSL_set_shutdown(twice.ssl(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    twice.begin("api.example.com");
    const auto second = server.accept(terms);
    ASSERT_EQ(talk(twice, *second), Progress::done);
    EXPECT_TRUE(second->facts().resumed);
    EXPECT_EQ(second->facts().sni, "api.example.com");
  }
  EXPECT_EQ(authority.minted(), 1u);
}

TEST_F(Tls, DistrustIsAnAlert) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    Client stranger(nullptr);
    SSL_CTX_set_max_proto_version(stranger.context(), version);
    stranger.begin("api.example.com");
    const auto session = server.accept(terms);
    EXPECT_EQ(talk(stranger, *session), Progress::failed);
    ASSERT_TRUE(session->alert());
    EXPECT_EQ(session->alert()->code, 48);
    EXPECT_EQ(session->alert()->name, "unknown_ca");
    EXPECT_TRUE(session->alert()->is_distrust());
  }
}

TEST_F(Tls, ClientCertificateIsAskedForOnlyOnTerms) {
  KeyPtr key(EVP_EC_gen("P-256"));
  CertificatePtr certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 60);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* const name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>("Example"), -1, -1, 0);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>("svc"), -1, -1, 0);
  X509_EXTENSION* const names = X509V3_EXT_conf_nid(
      nullptr, nullptr, NID_subject_alt_name, "DNS:svc.internal,URI:spiffe://x/svc,IP:10.0.0.1,IP:::1,email:a@b.example");
  X509_add_ext(certificate.get(), names, -1);
  X509_EXTENSION_free(names);
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  SSL_CTX_use_certificate(client.context(), certificate.get());
  SSL_CTX_use_PrivateKey(client.context(), key.get());

  client.begin("api.example.com");
  auto session = server.accept(terms);
  ASSERT_EQ(talk(client, *session), Progress::done);
  EXPECT_FALSE(session->facts().client);

  terms.ask_for_certificate = true;
  client.begin("other.example.com");
  session = server.accept(terms);
  ASSERT_EQ(talk(client, *session), Progress::done);
  const TlsFacts facts = session->facts();
  ASSERT_TRUE(facts.client);
  EXPECT_EQ(facts.client->subject, "CN=svc,O=Example");
  EXPECT_THAT(facts.client->san, ElementsAre("DNS:svc.internal", "URI:spiffe://x/svc", "IP:10.0.0.1", "IP:::1", "email:a@b.example"));

  Client without(&authority);
  without.begin("api.example.com");
  session = server.accept(terms);
  ASSERT_EQ(talk(without, *session), Progress::done);
  EXPECT_FALSE(session->facts().client);
}

TEST_F(Tls, GarbageFails) {
  const auto session = server.accept(terms);
  session->receive("GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(session->handshake(), Progress::failed);
  EXPECT_THAT(session->error(), HasSubstr("SSL routines"));
}

}  // namespace
}  // namespace bigfoot

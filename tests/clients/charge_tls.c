// tests/clients/charge_tls.c - One POST of a charge over GnuTLS or mbedTLS: charge_gnutls HOST [STORE] prints "STATUS BODY". STORE is a
// bundle or, with a slash at its end, a folder; without one GnuTLS takes its own default and mbedTLS, which has none, Debian's bundle.
#ifdef WITH_MBEDTLS
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>
#else
#include <gnutls/gnutls.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char kCharge[] = "{\"amount\":5000,\"currency\":\"usd\"}";

static int is_folder(const char* store) { return store[strlen(store) - 1] == '/'; }

#ifdef WITH_MBEDTLS
static mbedtls_ssl_context tls;

static void must(int status, const char* what) {
  if (status >= 0) return;
  char reason[200];
  mbedtls_strerror(status, reason, sizeof reason);
  fprintf(stderr, "%s: %s\n", what, reason);
  exit(1);
}

static void open_tls(const char* host, const char* store) {
  static mbedtls_net_context net;
  static mbedtls_ssl_config config;
  static mbedtls_x509_crt trusted;
  static mbedtls_entropy_context entropy;
  static mbedtls_ctr_drbg_context random;
  mbedtls_net_init(&net);
  mbedtls_ssl_init(&tls);
  mbedtls_ssl_config_init(&config);
  mbedtls_x509_crt_init(&trusted);
  mbedtls_entropy_init(&entropy);
  mbedtls_ctr_drbg_init(&random);
  must(mbedtls_ctr_drbg_seed(&random, mbedtls_entropy_func, &entropy, NULL, 0), "seed");
  if (!store) store = "/etc/ssl/certs/ca-certificates.crt";
  // Above 0: so many could not be parsed.
  must(is_folder(store) ? mbedtls_x509_crt_parse_path(&trusted, store) : mbedtls_x509_crt_parse_file(&trusted, store), store);
  must(mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT), "defaults");
  mbedtls_ssl_conf_ca_chain(&config, &trusted, NULL);
  mbedtls_ssl_conf_rng(&config, mbedtls_ctr_drbg_random, &random);
  must(mbedtls_ssl_setup(&tls, &config), "setup");
  must(mbedtls_ssl_set_hostname(&tls, host), "hostname");
  must(mbedtls_net_connect(&net, host, "443", MBEDTLS_NET_PROTO_TCP), "connect");
  mbedtls_ssl_set_bio(&tls, &net, mbedtls_net_send, mbedtls_net_recv, NULL);
  must(mbedtls_ssl_handshake(&tls), "handshake");
}

static void send_all(const char* data, size_t size) { must(mbedtls_ssl_write(&tls, (const unsigned char*)data, size), "write"); }
static long receive(char* data, size_t size) { return mbedtls_ssl_read(&tls, (unsigned char*)data, size); }
#else
static gnutls_session_t tls;

static void must(int status, const char* what) {
  if (status >= 0) return;
  fprintf(stderr, "%s: %s\n", what, gnutls_strerror(status));
  exit(1);
}

static int connect_to(const char* host) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
  if (getaddrinfo(host, "443", &hints, &found) != 0) return -1;
  int fd = socket(found->ai_family, found->ai_socktype, found->ai_protocol);
  int failed = connect(fd, found->ai_addr, found->ai_addrlen);
  freeaddrinfo(found);
  return failed ? -1 : fd;
}

static void open_tls(const char* host, const char* store) {
  gnutls_certificate_credentials_t trusted;
  must(gnutls_certificate_allocate_credentials(&trusted), "credentials");
  must(!store           ? gnutls_certificate_set_x509_system_trust(trusted)
       : is_folder(store) ? gnutls_certificate_set_x509_trust_dir(trusted, store, GNUTLS_X509_FMT_PEM)
                          : gnutls_certificate_set_x509_trust_file(trusted, store, GNUTLS_X509_FMT_PEM), "store");
  must(gnutls_init(&tls, GNUTLS_CLIENT), "init");
  must(gnutls_set_default_priority(tls), "priority");
  must(gnutls_server_name_set(tls, GNUTLS_NAME_DNS, host, strlen(host)), "name");
  must(gnutls_credentials_set(tls, GNUTLS_CRD_CERTIFICATE, trusted), "set");
  gnutls_session_set_verify_cert(tls, host, 0);
  int fd = connect_to(host);
  must(fd, "connect");
  gnutls_transport_set_int(tls, fd);
  must(gnutls_handshake(tls), "handshake");
}

static void send_all(const char* data, size_t size) { must((int)gnutls_record_send(tls, data, size), "write"); }
static long receive(char* data, size_t size) {
  long got;
  while ((got = gnutls_record_recv(tls, data, size)) == GNUTLS_E_AGAIN) continue;  // a session ticket came
  return got;
}
#endif

int main(int count, char** arguments) {
  if (count < 2) return 2;
  open_tls(arguments[1], count > 2 ? arguments[2] : NULL);
  char request[1024];
  int size = snprintf(request, sizeof request, "POST /v1/charges HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n"
                      "Content-Length: %zu\r\nConnection: close\r\n\r\n%s", arguments[1], strlen(kCharge), kCharge);
  send_all(request, (size_t)size);
  static char reply[65536];
  size_t have = 0;
  for (long got; (got = receive(reply + have, sizeof reply - 1 - have)) > 0;) have += (size_t)got;
  const char* body = strstr(reply, "\r\n\r\n");
  printf("%.3s %s\n", have > 12 ? reply + 9 : "???", body ? body + 4 : "");
  return 0;
}

// tests/clients/shop_section.cpp - What the tests of shop_gtest.cpp do to the world. A source of its own, so that bigfoot.h is shown to bear more than one.
#include <arpa/inet.h>
#include <bigfoot.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

bool breaks(const std::string& how) {
  const char* asked = std::getenv("SHOP");
  return asked != nullptr && asked == how;
}

std::string read_shop(const std::string& query) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  if (::getaddrinfo("shop.example.com", "80", &hints, &found) != 0) return "no address";
  const int fd = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int connected = ::connect(fd, found->ai_addr, found->ai_addrlen);
  ::freeaddrinfo(found);
  const std::string request = "GET /who" + query + " HTTP/1.1\r\nHost: shop.example.com\r\nConnection: close\r\n\r\n";
  std::string got;
  char piece[4096];
  if (connected == 0 && ::write(fd, request.data(), request.size()) > 0)
    for (ssize_t n; (n = ::read(fd, piece, sizeof piece)) > 0;) got.append(piece, static_cast<std::size_t>(n));
  ::close(fd);
  const std::size_t body = got.find("\r\n\r\n");
  return body == got.npos ? "no answer" : got.substr(body + 4);
}

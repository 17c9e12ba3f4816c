// tests/unit/tracer/targets.cpp - The programs under test. Each says on stderr what went wrong, and ends with
// 1 then.
#include "targets.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <linux/rtnetlink.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <map>
#include <thread>

#include "check.h"
#include "exec_targets.h"
#include "file_targets.h"
#include "output_targets.h"
#include "tracer/address.h"
#include "tracer/os.h"
#include "tracer/supervisor.h"

namespace bigfoot::test {
namespace {

using Arguments = std::vector<std::string>;

struct Name {
  sockaddr_storage storage{};
  socklen_t length = 0;
  sockaddr* raw() { return reinterpret_cast<sockaddr*>(&storage); }
  std::string text() const { return to_text(to_address(&storage, length)); }
};

// "10.0.0.5:80", "[2001:db8::1]:80", "@name", "/path"; v4 on AF_INET6: "[::ffff:10.0.0.5]:80"
Name name_of(const std::string& text) {
  SocketAddress address;
  if (text[0] == '@') {
    address = UnixAddress{text.substr(1), true};
  } else if (text.find(':') == std::string::npos) {
    address = UnixAddress{text, false};
  } else {
    InetAddress inet;
    const std::size_t colon = text.rfind(':');
    inet.port = static_cast<std::uint16_t>(std::stoi(text.substr(colon + 1)));
    inet.family = text[0] == '[' ? AF_INET6 : AF_INET;
    const std::string host = text[0] == '[' ? text.substr(1, colon - 2) : text.substr(0, colon);
    check(::inet_pton(inet.family, host.c_str(), inet.bytes.data()) == 1, "inet_pton " + host);
    address = inet;
  }
  Name out;
  out.length = to_sockaddr(address, out.storage);
  return out;
}

int family_of(const std::string& text) { return name_of(text).storage.ss_family; }

void set_timeout(int fd, int milliseconds) {
  const timeval limit{milliseconds / 1000, (milliseconds % 1000) * 1000};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

void talk(int fd, const std::string& text) {
  check(::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()), "write");
  std::string back(text.size(), '\0');
  check(::recv(fd, back.data(), back.size(), MSG_WAITALL) == static_cast<ssize_t>(back.size()), "recv");
  check(back == text, "echo of " + text);
}

void check_peer(int fd, const std::string& text) {
  Name peer;
  peer.length = sizeof peer.storage;
  check(::getpeername(fd, peer.raw(), &peer.length) == 0, "getpeername");
  check(peer.text() == name_of(text).text(), "getpeername said " + peer.text());
  check(peer.storage.ss_family == family_of(text), "getpeername's family");
}

UniqueFd make(const std::string& to, int type) {
  UniqueFd fd(::socket(family_of(to), type | SOCK_CLOEXEC, 0));
  check(static_cast<bool>(fd), "socket");
  return fd;
}

UniqueFd dial(const std::string& to, int type = SOCK_STREAM) {
  UniqueFd fd = make(to, type);
  Name name = name_of(to);
  check(::connect(fd.get(), name.raw(), name.length) == 0, "connect " + to);
  return fd;
}

int stream(const Arguments& arguments) {
  const UniqueFd fd = dial(arguments.at(0), arguments.size() > 1 ? SOCK_SEQPACKET : SOCK_STREAM);
  check_peer(fd.get(), arguments.at(0));
  talk(fd.get(), "hello");
  return 0;
}

// As libuv, Go and asyncio do it: the descriptor is in epoll or poll before the connect.
int nonblocking(const Arguments& arguments) {
  const UniqueFd fd = make(arguments.at(0), SOCK_STREAM | SOCK_NONBLOCK);
  Name name = name_of(arguments.at(0));
  const int done = ::connect(fd.get(), name.raw(), name.length);
  check(done == 0 || errno == EINPROGRESS, "connect");
  pollfd ready{fd.get(), POLLOUT, 0};
  check(::poll(&ready, 1, 5000) == 1, "poll");
  int error = -1;
  socklen_t size = sizeof error;
  ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  check(error == 0, "SO_ERROR");
  check_peer(fd.get(), arguments.at(0));
  // hiredis connects twice to learn how the first one went.
  const int again = ::connect(fd.get(), name.raw(), name.length);
  check(again == 0 || errno == EISCONN, "second connect");
  check(::connect(fd.get(), name.raw(), name.length) == -1 && errno == EISCONN, "third connect");
  ::fcntl(fd.get(), F_SETFL, 0);
  talk(fd.get(), "hello");
  return 0;
}

int refused(const Arguments& arguments) {
  const UniqueFd fd = make(arguments.at(0), SOCK_STREAM);
  Name name = name_of(arguments.at(0));
  check(::connect(fd.get(), name.raw(), name.length) == -1, "connect succeeded");
  return errno;
}

// The server is the program's own: nobody else hears of it.
int own_server(const Arguments& arguments) {
  Name name = name_of(arguments.at(0));
  const bool is_unix = name.storage.ss_family == AF_UNIX;
  const UniqueFd server = make(arguments.at(0), SOCK_STREAM);
  check(::bind(server.get(), name.raw(), name.length) == 0, "bind");
  check(::listen(server.get(), 5) == 0, "listen");
  std::string target = arguments.at(0);
  if (!is_unix) {
    name.length = sizeof name.storage;
    ::getsockname(server.get(), name.raw(), &name.length);
    const std::string text = name.text();
    target = arguments.at(1) + text.substr(text.rfind(':'));
  }
  const UniqueFd client = dial(target);
  const UniqueFd accepted(::accept(server.get(), nullptr, nullptr));
  check(static_cast<bool>(accepted), "accept");
  check(::write(client.get(), "x", 1) == 1, "write");
  char byte = 0;
  check(::read(accepted.get(), &byte, 1) == 1 && byte == 'x', "read");
  // A second socket for the same address must fail as it does without us.
  const UniqueFd second = make(arguments.at(0), SOCK_STREAM);
  Name taken = is_unix ? name : name_of(target);
  if (is_unix || family_of(target) != family_of(arguments.at(0))) return 0;
  check(::bind(second.get(), taken.raw(), taken.length) == -1 && errno == EADDRINUSE, "EADDRINUSE");
  return 0;
}

// Closed, the address is nobody's any more, and can be bound again at once.
int closed_server(const Arguments&) {
  Name name = name_of("127.0.0.1:0");
  for (int round = 0; round < 3; ++round) {
    const UniqueFd server = make("127.0.0.1:0", SOCK_STREAM);
    const int on = 1;
    ::setsockopt(server.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    check(::bind(server.get(), name.raw(), name.length) == 0, "bind again");
    check(::listen(server.get(), 5) == 0, "listen");
    name.length = sizeof name.storage;
    ::getsockname(server.get(), name.raw(), &name.length);
  }
  {
    const UniqueFd unused = make("127.0.0.1:0", SOCK_STREAM);
    check(::bind(unused.get(), name.raw(), name.length) == 0, "bind without listen");
  }
  const UniqueFd again = make("127.0.0.1:0", SOCK_STREAM);
  check(::bind(again.get(), name.raw(), name.length) == 0, "bind of a port closed by us");
  const std::string target = name.text();
  const UniqueFd client = dial(target);  // the spec's, now
  talk(client.get(), "hello");
  return 0;
}

int own_datagrams(const Arguments&) {
  const UniqueFd server = make("127.0.0.1:0", SOCK_DGRAM);
  Name name = name_of("0.0.0.0:0");
  check(::bind(server.get(), name.raw(), name.length) == 0, "bind");
  name.length = sizeof name.storage;
  ::getsockname(server.get(), name.raw(), &name.length);
  const std::string text = name.text();
  Name to = name_of("127.0.0.1" + text.substr(text.rfind(':')));
  const UniqueFd client = make("127.0.0.1:0", SOCK_DGRAM);
  check(::sendto(client.get(), "x", 1, 0, to.raw(), to.length) == 1, "sendto");
  char byte = 0;
  check(::recv(server.get(), &byte, 1, 0) == 1 && byte == 'x', "recv");
  check(::connect(client.get(), to.raw(), to.length) == 0, "connect");
  check(::send(client.get(), "y", 1, 0) == 1, "send");
  check(::recv(server.get(), &byte, 1, 0) == 1 && byte == 'y', "recv");
  return 0;
}

// Sends to each address in turn on one socket, and wants each answer to come from there.
int datagrams(const Arguments& arguments) {
  const bool only6 = arguments.at(0) == "v6only";
  const UniqueFd fd = make(arguments.at(1), SOCK_DGRAM);
  const int on = 1;
  if (only6) ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (family_of(arguments.at(1)) == AF_UNIX) {
    Name unnamed{};
    unnamed.storage.ss_family = AF_UNIX;
    check(::bind(fd.get(), unnamed.raw(), sizeof(sa_family_t)) == 0, "autobind");
  }
  set_timeout(fd.get(), 5000);
  for (int round = 0; round < 2; ++round) {
    for (std::size_t i = 1; i < arguments.size(); ++i) {
      Name to = name_of(arguments[i]);
      const std::string text = fmt::format("m{}", i);
      check(::sendto(fd.get(), text.data(), text.size(), 0, to.raw(), to.length) ==
                static_cast<ssize_t>(text.size()),
            "sendto " + arguments[i]);
      char back[16] = {};
      Name from;
      from.length = sizeof from.storage;
      check(::recvfrom(fd.get(), back, sizeof back, 0, from.raw(), &from.length) ==
                static_cast<ssize_t>(text.size()),
            "recvfrom");
      check(back == text, "echo");
      check(from.text() == to.text() && from.length == to.length, "the source was " + from.text());
    }
  }
  return 0;
}

// glibc's resolver: connect, two queries in one sendmmsg, recvfrom with a source pointer.
int resolver(const Arguments& arguments) {
  const UniqueFd fd = dial(arguments.at(0), SOCK_DGRAM | SOCK_NONBLOCK);
  check_peer(fd.get(), arguments.at(0));
  char first[] = "A";
  char second[] = "AAAA";
  iovec parts[] = {{first, 1}, {second, 4}};
  mmsghdr messages[2]{};
  for (int i = 0; i < 2; ++i) {
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  check(::sendmmsg(fd.get(), messages, 2, MSG_NOSIGNAL) == 2, "sendmmsg");
  for (int i = 0; i < 2; ++i) {
    pollfd ready{fd.get(), POLLIN, 0};
    check(::poll(&ready, 1, 5000) == 1, "poll");
    char back[16];
    Name from;
    from.length = sizeof from.storage;
    check(::recvfrom(fd.get(), back, sizeof back, 0, from.raw(), &from.length) == (i == 0 ? 1 : 4),
          "recvfrom");
    check(from.text() == arguments.at(0), "the source was " + from.text());
  }
  char back[16];
  Name from;
  from.length = sizeof from.storage;
  check(::recvfrom(fd.get(), back, sizeof back, 0, from.raw(), &from.length) == -1 && errno == EAGAIN,
        "EAGAIN");
  // Port 0 is no peer: glibc sorts addresses that way.
  Name nobody = name_of("10.0.0.1:0");
  check(::connect(fd.get(), nobody.raw(), nobody.length) == 0 || errno == ENETUNREACH, "port 0");
  return 0;
}

// The ways of recv that are not the plain one.
int odd_receives(const Arguments&) {
  const UniqueFd fd = make("10.0.0.1:53", SOCK_DGRAM);
  set_timeout(fd.get(), 5000);
  Name to = name_of("10.0.0.1:53");
  const auto send = [&](const char* text) {
    check(::sendto(fd.get(), text, std::strlen(text), 0, to.raw(), to.length) > 0, "sendto");
  };
  char back[64];
  Name from;
  const auto receive = [&](std::size_t room, int flags) {
    from.length = sizeof from.storage;
    return ::recvfrom(fd.get(), back, room, flags, from.raw(), &from.length);
  };
  send("0123456789");
  check(receive(64, MSG_PEEK) == 10 && receive(64, MSG_PEEK) == 10, "MSG_PEEK");
  check(receive(4, MSG_TRUNC) == 10, "MSG_TRUNC gives the whole length");
  send("0123456789");
  check(receive(4, 0) == 4 && std::memcmp(back, "0123", 4) == 0, "a short buffer");
  send("0123456789");
  iovec parts[] = {{back, 3}, {back + 20, 4}};
  msghdr header{};
  header.msg_name = &from.storage;
  header.msg_namelen = 4;
  header.msg_iov = parts;
  header.msg_iovlen = 2;
  char control[64];
  header.msg_control = control;
  header.msg_controllen = sizeof control;
  check(::recvmsg(fd.get(), &header, 0) == 7, "recvmsg");
  check(header.msg_namelen == sizeof(sockaddr_in), "the source's whole length");
  check((header.msg_flags & MSG_TRUNC) != 0 && header.msg_controllen == 0, "flags");
  check(std::memcmp(back + 20, "3456", 4) == 0, "scattered");
  // Two addresses in one sendmmsg; the caller goes on after a partial result.
  Name other = name_of("10.0.0.2:54");
  mmsghdr messages[2]{};
  iovec texts[] = {{const_cast<char*>("one"), 3}, {const_cast<char*>("two"), 3}};
  Name* names[] = {&to, &other};
  for (int i = 0; i < 2; ++i) {
    messages[i].msg_hdr.msg_name = names[i]->raw();
    messages[i].msg_hdr.msg_namelen = names[i]->length;
    messages[i].msg_hdr.msg_iov = &texts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  for (int sent = 0; sent < 2;) {
    const int done = ::sendmmsg(fd.get(), messages + sent, static_cast<unsigned>(2 - sent), 0);
    check(done > 0, "sendmmsg");
    sent += done;
  }
  check(messages[0].msg_len == 3 && messages[1].msg_len == 3, "msg_len");
  for (int got = 0; got < 2;) {
    char room[2][8];
    Name sources[2];
    iovec into[] = {{room[0], 8}, {room[1], 8}};
    for (int i = 0; i < 2; ++i) {
      messages[i].msg_hdr.msg_name = sources[i].raw();
      messages[i].msg_hdr.msg_namelen = sizeof(sockaddr_storage);
      messages[i].msg_hdr.msg_iov = &into[i];
    }
    const int done = ::recvmmsg(fd.get(), messages, static_cast<unsigned>(2 - got), MSG_WAITFORONE, nullptr);
    check(done > 0, "recvmmsg");
    got += done;
  }
  // Nothing comes: a time limit, and a signal.
  set_timeout(fd.get(), 150);
  check(receive(4, 0) == -1 && errno == EAGAIN, "SO_RCVTIMEO");
  check(receive(4, MSG_DONTWAIT) == -1 && errno == EAGAIN, "MSG_DONTWAIT");
  set_timeout(fd.get(), 5000);
  struct sigaction action {};
  action.sa_handler = [](int) {};
  ::sigaction(SIGALRM, &action, nullptr);
  const itimerval soon{{0, 0}, {0, 50'000}};
  ::setitimer(ITIMER_REAL, &soon, nullptr);
  check(receive(4, 0) == -1 && errno == EINTR, "EINTR");
  return 0;
}

int thread_storm(const Arguments& arguments) {
  const int threads = std::stoi(arguments.at(0));
  const int each = std::stoi(arguments.at(1));
  std::vector<std::thread> all;
  for (int i = 0; i < threads; ++i) {
    all.emplace_back([i, each] {
      for (int j = 0; j < each; ++j) talk(dial(fmt::format("10.0.{}.{}:80", i, j)).get(), "hello");
    });
  }
  for (std::thread& one : all) one.join();
  return 0;
}

int fork_storm(const Arguments& arguments) {
  const int children = std::stoi(arguments.at(0));
  for (int i = 0; i < children; ++i) {
    const pid_t pid = ::fork();
    check(pid >= 0, "fork");
    if (pid == 0) {
      talk(dial(fmt::format("10.1.0.{}:80", i)).get(), "hello");
      ::_exit(i % 7);
    }
  }
  int sum = 0;
  int status = 0;
  while (::wait(&status) > 0) sum += WEXITSTATUS(status);
  int wanted = 0;
  for (int i = 0; i < children; ++i) wanted += i % 7;
  check(sum == wanted, "exit codes");
  return 0;
}

// Blocking connects under a timer at 1 kHz: each must succeed exactly once, or say EINTR and be repeated by
// us.
int signal_storm(const Arguments& arguments) {
  struct sigaction action {};
  action.sa_handler = [](int) {};
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGALRM, &action, nullptr);
  const itimerval always{{0, 1000}, {0, 1000}};
  ::setitimer(ITIMER_REAL, &always, nullptr);
  for (int i = 0; i < std::stoi(arguments.at(0)); ++i) {
    const UniqueFd fd = dial("10.0.0.1:80");
    check(fd.get() > 2, "a descriptor number");
    check_peer(fd.get(), "10.0.0.1:80");
  }
  return 0;
}

int refusals(const Arguments&) {
  check(::prctl(PR_SET_DUMPABLE, 0) == 0, "PR_SET_DUMPABLE");
  check(::syscall(SYS_io_uring_setup, 1, nullptr) == -1 && (errno == ENOSYS || errno == EPERM),
        "io_uring_setup");
  constexpr int kMptcp = 262;
  check(::socket(AF_INET, SOCK_STREAM, kMptcp) == -1 && errno == EPROTONOSUPPORT, "MPTCP");
  const UniqueFd fast = make("10.0.0.1:80", SOCK_STREAM);
  Name to = name_of("10.0.0.1:80");
  check(::sendto(fast.get(), "x", 1, MSG_FASTOPEN, to.raw(), to.length) == -1 && errno == EOPNOTSUPP,
        "FASTOPEN");
#if defined(__x86_64__)
  long result = 0;
  asm volatile("int $0x80" : "=a"(result) : "a"(20L) : "memory", "r8", "r9", "r10", "r11");  // i386 getpid
  check(result == -ENOSYS, "int $0x80");
#endif
  talk(dial("10.0.0.1:80").get(), "still readable");
  return 0;
}

// The question that glibc's getaddrinfo asks for AI_ADDRCONFIG, and getifaddrs, which must keep its answer.
int address_guess(const Arguments&) {
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICHOST;
  addrinfo* found = nullptr;
  check(::getaddrinfo("10.0.0.1", "80", &hints, &found) == 0, "getaddrinfo");
  ::freeaddrinfo(found);
  ifaddrs* list = nullptr;
  check(::getifaddrs(&list) == 0 && list != nullptr, "getifaddrs");
  ::freeifaddrs(list);
  return 0;
}

int orphan(const Arguments&) {
  if (::fork() == 0) {
    if (::fork() != 0) ::_exit(0);
    ::usleep(300'000);
    talk(dial("10.0.0.9:80").get(), "from an orphan");
    ::_exit(0);
  }
  ::wait(nullptr);
  return 5;
}

int sleep_long(const Arguments&) {
  for (int i = 0; i < 3; ++i) {
    if (::fork() == 0) ::setsid();
  }
  dial("10.0.0.1:80");
  ::sleep(60);
  return 0;
}

// The duplicates of sockets that a program throws away must not pile up.
int many_sockets(const Arguments& arguments) {
  for (int i = 0; i < std::stoi(arguments.at(0)); ++i) make("10.0.0.1:80", SOCK_STREAM);
  talk(dial("10.0.0.1:80").get(), "hello");
  return 0;
}

class NoTraffic : public TrafficHandler {
  void on_outgoing(Outgoing) override {}
  void on_datagram_socket(UniqueFd) override {}
  void on_process(ProcessEvent) override {}
  void on_notice(Pid, std::string) override {}
  bool wants_file(std::string_view, bool) override { return false; }
  bool watches_file(std::string_view) override { return false; }
  void on_file(FileCall) override {}
  void on_output(OutputCall) override {}
  void on_exec(ExecCall) override {}
  void on_tree_gone() override {}
};

int nested(const Arguments&) {
  NoTraffic handler;
  LaunchOptions options;
  options.argv = {"true"};
  const auto supervisor = Supervisor::launch(options, handler);
  check(!supervisor && supervisor.error().exit_status == 125, "launch inside a supervised tree");
  check(supervisor.error().cure.find("inside another bigfoot-run") != std::string::npos,
        supervisor.error().cure);
  return 0;
}

const std::map<std::string, int (*)(const Arguments&)> kTargets{
    {"stream", stream},
    {"nonblocking", nonblocking},
    {"refused", refused},
    {"own_server", own_server},
    {"closed_server", closed_server},
    {"own_datagrams", own_datagrams},
    {"datagrams", datagrams},
    {"resolver", resolver},
    {"odd_receives", odd_receives},
    {"thread_storm", thread_storm},
    {"fork_storm", fork_storm},
    {"signal_storm", signal_storm},
    {"refusals", refusals},
    {"address_guess", address_guess},
    {"orphan", orphan},
    {"sleep_long", sleep_long},
    {"many_sockets", many_sockets},
    {"nested", nested},
};

constexpr const char* kVariable = "BIGFOOT_TARGET";

}  // namespace

std::vector<std::string> target_command(const std::vector<std::string>& arguments) {
  char path[4096] = "";
  static_cast<void>(!::readlink("/proc/self/exe", path, sizeof path - 1));
  std::vector<std::string> out{path};
  out.insert(out.end(), arguments.begin(), arguments.end());
  return out;
}

std::pair<std::string, std::string> target_name(const std::string& name) { return {kVariable, name}; }

std::optional<int> run_as_target(int argc, char** argv) {
  const char* name = std::getenv(kVariable);
  if (name == nullptr) return std::nullopt;
  const auto target = kTargets.find(name);
  const Arguments arguments(argv + 1, argv + argc);
  if (target != kTargets.end()) return target->second(arguments);
  if (const auto printer = output_targets().find(name); printer != output_targets().end())
    return printer->second(arguments);
  const auto executor = exec_targets().find(name);
  return executor != exec_targets().end() ? executor->second(arguments) : file_targets().at(name)(arguments);
}

}  // namespace bigfoot::test

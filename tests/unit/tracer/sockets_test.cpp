// tests/unit/tracer/sockets_test.cpp - What a program under the Supervisor sees of its sockets, in both ways
// of reaching them (SocketAccess).
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include "harness.h"
#include "targets.h"

namespace bigfoot::test {
namespace {

using Access = LaunchOptions::SocketAccess;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

struct Case {
  const char* name;
  const char* target;
  std::vector<std::string> arguments;
  std::vector<std::string> asked;  ///< what the handler hears of, in order
};

const Case kCases[] = {
    {"StreamV4", "stream", {"10.0.0.5:80"}, {"stream 10.0.0.5:80"}},
    {"StreamV6", "stream", {"[2001:db8::1]:80"}, {"stream [2001:db8::1]:80"}},
    {"StreamMapped", "stream", {"[::ffff:10.0.0.5]:80"}, {"stream 10.0.0.5:80"}},
    {"StreamLoopback", "stream", {"127.0.0.1:9"}, {"stream 127.0.0.1:9"}},
    {"StreamAbstract", "stream", {"@bigfoot-test-nobody"}, {"stream @bigfoot-test-nobody"}},
    {"Seqpacket", "stream", {"@bigfoot-test-nobody", "seqpacket"}, {"stream @bigfoot-test-nobody"}},
    {"NonblockingV4", "nonblocking", {"10.0.0.5:80"}, {"stream 10.0.0.5:80"}},
    {"NonblockingV6", "nonblocking", {"[2001:db8::1]:80"}, {"stream [2001:db8::1]:80"}},
    {"OwnServerV4", "own_server", {"127.0.0.1:0", "127.0.0.1"}, {}},
    {"OwnServerWildcard", "own_server", {"0.0.0.0:0", "127.0.0.1"}, {}},
    {"OwnServerV6", "own_server", {"[::1]:0", "[::1]"}, {}},
    {"OwnServerDualStack", "own_server", {"[::]:0", "127.0.0.1"}, {}},
    {"OwnServerAbstract", "own_server", {"@bigfoot-test-own"}, {}},
    {"OwnDatagrams", "own_datagrams", {}, {}},
    {"DatagramsV4",
     "datagrams",
     {"-", "10.0.0.1:53", "10.0.0.2:53"},
     {"datagram 10.0.0.1:53", "datagram 10.0.0.2:53"}},
    {"DatagramsV6",
     "datagrams",
     {"-", "[2001:db8::1]:53", "[::ffff:10.0.0.2]:53"},
     {"datagram [2001:db8::1]:53", "datagram 10.0.0.2:53"}},
    {"DatagramsV6Only", "datagrams", {"v6only", "[2001:db8::1]:53"}, {"datagram [2001:db8::1]:53"}},
    {"DatagramsAbstract", "datagrams", {"-", "@bigfoot-test-log"}, {"datagram @bigfoot-test-log"}},
    {"Resolver", "resolver", {"10.0.0.1:53"}, {"datagram 10.0.0.1:53"}},
    {"OddReceives", "odd_receives", {}, {"datagram 10.0.0.1:53", "datagram 10.0.0.2:54"}},
};

class SocketsTest : public testing::TestWithParam<std::tuple<Access, Case>> {};

TEST_P(SocketsTest, LooksNative) {
  const auto& [access, c] = GetParam();
  EchoHandler handler;
  const RunResult result = run_target(c.target, handler, c.arguments, access);
  ASSERT_FALSE(result.error) << result.error->what;
  EXPECT_EQ(result.exit.exit_code, 0);
  EXPECT_EQ(handler.asked(), c.asked);
  EXPECT_THAT(handler.errors(), IsEmpty());
}

std::string access_name(Access access) { return access == Access::owned_from_birth ? "Owned" : "Taken"; }

INSTANTIATE_TEST_SUITE_P(, SocketsTest,
                         testing::Combine(testing::Values(Access::probe, Access::owned_from_birth),
                                          testing::ValuesIn(kCases)),
                         [](const auto& info) {
                           return access_name(std::get<0>(info.param)) + std::get<1>(info.param).name;
                         });

class AccessTest : public testing::TestWithParam<Access> {};
INSTANTIATE_TEST_SUITE_P(, AccessTest, testing::Values(Access::probe, Access::owned_from_birth),
                         [](const auto& info) { return access_name(info.param); });

TEST_P(AccessTest, UnixPathsAreMadeAbsolute) {
  char folder[] = "/tmp/bigfoot-sock-XXXXXX";
  ASSERT_NE(::mkdtemp(folder), nullptr);
  const std::string path = std::string(folder) + "/x.sock";
  EchoHandler handler;
  bool missing = false;
  handler.decide = [&missing](Outgoing& call) {
    missing = call.missing_path();
    return false;
  };
  EXPECT_EQ(run_target("refused", handler, {path}, GetParam()).exit.exit_code, ENOENT);
  EXPECT_TRUE(missing);
  // A path that nobody made is redirected all the same when the handler says so.
  handler.decide = [](Outgoing& call) {
    OsResult<UniqueFd> ours = std::move(call).redirect();
    if (ours) static_cast<void>(!::write(ours->get(), "hello", 5));
    return ours.has_value();
  };
  EXPECT_EQ(run_target("refused", handler, {path}, GetParam()).exit.exit_code, 1) << "connect succeeded";
  EXPECT_THAT(handler.asked(), Contains("stream " + path).Times(2));
  EchoHandler own;
  EXPECT_EQ(run_target("own_server", own, {path}, GetParam()).exit.exit_code, 0);
  EXPECT_THAT(own.asked(), IsEmpty());
  ::unlink(path.c_str());
  ::rmdir(folder);
}

TEST_P(AccessTest, ErrorsAreTheHandlers) {
  EchoHandler handler;
  handler.decide = [](Outgoing& call) {
    std::move(call).fail(Errno{EHOSTUNREACH});
    return true;
  };
  EXPECT_EQ(run_target("refused", handler, {"10.0.0.5:80"}, GetParam()).exit.exit_code, EHOSTUNREACH);
}

TEST_P(AccessTest, DroppedIsRefused) {
  EchoHandler handler;
  handler.decide = [](Outgoing& call) {
    const Outgoing dropped = std::move(call);
    return true;
  };
  EXPECT_EQ(run_target("refused", handler, {"10.0.0.5:80"}, GetParam()).exit.exit_code, ECONNREFUSED);
}

TEST_P(AccessTest, LetThroughIsTheKernels) {
  EchoHandler handler;
  handler.decide = [](Outgoing& call) {
    std::move(call).let_through();
    return true;
  };
  EXPECT_EQ(run_target("refused", handler, {"127.0.0.1:1"}, GetParam()).exit.exit_code, ECONNREFUSED);
}

TEST_P(AccessTest, AnsweredOnAnotherThread) {
  EchoHandler handler;
  std::vector<std::thread> threads;
  handler.decide = [&threads](Outgoing& call) {
    threads.emplace_back([moved = std::move(call)]() mutable {
      ::usleep(20'000);
      OsResult<UniqueFd> ours = std::move(moved).redirect();
      char text[5];
      pollfd ready{ours ? ours->get() : -1, POLLIN, 0};
      ::poll(&ready, 1, 10'000);
      if (ours && ::read(ours->get(), text, 5) == 5) static_cast<void>(!::write(ours->get(), text, 5));
    });
    return true;
  };
  EXPECT_EQ(run_target("stream", handler, {"10.0.0.5:80"}, GetParam()).exit.exit_code, 0);
  for (std::thread& one : threads) one.join();
}

TEST_P(AccessTest, ClosedServersAreForgotten) {
  EchoHandler handler;
  EXPECT_EQ(run_target("closed_server", handler, {}, GetParam()).exit.exit_code, 0);
  EXPECT_EQ(handler.asked().size(), 1U);
}

TEST_P(AccessTest, ThrownAwaySocketsDoNotPileUp) {
  EchoHandler handler;
  EXPECT_EQ(run_target("many_sockets", handler, {"3000"}, GetParam()).exit.exit_code, 0);
}

TEST_P(AccessTest, FlowsTellTheAskedAddress) {
  EchoHandler handler;
  EXPECT_EQ(run_target("datagrams", handler, {"-", "10.0.0.1:53", "10.0.0.2:53"}, GetParam()).exit.exit_code,
            0);
  EXPECT_THAT(handler.flows(),
              ElementsAre("10.0.0.1:53 m1", "10.0.0.2:53 m2", "10.0.0.1:53 m1", "10.0.0.2:53 m2"));
}

}  // namespace
}  // namespace bigfoot::test

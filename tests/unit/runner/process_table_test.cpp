// Processes get small numbers in the order in which they come, and a reused host pid is another process.
#include "runner/process_table.h"

#include <gtest/gtest.h>

namespace bigfoot {
namespace {

using What = ProcessEvent::What;

ProcessEvent event(What what, int pid, int parent = 0, std::vector<std::string> argv = {}, bool main = false) {
  return {what, Pid{pid}, Pid{parent}, std::move(argv), "", std::nullopt, std::nullopt, main};
}

TEST(ProcessTable, NumbersFollowTheOrderOfArrival) {
  ProcessTable table;
  const ProcessRecord main = table.apply(event(What::started, 500, 499, {"./tests"}, true), 0.5);
  EXPECT_EQ(main.pid, 1);
  EXPECT_EQ(main.ppid, 0) << "the supervisor is no process of the run";
  EXPECT_EQ(main.host_pid, 500);
  const ProcessRecord child = table.apply(event(What::started, 501, 500, {"./tests"}), 1.0);
  EXPECT_EQ(child.pid, 2);
  EXPECT_EQ(child.ppid, 1);
  EXPECT_EQ(table.number_of(Pid{777}), 3) << "a call may come before its process was announced";
  EXPECT_EQ(table.number_of(Pid{}), 0);
}

TEST(ProcessTable, ExecReplacesTheCommandAndKeepsTheNumber) {
  ProcessTable table;
  table.apply(event(What::started, 500, 0, {"sh", "-c", "curl"}, true), 0);
  const ProcessRecord record = table.apply(event(What::exec, 500, 0, {"curl"}), 3);
  EXPECT_EQ(record.pid, 1);
  EXPECT_EQ(record.argv, std::vector<std::string>{"curl"});
  EXPECT_EQ(record.started_ms, 0);
}

TEST(ProcessTable, AReusedHostPidIsAnotherProcess) {
  ProcessTable table;
  table.apply(event(What::started, 500, 0, {}, true), 0);
  table.apply(event(What::ended, 500), 2);
  EXPECT_TRUE(table.ended_before(Pid{500}, 3));
  EXPECT_FALSE(table.ended_before(Pid{500}, 1)) << "what began while it lived";
  const ProcessRecord next = table.apply(event(What::started, 500, 0, {"other"}), 3);
  EXPECT_EQ(next.pid, 2);
  EXPECT_FALSE(table.ended_before(Pid{500}, 4));
}

}  // namespace
}  // namespace bigfoot

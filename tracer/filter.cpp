// tracer/filter.cpp - Writes the filter with libseccomp; the only file that includes it.
// Source: seccomp_rule_add(3), seccomp_attr_set(3), seccomp_export_bpf(3).
#include "tracer/filter.h"

#include <netinet/in.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <memory>

#include "tracer/calls.h"

namespace bigfoot {
namespace {

constexpr int kProtocolMptcp = 262;  // linux/in.h: IPPROTO_MPTCP, not in every netinet/in.h

struct Release {
  void operator()(void* context) const { ::seccomp_release(context); }
};
using Context = std::unique_ptr<void, Release>;

std::unexpected<OsError> seccomp_error(const char* call, int result) {
  return std::unexpected(OsError{call, -result});
}

scmp_arg_cmp comparison(const ArgumentTest& test) {
  scmp_arg_cmp out{};
  out.arg = test.index;
  switch (test.op) {
    case ArgumentTest::Op::equal:
    case ArgumentTest::Op::not_equal:
      out.op = test.op == ArgumentTest::Op::equal ? SCMP_CMP_EQ : SCMP_CMP_NE;
      out.datum_a = test.value;
      break;
    case ArgumentTest::Op::masked_equal:
      out.op = SCMP_CMP_MASKED_EQ;
      out.datum_a = test.mask;
      out.datum_b = test.value;
      break;
  }
  return out;
}

bool is_wanted(TrappedCall::When when, const FilterPlan& plan) {
  switch (when) {
    case TrappedCall::When::always:
      return true;
    case TrappedCall::When::sockets_owned:
      return plan.own_sockets;
    case TrappedCall::When::opens:
      return plan.opens || plan.files;
    case TrappedCall::When::looks:
      return plan.looks || plan.files;
    case TrappedCall::When::files:
      return plan.files;
    case TrappedCall::When::outputs:
      return plan.outputs;
  }
  return false;
}

// Of the rows of one number libseccomp makes a filter that traps what passes any of them: one without tests traps all.
OsResult<void> add_rows(const Context& context, const FilterPlan& plan) {
  for (const TrappedCall& row : trapped_calls()) {
    if (!is_wanted(row.when, plan)) continue;
    std::vector<scmp_arg_cmp> tests;
    for (const ArgumentTest& test : row.tests) tests.push_back(comparison(test));
    const int done = ::seccomp_rule_add_array(context.get(), SCMP_ACT_NOTIFY, row.number,
                                              static_cast<unsigned>(tests.size()), tests.data());
    if (done != 0) return seccomp_error("seccomp_rule_add", done);
  }
  return {};
}

// The run's private key lives in the supervisor, and in what the keeper was forked with, where a program of
// the same user could read it. This is no wall, root has other ways: it keeps the tree's debuggers from it.
OsResult<void> refuse_reading(const Context& context, pid_t process) {
  const struct {
    int number;
    unsigned argument;  // that holds the process; the kernel takes 32 bits of it
  } kReaders[] = {{SYS_ptrace, 1}, {SYS_process_vm_readv, 0}};
  for (const auto& [number, argument] : kReaders) {
    const scmp_arg_cmp test = comparison(
        {ArgumentTest::Op::masked_equal, argument, static_cast<std::uint64_t>(process), 0xffffffff});
    const int done = ::seccomp_rule_add_array(context.get(), SCMP_ACT_ERRNO(EPERM), number, 1, &test);
    if (done != 0) return seccomp_error("seccomp_rule_add", done);
  }
  return {};
}

// Go 1.24 and later try MPTCP first and fall back: the supervisor's end could not be told from TCP's
// otherwise.
OsResult<void> refuse_mptcp(const Context& context) {
  for (const int family : {AF_INET, AF_INET6}) {
    const scmp_arg_cmp tests[] = {
        comparison({ArgumentTest::Op::equal, 0, static_cast<std::uint64_t>(family)}),
        comparison({ArgumentTest::Op::equal, 2, kProtocolMptcp})};
    const int done =
        ::seccomp_rule_add_array(context.get(), SCMP_ACT_ERRNO(EPROTONOSUPPORT), SYS_socket, 2, tests);
    if (done != 0) return seccomp_error("seccomp_rule_add", done);
  }
  return {};
}

OsResult<std::vector<sock_filter>> exported(const Context& context) {
  const UniqueFd file(::memfd_create("filter", MFD_CLOEXEC));
  if (!file) return os_error("memfd_create");
  if (const int done = ::seccomp_export_bpf(context.get(), file.get())) {
    return seccomp_error("seccomp_export_bpf", done);
  }
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return os_error("fstat");
  std::vector<sock_filter> program(static_cast<std::size_t>(info.st_size) / sizeof(sock_filter));
  const std::size_t size = program.size() * sizeof(sock_filter);
  if (::pread(file.get(), program.data(), size, 0) != static_cast<ssize_t>(size)) return os_error("pread");
  return program;
}

}  // namespace

OsResult<std::vector<sock_filter>> build_filter(const FilterPlan& plan) {
  const Context context(::seccomp_init(SCMP_ACT_ALLOW));
  if (!context) return std::unexpected(OsError{"seccomp_init", EINVAL});
  // Other architectures' calls come as notifications too, to be answered ENOSYS and reported; x32 counts as
  // one.
  if (const int done = ::seccomp_attr_set(context.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_NOTIFY)) {
    return seccomp_error("seccomp_attr_set", done);
  }
  // A search tree by number: a call that is not trapped takes fewer steps.
  if (const int done = ::seccomp_attr_set(context.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2)) {
    return seccomp_error("seccomp_attr_set", done);
  }
  OsResult<void> done = add_rows(context, plan);
  for (const pid_t process : plan.unreadable) {
    if (done) done = refuse_reading(context, process);
  }
  if (done && !plan.own_sockets) done = refuse_mptcp(context);  // else the function of socket(2) does
  if (!done) return std::unexpected(done.error());
  return exported(context);
}

}  // namespace bigfoot

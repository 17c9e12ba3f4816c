// tests/e2e/docker_like.c [--podman] - Runs a command under what a default container imposes: Docker's capability set and the part of its
// seccomp profile that a supervisor meets, or Podman's. Source: moby, profiles/seccomp/default.json and oci/caps/defaults.go;
// containers/common, pkg/seccomp/seccomp.json.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static const int kKeptCapabilities[] = {CAP_CHOWN,  CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_FSETID,   CAP_KILL,       CAP_SETGID,   CAP_SETUID,
                                        CAP_SETPCAP, CAP_NET_BIND_SERVICE, CAP_NET_RAW, CAP_SYS_CHROOT, CAP_MKNOD, CAP_AUDIT_WRITE, CAP_SETFCAP};

// Allowed by the profile only with CAP_SYS_ADMIN, CAP_SYS_PTRACE or another capability that a default container lacks.
static const char* const kRefused[] = {"pidfd_getfd", "unshare",   "setns",           "mount",      "umount2",        "bpf",
                                       "perf_event_open", "keyctl", "add_key",        "request_key", "userfaultfd",   "io_uring_setup",
                                       "io_uring_enter", "io_uring_register", "open_by_handle_at", "process_madvise", "kcmp", "quotactl"};

static const char* const kPodman[] = {"ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "process_madvise", "setns", "bpf",
                                      "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register", "open_by_handle_at",
                                      "quotactl"};

static int refuse(scmp_filter_ctx filter, const char* const* names, size_t count) {
  int wrong = 0;
  for (size_t each = 0; each < count; ++each) {
    int number = seccomp_syscall_resolve_name(names[each]);
    if (number != __NR_SCMP_ERROR) wrong |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), number, 0);
  }
  return wrong;
}

static void drop_capabilities(void) {
  for (int capability = 0; capability <= CAP_LAST_CAP; ++capability) {
    int keep = 0;
    for (size_t each = 0; each < sizeof kKeptCapabilities / sizeof kKeptCapabilities[0]; ++each) keep |= kKeptCapabilities[each] == capability;
    if (!keep) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);  // EINVAL past the kernel's last one, EPERM for an ordinary user
  }
}

int main(int count, char** command) {
  int podman = count > 1 && strcmp(command[1], "--podman") == 0;
  count -= podman;
  command += podman;
  if (count < 2) return 2;
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  if (!filter) return 125;
  int wrong = seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, geteuid() != 0);
  if (podman) {
    wrong |= refuse(filter, kPodman, sizeof kPodman / sizeof kPodman[0]);
  } else {
    wrong |= refuse(filter, kRefused, sizeof kRefused / sizeof kRefused[0]);
    wrong |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    // clone: no new user namespace (the profile's own mask, 0x7E020000, holds every kind; this one is what programs try).
    wrong |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER));
  }
  wrong |= seccomp_load(filter);
  if (wrong) {
    fprintf(stderr, "docker_like: the filter cannot be loaded\n");
    return 125;
  }
  drop_capabilities();
  execvp(command[1], command + 1);
  fprintf(stderr, "docker_like: %s: %s\n", command[1], strerror(errno));
  return 127;
}

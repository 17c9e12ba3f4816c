// tests/unit/tracer/file_targets.cpp - Each system call is made by its number: which one libc takes differs.
#include "file_targets.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/openat2.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <filesystem>
#include <thread>

#include "check.h"
#include "file_call_rows.h"
#include "tracer/os.h"

namespace bigfoot::test {
namespace {

namespace fs = std::filesystem;
using Arguments = std::vector<std::string>;

UniqueFd open_at(int folder, const std::string& path, int flags) {
  return UniqueFd(static_cast<int>(::syscall(SYS_openat, folder, path.c_str(), flags, 0)));
}

UniqueFd open_with(const std::string& path, const open_how& how, std::size_t size = sizeof(open_how)) {
  return UniqueFd(static_cast<int>(::syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, size)));
}

UniqueFd open_by(const std::string& way, const fs::path& path, int flags) {
  if (way == "openat") return open_at(AT_FDCWD, path, flags);
  if (way == "openat2") {
    open_how how{};
    how.flags = static_cast<unsigned>(flags);
    return open_with(path, how);
  }
  if (way == "relative") {
    check(::chdir(path.parent_path().c_str()) == 0, "chdir");
    return open_at(AT_FDCWD, "./" + path.filename().string(), flags);
  }
  if (way == "folder") {
    const UniqueFd folder(::open(path.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    check(static_cast<bool>(folder), "open of the folder");
    return open_at(folder.get(), path.filename(), flags);
  }
#if defined(__x86_64__)
  return UniqueFd(static_cast<int>(::syscall(SYS_open, path.c_str(), flags, 0)));
#else
  return open_at(AT_FDCWD, path, flags);
#endif
}

std::string contents(int fd) {
  std::string out(4096, '\0');
  const ssize_t size = ::read(fd, out.data(), out.size());
  check(size >= 0, "read");
  out.resize(static_cast<std::size_t>(size));
  return out;
}

void check_mapping(int fd, const std::string& text, int kind) {
  void* mapping = ::mmap(nullptr, text.size(), PROT_READ, kind, fd, 0);
  check(mapping != MAP_FAILED, "mmap");
  check(std::memcmp(mapping, text.data(), text.size()) == 0, "the mapping's bytes");
}

// WAY PATH TEXT: all that a program may do with the file.
int reads(const Arguments& arguments) {
  const std::string& way = arguments.at(0);
  const std::string& text = arguments.at(2);
  const UniqueFd first = open_by(way, arguments.at(1), O_RDONLY | O_CLOEXEC);
  check(first.get() > 2, "open");
  const UniqueFd second = open_by(way, arguments.at(1), O_RDONLY | O_NOFOLLOW);
  check(second.get() > 2, "second open");
  check(::fcntl(first.get(), F_GETFD) == FD_CLOEXEC, "O_CLOEXEC kept");
  check(::fcntl(second.get(), F_GETFD) == 0, "no O_CLOEXEC that was not asked for");
  check((::fcntl(first.get(), F_GETFL) & O_ACCMODE) == O_RDONLY, "O_RDONLY");
  struct stat info {};
  check(::fstat(first.get(), &info) == 0 && info.st_size == static_cast<off_t>(text.size()), "fstat");
  check(S_ISREG(info.st_mode), "a regular file");
  check(contents(first.get()) == text, "the first one's bytes");
  check(::lseek(second.get(), 0, SEEK_CUR) == 0, "an offset of its own");
  check(contents(second.get()) == text, "the second one's bytes");
  check(::lseek(first.get(), 1, SEEK_SET) == 1 && contents(first.get()) == text.substr(1), "lseek");
  check_mapping(first.get(), text, MAP_PRIVATE);
  check_mapping(second.get(), text, MAP_SHARED);
  check(::write(first.get(), "x", 1) == -1 && errno == EBADF, "a write");
  return 0;
}

// ROOT FOLDER NAME TEXT: the folder is the working directory, below the root.
int reads_in_root(const Arguments& arguments) {
  check(::chroot(arguments.at(0).c_str()) == 0 && ::chdir(arguments.at(1).c_str()) == 0, "chroot");
  const std::string path = arguments.at(1) + "/" + arguments.at(2);
  for (const char* way : {"open", "openat2", "folder"}) reads({way, path, arguments.at(3)});
  check(contents(open_at(AT_FDCWD, arguments.at(2), O_RDONLY).get()) == arguments.at(3), "a relative path");
  ::_exit(0);  // LeakSanitizer does not work without /proc
}

// PATH: the errno of an open, 0 if it works. [nofollow]
int opens(const Arguments& arguments) {
  const int flags = O_RDONLY | O_NONBLOCK | (arguments.size() > 1 ? O_NOFOLLOW : 0);
  return open_at(AT_FDCWD, arguments.at(0), flags) ? 0 : errno;
}

// PATH: the same, as nobody.
int opens_as_nobody(const Arguments& arguments) {
  constexpr int kNobody = 65534;
  check(::setgroups(0, nullptr) == 0 && ::setresgid(kNobody, kNobody, kNobody) == 0, "setresgid");
  check(::setresuid(kNobody, kNobody, kNobody) == 0, "setresuid");
  return opens(arguments);
}

// PATH TEXT: opens that are not for reading its bytes, and those that only the kernel can answer.
int other_opens(const Arguments& arguments) {
  const std::string& path = arguments.at(0);
  const std::string folder = fs::path(path).parent_path();
  for (const int flags : {O_WRONLY, O_RDWR, O_RDONLY | O_CREAT, O_PATH, O_WRONLY | O_APPEND}) {
    check(static_cast<bool>(open_at(AT_FDCWD, path, flags)), fmt::format("open with {:#o}", flags));
    check(static_cast<bool>(open_by("open", path, flags)), fmt::format("open(2) with {:#o}", flags));
    check(static_cast<bool>(open_by("openat2", path, flags)), fmt::format("openat2 with {:#o}", flags));
  }
  check(static_cast<bool>(open_at(AT_FDCWD, folder, O_RDONLY | O_DIRECTORY)), "O_DIRECTORY");
  check(static_cast<bool>(open_at(AT_FDCWD, folder, O_RDWR | O_TMPFILE)), "O_TMPFILE");
  open_how how{};
  how.resolve = RESOLVE_NO_MAGICLINKS;
  check(contents(open_with(path, how).get()) == arguments.at(1), "openat2 with a resolve flag");
  how.resolve = 0;
  check(!open_with(path, how, sizeof how - 8) && errno == EINVAL, "openat2 with a short struct");
  check(::syscall(SYS_openat2, AT_FDCWD, path.c_str(), 8, sizeof how) == -1 && errno == EFAULT,
        "openat2's EFAULT");
  check(::syscall(SYS_openat, AT_FDCWD, 8, O_RDONLY) == -1 && errno == EFAULT, "openat's EFAULT");
  check(!open_at(AT_FDCWD, "", O_RDONLY) && errno == ENOENT, "an empty path");
  const std::string endless(5000, 'x');
  check(!open_at(AT_FDCWD, endless, O_RDONLY) && errno == ENAMETOOLONG, "ENAMETOOLONG");
  check(!open_at(12345, fs::path(path).filename(), O_RDONLY) && errno == EBADF, "EBADF");
  check(static_cast<bool>(open_at(AT_FDCWD, path, O_RDONLY | O_TRUNC)), "O_TRUNC");
  check(fs::file_size(path) == 0, "truncated");
  return 0;
}

void check_stat(const struct stat& info, off_t size) {
  check(info.st_size == size, fmt::format("st_size {}", info.st_size));
  check(info.st_mode == (S_IFREG | 0444) && info.st_uid == 0 && info.st_gid == 0 && info.st_nlink == 1,
        "stat");
  check(info.st_ino != 0 && info.st_blksize > 0, "st_ino, st_blksize");
}

// PATH SIZE: all agree with each other, and with the file that an open gives.
int looks(const Arguments& arguments) {
  const char* path = arguments.at(0).c_str();
  const off_t size = std::stoi(arguments.at(1));
  const std::string name = fs::path(path).filename();
  const UniqueFd folder(::open(fs::path(path).parent_path().c_str(), O_PATH | O_CLOEXEC));
  struct stat info {};
  check(::syscall(SYS_newfstatat, AT_FDCWD, path, &info, 0) == 0, "newfstatat");
  check_stat(info, size);
  const auto inode = info.st_ino;
  info = {};
  check(::syscall(SYS_newfstatat, folder.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0,
        "AT_SYMLINK_NOFOLLOW");
  check_stat(info, size);
  check(info.st_ino == inode, "a stable inode");
  struct statx more {};
  check(::syscall(SYS_statx, folder.get(), name.c_str(), 0, STATX_BASIC_STATS, &more) == 0, "statx");
  check(more.stx_size == static_cast<std::uint64_t>(size) && more.stx_mode == (S_IFREG | 0444),
        "statx's result");
  check(more.stx_uid == 0 && more.stx_gid == 0 && more.stx_nlink == 1 && more.stx_ino == inode,
        "statx's rest");
  check((more.stx_mask & STATX_BASIC_STATS) == STATX_BASIC_STATS, "stx_mask");
  const auto accessible = [&](int mode) {
    const bool first = ::syscall(SYS_faccessat, AT_FDCWD, path, mode) == 0;
    const int code = errno;
    const bool second = ::syscall(SYS_faccessat2, folder.get(), name.c_str(), mode, AT_EACCESS) == 0;
    check(first == second && (first || code == errno), "faccessat and faccessat2 agree");
    return first ? 0 : errno;
  };
  check(accessible(F_OK) == 0 && accessible(R_OK) == 0, "R_OK");
  check(accessible(W_OK) == EACCES && accessible(R_OK | X_OK) == EACCES, "W_OK, X_OK");
  check(accessible(64) == EINVAL, "no such mode");
  check(::syscall(SYS_newfstatat, AT_FDCWD, path, 8, 0) == -1 && errno == EFAULT, "newfstatat's EFAULT");
  check(::syscall(SYS_statx, AT_FDCWD, path, 0, STATX_SIZE, 8) == -1 && errno == EFAULT, "statx's EFAULT");
#if defined(__x86_64__)
  info = {};
  check(::syscall(SYS_stat, path, &info) == 0, "stat");
  check_stat(info, size);
  info = {};
  check(::syscall(SYS_lstat, path, &info) == 0, "lstat");
  check_stat(info, size);
  check(::syscall(SYS_access, path, R_OK) == 0, "access");
#endif
  const UniqueFd file(::open(path, O_RDONLY | O_CLOEXEC));
  check(::syscall(SYS_newfstatat, file.get(), "", &info, AT_EMPTY_PATH) == 0, "fstat");
  check(info.st_size == size && info.st_ino == inode, "fstat agrees");
  return 0;
}

// PATH: the errno of a stat, 0 if it works. [nofollow]
int looks_at(const Arguments& arguments) {
  struct stat info {};
  const int flags = arguments.size() > 1 ? AT_SYMLINK_NOFOLLOW : 0;
  if (::syscall(SYS_newfstatat, AT_FDCWD, arguments.at(0).c_str(), &info, flags) != 0) return errno;
  return S_ISLNK(info.st_mode) ? 100 : 0;
}

// THREADS EACH WANTED TEXT OTHER
int open_storm(const Arguments& arguments) {
  const int each = std::stoi(arguments.at(1));
  std::vector<std::thread> all;
  for (int i = 0; i < std::stoi(arguments.at(0)); ++i) {
    all.emplace_back([&] {
      for (int j = 0; j < each; ++j) {
        const UniqueFd wanted = open_at(AT_FDCWD, arguments.at(2), O_RDONLY | O_CLOEXEC);
        check(wanted.get() > 2 && contents(wanted.get()) == arguments.at(3), "the wanted file");
        const UniqueFd other = open_at(AT_FDCWD, arguments.at(4), O_RDONLY | O_CLOEXEC);
        check(other.get() > 2 && contents(other.get()) != arguments.at(3), "the other file");
      }
    });
  }
  for (std::thread& one : all) one.join();
  return 0;
}

// PATH: children that open it all the time, killed at any moment.
int killed_openers(const Arguments& arguments) {
  for (int i = 0; i < 60; ++i) {
    const pid_t pid = ::fork();
    check(pid >= 0, "fork");
    struct stat info {};
    while (pid == 0) {
      open_at(AT_FDCWD, arguments.at(0), O_RDONLY);
      static_cast<void>(::syscall(SYS_newfstatat, AT_FDCWD, arguments.at(0).c_str(), &info, 0));
    }
    ::usleep(500 + 37 * static_cast<unsigned>(i));
    ::kill(pid, SIGKILL);
    check(::waitpid(pid, nullptr, 0) == pid, "wait");
  }
  return 0;
}

// PID: a process whose memory nobody here may read.
int reads_memory(const Arguments& arguments) {
  const pid_t pid = std::stoi(arguments.at(0));
  const std::string folder = "/proc/" + arguments.at(0);
  check(::ptrace(PTRACE_ATTACH, pid, nullptr, nullptr) == -1 && errno == EPERM, "PTRACE_ATTACH");
  check(::ptrace(PTRACE_SEIZE, pid, nullptr, nullptr) == -1 && errno == EPERM, "PTRACE_SEIZE");
  const std::int64_t wide = pid | (1LL << 40);
  check(::syscall(SYS_ptrace, PTRACE_SEIZE, wide, 0, 0) == -1 && errno == EPERM,
        "the kernel takes 32 bits of a pid");
  int value = 5;
  int copy = 0;
  iovec to{&copy, sizeof copy};
  iovec from{&value, sizeof value};
  check(::process_vm_readv(pid, &to, 1, &from, 1, 0) == -1 && errno == EPERM, "process_vm_readv");
  check(::process_vm_readv(::getpid(), &to, 1, &from, 1, 0) == sizeof copy && copy == value,
        "of its own memory");
  check(::ptrace(PTRACE_SEIZE, ::getppid(), nullptr, nullptr) == -1 && errno == EPERM,
        "PTRACE_SEIZE of the parent");
  if (arguments.size() == 1) return 0;  // opens are not trapped
  check(!open_at(AT_FDCWD, folder + "/mem", O_RDONLY) && errno == EACCES, "mem");
  check(!open_at(AT_FDCWD, folder + "/task/" + arguments.at(0) + "/mem", O_RDONLY) && errno == EACCES,
        "a thread's mem");
  check(!open_at(AT_FDCWD, fmt::format("/proc/{}/mem", ::getppid()), O_RDONLY) && errno == EACCES,
        "the keeper's");
  check(static_cast<bool>(open_at(AT_FDCWD, "/proc/self/mem", O_RDONLY)), "its own mem");
  check(static_cast<bool>(open_at(AT_FDCWD, folder + "/stat", O_RDONLY)), "what is no secret");
  return 0;
}

}  // namespace

const std::map<std::string, int (*)(const Arguments&)>& file_targets() {
  static const std::map<std::string, int (*)(const Arguments&)> kTargets{
      {"reads", reads},
      {"reads_in_root", reads_in_root},
      {"opens", opens},
      {"opens_as_nobody", opens_as_nobody},
      {"other_opens", other_opens},
      {"looks", looks},
      {"looks_at", looks_at},
      {"open_storm", open_storm},
      {"killed_openers", killed_openers},
      {"reads_memory", reads_memory},
      {"makes_file_call", makes_file_call},
      {"reads_given", reads_given},
      {"reads_descriptions", reads_descriptions},
      {"reads_links", reads_links},
      {"reads_list", reads_list},
      {"changes_nothing", changes_nothing},
      {"uses_staged_folder", uses_staged_folder},
      {"names_in_root", names_in_root},
      {"moves_links", moves_links},
      {"file_call_storm", file_call_storm},
  };
  return kTargets;
}

}  // namespace bigfoot::test

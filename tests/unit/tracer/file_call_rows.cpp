// tests/unit/tracer/file_call_rows.cpp - See file_call_rows.h. The calls are made by number: which one libc
// takes differs.
#include "file_call_rows.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>
#include <utime.h>

#include <filesystem>
#include <fstream>

#include "check.h"
#include "tracer/os.h"

namespace bigfoot::test {
namespace {

namespace fs = std::filesystem;
using Operation = FileCall::Operation;
constexpr long kBad = 8;  // no address
constexpr int kFchmodat2 = 452, kGetxattrat = 464;
char buffer[4096];
struct statx more;

UniqueFd folder_at(const char* path) { return UniqueFd(::open(path, O_PATH | O_CLOEXEC)); }

long open_how_at(const char* path, open_how how, std::size_t size = sizeof(open_how)) {
  return ::syscall(SYS_openat2, AT_FDCWD, path, &how, size);
}

// clang-format off
const std::vector<FileCallRow> kRows{
    // Opens, with every flag.
    {"OpenReads", [](const std::string&) { return ::syscall(SYS_openat, AT_FDCWD, "file", O_RDONLY); }, "open F/file = F/file"},
    {"OpenWrites", [](const std::string&) { return ::syscall(SYS_openat, AT_FDCWD, "file", O_RDWR | O_TRUNC, 0644); },
     "open F/file = F/file flags 01002"},
    {"OpenCreates", [](const std::string&) { return ::syscall(SYS_openat, AT_FDCWD, "new", O_WRONLY | O_CREAT, 0666); },
     "open F/new = F/new flags 0101 mode 0640"},
    {"OpenOnlyNew", [](const std::string&) { return ::syscall(SYS_openat, AT_FDCWD, "link", O_WRONLY | O_CREAT | O_EXCL, 0600); },
     "open F/link = F/link nofollow flags 0301 mode 0600"},
    {"OpenFolder", [](const std::string&) { return ::syscall(SYS_openat, AT_FDCWD, "dir/", O_RDONLY | O_DIRECTORY); },
     "open F/dir/ = F/dir flags 0200000"},
    {"OpenPath", [](const std::string&) { return ::syscall(SYS_openat, AT_FDCWD, "link", O_PATH | O_NOFOLLOW); },
     "open F/link = F/link nofollow flags 010400000"},
    {"OpenPathIgnoresCreat", [](const std::string&) { return ::syscall(SYS_openat, AT_FDCWD, "link", O_PATH | O_CREAT | O_EXCL, 0666); },
     "open F/link = F/file flags 010000300"},
    {"OpenTemporary", [](const std::string&) { return ::syscall(SYS_openat, AT_FDCWD, "dir", O_TMPFILE | O_RDWR, 0600); },
     "open F/dir = F/dir flags 020200002 mode 0600"},
    {"OpenAbsolute", [](const std::string& f) { return ::syscall(SYS_openat, 12345, (f + "/file").c_str(), O_WRONLY); },
     "open F/file = F/file flags 01"},
    {"OpenInFolder", [](const std::string&) { return ::syscall(SYS_openat, folder_at("dir").get(), "new", O_WRONLY); },
     "open F/dir/new = F/dir/new flags 01"},
    {"OpenAboveFolder", [](const std::string&) { return ::syscall(SYS_openat, folder_at("dirlink").get(), "../file", O_WRONLY); },
     "open F/dir/../file = F/file flags 01"},
    {"OpenBehindDots", [](const std::string&) { return ::syscall(SYS_openat, AT_FDCWD, "dir/./../dir//inner", O_WRONLY); },
     "open F/dir/./../dir//inner = F/dir/inner flags 01"},
    {"OpenAboveALink", [](const std::string&) { return ::syscall(SYS_openat, AT_FDCWD, "dir/deep/up/../file", O_WRONLY); },
     "open F/dir/deep/up/../file = F/file flags 01"},
    {"OpenAbsoluteLink", [](const std::string&) { return ::syscall(SYS_openat, AT_FDCWD, "abs", O_WRONLY); },
     "open F/abs = F/file flags 01"},
    {"OpenThroughLink", [](const std::string&) { return ::syscall(SYS_openat, AT_FDCWD, "dirlink/inner", O_WRONLY | O_NOFOLLOW); },
     "open F/dirlink/inner = F/dir/inner nofollow flags 0400001"},
    {"OpenDangling", [](const std::string&) { return ::syscall(SYS_openat, AT_FDCWD, "dangling", O_WRONLY | O_CREAT, 0600); },
     "open F/dangling = F/nowhere/else flags 0101 mode 0600"},
    {"OpenLoop", [](const std::string&) { return ::syscall(SYS_openat, AT_FDCWD, "loop", O_WRONLY); }, "open F/loop = F/loop flags 01"},
    {"OpenWhatIsNotThere", [](const std::string&) { return ::syscall(SYS_openat, AT_FDCWD, "no/./such/../file", O_WRONLY); },
     "open F/no/./such/../file = F/no/file flags 01"},
    {"OpenThroughProc", [](const std::string&) {
      const UniqueFd dir = folder_at("dir");
      return ::syscall(SYS_openat, AT_FDCWD, fmt::format("/proc/self/fd/{}/inner", dir.get()).c_str(), O_WRONLY); },
     "open /proc/self/fd/N/inner = F/dir/inner flags 01"},
    {"OpenThroughDevFd", [](const std::string&) {
      const UniqueFd file = folder_at("file");
      return ::syscall(SYS_openat, AT_FDCWD, fmt::format("/dev/fd/{}", file.get()).c_str(), O_WRONLY); },
     "open /dev/fd/N = F/file flags 01"},
    {"OpenThroughOwnCwd", [](const std::string&) { return ::syscall(SYS_openat, AT_FDCWD, "/proc/thread-self/cwd/file", O_WRONLY); },
     "open /proc/thread-self/cwd/file = F/file flags 01"},
    {"Openat2", [](const std::string&) { return open_how_at("new", {.flags = O_WRONLY | O_CREAT, .mode = 0666}); },
     "open F/new = F/new flags 0101 mode 0640"},
    {"Openat2InRoot", [](const std::string&) { return open_how_at("/file", {.flags = O_RDONLY, .resolve = RESOLVE_IN_ROOT}); },
     "open F/file = F/file"},
    {"Openat2AboveRoot", [](const std::string&) {
      open_how how{.flags = O_WRONLY, .resolve = RESOLVE_IN_ROOT};
      return ::syscall(SYS_openat2, folder_at("dir").get(), "deep/../../../inner", &how, sizeof how); },
     "open F/dir/inner = F/dir/inner flags 01"},
    {"Openat2ShortStruct", [](const std::string&) { return open_how_at("file", {}, 8); }, "", EINVAL},
    {"Openat2ModeForNothing", [](const std::string&) { return open_how_at("file", {.flags = O_RDONLY, .mode = 0644}); }, "", EINVAL},
    {"Openat2BadStruct", [](const std::string&) { return ::syscall(SYS_openat2, AT_FDCWD, "file", kBad, sizeof(open_how)); }, "", EFAULT},
    // It fails, which nobody waits for.
    {"OpenInServedFolder", [](const std::string&) {
      check(::syscall(SYS_mount, "none", "dirlink/deep", "fuse.none", 0, "fd=12345") == -1, "mount");
      return ::syscall(SYS_openat, AT_FDCWD, "dirlink/deep/up/inner", O_WRONLY); },
     "open F/dirlink/deep/up/inner = F/dir/deep/up/inner flags 01"},
    {"OpenAfterAMount", [](const std::string& f) {
      check(::syscall(SYS_mount, "none", "dirlink/deep", "nothing", 0, "") == -1, "mount");
      return ::syscall(SYS_openat, AT_FDCWD, (f + "/dirlink/deep/up/inner").c_str(), O_WRONLY); },
     "open F/dirlink/deep/up/inner = F/dir/inner flags 01"},
    // Looks.
    {"Newfstatat", [](const std::string&) { return ::syscall(SYS_newfstatat, AT_FDCWD, "link", buffer, 0); }, "look F/link = F/file"},
    {"NewfstatatOfLink", [](const std::string&) { return ::syscall(SYS_newfstatat, AT_FDCWD, "link", buffer, AT_SYMLINK_NOFOLLOW); },
     "look F/link = F/link nofollow"},
    {"NewfstatatBehindSlash", [](const std::string&) { return ::syscall(SYS_newfstatat, AT_FDCWD, "dirlink/", buffer, AT_SYMLINK_NOFOLLOW); },
     "look F/dirlink/ = F/dir nofollow"},
    {"Statx", [](const std::string&) { return ::syscall(SYS_statx, AT_FDCWD, "file", 0, STATX_BASIC_STATS, &more); }, "look F/file = F/file"},
    {"StatxOfDescriptor", [](const std::string&) { return ::syscall(SYS_statx, folder_at("file").get(), "", AT_EMPTY_PATH, STATX_SIZE, &more); },
     "", 0},
    {"Faccessat", [](const std::string&) { return ::syscall(SYS_faccessat, AT_FDCWD, "file", W_OK); }, "access F/file = F/file flags 02"},
    {"Faccessat2", [](const std::string&) { return ::syscall(SYS_faccessat2, AT_FDCWD, "link", X_OK, AT_SYMLINK_NOFOLLOW); },
     "access F/link = F/link nofollow flags 01"},
    {"Readlinkat", [](const std::string&) { return ::syscall(SYS_readlinkat, AT_FDCWD, "link", buffer, 10); },
     "read_link F/link = F/link nofollow"},
    {"ReadlinkatOfDescriptor", [](const std::string&) {
      const UniqueFd link(::open("link", O_PATH | O_NOFOLLOW | O_CLOEXEC));
      return ::syscall(SYS_readlinkat, link.get(), "", buffer, 10) == 4 ? 0L : -1L; }, "", 0},
    // Folders, nodes and names.
    {"Mkdirat", [](const std::string&) { return ::syscall(SYS_mkdirat, AT_FDCWD, "new/", 0777); },
     "make_folder F/new/ = F/new nofollow mode 0750"},
    {"Mknodat", [](const std::string&) { return ::syscall(SYS_mknodat, AT_FDCWD, "new", S_IFIFO | 0666, 0); },
     "make_node F/new = F/new nofollow mode 010640"},
    {"Unlinkat", [](const std::string&) { return ::syscall(SYS_unlinkat, AT_FDCWD, "link", 0); }, "remove F/link = F/link nofollow"},
    {"UnlinkatOfFolder", [](const std::string&) { return ::syscall(SYS_unlinkat, folder_at("dir").get(), "deep", AT_REMOVEDIR); },
     "remove_folder F/dir/deep = F/dir/deep nofollow"},
    {"Renameat2", [](const std::string&) {
      return ::syscall(SYS_renameat2, folder_at("dirlink").get(), "inner", AT_FDCWD, "dirlink/new", 1 /* RENAME_NOREPLACE */); },
     "rename F/dir/inner = F/dir/inner to F/dirlink/new = F/dir/new nofollow flags 01"},
    {"RenameFromOutside", [](const std::string&) { return ::syscall(SYS_renameat2, AT_FDCWD, "/no/such", AT_FDCWD, "new", 0); },
     "rename /no/such = /no/such to F/new = F/new nofollow"},
    {"RenameToOutside", [](const std::string&) { return ::syscall(SYS_renameat2, AT_FDCWD, "link", AT_FDCWD, "/no/such", 0); },
     "rename F/link = F/link to /no/such = /no/such nofollow"},
    {"Linkat", [](const std::string&) { return ::syscall(SYS_linkat, AT_FDCWD, "link", AT_FDCWD, "new", AT_SYMLINK_FOLLOW); },
     "link F/link = F/file to F/new = F/new"},
    {"LinkatOfLink", [](const std::string&) { return ::syscall(SYS_linkat, AT_FDCWD, "link", AT_FDCWD, "link", 0); },
     "link F/link = F/link to F/link = F/link nofollow"},
    {"LinkatOfDescriptor", [](const std::string&) {
      return ::syscall(SYS_linkat, folder_at("file").get(), "", AT_FDCWD, "new", AT_EMPTY_PATH); },
     "link F/file = F/file to F/new = F/new nofollow"},
    {"LinkatOfNothing", [](const std::string&) { return ::syscall(SYS_linkat, folder_at("file").get(), "", AT_FDCWD, "new", 0); },
     "", ENOENT},
    {"LinkatThroughProc", [](const std::string&) {
      const UniqueFd file = folder_at("file");
      return ::syscall(SYS_linkat, AT_FDCWD, fmt::format("/proc/self/fd/{}", file.get()).c_str(), AT_FDCWD, "new", AT_SYMLINK_FOLLOW); },
     "link /proc/self/fd/N = F/file to F/new = F/new"},
    {"Symlinkat", [](const std::string&) { return ::syscall(SYS_symlinkat, "../any text", folder_at("dir").get(), "new"); },
     "symbolic_link F/dir/new = F/dir/new to ../any text nofollow"},
    // What belongs to a file.
    {"Fchmodat", [](const std::string&) { return ::syscall(SYS_fchmodat, AT_FDCWD, "link", 0777); },
     "change_mode F/link = F/file mode 0777"},
    {"Fchmodat2", [](const std::string&) { return ::syscall(kFchmodat2, AT_FDCWD, "link", 04711, AT_SYMLINK_NOFOLLOW); },
     "change_mode F/link = F/link nofollow mode 04711"},
    {"Fchownat", [](const std::string&) { return ::syscall(SYS_fchownat, AT_FDCWD, "link", 1, 2, AT_SYMLINK_NOFOLLOW); },
     "change_owner F/link = F/link nofollow"},
    {"Truncate", [](const std::string&) { return ::syscall(SYS_truncate, "link", 4711L); }, "truncate F/link = F/file length 4711"},
    {"Utimensat", [](const std::string&) {
      const timespec times[] = {{5, 6}, {0, UTIME_OMIT}};
      return ::syscall(SYS_utimensat, AT_FDCWD, "link", times, AT_SYMLINK_NOFOLLOW); },
     "set_times F/link = F/link nofollow times 5.000000006 omit"},
    {"UtimensatNow", [](const std::string&) { return ::syscall(SYS_utimensat, AT_FDCWD, "file", nullptr, 0); },
     "set_times F/file = F/file times now now"},
    {"UtimensatOfDescriptor", [](const std::string&) {
      const UniqueFd file(::open("/dev/null", O_RDONLY));
      return ::syscall(SYS_utimensat, 12345, nullptr, nullptr, 0); }, "", EBADF},
    {"UtimensatBadTimes", [](const std::string&) { return ::syscall(SYS_utimensat, AT_FDCWD, "file", kBad, 0); }, "", EFAULT},
    {"Getxattr", [](const std::string&) { return ::syscall(SYS_getxattr, "link", "user.x", buffer, 10); }, "attributes F/link = F/file"},
    {"Lsetxattr", [](const std::string&) { return ::syscall(SYS_lsetxattr, "link", "user.x", "1", 1, 0); },
     "attributes F/link = F/link nofollow"},
    {"Listxattr", [](const std::string&) { return ::syscall(SYS_listxattr, "file", buffer, 10); }, "attributes F/file = F/file"},
    {"Lremovexattr", [](const std::string&) { return ::syscall(SYS_lremovexattr, "link", "user.x"); },
     "attributes F/link = F/link nofollow"},
    {"Getxattrat", [](const std::string&) { return ::syscall(kGetxattrat, AT_FDCWD, "file", 0, "user.x", buffer, 16); }, "", ENOSYS},
    // What the kernel refuses by itself.
    {"BadPointer", [](const std::string&) { return ::syscall(SYS_openat, AT_FDCWD, kBad, O_WRONLY); }, "", EFAULT},
    {"BadSecondPointer", [](const std::string&) { return ::syscall(SYS_renameat2, AT_FDCWD, "file", AT_FDCWD, kBad, 0); }, "", EFAULT},
    {"BadText", [](const std::string&) { return ::syscall(SYS_symlinkat, kBad, AT_FDCWD, "new"); }, "", EFAULT},
    {"BadFolder", [](const std::string&) { return ::syscall(SYS_mkdirat, 12345, "new", 0700); }, "", EBADF},
    {"EmptyPath", [](const std::string&) { return ::syscall(SYS_openat, AT_FDCWD, "", O_RDONLY); }, "", ENOENT},
    {"EmptyText", [](const std::string&) { return ::syscall(SYS_symlinkat, "", AT_FDCWD, "new"); }, "", ENOENT},
    {"TooLong", [](const std::string&) { return ::syscall(SYS_openat, AT_FDCWD, std::string(5000, 'x').c_str(), O_WRONLY); }, "", ENAMETOOLONG},
    {"AsLongAsCanBe", [](const std::string&) {
      std::string path(4095, '/');
      return ::syscall(SYS_openat, AT_FDCWD, path.replace(0, 4, "dir/").replace(4091, 4, "none").c_str(), O_WRONLY) < 0 && errno == EOWNERDEAD ? 0L : -1L; },
     "open F/dir/.../none = F/dir/none flags 01", 0},
#if defined(__x86_64__)
    {"Open", [](const std::string&) { return ::syscall(SYS_open, "new", O_WRONLY | O_CREAT, 0666); },
     "open F/new = F/new flags 0101 mode 0640"},
    {"Creat", [](const std::string&) { return ::syscall(SYS_creat, "new", 0666); }, "open F/new = F/new flags 01101 mode 0640"},
    {"Stat", [](const std::string&) { return ::syscall(SYS_stat, "link", buffer); }, "look F/link = F/file"},
    {"Lstat", [](const std::string&) { return ::syscall(SYS_lstat, "link", buffer); }, "look F/link = F/link nofollow"},
    {"Access", [](const std::string&) { return ::syscall(SYS_access, "link", R_OK); }, "access F/link = F/file flags 04"},
    {"Readlink", [](const std::string&) { return ::syscall(SYS_readlink, "link", buffer, 10); }, "read_link F/link = F/link nofollow"},
    {"Mkdir", [](const std::string&) { return ::syscall(SYS_mkdir, "new", 0777); }, "make_folder F/new = F/new nofollow mode 0750"},
    {"Mknod", [](const std::string&) { return ::syscall(SYS_mknod, "new", 0666, 0); }, "make_node F/new = F/new nofollow mode 0640"},
    {"Unlink", [](const std::string&) { return ::syscall(SYS_unlink, "link"); }, "remove F/link = F/link nofollow"},
    {"Rmdir", [](const std::string&) { return ::syscall(SYS_rmdir, "dir"); }, "remove_folder F/dir = F/dir nofollow"},
    {"Rename", [](const std::string&) { return ::syscall(SYS_rename, "link", "dir/new"); },
     "rename F/link = F/link to F/dir/new = F/dir/new nofollow"},
    {"Renameat", [](const std::string&) { return ::syscall(SYS_renameat, folder_at("dir").get(), "inner", AT_FDCWD, "new"); },
     "rename F/dir/inner = F/dir/inner to F/new = F/new nofollow"},
    {"Link", [](const std::string&) { return ::syscall(SYS_link, "file", "new"); }, "link F/file = F/file to F/new = F/new nofollow"},
    {"Symlink", [](const std::string&) { return ::syscall(SYS_symlink, "text", "new"); },
     "symbolic_link F/new = F/new to text nofollow"},
    {"Chmod", [](const std::string&) { return ::syscall(SYS_chmod, "link", 0666); }, "change_mode F/link = F/file mode 0666"},
    {"Chown", [](const std::string&) { return ::syscall(SYS_chown, "link", 1, 2); }, "change_owner F/link = F/file"},
    {"Lchown", [](const std::string&) { return ::syscall(SYS_lchown, "link", 1, 2); }, "change_owner F/link = F/link nofollow"},
    {"Utime", [](const std::string&) {
      const utimbuf times{5, 6};
      return ::syscall(SYS_utime, "file", &times); }, "set_times F/file = F/file times 5.000000000 6.000000000"},
    {"Utimes", [](const std::string&) {
      const timeval times[] = {{5, 7}, {6, 8}};
      return ::syscall(SYS_utimes, "file", times); }, "set_times F/file = F/file times 5.000007000 6.000008000"},
    {"Futimesat", [](const std::string&) { return ::syscall(SYS_futimesat, folder_at("dir").get(), "inner", nullptr); },
     "set_times F/dir/inner = F/dir/inner times now now"},
#endif
};
// clang-format on

const char* name_of(Operation operation) {
  constexpr const char* kNames[] = {
      "open",        "look",         "access",        "read_link", "list",      "make_folder",
      "make_node",   "remove",       "remove_folder", "rename",    "link",      "symbolic_link",
      "change_mode", "change_owner", "truncate",      "set_times", "attributes"};
  return kNames[static_cast<int>(operation)];
}

// "/proc/self/fd/5" is written with N, a path of slashes shortened.
std::string short_name(std::string path, const std::string& folder) {
  const std::string begin = path.substr(0, folder.size());
  if (begin == folder) path.replace(0, folder.size(), "F");
  for (const std::string before : {"/proc/self/fd/", "/dev/fd/"}) {
    if (path.starts_with(before))
      path.replace(before.size(), path.find_first_not_of("0123456789", before.size()) - before.size(), "N");
  }
  if (const std::size_t slashes = path.find("///"); slashes != std::string::npos) {
    path.replace(slashes, path.find_first_not_of('/', slashes) - slashes, "/.../");
  }
  return path;
}

std::string time_text(const timespec& time) {
  if (time.tv_nsec == UTIME_NOW) return "now";
  if (time.tv_nsec == UTIME_OMIT) return "omit";
  return fmt::format("{}.{:09}", time.tv_sec, time.tv_nsec);
}

}  // namespace

const std::vector<FileCallRow>& file_call_rows() { return kRows; }

std::string to_text(const FileCall::Request& request, const std::string& folder) {
  std::string out = fmt::format("{} {}", name_of(request.operation), short_name(request.path, folder));
  if (!request.resolved.empty()) out += " = " + short_name(request.resolved, folder);
  if (!request.other.empty()) out += " to " + short_name(request.other, folder);
  if (!request.other_resolved.empty()) out += " = " + short_name(request.other_resolved, folder);
  if (!request.follow) out += " nofollow";
  if (request.flags != 0) out += fmt::format(" flags {:#o}", static_cast<unsigned>(request.flags));
  if (request.mode != 0) out += fmt::format(" mode {:#o}", request.mode);
  if (request.length != 0) out += fmt::format(" length {}", request.length);
  if (request.operation == Operation::set_times) {
    out += fmt::format(" times {} {}", time_text(request.times[0]), time_text(request.times[1]));
  }
  return out;
}

void make_file_tree(const std::string& folder) {
  const fs::path at(folder);
  fs::create_directories(at / "dir/deep");
  std::ofstream(at / "file") << "text";
  std::ofstream(at / "dir/inner") << "inner";
  fs::create_symlink("file", at / "link");
  fs::create_symlink("dir", at / "dirlink");
  fs::create_symlink(at / "file", at / "abs");
  fs::create_symlink("nowhere/else", at / "dangling");
  fs::create_symlink("pool", at / "loop");
  fs::create_symlink("loop", at / "pool");
  fs::create_symlink("../../dir", at / "dir/deep/up");
}

int makes_file_call(const std::vector<std::string>& arguments) {
  const FileCallRow& row = kRows.at(std::stoul(arguments.at(0)));
  const std::string& folder = arguments.at(1);
  check(::chdir(folder.c_str()) == 0, "chdir");
  ::umask(027);
  return row.call(folder) < 0 ? errno : 0;
}

}  // namespace bigfoot::test

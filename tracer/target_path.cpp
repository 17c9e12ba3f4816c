// tracer/target_path.cpp - See target_path.h.
#include "tracer/target_path.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <string_view>

#include "tracer/pidfd_info.h"
#include "tracer/proc.h"

namespace bigfoot {
namespace {

UniqueFd open_folder(Tid tid, const char* link) {
  const std::string path = fmt::format("/proc/{}/{}", static_cast<pid_t>(tid), link);
  return UniqueFd(::open(path.c_str(), O_PATH | O_CLOEXEC));
}

UniqueFd openat2(int start, const std::string& path, int flags, std::uint64_t resolve) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags);
  how.resolve = resolve;
  return UniqueFd(static_cast<int>(::syscall(SYS_openat2, start, path.c_str(), &how, sizeof how)));
}

// The rights of the target for this thread, while it opens a file: a supervisor that is root must not show
// what the target may not read. By system calls, since libc's functions change all threads of ours.
class LentRights {
 public:
  explicit LentRights(Tid tid) {
    if (::geteuid() != 0) return;  // the target has the same, or the kernel would not let us
    const std::optional<PidfdInfo> kernels_word = thread_info(tid);
    if (kernels_word && kernels_word->fsuid == 0 && kernels_word->fsgid == ::getegid()) return;  // root's, nearly always
    const std::optional<FileRights> theirs = file_rights(tid);
    FileRights own = own_rights();
    if (!theirs || own == *theirs) return;
    own_ = std::move(own);
    take(*theirs);
  }
  LentRights(const LentRights&) = delete;
  LentRights& operator=(const LentRights&) = delete;
  ~LentRights() {
    if (own_) take(*own_);
  }

 private:
  static FileRights own_rights() {
    std::vector<gid_t> groups(static_cast<std::size_t>(std::max(::getgroups(0, nullptr), 0)));
    groups.resize(static_cast<std::size_t>(
        std::max(::getgroups(static_cast<int>(groups.size()), groups.data()), 0)));
    return {::geteuid(), ::getegid(), std::move(groups)};
  }
  static void take(const FileRights& rights) {
    ::syscall(SYS_setgroups, rights.groups.size(), rights.groups.data());
    ::syscall(SYS_setfsgid, rights.group);
    ::syscall(SYS_setfsuid, rights.user);
  }
  std::optional<FileRights> own_;  // to be restored
};

std::string without_dots(std::string path) {
  while (path.starts_with("./")) path.erase(0, path.find_first_not_of('/', 1));
  return path;
}

// "/proc/self/exe" is another file for each process.
std::string proc_of(Tid tid, const std::string& path) {
  constexpr std::string_view kSelf = "/proc/self/";
  if (!path.starts_with(kSelf)) return fmt::format("/proc/{}/root{}", static_cast<pid_t>(tid), path);
  return fmt::format("/proc/{}/{}", static_cast<pid_t>(tid), path.substr(kSelf.size()));
}

std::string link_of(RemoteFd fd) {
  return fd == kWorkingDirectory ? "cwd" : fmt::format("fd/{}", static_cast<int>(fd));
}

OsResult<UniqueFd> open_path_from(int start, Tid tid, const std::string& path, bool follow) {
  const bool relative = path.empty() || path.front() != '/';
  const int flags = O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW);
  UniqueFd out = openat2(start, path, flags, relative ? 0 : RESOLVE_IN_ROOT);
  if (out) return out;
  if (relative || (errno != ELOOP && errno != EXDEV)) return os_error("openat2");
  // A magic link, which RESOLVE_IN_ROOT does not follow: /proc/self/exe, say.
  out = UniqueFd(::open(proc_of(tid, path).c_str(), flags));
  if (!out) return os_error("open");
  return out;
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

std::string below_root_of(Tid tid, std::string path) {
  const std::string root = process_link(static_cast<pid_t>(tid), "root").value_or("/");
  if (root != "/" && (path + "/").starts_with(root + "/")) path.erase(0, root.size());
  return path.empty() ? "/" : path;
}

// Empty: gone, or "socket:[4711]".
std::string open_file_path(Tid tid, RemoteFd fd, bool same_root) {
  std::string path = process_link(static_cast<pid_t>(tid), link_of(fd).c_str()).value_or("");
  if (!path.starts_with('/')) return "";
  return same_root ? path : below_root_of(tid, std::move(path));
}

std::string absolute_path(Tid tid, const std::string& path, RemoteFd start) {
  if (path.empty() || path.front() == '/') return path;
  const std::string folder = open_file_path(tid, start);
  if (folder.empty()) return "";
  return (folder == "/" ? "" : folder) + "/" + without_dots(path);
}

std::string working_directory(Tid tid) { return open_file_path(tid, kWorkingDirectory); }

OsResult<UniqueFd> open_file(Tid tid, const std::string& path, bool follow) {
  const UniqueFd root = open_folder(tid, "root");
  if (!root) return os_error("open");
  const LentRights lent(tid);
  const int flags = O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW);
  const UniqueFd file = openat2(root.get(), path, flags, RESOLVE_IN_ROOT);
  if (!file) return os_error("openat2");
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return os_error("fstat");
  if (S_ISLNK(info.st_mode)) return std::unexpected(OsError{"openat2", ELOOP});
  if (!S_ISREG(info.st_mode)) return std::unexpected(OsError{"openat2", EINVAL});
  // O_NONBLOCK: where a lease would have to be waited for (fcntl(2)).
  UniqueFd out(
      ::open(fmt::format("/proc/self/fd/{}", file.get()).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!out) return os_error("open");
  return out;
}

OsResult<UniqueFd> open_as(Tid tid, const std::string& path, int flags, mode_t mode) {
  const UniqueFd root = open_folder(tid, "root");
  if (!root) return os_error("open");
  const LentRights lent(tid);
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC | ((flags & O_PATH) != 0 ? 0 : O_NOCTTY));
  how.mode = (flags & O_CREAT) != 0 ? mode : 0;
  how.resolve = RESOLVE_IN_ROOT;
  UniqueFd out(static_cast<int>(::syscall(SYS_openat2, root.get(), path.c_str(), &how, sizeof how)));
  if (!out) return os_error("openat2");
  return out;
}

OsResult<UniqueFd> open_path(Tid tid, const std::string& path) {
  const bool relative = path.empty() || path.front() != '/';
  const UniqueFd start = open_folder(tid, relative ? "cwd" : "root");
  if (!start) return os_error("open");
  return open_path_from(start.get(), tid, path, true);
}

OsResult<UniqueFd> open_program(Tid tid, const std::string& path, RemoteFd folder, bool follow) {
  const bool relative = path.empty() || path.front() != '/';
  UniqueFd start = open_folder(tid, relative ? link_of(folder).c_str() : "root");
  if (!start) return std::unexpected(OsError{"open", relative && folder != kWorkingDirectory ? EBADF : errno});
  const LentRights lent(tid);
  OsResult<UniqueFd> out = path.empty() ? std::move(start) : open_path_from(start.get(), tid, path, follow);
  if (!out || is_executable(out->get())) return out;
  struct stat info {};
  const bool is_link = ::fstat(out->get(), &info) == 0 && S_ISLNK(info.st_mode);
  return std::unexpected(OsError{"execve", is_link ? ELOOP : EACCES});
}

std::optional<std::string> canonical_path(Tid tid, const std::string& path) {
  if (const OsResult<UniqueFd> file = open_path(tid, path)) {
    return process_link(::getpid(), fmt::format("fd/{}", file->get()).c_str());
  }
  const OsResult<UniqueFd> folder = open_path(tid, parent_of(path));
  if (!folder) return std::nullopt;
  const auto name = process_link(::getpid(), fmt::format("fd/{}", folder->get()).c_str());
  if (!name) return std::nullopt;
  return (*name == "/" ? "" : *name) + "/" + path.substr(path.rfind('/') + 1);
}

bool is_executable(int path_fd) {
  struct stat info {};
  if (::fstat(path_fd, &info) != 0 || !S_ISREG(info.st_mode)) return false;
  return ::faccessat(path_fd, "", X_OK, AT_EACCESS | AT_EMPTY_PATH) == 0;
}

}  // namespace bigfoot

// tracer/proc.cpp - Reads /proc. Source: proc(5); linux/fs/proc/array.c for the fields of stat.
#include "tracer/proc.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <charconv>
#include <cstring>
#include <memory>
#include <string_view>
#include <unordered_map>

namespace bigfoot {
namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

std::optional<std::string> contents(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  std::string out;
  char part[4096];
  ssize_t size = 0;
  while ((size = ::read(file.get(), part, sizeof part)) > 0) out.append(part, static_cast<std::size_t>(size));
  if (size < 0) return std::nullopt;
  return out;
}

std::optional<std::uint64_t> number(std::string_view text, int base = 10) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  return value;
}

// "Tgid:\t4211\n" in the text of status.
std::uint64_t field(std::string_view status, std::string_view name, int base = 10) {
  const std::size_t at = status.find(name);
  if (at == std::string_view::npos) return 0;
  std::string_view rest = status.substr(at + name.size());
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
  return number(rest, base).value_or(0);
}

// "Groups:\t4 24 27 \n"
std::vector<std::uint32_t> numbers(std::string_view status, std::string_view name) {
  std::vector<std::uint32_t> out;
  const std::size_t at = status.find(name);
  if (at == std::string_view::npos) return out;
  std::string_view rest = status.substr(at + name.size());
  rest = rest.substr(0, rest.find('\n'));
  for (;;) {
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    if (rest.empty()) return out;
    const std::size_t end = std::min(rest.find_first_of(" \t"), rest.size());
    out.push_back(static_cast<std::uint32_t>(number(rest.substr(0, end)).value_or(0)));
    rest.remove_prefix(end);
  }
}

// The fields of stat from the third on: the second is the program's name, which may hold blanks and brackets.
std::optional<std::vector<std::string_view>> stat_fields(std::string_view stat) {
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string_view::npos) return std::nullopt;
  std::vector<std::string_view> fields;
  std::string_view rest = stat.substr(name_end + 1);
  while (!rest.empty()) {
    const std::size_t start = rest.find_first_not_of(" \n");
    if (start == std::string_view::npos) break;
    rest.remove_prefix(start);
    const std::size_t end = std::min(rest.find_first_of(" \n"), rest.size());
    fields.push_back(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  return fields;
}

constexpr std::size_t kStatState = 0;      // field 3 of proc(5)
constexpr std::size_t kStatParent = 1;     // field 4
constexpr std::size_t kStatExitCode = 49;  // field 52

}  // namespace

std::optional<TaskStatus> task_status(Tid tid) {
  const std::optional<std::string> text = contents(fmt::format("/proc/{}/status", static_cast<pid_t>(tid)));
  if (!text) return std::nullopt;
  TaskStatus status;
  status.process = static_cast<Pid>(field(*text, "\nTgid:"));
  status.parent = static_cast<Pid>(field(*text, "\nPPid:"));
  status.tracer = static_cast<Pid>(field(*text, "\nTracerPid:"));
  const std::uint64_t blocked = field(*text, "\nSigBlk:", 16) | field(*text, "\nSigIgn:", 16);
  status.pending = (field(*text, "\nSigPnd:", 16) | field(*text, "\nShdPnd:", 16)) & ~blocked;
  status.filters = static_cast<int>(field(*text, "\nSeccomp_filters:"));
  if (status.process == Pid{0}) return std::nullopt;
  return status;
}

std::optional<FileRights> file_rights(Tid tid) {
  constexpr std::size_t kOfFiles = 3;  // after real, effective and saved
  const std::optional<std::string> text = contents(fmt::format("/proc/{}/status", static_cast<pid_t>(tid)));
  if (!text) return std::nullopt;
  const std::vector<std::uint32_t> users = numbers(*text, "\nUid:");
  const std::vector<std::uint32_t> groups = numbers(*text, "\nGid:");
  if (users.size() <= kOfFiles || groups.size() <= kOfFiles) return std::nullopt;
  return FileRights{users[kOfFiles], groups[kOfFiles], numbers(*text, "\nGroups:")};
}

mode_t file_mode_mask(Tid tid) {
  const std::optional<std::string> text = contents(fmt::format("/proc/{}/status", static_cast<pid_t>(tid)));
  return text ? static_cast<mode_t>(field(*text, "\nUmask:", 8)) : 0;
}

std::string task_name(Tid tid) {
  std::string text = contents(fmt::format("/proc/{}/comm", static_cast<pid_t>(tid))).value_or("");
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

// Not by prlimit(2), which wants more rights.
std::optional<std::uint64_t> open_files_limit(Tid tid) {
  rlimit limit{};
  if (::prlimit(static_cast<pid_t>(tid), RLIMIT_NOFILE, nullptr, &limit) == 0) return limit.rlim_cur;
  if (errno == ESRCH) return std::nullopt;
  constexpr std::string_view kRow = "Max open files ";  // EPERM: of another user
  const std::optional<std::string> text = contents(fmt::format("/proc/{}/limits", static_cast<pid_t>(tid)));
  const std::size_t at = text ? text->find(kRow) : std::string::npos;
  if (at == std::string::npos) return std::nullopt;
  std::string_view rest = std::string_view(*text).substr(at + kRow.size());
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  return number(rest).value_or(~0ULL);  // "unlimited"
}

std::optional<std::uint64_t> bytes_written(Tid tid) {
  const auto task = static_cast<pid_t>(tid);
  const std::optional<std::string> text = contents(fmt::format("/proc/{}/task/{}/io", task, task));
  if (!text) return std::nullopt;
  return field(*text, "\nwchar:");
}

std::optional<int> file_flags(Tid tid, RemoteFd fd) {
  constexpr int kOctal = 8;
  const std::optional<std::string> text =
      contents(fmt::format("/proc/{}/fdinfo/{}", static_cast<pid_t>(tid), static_cast<int>(fd)));
  if (!text) return std::nullopt;
  return static_cast<int>(field(*text, "\nflags:", kOctal));
}

std::optional<SocketInode> socket_inode(Tid tid, RemoteFd fd) {
  const std::string path = fmt::format("/proc/{}/fd/{}", static_cast<pid_t>(tid), static_cast<int>(fd));
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 || !S_ISSOCK(info.st_mode)) return std::nullopt;
  return static_cast<SocketInode>(info.st_ino);
}

std::optional<SocketInode> socket_inode(int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0 || !S_ISSOCK(info.st_mode)) return std::nullopt;
  return static_cast<SocketInode>(info.st_ino);
}

std::vector<std::string> command_line(Pid pid) {
  std::vector<std::string> out;
  const std::optional<std::string> text = contents(fmt::format("/proc/{}/cmdline", static_cast<pid_t>(pid)));
  if (!text) return out;
  for (std::string_view rest = *text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\0'), rest.size());
    out.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return out;
}

std::optional<std::string> process_link(pid_t task, const char* name) {
  char target[4096];  // PATH_MAX
  const ssize_t size = ::readlink(fmt::format("/proc/{}/{}", task, name).c_str(), target, sizeof target);
  if (size < 0) return std::nullopt;
  return std::string(target, static_cast<std::size_t>(size));
}

std::optional<int> zombie_status(Pid pid) {
  const std::optional<std::string> text = contents(fmt::format("/proc/{}/stat", static_cast<pid_t>(pid)));
  if (!text) return std::nullopt;
  const auto fields = stat_fields(*text);
  if (!fields || fields->size() <= kStatExitCode || (*fields)[kStatState] != "Z") return std::nullopt;
  const std::optional<std::uint64_t> status = number((*fields)[kStatExitCode]);
  if (!status) return std::nullopt;
  return static_cast<int>(*status);
}

bool is_running(Pid pid) {
  const std::string tasks = fmt::format("/proc/{}/task", static_cast<pid_t>(pid));
  const Directory threads(::opendir(tasks.c_str()));
  if (!threads) return false;
  while (const dirent* entry = ::readdir(threads.get())) {
    if (!number(entry->d_name)) continue;
    const std::optional<std::string> text = contents(fmt::format("{}/{}/stat", tasks, entry->d_name));
    const auto fields = text ? stat_fields(*text) : std::nullopt;
    if (fields && fields->size() > kStatState && (*fields)[kStatState] == "R") return true;
  }
  return false;
}

std::vector<Pid> descendants_of(Pid ancestor) {
  std::unordered_multimap<pid_t, pid_t> children;
  const Directory proc(::opendir("/proc"));
  if (!proc) return {};
  while (const dirent* entry = ::readdir(proc.get())) {
    const std::optional<std::uint64_t> pid = number(entry->d_name);
    if (!pid) continue;
    const std::optional<std::string> text = contents(fmt::format("/proc/{}/stat", *pid));
    const auto fields = text ? stat_fields(*text) : std::nullopt;
    if (!fields || fields->size() <= kStatParent || (*fields)[kStatState] == "Z") continue;
    children.emplace(static_cast<pid_t>(number((*fields)[kStatParent]).value_or(0)),
                     static_cast<pid_t>(*pid));
  }
  std::vector<Pid> out{ancestor};
  for (std::size_t next = 0; next < out.size(); ++next) {
    const auto [first, last] = children.equal_range(static_cast<pid_t>(out[next]));
    for (auto child = first; child != last; ++child) out.push_back(static_cast<Pid>(child->second));
  }
  out.erase(out.begin());
  return out;
}

void for_each_socket(Pid pid, const std::function<void(SocketInode)>& visit) {
  const std::string path = fmt::format("/proc/{}/fd", static_cast<pid_t>(pid));
  const Directory fds(::opendir(path.c_str()));
  if (!fds) return;
  while (const dirent* entry = ::readdir(fds.get())) {
    char target[64];
    const ssize_t size = ::readlinkat(::dirfd(fds.get()), entry->d_name, target, sizeof target);
    const std::string_view link(target, size > 0 ? static_cast<std::size_t>(size) : 0);
    constexpr std::string_view kSocket = "socket:[";
    if (!link.starts_with(kSocket)) continue;
    if (const auto inode = number(link.substr(kSocket.size()))) visit(static_cast<SocketInode>(*inode));
  }
}

}  // namespace bigfoot

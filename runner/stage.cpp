// runner/stage.cpp - See stage.h.
#include "runner/stage.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <filesystem>

namespace bigfoot {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "bigfoot-run.";
constexpr int kMostLinks = 40;  // path_resolution(7)
constexpr mode_t kNewFolder = 0755, kNewFile = 0644, kWhileMade = 0600;

/// Folders that the program has closed to everybody are opened again first.
void remove_whole(const fs::path& folder) {
  const auto open_up = [](const auto& self, const fs::path& at) -> void {
    std::error_code error;
    fs::permissions(at, fs::perms::owner_all, error);
    for (fs::directory_iterator entry(at, error), end; !error && entry != end; entry.increment(error))
      if (entry->symlink_status(error).type() == fs::file_type::directory) self(self, entry->path());
  };
  open_up(open_up, folder);
  std::error_code error;
  fs::remove_all(folder, error);
}

UniqueFd locked(const fs::path& folder, int how) {
  UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (fd && ::flock(fd.get(), LOCK_EX | how) != 0) fd.reset();
  return fd;
}

/// A supervisor holds the lock of its folder as long as it lives.
void sweep(const std::string& place) {
  std::error_code error;
  for (fs::directory_iterator entry(place, error), end; !error && entry != end; entry.increment(error)) {
    if (!entry->path().filename().native().starts_with(kPrefix)) continue;
    struct stat info {};
    if (::lstat(entry->path().c_str(), &info) != 0 || info.st_uid != ::geteuid() || !S_ISDIR(info.st_mode)) continue;
    if (const UniqueFd left_over = locked(entry->path(), LOCK_NB)) remove_whole(entry->path());
  }
}

bool is_still(const UniqueFd& fd, const std::string& path) {
  struct stat ours {}, there {};
  return ::fstat(fd.get(), &ours) == 0 && ::lstat(path.c_str(), &there) == 0 && ours.st_ino == there.st_ino;
}

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::pair<std::string, std::string> split(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return {path.substr(0, slash), path.substr(slash + 1)};
}

/// The next name of a path, which loses it.
std::string take_name(std::string& rest) {
  rest.erase(0, rest.find_first_not_of('/'));
  const std::size_t end = std::min(rest.find('/'), rest.size());
  std::string name = rest.substr(0, end);
  rest.erase(0, end);
  return name;
}

}  // namespace

std::vector<std::string> Stage::usual_places() {
  std::vector<std::string> out = {"/dev/shm"};
  if (const char* named = std::getenv("TMPDIR"); named != nullptr && *named == '/') out.emplace_back(named);
  return out;
}

std::expected<Stage, LaunchError> Stage::make(const std::vector<std::string>& places) {
  std::string tried;
  for (const std::string& place : places) {
    sweep(place);
    for (;;) {
      std::string folder = fmt::format("{}/{}XXXXXX", place, kPrefix);
      if (::mkdtemp(folder.data()) == nullptr) {
        tried += fmt::format("{}{}", tried.empty() ? "" : "; ", to_text(OsError{place.c_str(), errno}));
        break;
      }
      // Another supervisor that starts now may have taken it for a left-over before we held the lock.
      UniqueFd root = locked(folder, 0);
      if (root && is_still(root, folder)) return Stage(std::move(folder), std::move(root));
    }
  }
  return std::unexpected(LaunchError{125, fmt::format("no place for the files that [guard] file watches: {}", tried),
                                     "mount a tmpfs at /dev/shm that this user may write to, or name a folder in TMPDIR"});
}

Stage::~Stage() {
  if (root_) remove_whole(folder_);
}

OsResult<std::string> Stage::resolve(const std::string& path, bool follow) const {
  std::string done, rest = path;
  UniqueFd at(::open(folder_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  const auto from_the_top = [&] {
    done.clear();
    at = UniqueFd(::open(folder_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  };
  for (int links = 0; !rest.empty();) {
    const std::string name = take_name(rest);
    if (name.empty() || name == ".") continue;
    if (name == "..") {  // only in the text of links
      rest = split(done).first + rest;
      from_the_top();
      continue;
    }
    UniqueFd next(at ? ::openat(at.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC) : -1);
    char text[PATH_MAX];
    const bool last = rest.find_first_not_of('/') == rest.npos;
    const ssize_t length = next && (follow || !last) ? ::readlinkat(next.get(), "", text, sizeof text) : -1;
    if (length < 0) {
      done += "/" + name;
      at = std::move(next);  // what is not there has nothing below it
      continue;
    }
    if (++links > kMostLinks) return std::unexpected(OsError{"open", ELOOP});
    const std::string target(text, static_cast<std::size_t>(length));
    rest = (target.starts_with('/') ? target : done + "/" + target) + rest;
    from_the_top();
  }
  return done.empty() ? "/" : done;
}

OsResult<UniqueFd> Stage::walk(std::string_view path) const {
  UniqueFd at(::openat(root_.get(), ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (std::string rest(path); at;) {
    const std::string name = take_name(rest);
    if (name.empty()) return at;
    at = UniqueFd(::openat(at.get(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  }
  return os_error("open");
}

OsResult<Stage::Spot> Stage::spot(const std::string& path) const {
  auto [folder, name] = split(path);
  OsResult<UniqueFd> at = walk(folder);
  if (!at) return std::unexpected(at.error());
  return Spot{std::move(*at), name.empty() ? "." : name};
}

OsResult<struct stat> Stage::look(const std::string& path) const {
  struct stat info {};
  const OsResult<Spot> at = spot(path);
  if (!at) return std::unexpected(at.error());
  if (::fstatat(at->folder.get(), at->name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return os_error("stat");
  return info;
}

OsResult<UniqueFd> Stage::open(const std::string& path, int flags, mode_t mode) const {
  const OsResult<Spot> at = spot(path);
  if (!at) return std::unexpected(at.error());
  UniqueFd out(::openat(at->folder.get(), at->name.c_str(), flags | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!out) return os_error("open");
  return out;
}

OsResult<void> Stage::put_folder(const std::string& path, const FileOwner& owner) const {
  std::string made;
  for (std::string rest = path;;) {
    const std::string name = take_name(rest);
    if (name.empty()) return {};
    made += "/" + name;
    const OsResult<Spot> at = spot(made);
    if (!at) return std::unexpected(at.error());
    if (::mkdirat(at->folder.get(), name.c_str(), kNewFolder) != 0) {
      if (errno == EEXIST) continue;
      return os_error("mkdir");
    }
    // Our own umask is no business of the target's.
    if (::fchmodat(at->folder.get(), name.c_str(), kNewFolder, 0) != 0) return os_error("chmod");
    if (owner) static_cast<void>(::fchownat(at->folder.get(), name.c_str(), owner->user, owner->group, AT_SYMLINK_NOFOLLOW));
  }
}

OsResult<void> Stage::put_file(const std::string& path, std::string_view content, const FileOwner& owner) const {
  if (const OsResult<void> above = put_folder(split(path).first, owner); !above) return above;
  const OsResult<Spot> at = spot(path);
  if (!at) return std::unexpected(at.error());
  mode_t mode = kNewFile;
  if (const OsResult<UniqueFd> old = open(path, O_RDONLY | O_NONBLOCK)) {
    struct stat info {};
    if (::fstat(old->get(), &info) != 0 || S_ISDIR(info.st_mode)) return std::unexpected(OsError{"open", EISDIR});
    if (content_of(old->get(), content.size() + 1) == content) return {};
    mode = info.st_mode & ALLPERMS;
  }
  static_cast<void>(::unlinkat(at->folder.get(), at->name.c_str(), 0));
  const UniqueFd made(::openat(at->folder.get(), at->name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kWhileMade));
  if (!made || !write_all(made.get(), content)) return os_error("write");
  give_to(made.get(), owner);
  if (::fchmod(made.get(), mode) != 0) return os_error("chmod");
  return {};
}

void give_to(int fd, const FileOwner& owner) {
  if (owner) static_cast<void>(::fchown(fd, owner->user, owner->group));
}

std::string content_of(int fd, std::size_t most) {
  constexpr std::size_t kAtOnce = 64 * 1024;
  std::string out;
  while (out.size() < most) {
    const std::size_t before = out.size(), room = std::min(kAtOnce, most - before);
    out.resize(before + room);
    const ssize_t got = ::pread(fd, out.data() + before, room, static_cast<off_t>(before));
    out.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0 || (got < 0 && errno != EINTR)) return out;
  }
  return out;
}

}  // namespace bigfoot

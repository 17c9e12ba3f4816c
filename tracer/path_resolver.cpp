// tracer/path_resolver.cpp - See path_resolver.h.
#include "tracer/path_resolver.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>

#include "tracer/pidfd_info.h"
#include "tracer/proc.h"
#include "tracer/target_path.h"

namespace bigfoot {
namespace {

constexpr int kMostLinks = 40;             // linux/namei.h: MAXSYMLINKS
constexpr std::size_t kMostNames = 32768;  // remembered, about 4 MiB; then they are forgotten
constexpr std::string_view kProc = "/proc/";

// Appends the parts of `rest` to `name`, a path without dots and trailing slashes; "" is the root.
void append_without_dots(std::string& name, std::string_view rest) {
  while (!rest.empty()) {
    const std::size_t begin = std::min(rest.find_first_not_of('/'), rest.size());
    const std::size_t end = std::min(rest.find('/', begin), rest.size());
    const std::string_view part = rest.substr(begin, end - begin);
    rest.remove_prefix(end);
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      name.erase(std::min(name.rfind('/'), name.size()));
    } else {
      name.append("/").append(part);
    }
  }
}

// As openat(2) takes it relative to the root.
const char* below_root(const std::string& name) { return name.size() > 1 ? name.c_str() + 1 : "."; }

UniqueFd open_root(Tid tid) {
  return UniqueFd(::open(fmt::format("/proc/{}/root", static_cast<pid_t>(tid)).c_str(), O_PATH | O_CLOEXEC));
}

std::optional<std::string> process_number(Tid tid) {
  if (const auto info = thread_info(tid)) return fmt::format("{}", info->tgid);
  const auto status = task_status(tid);
  if (!status) return std::nullopt;
  return fmt::format("{}", static_cast<pid_t>(status->process));
}

bool has_gone(Tid tid) { return ::kill(static_cast<pid_t>(tid), 0) != 0 && errno == ESRCH; }

}  // namespace

std::string without_dots(std::string_view path) {
  std::string out;
  append_without_dots(out, path);
  return out.empty() ? "/" : out;
}

bool PathResolver::leave_stage(std::string& path) const {
  if (stage_.empty() || !path.starts_with(stage_)) return false;
  if (path.size() > stage_.size() && path[stage_.size()] != '/') return false;
  path.erase(0, stage_.size());
  if (path.empty()) path = "/";
  return true;
}

std::optional<TargetName> PathResolver::name_of_descriptor(Tid tid, RemoteFd fd) {
  TargetName out{.path = open_file_path(tid, fd, !roots_differ_)};
  if (out.path.empty()) return std::nullopt;
  out.staged = leave_stage(out.path);
  out.known = out.path.size();
  return out;
}

std::optional<TargetName> PathResolver::name(Tid tid, RemoteFd folder, std::string path, bool in_folder) {
  if (in_folder) path = without_dots(path).erase(0, 1);
  if (path.starts_with('/')) {
    TargetName out{.path = std::move(path)};
    out.staged = leave_stage(out.path);
    return out;
  }
  std::optional<TargetName> out = name_of_descriptor(tid, folder);
  if (!out) return std::nullopt;
  if (!out->path.ends_with('/')) out->path += '/';
  out->path += path;
  return out;
}

std::string PathResolver::resolve(Tid tid, TargetName& of, bool follow) {
  std::string name = of.path.substr(0, of.known);
  if (name == "/") name.clear();
  std::string rest = of.path.substr(of.known);
  int links = 0;
  for (std::size_t at = 0; (at = rest.find_first_not_of('/', at)) != std::string::npos;) {
    const std::size_t end = std::min(rest.find('/', at), rest.size());
    const std::string_view part = std::string_view(rest).substr(at, end - at);
    const bool last = rest.find_first_not_of('/', end) == std::string::npos;
    const std::size_t before = name.size();
    append_without_dots(name, part);
    at = end;
    if (part == "." || part == ".." || (last && !follow)) continue;
    std::optional<std::string> text = link_text(tid, name);
    if (!text) continue;
    if (++links > kMostLinks) return without_dots(of.path);
    if (text->starts_with('/')) {
      of.staged = leave_stage(*text) || of.staged;
      name.clear();
    } else {
      name.resize(before);
    }
    rest = *text + rest.substr(at);
    at = 0;
  }
  return name.empty() ? "/" : name;
}

bool PathResolver::is_left_alone(std::string_view name) const {
  return std::any_of(left_alone_.begin(), left_alone_.end(),
                     [&](const std::string& one) { return name.starts_with(one); });
}

std::optional<std::string> PathResolver::link_text(Tid tid, const std::string& name) {
  if (is_left_alone(name)) return std::nullopt;
  if (name.starts_with(kProc))
    return link_in_proc(tid, name);  // another for each process, and from call to call
  if (roots_differ_) return read_link(tid, name);
  if (const auto found = links_.find(name); found != links_.end()) return found->second;
  std::optional<std::string> text = read_link(tid, name);
  const bool sure = text || errno == EINVAL || errno == ENOENT || errno == ENOTDIR;
  if (sure && changing_.empty()) {
    if (links_.size() >= kMostNames) links_.clear();
    links_.emplace(name, text);
  }
  return text;
}

std::optional<std::string> PathResolver::link_in_proc(Tid tid, const std::string& name) {
  if (name == "/proc/self") return process_number(tid);
  if (name == "/proc/thread-self") {
    const auto process = process_number(tid);
    if (!process) return std::nullopt;
    return fmt::format("{}/task/{}", *process, static_cast<pid_t>(tid));
  }
  std::optional<std::string> text = read_link(tid, name);
  if (!text) return std::nullopt;
  // "pipe:[4711]" is no path; "self/mounts" is.
  if (!text->starts_with('/')) return text->find(':') == std::string::npos ? text : std::nullopt;
  return roots_differ_ ? below_root_of(tid, *text) : text;
}

std::optional<std::string> PathResolver::read_link(Tid tid, const std::string& name) {
  char text[4096];  // PATH_MAX
  ssize_t size = 0;
  if (roots_differ_) {
    size = ::readlinkat(open_root(tid).get(), below_root(name), text, sizeof text);
  } else {
    size = ::readlink(name.c_str(), text, sizeof text);
  }
  if (size <= 0) return std::nullopt;
  return std::string(text, static_cast<std::size_t>(size));
}

void PathResolver::heard_of(Tid tid) {
  if (!changing_.empty()) std::erase_if(changing_, [&](Tid one) { return one == tid || has_gone(one); });
}

void PathResolver::about_to_change(Tid tid, const std::string& name) {
  struct stat info {};
  if (is_left_alone(name)) return about_to_link(tid);
  const UniqueFd root = roots_differ_ ? open_root(tid) : UniqueFd(::open("/", O_PATH | O_CLOEXEC));
  if (::fstatat(root.get(), below_root(name), &info, AT_SYMLINK_NOFOLLOW) != 0) return;
  if (S_ISLNK(info.st_mode) || S_ISDIR(info.st_mode)) about_to_link(tid);
}

void PathResolver::about_to_link(Tid tid) {
  links_.clear();
  if (std::find(changing_.begin(), changing_.end(), tid) == changing_.end()) changing_.push_back(tid);
}

void PathResolver::leave_alone(std::string resolved) {
  if (!resolved.ends_with('/')) resolved += '/';
  if (!is_left_alone(resolved)) left_alone_.push_back(std::move(resolved));
}

void PathResolver::roots_differ() {
  roots_differ_ = true;
  links_.clear();
}

}  // namespace bigfoot

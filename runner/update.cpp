// runner/update.cpp - see update.h.
#include "runner/update.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>

#include "spec/entry_draft.h"

namespace bigfoot {
namespace {

/// All of it on the disk, or why not.
std::string write_whole(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t wrote = ::write(fd, text.data(), text.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return std::strerror(errno);
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return ::fsync(fd) == 0 ? "" : std::strerror(errno);
}

}  // namespace

SpecFiles::SpecFiles(const std::vector<std::string>& files) {
  for (const std::string& file : files)
    if (auto text = read_file(file)) texts_.emplace(file, std::move(*text));
}

std::string SpecFiles::write(const std::string& file, const std::string& text) const {
  std::error_code error;
  const std::string real = std::filesystem::canonical(file, error).string();
  struct stat info {};
  if (error || ::stat(real.c_str(), &info) != 0) return "it is not there any more";
  constexpr mode_t kWritable = 0222;
  if ((info.st_mode & kWritable) == 0 || ::access(real.c_str(), W_OK) != 0) return "it is read-only";
  if (read_file(real) != texts_.at(file)) return "somebody changed it while the program ran";
  std::string name = real + ".XXXXXX";
  const int fd = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd < 0) return fmt::format("no file can be made beside it: {}", std::strerror(errno));
  std::string trouble = write_whole(fd, text);
  if (trouble.empty() && ::fchmod(fd, info.st_mode & 07777) != 0) trouble = std::strerror(errno);
  // Whoever runs this as root keeps the owner; others own what they write.
  if (trouble.empty() && ::geteuid() == 0 && ::fchown(fd, info.st_uid, info.st_gid) != 0) trouble = std::strerror(errno);
  if (::close(fd) != 0 && trouble.empty()) trouble = std::strerror(errno);
  if (trouble.empty() && ::rename(name.c_str(), real.c_str()) != 0) trouble = std::strerror(errno);
  if (!trouble.empty()) ::unlink(name.c_str());
  return trouble;
}

std::string apply_update(const SpecFiles& files, UpdatePlan plan) {
  for (const auto& [file, text] : plan.texts) {
    const std::string trouble = files.write(file, text);
    if (trouble.empty()) continue;
    std::erase_if(plan.changed, [&](const UpdateNote& note) { return note.where == file || note.where.starts_with(file + ":"); });
    plan.left.push_back({file, trouble + ": nothing was written"});
  }
  std::string out;
  if (plan.changed.empty() && plan.left.empty()) return out;
  const auto count = [](std::size_t n) { return fmt::format("{} change{}", n, n == 1 ? "" : "s"); };
  out = plan.changed.empty() ? "bigfoot-run: --update changed nothing\n" : fmt::format("bigfoot-run: --update wrote {}; the run that has ended is judged by the spec as it was\n", count(plan.changed.size()));
  for (const UpdateNote& note : plan.changed) out += fmt::format("  {}  {}\n", note.where, note.what);
  for (const UpdateNote& note : plan.left) out += fmt::format("  not changed: {}{}{}\n", note.where, note.where.empty() ? "" : "  ", note.what);
  return out;
}

}  // namespace bigfoot

// runner/endpoints/log_file.cpp - see log_file.h.
#include "runner/endpoints/log_file.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include <algorithm>

namespace bigfoot {
namespace {

constexpr std::size_t kMostRead = 256 * 1024;  // in one go
constexpr std::size_t kRemembered = 4096;      // bytes by which a file is known again

class FollowedFile : public LogFile {
 public:
  explicit FollowedFile(const std::string& path) : path_(path) {
    if (open()) at_ = size();
  }

  std::string more() override {
    if (!file_ && !open()) return {};
    if (size() < at_ || is_rewritten()) start_anew();  // cut short: what is there now is new
    std::string text = read();
    if (!text.empty() || !is_replaced()) return text;
    file_.reset();  // the old one has been read to its end
    return open() ? read() : std::string();
  }

 private:
  bool open() {
    start_anew();
    file_ = UniqueFd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat info {};
    if (file_ && (::fstat(file_.get(), &info) != 0 || !S_ISREG(info.st_mode))) file_.reset();
    return static_cast<bool>(file_);
  }
  void start_anew() {
    at_ = 0;
    last_.clear();
  }
  off_t size() const {
    struct stat info {};
    return ::fstat(file_.get(), &info) == 0 ? info.st_size : 0;
  }
  bool is_replaced() const {
    struct stat ours {
    }, there{};
    if (::fstat(file_.get(), &ours) != 0 || ::stat(path_.c_str(), &there) != 0) return false;
    return ours.st_dev != there.st_dev || ours.st_ino != there.st_ino;
  }
  /// Cut short, and as long as before again.
  bool is_rewritten() const {
    std::string now(last_.size(), '\0');
    const off_t from = at_ - static_cast<off_t>(last_.size());
    return ::pread(file_.get(), now.data(), now.size(), from) == static_cast<ssize_t>(now.size()) && now != last_;
  }
  std::string read() {
    std::string text(kMostRead, '\0');
    const ssize_t size = ::pread(file_.get(), text.data(), text.size(), at_);
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    if (!text.empty()) {
      at_ += static_cast<off_t>(text.size());
      last_ = text.substr(text.size() - std::min(text.size(), kRemembered));
    }
    return text;
  }

  const std::string path_;
  UniqueFd file_;
  off_t at_ = 0;
  std::string last_;  // what stands right before at_, as far as it was read
};

}  // namespace

std::unique_ptr<LogFile> follow_file(const std::string& path) { return std::make_unique<FollowedFile>(path); }

FolderWatch::FolderWatch() : inotify_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {}

bool FolderWatch::add(const std::string& path_of_file) {
  const std::string folder = path_of_file.substr(0, path_of_file.rfind('/') + 1);
  return ::inotify_add_watch(inotify_.get(), folder.c_str(), IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_ONLYDIR) >= 0;
}

void FolderWatch::take() {
  char events[16 * (sizeof(inotify_event) + NAME_MAX + 1)];
  while (::read(inotify_.get(), events, sizeof events) > 0) continue;
}

}  // namespace bigfoot

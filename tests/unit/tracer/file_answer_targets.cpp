// tests/unit/tracer/file_answer_targets.cpp - Programs that read every answer that a handler of files may
// give.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <thread>

#include "check.h"
#include "file_targets.h"
#include "tracer/os.h"

namespace bigfoot::test {
namespace {

void check_described(const struct stat& info, const std::string& what) {
  check(info.st_mode == (S_IFDIR | 0751) && info.st_ino == 4711 && info.st_nlink == 3, what);
  check(info.st_size == 123 && info.st_uid == 4 && info.st_gid == 5, what + "'s owner");
  check(
      info.st_mtim.tv_sec == 6 && info.st_mtim.tv_nsec == 7 && info.st_blocks == 8 && info.st_blksize == 512,
      what + "'s rest");
}

long read_link(const std::string& path, char* to, long size) {
  return ::syscall(SYS_readlinkat, AT_FDCWD, path.c_str(), to, size);
}

}  // namespace

// FOLDER: the supervisor's file under two names, its offset shared by all.
int reads_given(const std::vector<std::string>& arguments) {
  const std::string path = arguments.at(0) + "/given";
  const UniqueFd first(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  const UniqueFd second(::open(path.c_str(), O_RDWR));
  check(first && second, "open");
  check(::fcntl(first.get(), F_GETFD) == FD_CLOEXEC && ::fcntl(second.get(), F_GETFD) == 0, "O_CLOEXEC");
  check(::write(first.get(), "from the target", 15) == 15, "write");
  check(::lseek(second.get(), 0, SEEK_CUR) == 15, "one offset");
  check(::access(path.c_str(), F_OK) == -1 && errno == ENOENT, "nothing on the disk");
  return 0;
}

// FOLDER
int reads_descriptions(const std::vector<std::string>& arguments) {
  const std::string name = arguments.at(0) + "/described";
  const char* path = name.c_str();
  struct stat info {};
  check(::syscall(SYS_newfstatat, AT_FDCWD, path, &info, 0) == 0, "newfstatat");
  check_described(info, "newfstatat");
  struct statx more {};
  check(::syscall(SYS_statx, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_SIZE, &more) == 0, "statx");
  check(more.stx_mask == STATX_BASIC_STATS && more.stx_mode == (S_IFDIR | 0751) && more.stx_ino == 4711,
        "statx's result");
  check(more.stx_size == 123 && more.stx_uid == 4 && more.stx_gid == 5 && more.stx_nlink == 3,
        "statx's owner");
  check(more.stx_mtime.tv_sec == 6 && more.stx_mtime.tv_nsec == 7 && more.stx_blocks == 8, "statx's rest");
  check(more.stx_dev_major == 9 && more.stx_dev_minor == 10 && more.stx_rdev_major == 11, "statx's devices");
  check(::syscall(SYS_newfstatat, AT_FDCWD, path, 8, 0) == -1 && errno == EFAULT, "newfstatat's EFAULT");
#if defined(__x86_64__)
  info = {};
  check(::syscall(SYS_stat, path, &info) == 0, "stat");
  check_described(info, "stat");
  info = {};
  check(::syscall(SYS_lstat, path, &info) == 0, "lstat");
  check_described(info, "lstat");
#endif
  return 0;
}

// FOLDER
int reads_links(const std::vector<std::string>& arguments) {
  const std::string path = arguments.at(0) + "/linked";
  char text[4096] = "?????????????????";
  check(read_link(path, text, sizeof text) == 9 && std::string(text, 10) == "some/text?",
        "the text, and no NUL");
  text[3] = '!';
  check(read_link(path, text, 3) == 3 && text[3] == '!', "cut");
  check(read_link(path, text, 0) == -1 && errno == EINVAL, "no room");
  check(read_link(path, text, -5) == -1 && errno == EINVAL, "a negative size");
  check(::syscall(SYS_readlinkat, AT_FDCWD, path.c_str(), 8, 4096) == -1 && errno == EFAULT, "EFAULT");
  return 0;
}

// FOLDER: its "dir" has two names, one of them long.
int reads_list(const std::vector<std::string>& arguments) {
  const std::string path = arguments.at(0) + "/dir";
  DIR* const folder = ::opendir(path.c_str());
  check(folder != nullptr, "opendir");
  const dirent* entry = ::readdir(folder);
  check(entry != nullptr && std::string(entry->d_name) == "virtual" && entry->d_ino == 5, "the first");
  entry = ::readdir(folder);
  check(entry != nullptr && std::string(entry->d_name) == std::string(100, 'x') && entry->d_type == DT_DIR,
        "the second");
  errno = 0;
  check(::readdir(folder) == nullptr && errno == 0, "the end");
  ::closedir(folder);
  const UniqueFd other(::open((path + "/deep").c_str(), O_RDONLY | O_DIRECTORY));
  char records[1000];
  check(::syscall(SYS_getdents64, other.get(), records, sizeof records) > 0,
        "a folder that is not listed by the handler");
  const UniqueFd again(::open(path.c_str(), O_RDONLY | O_DIRECTORY));
  check(::syscall(SYS_getdents64, again.get(), records, 100) == -1 && errno == EINVAL, "too small a buffer");
  check(::syscall(SYS_getdents64, again.get(), 8, 1000) == -1 && errno == EFAULT, "EFAULT");
  check(::syscall(SYS_getdents64, again.get(), records, sizeof records) == 0, "the end again");
  return 0;
}

// FOLDER: that becomes the root.
int names_in_root(const std::vector<std::string>& arguments) {
  check(::symlink("/dir/inner", (arguments.at(0) + "/top").c_str()) == 0, "symlink");
  check(::chroot(arguments.at(0).c_str()) == 0 && ::chdir("/") == 0, "chroot");
  const auto refused = [](long result, const char* what) {
    check(result == -1 && errno == EOWNERDEAD, what);
  };
  for (const char* path : {"file", "/link", "/dir/deep/up/inner", "/../../dir/../link", "/top"})
    refused(::open(path, O_WRONLY), path);
  const UniqueFd folder(::open("/", O_PATH));
  refused(::openat(folder.get(), "dir/inner", O_WRONLY), "openat");
  refused(::rename("file", "elsewhere"), "rename");
  ::_exit(0);  // LeakSanitizer does not work without /proc
}

// FOLDER: only dir/inner is watched. Names that lead to it and away again.
int moves_links(const std::vector<std::string>& arguments) {
  check(::chdir(arguments.at(0).c_str()) == 0, "chdir");
  const auto is_watched = [](const char* path) {
    return ::open(path, O_WRONLY | O_CLOEXEC) == -1 && errno == EOWNERDEAD;
  };
  check(!is_watched("one") && is_watched("dir/inner"), "before");
  check(::symlink("dir/inner", "one") == 0 && is_watched("one"), "a new link");
  check(::rename("one", "two") == 0 && !is_watched("one") && is_watched("two"), "moved");
  check(::unlink("two") == 0 && !is_watched("two"), "removed");
  check(is_watched("dirlink/inner") && ::rename("dirlink", "away") == 0 && !is_watched("dirlink/inner"),
        "a folder's link");
  check(is_watched("away/inner") && ::symlink("file", "three") == 0 && !is_watched("three"), "elsewhere");
  check(::symlink("dir/inner", "four") == 0 && ::rename("four", "three") == 0 && is_watched("three"),
        "replaced");
  check(::rename("file", "three") == 0 && !is_watched("three"), "replaced by a file");
  check(::mkdir("box", 0700) == 0 && ::symlink("../dir", "box/up") == 0 && is_watched("box/up/inner"),
        "in a folder");
  check(::rename("box", "crate") == 0 && !is_watched("box/up/inner") && is_watched("crate/up/inner"),
        "a folder moved");
  // Another thread's, while this one looks.
  for (int i = 0; i < 200; ++i) {
    std::thread other([] { check(::symlink("dir/inner", "five") == 0, "symlink"); });
    while (::access("five", F_OK) == -1 && errno != EOWNERDEAD) is_watched("five");
    check(is_watched("five"), "made by another thread");
    other.join();
    check(::unlink("five") == 0, "unlink");
  }
  return 0;
}

// FOLDER: calls that say they are done.
int changes_nothing(const std::vector<std::string>& arguments) {
  const std::string path = arguments.at(0) + "/done";
  check(::mkdir(path.c_str(), 0777) == 0, "mkdir");
  check(::rename((arguments.at(0) + "/file").c_str(), path.c_str()) == 0, "rename");
  check(::symlink("text", path.c_str()) == 0 && ::truncate(path.c_str(), 5) == 0, "symlink, truncate");
  check(::chmod(path.c_str(), 0700) == 0 && ::unlink(path.c_str()) == 0 && ::rmdir(path.c_str()) == 0,
        "chmod, unlink, rmdir");
  return 0;
}

// FOLDER THREADS EACH: opens, looks and links at once, of watched and other files.
int file_call_storm(const std::vector<std::string>& arguments) {
  const std::string& folder = arguments.at(0);
  std::vector<std::thread> all;
  for (int i = 0; i < std::stoi(arguments.at(1)); ++i) {
    all.emplace_back([&, i] {
      const std::string own = fmt::format("{}/other/link-{}", folder, i);
      for (int j = 0; j < std::stoi(arguments.at(2)); ++j) {
        // Which file the link leads to is known of the last call of this thread.
        const bool watched = j % 2 == 0;
        check(::symlink(watched ? "../dir/inner" : "plain", own.c_str()) == 0, "symlink");
        const UniqueFd file(::open(own.c_str(), O_RDONLY));
        check(file ? !watched : watched && errno == EOWNERDEAD, "open by the link");
        struct stat info {};
        check(::lstat(own.c_str(), &info) == 0 && S_ISLNK(info.st_mode), "lstat");
        check(::access((folder + "/other/plain").c_str(), R_OK) == 0, "access");
        check(::mkdir((folder + "/new").c_str(), 0700) == -1 && errno == EOWNERDEAD, "mkdir");
        check(::unlink(own.c_str()) == 0, "unlink");
      }
    });
  }
  for (std::thread& one : all) one.join();
  return 0;
}

// FOLDER STAGE: all that leads through a folder of the stage is refused by the handler.
int uses_staged_folder(const std::vector<std::string>& arguments) {
  const std::string& folder = arguments.at(0);
  const UniqueFd staged(::open((folder + "/virtual").c_str(), O_RDONLY | O_DIRECTORY));
  check(static_cast<bool>(staged), "open of the folder");
  const auto refused = [](long result, const char* what) {
    check(result == -1 && errno == EOWNERDEAD, what);
  };
  const auto at = [&](const char* path) { return ::openat(staged.get(), path, O_WRONLY); };
  refused(at("there"), "a file of the stage");
  refused(at("sub/./new"), "one that is not there");
  refused(at("../file"), "one above");
  refused(at("../dirlink/inner"), "one behind a link outside");
  refused(::mkdirat(staged.get(), "new", 0700), "mkdirat");
  refused(::renameat(staged.get(), "there", AT_FDCWD, (folder + "/elsewhere").c_str()), "renameat");
  refused(::open(fmt::format("/proc/self/fd/{}/there", staged.get()).c_str(), O_WRONLY), "through proc");
  refused(::open((arguments.at(1) + folder + "/virtual/there").c_str(), O_WRONLY), "by its real name");
  check(::fchdir(staged.get()) == 0, "fchdir");
  refused(::open("there", O_WRONLY), "in the working directory");
  refused(::open("..", O_RDONLY | O_DIRECTORY), "above the working directory");
  const UniqueFd own(::open((folder + "/file").c_str(), O_RDONLY));
  check(static_cast<bool>(own), "a file that is not watched");
  return 0;
}

}  // namespace bigfoot::test

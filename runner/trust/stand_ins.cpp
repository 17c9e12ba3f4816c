// runner/trust/stand_ins.cpp - see stand_ins.h.
#include "runner/trust/stand_ins.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <vector>

#include "runner/trust/chromium_flags.h"
#include "runner/trust/java_store.h"
#include "runner/trust/p11_store.h"
#include "runner/trust/pem_store.h"
#include "runner/trust/sealed_file.h"
#include "tracer/proc.h"
#include "tracer/target_path.h"

namespace bigfoot {
namespace {

constexpr off_t kLargest = off_t{16} * 1024 * 1024;  // Mozilla's roots are 0.2 MiB; 16 MiB take some 10 ms once
constexpr std::size_t kMostKept = 128;        // descriptors of ours; the usual limit for a process is 1,024
constexpr std::size_t kMostKnown = 4096;      // files that a program reads over and over are a folder of roots, at most
/// So many certificates in a file are somebody's roots, whatever its name: chains of servers have two to four.
constexpr std::size_t kCertainlyRoots = 10;

std::string environment_of(Tid tid) {
  std::ifstream in(fmt::format("/proc/{}/environ", static_cast<pid_t>(tid)), std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// What a thread's program was told when it began.
NamedStores told_to(Tid tid) {
  NamedStores told(absolute_path(tid, "."));
  told.read_environment(environment_of(tid));
  told.read_arguments(command_line(static_cast<Pid>(tid)));
  return told;
}

/// Programs that write anew what they have read: the CA would stay on the disk.
constexpr std::string_view kRewriters[] = {
    "cp", "install", "mv", "rsync", "tar", "cpio",  // cp(1) also takes a file whose stat differs for one replaced meanwhile
    "dpkg", "dpkg-deb",
    "keytool",
    "ca-certificates-java.jar",  // Debian's hook of update-ca-certificates(8)
    "trust",                     // trust(1), which update-ca-trust(8) calls
    "p11-kit",                   // p11-kit(8), "extract"
};

bool rewrites_stores(Tid tid) {
  const std::vector<std::string> argv = command_line(static_cast<Pid>(tid));
  for (std::size_t i = 0; i < argv.size(); ++i) {
    const std::string_view name = std::string_view(argv[i]).substr(argv[i].rfind('/') + 1);
    const bool is_program = i == 0 || name.ends_with(".jar");
    if (is_program && std::ranges::find(kRewriters, name) != std::end(kRewriters)) return true;
  }
  return false;
}

/// `size` bytes from the start; fewer where there are no more.
std::string read_start(int fd, std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const ssize_t got = ::pread(fd, bytes.data() + have, size - have, static_cast<off_t>(have));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

}  // namespace

bool has_bundle(Tid tid) {
  return std::ranges::any_of(bundle_places(), [tid](const StoreName& place) { return open_file(tid, place.pattern, true).has_value(); });
}

struct StandIns::Asked {
  std::string path;
  Tid tid{};
  bool is_store = false;  ///< by its name, or somebody named it; else only its content can tell
  Missing missing = Missing::stays;
  // Of a Java store:
  std::vector<std::string> passwords;
  bool gives_no_password = false;  ///< a JVM opens it by itself and was told no password
};

StandIns::StandIns(CaTexts ca, NamedStores named, Note note)
    : ca_(std::move(ca)), named_(std::move(named)), note_(std::move(note)) {}

int StandIns::find(const std::string& path, Tid tid, const Original& original) {
  Asked asked{.path = path, .tid = tid};
  const auto take = [&asked, &path](const NamedStores& names) {
    const NamedStores::Name* name = names.find(path);
    if (name == nullptr) return;
    asked.is_store = true;
    if (name->missing != Missing::stays) asked.missing = name->missing;
  };
  if (const StoreName* row = store_name(path.c_str())) {
    asked.is_store = true;
    asked.missing = row->missing;
  } else if (is_hashed_name(path, ca_.subject_hash)) {
    asked.is_store = true;
    asked.missing = Missing::ca;
  }
  if (rewrites_stores(tid)) return -1;
  const OsResult<UniqueFd> file = original();
  if (!file && file.error().code != ENOENT) return -1;
  const auto is_settled = [&] {
    if (file) return asked.is_store;
    return asked.missing != Missing::stays && asked.missing != Missing::ca_without_bundle;  // unless it was named
  };
  if (!is_settled()) take(named_);
  if (!is_settled()) take(told_to(tid));
  return file ? in_place_of(file->get(), asked) : in_place_of_missing(asked.missing, tid);
}

int StandIns::in_place_of(int original, const Asked& question) {
  struct stat info {};
  if (::fstat(original, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size > kLargest) return -1;
  Asked asked = question;
  constexpr std::size_t kMagicSize = 4;
  const bool is_java = looks_like_java_store(read_start(original, kMagicSize));
  if ((is_java || asked.path.ends_with(kP11Ending)) && !asked.is_store) return -1;
  if (is_java) {
    const NamedStores told = told_to(asked.tid);
    const NamedStores::Name* name = told.find(asked.path);
    const bool opened_by_jvm = asked.path.ends_with("cacerts") || (name != nullptr && name->java);
    asked.passwords = told.passwords();
    asked.gives_no_password = opened_by_jvm && asked.passwords.empty();
  }
  const Version version{info.st_dev, info.st_ino, info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec,
                        fmt::format("{:d}{:d}{}", asked.is_store, asked.gives_no_password, fmt::join(asked.passwords, "\n"))};
  if (const auto known = files_.find(version); known != files_.end()) return known->second.get();
  if (files_.size() >= kMostKnown || kept_ >= kMostKept) {  // who has one open has a descriptor of his own
    files_.clear();
    kept_ = 0;
  }
  const std::string bytes = read_start(original, static_cast<std::size_t>(info.st_size));
  const std::optional<std::string> content = content_for(bytes, asked);
  UniqueFd& slot = files_[version];
  if (!content || keep(slot, *content) < 0) return -1;
  ++kept_;
  return slot.get();
}

std::optional<std::string> StandIns::content_for(std::string_view original, const Asked& asked) {
  if (looks_like_java_store(original)) {
    std::vector<std::string> passwords = asked.passwords;
    passwords.insert(passwords.end(), {kJavaPassword, "", "changeme"});
    std::optional<std::string> out = java_store_with_ca(original, ca_.der, {passwords, asked.gives_no_password});
    if (!out) note_once(fmt::format("{}: no store that the run's CA can be added to, or its password is not known", asked.path));
    return out;
  }
  if (asked.path == kChromiumFlags) return chromium_flags_with_pin(original, ca_.key_pin);
  if (asked.path.ends_with(kP11Ending)) return p11_store_with_ca(original, ca_.pem);
  if (!asked.is_store && count_pem_certificates(original) < kCertainlyRoots) return std::nullopt;
  return pem_store_with_ca(original, ca_.pem);
}

int StandIns::bundle_of(Tid tid) {
  for (const StoreName& place : bundle_places()) {
    const OsResult<UniqueFd> file = open_file(tid, place.pattern, true);
    if (!file) continue;
    if (const int fd = in_place_of(file->get(), {.path = place.pattern, .tid = tid, .is_store = true}); fd >= 0) return fd;
  }
  return -1;
}

int StandIns::in_place_of_missing(Missing missing, Tid tid) {
  const int bundle = missing == Missing::ca_without_bundle || missing == Missing::bundle ? bundle_of(tid) : -1;
  switch (missing) {
    case Missing::stays:
      return -1;
    case Missing::ca_without_bundle:
      if (bundle >= 0) return -1;
      break;
    case Missing::bundle:
      if (bundle >= 0) return bundle;
      break;
    case Missing::java:
      return java_of_ca_ ? java_of_ca_.get() : keep(java_of_ca_, java_store_of_ca(ca_.der));
    case Missing::ca:
      break;
  }
  return pem_of_ca_ ? pem_of_ca_.get() : keep(pem_of_ca_, ca_.pem);
}

int StandIns::keep(UniqueFd& slot, std::string_view content) {
  OsResult<UniqueFd> file = sealed_file(content);
  if (!file) {
    note_once(fmt::format("no memory for a certificate store: {}", to_text(file.error())));
    return -1;
  }
  slot = std::move(*file);
  return slot.get();
}

void StandIns::note_once(std::string text) {
  if (noted_ || !note_) return;
  noted_ = true;
  note_(std::move(text));
}

}  // namespace bigfoot

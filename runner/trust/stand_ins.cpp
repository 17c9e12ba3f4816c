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

#include "runner/trust/java_store.h"
#include "runner/trust/pem_store.h"
#include "runner/trust/sealed_file.h"
#include "tracer/proc.h"
#include "tracer/target_path.h"

namespace bigfoot {
namespace {

constexpr off_t kLargest = 16 * 1024 * 1024;  // Mozilla's roots are 0.2 MiB; 16 MiB take some 10 ms once
constexpr std::size_t kMostKept = 128;        // descriptors of ours; the usual limit for a process is 1,024
/// So many certificates in a file are somebody's roots, whatever its name: chains of servers have two to four.
constexpr std::size_t kCertainlyRoots = 10;
constexpr std::size_t kLongestEnvironment = 1024 * 1024;

std::string environment_of(Tid tid) {
  std::ifstream in(fmt::format("/proc/{}/environ", static_cast<pid_t>(tid)), std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (text.size() > kLongestEnvironment) text.resize(kLongestEnvironment);
  return text;
}

/// What a thread's program was told when it began.
NamedStores told_to(Tid tid) {
  NamedStores told(absolute_path(tid, "."));
  told.read_environment(environment_of(tid));
  told.read_arguments(command_line(static_cast<Pid>(tid)));
  return told;
}

/// Programs that write a Java store anew from what they have read: the CA would stay in it.
bool rewrites_java_stores(Tid tid) {
  const std::vector<std::string> argv = command_line(static_cast<Pid>(tid));
  const auto ends = [](std::string_view ending) {
    return [ending](const std::string& argument) { return argument.ends_with(ending); };
  };
  return (!argv.empty() && ends("keytool")(argv[0])) || std::ranges::any_of(argv, ends("ca-certificates-java.jar"));
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

struct StandIns::Asked {
  std::string path;
  Tid tid{};
  bool is_store = false;  ///< by its name, or somebody named it; else only its content can tell
  bool java_opens_it = false;  ///< a JVM by itself, which gives no password unless it was told one
  Missing missing = Missing::stays;
  std::vector<std::string> passwords = {};  ///< of a Java store
  bool gives_no_password = false;
};

StandIns::StandIns(CaTexts ca, NamedStores named, Note note)
    : ca_(std::move(ca)), named_(std::move(named)), note_(std::move(note)) {}

int StandIns::find(const std::string& path, Tid tid, const Original& original) {
  Asked asked{.path = path, .tid = tid};
  const auto take_name = [&asked](const NamedStores::Name& name) {
    asked.is_store = true;
    asked.missing = name.missing;
    asked.java_opens_it = name.java;
  };
  if (const StoreName* row = store_name(path.c_str())) {
    asked.is_store = true;
    asked.missing = row->missing;
    asked.java_opens_it = path.ends_with("cacerts");
  } else if (is_hashed_name(path, ca_.subject_hash)) {
    asked.is_store = true;
    asked.missing = Missing::ca;
  } else if (const NamedStores::Name* name = named_.find(path)) {
    take_name(*name);
  } else if (const NamedStores told = told_to(tid); const NamedStores::Name* name = told.find(path)) {
    take_name(*name);
  }
  const OsResult<UniqueFd> file = original();
  if (file) return in_place_of(file->get(), asked);
  return file.error().code == ENOENT ? in_place_of_missing(asked.missing, tid) : -1;
}

int StandIns::in_place_of(int original, const Asked& question) {
  struct stat info {};
  if (::fstat(original, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size > kLargest) return -1;
  Asked asked = question;
  constexpr std::size_t kMagicSize = 4;
  if (looks_like_java_store(read_start(original, kMagicSize))) {
    if (!asked.is_store || rewrites_java_stores(asked.tid)) return -1;
    asked.passwords = told_to(asked.tid).passwords();
    asked.gives_no_password = asked.java_opens_it && asked.passwords.empty();
  }
  const auto [place, is_new] = files_.try_emplace(
      Version{info.st_dev, info.st_ino, info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec,
              fmt::format("{:d}{:d}{}", asked.is_store, asked.gives_no_password, fmt::join(asked.passwords, "\n"))});
  if (!is_new) return place->second.get();
  const std::string bytes = read_start(original, static_cast<std::size_t>(info.st_size));
  const std::optional<std::string> content = content_for(bytes, asked);
  if (!content) return -1;
  const int fd = keep(place->second, *content);
  if (files_.size() <= kMostKept) return fd;
  auto last = files_.extract(place);  // who has one of the others open has a descriptor of his own
  files_.clear();
  files_.insert(std::move(last));
  return fd;
}

std::optional<std::string> StandIns::content_for(std::string_view original, const Asked& asked) {
  if (looks_like_java_store(original)) {
    std::vector<std::string> passwords = asked.passwords;
    passwords.insert(passwords.end(), {kJavaPassword, "", "changeme"});
    std::optional<std::string> out = java_store_with_ca(original, ca_.der, {passwords, asked.gives_no_password});
    if (!out) note_once(fmt::format("{}: no store that the run's CA can be added to, or its password is not known", asked.path));
    return out;
  }
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

// runner/endpoints/file_listing.cpp - The listing of a real folder in which some names are watched: the real ones without those,
// and what stands there in the run. See files.h. Source: getdents(2).
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <cstddef>
#include <cstring>
#include <memory>

#include "runner/endpoints/files.h"

namespace bigfoot {
namespace {

constexpr std::size_t kLongestRecord = sizeof(dirent64);

std::string child_of(const std::string& folder, std::string_view name) { return fmt::format("{}/{}", folder == "/" ? "" : folder, name); }

bool is_dots(std::string_view name) { return name == "." || name == ".."; }

/// A record as the kernel writes it: its size a multiple of eight, the name ended by a NUL.
std::string record_of(const dirent64& from) {
  constexpr std::size_t kAlignment = 8;
  const std::size_t length = offsetof(dirent64, d_name) + std::strlen(from.d_name) + 1;
  dirent64 record = from;
  record.d_off = 0;  // where a listing goes on after it: from the start
  record.d_reclen = static_cast<unsigned short>((length + kAlignment - 1) / kAlignment * kAlignment);
  return {reinterpret_cast<const char*>(&record), record.d_reclen};
}

}  // namespace

/// Each call gives what the kernel gives from the place where the target is in the listing, so that nothing has to be remembered
/// from call to call; the watched names come with the first of them.
FileReply Files::list(const Asked& asked) {
  const OsResult<UniqueFd> folder = asked.call.folder();
  if (!folder) {
    ++services_.notices[fmt::format("{} was listed as it is on the disk: {}", asked.name.path, to_text(folder.error()))];
    return {FileReply::Real{}};
  }
  const bool first = ::lseek(folder->get(), 0, SEEK_CUR) == 0;
  std::string records = first ? watched_records(asked) : "";
  const std::size_t room = asked.call.room();
  if (records.size() + kLongestRecord > room) {
    ++services_.warnings[fmt::format("{} was listed as it is on the disk: there are too many watched names in it", asked.name.path)];
    return {FileReply::Real{}};
  }
  int code = 0;
  records += real_records(asked, *folder, room - records.size(), code);
  if (code != 0) return failed(code);
  return {FileReply::Listing{std::move(records)}};
}

std::string Files::watched_records(const Asked& asked) const {
  const std::string& path = asked.name.path;
  scene_.bring_all_in(path, asked.owner, false);
  OsResult<UniqueFd> staged = scene_.stage().open(path, O_RDONLY | O_DIRECTORY);
  if (!staged) return "";
  const std::unique_ptr<DIR, int (*)(DIR*)> names(::fdopendir(staged->release()), ::closedir);
  std::string out;
  while (const dirent64* entry = names ? ::readdir64(names.get()) : nullptr)
    if (!is_dots(entry->d_name) && watched_.spelled(child_of(path, entry->d_name))) out += record_of(*entry);
  return out;
}

std::string Files::real_records(const Asked& asked, const UniqueFd& folder, std::size_t room, int& code) const {
  std::string out, raw;
  while (out.empty()) {
    raw.resize(room);
    const ssize_t got = ::getdents64(folder.get(), raw.data(), raw.size());
    if (got < 0) code = errno;
    if (got <= 0) return out;
    for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
      dirent64 entry{};
      std::memcpy(&entry, raw.data() + at, offsetof(dirent64, d_name));
      const std::string_view record(raw.data() + at, entry.d_reclen);
      at += entry.d_reclen;
      const std::string name(record.data() + offsetof(dirent64, d_name));
      const std::optional<std::string> watched = is_dots(name) ? std::nullopt : watched_.spelled(child_of(asked.name.path, name));
      if (!watched || is_real(*watched, asked.owner)) out += record;
    }
  }
  return out;
}

}  // namespace bigfoot

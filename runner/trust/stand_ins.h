// runner/trust/stand_ins.h - The files that stand in for certificate stores: what the store holds and the run's CA, in memory.
// Decides what a path means: store_names.h knows names, named_stores.h what a program is told, the file's bytes say the rest.
#pragma once

#include <sys/types.h>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "runner/trust/named_stores.h"
#include "runner/trust/store_names.h"
#include "tracer/ids.h"
#include "tracer/os.h"

namespace bigfoot {

/// The CA as the different stores hold it.
struct CaTexts {
  std::string pem, der, subject_hash, key_pin;
};

/// Whether this thread's root has a bundle in one of the usual places.
bool has_bundle(Tid tid);

class StandIns {
 public:
  using Original = std::function<OsResult<UniqueFd>()>;
  using Note = std::function<void(std::string)>;
  /// `named`: by the environment of the command, which its programs inherit. `note` is told, once, what went wrong.
  StandIns(CaTexts ca, NamedStores named, Note note);

  /// The file that stands in for the one that this thread asks for by its absolute path; ours, good until the next call.
  /// -1: the thread is to have what is there.
  int find(const std::string& path, Tid tid, const Original& original);

 private:
  /// One version of one file, and all else that its stand-in depends on.
  struct Version {
    dev_t device;
    ino_t inode;
    off_t size;
    std::int64_t seconds, nanoseconds;
    std::string asked;
    auto operator<=>(const Version&) const = default;
  };
  struct Asked;

  int in_place_of(int original, const Asked& asked);
  int in_place_of_missing(Missing missing, Tid tid);
  int bundle_of(Tid tid);
  std::optional<std::string> content_for(std::string_view original, const Asked& asked);
  int keep(UniqueFd& slot, std::string_view content);
  void note_once(std::string text);

  const CaTexts ca_;
  const NamedStores named_;
  const Note note_;
  bool noted_ = false;
  UniqueFd pem_of_ca_, java_of_ca_;
  std::map<Version, UniqueFd> files_;  // no descriptor: it stays as it is
  std::size_t kept_ = 0;               // of these, with a descriptor
};

}  // namespace bigfoot

// runner/stage.h - The private folder in memory in which the watched part of the file system is rebuilt with real files, so
// that the kernel gives seek, mmap, fstat, readdir and locks for nothing: /etc/app/a.yaml is STAGE/etc/app/a.yaml.
// Source: shm_overview(7), flock(2), path_resolution(7).
#pragma once

#include <sys/stat.h>

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tracer/os.h"
#include "tracer/proc.h"
#include "tracer/supervisor.h"

namespace bigfoot {

/// Whose a new file is. nullopt: ours, since we are no other user than the target.
using FileOwner = std::optional<FileRights>;

class Stage {
 public:
  /// In the first of `places` that can be written. What supervisors that were killed left there is removed. The error says
  /// why none could, with the cure.
  static std::expected<Stage, LaunchError> make(const std::vector<std::string>& places);
  /// "/dev/shm", and what TMPDIR says.
  static std::vector<std::string> usual_places();
  Stage(Stage&&) noexcept = default;
  Stage& operator=(Stage&&) = delete;
  ~Stage();  ///< removes it, with all that stands in it

  /// "/dev/shm/bigfoot-run.Xk2P0q"
  const std::string& folder() const { return folder_; }

  // Paths below are absolute and without dots, as the target means them.

  /// The name that `path` has once symbolic links of the stage are followed, the last one only where `follow`. It may lead
  /// anywhere; what is not in the stage keeps its name. ELOOP after 40 links (path_resolution(7)).
  OsResult<std::string> resolve(const std::string& path, bool follow) const;

  /// Where a path stands: for the calls that take a folder and a name. Links are not followed: ELOOP, ENOTDIR, ENOENT.
  struct Spot {
    UniqueFd folder;   ///< O_PATH
    std::string name;  ///< "." for the root
  };
  OsResult<Spot> spot(const std::string& path) const;
  OsResult<struct stat> look(const std::string& path) const;
  /// open(2) there; a link at the end is not followed.
  OsResult<UniqueFd> open(const std::string& path, int flags, mode_t mode = 0) const;

  /// The folder with all above it; nothing is done where it is there.
  OsResult<void> put_folder(const std::string& path, const FileOwner& owner) const;
  /// The file with just this content. A file that holds it already is left as it is, and else a new one takes its place:
  /// who has the old one open goes on to see that.
  OsResult<void> put_file(const std::string& path, std::string_view content, const FileOwner& owner) const;

 private:
  Stage(std::string folder, UniqueFd root) : folder_(std::move(folder)), root_(std::move(root)) {}
  OsResult<UniqueFd> walk(std::string_view path) const;

  std::string folder_;
  UniqueFd root_;  // holds the lock that says the folder is in use
};

/// Gives the open file to the owner; nothing where it is ours.
void give_to(int fd, const FileOwner& owner);
/// All of it, but no more than `most` bytes; wherever the offset stands.
std::string content_of(int fd, std::size_t most);

}  // namespace bigfoot

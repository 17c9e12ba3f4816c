// tracer/path_resolver.h - The names of files as the kernel would find them: symbolic links followed, dots
// removed. Source: path_resolution(7), proc(5) ("/proc/PID/root", "/proc/PID/fd").
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tracer/ids.h"
#include "tracer/os.h"

namespace bigfoot {

/// A path that a call gives, made absolute.
struct TargetName {
  std::string path;
  std::size_t known = 0;  ///< as many bytes name a folder that the kernel has found: no links in it
  bool staged = false;    ///< found through the stage, where the kernel would look for it in vain
};

/// An absolute path without ".", "..", repeated and trailing slashes, by its text alone.
std::string without_dots(std::string_view path);

/// Remembers which names are links, until a call of the tree changes one: most opens then cost no system
/// call. Links that programs outside the tree make or change during the run are not noticed. Used by one
/// thread.
class PathResolver {
 public:
  /// `stage`: see LaunchOptions::stage.
  explicit PathResolver(std::string stage) : stage_(std::move(stage)) {}

  /// nullopt: there is no such folder (EBADF), or none with a name. `in_folder`: it is the root, as far as
  /// the path's text goes (links that lead out of it are followed all the same).
  std::optional<TargetName> name(Tid tid, RemoteFd folder, std::string path, bool in_folder = false);
  /// What is open as `fd`.
  std::optional<TargetName> name_of_descriptor(Tid tid, RemoteFd fd);
  /// `follow`: the last name too. Sets `name.staged` where a link leads into the stage.
  std::string resolve(Tid tid, TargetName& name, bool follow);

  /// A thread waits in a call, so the one before has ended.
  void heard_of(Tid tid);
  /// A call of this thread is about to make, move or remove this name: what is known of links may be wrong
  /// from now on.
  void about_to_change(Tid tid, const std::string& resolved);
  /// It is about to make a link.
  void about_to_link(Tid tid);
  /// A process is about to get another root or to mount something: from now on each is asked for its own.
  void roots_differ();
  /// What is below keeps its name from now on: a process of the tree may serve this folder (FUSE), and would
  /// wait for us while we wait for it.
  void leave_alone(std::string resolved);

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  bool leave_stage(std::string& path) const;
  bool is_left_alone(std::string_view name) const;
  std::optional<std::string> link_text(Tid tid, const std::string& name);
  std::optional<std::string> link_in_proc(Tid tid, const std::string& name);
  std::optional<std::string> read_link(Tid tid, const std::string& name);

  const std::string stage_;
  bool roots_differ_ = false;
  std::vector<std::string> left_alone_;  // with a slash at the end
  std::unordered_map<std::string, std::optional<std::string>, Hash, std::equal_to<>>
      links_;                  // nullopt: it is none
  std::vector<Tid> changing_;  // while there are any nothing is remembered
};

}  // namespace bigfoot

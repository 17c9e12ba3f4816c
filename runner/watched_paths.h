// runner/watched_paths.h - Which paths [guard] file.watch means, by every name that a path has at the start of the run.
// Source: spec-format.md, 4.7; path_resolution(7).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spec/spec.h"

namespace bigfoot {

/// Never changes: any thread may ask.
class WatchedPaths {
 public:
  /// Looks once which folders are there, and where their symbolic links lead: /var/run/app/** means /run/app too.
  explicit WatchedPaths(const std::vector<WatchedPath>& watch);

  bool empty() const { return watches_.empty(); }
  /// For TrafficHandler::watches_file: of `path` without dots. With a slash at its end also the real folders in which
  /// watched names stand: their listing is put together.
  bool watches(std::string_view path) const;
  /// The path as the spec spells it; nullopt where it is not watched. A folder up to the first wildcard is watched itself
  /// where all below it is, and where it is not there really.
  std::optional<std::string> spelled(std::string_view path) const;
  /// A folder that is there in every run: of a pattern the names up to its first wildcard, with all above that are missing.
  bool is_given(std::string_view folder) const;
  /// A real folder with watched names in it.
  bool has_names_in(std::string_view folder) const;

 private:
  struct Watch {
    PatternPtr pattern;
    std::string folder;       // "/var/run/app", "" for the root
    std::string real_folder;  // "/run/app"
    bool whole = false;       // all of the folder, itself included
  };
  bool covers(const Watch& watch, const std::string& path) const;
  bool is_implied(std::string_view path) const;

  std::vector<Watch> watches_;
  std::vector<std::string> implied_;  // folders above watched names that are not there really
};

}  // namespace bigfoot

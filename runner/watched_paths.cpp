// runner/watched_paths.cpp - See watched_paths.h.
#include "runner/watched_paths.h"

#include <algorithm>
#include <filesystem>

namespace bigfoot {
namespace {

namespace fs = std::filesystem;

/// Whether `path` is below `folder` ("" is the root).
bool is_below(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() + 1 && path[folder.size()] == '/' && path.starts_with(folder);
}

std::string_view without_slash(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

/// Links followed as far as files are there; the rest as it is.
std::string as_it_really_is(const std::string& folder) {
  std::error_code error;
  const fs::path real = fs::weakly_canonical(folder.empty() ? "/" : folder, error);
  return error ? folder : std::string(without_slash(real.string()));
}

}  // namespace

WatchedPaths::WatchedPaths(const std::vector<WatchedPath>& watch) {
  for (const WatchedPath& watched : watch) {
    const std::string folder(without_slash(watched.folder));
    watches_.push_back({watched.pattern, folder, as_it_really_is(folder), watched.text.ends_with("/**")});
    std::error_code error;
    for (fs::path above = folder; above.has_relative_path() && !fs::exists(above, error); above = above.parent_path())
      if (!is_implied(above.native())) implied_.push_back(above.native());
  }
}

bool WatchedPaths::is_implied(std::string_view path) const { return std::ranges::find(implied_, path) != implied_.end(); }

bool WatchedPaths::covers(const Watch& watch, const std::string& path) const {
  if (watch.whole && path == watch.folder) return true;
  return is_below(path, watch.folder) && watch.pattern->match(path, "", {}, {}, nullptr);
}

std::optional<std::string> WatchedPaths::spelled(std::string_view given) const {
  const std::string path(without_slash(given));
  if (is_implied(path)) return path;
  for (const Watch& watch : watches_)
    if (covers(watch, path)) return path.empty() ? "/" : path;
  for (const Watch& watch : watches_) {
    if (watch.real_folder == watch.folder) continue;
    if (path != watch.real_folder && !is_below(path, watch.real_folder)) continue;
    std::string as_in_spec = watch.folder + path.substr(watch.real_folder.size());
    if (covers(watch, as_in_spec)) return as_in_spec;
  }
  return std::nullopt;
}

bool WatchedPaths::is_given(std::string_view folder) const {
  return is_implied(folder) || std::ranges::any_of(watches_, [folder](const Watch& watch) { return watch.folder == folder; });
}

bool WatchedPaths::has_names_in(std::string_view folder) const {
  const std::string_view path = without_slash(folder);
  return std::ranges::any_of(watches_, [path](const Watch& watch) { return watch.folder == path || watch.real_folder == path; });
}

bool WatchedPaths::watches(std::string_view path) const {
  if (path.size() > 1 && path.ends_with('/')) return has_names_in(path) && !spelled(path);
  // Asked for every call of the tree that names a file: nearly all are told apart by how they begin.
  const auto may_be = [path](const std::string& folder) { return path.starts_with(folder); };
  const bool near = std::ranges::any_of(watches_, [&may_be](const Watch& watch) { return may_be(watch.folder) || may_be(watch.real_folder); });
  return near ? spelled(path).has_value() : is_implied(path);
}

}  // namespace bigfoot

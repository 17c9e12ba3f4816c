// runner/endpoints/file_scene.cpp - See file_scene.h.
#include "runner/endpoints/file_scene.h"

#include <fcntl.h>

#include "tracer/path_resolver.h"

namespace bigfoot {

FileScene::Name FileScene::name_of(const std::string& written, const std::string& resolved, bool follow) const {
  // A real link at a watched path is not seen, so the text goes first; only the kernel knows where ".." leads behind a link.
  const bool climbs = written.find("/..") != written.npos;
  const std::string plain = without_dots(written);
  std::optional<std::string> path = watched_.spelled(climbs && !resolved.empty() ? resolved : plain);
  if (!path) path = watched_.spelled(climbs ? plain : resolved);
  if (!path) return {plain, false};
  const OsResult<std::string> led = stage_.resolve(*path, follow);
  if (!led) return {*path, true, true};
  const std::optional<std::string> there = watched_.spelled(*led);
  return {there.value_or(*led), there.has_value()};
}

void FileScene::moved(const std::string& path) {
  changed_.insert(path);
  moved_.insert(path);
}

bool FileScene::is_changed(const std::string& path) const {
  if (changed_.contains(path)) return true;
  for (std::size_t slash = path.rfind('/'); !moved_.empty() && slash != 0 && slash != path.npos; slash = path.rfind('/', slash - 1))
    if (moved_.contains(std::string_view(path).substr(0, slash))) return true;
  return false;
}

FileView::What FileScene::bring(const std::string& path, const FileOwner& owner) const {
  if (is_changed(path)) return FileView::What::unknown;
  const FileView view = ledger_.view_file(path);
  switch (view.what) {
    case FileView::What::file:
      if (view.content || !stage_.look(path)) static_cast<void>(stage_.put_file(path, view.content.value_or(""), owner));
      break;
    case FileView::What::folder: static_cast<void>(stage_.put_folder(path, owner)); break;
    case FileView::What::absent:
      // A folder goes only where nothing else stands in it.
      if (const OsResult<Stage::Spot> at = stage_.spot(path))
        if (::unlinkat(at->folder.get(), at->name.c_str(), 0) != 0)
          static_cast<void>(::unlinkat(at->folder.get(), at->name.c_str(), AT_REMOVEDIR));
      break;
    case FileView::What::unknown:  // what an entry said that is spent still holds
      if (watched_.is_given(path)) static_cast<void>(stage_.put_folder(path, owner));
      break;
    case FileView::What::real: break;
  }
  return view.what;
}

void FileScene::bring_all_in(const std::string& folder, const FileOwner& owner, bool deep) const {
  for (const std::string& name : ledger_.names_in(folder)) {
    const std::string path = (folder == "/" ? "" : folder) + "/" + name;
    if (bring(path, owner) == FileView::What::folder && deep) bring_all_in(path, owner, true);
  }
}

}  // namespace bigfoot

// runner/endpoints/file_scene.h - Keeps the stage as the entries of the spec imply it, as long as the program has not changed
// it there. Source: spec-format.md, 4.7; spec/file_outcome.h ("FileView").
#pragma once

#include <set>
#include <string>

#include "runner/stage.h"
#include "runner/watched_paths.h"
#include "spec/ledger.h"

namespace bigfoot {

class FileScene {
 public:
  FileScene(const WatchedPaths& watched, Stage stage, const Ledger& ledger)
      : watched_(watched), stage_(std::move(stage)), ledger_(ledger) {}
  const Stage& stage() const { return stage_; }

  /// What a path of a call means.
  struct Name {
    std::string path;      ///< as the spec spells it, links followed as far as they are of the run; of a real file its path
    bool watched = false;
    bool loops = false;    ///< too many links: nothing else is said then
  };
  /// `written` and `resolved`: see FileCall::Request.
  Name name_of(const std::string& written, const std::string& resolved, bool follow) const;

  /// Brings what stands at the path to what the entries say, unless the program has changed it.
  FileView::What bring(const std::string& path, const FileOwner& owner) const;
  /// The same for all that is in the folder, and with `deep` for what is below those.
  void bring_all_in(const std::string& folder, const FileOwner& owner, bool deep) const;

  /// The program made, wrote, moved or removed it: from now on the stage tells what is there.
  void changed(const std::string& path) { changed_.insert(path); }
  /// The same for everything below the path.
  void moved(const std::string& path);
  bool is_changed(const std::string& path) const;

 private:
  const WatchedPaths& watched_;
  Stage stage_;
  const Ledger& ledger_;
  std::set<std::string, std::less<>> changed_, moved_;
};

}  // namespace bigfoot

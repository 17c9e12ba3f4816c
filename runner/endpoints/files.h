// runner/endpoints/files.h - Calls on watched paths: answered from the spec and from what the program did there itself.
// Source: spec-format.md, 4.7, section 3 (row `file`) and section 9, decision 9.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "runner/endpoints/file_reply.h"
#include "runner/endpoints/file_scene.h"
#include "runner/endpoints/file_writes.h"
#include "runner/services.h"
#include "tracer/supervisor.h"

namespace bigfoot {

class Files {
 public:
  Files(Services& services, const WatchedPaths& watched, Stage stage)
      : services_(services), watched_(watched), scene_(watched, std::move(stage), services.ledger), writes_(services) {}

  const std::string& folder() const { return scene_.stage().folder(); }
  /// Answers the call, at once unless an entry delays it.
  void serve(FileCall call);
  /// For LoopQueue::follow(), and what was read there.
  int events() { return writes_.events(); }
  void closed(int watch) { writes_.closed(watch); }
  /// Nobody is left who could write.
  void end() { writes_.end(); }

 private:
  /// One call, with what its paths mean.
  struct Asked {
    const FileCall& call;
    const FileCall::Request& request;
    FileScene::Name name, other;  ///< of Request::path and Request::other
    FileOwner owner;              ///< of what the call makes
    Pid pid() const { return call.caller().pid; }
  };
  struct Change;
  using Handler = FileReply (Files::*)(const Asked&);
  static Handler handler_of(FileCall::Operation operation);
  static const Change* change_of(FileCall::Operation operation);

  // Not interactions: nothing changes, and nothing is read.
  FileReply look(const Asked& asked);
  FileReply access(const Asked& asked);
  FileReply read_link(const Asked& asked);
  FileReply set_times(const Asked& asked);
  FileReply change_owner(const Asked& asked);
  FileReply attributes(const Asked& asked);
  FileReply list(const Asked& asked);
  FileReply open_folder(const Asked& asked);
  FileReply elsewhere(const Asked& asked);

  FileReply open(const Asked& asked);
  FileReply read(const Asked& asked, bool there, FileOutcome outcome);
  void await_change(const Asked& asked);
  FileReply write(const Asked& asked, bool there);
  FileReply change(const Asked& asked);
  int perform(const Asked& asked, const Change& change);
  int move_in(const Asked& asked);

  bool is_real(const std::string& path, const FileOwner& owner) const;
  bool is_real(const Asked& asked) const { return is_real(asked.name.path, asked.owner); }
  FileOutcome offer(const Fields& fields, bool is_new = false);
  Fields fields_of(const Asked& asked, std::string_view operation) const;
  FileReply judge_by_guard(const Asked& asked, Fields fields, FileOutcome outcome);
  struct Writing {
    UniqueFd file;    ///< for the target
    UniqueFd reader;  ///< ours, of the same file
    off_t from = 0;   ///< what it writes begins here
  };
  OsResult<Writing> open_on_stage(const Asked& asked, bool there);
  OsResult<Writing> open_really(const Asked& asked);
  FileWrites::Finish finisher(const Asked& asked, Fields fields, std::shared_ptr<FileSession> session);
  void record(const CallTicket& ticket, Pid pid, Fields request, Fields response, const Entry* entry, std::vector<Finding> findings,
              std::string_view state, int code = 0);
  static asio::awaitable<void> send_later(Services& services, FileCall call, FileReply reply);

  std::string watched_records(const Asked& asked) const;
  std::string real_records(const Asked& asked, const UniqueFd& folder, std::size_t room, int& code) const;

  Services& services_;
  const WatchedPaths& watched_;
  FileScene scene_;
  FileWrites writes_;
};

}  // namespace bigfoot

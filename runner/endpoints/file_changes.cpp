// runner/endpoints/file_changes.cpp - Calls that change a watched path otherwise than by an open: made on the stage, whose errno
// is the program's. See files.h. Source: mkdir(2), mknod(2), unlink(2), rmdir(2), rename(2), link(2), symlink(2), chmod(2), truncate(2).
#include <fcntl.h>
#include <fmt/format.h>

#include "runner/endpoints/files.h"

namespace bigfoot {
namespace {

using Operation = FileCall::Operation;
using Spot = Stage::Spot;

/// What must be there so that a call which the spec expects can do its work.
enum class Needs { nothing, file, folder };

int code_of(int result) { return result == 0 ? 0 : errno; }

}  // namespace

struct Files::Change {
  Operation operation;
  const char* name;  ///< in a spec
  Needs needs;
  bool makes;        ///< the name must be free: EEXIST else
  int (*perform)(const Spot& at, const Spot& other, const FileCall::Request& request);
};

namespace {

int make_folder(const Spot& at, const Spot&, const FileCall::Request& request) {
  const int made = ::mkdirat(at.folder.get(), at.name.c_str(), request.mode);
  return code_of(made != 0 ? made : ::fchmodat(at.folder.get(), at.name.c_str(), request.mode, 0));
}
int make_node(const Spot& at, const Spot&, const FileCall::Request& request) {
  const int made = ::mknodat(at.folder.get(), at.name.c_str(), S_IFREG | (request.mode & ALLPERMS), 0);
  return code_of(made != 0 ? made : ::fchmodat(at.folder.get(), at.name.c_str(), request.mode & ALLPERMS, 0));
}
int remove(const Spot& at, const Spot&, const FileCall::Request&) { return code_of(::unlinkat(at.folder.get(), at.name.c_str(), 0)); }
int remove_folder(const Spot& at, const Spot&, const FileCall::Request&) {
  return code_of(::unlinkat(at.folder.get(), at.name.c_str(), AT_REMOVEDIR));
}
int rename(const Spot& at, const Spot& other, const FileCall::Request& request) {
  return code_of(::renameat2(at.folder.get(), at.name.c_str(), other.folder.get(), other.name.c_str(), static_cast<unsigned>(request.flags)));
}
int link(const Spot& at, const Spot& other, const FileCall::Request&) {
  return code_of(::linkat(at.folder.get(), at.name.c_str(), other.folder.get(), other.name.c_str(), 0));
}
int symbolic_link(const Spot& at, const Spot&, const FileCall::Request& request) {
  return code_of(::symlinkat(request.other.c_str(), at.folder.get(), at.name.c_str()));
}
int change_mode(const Spot& at, const Spot&, const FileCall::Request& request) {
  return code_of(::fchmodat(at.folder.get(), at.name.c_str(), request.mode, 0));
}
int truncate(const Spot& at, const Spot&, const FileCall::Request& request) {
  const UniqueFd file(::openat(at.folder.get(), at.name.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
  return code_of(file ? ::ftruncate(file.get(), request.length) : -1);
}

}  // namespace

const Files::Change* Files::change_of(Operation operation) {
  static constexpr Change kChanges[] = {
      {Operation::make_folder, "mkdir", Needs::nothing, true, bigfoot::make_folder},
      {Operation::make_node, "create", Needs::nothing, true, bigfoot::make_node},
      {Operation::remove, "unlink", Needs::file, false, bigfoot::remove},
      {Operation::remove_folder, "rmdir", Needs::folder, false, bigfoot::remove_folder},
      {Operation::rename, "rename", Needs::file, false, bigfoot::rename},
      {Operation::link, "link", Needs::file, true, bigfoot::link},
      {Operation::symbolic_link, "symlink", Needs::nothing, true, bigfoot::symbolic_link},
      {Operation::change_mode, "chmod", Needs::file, false, bigfoot::change_mode},
      {Operation::truncate, "truncate", Needs::file, false, bigfoot::truncate},
  };
  for (const Change& change : kChanges)
    if (change.operation == operation) return &change;
  return nullptr;
}

FileReply Files::change(const Asked& asked) {
  const FileCall::Request& request = asked.request;
  const Change& change = *change_of(request.operation);
  const bool two_names = request.operation == Operation::rename || request.operation == Operation::link;
  // From the stage to the disk there is no way, as between two file systems; programs copy then.
  if (two_names && (!asked.other.watched || (!asked.name.watched && request.operation == Operation::link))) return failed(EXDEV);
  if (request.operation == Operation::make_node && (request.mode & S_IFMT) != 0 && !S_ISREG(request.mode)) {
    ++services_.notices[fmt::format("{}: only files and folders can be made under a watched path (EPERM)", asked.name.path)];
    return failed(EPERM);
  }
  if (asked.name.watched) is_real(asked);  // what the entries imply is there before anything is done
  if (two_names) scene_.bring(asked.other.path, asked.owner);

  Fields fields = fields_of(asked, change.name);
  FileOutcome outcome = offer(fields, request.operation == Operation::make_node);
  const FileScene::Name& made = two_names ? asked.other : asked.name;
  const bool must_be_free = change.makes || (request.operation == Operation::rename && (request.flags & RENAME_NOREPLACE) != 0);
  const bool taken = must_be_free && scene_.stage().look(made.path);
  if (outcome.entry == nullptr && taken) return failed(EEXIST);  // it changes nothing: `mkdir -p`
  if (outcome.entry == nullptr) return judge_by_guard(asked, std::move(fields), std::move(outcome));

  const CallTicket ticket = services_.journal.open_call();
  int code = outcome.errno_code;
  if (code == 0 && !outcome.real) code = perform(asked, change);
  if (outcome.session != nullptr && code == 0) {  // an empty file
    outcome.findings = outcome.session->finish("", ticket.seq);
    outcome.entry = &outcome.session->entry();
  } else if (outcome.session != nullptr) {
    outcome.session->cancel();
  }
  record(ticket, asked.pid(), std::move(fields), Fields::object(), outcome.entry, std::move(outcome.findings), "asserted", code);
  FileReply reply = outcome.real && code == 0 ? FileReply{FileReply::Real{}} : ended_with(code);
  reply.delay = outcome.delay;
  return reply;
}

/// What the spec expects to work finds what it needs; then the kernel has its say.
int Files::perform(const Asked& asked, const Change& change) {
  const Stage& stage = scene_.stage();
  const std::string& path = asked.name.path;
  const bool two_names = asked.other.watched;
  if (!asked.name.watched) return move_in(asked);
  OsResult<void> put = stage.put_folder(path.substr(0, path.rfind('/')), asked.owner);
  if (put && !stage.look(path) && change.needs == Needs::file) put = stage.put_file(path, "", asked.owner);
  if (put && change.needs == Needs::folder) put = stage.put_folder(path, asked.owner);
  if (put && two_names) put = stage.put_folder(asked.other.path.substr(0, asked.other.path.rfind('/')), asked.owner);
  if (!put) return put.error().code;
  if (change.operation == Operation::rename) scene_.bring_all_in(path, asked.owner, true);

  const OsResult<Spot> at = stage.spot(path);
  if (!at) return at.error().code;
  OsResult<Spot> other = Spot{};
  if (two_names) other = stage.spot(asked.other.path);
  if (!other) return other.error().code;
  const int code = change.perform(*at, *other, asked.request);
  if (code != 0) return code;
  if (change.makes && !two_names && asked.owner)
    static_cast<void>(::fchownat(at->folder.get(), at->name.c_str(), asked.owner->user, asked.owner->group, AT_SYMLINK_NOFOLLOW));
  if (change.operation == Operation::rename) {
    scene_.moved(path);
    scene_.moved(asked.other.path);
  } else {
    scene_.changed(two_names ? asked.other.path : path);
  }
  return 0;
}

/// rename(2) from a real path to a watched one, as programs do that write beside and then replace.
int Files::move_in(const Asked& asked) {
  const OsResult<UniqueFd> source = asked.call.original();
  if (!source) return source.error().code == EINVAL ? EXDEV : source.error().code;
  struct stat info {};
  if (::fstat(source->get(), &info) != 0) return errno;
  if (asked.owner && asked.owner->user != 0 && asked.owner->user != info.st_uid) return EXDEV;
  const std::string& path = asked.other.path;
  const std::string content = content_of(source->get(), FileWrites::kMostContent + 1);
  if (content.size() > FileWrites::kMostContent) return EFBIG;
  if (const OsResult<void> put = scene_.stage().put_file(path, content, asked.owner); !put) return put.error().code;
  if (const OsResult<Spot> at = scene_.stage().spot(path)) ::fchmodat(at->folder.get(), at->name.c_str(), info.st_mode & ALLPERMS, 0);
  scene_.changed(path);
  const std::string real = fmt::format("/proc/{}/root{}", static_cast<pid_t>(asked.call.caller().tid), asked.name.path);
  return code_of(::unlink(real.c_str()));
}

}  // namespace bigfoot

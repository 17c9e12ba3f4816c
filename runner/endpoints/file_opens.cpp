// runner/endpoints/file_opens.cpp - Watched files that are opened: for reading from the spec, for writing to the stage. See files.h.
#include <fcntl.h>
#include <fmt/format.h>

#include "runner/endpoints/files.h"
#include "tracer/target_path.h"

namespace bigfoot {
namespace {

constexpr int kMeaning = O_ACCMODE | O_APPEND | O_TRUNC | O_NONBLOCK | O_SYNC | O_DSYNC;  // flags that mean something in memory
constexpr mode_t kWhileMade = 0600;

bool may_write(int flags) { return (flags & O_ACCMODE) != O_RDONLY; }

UniqueFd reopened(const UniqueFd& file, int flags) {
  return UniqueFd(::open(fmt::format("/proc/self/fd/{}", file.get()).c_str(), flags | O_CLOEXEC));
}

}  // namespace

FileReply Files::open(const Asked& asked) {
  const int flags = asked.request.flags;
  const bool tells_only = (flags & (O_PATH | O_DIRECTORY)) != 0;
  if ((flags & O_TMPFILE) == O_TMPFILE) return failed(EOPNOTSUPP);  // programs then make a file with a name
  const bool real = is_real(asked);
  if (real && tells_only) return {FileReply::Real{}};
  const OsResult<struct stat> info = scene_.stage().look(asked.name.path);
  if (info && (flags & O_CREAT) != 0 && (flags & O_EXCL) != 0) return failed(EEXIST);
  if (info && S_ISLNK(info->st_mode)) return failed(ELOOP);
  if (info && S_ISDIR(info->st_mode)) return open_folder(asked);
  if ((flags & O_DIRECTORY) != 0) return failed(info ? ENOTDIR : info.error().code);
  if ((flags & O_PATH) != 0) {
    OsResult<UniqueFd> file = scene_.stage().open(asked.name.path, O_RDONLY);
    if (!file) return failed(file.error().code);
    return {std::move(*file)};
  }
  const bool there = info.has_value();
  const bool reads = !may_write(flags) && (flags & O_TRUNC) == 0 && (there || (flags & O_CREAT) == 0);
  if (reads) return read(asked, there, offer(fields_of(asked, "read")));
  return write(asked, there);
}

FileReply Files::read(const Asked& asked, bool there, FileOutcome outcome) {
  const std::string& path = asked.name.path;
  Fields fields = fields_of(asked, "read");
  // What the program wrote itself it may read without being asked why.
  const bool reads_back = outcome.entry == nullptr && there && scene_.is_changed(path);
  if (outcome.entry == nullptr && !reads_back) return judge_by_guard(asked, std::move(fields), std::move(outcome));
  const CallTicket ticket = services_.journal.open_call();
  Fields response = Fields::object();
  int code = reads_back ? 0 : outcome.errno_code;
  FileReply reply{FileReply::Real{}, outcome.delay};
  if (code == 0 && (!outcome.real || reads_back)) {
    if (outcome.content || !there) {
      const OsResult<void> put = scene_.stage().put_file(path, outcome.content.value_or(""), asked.owner);
      if (!put) code = put.error().code;
    }
    OsResult<UniqueFd> file = scene_.stage().open(path, asked.request.flags & kMeaning);
    if (file && may_write(asked.request.flags)) await_change(asked);
    if (file) reply.what = std::move(*file);
    else if (code == 0) code = file.error().code;
    if (outcome.content) response["content"] = std::move(*outcome.content);
  }
  if (code != 0) reply.what = Errno{code};
  std::vector<Finding> findings = reads_back ? std::vector<Finding>() : std::move(outcome.findings);
  record(ticket, asked.pid(), std::move(fields), std::move(response), outcome.entry, std::move(findings), reads_back ? "ambient" : "asserted",
         code);
  return reply;
}

/// A file that was opened for reading and writing, but that the spec only reads. A change of it is a write after all.
void Files::await_change(const Asked& asked) {
  OsResult<UniqueFd> reader = scene_.stage().open(asked.name.path, O_RDONLY);
  if (!reader) return;
  std::string before = content_of(reader->get(), FileWrites::kMostContent);
  const auto finish = [this, pid = asked.pid(), fields = fields_of(asked, "write"), before = std::move(before)](std::string content) mutable {
    if (content == before) return;
    FileOutcome outcome = offer(fields);
    const CallTicket ticket = services_.journal.open_call();
    if (outcome.session) outcome.findings = outcome.session->finish(content, ticket.seq);
    const Entry* entry = outcome.session ? &outcome.session->entry() : outcome.entry;
    scene_.changed(fields["path"].get<std::string>());
    fields["content"] = std::move(content);
    record(ticket, pid, std::move(fields), Fields::object(), entry, std::move(outcome.findings), "asserted");
  };
  static_cast<void>(writes_.begin(std::move(*reader), 0, finish));  // without a watch it stays unseen
}

FileReply Files::write(const Asked& asked, bool there) {
  const int flags = asked.request.flags;
  Fields fields = fields_of(asked, (flags & O_APPEND) != 0 ? "append" : "write");
  FileOutcome outcome = offer(fields, !there);
  const bool may_only_read = (flags & O_ACCMODE) == O_RDWR && (flags & (O_TRUNC | O_CREAT)) == 0;
  if (outcome.entry == nullptr && may_only_read) {
    FileOutcome as_read = offer(fields_of(asked, "read"));
    if (as_read.entry != nullptr) return read(asked, there, std::move(as_read));
  }
  if (outcome.entry == nullptr) return judge_by_guard(asked, std::move(fields), std::move(outcome));
  if (outcome.session == nullptr) {
    const CallTicket ticket = services_.journal.open_call();
    record(ticket, asked.pid(), std::move(fields), Fields::object(), outcome.entry, std::move(outcome.findings), "asserted", outcome.errno_code);
    return {Errno{outcome.errno_code}, outcome.delay};
  }
  const std::shared_ptr<FileSession> session = std::move(outcome.session);
  OsResult<Writing> writing = outcome.real ? open_really(asked) : open_on_stage(asked, there);
  OsResult<void> begun{};
  if (writing) begun = writes_.begin(std::move(writing->reader), writing->from, finisher(asked, std::move(fields), session));
  if (writing && begun) return {std::move(writing->file), outcome.delay};
  session->cancel();
  return failed(writing ? begun.error().code : writing.error().code);
}

/// What is to be done when the file is closed. The call has its number now: it is in its place among the others.
FileWrites::Finish Files::finisher(const Asked& asked, Fields fields, std::shared_ptr<FileSession> session) {
  const CallTicket ticket = services_.journal.open_call();
  return [this, ticket, pid = asked.pid(), fields = std::move(fields), session = std::move(session)](std::string content) mutable {
    services_.ledger_for(pid);
    std::vector<Finding> findings = session->finish(content, ticket.seq);
    fields["content"] = std::move(content);
    record(ticket, pid, std::move(fields), Fields::object(), &session->entry(), std::move(findings), "asserted");
  };
}

OsResult<Files::Writing> Files::open_on_stage(const Asked& asked, bool there) {
  const Stage& stage = scene_.stage();
  const std::string& path = asked.name.path;
  const int flags = asked.request.flags;
  if (!there) {
    if (const OsResult<void> above = stage.put_folder(path.substr(0, path.rfind('/')), asked.owner); !above)
      return std::unexpected(above.error());
  }
  OsResult<UniqueFd> reader = stage.open(path, O_RDONLY | (there ? 0 : O_CREAT | O_EXCL), kWhileMade);
  if (!reader) return std::unexpected(reader.error());
  struct stat info {};
  ::fstat(reader->get(), &info);
  UniqueFd file = reopened(*reader, flags & kMeaning);
  if (!file) return os_error("open");
  scene_.changed(path);
  if (!there) {
    give_to(file.get(), asked.owner);
    ::fchmod(file.get(), asked.request.mode);
  }
  return Writing{std::move(file), std::move(*reader), (flags & O_APPEND) != 0 ? info.st_size : 0};
}

/// With pass_through the file is the real one, opened by us so that its close can be seen.
OsResult<Files::Writing> Files::open_really(const Asked& asked) {
  const int flags = asked.request.flags & (kMeaning | O_CREAT | O_EXCL | O_NOFOLLOW);
  OsResult<UniqueFd> file = open_as(asked.call.caller().tid, asked.request.path, flags, asked.request.mode);
  if (!file) return std::unexpected(file.error());
  UniqueFd reader = reopened(*file, O_RDONLY);
  struct stat info {};
  if (!reader || ::fstat(reader.get(), &info) != 0) return os_error("open");
  return Writing{std::move(*file), std::move(reader), (flags & O_APPEND) != 0 ? info.st_size : 0};
}

}  // namespace bigfoot

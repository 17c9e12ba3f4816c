// runner/endpoints/files.cpp - What a call on a watched path means, and what changes nothing there. See files.h.
#include "runner/endpoints/files.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "tracer/target_path.h"

namespace bigfoot {
namespace {

using Operation = FileCall::Operation;

/// As whom the target opens files; nobody where we are no other user ourselves.
FileOwner owner_of(Tid tid) { return ::geteuid() == 0 ? file_rights(tid) : std::nullopt; }

Finding denied(const GuardRule& rule, std::string_view operation, const std::string& path) {
  Finding out;
  out.kind = ViolationKind::guarded;
  out.at = rule.at;
  out.message = fmt::format("{} {} is denied by [guard] deny \"{}\"", operation, path, rule.text);
  out.notes.push_back(fmt::format("the rule stands at {}:{}", rule.at.file, rule.at.line));
  return out;
}

}  // namespace

Files::Handler Files::handler_of(Operation operation) {
  switch (operation) {
    case Operation::open: return &Files::open;
    case Operation::look: return &Files::look;
    case Operation::access: return &Files::access;
    case Operation::read_link: return &Files::read_link;
    case Operation::set_times: return &Files::set_times;
    case Operation::change_owner: return &Files::change_owner;
    case Operation::attributes: return &Files::attributes;
    case Operation::list:
    case Operation::make_folder:
    case Operation::make_node:
    case Operation::remove:
    case Operation::remove_folder:
    case Operation::rename:
    case Operation::link:
    case Operation::symbolic_link:
    case Operation::change_mode:
    case Operation::truncate: break;
  }
  return &Files::change;
}

void Files::serve(FileCall call) {
  services_.ledger_for(call.caller().pid);  // for all that the scene asks it too
  const FileCall::Request& request = call.request();
  Asked asked{call, request, scene_.name_of(request.path, request.resolved, request.follow), {}, owner_of(call.caller().tid)};
  const bool two_names = request.operation == Operation::rename || request.operation == Operation::link;
  if (two_names) asked.other = scene_.name_of(request.other, request.other_resolved, false);
  FileReply reply;
  if (asked.name.loops || asked.other.loops) reply = failed(ELOOP);
  else if (request.operation == Operation::list) reply = list(asked);
  else if (!asked.name.watched && !asked.other.watched) reply = elsewhere(asked);
  else reply = (this->*handler_of(request.operation))(asked);
  if (reply.delay <= std::chrono::microseconds::zero()) return send(std::move(call), std::move(reply));
  asio::co_spawn(services_.loop, send_later(services_, std::move(call), std::move(reply)), asio::detached);
}

asio::awaitable<void> Files::send_later(Services& services, FileCall call, FileReply reply) {
  co_await services.wait(reply.delay);
  send(std::move(call), std::move(reply));
}

/// Nobody says anything of what stands there, and the guard lets everything pass.
bool Files::is_real(const std::string& path, const FileOwner& owner) const {
  const FileView::What view = scene_.bring(path, owner);
  if (view == FileView::What::real) return true;
  if (view != FileView::What::unknown || scene_.is_changed(path) || scene_.stage().look(path)) return false;
  const Guard& guard = services_.spec.guard;
  return guard.denying_file(path) == nullptr && (guard.level("file") != GuardLevel::error || guard.allowing_file(path) != nullptr);
}

/// A path that is real, but that the target names through the stage, or by ".." behind a folder that is not there really.
FileReply Files::elsewhere(const Asked& asked) {
  const Operation operation = asked.request.operation;
  const Tid tid = asked.call.caller().tid;
  const std::string& path = asked.name.path;
  const OsResult<UniqueFd> there = open_as(tid, path, O_PATH | (asked.request.follow ? 0 : O_NOFOLLOW), 0);
  struct stat info {};
  if (there && ::fstat(there->get(), &info) != 0) return failed(errno);
  if (operation == Operation::look) return there ? FileReply{info} : failed(there.error().code);
  if (operation == Operation::access) {
    if (!there) return failed(there.error().code);
    return ended_with(::faccessat(there->get(), "", asked.request.flags, AT_EACCESS | AT_EMPTY_PATH) == 0 ? 0 : errno);
  }
  // Anything else may wait for somebody when it is opened.
  if (operation == Operation::open && (!there || S_ISREG(info.st_mode) || S_ISDIR(info.st_mode))) {
    OsResult<UniqueFd> file = open_as(tid, path, asked.request.flags, asked.request.mode);
    return file ? FileReply{std::move(*file)} : failed(file.error().code);
  }
  ++services_.notices[fmt::format("{}: a real path that is named through a watched folder can only be opened (EACCES)", path)];
  return failed(EACCES);
}

FileReply Files::look(const Asked& asked) {
  if (is_real(asked)) return {FileReply::Real{}};
  const OsResult<struct stat> info = scene_.stage().look(asked.name.path);
  return info ? FileReply{*info} : failed(info.error().code);
}

FileReply Files::access(const Asked& asked) {
  if (is_real(asked)) return {FileReply::Real{}};
  const OsResult<Stage::Spot> at = scene_.stage().spot(asked.name.path);
  if (!at) return failed(at.error().code);
  constexpr int kFlags = AT_EACCESS | AT_SYMLINK_NOFOLLOW;
  return ended_with(::faccessat(at->folder.get(), at->name.c_str(), asked.request.flags, kFlags) == 0 ? 0 : errno);
}

FileReply Files::read_link(const Asked& asked) {
  if (is_real(asked)) return {FileReply::Real{}};
  const OsResult<Stage::Spot> at = scene_.stage().spot(asked.name.path);
  if (!at) return failed(at.error().code);
  std::string text(PATH_MAX, '\0');
  const ssize_t length = ::readlinkat(at->folder.get(), at->name.c_str(), text.data(), text.size());
  if (length < 0) return failed(errno);
  text.resize(static_cast<std::size_t>(length));
  return {FileReply::Link{std::move(text)}};
}

FileReply Files::set_times(const Asked& asked) {
  if (is_real(asked)) return {FileReply::Real{}};
  const OsResult<Stage::Spot> at = scene_.stage().spot(asked.name.path);
  if (!at) return failed(at.error().code);
  const bool done = ::utimensat(at->folder.get(), at->name.c_str(), asked.request.times.data(), AT_SYMLINK_NOFOLLOW) == 0;
  return ended_with(done ? 0 : errno);
}

/// Every file here is the target's.
FileReply Files::change_owner(const Asked& asked) {
  if (is_real(asked)) return {FileReply::Real{}};
  const OsResult<struct stat> info = scene_.stage().look(asked.name.path);
  return ended_with(info ? 0 : info.error().code);
}

FileReply Files::attributes(const Asked& asked) {
  if (is_real(asked)) return {FileReply::Real{}};
  const OsResult<struct stat> info = scene_.stage().look(asked.name.path);
  return failed(info ? EOPNOTSUPP : info.error().code);
}

FileReply Files::open_folder(const Asked& asked) {
  const int flags = asked.request.flags;
  if ((flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT) != 0) return failed(EISDIR);
  scene_.bring_all_in(asked.name.path, asked.owner, false);
  OsResult<UniqueFd> folder = scene_.stage().open(asked.name.path, O_RDONLY | O_DIRECTORY);
  if (!folder) return failed(folder.error().code);
  return {std::move(*folder)};
}

Fields Files::fields_of(const Asked& asked, std::string_view operation) const {
  Fields out = Fields::object();
  out["operation"] = std::string(operation);
  out["path"] = asked.name.path;
  if (asked.request.operation == Operation::rename || asked.request.operation == Operation::link) out["target"] = asked.other.path;
  if (asked.request.operation == Operation::symbolic_link) out["target"] = asked.request.other;
  if (asked.request.operation == Operation::change_mode) out["mode"] = fmt::format("{:04o}", asked.request.mode);
  if (asked.request.operation == Operation::truncate) out["length"] = asked.request.length;
  return out;
}

FileOutcome Files::offer(const Fields& fields, bool is_new) {
  return services_.ledger.offer_file(fields, is_new, services_.journal.next_seq());
}

FileReply Files::judge_by_guard(const Asked& asked, Fields fields, FileOutcome outcome) {
  const CallTicket ticket = services_.journal.open_call();
  const Guard& guard = services_.spec.guard;
  const std::string operation = fields["operation"].get<std::string>();
  if (const GuardRule* rule = guard.denying_file(asked.name.path)) {
    std::vector<Finding> findings = one(denied(*rule, operation, asked.name.path));
    record(ticket, asked.pid(), std::move(fields), Fields::object(), nullptr, std::move(findings), "", EACCES);
    return failed(EACCES);
  }
  const bool allowed = guard.allowing_file(asked.name.path) != nullptr;
  if (!allowed && guard.level("file") == GuardLevel::error) {
    record(ticket, asked.pid(), std::move(fields), Fields::object(), nullptr, std::move(outcome.findings), "", EACCES);
    return failed(EACCES);
  }
  if (!allowed && guard.level("file") == GuardLevel::warn) {
    ++services_.warnings[fmt::format("{} {} was let through: no expectation matches it and [guard] says \"warn\"", operation, asked.name.path)];
  }
  record(ticket, asked.pid(), std::move(fields), Fields::object(), nullptr, {}, "allowed");
  return {FileReply::Real{}};
}

void Files::record(const CallTicket& ticket, Pid pid, Fields request, Fields response, const Entry* entry, std::vector<Finding> findings,
                   std::string_view state, int code) {
  Interaction interaction;
  interaction.protocol = "file";
  interaction.op = request["operation"].get<std::string>();
  const CallSite site{pid, 0, request["path"].get<std::string>()};
  interaction.request = std::move(request);
  interaction.response = std::move(response);
  if (code != 0) interaction.response["errno"] = errno_name(code);
  services_.journal.record(ticket, site, std::move(interaction), entry, std::move(findings), state, code != 0 ? errno_name(code) : "");
}

}  // namespace bigfoot

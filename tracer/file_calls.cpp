// tracer/file_calls.cpp - Reads which file is meant, and asks where the handler wants to know.
#include "tracer/file_calls.h"

#include <fmt/format.h>

#include <memory>

#include "tracer/file_answers.h"
#include "tracer/target_path.h"

namespace bigfoot {
namespace {

using Operation = FileCall::Operation;
constexpr int kNone = FileArguments::kNone;

void let_through(Notification notification) { static_cast<void>(std::move(notification).let_through()); }

// A call of these that is told not to follow a link does follow one in front of a slash.
bool follows_before_slash(Operation operation) {
  switch (operation) {
    case Operation::open:
    case Operation::look:
    case Operation::access:
    case Operation::read_link:
    case Operation::change_mode:
    case Operation::change_owner:
    case Operation::set_times:
    case Operation::attributes:
      return true;
    default:
      return false;
  }
}

bool has_second_name(const FileArguments& where) {
  return where.other != kNone && where.operation != Operation::symbolic_link;
}

}  // namespace

FileCalls::FileCalls(Delivery& delivery, Processes& processes, Pid keeper, Plan plan)
    : delivery_(delivery),
      processes_(processes),
      own_folder_(fmt::format("/proc/{}/", ::getpid())),
      keeper_folder_(fmt::format("/proc/{}/", static_cast<pid_t>(keeper))),
      all_(plan.all),
      names_(std::move(plan.stage)) {}

// What refuse_reading in filter.cpp refuses by number.
bool FileCalls::is_memory_of_ours(const std::string& path) const {
  return path.ends_with("/mem") && (path.starts_with(own_folder_) || path.starts_with(keeper_folder_));
}

void FileCalls::take(Notification notification, const FileArguments& where) {
  if (all_) names_.heard_of(notification.tid());
  OsResult<std::string> path = read_path(notification, where.path);
  if (path && where.operation == Operation::open && is_memory_of_ours(*path)) {
    static_cast<void>(std::move(notification).fail(Errno{EACCES}));
    return;
  }
  // Of a path that cannot be read the kernel knows the error.
  std::optional<FileQuestion> question = path ? read_question(notification, where) : std::nullopt;
  if (!question || (path->empty() && !question->descriptor)) return let_through(std::move(notification));
  const bool wanted = delivery_.wants_file(*path, question->only_reads);
  if (!all_) {
    if (!wanted) return let_through(std::move(notification));
    return take_wanted(std::move(notification), *path, std::move(*question));
  }
  const bool watched = take_names(notification, where, std::move(*path), *question);
  const bool named = !question->request.path.empty();
  if (!named || (!watched && !wanted) || !read_rest(notification, where, question->request)) {
    return let_through(std::move(notification));
  }
  ask(std::move(notification), std::move(*question));
}

void FileCalls::take_wanted(Notification notification, const std::string& path, FileQuestion question) {
  question.request.path = absolute_path(notification.tid(), path, question.folder);
  if (question.request.path.empty()) return let_through(std::move(notification));
  ask(std::move(notification), std::move(question));
}

// "..", behind a watched folder: one that is not there really the kernel cannot walk through.
bool FileCalls::walks_through_watched(const std::string& path) const {
  for (std::size_t up = path.find("/.."); up != path.npos; up = path.find("/..", up + 1)) {
    const std::size_t end = up + std::string_view("/..").size();
    const bool is_name = end != path.size() && path[end] != '/';
    if (!is_name && delivery_.watches_file(without_dots(std::string_view(path).substr(0, up)))) return true;
  }
  return false;
}

// By its text first, which costs least.
bool FileCalls::is_watched(Tid tid, TargetName& name, const FileCall::Request& request,
                           std::string& resolved) {
  const std::string text = without_dots(name.path);
  const bool by_text = delivery_.watches_file(text);
  const bool follow = request.follow || (name.path.ends_with('/') && follows_before_slash(request.operation));
  resolved = names_.resolve(tid, name, follow);
  return by_text || name.staged || walks_through_watched(name.path) || (resolved != text && delivery_.watches_file(resolved));
}

// Leaves the names empty where there is none. Gives whether one of them is watched.
bool FileCalls::take_names(const Notification& notification, const FileArguments& where, std::string path,
                           FileQuestion& question) {
  const Tid tid = notification.tid();
  FileCall::Request& request = question.request;
  std::optional<TargetName> name =
      path.empty() ? names_.name_of_descriptor(tid, question.folder)
                   : names_.name(tid, question.folder, std::move(path), question.in_folder);
  if (!name) return false;
  bool watched = is_watched(tid, *name, request, request.resolved);
  if (has_second_name(where)) {
    OsResult<std::string> other = read_path(notification, where.other);
    if (!other || other->empty()) return false;
    std::optional<TargetName> second = names_.name(tid, question.other_folder, std::move(*other));
    if (!second) return false;
    const FileCall::Request as_made{.operation = where.operation, .follow = false};
    watched = is_watched(tid, *second, as_made, request.other_resolved) || watched;
    request.other = std::move(second->path);
  }
  request.path = std::move(name->path);
  note_change(tid, request);
  return watched;
}

// Only a link or a folder that comes, goes or moves changes which file a path names.
void FileCalls::note_change(Tid tid, const FileCall::Request& request) {
  switch (request.operation) {
    case Operation::symbolic_link:
      return names_.about_to_link(tid);
    case Operation::rename:
      names_.about_to_change(tid, request.other_resolved);
      [[fallthrough]];
    case Operation::link:  // of a symbolic link makes another
    case Operation::remove:
      return names_.about_to_change(tid, request.resolved);
    default:
      return;
  }
}

void FileCalls::list(Notification notification) {
  constexpr int kFolder = 0, kBuffer = 1, kSize = 2;
  const auto fd = static_cast<RemoteFd>(static_cast<int>(notification.argument(kFolder)));
  std::optional<TargetName> name = names_.name_of_descriptor(notification.tid(), fd);
  if (!name || !delivery_.watches_file(name->path == "/" ? "/" : name->path + "/"))
    return let_through(std::move(notification));
  FileQuestion question;
  question.request.operation = Operation::list;
  question.request.resolved = name->path;
  question.request.path = std::move(name->path);
  question.answer.listed = fd;
  question.answer.buffer = notification.argument(kBuffer);
  question.answer.size = static_cast<std::uint32_t>(notification.argument(kSize));
  ask(std::move(notification), std::move(question));
}

void FileCalls::mount(Notification notification) {
  constexpr int kTarget = 1, kType = 2;
  const OsResult<std::string> type = read_path(notification, kType);
  OsResult<std::string> target = read_path(notification, kTarget);
  if (type && target && type->starts_with("fuse")) {
    std::optional<TargetName> name = names_.name(notification.tid(), kWorkingDirectory, std::move(*target));
    if (name) names_.leave_alone(names_.resolve(notification.tid(), *name, true));
  }
  change_roots(std::move(notification));
}

void FileCalls::change_roots(Notification notification) {
  names_.roots_differ();
  let_through(std::move(notification));
}

void FileCalls::ask(Notification notification, FileQuestion question) {
  const std::optional<Identity> who = processes_.identify(notification.tid());
  if (!who || !notification.alive()) return let_through(std::move(notification));
  delivery_.file(FileCall(std::make_unique<FileCall::State>(std::move(notification), who->caller,
                                                            std::move(question.request), question.answer)));
}

}  // namespace bigfoot

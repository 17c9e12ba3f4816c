// runner/endpoints/lookups.cpp - see lookups.h.
#include "runner/endpoints/lookups.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "spec/command_text.h"
#include "tracer/target_path.h"

namespace bigfoot {
namespace {

/// Whether a look at a file there is part of a search. A shell's own PATH is not known: its folders nearly always have one of
/// these two names.
bool is_searched(const std::vector<std::string>& folders, const std::string& folder) {
  return folder.ends_with("/bin") || folder.ends_with("/sbin") || std::ranges::find(folders, folder) != folders.end();
}

bool is_program(Tid tid, const std::string& path) {
  const OsResult<UniqueFd> file = open_path(tid, path);
  return file && is_executable(file->get());
}

bool is_folder(Tid tid, const std::string& path) {
  const OsResult<UniqueFd> file = open_path(tid, path);
  struct stat info {};
  return file && ::fstat(file->get(), &info) == 0 && S_ISDIR(info.st_mode);
}

bool is_installed(Tid tid, const std::vector<std::string>& folders, const std::string& program) {
  return std::ranges::any_of(folders, [&](const std::string& folder) { return is_program(tid, folder + "/" + program); });
}

/// What stat tells of a program that is not there.
struct stat description() {
  struct stat out {};
  out.st_mode = S_IFREG | 0755;
  out.st_nlink = 1;
  out.st_ino = 1;
  out.st_size = 1;
  out.st_blksize = 4096;
  out.st_blocks = 8;
  return out;
}

void show_program(FileCall call) {
  const FileCall::Request& request = call.request();
  if (request.operation == FileCall::Operation::look) return std::move(call).describe(description());
  if ((request.flags & W_OK) != 0) return std::move(call).fail(Errno{EACCES});
  std::move(call).succeed();
}

}  // namespace

void Lookups::serve(FileCall call) {
  switch (judge(call.caller(), call.request().path)) {
    case Verdict::real: return std::move(call).let_through();
    case Verdict::nowhere: return std::move(call).fail(Errno{ENOENT});
    case Verdict::there: return show_program(std::move(call));
  }
}

bool Lookups::is_meant(const std::string& program) const { return taken_.contains(program) || services_.ledger.may_exec(program); }

Lookups::Verdict Lookups::judge(const Caller& caller, const std::string& path) {
  const std::string program = base_name(path), folder = folder_of(path);
  Search& search = search_for(caller, program, path);
  const WhichAnswer& answer = search.answer;
  if (answer.entry && answer.path == path) {
    tell(caller.pid, program, search);
    return is_program(caller.tid, path) ? Verdict::real : Verdict::there;
  }
  if (!answer.entry && !is_meant(program)) return Verdict::real;
  if (!is_searched(search.folders, folder)) return Verdict::real;
  if (answer.entry) {
    if (answer.path.empty()) tell(caller.pid, program, search);
    return Verdict::nowhere;
  }
  return !is_installed(caller.tid, search.folders, program) && is_folder(caller.tid, folder) ? Verdict::there : Verdict::real;
}

bool Lookups::hides(const ExecCall& call, const std::string& program) {
  if (!searches_.contains(call.caller().pid) && !services_.ledger_for(call.caller().pid).which(program).entry) return false;
  const bool by_name = !call.argv().empty() && call.argv().front().find('/') == std::string::npos;
  Search& search = search_for(call.caller(), program, call.path());
  const WhichAnswer& answer = search.answer;
  if (!answer.entry || answer.path == call.path()) return false;
  if (!answer.path.empty()) return by_name;
  tell(call.caller().pid, program, search);
  return true;
}

/// A program looks at a file in several ways before it believes that it is there. What was not there is asked for again by a
/// search that begins anew, and so is another folder once the program was found.
bool Lookups::Search::goes_on(const std::string& path) const {
  const bool found = told && !answer.path.empty();
  return found ? path == answer.path : steps.could_be(path, folders);
}

bool Lookups::Search::is_next(const std::string& path) const {
  return goes_on(path) && (path == steps.last() || is_next_folder(folders, folder_of(steps.last()), folder_of(path)));
}

Lookups::Search& Lookups::search_for(const Caller& caller, const std::string& program, const std::string& path) {
  constexpr std::size_t kMostSearches = 256;  // of one process at the same time; more count as new ones
  std::deque<Search>& all = searches_[caller.pid];
  const auto own = std::ranges::find_if(all, [&](const Search& each) { return each.tid == caller.tid && each.program == program; });
  auto found = own != all.end() && own->goes_on(path) ? own : all.end();
  if (found == all.end())
    found = std::ranges::find_if(all, [&](const Search& each) { return each.program == program && each.is_next(path); });
  if (found == all.end()) {
    if (own != all.end()) all.erase(own);
    if (all.size() >= kMostSearches) all.pop_front();
    all.push_back({caller.tid, program, services_.ledger_for(caller.pid).which(program), search_path(caller.pid), {}, false});
    found = std::prev(all.end());
  }
  found->tid = caller.tid;
  found->steps.add(path);
  return *found;
}

/// Once a search, when its answer is known to the program.
void Lookups::tell(Pid pid, const std::string& program, Search& search) {
  if (std::exchange(search.told, true)) return;
  const WhichAnswer& answer = search.answer;
  const CallTicket ticket = services_.journal.open_call();
  std::vector<Finding> findings = services_.ledger_for(pid).use_which(program, ticket.seq);
  Interaction interaction;
  interaction.protocol = "which";
  interaction.op = "look-up";
  interaction.request = {{"name", program}};
  interaction.response = Fields::object();
  if (answer.path.empty()) {
    interaction.response["path"] = false;
  } else {
    interaction.response["path"] = answer.path;
  }
  services_.journal.record(ticket, {pid, 0, program}, std::move(interaction), answer.entry, std::move(findings), "asserted",
                           answer.path.empty() ? "ENOENT" : "");
}

}  // namespace bigfoot

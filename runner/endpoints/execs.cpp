// runner/endpoints/execs.cpp - see execs.h.
#include "runner/endpoints/execs.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "runner/endpoints/exec_play.h"
#include "runner/exec_policy.h"
#include "spec/command_text.h"
#include "tracer/pidfd_info.h"
#include "tracer/proc.h"

namespace bigfoot {

/// One command, as the ledger and the timeline see it.
struct Execs::Asked {
  CallTicket ticket;
  Pid pid{};
  std::string path;
  std::string program;   // its base name
  std::string protocol;  // "exec" or "shell"
  Fields call;
};

namespace {

constexpr std::string_view kRefused = "\x7f";  // 127: what a shell says of a command that it cannot find

Fields variables(const std::vector<std::string>& environment) {
  Fields out = Fields::object();
  for (const std::string& variable : environment) {
    const std::size_t equals = variable.find('=', 1);
    if (equals != variable.npos) out[variable.substr(0, equals)] = variable.substr(equals + 1);
  }
  return out;
}

Fields fields_of(const ExecCall& call, const Spec& spec) {
  Fields out = Fields::object();
  out["path"] = call.path();
  out["argv"] = call.argv();
  if (const std::string path = resolved_path(call); !path.empty()) out["resolved"] = path;
  if (spec.exec_compares("cwd")) out["cwd"] = call.working_directory();
  if (spec.exec_compares("env")) out["env"] = variables(call.environment());
  return out;
}

/// `#!/usr/bin/env node`: the kernel runs env in the place of the script, and env the program.
bool is_run_by_env(const std::string& path) {
  std::string line;
  std::ifstream file(path);
  if (file.get() != '#' || file.get() != '!') return false;
  std::getline(file, line);
  const std::size_t from = line.find_first_not_of(" \t");
  if (from == line.npos) return false;
  return base_name(line.substr(from, line.find_first_of(" \t", from) - from)) == "env";
}

bool same_file(const struct stat& one, const struct stat& other) { return one.st_dev == other.st_dev && one.st_ino == other.st_ino; }

bool input_of(Pid pid, struct stat& info) {
  return ::stat(fmt::format("/proc/{}/fd/0", static_cast<pid_t>(pid)).c_str(), &info) == 0;
}

Pid parent_of(Pid pid) {
  const Tid leader{static_cast<pid_t>(pid)};
  if (const auto info = thread_info(leader)) return Pid{static_cast<pid_t>(info->ppid)};
  const auto status = task_status(leader);
  return status ? status->parent : Pid{};
}

/// Whether nobody meant its stdin for it: it is what bigfoot-run was given, and may never end, or what its parent reads itself
/// (`while read name; do convert $name; done < names`).
bool inherits_its_input(Pid pid) {
  struct stat ours {
  }, its{}, of_parent{};
  if (!input_of(pid, its)) return false;
  if (::fstat(STDIN_FILENO, &ours) == 0 && !S_ISREG(ours.st_mode) && same_file(ours, its)) return true;
  const Pid parent = parent_of(pid);
  return parent != Pid{} && input_of(parent, of_parent) && same_file(of_parent, its);
}

struct ChannelEnds {
  UniqueFd ours, of_the_stub;
};
ChannelEnds make_channel() {
  int ends[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) return {};
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

void say_now(const UniqueFd& channel, stub::Order order, std::string_view argument) {
  const std::string message =
      static_cast<char>(order) + std::string(argument.substr(0, stub::kLargestMessage - 1));
  static_cast<void>(::send(channel.get(), message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
}

Finding denied(const GuardRule& rule, const std::vector<std::string>& argv) {
  Finding out;
  out.kind = ViolationKind::guarded;
  out.at = rule.at;
  out.message = fmt::format("{} is denied by [guard] deny \"{}\"", exec_title(argv), rule.text);
  out.notes.push_back(fmt::format("the rule stands at {}:{}", rule.at.file, rule.at.line));
  return out;
}

/// multiprocessing's spawn, child_process.fork: a program that runs its own executable.
bool starts_itself(Pid pid, const Fields& call) {
  const auto resolved = call.find("resolved");
  return resolved != call.end() && *resolved == process_link(static_cast<pid_t>(pid), "exe").value_or("");
}

Finding not_played(const Fields& call, const Entry& entry, const std::string& why, const std::string& cure) {
  Finding out;
  out.kind = ViolationKind::undecoded;
  out.entry = &entry;
  out.at = entry.at;
  out.message = fmt::format("{} could not be played, so its execve failed: {}", exec_title(argv_words(call)), why);
  if (!cure.empty()) out.notes.push_back(cure);
  return out;
}

}  // namespace

void Execs::process_ended(Pid pid) {
  searches_.erase(pid);
  replaced_.erase(pid);
}

asio::awaitable<void> Execs::serve(ExecCall call) {
  const std::string program = base_name(call.path());
  Ledger& ledger = services_.ledger_for(call.caller().pid);
  if (const int code = code_of_search(call); code != 0) co_return std::move(call).fail(Errno{code});
  if (!lookups_.is_meant(program) && call.would_fail() != 0) co_return std::move(call).let_through();
  if (lookups_.hides(call, program)) co_return fail(std::move(call), ENOENT);

  Fields fields = fields_of(call, services_.spec);
  ExecOutcome outcome = ledger.offer_exec(fields, services_.journal.next_seq());
  if (outcome.entry == nullptr && (outcome.leads_on || starts_own(call)))
    co_return std::move(call).let_through();
  const bool is_shell_text = shell_command(call.path(), call.argv()).has_value();
  Asked asked{services_.journal.open_call(),    call.caller().pid, call.path(), program,
              is_shell_text ? "shell" : "exec", std::move(fields)};
  if (outcome.entry == nullptr)
    co_return judge_by_guard(std::move(call), std::move(asked), std::move(outcome));
  lookups_.taken(program);
  asked.protocol = outcome.entry->protocol->name;
  if (outcome.session) co_return co_await play(std::move(call), std::move(asked), std::move(outcome));
  if (outcome.errno_code != 0)
    co_return co_await fail_later(std::move(call), std::move(asked), std::move(outcome));
  refuse(std::move(call), std::move(asked), outcome.entry, std::move(outcome.refusal),
         std::move(outcome.findings));
}

void Execs::main_starts(Pid pid, const std::string& path) {
  main_ = pid;
  own_to_come_ = base_name(path) == "env" || is_run_by_env(path);
}

/// What `env` starts in the place of the run's own command.
bool Execs::starts_own(const ExecCall& call) {
  if (!own_to_come_ || call.caller().pid != main_ || call.would_fail() != 0) return false;
  own_to_come_ = is_run_by_env(call.path());
  return true;
}

/// execvp(3) goes on to the next entry of PATH after an execve that failed: that is still the same command.
int Execs::code_of_search(const ExecCall& call) {
  const auto found = searches_.find(call.caller().pid);
  if (found == searches_.end()) return 0;
  Search& search = found->second;
  if (search.argv == call.argv() && search.program == base_name(call.path()) && search.steps.could_be(call.path(), search.folders)) {
    search.steps.add(call.path());
    return search.code;
  }
  searches_.erase(found);
  return 0;
}

void Execs::remember_search(const ExecCall& call, int code) {
  Search search{call.argv(), base_name(call.path()), {}, {}, code};
  search.folders = search_path(call.caller().pid);
  const std::vector<std::string> handed_on = search_path(call.environment());
  for (const std::string& folder : handed_on)
    if (std::ranges::count(search.folders, folder) < std::ranges::count(handed_on, folder)) search.folders.push_back(folder);
  search.steps.add(call.path());
  searches_[call.caller().pid] = std::move(search);
}

void Execs::fail(ExecCall call, int code) { std::move(call).fail(Errno{code}); }

asio::awaitable<void> Execs::fail_later(ExecCall call, Asked asked, ExecOutcome outcome) {
  co_await services_.wait(outcome.delay);
  remember_search(call, outcome.errno_code);
  Fields response = Fields::object();
  response["errno"] = errno_name(outcome.errno_code);
  record(std::move(asked), outcome.entry, std::move(response), std::move(outcome.findings), "asserted");
  fail(std::move(call), outcome.errno_code);
}

/// The stub runs in the program's place, or the call fails.
Execs::Replaced Execs::replace(ExecCall call) {
  ChannelEnds ends = make_channel();
  if (!ends.ours) {
    const int code = errno;
    fail(std::move(call), code);
    return {{}, code, fmt::format("socketpair: {}", errno_name(code)), ""};
  }
  const Pid pid = call.caller().pid;
  const std::optional<TaskStatus> status = task_status(call.caller().tid);  // after a failure it may be gone at once
  const OsResult<void> replaced = std::move(call).replace(stub_.get(), ends.of_the_stub.get());
  if (replaced) {
    replaced_.insert(pid);
    return {std::move(ends.ours), 0, "", ""};
  }
  const int code = replaced.error().code;
  if (code == ESRCH) return {{}, code, "", ""};  // killed meanwhile: nobody was there to be told
  if (code != EPERM) return {{}, code, to_text(replaced.error()), ""};
  if (status && status->tracer == Pid{}) {
    return {{}, code, "replacing a program needs ptrace(2), which this kernel or container does not allow",
            "docker or podman run --cap-add SYS_PTRACE allows it; `bigfoot-run doctor` tells what else is missing"};
  }
  const Pid tracer = status ? status->tracer : Pid{};
  const std::string name = tracer == Pid{} ? "" : task_name(Tid{static_cast<pid_t>(tracer)});
  return {{}, code, fmt::format("{} traces the process, and a process has one tracer at a time", name.empty() ? "a debugger or strace" : name),
          "let the tracer leave this command alone: strace without -f, gdb with `set detach-on-fork on` and "
          "`set follow-fork-mode parent`"};
}

asio::awaitable<void> Execs::play(ExecCall call, Asked asked, ExecOutcome outcome) {
  const Pid pid = asked.pid;
  const bool reads = !is_content_with(*outcome.entry, "") || !inherits_its_input(pid);
  const std::shared_ptr<ExecSession> session = std::move(outcome.session);
  Replaced replaced = replace(std::move(call));
  if (replaced.channel) {
    ++services_.live_streams;
    const auto stub = std::make_shared<StubChannelIo>(services_, std::move(replaced.channel));
    stub->listen();
    if (reads) {
      co_await stub->send(stub::Order::read, "");
    } else {
      stub->end_input();
    }
    co_await play_command(services_, stub, *session, pid);
    stub->close();
    --services_.live_streams;
  }
  // A step that was never played is no fault of the call: as on a connection, it stands for itself.
  std::vector<Finding> findings, never_played;
  for (Finding& finding : session->end())
    (finding.kind == ViolationKind::unused ? never_played : findings).push_back(std::move(finding));
  const Fields request = session->request();
  for (const auto& [name, value] : request.items()) asked.call[name] = value;
  Fields response = session->response();
  std::string answered;
  if (!replaced.why.empty()) {
    answered = errno_name(replaced.error);
    response = {{"errno", answered}};
    findings.push_back(not_played(asked.call, session->entry(), replaced.why, replaced.cure));
  }
  record(std::move(asked), &session->entry(), std::move(response), std::move(findings), "asserted", answered);
  services_.journal.record(std::move(never_played), false);
}

void Execs::warn_of(const std::vector<std::string>& argv) {
  ++services_.warnings[fmt::format("{} was let through: no expectation matches it and [guard] says \"warn\"", exec_title(argv))];
}

void Execs::passed(Pid pid, const std::string& path, const std::vector<std::string>& argv, bool warned) {
  if (warned) warn_of(argv);
  const bool is_shell_text = shell_command(path, argv).has_value();
  Fields call = Fields::object({{"path", path}, {"argv", argv}});
  Asked asked{services_.journal.open_call(), pid, path, base_name(path), is_shell_text ? "shell" : "exec", std::move(call)};
  record(std::move(asked), nullptr, Fields::object(), {}, "allowed");
}

void Execs::judge_by_guard(ExecCall call, Asked asked, ExecOutcome outcome) {
  const Spec& spec = services_.spec;
  if (const GuardRule* rule = spec.guard.denying_exec(asked.path, asked.program)) {
    Finding finding = denied(*rule, call.argv());
    std::string text = fmt::format("bigfoot-run: {}\n", finding.message);
    return refuse(std::move(call), std::move(asked), nullptr, std::move(text), one(std::move(finding)));
  }
  const bool allowed = spec.guard.allowing_exec(asked.path, asked.program) != nullptr;
  const GuardLevel level = spec.exec_level();
  if (!allowed && level == GuardLevel::error) {
    return refuse(std::move(call), std::move(asked), nullptr, std::move(outcome.refusal),
                  std::move(outcome.findings));
  }
  if (!allowed && level == GuardLevel::warn) warn_of(call.argv());
  // Where children are not watched at all, only what is denied is told of.
  if (allowed || spec.exec_is_watched()) record(std::move(asked), nullptr, Fields::object(), {}, "allowed");
  std::move(call).let_through();
}

void Execs::refuse(ExecCall call, Asked asked, const Entry* entry, std::string text,
                   std::vector<Finding> findings) {
  if (!text.ends_with('\n')) text += '\n';
  if (const std::string parents = services_.journal.parents_of(asked.pid);
      entry == nullptr && !parents.empty()) {
    for (Finding& finding : findings) finding.notes.push_back("started by " + parents);
  }
  if (entry == nullptr && starts_itself(asked.pid, asked.call)) {
    for (Finding& finding : findings)
      if (finding.kind == ViolationKind::unexpected)
        finding.notes.push_back(fmt::format("{} starts itself again, as worker processes are started: [guard] allow = [\"exec:{}\"] lets it",
                                            asked.program, asked.path));
  }
  const Replaced replaced = replace(std::move(call));
  Fields response = Fields::object();
  if (replaced.why.empty()) {
    response["exit"] = 127;
  } else {
    response["errno"] = errno_name(replaced.error);
    for (Finding& finding : findings) finding.notes.push_back(fmt::format("it could not be told so: {}", replaced.why));
  }
  record(std::move(asked), entry, std::move(response), std::move(findings), "", replaced.why.empty() ? "127" : errno_name(replaced.error));
  if (!replaced.channel) return;
  say_now(replaced.channel, stub::Order::err, text);
  say_now(replaced.channel, stub::Order::exit, kRefused);
}

void Execs::record(Asked asked, const Entry* entry, Fields response, std::vector<Finding> findings,
                   std::string_view state, std::string_view answered) {
  Interaction interaction;
  interaction.protocol = asked.protocol;
  interaction.op = asked.protocol;
  interaction.request = Fields::object();
  const std::optional<std::string> command = shell_command(asked.path, argv_words(asked.call));
  if (asked.protocol == "shell" && command) {
    interaction.request["command"] = *command;
  } else {
    interaction.request["argv"] = asked.call["argv"];
  }
  for (const char* name : {"stdin", "cwd"})  // an environment is long, and full of secrets
    if (asked.call.contains(name)) interaction.request[name] = asked.call[name];
  interaction.response = std::move(response);
  services_.journal.record(asked.ticket, {asked.pid, 0, asked.program}, std::move(interaction), entry,
                           std::move(findings), state, answered);
}

}  // namespace bigfoot

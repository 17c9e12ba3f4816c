// runner/endpoints/execs.cpp - see execs.h.
#include "runner/endpoints/execs.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "runner/endpoints/exec_play.h"
#include "spec/command_text.h"
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

/// Without symbolic links; "" where it is not there, or the program sees other files than we do.
std::string resolved(const ExecCall& call) {
  std::error_code error;
  if (process_link(static_cast<pid_t>(call.caller().pid), "root") !=
      std::filesystem::read_symlink("/proc/self/root", error).string())
    return "";
  const std::filesystem::path path = std::filesystem::canonical(call.path(), error);
  return error ? "" : path.string();
}

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
  if (const std::string path = resolved(call); !path.empty()) out["resolved"] = path;
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

/// Whether its stdin is the one that bigfoot-run was given, and may never end: a pipe of whoever started the
/// run.
bool reads_the_runs_input(Pid pid) {
  struct stat ours {
  }, its{};
  const std::string path = fmt::format("/proc/{}/fd/0", static_cast<pid_t>(pid));
  if (::fstat(STDIN_FILENO, &ours) != 0 || ::stat(path.c_str(), &its) != 0) return false;
  return !S_ISREG(ours.st_mode) && ours.st_dev == its.st_dev && ours.st_ino == its.st_ino;
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

}  // namespace

asio::awaitable<void> Execs::serve(ExecCall call) {
  const std::string program = base_name(call.path());
  if (const int code = code_of_search(call); code != 0) co_return std::move(call).fail(Errno{code});
  if (call.would_fail() != 0 && !is_meant(program)) co_return std::move(call).let_through();
  if (is_hidden(call, program)) co_return fail(std::move(call), ENOENT);

  Fields fields = fields_of(call, services_.spec);
  ExecOutcome outcome = services_.ledger.offer_exec(fields, services_.journal.next_seq());
  if (outcome.entry == nullptr && (outcome.leads_on || starts_own(call)))
    co_return std::move(call).let_through();
  const bool is_shell_text = shell_command(call.path(), call.argv()).has_value();
  Asked asked{services_.journal.open_call(),    call.caller().pid, call.path(), program,
              is_shell_text ? "shell" : "exec", std::move(fields)};
  if (outcome.entry == nullptr)
    co_return judge_by_guard(std::move(call), std::move(asked), std::move(outcome));
  taken_.insert(program);
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

bool Execs::is_meant(const std::string& program) const {
  return taken_.contains(program) || services_.ledger.may_exec(program);
}

/// execvp(3) goes on to the next entry of PATH after an execve that failed: that is still the same command.
int Execs::code_of_search(const ExecCall& call) {
  const auto found = searches_.find(call.caller().pid);
  if (found == searches_.end()) return 0;
  Search& search = found->second;
  const bool goes_on =
      search.argv == call.argv() && base_name(*search.tried.begin()) == base_name(call.path());
  if (goes_on && search.tried.insert(call.path()).second) return search.code;
  searches_.erase(found);
  return 0;
}

void Execs::fail(ExecCall call, int code) { std::move(call).fail(Errno{code}); }

/// Whether a `which` entry says that the program is not there.
bool Execs::is_hidden(const ExecCall& call, const std::string& program) {
  const WhichAnswer answer = services_.ledger.which(program);
  if (answer.entry == nullptr || answer.path == call.path()) return false;
  const bool is_searched = !call.argv().empty() && call.argv().front().find('/') == std::string::npos;
  if (!answer.path.empty()) return is_searched;
  Search search{call.argv(), {call.path()}, ENOENT};
  searches_[call.caller().pid] = std::move(search);
  const CallTicket ticket = services_.journal.open_call();
  std::vector<Finding> findings = services_.ledger.use_which(program, ticket.seq);
  Interaction interaction;
  interaction.protocol = "which";
  interaction.op = "look-up";
  interaction.request = {{"name", program}};
  interaction.response = {{"path", false}};
  services_.journal.record(ticket, {call.caller().pid, 0, program}, std::move(interaction), answer.entry,
                           std::move(findings), "asserted", "ENOENT");
  return true;
}

asio::awaitable<void> Execs::fail_later(ExecCall call, Asked asked, ExecOutcome outcome) {
  co_await services_.wait(outcome.delay);
  Search search{call.argv(), {call.path()}, outcome.errno_code};
  searches_[asked.pid] = std::move(search);
  Fields response = Fields::object();
  response["errno"] = errno_name(outcome.errno_code);
  record(std::move(asked), outcome.entry, std::move(response), std::move(outcome.findings), "asserted");
  fail(std::move(call), outcome.errno_code);
}

/// The stub runs in the program's place; gives our end of its channel, or nothing where the call has failed
/// instead.
UniqueFd Execs::replace(ExecCall call, const std::string& program) {
  ChannelEnds ends = make_channel();
  if (!ends.ours) {
    fail(std::move(call), ENOMEM);
    return {};
  }
  const OsResult<void> replaced = std::move(call).replace(stub_.get(), ends.of_the_stub.get());
  if (replaced) return std::move(ends.ours);
  if (replaced.error().code == EPERM) {
    ++services_.warnings[fmt::format(
        "{} could not be replaced, so its execve failed with EPERM: a debugger or strace holds the process",
        program)];
  } else if (replaced.error().code != ESRCH) {
    ++services_.warnings[fmt::format("{} could not be replaced: {}", program, to_text(replaced.error()))];
  }
  return {};
}

asio::awaitable<void> Execs::play(ExecCall call, Asked asked, ExecOutcome outcome) {
  const Pid pid = asked.pid;
  const Tid thread{static_cast<pid_t>(pid)};
  const std::optional<TaskStatus> status = task_status(thread);
  const Pid feeder = status ? status->parent : pid;
  const bool reads = !reads_the_runs_input(pid) || !is_content_with(*outcome.entry, "");
  const std::shared_ptr<ExecSession> session = std::move(outcome.session);
  if (UniqueFd channel = replace(std::move(call), asked.program)) {
    ++services_.live_streams;
    const auto stub = std::make_shared<StubChannelIo>(services_, std::move(channel));
    stub->listen();
    if (reads) {
      co_await stub->send(stub::Order::read, "");
    } else {
      stub->end_input();
    }
    co_await play_command(services_, stub, *session, feeder);
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
  record(std::move(asked), &session->entry(), std::move(response), std::move(findings), "asserted");
  services_.journal.record(std::move(never_played), false);
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
  if (!allowed && level == GuardLevel::warn) {
    ++services_.warnings[fmt::format(
        "{} was let through: no expectation matches it and [guard] says \"warn\"", exec_title(call.argv()))];
  }
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
  const UniqueFd channel = replace(std::move(call), asked.program);
  Fields response = Fields::object();
  response["exit"] = 127;
  record(std::move(asked), entry, std::move(response), std::move(findings), "", "127");
  if (!channel) return;
  say_now(channel, stub::Order::err, text);
  say_now(channel, stub::Order::exit, kRefused);
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

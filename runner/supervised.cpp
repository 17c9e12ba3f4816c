// runner/supervised.cpp - see run.h: the event loop's side of one run.
#include <fmt/format.h>
#include <sys/signalfd.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>

#include "runner/clock.h"
#include "runner/endpoints/connects.h"
#include "runner/endpoints/opaque.h"
#include "runner/endpoints/streams.h"
#include "runner/run.h"
#include "runner/stub_file.h"

namespace bigfoot {
namespace {

constexpr std::chrono::milliseconds kDrain{1000};  // for what dead processes left in socket buffers

std::string read_whole(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

Surroundings surroundings(const RunOptions& options) {
  Surroundings around;
  around.env = child_environment(options);
  around.now = now_text;
  around.random = std::mt19937_64(options.seed);
  return around;
}

constexpr int kForwarded[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};

/// The signals of kForwarded as a descriptor to read; blocked in this thread from then on.
UniqueFd signals_as_descriptor() {
  sigset_t set;
  sigemptyset(&set);
  for (int signal : kForwarded) sigaddset(&set, signal);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return UniqueFd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

}  // namespace

std::function<std::optional<std::string>(std::string_view)> child_environment(const RunOptions& options) {
  return [&options](std::string_view name) -> std::optional<std::string> {
    for (const auto& [key, value] : options.env)
      if (key == name) return value;
    const char* value = std::getenv(std::string(name).c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

Run::Run(const RunOptions& options, Spec& spec, Timeline& timeline, RunTls* tls, std::chrono::steady_clock::time_point start)
    : options_(options),
      spec_(spec),
      names_(read_whole("/etc/hosts"), read_whole("/etc/resolv.conf")),
      ledger_(spec, surroundings(options)),
      journal_(spec, timeline, start),
      services_{loop_.get_executor(), spec_, ledger_, journal_, names_, tls},
      resolver_(services_),
      programs_(spec_, surroundings(options)),
      lookups_(services_),
      logs_(services_),
      log_sources_(services_, logs_),
      control_(services_, inbox_, [this](Entry entry) {
        gate_.change_spec([&] {
          ledger_.add(entry);
          spec_.entries.push_back(std::move(entry));
        });
      }),
      watched_(spec_.guard.watch),
      trust_(tls == nullptr ? std::nullopt : std::make_optional<Trust>(*tls, child_environment(options), [this](std::string text) {
        asio::post(loop_, [this, text = std::move(text)] { ++services_.notices[text]; });
      })),
      gate_(spec_, ledger_, names_, programs_, watched_, trust_ ? &*trust_ : nullptr, inbox_, loop_.get_executor(), *this) {
  services_.catch_up = [this] { catch_up(); };
}

Run::~Run() = default;

std::expected<ChildEnd, LaunchError> Run::serve() {
  // Before anything runs: a signal from now on is the program's. (The program starts with the mask that we had.)
  UniqueFd signals = signals_as_descriptor();
  LaunchOptions launch;
  launch.argv = options_.command;
  launch.env = options_.env;
  launch.env.emplace_back("BIGFOOT_CTL", kControlPath);
  launch.files = LaunchOptions::Files::opens;
  if (trust_) {
    for (const auto& variable : trust_->variables()) launch.env.push_back(variable);
    if (trust_->needs_looks()) launch.files = LaunchOptions::Files::opens_and_looks;
  }
  if (!programs_.empty()) launch.files = LaunchOptions::Files::opens_and_looks;
  if (spec_.exec_is_held()) {
    std::expected<UniqueFd, std::string> stub = open_stub();
    if (!stub) return std::unexpected(LaunchError{125, stub.error(), ""});
    execs_.emplace(services_, lookups_, std::move(*stub));
    launch.hold_execs = true;
  }
  launch.hold_stdout = channel_of(STDOUT_FILENO, spec_) != nullptr;
  launch.hold_stderr = channel_of(STDERR_FILENO, spec_) != nullptr;
  if (!spec_.guard.watch.empty()) {
    std::expected<Stage, LaunchError> stage = Stage::make(Stage::usual_places());
    if (!stage) return std::unexpected(stage.error());
    files_.emplace(services_, watched_, std::move(*stage));
    launch.files = LaunchOptions::Files::all;
    launch.stage = files_->folder();
    gate_.follow_closes(files_->events(), [this](int watch) { files_->closed(watch); });
  }
  auto launched = Supervisor::launch(launch, gate_);
  if (!launched) return std::unexpected(launched.error());
  supervisor_ = std::move(*launched);
  datagrams_ = std::make_unique<Datagrams>(
      services_, resolver_, logs_,
      [this](int fd, const SocketAddress& source) { return supervisor_->find_flow(fd, source); },
      [this](const SocketAddress& asked) { return gate_.destination_of(asked, Outgoing::Kind::datagram); });

  log_sources_.begin(supervisor_->main_pid());
  asio::co_spawn(loop_, watch_main(), asio::detached);
  asio::co_spawn(loop_, watch_signals(signals.release()), asio::detached);
  if (auto limit = options_.timeout ? options_.timeout : spec_.settings.timeout)
    asio::co_spawn(loop_, watch_time(*limit), asio::detached);
  loop_.run();

  catch_up();
  logs_.end();
  datagrams_->end();
  if (files_) files_->end();
  control_.end();
  const bool child_failed = end_.result.signal || end_.result.exit_code.value_or(1) != 0;
  std::vector<Finding> unmet = ledger_.finish();
  journal_.record(services_.silent_tls.refusals(unmet), child_failed);
  journal_.record(std::move(unmet), child_failed);
  return end_;
}

// What comes through the gate.

void Run::connection_opened(Pid pid, Destination to, UniqueFd stream) { start(pid, std::move(to), std::move(stream)); }

void Run::start(Pid pid, Destination to, UniqueFd stream) {
  catch_up_with_calls();
  if (const Channel* channel = channel_of(to, spec_)) return log_sources_.connected(*channel, pid, std::move(stream));
  Connection connection{pid, std::move(to), journal_.new_connection(), journal_.now_ms()};
  const CallSite site{pid, connection.number, connection.to.url()};
  asio::co_spawn(loop_, serve_stream(services_, resolver_, std::move(connection), std::move(stream)),
                 [this, site](const std::exception_ptr& fault) { lost(site, fault); });
}

/// A fault of ours must not pass for a connection that nothing came of.
void Run::lost(const CallSite& site, const std::exception_ptr& fault) {
  if (!fault) return;
  Finding finding;
  finding.kind = ViolationKind::undecoded;
  try {
    std::rethrow_exception(fault);
  } catch (const std::exception& error) {
    finding.message = fmt::format("{}: bigfoot-run could not go on with this connection: {}", site.target, error.what());
  }
  finding.notes.push_back("this is a fault of bigfoot-run: the timeline has the call that it happened with, please report it");
  Interaction interaction;
  interaction.protocol = "socket";
  interaction.op = "fault";
  journal_.record(journal_.open_call(), site, std::move(interaction), nullptr, one(std::move(finding)), "", "a closed connection");
}

void Run::connection_to_relay(Pid pid, Destination to, bool warned, UniqueFd stream) {
  if (warned) warn_of(to);
  Connection connection{pid, std::move(to), journal_.new_connection(), journal_.now_ms()};
  asio::co_spawn(loop_, relay(services_, std::move(connection), std::move(stream)), asio::detached);
}

void Run::connect_to_judge(Outgoing call, Destination to) {
  catch_up_with_calls();
  asio::co_spawn(loop_, judge(std::move(call), std::move(to)), asio::detached);
}

asio::awaitable<void> Run::judge(Outgoing call, Destination to) {
  std::optional<Outgoing> spared = co_await judge_connect(services_, std::move(call), to);
  if (!spared) co_return;
  const Pid pid = spared->caller().pid;
  if (spared->kind() == Outgoing::Kind::datagram)
    (void)std::move(*spared).redirect_datagrams();  // an error was answered with its own errno
  else if (OsResult<UniqueFd> stream = std::move(*spared).redirect())
    start(pid, std::move(to), std::move(*stream));
}

void Run::file_held(FileCall call) {
  catch_up_with_calls();
  files_->serve(std::move(call));
}

void Run::control_opened(FileCall call) {
  catch_up_with_calls();
  control_.opened(std::move(call));
}

void Run::main_starts(Pid pid, std::string path) { execs_->main_starts(pid, path); }
void Run::exec_passed(Pid pid, std::string path, std::vector<std::string> argv, bool warned) {
  catch_up_with_calls();
  execs_->passed(pid, path, argv, warned);
}
void Run::program_looked_for(FileCall call) {
  catch_up_with_calls();
  lookups_.serve(std::move(call));
}
void Run::exec_held(ExecCall call) {
  catch_up_with_calls();
  asio::co_spawn(loop_, execs_->serve(std::move(call)), asio::detached);
}

void Run::passed_by(Pid pid, Destination to, Routed routed) {
  catch_up_with_calls();
  const CallTicket ticket = journal_.open_call();
  Interaction interaction;
  interaction.protocol = "socket";
  interaction.op = "connect";
  std::vector<Finding> findings;
  if (routed.route == Route::denied) {
    Finding finding;
    finding.kind = ViolationKind::guarded;
    finding.at = routed.rule->at;
    finding.message = fmt::format("{} is denied by [guard] deny \"{}\"", to.url(), routed.rule->text);
    finding.notes.push_back(fmt::format("the rule stands at {}:{}", routed.rule->at.file, routed.rule->at.line));
    findings.push_back(std::move(finding));
  } else if (routed.route == Route::warned) {
    warn_of(to);
  }
  journal_.record(ticket, {pid, 0, to.url()}, std::move(interaction), nullptr, std::move(findings), "allowed",
                  routed.route == Route::denied ? "ECONNREFUSED" : "");
}

void Run::warn_of(const Destination& to) {
  ++services_.warnings[fmt::format("{} was let through: no expectation matches it and [guard] says \"warn\"", to.url())];
}

void Run::datagram_socket(UniqueFd socket) { datagrams_->add(std::move(socket)); }
void Run::process(ProcessEvent event, std::chrono::steady_clock::time_point when) {
  journal_.process(event, when);
  if (options_.test && event.main && event.what == ProcessEvent::What::started) control_.begin(event.pid, *options_.test);
  if (event.what == ProcessEvent::What::exec || (event.main && event.what == ProcessEvent::What::started)) control_.process_runs(event.pid, event.argv);
  if (event.what != ProcessEvent::What::ended) return;
  control_.process_ended(event.pid);
  logs_.process_ended(event.pid);
  lookups_.process_ended(event.pid);
  if (execs_) execs_->process_ended(event.pid);
}

/// What a scripted command prints is no line of the program's.
void Run::output(Pid pid, const Channel& channel, const std::string& bytes, std::chrono::steady_clock::time_point when) {
  control_.obey_all();
  if (!execs_ || !execs_->has_replaced(pid)) logs_.read(channel, pid, bytes, when);
}

/// In the order in which the program did it, as far as that is known: each of its calls that we hold is in the gate's queue.
void Run::catch_up() {
  gate_.catch_up();
  if (std::exchange(catching_up_, true)) return;
  log_sources_.read();  // first: the connection's datagrams before it were read when it was made
  datagrams_->read_logs();
  catching_up_ = false;
}

/// For a call whose thread waits: what its process has said of its tests came before it, and is in force.
void Run::catch_up_with_calls() {
  catch_up();
  control_.obey_all();
}

void Run::notice(Pid pid, std::string text) {
  ++services_.notices[fmt::format("pid {}: {}", journal_.number_of(pid), text)];
}

// How the run ends: the main process goes, its orphans get `linger`, then what they left in buffers is read.

asio::awaitable<void> Run::watch_main() {
  asio::posix::stream_descriptor ended(loop_, ::dup(supervisor_->main_exit_fd()));
  co_await ended.async_wait(asio::posix::stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable));
  // Calls that were under way when the process ended are in the queue already: they come first.
  co_await asio::post(loop_, asio::use_awaitable);
  catch_up();
  if (std::optional<ExitResult> result = supervisor_->main_exit()) end_.result = *result;
  main_ended_ = true;
  journal_.main_ended();
  if (!tree_gone_) co_await linger();
}

asio::awaitable<void> Run::linger() {
  co_await services_.wait(options_.linger);
  if (!tree_gone_) supervisor_->kill_tree();
}

void Run::tree_gone() {
  tree_gone_ = true;
  services_.hurry_up();
  asio::co_spawn(loop_, drain(), asio::detached);
}

asio::awaitable<void> Run::drain() {
  const auto until = std::chrono::steady_clock::now() + kDrain;
  asio::steady_timer pause(loop_);
  while ((services_.live_streams > 0 || !main_ended_) && std::chrono::steady_clock::now() < until) {
    pause.expires_after(std::chrono::milliseconds(1));
    co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  loop_.stop();
}

void Run::end_now(std::string_view why) {
  if (end_.ended_by.empty()) end_.ended_by = why;
  supervisor_->kill_tree();
}

asio::awaitable<void> Run::watch_time(std::chrono::milliseconds limit) {
  asio::steady_timer timer(loop_, limit);
  auto [error] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  if (error || main_ended_) co_return;
  Finding finding;
  finding.kind = ViolationKind::timeout;
  finding.message = fmt::format("the run was ended after {} ms", limit.count());
  journal_.record(one(std::move(finding)), false);
  end_now("timeout");
}

asio::awaitable<void> Run::watch_signals(int signal_fd) {
  asio::posix::stream_descriptor signals(loop_, signal_fd);
  for (;;) {
    auto [error] = co_await signals.async_wait(asio::posix::stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable));
    if (error) co_return;
    signalfd_siginfo info{};
    while (::read(signal_fd, &info, sizeof info) == sizeof info) {
      const int signal = static_cast<int>(info.ssi_signo);
      if (signal == SIGINT && ++interrupts_ >= 2) {
        end_now("signal");
        continue;
      }
      // A signal from the terminal's driver (SI_KERNEL) has reached the foreground group already.
      if (info.ssi_code != SI_KERNEL) supervisor_->signal_group(signal);
    }
  }
}

}  // namespace bigfoot

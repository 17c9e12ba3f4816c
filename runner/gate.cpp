// runner/gate.cpp - see gate.h.
#include "runner/gate.h"

#include <fcntl.h>

#include <cerrno>
#include <chrono>

namespace bigfoot {
namespace {

void answer(OutputCall call, bool swallow) {
  if (swallow) return std::move(call).swallow();
  std::move(call).let_through();
}

}  // namespace

Destination Gate::destination_of(const SocketAddress& address, Outgoing::Kind kind) const {
  const bool stream = kind == Outgoing::Kind::stream;
  Destination to;
  if (const auto* path = std::get_if<UnixAddress>(&address)) {
    to.transport = stream ? Transport::unix_stream : Transport::unix_datagram;
    to.path = (path->abstract_ ? "@" : "") + path->path;
    return to;
  }
  to.transport = stream ? Transport::tcp : Transport::udp;
  const auto* inet = std::get_if<InetAddress>(&address);
  if (inet == nullptr) return to;
  to.address = inet->text();
  to.port = inet->port;
  to.host = names_.name_of(to.address).value_or(to.address);
  const auto spoken_of = [this](const Destination& place) {
    return named_by_spec(place, spec_) || spec_.guard.allowing(place) || spec_.guard.denying(place);
  };
  if (to.host != to.address || spoken_of(to)) return to;
  // Nobody looked this address up. The hosts file may know it by the name that the spec uses.
  for (std::string& alias : names_.hosts_aliases(to.address)) {
    Destination aliased = to;
    aliased.host = std::move(alias);
    if (spoken_of(aliased)) return aliased;
  }
  return to;
}

void Gate::collect_lines() {
  inbox_.collect([this](ControlInbox::Line line) {
    loop_.post([this, line = std::move(line)]() mutable { side_.control_line(std::move(line)); });
  });
}

void Gate::post(LoopQueue::Task task) {
  collect_lines();
  loop_.post(std::move(task));
}

void Gate::post_soon(LoopQueue::Task task) {
  collect_lines();
  loop_.post_soon(std::move(task));
}

void Gate::on_outgoing(Outgoing call) {
  std::shared_lock lock(changes_);
  Destination to = destination_of(call.to(), call.kind());
  const Pid pid = call.caller().pid;
  const Routed routed = route(to, call.missing_path(), ledger_.connect_may_fail(to), spec_);
  lock.unlock();
  switch (routed.route) {
    case Route::let_through: return std::move(call).let_through();
    case Route::no_such_path: return std::move(call).fail(Errno{ENOENT});
    case Route::ask:
      post([this, call = std::move(call), to = std::move(to)]() mutable {
        side_.connect_to_judge(std::move(call), std::move(to));
      });
      return;
    case Route::allowed:
    case Route::warned:
    case Route::denied:
      post([this, pid, to = std::move(to), routed]() mutable {
        side_.passed_by(pid, std::move(to), routed);
      });
      if (routed.route == Route::denied) return std::move(call).fail(Errno{ECONNREFUSED});
      return std::move(call).let_through();
    case Route::relay:
    case Route::redirect: break;
  }
  if (call.kind() == Outgoing::Kind::datagram) {
    // Nothing was said yet: the datagrams themselves are the calls. A failure was answered with its errno.
    (void)std::move(call).redirect_datagrams();
    return;
  }
  // An error here was answered with its own errno: the program sees what its own connect would have shown.
  if (OsResult<UniqueFd> stream = std::move(call).redirect())
    post([this, pid, routed, to = std::move(to), stream = std::move(*stream)]() mutable {
      if (routed.route == Route::relay) return side_.connection_to_relay(pid, std::move(to), routed.warned, std::move(stream));
      side_.connection_opened(pid, std::move(to), std::move(stream));
    });
}

void Gate::on_datagram_socket(UniqueFd socket) {
  post([this, socket = std::move(socket)]() mutable { side_.datagram_socket(std::move(socket)); });
}

void Gate::on_output(OutputCall call) {
  constexpr std::size_t kFarBehind = 4 * 1024 * 1024;  // some 40,000 lines
  const Channel* channel = channel_of(call.descriptor(), spec_);
  if (channel == nullptr) return std::move(call).let_through();
  const std::size_t size = channel->swallow ? call.bytes().size() : call.write();
  std::string bytes = call.bytes().substr(0, size);
  const Pid pid = call.caller().pid;
  const auto when = std::chrono::steady_clock::now();
  if ((unread_ += size) > kFarBehind) {  // a program that writes faster than it is judged waits for that
    post([this, pid, channel, when, bytes = std::move(bytes), call = std::move(call)]() mutable {
      unread_ -= bytes.size();
      side_.output(pid, *channel, bytes, when);
      answer(std::move(call), channel->swallow);
    });
    return;
  }
  post_soon([this, pid, channel, when, bytes = std::move(bytes)]() mutable {
    unread_ -= bytes.size();
    side_.output(pid, *channel, bytes, when);
  });
  answer(std::move(call), channel->swallow);  // only now: the program's next call must not come before this
}

/// A watched file before all else. What came for its name only, and is neither a store that is read nor a program that is
/// looked for, is the kernel's: what is in a program's file is no look-up.
Gate::Asks Gate::who_answers(const FileCall::Request& request) const {
  using Operation = FileCall::Operation;
  if (request.path == kControlPath) return request.operation == Operation::open ? Asks::control : Asks::nobody;
  if (watched_.spelled(request.path) || watched_.spelled(request.resolved)) return Asks::files;
  const bool opens = request.operation == Operation::open && (request.flags & (O_ACCMODE | O_CREAT | O_TRUNC)) == O_RDONLY;
  const bool looks = request.operation == Operation::look || request.operation == Operation::access;
  if ((opens || looks) && wants_store(request.path)) return Asks::trust;
  if ((opens || looks) && programs_.may_be_meant(request.path)) return looks ? Asks::lookups : Asks::nobody;
  return watched_.empty() ? Asks::nobody : Asks::files;  // it runs through the stage
}

void Gate::on_file(FileCall call) {
  switch (who_answers(call.request())) {
    case Asks::trust: return trust_->answer(std::move(call));
    case Asks::nobody: return std::move(call).let_through();
    case Asks::control:
      post([this, call = std::move(call)]() mutable { side_.control_opened(std::move(call)); });
      return;
    case Asks::lookups:
      post([this, call = std::move(call)]() mutable { side_.program_looked_for(std::move(call)); });
      return;
    case Asks::files:
      post([this, call = std::move(call)]() mutable { side_.file_held(std::move(call)); });
      return;
  }
}

void Gate::on_exec(ExecCall call) {
  // The launch, on the loop's own thread, is over only when the run's command runs.
  if (call.is_main()) {
    main_ = call.caller().pid;
    post([this, pid = call.caller().pid, path = call.path()] { side_.main_starts(pid, path); });
    return std::move(call).let_through();
  }
  // What the run's own process runs next may still be its command: `env` of a shebang.
  const ExecPolicy::Verdict verdict = call.caller().pid == main_ ? ExecPolicy::Verdict::ask : execs_.judge(call);
  if (verdict == ExecPolicy::Verdict::pass) return std::move(call).let_through();
  if (verdict != ExecPolicy::Verdict::ask) {
    const bool warned = verdict == ExecPolicy::Verdict::warned;
    post_soon([this, pid = call.caller().pid, path = call.path(), argv = call.argv(), warned]() mutable {
      side_.exec_passed(pid, std::move(path), std::move(argv), warned);
    });
    return std::move(call).let_through();
  }
  post([this, call = std::move(call)]() mutable { side_.exec_held(std::move(call)); });
}

void Gate::on_process(ProcessEvent event) {
  collect_lines();  // a test that began before is to have begun before
  const auto when = std::chrono::steady_clock::now();
  post_soon([this, event = std::move(event), when]() mutable { side_.process(std::move(event), when); });
}

void Gate::on_notice(Pid pid, std::string text) {
  post([this, pid, text = std::move(text)]() mutable { side_.notice(pid, std::move(text)); });
}

void Gate::on_tree_gone() {
  post([this] { side_.tree_gone(); });
}

}  // namespace bigfoot

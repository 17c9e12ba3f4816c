// runner/gate.cpp - see gate.h.
#include "runner/gate.h"

#include <boost/asio/post.hpp>
#include <cerrno>

namespace bigfoot {

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

void Gate::on_outgoing(Outgoing call) {
  Destination to = destination_of(call.to(), call.kind());
  const Pid pid = call.caller().pid;
  const Routed routed = route(to, call.missing_path(), ledger_.connect_may_fail(to), spec_);
  switch (routed.route) {
    case Route::let_through: return std::move(call).let_through();
    case Route::no_such_path: return std::move(call).fail(Errno{ENOENT});
    case Route::ask:
      boost::asio::post(loop_, [this, call = std::move(call), to = std::move(to)]() mutable {
        side_.connect_to_judge(std::move(call), std::move(to));
      });
      return;
    case Route::allowed:
    case Route::warned:
    case Route::denied:
      boost::asio::post(loop_, [this, pid, to = std::move(to), routed]() mutable {
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
    boost::asio::post(loop_, [this, pid, routed, to = std::move(to), stream = std::move(*stream)]() mutable {
      if (routed.route == Route::relay) return side_.connection_to_relay(pid, std::move(to), routed.warned, std::move(stream));
      side_.connection_opened(pid, std::move(to), std::move(stream));
    });
}

void Gate::on_datagram_socket(UniqueFd socket) {
  inbox_.put(std::move(socket));
  wake();
}

void Gate::on_output(OutputCall call) {
  const Channel* channel = channel_of(call.descriptor(), spec_);
  if (!inbox_.put(std::move(call), channel != nullptr && channel->swallow)) return;
  boost::asio::post(loop_, [this] { side_.catch_up_soon(); });
}

void Gate::wake() {
  boost::asio::post(loop_, [this] { side_.catch_up(); });
}

void Gate::on_file(FileCall call) { trust_->answer(std::move(call)); }

void Gate::on_exec(ExecCall call) {
  // The launch, on the loop's own thread, is over only when the run's command runs.
  if (call.is_main()) {
    boost::asio::post(loop_, [this, pid = call.caller().pid, path = call.path()] { side_.main_starts(pid, path); });
    return std::move(call).let_through();
  }
  boost::asio::post(loop_, [this, call = std::move(call)]() mutable { side_.exec_held(std::move(call)); });
}

void Gate::on_process(ProcessEvent event) {
  if (inbox_.put(std::move(event))) wake();
}

void Gate::on_notice(Pid pid, std::string text) {
  boost::asio::post(loop_, [this, pid, text = std::move(text)]() mutable { side_.notice(pid, std::move(text)); });
}

void Gate::on_tree_gone() {
  boost::asio::post(loop_, [this] { side_.tree_gone(); });
}

}  // namespace bigfoot

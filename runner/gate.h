// runner/gate.h - The notification thread's side of the runner: names each outgoing call, routes it by the policy
// and hands what is left to decide to the event loop. Never waits for anything.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "runner/inbox.h"
#include "runner/names.h"
#include "runner/policy.h"
#include "spec/ledger.h"
#include "runner/trust/trust.h"
#include "tracer/supervisor.h"

namespace bigfoot {

/// What the event loop does with what comes through the gate. All calls come on the loop's thread, in order.
class LoopSide {
 public:
  virtual ~LoopSide() = default;
  virtual void connection_opened(Pid pid, Destination to, UniqueFd stream) = 0;
  /// A connection that goes to the real server through us; `warned`: the guard says "warn".
  virtual void connection_to_relay(Pid pid, Destination to, bool warned, UniqueFd stream) = 0;
  /// The ledger decides whether this very connect fails; the caller's thread waits for the answer.
  virtual void connect_to_judge(Outgoing call, Destination to) = 0;
  /// The run's own command begins; only where execves are held.
  virtual void main_starts(Pid pid, std::string path) = 0;
  /// Any other execve; the caller's thread waits for the answer.
  virtual void exec_held(ExecCall call) = 0;
  /// A call that was let through or refused by a rule.
  virtual void passed_by(Pid pid, Destination to, Routed routed) = 0;
  /// Something is in the inbox: to be taken now, or within a moment.
  virtual void catch_up() = 0;
  virtual void catch_up_soon() = 0;
  virtual void notice(Pid pid, std::string text) = 0;
  virtual void tree_gone() = 0;
};

class Gate : public TrafficHandler {
 public:
  /// `trust`: null where no TLS is terminated.
  Gate(const Spec& spec, const Ledger& ledger, Names& names, Trust* trust, Inbox& inbox, boost::asio::any_io_executor loop,
       LoopSide& side)
      : spec_(spec), ledger_(ledger), names_(names), trust_(trust), inbox_(inbox), loop_(std::move(loop)), side_(side) {}

  void on_outgoing(Outgoing call) override;
  void on_datagram_socket(UniqueFd socket) override;
  void on_process(ProcessEvent event) override;
  void on_notice(Pid pid, std::string text) override;
  bool wants_file(std::string_view path) override { return trust_ != nullptr && trust_->wants(path); }
  bool watches_file(std::string_view) override { return false; }
  void on_file(FileCall call) override;
  void on_output(OutputCall call) override;
  void on_exec(ExecCall call) override;
  void on_tree_gone() override;

  /// The destination of a call under the name that the program, or else the spec, knows it by.
  Destination destination_of(const SocketAddress& address, Outgoing::Kind kind) const;

 private:
  void wake();

  const Spec& spec_;
  const Ledger& ledger_;
  Names& names_;
  Trust* trust_;
  Inbox& inbox_;
  boost::asio::any_io_executor loop_;
  LoopSide& side_;
};

}  // namespace bigfoot

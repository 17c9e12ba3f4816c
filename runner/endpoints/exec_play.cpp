// runner/endpoints/exec_play.cpp - see exec_play.h.
//
// stdin is read from the start, so that a program which writes all of it before it reads is not held up. It
// ends where the program closes it. Many never do (Node leaves the pipe of every child open): once all is
// printed and what came is what the entry asserts, kSilence without another byte is the end too.
#include "runner/endpoints/exec_play.h"

#include <algorithm>

#include "spec/call_fields.h"
#include "tracer/proc.h"

namespace bigfoot {
namespace {

constexpr std::chrono::milliseconds kSilence{
    100};                      // a program that has something to say says it at once, if it gets the CPU
constexpr int kPatience = 40;  // times kSilence, while the program wants to run
constexpr int kRefused = 127;

std::string one_byte(int value) { return std::string(1, static_cast<char>(value)); }

/// Whether what has come may be taken for all of stdin.
bool is_over(const ExecSession& session, Pid command, int& patience) {
  if (!is_content_with(session.entry(), field_text(session.request(), "stdin"))) return false;
  const std::optional<TaskStatus> status = task_status(Tid{static_cast<pid_t>(command)});
  return patience-- <= 0 || !status || !is_running(status->parent);  // its parent most likely writes its stdin
}

/// The session asks for stdin: gives it what there is, or waits for it. True where that was its end.
asio::awaitable<bool> feed(StubChannelIo& stub, ExecSession& session, Pid command) {
  int patience = kPatience;
  while (!stub.gone() && !stub.has_input() && !stub.input_ended()) {
    const bool settling = session.settling();
    const auto until = std::chrono::steady_clock::now() + (settling ? kSettleTime : kSilence);
    const bool quiet = co_await stub.wait(until);
    if (quiet && settling) {
      session.settle();
      co_return false;
    }
    if (quiet && is_over(session, command, patience)) stub.end_input();
  }
  if (stub.has_input()) {
    session.received(stub.take_input());
    co_return false;
  }
  if (stub.input_ended()) session.stdin_ended();
  co_return stub.input_ended();
}

asio::awaitable<void> pause(Services& services, StubChannelIo& stub, std::chrono::microseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (!stub.gone() && !services.hurry && std::chrono::steady_clock::now() < until)
    co_await stub.wait(until);
}

}  // namespace

bool is_content_with(const Entry& entry, const std::string& input) {
  if (!entry.steps.empty()) return false;
  const auto field = std::ranges::find(entry.asserted, "stdin", &FieldPattern::name);
  if (field == entry.asserted.end() || !field->pattern)
    return true;  // whatever comes is wrong, or is not looked at
  // What earlier calls have bound is not known here: such a pattern waits for the end.
  Surroundings nothing;
  nothing.env = [](std::string_view) -> std::optional<std::string> { return std::nullopt; };
  return field->pattern->match(input, "stdin", {}, nothing, nullptr);
}

asio::awaitable<void> play_command(Services& services, std::shared_ptr<StubChannelIo> stub,
                                   ExecSession& session, Pid command) {
  bool told_of_end = false, promised = false;
  while (!stub->gone()) {
    const ExecSession::Action action = session.next();
    if (const auto* print = std::get_if<ExecSession::Print>(&action)) {
      const stub::Order order = print->fd == 2 ? stub::Order::err : stub::Order::out;
      co_await stub->send(order, print->bytes);
    } else if (const auto* wait = std::get_if<ExecSession::Pause>(&action)) {
      co_await pause(services, *stub, wait->time);
    } else if (const auto* exit = std::get_if<ExecSession::Exit>(&action)) {
      const std::string status = one_byte(exit->status);
      co_return co_await stub->send(stub::Order::exit, status);
    } else if (const auto* die = std::get_if<ExecSession::Die>(&action)) {
      const std::string signal = one_byte(die->signal);
      co_return co_await stub->send(stub::Order::die, signal);
    } else if (told_of_end) {  // it has all of stdin, and still asks
      const std::string status = one_byte(kRefused);
      co_return co_await stub->send(stub::Order::exit, status);
    } else {
      const ExecSession::Action early = session.if_stdin_ended();
      const auto* exit = std::get_if<ExecSession::Exit>(&early);
      if (exit != nullptr && !promised && !stub->input_ended()) {
        promised = true;
        const std::string status = one_byte(exit->status);
        co_await stub->send(stub::Order::exit_at_end, status);
      }
      told_of_end = co_await feed(*stub, session, command);
    }
  }
  if (told_of_end && promised) session.next();  // the stub has ended with it already
}

}  // namespace bigfoot

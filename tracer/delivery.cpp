// tracer/delivery.cpp - See delivery.h.
#include "tracer/delivery.h"

namespace bigfoot {

void Delivery::outgoing(Outgoing call) {
  const std::lock_guard lock(one_at_a_time_);
  handler_.on_outgoing(std::move(call));
}

void Delivery::file(FileCall call) {
  const std::lock_guard lock(one_at_a_time_);
  handler_.on_file(std::move(call));
}

void Delivery::output(OutputCall call) {
  const std::lock_guard lock(one_at_a_time_);
  handler_.on_output(std::move(call));
}

void Delivery::exec(ExecCall call) {
  const std::lock_guard lock(one_at_a_time_);
  handler_.on_exec(std::move(call));
}

void Delivery::process(ProcessEvent event) {
  const std::lock_guard lock(one_at_a_time_);
  handler_.on_process(std::move(event));
}

void Delivery::notice(Pid pid, std::string text) {
  const std::lock_guard lock(one_at_a_time_);
  if (given_.size() >= kMostNotices) given_.clear();
  if (given_.emplace(pid, text).second) handler_.on_notice(pid, std::move(text));
}

void Delivery::tree_gone() {
  const std::lock_guard lock(one_at_a_time_);
  handler_.on_tree_gone();
}

void Delivery::datagram_socket(UniqueFd socket) { handler_.on_datagram_socket(std::move(socket)); }

}  // namespace bigfoot

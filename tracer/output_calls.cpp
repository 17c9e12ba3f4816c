// tracer/output_calls.cpp - See output_calls.h.
#include "tracer/output_calls.h"

#include <memory>

namespace bigfoot {

struct OutputCall::State {
  Notification notification;
  Caller caller;
  int descriptor = 1;
  std::string bytes;
  std::size_t cut = 0;
};

OutputCall::OutputCall(std::unique_ptr<State> state) : state_(std::move(state)) {}
OutputCall::OutputCall(OutputCall&&) noexcept = default;
OutputCall& OutputCall::operator=(OutputCall&& other) noexcept {
  OutputCall taken(std::move(other));
  std::swap(state_, taken.state_);
  return *this;
}
OutputCall::~OutputCall() {
  if (state_) std::move(*this).let_through();
}

const Caller& OutputCall::caller() const { return state_->caller; }
int OutputCall::descriptor() const { return state_->descriptor; }
const std::string& OutputCall::bytes() const { return state_->bytes; }
std::size_t OutputCall::cut() const { return state_->cut; }

std::size_t OutputCall::let_through() && {
  const std::unique_ptr<State> state = std::move(state_);
  static_cast<void>(std::move(state->notification).let_through());
  return state->bytes.size();
}

}  // namespace bigfoot

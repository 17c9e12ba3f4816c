// tracer/outgoing.cpp - Outgoing: a handle on a PendingCall that is answered once.
#include "tracer/pending_call.h"
#include "tracer/socket_calls.h"

namespace bigfoot {

struct Outgoing::State {
  std::unique_ptr<PendingCall> call;
};

Outgoing::Outgoing(std::unique_ptr<State> state) : state_(std::move(state)) {}
Outgoing::Outgoing(Outgoing&&) noexcept = default;
Outgoing& Outgoing::operator=(Outgoing&&) noexcept = default;
Outgoing::~Outgoing() = default;

Outgoing::Kind Outgoing::kind() const { return state_->call->kind(); }
const Caller& Outgoing::caller() const { return state_->call->caller(); }
const SocketAddress& Outgoing::to() const { return state_->call->to(); }
bool Outgoing::missing_path() const { return state_->call->missing_path(); }

void Outgoing::let_through() && { std::exchange(state_, nullptr)->call->let_through(); }
void Outgoing::fail(Errno code) && { std::exchange(state_, nullptr)->call->fail(code); }
OsResult<UniqueFd> Outgoing::redirect() && { return std::exchange(state_, nullptr)->call->redirect(); }
OsResult<void> Outgoing::redirect_datagrams() && {
  return std::exchange(state_, nullptr)->call->redirect_datagrams();
}

void SocketCalls::ask(Delivery& delivery, std::unique_ptr<PendingCall> call) {
  auto state = std::make_unique<Outgoing::State>();
  state->call = std::move(call);
  delivery.outgoing(Outgoing(std::move(state)));
}

}  // namespace bigfoot

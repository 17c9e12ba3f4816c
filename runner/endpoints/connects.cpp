// runner/endpoints/connects.cpp - see connects.h.
#include "runner/endpoints/connects.h"

namespace bigfoot {

asio::awaitable<std::optional<Outgoing>> judge_connect(Services& services, Outgoing call, Destination to) {
  Outcome outcome = services.ledger_for(call.caller().pid).offer_connect(to, services.journal.next_seq());
  if (outcome.entry == nullptr || outcome.reply == nullptr) co_return std::move(call);
  const CallTicket ticket = services.journal.open_call();
  const Pid pid = call.caller().pid;
  co_await services.wait(outcome.reply->delay);
  std::move(call).fail(Errno{outcome.reply->errno_code});
  Interaction interaction;
  interaction.protocol = outcome.entry->protocol->name;
  interaction.op = "connect";
  interaction.response = {{"errno", errno_name(outcome.reply->errno_code)}};
  services.journal.record(ticket, {pid, 0, to.url()}, std::move(interaction), outcome.entry, std::move(outcome.findings),
                          "asserted");
  co_return std::nullopt;
}

}  // namespace bigfoot

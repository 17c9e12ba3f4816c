// runner/services.cpp - see services.h.
#include "runner/services.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace bigfoot {

Ledger& Services::ledger_for(Pid pid) {
  ledger.enter(journal.scope_of(pid));
  return ledger;
}

asio::awaitable<void> Services::wait(std::chrono::microseconds time) {
  if (hurry || time <= std::chrono::microseconds::zero()) co_return;
  asio::steady_timer timer(loop, time);
  waits.insert(&timer);
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  waits.erase(&timer);
}

void Services::hurry_up() {
  hurry = true;
  for (asio::steady_timer* timer : waits) timer->cancel();
}

}  // namespace bigfoot

// runner/services.h - What every endpoint of the event loop works with. Owned by run.cpp, one thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "runner/endpoints/http_memo.h"
#include "runner/endpoints/silent_tls.h"
#include "runner/journal.h"
#include "runner/names.h"
#include "runner/tls/run_tls.h"
#include "spec/ledger.h"
#include "tracer/supervisor.h"

namespace bigfoot {

namespace asio = boost::asio;

struct Services {
  asio::any_io_executor loop;
  const Spec& spec;
  Ledger& ledger;
  Journal& journal;
  Names& names;
  RunTls* tls = nullptr;  ///< null with --no-tls: no TLS is terminated

  /// Takes what the program has done so far that comes by other ways (lines of logs, its processes). Before anything that it
  /// did is judged: what it did before comes first.
  std::function<void()> catch_up = [] {};
  /// The ledger, for a call of this process: it is judged in the test that the process is in now. To be asked again after
  /// every wait.
  Ledger& ledger_for(Pid pid);

  /// For the user, beside the violations, with how often: calls that the guard let through with "warn", for example.
  std::map<std::string, std::uint64_t> warnings;
  /// The same for what the supervisor answered on its own, harmless as a rule: told where it may explain a red run.
  std::map<std::string, std::uint64_t> notices;
  SilentTls silent_tls;
  HttpMemo http_memo;
  std::size_t live_streams = 0;  ///< connections whose end has not been seen
  bool hurry = false;            ///< the tree is gone: scripted delays and sniffing waits end at once
  std::set<asio::steady_timer*> waits;

  /// A scripted delay. Ends early, without harm, once nobody is left to wait for it.
  asio::awaitable<void> wait(std::chrono::microseconds time);
  /// Ends all waits, now and from now on.
  void hurry_up();
};

}  // namespace bigfoot

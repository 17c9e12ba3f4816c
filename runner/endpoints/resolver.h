// runner/endpoints/resolver.h - Answers DNS questions: from dns entries, for the hosts that the spec names, or for any
// name at all, so that what gets reported is the call and not its lookup.
// Source: spec-format.md, 4.8 and section 10; kernel-notes.md, "DNS".
#pragma once

#include <boost/asio/awaitable.hpp>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/dns/dns.h"
#include "runner/services.h"

namespace bigfoot {

/// Who asks, and what an answer may cost.
struct DnsClient {
  Pid pid{};
  Destination server;        ///< the name server that the program meant to ask
  std::size_t limit = 512;   ///< bytes of an answer; the query's EDNS0 size may raise it for datagrams
};

class Resolver {
 public:
  explicit Resolver(Services& services) : services_(services) {}

  /// The answer to one DNS message; nothing where none is to be sent (a scripted timeout, bytes that are no query).
  asio::awaitable<std::optional<std::string>> answer(std::string message, DnsClient client);

 private:
  /// What was found out for one lookup: A and AAAA of one getaddrinfo share it.
  struct Lookup {
    Pid pid{};
    std::string name;
    std::string first_type;  ///< the question that was counted
    bool other_asked = false;
    std::chrono::steady_clock::time_point at;
    bool drop = false;
    std::chrono::microseconds delay{0};
    DnsRcode rcode = DnsRcode::noerror;
    std::vector<DnsRecord> records;
  };

  /// The other half of a lookup that this question completes, or nullptr.
  Lookup* other_half(const DnsQuery& query, Pid pid);
  Lookup look_up(const DnsQuery& query, const DnsClient& client);
  Lookup from_entry(const DnsQuery& query, const Outcome& outcome);
  Lookup by_courtesy(const DnsQuery& query, std::string_view name);
  asio::awaitable<std::optional<std::string>> ask_upstream(std::string message, DnsClient client, std::string name);

  bool has_entry_for(std::string_view name) const;
  bool named_by_entry(std::string_view name) const;  ///< as a host to connect to
  bool is_let_through(std::string_view name) const;
  std::string spec_name(const std::string& name) const;
  void record(const CallTicket& ticket, const DnsQuery& query, const DnsClient& client, const Lookup& lookup,
              const Entry* entry, std::vector<Finding> findings, std::string_view state);

  Services& services_;
  std::deque<Lookup> recent_;
};

}  // namespace bigfoot

// runner/endpoints/resolver.cpp - see resolver.h.
#include "runner/endpoints/resolver.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace bigfoot {
namespace {

constexpr std::chrono::seconds kHalvesApart{5};  // resolv.conf(5), timeout: later it is a new lookup
constexpr std::size_t kMostRecent = 1024;
constexpr std::uint32_t kTtl = 60;
constexpr std::chrono::seconds kUpstreamTimeout{5};

bool asks_address(std::string_view type) { return type == "A" || type == "AAAA"; }

/// Types that resolvers ask on their own, beside what the program wanted: never a call of the program's.
bool is_chatter(std::string_view type) {
  constexpr std::array<std::string_view, 5> kChatter = {
      "PTR",                               // getnameinfo, getfqdn: logging
      "TYPE64", "TYPE65",                  // SVCB and HTTPS, RFC 9460: browsers beside every A question
      "SVCB", "HTTPS"};
  return std::ranges::find(kChatter, type) != kChatter.end();
}

/// "4.3.2.1.in-addr.arpa" -> "1.2.3.4"; other names give nothing.
std::optional<std::string> reversed_v4(std::string_view name) {
  constexpr std::string_view kSuffix = ".in-addr.arpa";
  if (!name.ends_with(kSuffix)) return std::nullopt;
  name.remove_suffix(kSuffix.size());
  std::string address;
  while (!name.empty()) {
    const std::size_t dot = name.rfind('.');
    if (!address.empty()) address += '.';
    address += dot == name.npos ? name : name.substr(dot + 1);
    name = dot == name.npos ? std::string_view() : name.substr(0, dot);
  }
  return address;
}

std::optional<DnsRcode> rcode_of(std::string_view word) {
  if (word == "NOERROR") return DnsRcode::noerror;
  if (word == "NXDOMAIN") return DnsRcode::nxdomain;
  if (word == "SERVFAIL") return DnsRcode::servfail;
  if (word == "REFUSED") return DnsRcode::refused;
  if (word == "FORMERR") return DnsRcode::formerr;
  if (word == "NOTIMP") return DnsRcode::notimp;
  return std::nullopt;
}

std::string_view to_text(DnsRcode rcode) {
  switch (rcode) {
    case DnsRcode::noerror: return "NOERROR";
    case DnsRcode::formerr: return "FORMERR";
    case DnsRcode::servfail: return "SERVFAIL";
    case DnsRcode::nxdomain: return "NXDOMAIN";
    case DnsRcode::notimp: return "NOTIMP";
    case DnsRcode::refused: return "REFUSED";
  }
  return "";
}

std::string_view type_of_address(std::string_view data) { return data.find(':') != data.npos ? "AAAA" : "A"; }

}  // namespace

bool Resolver::has_entry_for(std::string_view name) const {
  const Value value = std::string(name);
  return std::ranges::any_of(services_.spec.entries, [&](const Entry& entry) {
    return entry.protocol->name == "dns" && !entry.identity.empty() && entry.identity.front().pattern != nullptr &&
           entry.identity.front().pattern->match(value, "name", {}, {}, nullptr);
  });
}

bool Resolver::is_let_through(std::string_view name) const {
  Destination to{Transport::tcp, std::string(name), "", 0, ""};
  if (named_by_entry(name)) return false;
  for (const GuardRule& rule : services_.spec.guard.allow) {
    to.port = rule.endpoint.port.value_or(0);
    if (rule.endpoint.host != nullptr && rule.endpoint.fits(to)) return true;
  }
  return services_.spec.guard.level("dns") != GuardLevel::error || services_.spec.guard.level("socket") != GuardLevel::error;
}

bool Resolver::named_by_entry(std::string_view name) const {
  return std::ranges::any_of(services_.spec.entries, [&](const Entry& entry) {
    return entry.endpoint.host != nullptr && !entry.endpoint.host->is_any() &&
           entry.endpoint.fits(Destination{entry.endpoint.udp ? Transport::udp : Transport::tcp, std::string(name), "",
                                           entry.endpoint.port.value_or(0), ""});
  });
}

std::string Resolver::spec_name(const std::string& name) const {
  // resolv.conf's search list: the program asked for "redis", libc asks for "redis.svc.cluster.local" first.
  if (auto bare = services_.names.without_search_domain(name))
    if (!named_by_entry(name) && (named_by_entry(*bare) || bare->find('.') == bare->npos)) return *bare;
  return name;
}

Resolver::Lookup* Resolver::other_half(const DnsQuery& query, Pid pid) {
  const auto now = std::chrono::steady_clock::now();
  std::erase_if(recent_, [&](const Lookup& old) { return now - old.at > kHalvesApart; });
  if (!asks_address(query.type)) return nullptr;
  for (Lookup& lookup : recent_)
    if (lookup.pid == pid && lookup.name == query.name && lookup.first_type != query.type && !lookup.other_asked) {
      lookup.other_asked = true;
      return &lookup;
    }
  return nullptr;
}

void Resolver::record(const CallTicket& ticket, const DnsQuery& query, const DnsClient& client, const Lookup& lookup,
                      const Entry* entry, std::vector<Finding> findings, std::string_view state) {
  Interaction interaction;
  interaction.protocol = "dns";
  interaction.op = "query";
  interaction.request = {{"name", query.name}, {"type", asks_address(query.type) ? "A/AAAA" : query.type}};
  if (lookup.drop) {
    interaction.response = {{"error", "timeout"}};
  } else {
    interaction.response = {{"rcode", std::string(to_text(lookup.rcode))}};
    Value records = Value::array();
    for (const DnsRecord& record : lookup.records) records.push_back(record.data);
    interaction.response["records"] = std::move(records);
  }
  const std::string answered = findings.empty() ? "" : std::string(to_text(lookup.rcode));
  services_.journal.record(ticket, {client.pid, 0, fmt::format("dns://{}", client.server.address)}, std::move(interaction),
                           entry, std::move(findings), state, answered);
}

Resolver::Lookup Resolver::from_entry(const DnsQuery& query, const Outcome& outcome) {
  Lookup found;
  if (outcome.entry == nullptr || outcome.refuse) {
    found.rcode = DnsRcode::nxdomain;  // spec-format.md, section 3
    return found;
  }
  found.drop = outcome.reply != nullptr && outcome.reply->fault == Fault::timeout;
  if (outcome.rendered.is_object()) {
    found.rcode = rcode_of(outcome.rendered.value("rcode", "NOERROR")).value_or(DnsRcode::servfail);
    const std::uint32_t ttl = outcome.rendered.value("ttl", kTtl);
    if (auto records = outcome.rendered.find("records"); records != outcome.rendered.end())
      for (const Value& data : *records) {
        if (!data.is_string()) continue;
        const auto& text = data.get_ref<const std::string&>();
        found.records.push_back({asks_address(query.type) ? std::string(type_of_address(text)) : query.type, text, ttl, ""});
      }
  }
  if (asks_address(query.type))
    for (const DnsRecord& record : found.records) services_.names.learn(record.data, query.name);
  return found;
}

Resolver::Lookup Resolver::by_courtesy(const DnsQuery& query, std::string_view name) {
  Lookup found;
  if (asks_address(query.type)) {
    found.records.push_back({"A", services_.names.address_of(name), kTtl, ""});
  } else if (query.type == "PTR") {
    const auto address = reversed_v4(query.name);
    const auto known = address ? services_.names.name_of(*address) : std::nullopt;
    if (known)
      found.records.push_back({"PTR", *known, kTtl, ""});
    else
      found.rcode = DnsRcode::nxdomain;
  }
  return found;
}

Resolver::Lookup Resolver::look_up(const DnsQuery& query, const DnsClient& client) {
  const CallTicket ticket = services_.journal.open_call();
  const std::string name = spec_name(query.name);
  const bool asserted = services_.spec.settings.dns_strict || has_entry_for(query.name) ||
                        !(asks_address(query.type) || is_chatter(query.type));
  Lookup found;
  if (asserted) {
    Outcome outcome = services_.ledger_for(client.pid).offer(kDnsInfo, {{"name", query.name}, {"type", query.type}}, ticket.seq);
    found = from_entry(query, outcome);
    if (outcome.reply != nullptr) found.delay = outcome.reply->delay;
    record(ticket, query, client, found, outcome.entry, std::move(outcome.findings), "asserted");
  } else {
    found = by_courtesy(query, name);
    record(ticket, query, client, found, nullptr, {}, "ambient");
  }
  found.pid = client.pid;
  found.name = query.name;
  found.first_type = query.type;
  found.at = std::chrono::steady_clock::now();
  return found;
}

asio::awaitable<std::optional<std::string>> Resolver::answer(std::string message, DnsClient client) {
  const std::expected<DnsQuery, ProtocolError> query = parse_dns_query(message);
  if (!query) {
    Finding finding;
    finding.kind = ViolationKind::undecoded;
    finding.message = fmt::format("{}: not a DNS query: {} (byte {})", client.server.url(), query.error().what, query.error().at);
    Interaction interaction;
    interaction.protocol = "dns";
    interaction.op = "bytes";
    interaction.request = {{"data", message}};
    services_.journal.record(services_.journal.open_call(), {client.pid, 0, client.server.url()}, std::move(interaction),
                             nullptr, one(std::move(finding)), "");
    co_return std::nullopt;
  }
  if (!has_entry_for(query->name) && !services_.spec.settings.dns_strict && is_let_through(spec_name(query->name)))
    co_return co_await ask_upstream(std::move(message), client, query->name);

  Lookup lookup;
  if (Lookup* half = other_half(*query, client.pid)) {
    lookup = *half;
  } else {
    lookup = look_up(*query, client);
    if (asks_address(query->type)) {
      recent_.push_back(lookup);
      if (recent_.size() > kMostRecent) recent_.pop_front();
    }
  }
  // Remembered before the delay runs: the other half may come meanwhile and must not count again.
  co_await services_.wait(lookup.delay);
  if (lookup.drop) co_return std::nullopt;
  std::vector<DnsRecord> records;
  for (const DnsRecord& record : lookup.records)
    if (record.type == query->type || record.type == "CNAME") records.push_back(record);
  co_return encode_dns_answer(*query, lookup.rcode, records, std::max<std::size_t>(client.limit, query->udp_size));
}

asio::awaitable<std::optional<std::string>> Resolver::ask_upstream(std::string message, DnsClient client, std::string name) {
  using asio::ip::udp;
  const CallTicket ticket = services_.journal.open_call();
  boost::system::error_code error;
  const auto address = asio::ip::make_address(client.server.address, error);
  if (error) co_return std::nullopt;
  udp::socket socket(services_.loop);
  asio::steady_timer limit(services_.loop, kUpstreamTimeout);
  socket.connect({address, static_cast<unsigned short>(client.server.port)}, error);
  if (!error) socket.send(asio::buffer(message), 0, error);
  std::string answer(65535, '\0');
  if (!error) {
    auto waiting = std::make_shared<bool>(true);
    limit.async_wait([&socket, waiting](boost::system::error_code expired) {
      if (!expired && *waiting) socket.cancel(expired);
    });
    auto [failed, size] = co_await socket.async_receive(asio::buffer(answer), asio::as_tuple(asio::use_awaitable));
    *waiting = false;
    error = failed;
    answer.resize(size);
  }
  Interaction interaction;
  interaction.protocol = "dns";
  interaction.op = "query";
  interaction.request = {{"name", name}};
  if (error) interaction.response = {{"error", error.message()}};
  services_.journal.record(ticket, {client.pid, 0, fmt::format("dns://{}", client.server.address)}, std::move(interaction),
                           nullptr, {}, "allowed");
  if (error) co_return std::nullopt;
  for (const DnsRecord& record : parse_dns_answer(answer))
    if (asks_address(record.type)) services_.names.learn(record.data, name);
  co_return answer;
}

}  // namespace bigfoot

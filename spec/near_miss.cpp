// spec/near_miss.cpp - Which entry an unexpected call was probably meant for.
#include "spec/near_miss.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "protocols/http/url.h"
#include "spec/call_fields.h"
#include "spec/command_text.h"
#include "spec/entry_match.h"
#include "spec/file_path.h"
#include "spec/file_paths.h"
#include "spec/near_record.h"
#include "spec/raw_session.h"

namespace bigfoot {
namespace {

constexpr unsigned kTooFar = 14;    // a call that shares neither host nor path is no slip of the entry
constexpr unsigned kSpentCost = 2;

struct Miss {
  unsigned cost = 0;
  std::string reason;
  void add(unsigned more, std::string why) {
    cost += more;
    reason += (reason.empty() ? "" : ", ") + std::move(why);
  }
};

/// How far one field of a call is from what the entry says.
void judge_field(std::string_view name, const Pattern& expected, const Value& actual, const Captures& known, Miss& miss) {
  const bool is_path = name == "path" || name == "name" || name == "address" || name == "target" || name == "key";
  const std::string wanted = wanted_text(expected, known), got = text_of(actual);
  if (is_path || name == "host") {
    const unsigned distance = text_distance(wanted, got);
    const unsigned cost = (is_path ? 1 : 3) + distance;
    if (expected.literal() && is_small_edit(wanted, got)) {
      miss.add(cost, slip_text(name, wanted, got));
    } else {
      miss.add(cost, fmt::format("{} differs: {} instead of {}", name, got, wanted));
    }
    return;
  }
  miss.add(3, name == "operation" ? fmt::format("operation differs: the entry says {}", wanted) : fmt::format("{} differs: {} instead of {}", name, got, wanted));
}

/// Of an entry that names this very call: the first thing in which the call is not as the entry says; "" where it is.
Miss judge_asserted(const Entry& entry, const Fields& call, const LedgerBook& book) {
  Miss miss;
  EntryMatch match;
  match_asserted(entry, call, book.known, book.around, true, match, "");
  if (match.report.differences.empty()) return miss;
  const Difference& d = match.report.differences.front();
  miss.add(1, fmt::format("{} differs: {} instead of {}", d.path, short_text(d.actual, d.path), short_text(d.expected, d.path)));
  return miss;
}

/// http for https changes the port too: where both are the usual ones, that is one slip and not two.
bool port_follows_scheme(const Entry& entry, const Fields& call) {
  const auto scheme = std::ranges::find(entry.identity, "scheme", &FieldPattern::name);
  const Value* wanted = scheme == entry.identity.end() || !scheme->pattern ? nullptr : scheme->pattern->literal();
  if (!wanted || !entry.endpoint.port || text_of(*wanted) == field_text(call, "scheme")) return false;
  return *entry.endpoint.port == default_port(text_of(*wanted)) && field_port(call) == default_port(field_text(call, "scheme"));
}

/// In the order in which people look: path and host first where they differ, then the rest as the protocol lists it.
Miss judge(const Entry& entry, const Fields& call, const LedgerBook& book) {
  Miss miss;
  const bool same_port = port_follows_scheme(entry, call);
  for (const bool names_first : {true, false}) {
    for (const FieldPattern& field : entry.identity) {
      const bool is_name = field.name == "path" || field.name == "name" || field.name == "address" || field.name == "key";
      if (is_name != names_first || !field.pattern || (field.name == "port" && same_port)) continue;
      const Value* found = field_of(call, field.name);
      const Value actual = found ? *found : Value();
      if (!field.pattern->match(actual, field.name, book.known, book.around, nullptr)) {
        judge_field(field.name, *field.pattern, actual, book.known, miss);
      }
    }
  }
  return miss;
}

/// Whether a transaction of the one holds the command that is the other.
bool holds(const Value& transaction, const Pattern& command, const LedgerBook& book) {
  return std::ranges::any_of(transaction, [&](const Value& item) { return command.match(item, "", book.known, book.around, nullptr); });
}

/// The same of a transaction of the spec: laid beside it, a command that it holds differs in nothing but what is left out.
bool holds(const Pattern& transaction, const Value& command, const LedgerBook& book) {
  MatchReport report;
  const bool fits = transaction.match(Value::array({command}), "args", book.known, book.around, &report);
  return fits || std::ranges::none_of(report.differences, [](const Difference& one) { return one.actual.has_value(); });
}

/// A command that is in a transaction and should not be, or the other way round; else another command is a slip only where its
/// key is the same.
Miss judge_redis(const Entry& entry, const Fields& call, const LedgerBook& book) {
  const auto args = std::ranges::find(entry.asserted, "args", &FieldPattern::name);
  const Pattern* expected = args == entry.asserted.end() ? nullptr : args->pattern.get();
  const Value* sent = field_of(call, "args");
  const Pattern* name = identity_pattern(entry, "command");
  const auto differs = [&](std::string_view field) {
    const Pattern* pattern = identity_pattern(entry, field);
    const Value* found = field_of(call, field);
    return pattern && !pattern->match(found ? *found : Value(), field, book.known, book.around, nullptr);
  };
  if (expected && sent && !expected->is_any()) {
    const bool sent_many = !sent->empty() && sent->front().is_array();
    const bool wants_many = name && name->literal() && *name->literal() == "MULTI";
    if (sent_many && !wants_many && holds(*sent, *expected, book)) return {2, "the program sent it inside MULTI"};
    if (!sent_many && wants_many && holds(*expected, *sent, book)) return {2, "the entry has it inside MULTI"};
  }
  const Pattern* key = identity_pattern(entry, "key");
  const bool same_key = key && !key->is_any() && !differs("key");
  return differs("command") && !same_key ? Miss{kTooFar, ""} : judge(entry, call, book);
}

/// A file elsewhere is no slip of one here: they share their folder or their name, or are written almost alike.
bool is_near_path(std::string_view wanted, std::string_view got) {
  return text_distance(wanted, got) < kTextsFarApart || folder_of(wanted) == folder_of(got) || base_name(wanted) == base_name(got);
}

Miss judge_file(const Entry& entry, const Fields& call, const LedgerBook& book) {
  Miss miss;
  const auto judged = [&](std::string_view name) {
    const Pattern* pattern = identity_pattern(entry, name);
    const Value actual = field_text(call, name);
    if (!pattern || pattern->match(actual, name, book.known, book.around, nullptr)) return false;
    judge_field(name, *pattern, actual, book.known, miss);
    return true;
  };
  if (judged("path") && !is_near_path(wanted_text(*identity_pattern(entry, "path"), book.known), field_text(call, "path"))) return {kTooFar, ""};
  if (!judged("operation")) judged("target");
  return miss;
}

class Nearest {
 public:
  void offer(const Entry& entry, Miss miss, bool only_spent = false) {
    if (miss.cost >= kTooFar || (best_.entry && miss.cost >= cost_)) return;
    cost_ = miss.cost;
    best_ = {&entry, std::move(miss.reason), only_spent};
  }
  NearMiss take() { return std::move(best_); }

 private:
  NearMiss best_;
  unsigned cost_ = 0;
};

/// A call that is meant otherwise than through the shell, or the other way round: "git pull" and ["git", "pull"].
bool same_words(const Entry& entry, const Fields& call, const LedgerBook& book) {
  const bool is_shell = entry.protocol->name == "shell";
  const auto* fields = is_shell ? &entry.identity : &entry.asserted;
  const auto field = std::ranges::find(*fields, is_shell ? "command" : "argv", &FieldPattern::name);
  if (field == fields->end() || !field->pattern || field->pattern->is_any()) return false;
  Value actual;
  if (is_shell) {
    std::string text;
    for (const std::string& word : argv_words(call)) text += (text.empty() ? "" : " ") + word;
    actual = text;
  } else {
    actual = command_words(field_text(call, "command"));
  }
  return field->pattern->match(actual, "", book.known, book.around, nullptr);
}

/// Short names are near each other by chance: "ls" is no slip of "rm".
bool is_slip(std::string_view wanted, std::string_view got) {
  const std::size_t longer = std::max(wanted.size(), got.size());
  const std::size_t away = text_distance(wanted, got);
  return away < longer && away <= std::max<std::size_t>(2, longer / 3) && away < kTextsFarApart;
}

Miss judge_command(const Entry& entry, const ProtocolInfo& protocol, const Fields& call, const LedgerBook& book) {
  Miss miss;
  const bool is_shell = entry.protocol->name == "shell";
  if (entry.protocol != &protocol) {
    if (!same_words(entry, call, book)) return {kTooFar, ""};
    miss.add(2, is_shell ? "the program runs it without a shell" : "the program runs it through a shell");
    return miss;
  }
  MatchReport report;
  if (is_shell) {
    if (!identity_fits(entry, call, book.known, book.around, report)) {
      judge_field("name", *entry.identity.front().pattern, Value(field_text(call, "command")), book.known, miss);
      miss.reason.replace(0, std::string_view("name").size(), "command");
    }
  } else if (!identity_fits(entry, call, book.known, book.around, report)) {
    const std::string wanted = wanted_text(*entry.identity.front().pattern, book.known), got = base_name(argv_words(call).at(0));
    if (!is_slip(wanted, got)) return {kTooFar, ""};
    miss.add(1 + text_distance(wanted, got), fmt::format("program differs: {} instead of {}", got, wanted));
  }
  EntryMatch match;
  match_asserted(entry, call, book.known, book.around, true, match, "stdin");
  for (std::size_t i = 0; i < match.report.differences.size(); ++i) {
    constexpr std::size_t kCounted = 3;  // many words that differ are one command that differs
    const Difference& d = match.report.differences[i];
    if (d.path == "argv[0]" && miss.cost > 0) continue;  // the program, told already
    miss.cost += i < kCounted ? 1 : 0;
    if (!miss.reason.empty()) continue;
    miss.reason = fmt::format("{} differs: {} instead of {}", d.path, short_text(d.actual, d.path), short_text(d.expected, d.path));
  }
  return miss;
}

NearMiss nearest_command(const ProtocolInfo& protocol, const Fields& call, const LedgerBook& book) {
  Nearest nearest;
  for (const Entry& entry : book.entries) {
    if (!is_command(*entry.protocol) || !book.is_known(entry)) continue;
    Miss miss = judge_command(entry, protocol, call, book);
    const bool same = miss.cost == 0;
    if (miss.cost < kTooFar && book.is_spent(entry)) miss.add(kSpentCost, why_spent(entry, book));
    nearest.offer(entry, std::move(miss), same);
  }
  return nearest.take();
}

}  // namespace

std::string short_text(const std::optional<Value>& value, std::string_view path) {
  constexpr std::size_t kShown = 60;
  return value ? shortened(json_text(*value), kShown) : std::string(absent_word(path));
}

std::string slip_text(std::string_view field, std::string_view wanted, std::string_view got) {
  const std::string part = differing_part(wanted, got);
  return part.ends_with("…") ? fmt::format("{} differs from \"{}\" on", field, part) : fmt::format("{} differs at \"{}\"", field, part);
}

bool is_small_edit(std::string_view wanted, std::string_view got) {
  const unsigned distance = text_distance(wanted, got);
  return distance < kTextsFarApart && distance * 3 <= std::max(wanted.size(), got.size());
}

unsigned text_distance(std::string_view one, std::string_view other) {
  while (!one.empty() && !other.empty() && one.front() == other.front()) one.remove_prefix(1), other.remove_prefix(1);
  while (!one.empty() && !other.empty() && one.back() == other.back()) one.remove_suffix(1), other.remove_suffix(1);
  const std::size_t longer = std::max(one.size(), other.size()), shorter = std::min(one.size(), other.size());
  if (shorter == 0 || longer > 64) return static_cast<unsigned>(std::min<std::size_t>(longer, kTextsFarApart));
  std::vector<unsigned> row(other.size() + 1);
  for (std::size_t j = 0; j <= other.size(); ++j) row[j] = static_cast<unsigned>(j);
  for (std::size_t i = 1; i <= one.size(); ++i) {
    unsigned diagonal = row[0];
    row[0] = static_cast<unsigned>(i);
    for (std::size_t j = 1; j <= other.size(); ++j) {
      const unsigned replaced = diagonal + (one[i - 1] == other[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return std::min(row.back(), kTextsFarApart);
}

std::string wanted_text(const Pattern& expected, const Captures& known) {
  std::string text = text_of(expected.shown());
  std::vector<NameUse> uses;
  expected.collect_names(uses);
  for (const NameUse& use : uses) {
    const auto value = known.find(use.name);
    const std::string hole = "{{" + use.name + "}}";
    const auto at = use.binds || value == known.end() ? text.npos : text.find(hole);
    if (at != text.npos) text.replace(at, hole.size(), text_of(value->second));
  }
  return text;
}

std::string why_spent(const Entry& entry, const LedgerBook& book) {
  if (entry.section == LedgerBook::kModel) return fmt::format("of test '{}', and this call was made outside of it", book.spec.tests[entry.test].title());
  const EntryState& state = book.states[entry.index];
  std::string out = "already used at ";
  for (std::size_t i = 0; i < state.seqs.size(); ++i) out += fmt::format("{}#{}", i ? ", " : "", state.seqs[i]);
  if (state.used > state.seqs.size()) out += ", …";
  if (entry.times.max == 0) return "times = 0: it must not happen";
  return out + (entry.times.max == 1 ? "" : fmt::format(" (times = {})", entry.times.max));
}

NearMiss nearest_entry(const ProtocolInfo& protocol, const Fields& call, const LedgerBook& book) {
  if (is_command(protocol)) return nearest_command(protocol, call, book);
  if (protocol.name == "log") return nearest_record(protocol, call, book);
  Nearest nearest;
  for (const Entry& entry : book.entries) {
    if (entry.protocol != &protocol || !book.is_known(entry)) continue;
    const bool is_file = protocol.name == "file";
    const bool is_redis = protocol.name == "redis";
    Miss miss = is_file ? judge_file(entry, call, book) : is_redis ? judge_redis(entry, call, book) : judge(entry, call, book);
    const bool spent = book.is_spent(entry);
    if (spent && miss.cost == 0) miss = judge_asserted(entry, call, book);
    const bool same = miss.cost == 0;
    if (spent) {
      miss.add(kSpentCost, why_spent(entry, book));
    } else if (miss.cost == 0 && is_file) {
      miss.add(1, "another write has it and is not finished");
    } else if (miss.cost == 0) {
      const Reply* reply = book.next_reply(entry);
      miss.add(1, reply && reply->errno_code ? "its reply fails the connect, and this connection was open already"
                                             : "it takes no call now");
    }
    nearest.offer(entry, std::move(miss), spent && same);
  }
  return nearest.take();
}

NearMiss nearest_socket(const Destination& to, const LedgerBook& book) {
  Nearest nearest;
  const bool is_path = to.transport == Transport::unix_stream || to.transport == Transport::unix_datagram;
  for (const Entry& entry : book.entries) {
    if (entry.protocol->name != "socket" || !book.is_known(entry)) continue;
    const EndpointPattern& wanted = entry.endpoint;
    Miss miss;
    if (is_path != wanted.unix_path) continue;
    const PatternPtr& name = is_path ? wanted.path : wanted.host;
    EndpointPattern only_name = wanted;
    only_name.port.reset();
    only_name.tcp = only_name.udp = true;
    if (name && !only_name.fits(to)) {
      judge_field(is_path ? "path" : "host", *name, Value(is_path ? to.path : to.host.empty() ? to.address : to.host), book.known, miss);
    }
    if (wanted.port && *wanted.port != to.port) miss.add(3, fmt::format("port differs: {} instead of {}", to.port, *wanted.port));
    if (to.transport == Transport::tcp && !wanted.tcp) miss.add(3, "scheme differs: tcp instead of udp");
    if (to.transport == Transport::udp && !wanted.udp) miss.add(3, "scheme differs: udp instead of tcp");
    if (book.is_spent(entry)) {
      miss.add(kSpentCost, why_spent(entry, book));
    } else if (miss.cost == 0) {
      miss.add(1, entry.steps.empty() ? "it has no steps to play" : fmt::format("its first step does not fit: {}", shown_step(entry.steps.front())));
    }
    nearest.offer(entry, std::move(miss));
  }
  return nearest.take();
}

}  // namespace bigfoot

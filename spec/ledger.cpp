// spec/ledger.cpp - Who was used: the way of one call through order, choice, reply and findings.
// Source: spec-format.md, sections 3, 9 and 10.
#include "spec/ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "protocols/raw/difference.h"
#include "protocols/registry.h"
#include "spec/call_fields.h"
#include "spec/call_session.h"
#include "spec/channels.h"
#include "spec/command_text.h"
#include "spec/entry_index.h"
#include "spec/entry_match.h"
#include "spec/command_call.h"
#include "spec/exec_session.h"
#include "spec/file_ledger.h"
#include "spec/findings.h"
#include "spec/ledger_book.h"
#include "spec/near_miss.h"
#include "spec/near_record.h"
#include "spec/noise_filter.h"
#include "spec/order_keeper.h"
#include "spec/raw_session.h"
#include "spec/sections.h"
#include "spec/suggest.h"

namespace bigfoot {
namespace {

/// The steps of a `socket` entry without any: its reply as one step ({ fault = "timeout" }, { recv = "..." }).
std::vector<Step> steps_of_reply(const Reply& reply) {
  Step step;
  step.at = reply.at;
  step.delay = reply.delay;
  step.fault = reply.fault;
  step.verb = reply.fault == Fault::none ? Verb::close : Verb::fault;
  step.shown = reply.fault == Fault::none ? "close" : "fault";
  return {step};
}

bool has_errno(const Entry& entry) {
  return std::ranges::any_of(entry.replies, [](const Reply& reply) { return reply.errno_code != 0; });
}

}  // namespace

std::string_view to_text(ViolationKind kind) {
  static constexpr std::string_view kWords[] = {"unexpected",   "mismatch", "unasserted", "unused",    "out-of-order", "out-of-state",
                                                "guarded",      "leaked",   "undecoded",  "tls-refused", "timeout"};
  return kWords[static_cast<std::size_t>(kind)];
}

struct Ledger::Impl {
  Impl(const Spec& spec, Surroundings around)
      : noise(spec.noise_headers),
        book(std::make_shared<LedgerBook>(spec, std::move(around))),
        order(book),
        files(std::make_shared<FileLedger>(book, order)),
        sections(book) {
    book->around.is_noise_header = [this](std::string_view name) { return noise.is_noise(name); };
    for (const Entry& entry : book->entries) {
      note(entry);
      if (entry.section == kWholeRun) enlist(entry);
    }
  }

  /// What the answers to all calls depend on.
  void note(const Entry& entry) {
    if (has_errno(entry) || !names_of(entry).empty()) unsteady.push_back(entry.protocol);
    if (has_errno(entry) && !is_command(*entry.protocol) && entry.protocol->name != "file") failing.push_back(&entry);
  }

  /// From now on the entry takes calls.
  void enlist(const Entry& entry) {
    index.add(entry);
    if (is_command(*entry.protocol) || entry.protocol->name == "which") {
      programs.push_back(&entry);
      return;
    }
    if (entry.protocol->name == "file") return files->add(entry);
    const bool is_session = !entry.steps.empty() || (entry.protocol->name == "socket" && !entry.replies.empty() && !has_errno(entry));
    if (is_session) raw_entries.push_back({&entry, entry.steps.empty() ? steps_of_reply(entry.replies.front()) : entry.steps});
  }

  void strike(const Entry& entry) {
    index.drop(entry);
    std::erase(programs, &entry);
    std::erase_if(raw_entries, [&](const Session& session) { return session.entry == &entry; });
  }

  struct Session {
    const Entry* entry;
    std::vector<Step> steps;
  };
  struct Choice {
    const Entry* entry = nullptr;
    EntryMatch match;
  };

  /// One call and how its entries are looked for.
  struct Asked {
    const ProtocolInfo& protocol;
    const Fields& call;
    const Fields& key;           ///< the identity under which the index has literal entries
    bool errno_too = false;      ///< entries whose reply is an errno take calls; else a connect spends them
    std::string_view later = {}; ///< a field that is judged when it is known
  };

  /// Two passes in one: the earliest entry that fits whole, else the earliest of this identity.
  Choice choose(const Asked& asked) {
    const Fields& call = asked.call;
    Choice first;
    Choice found;
    index.each(asked.protocol, asked.key, [&](std::uint32_t i) {
      const Entry& entry = book->entries[i];
      if (book->is_spent(entry)) return false;
      MatchReport identity;
      if (!identity_fits(entry, call, book->known, book->around, identity)) return false;
      if (const Reply* reply = book->next_reply(entry); reply && reply->errno_code != 0 && !asked.errno_too) return false;
      Choice one{&entry, {}};
      one.match.report.bound = std::move(identity.bound);
      const std::size_t rank = book->rank(entry);
      const auto goes_before = [&](const Choice& other) { return !other.entry || rank < book->rank(*other.entry); };
      match_asserted(entry, call, book->known, book->around, goes_before(first), one.match, asked.later);
      if (one.match.fits()) {
        if (goes_before(found)) found = std::move(one);
        return rank == 0;  // else an entry of an inner test may still come
      }
      if (goes_before(first)) first = std::move(one);
      return false;
    });
    return found.entry ? std::move(found) : std::move(first);
  }

  /// The entry takes one call. Gives the entries that should have come before it.
  std::vector<const Entry*> spend(const Entry& entry, std::uint64_t seq) {
    std::vector<const Entry*> overtaken;
    if (book->states[entry.index].used == 0) overtaken = order.overtaken(entry);
    if (!overtaken.empty()) book->states[entry.index].violated = true;
    take(entry, seq);
    return overtaken;
  }

  void take(const Entry& entry, std::uint64_t seq) {
    book->use(entry, seq);
    if (book->is_spent(entry)) index.drop(entry);
  }

  void fill_reply(const Reply* reply, const Fields& call, Outcome& out) {
    out.reply = reply;
    out.rendered_is_constant = true;
    if (!reply || !reply->fields) {
      out.rendered = Fields::object();
    } else if (const Value* constant = reply->fields->constant()) {
      out.rendered = *constant;
    } else {
      std::vector<std::string> missing;
      out.rendered_is_constant = false;
      out.rendered = reply->fields->render(book->known, call, book->around, &missing);
      if (!missing.empty()) out.findings.push_back(missing_values_finding(*out.entry, reply->at, missing));
    }
  }

  Outcome serve(const ProtocolInfo& protocol, const Fields& call, std::uint64_t seq, Choice choice, CallStory story) {
    const Entry& entry = *choice.entry;
    Outcome out;
    out.entry = &entry;
    for (auto& [name, value] : choice.match.report.bound) book->known[name] = value;
    const Reply* reply = book->next_reply(entry);
    if (!choice.match.fits() && story.spent.empty()) collect_spent(story);
    if (!choice.match.differing.empty()) out.findings.push_back(mismatch_finding(story, entry, choice.match));
    if (!choice.match.unmentioned.empty()) out.findings.push_back(unasserted_finding(story, entry, choice.match));
    if (!choice.match.differing.empty() && entry.on_mismatch == OnMismatch::refuse) {
      out.refuse = true;
      out.refusal = refusal_text(out.findings.front());
    }
    if (const auto overtaken = spend(entry, seq); !overtaken.empty()) {
      out.findings.push_back(out_of_order_finding(call_title(protocol, call), entry, overtaken, *book));
    }
    fill_reply(reply, call, out);
    if (!out.findings.empty()) book->states[entry.index].violated = true;
    return out;
  }

  /// The choice for an execve: a `shell` entry for the text of a shell, else an `exec` entry under any name of the program.
  Choice choose(const CommandCall& call) {
    Choice best;
    const auto take = [&](Choice one) {
      if (!one.entry) return;
      const bool better = !best.entry || (one.match.fits() && !best.match.fits()) ||
                          (one.match.fits() == best.match.fits() && one.entry->protocol == best.entry->protocol && one.entry->index < best.entry->index);
      if (better) best = std::move(one);
    };
    if (call.shell) take(choose({call.protocol(), call.fields, call.fields, true, "stdin"}));
    for (const std::string& program : call.programs) {
      if (best.entry && best.match.fits() && call.shell) break;
      const Fields key = Fields::object({{"program", program}});
      take(choose({exec_protocol(), call.fields, key, true, "stdin"}));
    }
    return best;
  }

  ExecOutcome serve(const CommandCall& call, std::uint64_t seq, Choice choice) {
    const Entry& entry = *choice.entry;
    ExecOutcome out;
    out.entry = &entry;
    for (auto& [name, value] : choice.match.report.bound) book->known[name] = value;
    const Reply* reply = book->next_reply(entry);
    const bool differs = !choice.match.fits();
    if (differs) {
      CallStory story{*entry.protocol, call.fields, *book, {}};
      collect_spent(story);
      out.findings.push_back(mismatch_finding(story, entry, choice.match));
    }
    if (const auto overtaken = spend(entry, seq); !overtaken.empty()) {
      out.findings.push_back(out_of_order_finding(call_title(*entry.protocol, call.fields), entry, overtaken, *book));
    }
    if (!out.findings.empty()) book->states[entry.index].violated = true;
    if (differs && entry.on_mismatch == OnMismatch::refuse) {
      out.refusal = refusal_of_child(out.findings.front());
    } else if (reply && reply->errno_code != 0) {
      out.errno_code = reply->errno_code;
      out.delay = reply->delay;
    } else {
      out.session = make_exec_session({book, entry, call.plain_fields(), reply, std::exchange(out.findings, {})});
    }
    return out;
  }

  /// Whether a `sh -c` that no entry fits would run a program that one does.
  bool names_a_program(std::string_view command) const {
    const std::vector<std::string> words = command_words(command);
    return std::ranges::any_of(programs, [&](const Entry* entry) {
      return entry->protocol->name == "exec" && !book->is_spent(*entry) && !entry->identity.front().pattern->is_any() &&
             std::ranges::any_of(words, [&](const std::string& word) { return names(*entry, base_name(word)); });
    });
  }

  bool names(const Entry& entry, std::string_view program) const {
    const PatternPtr& name = entry.identity.front().pattern;
    return name && name->match(std::string(program), "", book->known, book->around, nullptr);
  }

  /// Of the entries of a channel: the earliest that fits whole, else the earliest that only leaves fields out, else, in
  /// a strict channel, the one that is nearest and shares the message. The channel alone would pair lines that have
  /// nothing to do with each other.
  Choice choose_record(const ProtocolInfo& protocol, const Fields& record, bool strict, std::uint64_t seq) {
    Choice fitting, incomplete, nearest;
    unsigned cost = 0;
    index.each(protocol, record, [&](std::uint32_t i) {
      const Entry& entry = book->entries[i];
      if (book->is_spent(entry) || is_out_of_question(entry, record, *book)) return false;
      MatchReport identity;
      if (!identity_fits(entry, record, book->known, book->around, identity)) return false;
      Choice one{&entry, {}};
      one.match.report.bound = std::move(identity.bound);
      match_asserted(entry, record, book->known, book->around, true, one.match);
      if (one.match.fits()) {
        fitting = std::move(one);
        return true;
      }
      if (one.match.differing.empty()) {
        if (!incomplete.entry) incomplete = std::move(one);
        return false;
      }
      const RecordMiss miss = judge_record(entry, record, *book);
      if (!strict) near_records.remember(entry, miss, record, seq);
      if (!strict || !miss.related || (nearest.entry && miss.cost >= cost)) return false;
      cost = miss.cost;
      nearest = std::move(one);
      return false;
    });
    return fitting.entry ? std::move(fitting) : incomplete.entry ? std::move(incomplete) : std::move(nearest);
  }

  LogOutcome guard_record(const ProtocolInfo& protocol, const Fields& record) {
    LogOutcome out;
    const GuardLevel level = book->spec.guard.level("log");
    out.ambient = level != GuardLevel::error;
    if (level == GuardLevel::warn)
      out.warning = fmt::format("{} was not asserted: no expectation matches it and [guard] says \"warn\"", call_title(protocol, record));
    if (out.ambient) return out;
    CallStory story{protocol, record, *book, {}};
    collect_spent(story);
    out.findings.push_back(unexpected_finding(story));
    return out;
  }

  const Entry* which_entry(std::string_view program) const {
    const auto found = std::ranges::find_if(programs, [&](const Entry* entry) {
      return entry->protocol->name == "which" && !book->is_spent(*entry) && names(*entry, program);
    });
    return found == programs.end() ? nullptr : *found;
  }

  void collect_unused(const Entry& entry, std::vector<Finding>& out) const {
    const std::string near = near_records.note(entry);
    for (Finding& finding : unused_findings(entry, book->states[entry.index])) {
      if (!near.empty()) finding.notes.push_back(near);
      out.push_back(std::move(finding));
    }
  }

  /// Spent entries leave the index: for a report they are looked up again.
  void collect_spent(CallStory& story) {
    story.spent.clear();
    for (const Entry& entry : book->entries) {
      if (entry.protocol != &story.protocol || !book->in_scope(entry) || !book->is_used_up(entry)) continue;
      MatchReport identity;
      if (!identity_fits(entry, story.call, book->known, book->around, identity)) continue;
      // Programs are called for many things, channels have many lines: only the same command or line is the same call.
      EntryMatch match;
      const bool by_content = is_command(story.protocol) || story.protocol.name == "log";
      if (by_content) match_asserted(entry, story.call, book->known, book->around, false, match, "stdin");
      if (match.fits()) story.spent.push_back(&entry);
    }
  }

  Session* find_session(const Destination& to, std::string_view first) {
    Session* earliest = nullptr;
    const bool datagrams = to.transport == Transport::udp || to.transport == Transport::unix_datagram;
    Session* fitting = nullptr;
    const auto goes_before = [&](const Session& one, const Session* other) { return !other || book->rank(*one.entry) < book->rank(*other->entry); };
    for (Session& session : raw_entries) {
      if (book->is_spent(*session.entry) || !session.entry->endpoint.fits(to)) continue;
      if (session_could_take(session.steps, datagrams, first, *book)) {
        if (goes_before(session, fitting)) fitting = &session;
      } else if (!first.empty() && goes_before(session, earliest)) {
        earliest = &session;
      }
    }
    return fitting ? fitting : earliest;
  }

  NoiseFilter noise;
  NearRecords near_records;
  std::shared_ptr<LedgerBook> book;
  EntryIndex index;
  OrderKeeper order;
  std::shared_ptr<FileLedger> files;
  std::deque<Session> raw_entries;  ///< those that play steps on a connection of their own
  Sections sections;
  std::shared_ptr<CallSessions> calls = std::make_shared<CallSessions>();
  std::vector<const Entry*> programs; ///< exec, shell and which
  /// Protocols of which an entry may fit a call that it did not fit before: it compares what other calls bind, or only now
  /// gets past a reply that fails the connect. Else the first that fits stays the first until it is spent.
  std::vector<const ProtocolInfo*> unsteady;
  std::vector<const Entry*> failing;  ///< entries with an errno reply; changes by Ledger::add() only, so any thread may read it
};

Ledger::Ledger(const Spec& spec, Surroundings around) : impl_(std::make_unique<Impl>(spec, std::move(around))) {}
Ledger::~Ledger() = default;

Outcome Ledger::offer(const ProtocolInfo& protocol, const Fields& call, std::uint64_t seq) {
  CallStory story{protocol, call, *impl_->book, {}};
  Impl::Choice choice = impl_->choose({protocol, call, call});
  if (choice.entry) return impl_->serve(protocol, call, seq, std::move(choice), std::move(story));
  impl_->collect_spent(story);
  Outcome out;
  out.refuse = true;
  out.findings.push_back(unexpected_finding(story));
  out.refusal = refusal_text(out.findings.front());
  return out;
}

std::vector<Finding> Ledger::judge_response(const Entry& entry, const Fields* response, std::string_view why_not) {
  LedgerBook& book = *impl_->book;
  MatchReport report;
  bool fits = response != nullptr;
  for (const FieldPattern& field : entry.response) {
    const Value* actual = response ? field_of(*response, field.name) : nullptr;
    if (!actual || !field.pattern) continue;
    fits = field.pattern->match(*actual, "response." + field.name, book.known, book.around, &report) && fits;
  }
  for (auto& [name, value] : report.bound) book.known[name] = std::move(value);
  if (fits) return {};
  book.states[entry.index].violated = true;
  return {response_finding(entry, std::move(report), why_not)};
}

bool Ledger::names(const ProtocolInfo& protocol, const Fields& call) const {
  const auto is_place = [](std::string_view field) { return field == "server" || field == "host" || field == "port"; };
  bool named = false;
  impl_->index.each(protocol, call, [&](std::uint32_t i) {
    const Entry& entry = impl_->book->entries[i];
    MatchReport report;
    named = !impl_->book->is_spent(entry) &&
            std::ranges::any_of(entry.identity, [&](const FieldPattern& field) { return !is_place(field.name) && field.pattern && !field.pattern->is_any(); }) &&
            identity_fits(entry, call, impl_->book->known, impl_->book->around, report);
    return named;
  });
  return named;
}

bool Ledger::would_repeat(const Entry& entry, const Reply* reply) const {
  const LedgerBook& book = *impl_->book;
  if (book.is_spent(entry) || book.states[entry.index].used == 0 || book.next_reply(entry) != reply) return false;
  if (!book.scope.empty() && entry.section == kWholeRun) return false;  // the test may have an entry for it
  return std::ranges::find(impl_->unsteady, entry.protocol) == impl_->unsteady.end();
}

void Ledger::repeat(const Entry& entry, std::uint64_t seq) { impl_->take(entry, seq); }

Finding Ledger::reply_failed(const Entry& entry, const Place& at, std::string_view why) {
  impl_->book->states[entry.index].violated = true;
  return unsayable_reply_finding(entry, at, why);
}

bool Ledger::connect_may_fail(const Destination& to) const {
  return std::ranges::any_of(impl_->failing, [&](const Entry* entry) { return entry->endpoint.fits(to); });
}

Outcome Ledger::offer_connect(const Destination& to, std::uint64_t seq) {
  Outcome out;
  if (!connect_may_fail(to)) return out;
  for (const Entry& entry : impl_->book->entries) {
    if (impl_->book->is_spent(entry) || !entry.endpoint.fits(to)) continue;
    const Reply* reply = impl_->book->next_reply(entry);
    if (reply && reply->errno_code != 0) {
      out.entry = &entry;
      if (const auto overtaken = impl_->spend(entry, seq); !overtaken.empty()) {
        out.findings.push_back(out_of_order_finding("connect to " + to.url(), entry, overtaken, *impl_->book));
      }
      out.reply = reply;
      out.rendered = Fields::object();
      return out;
    }
    if (impl_->book->states[entry.index].used < entry.times.min) return out;  // this connection is for that entry
  }
  return out;
}

bool Ledger::has_session(const Destination& to) const {
  return std::ranges::any_of(impl_->raw_entries, [&](const Impl::Session& session) {
    return !impl_->book->is_spent(*session.entry) && session.entry->endpoint.fits(to);
  });
}

std::unique_ptr<CallSession> Ledger::open_calls(const ProtocolInfo& protocol, Opening opening) {
  return make_call_session({impl_->book, protocol, std::move(opening),
                            [impl = impl_.get()](const Entry& entry, std::uint64_t seq) { return impl->spend(entry, seq); },
                            [impl = impl_.get()](const Entry& entry) { impl->order.waits_again(entry); }, impl_->calls});
}

std::unique_ptr<RawSession> Ledger::open_session(const Destination& to, std::string_view first, std::uint64_t seq) {
  Impl::Session* session = impl_->find_session(to, first);
  if (!session) return nullptr;
  std::vector<Finding> findings;
  if (const auto overtaken = impl_->spend(*session->entry, seq); !overtaken.empty()) {
    findings.push_back(out_of_order_finding("connect to " + to.url(), *session->entry, overtaken, *impl_->book));
  }
  const bool datagrams = to.transport == Transport::udp || to.transport == Transport::unix_datagram;
  return make_raw_session({impl_->book, *session->entry, session->steps, datagrams, std::move(findings)});
}

ExecOutcome Ledger::offer_exec(const Fields& fields, std::uint64_t seq) {
  const CommandCall call = read_command_call(fields);
  if (Impl::Choice choice = impl_->choose(call); choice.entry) return impl_->serve(call, seq, std::move(choice));
  CallStory story{call.protocol(), call.fields, *impl_->book, {}};
  impl_->collect_spent(story);
  ExecOutcome out;
  out.findings.push_back(unexpected_finding(story));
  out.refusal = refusal_of_child(out.findings.front());
  out.leads_on = call.leads_on || (call.shell && impl_->names_a_program(*call.shell));
  return out;
}

bool Ledger::may_exec(std::string_view program) const {
  return std::ranges::any_of(impl_->programs, [&](const Entry* entry) {
    if (impl_->book->is_spent(*entry)) return false;
    return entry->protocol->name == "shell" ? is_shell(program) : impl_->names(*entry, program);
  });
}

WhichAnswer Ledger::which(std::string_view program) const {
  WhichAnswer out;
  out.entry = impl_->which_entry(program);
  const Reply* reply = out.entry ? impl_->book->next_reply(*out.entry) : nullptr;
  if (!reply || !reply->fields) return out;
  Captures known = impl_->book->known;
  const Value path = reply->fields->render(known, Fields::object({{"name", program}}), impl_->book->around, nullptr)["path"];
  if (path.is_string()) out.path = path.get<std::string>();
  return out;
}

std::vector<Finding> Ledger::use_which(std::string_view program, std::uint64_t seq) {
  const Entry* entry = impl_->which_entry(program);
  if (!entry) return {};
  const bool counts = entry->times.min > 0;
  if (!counts) {
    impl_->book->use(*entry, seq);
    return {};
  }
  std::vector<Finding> out;
  if (const auto overtaken = impl_->spend(*entry, seq); !overtaken.empty()) {
    out.push_back(out_of_order_finding(entry_title(*entry), *entry, overtaken, *impl_->book));
  }
  return out;
}

LogOutcome Ledger::offer_log(const Fields& fields, std::uint64_t seq) {
  static const ProtocolInfo& protocol = *find_protocol("log");
  const Channel* channel = find_channel(impl_->book->spec, field_text(fields, "channel"));
  Fields record = fields;
  if (!field_of(record, "fields")) record["fields"] = Fields::object();
  const LogLevel level = log_level(field_text(record, "level"));
  LogOutcome out;
  out.ambient = true;
  if (channel && level != LogLevel::none && level < channel->ignore_below) return out;
  const bool strict = channel && channel->strict;
  Impl::Choice choice = impl_->choose_record(protocol, record, strict, seq);
  if (!choice.entry) return strict ? impl_->guard_record(protocol, record) : out;
  Outcome served = impl_->serve(protocol, record, seq, std::move(choice), {protocol, record, *impl_->book, {}});
  return {served.entry, false, std::move(served.findings)};
}

FileView Ledger::view_file(std::string_view path) const { return impl_->files->views().view(path); }
std::vector<std::string> Ledger::names_in(std::string_view folder) const { return impl_->files->views().names_in(folder); }
FileOutcome Ledger::offer_file(const Fields& call, bool is_new, std::uint64_t seq) { return impl_->files->offer(call, is_new, seq); }

Finding Ledger::unexpected_bytes(const Destination& to, std::string_view first_bytes) const {
  Finding out;
  out.kind = ViolationKind::unexpected;
  out.message = first_bytes.empty() ? fmt::format("{}: connected, and the program waits for the server to speak first", to.url())
                                    : fmt::format("{}: {} of no known protocol", to.url(), counted(first_bytes.size(), "byte", "bytes"));
  if (!first_bytes.empty()) out.notes.push_back("first bytes: " + shown_bytes(first_bytes));
  NearMiss nearest = nearest_socket(to, *impl_->book);
  out.nearest = nearest.entry;
  out.nearest_reason = std::move(nearest.reason);
  out.suggestion_verb = "add";
  out.suggestion = suggest_socket(to, first_bytes);
  out.patch = entry_patch(*impl_->book);
  return out;
}

std::vector<Finding> Ledger::finish() {
  std::vector<Finding> out;
  for (const Entry& entry : impl_->book->entries) {
    if (entry.section == kWholeRun) impl_->collect_unused(entry, out);
  }
  for (Finding& finding : impl_->sections.never_begun()) out.push_back(std::move(finding));
  return out;
}

SectionId Ledger::open_section(const std::vector<std::size_t>& chosen) {
  return impl_->sections.open(chosen, [this](const Entry& entry, std::size_t model) {
    impl_->order.add(entry, model);
    impl_->enlist(entry);
  });
}

void Ledger::add(Entry added) {
  const Entry& entry = impl_->sections.add(std::move(added));
  impl_->order.add(entry);
  impl_->note(entry);
  impl_->enlist(entry);
}

void Ledger::enter(const std::vector<SectionId>& scope) { impl_->sections.enter(scope); }

std::vector<Finding> Ledger::close_section(SectionId section) {
  std::vector<Finding> out = leave_sessions(*impl_->calls, section);
  for (const Entry* entry : impl_->sections.close(section)) {
    impl_->strike(*entry);
    impl_->collect_unused(*entry, out);
  }
  impl_->files->views().forget(section);
  return out;
}

std::uint64_t Ledger::uses_at(const Place& at) const {
  std::uint64_t uses = 0;
  for (const Entry& entry : impl_->book->entries)
    if (entry.at.file == at.file && entry.at.line == at.line && entry.at.column == at.column) uses += impl_->book->states[entry.index].used;
  return uses;
}

Ledger::Totals Ledger::totals() const {
  Totals out;
  for (const Entry& entry : impl_->book->entries) {
    if (entry.section == LedgerBook::kModel && !impl_->sections.is_missing(entry.test)) continue;
    ++out.entries;
    const EntryState& state = impl_->book->states[entry.index];
    if (!state.violated && (state.used >= entry.times.min || entry.pass_through)) ++out.met;
  }
  return out;
}

}  // namespace bigfoot

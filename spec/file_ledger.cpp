// spec/file_ledger.cpp - Calls on watched paths: matched, held while they last, judged.
// Source: spec-format.md, sections 3, 4.7, 9 and 10.
#include "spec/file_ledger.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "protocols/registry.h"
#include "spec/call_fields.h"

namespace bigfoot {
namespace {

const ProtocolInfo& file_protocol() { return *find_protocol("file"); }

bool is_write(std::string_view operation) { return operation == "write" || operation == "append" || operation == "create"; }

/// The operations as which an entry may name a call, the exact one first: whoever writes a new file creates it.
std::vector<std::string> names_of(const std::string& operation, bool is_new) {
  if (operation == "write" && is_new) return {operation, "create"};
  if (operation == "create") return {operation, "write"};
  return {operation};
}

bool fails(const Reply* reply) { return reply && reply->errno_code != 0; }

}  // namespace

/// One write between open and close. It holds a use of an entry, which nobody else gets meanwhile.
class WriteSession final : public FileSession {
 public:
  WriteSession(std::weak_ptr<FileLedger> ledger, Fields call, std::vector<std::string> operations)
      : call_(std::move(call)), operations_(std::move(operations)), ledger_(std::move(ledger)) {}
  ~WriteSession() override { cancel(); }

  const Entry& entry() const override { return *hold_.entry; }
  std::vector<Finding> finish(std::string_view content, std::uint64_t seq) override {
    const auto ledger = ledger_.lock();
    return ledger && in_progress_ ? ledger->finish(*this, content, seq) : std::vector<Finding>();
  }
  void cancel() override {
    if (const auto ledger = ledger_.lock(); ledger && in_progress_) ledger->end(*this);
  }

 private:
  friend class FileLedger;
  Fields call_;
  std::vector<std::string> operations_;
  std::weak_ptr<FileLedger> ledger_;
  FileLedger::Hold hold_;
  bool in_progress_ = false;
};

FileLedger::FileLedger(std::shared_ptr<LedgerBook> book, OrderKeeper& order)
    : book_(std::move(book)), order_(order), paths_(*book_), views_(book_, paths_) {}

FileOutcome FileLedger::offer(Fields call, bool is_new, std::uint64_t seq) {
  if (!call.contains("target")) call["target"] = "";
  const std::string operation = field_text(call, "operation");
  std::vector<std::string> operations = names_of(operation, is_new);
  Choice choice;
  for (std::size_t i = 0; i < operations.size() && !choice.entry; ++i) choice = choose(call, operations[i]);
  if (!choice.entry) return refuse(call);
  if (!is_write(operation) || fails(book_->next_reply(*choice.entry))) return serve(call, seq, std::move(choice));
  return begin_write(std::move(call), std::move(operations), std::move(choice));
}

bool FileLedger::takes(const Entry& entry, const Fields& call, const std::string& operation, MatchReport& report) const {
  Fields named = call;
  named["operation"] = operation;
  return identity_fits(entry, named, book_->known, book_->around, report);
}

FileLedger::Choice FileLedger::choose(const Fields& call, const std::string& operation) const {
  Choice first;
  for (const PathUse& use : paths_.at(field_text(call, "path"))) {
    const Entry& entry = *use.entry;
    MatchReport identity;
    if (use.as_target || book_->is_taken(entry) || !takes(entry, call, operation, identity)) continue;
    Choice one{&entry, {}};
    one.match.report.bound = std::move(identity.bound);
    const bool later = is_write(operation);  // its content is not known yet
    match_asserted(entry, call, book_->known, book_->around, !first.entry, one.match, later ? "content" : "");
    if (one.match.fits()) return one;
    if (!first.entry) first = std::move(one);
  }
  return first;
}

FileOutcome FileLedger::serve(const Fields& call, std::uint64_t seq, Choice choice) {
  const Entry& entry = *choice.entry;
  const Reply* reply = book_->next_reply(entry);
  FileOutcome out;
  out.entry = &entry;
  out.real = entry.pass_through;
  if (reply) out.delay = reply->delay;
  if (reply) out.errno_code = reply->errno_code;
  for (auto& [name, value] : choice.match.report.bound) book_->known[name] = std::move(value);
  const CallStory story{file_protocol(), call, *book_, spent_for(call)};
  const bool differs = !choice.match.differing.empty();
  if (differs) out.findings.push_back(mismatch_finding(story, entry, choice.match));
  if (!choice.match.unmentioned.empty()) out.findings.push_back(unasserted_finding(story, entry, choice.match));
  if (differs && entry.on_mismatch == OnMismatch::refuse) out.errno_code = EACCES;
  if (field_text(call, "operation") == "read") {
    std::vector<std::string> missing;
    if (out.errno_code == 0) out.content = views_.read(entry, call, missing);
    if (!missing.empty()) out.findings.push_back(missing_values_finding(entry, reply->at, missing));
    views_.remember(field_text(call, "path"), out.content, out.errno_code);
  }
  if (out.real) pass_through(call);
  const bool is_first = book_->begun(entry) == 0;
  const auto overtaken = is_first ? order_.overtaken(entry) : std::vector<const Entry*>();
  if (!overtaken.empty()) out.findings.push_back(out_of_order_finding(call_title(file_protocol(), call), entry, overtaken, *book_));
  book_->use(entry, seq);
  if (!out.findings.empty()) book_->states[entry.index].violated = true;
  return out;
}

FileOutcome FileLedger::begin_write(Fields call, std::vector<std::string> operations, Choice choice) {
  const Entry& entry = *choice.entry;
  const Reply* reply = book_->next_reply(entry);
  FileOutcome out;
  out.entry = &entry;
  out.real = entry.pass_through;
  if (out.real) pass_through(call);
  if (reply) out.delay = reply->delay;
  for (auto& [name, value] : choice.match.report.bound) book_->known[name] = std::move(value);
  auto session = std::make_unique<WriteSession>(weak_from_this(), std::move(call), std::move(operations));
  session->hold_ = hold(entry);
  session->in_progress_ = true;
  writes_.push_back(session.get());
  out.session = std::move(session);
  return out;
}

void FileLedger::pass_through(const Fields& call) {
  const std::string operation = field_text(call, "operation");
  views_.remember_real(field_text(call, "path"));
  if (operation == "rename" || operation == "link") views_.remember_real(field_text(call, "target"));
}

FileOutcome FileLedger::refuse(const Fields& call) const {
  FileOutcome out;
  out.errno_code = EACCES;
  out.findings.push_back(unexpected_finding({file_protocol(), call, *book_, spent_for(call)}));
  return out;
}

std::vector<const Entry*> FileLedger::spent_for(const Fields& call) const {
  std::vector<const Entry*> spent;
  for (const PathUse& use : paths_.at(field_text(call, "path"))) {
    MatchReport report;
    if (!use.as_target && book_->is_spent(*use.entry) && takes(*use.entry, call, field_text(call, "operation"), report)) spent.push_back(use.entry);
  }
  return spent;
}

FileLedger::Hold FileLedger::hold(const Entry& entry) {
  Hold out{&entry, {}};
  if (book_->begun(entry) == 0) out.overtaken = order_.overtaken(entry);
  ++book_->states[entry.index].held;
  return out;
}

void FileLedger::release(Hold& hold) {
  --book_->states[hold.entry->index].held;
  order_.waits_again(*hold.entry);
  for (const Entry* entry : hold.overtaken) {
    book_->states[entry->index].overtaken = false;
    order_.waits_again(*entry);
  }
}

void FileLedger::end(WriteSession& session) {
  session.in_progress_ = false;
  std::erase(writes_, &session);
  release(session.hold_);
}

EntryMatch FileLedger::match_write(const Entry& entry, const WriteSession& session, const Fields& call) const {
  EntryMatch match;
  for (const std::string& operation : session.operations_) {
    if (takes(entry, call, operation, match.report)) break;
    match.report = {};
  }
  match_asserted(entry, call, book_->known, book_->around, true, match);
  return match;
}

bool FileLedger::could_hold(const Entry& entry, const WriteSession& session) const {
  if (entry.pass_through != session.hold_.entry->pass_through) return false;  // where the bytes go was settled at the start
  return std::ranges::any_of(session.operations_, [&](const std::string& operation) {
    MatchReport report;
    return takes(entry, session.call_, operation, report);
  });
}

void FileLedger::find_by_content(WriteSession& session, const Fields& call) {
  for (const PathUse& use : paths_.at(field_text(call, "path"))) {
    const Entry& entry = *use.entry;
    if (use.as_target || &entry == session.hold_.entry || book_->is_spent(entry) || !could_hold(entry, session)) continue;
    if (!match_write(entry, session, call).fits()) continue;
    if (!book_->is_taken(entry)) {
      if (fails(book_->next_reply(entry))) continue;
      release(session.hold_);
      session.hold_ = hold(entry);
      return;
    }
    const auto other = std::ranges::find_if(writes_, [&](const WriteSession* write) { return write->hold_.entry == &entry && could_hold(*session.hold_.entry, *write); });
    if (other == writes_.end()) continue;
    std::swap((*other)->hold_, session.hold_);
    return;
  }
}

std::vector<Finding> FileLedger::finish(WriteSession& session, std::string_view content, std::uint64_t seq) {
  Fields call = session.call_;
  call["content"] = std::string(content);
  EntryMatch match = match_write(*session.hold_.entry, session, call);
  if (!match.fits()) {
    find_by_content(session, call);
    match = match_write(*session.hold_.entry, session, call);
  }
  const Entry& entry = *session.hold_.entry;
  session.in_progress_ = false;
  std::erase(writes_, &session);
  --book_->states[entry.index].held;
  for (auto& [name, value] : match.report.bound) book_->known[name] = std::move(value);
  std::vector<Finding> out;
  const CallStory story{file_protocol(), call, *book_, match.fits() ? std::vector<const Entry*>() : spent_for(call)};
  if (!match.differing.empty()) out.push_back(mismatch_finding(story, entry, match));
  if (!match.unmentioned.empty()) out.push_back(unasserted_finding(story, entry, match));
  const auto& overtaken = session.hold_.overtaken;
  if (!overtaken.empty()) out.push_back(out_of_order_finding(call_title(file_protocol(), call), entry, overtaken, *book_));
  book_->use(entry, seq);
  if (!out.empty()) book_->states[entry.index].violated = true;
  return out;
}

}  // namespace bigfoot

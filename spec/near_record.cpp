// spec/near_record.cpp - Which entry a record of a log channel was probably meant for.
#include "spec/near_record.h"

#include <fmt/format.h>

#include <algorithm>

#include "spec/call_fields.h"
#include "spec/command_text.h"
#include "spec/entry_match.h"
#include "spec/log_text.h"

namespace bigfoot {
namespace {

constexpr unsigned kLevelCost = 1, kLoggerCost = 2, kOtherCost = 1, kChannelCost = 3, kSpentCost = 2;
constexpr std::size_t kShown = 60;

const FieldPattern* mentioned(const Entry& entry, std::string_view name) {
  const auto field = std::ranges::find(entry.asserted, name, &FieldPattern::name);
  return field == entry.asserted.end() || !field->pattern || field->pattern->is_any() ? nullptr : &*field;
}

bool fits(const FieldPattern& field, const Fields& record, const LedgerBook& book) {
  const Value* actual = field_of(record, field.name);
  return field.pattern->match(actual ? *actual : Value(), field.name, book.known, book.around, nullptr);
}

void add(RecordMiss& miss, unsigned cost, std::string why) {
  miss.cost += cost;
  miss.reason += (miss.reason.empty() ? "" : ", ") + std::move(why);
}

std::string differing(const FieldPattern& field, const Fields& record, const LedgerBook& book) {
  const std::string got = field_text(record, field.name);
  return fmt::format("{} differs: {} instead of {}", field.name, got.empty() ? "none" : shortened(got, kShown),
                     shortened(wanted_text(*field.pattern, book.known), kShown));
}

/// The text of a literal, or nullptr.
const std::string* literal_text(const FieldPattern* field) {
  const Value* literal = field ? field->pattern->literal() : nullptr;
  return literal ? literal->get_ptr<const std::string*>() : nullptr;
}

const std::string* text_in(const Fields& record, std::string_view name) {
  const Value* value = field_of(record, name);
  return value ? value->get_ptr<const std::string*>() : nullptr;
}

}  // namespace

bool is_out_of_question(const Entry& entry, const Fields& record, const LedgerBook& book) {
  const FieldPattern* message = mentioned(entry, "message");
  const std::string* got = text_in(record, "message");
  if (!message || !got) return false;
  const std::string* literal = literal_text(message);
  if (literal ? *literal == *got : fits(*message, record, book)) return false;
  const FieldPattern* logger = mentioned(entry, "logger");
  if (!logger) return true;  // the message alone could relate them
  const std::string *name = literal_text(logger), *who = text_in(record, "logger");
  if (name && who && *name != *who) return true;
  const std::string wanted = literal ? *literal : wanted_text(*message->pattern, book.known);
  const auto [shorter, longer] = std::minmax({wanted.size(), got->size()});
  if (longer - shorter >= kTextsFarApart) return true;
  const unsigned distance = text_distance(wanted, *got);
  return distance >= kTextsFarApart || distance * 3 > longer;
}

RecordMiss judge_record(const Entry& entry, const Fields& record, const LedgerBook& book) {
  RecordMiss miss;
  const FieldPattern* message = mentioned(entry, "message");
  const bool same_message = message && fits(*message, record, book);
  unsigned distance = 0;
  if (message && !same_message) {
    const std::string wanted = wanted_text(*message->pattern, book.known), got = field_text(record, "message");
    distance = text_distance(wanted, got);
    miss.too_far = distance * 3 > std::max(wanted.size(), got.size()) || distance >= kTextsFarApart;
    if (miss.too_far) return miss;
  }
  bool same_logger = false;
  for (const FieldPattern& field : entry.asserted) {
    if (!field.pattern || field.pattern->is_any() || &field == message) continue;
    const bool same = fits(field, record, book);
    if (field.name == "logger") same_logger = same && !field_text(record, "logger").empty();
    if (!same) add(miss, field.name == "level" ? kLevelCost : field.name == "logger" ? kLoggerCost : kOtherCost,
                   field.name == "fields" ? std::string("fields differ") : differing(field, record, book));
  }
  miss.related = same_message || (message && same_logger);
  if (message && !same_message) {
    const std::string wanted = wanted_text(*message->pattern, book.known);
    const bool literal = message->pattern->literal() != nullptr;
    add(miss, 1 + distance, literal ? fmt::format("message differs at \"{}\"", differing_part(wanted, field_text(record, "message"))) : differing(*message, record, book));
  }
  return miss;
}

NearMiss nearest_record(const ProtocolInfo& protocol, const Fields& record, const LedgerBook& book) {
  NearMiss best;
  unsigned cost = 0;
  for (const Entry& entry : book.entries) {
    if (entry.protocol != &protocol || !book.is_known(entry) || !mentioned(entry, "message")) continue;
    RecordMiss miss = judge_record(entry, record, book);
    if (miss.too_far) continue;
    MatchReport identity;
    if (!identity_fits(entry, record, book.known, book.around, identity))
      add(miss, kChannelCost, fmt::format("channel differs: {} instead of {}", field_text(record, "channel"), text_of(entry.identity.front().pattern->shown())));
    const bool only_spent = miss.reason.empty() && book.in_scope(entry);
    if (book.is_spent(entry)) add(miss, kSpentCost, why_spent(entry, book));
    if (miss.reason.empty() || (best.entry && miss.cost >= cost)) continue;
    cost = miss.cost;
    best = {&entry, std::move(miss.reason), only_spent};
  }
  return best;
}

void NearRecords::remember(const Entry& entry, const RecordMiss& miss, const Fields& record, std::uint64_t seq) {
  if (!miss.related) return;
  const auto known = near_.find(entry.index);
  if (known != near_.end() && known->second.cost <= miss.cost) return;
  near_[entry.index] = {miss.cost, fmt::format("nearest line, #{}: {}; {}", seq,
                                               record_text(field_text(record, "level"), field_text(record, "logger"), field_text(record, "message")), miss.reason)};
}

std::string NearRecords::note(const Entry& entry) const {
  const auto found = near_.find(entry.index);
  return found == near_.end() ? "" : found->second.note;
}

}  // namespace bigfoot

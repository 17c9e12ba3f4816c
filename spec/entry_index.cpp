// spec/entry_index.cpp - Which entries could take a call.
#include "spec/entry_index.h"

#include <algorithm>
#include <functional>

#include "spec/call_fields.h"

namespace bigfoot {
namespace {

/// Values that are the same have the same hash, whatever kind of number they are.
std::uint64_t value_hash(const Value* value) {
  if (!value || value->is_null()) return 0;
  if (value->is_string()) return std::hash<std::string_view>{}(value->get_ref<const std::string&>());
  if (value->is_number()) return std::hash<double>{}(value->get<double>());
  return std::hash<std::string>{}(json_text(*value));
}

std::uint64_t combined(std::uint64_t hash, std::uint64_t more) {
  return (hash ^ more) * 0x9E3779B97F4A7C15ull + (hash >> 29);  // Knuth, TAOCP 6.4: 2^64 divided by the golden ratio
}

std::uint64_t start_hash(const ProtocolInfo& protocol) { return reinterpret_cast<std::uintptr_t>(&protocol); }

/// The hash of an identity that is literal throughout.
std::optional<std::uint64_t> entry_hash(const Entry& entry) {
  std::uint64_t hash = start_hash(*entry.protocol);
  for (const FieldInfo& info : entry.protocol->call) {
    if (!info.identity) continue;
    const auto field = std::ranges::find(entry.identity, info.name, &FieldPattern::name);
    if (field == entry.identity.end() || !field->pattern || !field->pattern->literal()) return std::nullopt;
    hash = combined(hash, value_hash(field->pattern->literal()));
  }
  return hash;
}

}  // namespace

EntryIndex::EntryIndex(const Spec& spec) : home_(spec.entries.size()), dropped_(spec.entries.size()) {
  for (const Entry& entry : spec.entries) {
    const auto hash = entry_hash(entry);
    auto& [lists, key] = home_[entry.index];
    lists = hash ? &exact_ : &loose_;
    key = hash.value_or(start_hash(*entry.protocol));
    (*lists)[key].entries.push_back(static_cast<std::uint32_t>(entry.index));
  }
}

void EntryIndex::drop(const Entry& entry) {
  dropped_[entry.index] = true;
  const auto& [lists, key] = home_[entry.index];
  List& list = (*lists)[key];
  while (list.head < list.entries.size() && dropped_[list.entries[list.head]]) ++list.head;
}

std::uint64_t EntryIndex::call_hash(const ProtocolInfo& protocol, const Fields& call) {
  std::uint64_t hash = start_hash(protocol);
  for (const FieldInfo& info : protocol.call) {
    if (info.identity) hash = combined(hash, value_hash(field_of(call, info.name)));
  }
  return hash;
}

}  // namespace bigfoot

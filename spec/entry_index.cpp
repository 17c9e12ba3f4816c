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

std::uint64_t start_hash(const ProtocolInfo& protocol, std::uint32_t shape) {
  return combined(reinterpret_cast<std::uintptr_t>(&protocol), shape);
}

/// What the entry's identity has to be there, where that is a literal.
const Value* literal_of(const Entry& entry, std::string_view name) {
  const auto field = std::ranges::find(entry.identity, name, &FieldPattern::name);
  return field == entry.identity.end() || !field->pattern ? nullptr : field->pattern->literal();
}

}  // namespace

void EntryIndex::add(const Entry& entry) {
  const ProtocolInfo& protocol = *entry.protocol;
  Fields literals = Fields::object();
  Shape shape = 0;
  for (std::size_t i = 0; i < protocol.call.size(); ++i) {
    const Value* literal = protocol.call[i].identity ? literal_of(entry, protocol.call[i].name) : nullptr;
    if (!literal) continue;
    shape |= Shape{1} << i;
    literals[std::string(protocol.call[i].name)] = *literal;
  }
  std::vector<Shape>& shapes = shapes_[&protocol];
  if (std::ranges::find(shapes, shape) == shapes.end()) shapes.push_back(shape);
  const std::uint64_t home = home_[entry.index] = call_hash(protocol, shape, literals);
  lists_[home].entries.push_back(static_cast<std::uint32_t>(entry.index));
}

void EntryIndex::drop(const Entry& entry) {
  const auto home = home_.find(entry.index);
  if (home == home_.end()) return;
  dropped_.insert(entry.index);
  List& list = lists_[home->second];
  while (list.head < list.entries.size() && dropped_.erase(list.entries[list.head]) > 0) ++list.head;
  home_.erase(home);
}

std::uint64_t EntryIndex::call_hash(const ProtocolInfo& protocol, Shape shape, const Fields& call) {
  std::uint64_t hash = start_hash(protocol, shape);
  for (std::size_t i = 0; shape >> i != 0; ++i) {
    if (shape >> i & 1) hash = combined(hash, value_hash(field_of(call, protocol.call[i].name)));
  }
  return hash;
}

}  // namespace bigfoot

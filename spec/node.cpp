// spec/node.cpp - Looking into a parsed spec document.
#include "spec/node.h"

namespace bigfoot {

const Node* Node::find(std::string_view key) const {
  const Table* entries = table();
  if (!entries) return nullptr;
  for (const auto& [name, node] : *entries)
    if (name == key) return &node;
  return nullptr;
}

std::string_view kind_of(const Node& node) {
  constexpr std::string_view kNames[] = {"true or false", "a whole number", "a number with a fraction", "a string",
                                         "a date",        "an array",       "a table"};
  return kNames[node.value.index()];
}

}  // namespace bigfoot

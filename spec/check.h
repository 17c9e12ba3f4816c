// spec/check.h - Saying what is wrong at a node, and checking a table against its key table.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "spec/keys.h"
#include "spec/node.h"

namespace bigfoot {

/// An error at the value (`refuse`) or at its key (`refuse_key`).
void refuse(Diagnostics& problems, const Node& node, std::string what, std::string hint = "");
void refuse_key(Diagnostics& problems, const Node& node, std::string_view key, std::string what, std::string hint = "");
/// Valid, but this version or machine cannot honour it.
/// An error at the part of a string that starts at byte `offset`.
void refuse_part(Diagnostics& problems, const Node& node, std::size_t offset, std::string_view part, std::string what, std::string hint = "");
void not_here(Diagnostics& problems, const Node& node, std::string what, std::string hint = "");
void warn(Diagnostics& problems, const Node& node, std::string what, std::string hint = "");

/// Every key of `table` is known, has a value of the right kind, and one of the allowed texts. `where` is how messages
/// call the table: "[[expect]]". `elsewhere` may say where an unknown key belongs; it is asked before "did you mean".
using Elsewhere = std::string (*)(std::string_view key, std::string_view protocol);
void check_keys(const Node& table, Keys keys, std::string_view where, Diagnostics& problems, Elsewhere elsewhere = nullptr,
                std::string_view protocol = {});

/// Whether the node is of one of the kinds.
bool is_kind(const Node& node, unsigned kinds);
/// "a string or a table"
std::string kind_names(unsigned kinds);
/// Where byte `offset` of a string stands in the file; the string's own place where escapes or line breaks hide it.
Place place_in(const Node& node, std::size_t offset);
/// The key's value where it is there and of the right kind; check_keys has reported what is not.
const std::string* text_of(const Node& table, std::string_view key);
std::optional<bool> flag_of(const Node& table, std::string_view key);

/// "did you mean 'method'?", or `otherwise`.
std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates, std::string otherwise = "");
/// "http, dns and socket"
std::string listed(const std::vector<std::string_view>& words, std::string_view last = "and");

}  // namespace bigfoot

// spec/settings.h - [settings], [noise] and [guard] of one file, added to the spec.
#pragma once

#include <map>
#include <string>

#include "spec/node.h"
#include "spec/spec.h"

namespace bigfoot {

/// What single values were set by, so that two files that disagree are told, never silently ranked.
using SetBy = std::map<std::string, Place, std::less<>>;

void load_settings(const Node& table, Spec& spec, SetBy& set_by, Diagnostics& problems);
void load_noise(const Node& table, Spec& spec, SetBy& set_by, Diagnostics& problems);
void load_guard(const Node& table, Spec& spec, SetBy& set_by, Diagnostics& problems);

/// "http://localhost:*": one rule of allow or deny. Nothing where it could match nothing (reported).
std::optional<GuardRule> load_guard_rule(const Node& node, Diagnostics& problems);

/// `guard.tls`: one word for all hosts, or a word a host.
void load_guard_tls(const Node& node, Guard& guard, SetBy& set_by, Diagnostics& problems);
/// Entries whose calls stand inside TLS that nobody reads: errors. Once, when all files are loaded.
void check_calls_are_seen(const Spec& spec, Diagnostics& problems);

/// `guard.file`: the paths that are watched.
void load_guard_file(const Node& file, Guard& guard, Diagnostics& problems);
/// Entries and rules for paths that nobody watches: errors. Once, when all files are loaded.
void check_files_are_watched(const Spec& spec, Diagnostics& problems);

/// True where `key` may be set here: nobody has, or to the same text.
bool first_to_set(const Node& node, std::string_view key, std::string_view value, SetBy& set_by, Diagnostics& problems);

/// "strict", "per-target", "any"
Order order_named(std::string_view name);

}  // namespace bigfoot

// spec/entry_draft.h - An entry while it is being loaded, and what each kind of headline does with it.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "spec/node.h"
#include "spec/spec.h"

namespace bigfoot {

struct EntryDraft {
  const Node& table;
  const ProtocolInfo& protocol;
  const Node& headline;
  const Node* defaults;  ///< [defaults.PROTOCOL], or nullptr
  Diagnostics& problems;
  Entry entry{};
  std::map<std::string_view, FieldPattern> fields{};  ///< of ProtocolInfo::call, as far as they are mentioned
  std::vector<std::string_view> never_there{};        ///< fields that calls of this headline do not have

  /// What the entry says of `key`, else what the defaults say.
  const Node* field(std::string_view key) const;
  void set(std::string_view field, PatternPtr pattern, const Place& at);
  /// Sets a field from the entry's or the defaults' key of the same name, if there is one.
  void set_from(std::string_view key, PatternPtr (*compile)(const Node&, Diagnostics&));
};

/// Fills identity, endpoint and asserted fields from the headline and the keys beside it.
void load_headline(EntryDraft& draft);
/// `reply`, `replies`, `response`.
void load_replies(EntryDraft& draft);
/// `steps`.
void load_steps(EntryDraft& draft);

/// One file a protocol; load_headline() has the table.
void load_http(EntryDraft& draft);
void load_websocket(EntryDraft& draft);
/// What the entry says of the session beside its handshake's fields: subprotocols, deflate, and a reply that refuses it.
void read_websocket_terms(EntryDraft& draft);
void load_dns(EntryDraft& draft);
void load_socket(EntryDraft& draft);
void load_postgres(EntryDraft& draft);
void load_smtp(EntryDraft& draft);
void load_redis(EntryDraft& draft);
void load_exec(EntryDraft& draft);
void load_shell(EntryDraft& draft);
void load_which(EntryDraft& draft);
void load_file(EntryDraft& draft);
void load_log(EntryDraft& draft);
void load_named(EntryDraft& draft);  ///< mock and sqlite

/// The whole entry: its keys, headline, replies, steps, counts. `after` and any_order are the caller's.
/// Nothing where the table has no usable headline.
std::optional<Entry> load_entry(const Node& table, const Node* all_defaults, std::string_view where, Diagnostics& problems);

/// A string node that stands at a byte of another.
Node part_of(const Node& node, std::size_t offset, std::string text);

/// The path that a spec's `file = "..."` means: relative to the file that names it.
std::filesystem::path beside_spec(const Place& spec, const std::string& name);
/// A regular file's bytes.
std::optional<std::string> read_file(const std::filesystem::path& path);

}  // namespace bigfoot

// spec/keys.h - Every key of the spec format, a row each: the loader's checks, `explain`, the man page and the editor schema
// come from these tables. Source: spec-format.md.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace bigfoot {

/// What a key's value may be; or them together.
enum Kinds : unsigned {
  kBoolean = 1,
  kInteger = 2,
  kNumber = 4,  ///< with a fraction; a whole number is accepted where this is
  kText = 8,
  kDate = 16,
  kArray = 32,
  kTable = 64,
  kAnything = 127,
};

struct KeyInfo {
  std::string_view name;
  unsigned kinds = kText;
  std::string_view help;         ///< one line
  std::string_view values = {};  ///< "strict|per-target|any": the only texts that are allowed
};
using Keys = std::span<const KeyInfo>;

/// One table of the format: `name` as messages call it ("[settings]").
struct KeyTable {
  std::string_view name;
  Keys keys;
};

/// The fixed tables: the file itself, [settings], [noise], [guard], its file = {..}, [channels.X], [[test]].
const KeyTable& file_keys();
const KeyTable& settings_keys();
const KeyTable& noise_keys();
const KeyTable& guard_keys();
const KeyTable& guard_file_keys();
const KeyTable& channel_keys();
const KeyTable& test_keys();
std::span<const KeyTable* const> all_fixed_tables();

/// What an entry of a protocol may say. Headline first, then its own fields, then what every entry may say.
const std::vector<KeyInfo>& keys_of(std::string_view protocol);
/// What [defaults.PROTOCOL] may say.
const std::vector<KeyInfo>& default_keys_of(std::string_view protocol);
/// Keys of `reply = { ... }`; none where the protocol has no reply tables.
Keys reply_keys_of(std::string_view protocol);
/// The verbs of `steps`, one a step; none where the protocol has no sessions.
Keys verbs_of(std::string_view protocol);
/// What may stand beside a verb.
Keys step_keys_of(std::string_view protocol);

/// Small tables inside values: "sendmail", "message", "attachment", "mail", "login", "sql error", "response", "sse", "tls",
/// "client_cert", "notify", "recv".
Keys part_keys(std::string_view part);

}  // namespace bigfoot

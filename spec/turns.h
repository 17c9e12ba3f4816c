// spec/turns.h - The steps of protocols whose sessions are made of calls: one function a protocol reads them.
// Source: spec-format.md, rule 8 and sections 4.1, 4.3, 4.4.
#pragma once

#include <string_view>

#include "spec/entry_draft.h"

namespace bigfoot {

/// Fills identity, asserted, push and the fields of the reply from a step whose keys have been checked; verb, reply.delay,
/// required, place and shown text are there, and a `fault` is not asked for. What is wrong goes to the draft's problems.
using TurnReader = void (*)(EntryDraft& draft, std::string_view verb, const Node& content, const Node& step, Turn& turn);

/// The reader of a protocol; null where its sessions are no calls.
TurnReader turn_reader_of(std::string_view protocol);

}  // namespace bigfoot

// spec/turns_postgres.h - The steps of a postgres entry, and what the entry says of its session.
#pragma once

#include <string_view>

#include "spec/entry_draft.h"

namespace bigfoot {

/// A TurnReader.
void read_postgres_turn(EntryDraft& draft, std::string_view verb, const Node& content, const Node& step, Turn& turn);

/// `auth`, `password` and `tls` beside the headline.
void read_postgres_terms(EntryDraft& draft);

/// What a wrong password is compared with: a text, or { hidden_by } of a login that proves it without showing it.
PatternPtr login_password_pattern(std::string_view password);

}  // namespace bigfoot

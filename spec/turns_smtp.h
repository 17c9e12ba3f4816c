// spec/turns_smtp.h - The steps of an SMTP session: ehlo, starttls, login, sendmail, quit. Source: spec-format.md, 4.3.
#pragma once

#include <string_view>

#include "spec/entry_draft.h"

namespace bigfoot {

/// A TurnReader.
void read_smtp_turn(EntryDraft& draft, std::string_view verb, const Node& content, const Node& step, Turn& turn);

}  // namespace bigfoot

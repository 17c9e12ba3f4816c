// spec/suggest.h - TOML to paste: whole entries for calls that none fits, lines for fields that differ or are missing.
// Everything that is written matches the very call it came from. Source: spec-format.md, section 5.
#pragma once

#include <string>
#include <string_view>

#include "spec/spec.h"

namespace bigfoot {

/// `GET http://api.example.com/v1/balance?page=2`, `MX example.com`: a call as headlines name it.
std::string call_headline(const ProtocolInfo& protocol, const Fields& call);
/// An entry to paste as one of a test: `[[expect]]` and the tables in it become those of `[[test.expect]]`. `test`: the name of a
/// [[test]] that the spec does not have yet, and which stands above it then; else "".
std::string suggest_in_test(std::string_view entry, std::string_view test);

/// A field of a call in the spec's language: a body by its content type, headers without noise.
Value spoken_field(std::string_view field, const Fields& call, const Surroundings& around);

/// `name = value` on one line; long JSON as text of several lines.
std::string field_line(std::string_view name, const Value& spoken);

/// A whole [[expect]] for `call`.
std::string suggest_entry(const ProtocolInfo& protocol, const Fields& call, const Surroundings& around);

/// What a pattern says, its bytes that are no text in hex or base64: TOML has no others.
Value pasteable(Value said);

/// A call of a session as a step: `{ query = "SELECT 1", params = [ ] }`. Its reply is the user's to write.
std::string suggest_step(const ProtocolInfo& protocol, const Call& call);

/// A whole [[expect]] for a session, of which these are the steps, a line each.
std::string suggest_session(const ProtocolInfo& protocol, const Fields& opening, const std::string& steps, const Surroundings& around);

/// A whole [[expect]] for a raw connection whose first bytes these are; none: the server speaks first.
std::string suggest_socket(const Destination& to, std::string_view first_bytes);

/// Bytes of a `send` step as a spec says them: text where it is text, else { hex = ... }.
Value spoken_bytes(std::string_view bytes);

/// The URL of `headline` with another query.
std::string headline_with_query(std::string_view headline, std::string_view query);

}  // namespace bigfoot

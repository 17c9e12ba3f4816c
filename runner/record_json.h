// runner/record_json.h - The records of a run as JSON text. Source: outputs.md, "The timeline".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "runner/record.h"

namespace bigfoot {

/// Each appends one object's members without the opening brace, closing brace included, so that a spool can put
/// `{"type":"interaction",` in front and a document only `{`.
void append_members(std::string& out, const Interaction& interaction, std::size_t body_limit);
/// The two halves of an interaction's members: numbers, times, process and connection, without a brace or comma at the
/// end; then all that equal calls have in common.
void append_numbers(std::string& out, const Interaction& interaction);
void append_repeatable(std::string& out, const Interaction& interaction, std::size_t body_limit);
void append_members(std::string& out, const Violation& violation);
void append_members(std::string& out, const ProcessRecord& process);
void append_members(std::string& out, const TestRecord& test);
void append_members(std::string& out, const RunInfo& run);
void append_members(std::string& out, const RunOutcome& outcome);

/// How each line of a spool or a .jsonl timeline begins; the members of the record follow.
inline constexpr std::string_view kRunRecord = R"({"type":"run","schema":"bigfoot-timeline/1",)";
inline constexpr std::string_view kProcessRecord = R"({"type":"process",)";
inline constexpr std::string_view kTestRecord = R"({"type":"test",)";
inline constexpr std::string_view kInteractionRecord = R"({"type":"interaction",)";
inline constexpr std::string_view kViolationRecord = R"({"type":"violation",)";
inline constexpr std::string_view kOutcomeRecord = R"({"type":"outcome",)";

/// A violation as it is after a way through a file: three decimals, no bytes that are not UTF-8. What is kept in
/// memory goes through here too, so that a report made from the file is the same text.
Violation as_stored(Violation violation);

/// The name of a kind in `outcome.counts`: "out_of_order".
std::string count_name(ViolationKind kind);

}  // namespace bigfoot

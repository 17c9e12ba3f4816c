// runner/record_json.cpp - See record_json.h.
#include "runner/record_json.h"

#include <algorithm>
#include <string_view>

#include "protocols/body.h"
#include "runner/json_text.h"

namespace bigfoot {
namespace {

/// Writes the members of one object: the first without a comma.
class Members {
 public:
  explicit Members(std::string& out) : out_(out) {}
  std::string& key(std::string_view name) {
    out_ += first_ ? "\"" : ",\"";
    first_ = false;
    out_ += name;
    out_ += "\":";
    return out_;
  }
  void text(std::string_view name, std::string_view value) { append_json_string(key(name), value); }
  void text_or_null(std::string_view name, std::string_view value) {
    if (value.empty()) {
      key(name) += "null";
    } else {
      text(name, value);
    }
  }
  void number(std::string_view name, std::int64_t value) { append_json_number(key(name), value); }
  void number(std::string_view name, std::uint64_t value) { append_json_number(key(name), value); }
  void number(std::string_view name, int value) { append_json_number(key(name), std::int64_t{value}); }
  template <class T>
  void number(std::string_view name, const std::optional<T>& value) {
    if (value) {
      number(name, *value);
    } else {
      key(name) += "null";
    }
  }
  void ms(std::string_view name, double value) { append_json_ms(key(name), value); }
  void texts(std::string_view name, const std::vector<std::string>& values) {
    key(name) += '[';
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) out_ += ',';
      append_json_string(out_, values[i]);
    }
    out_ += ']';
  }
  void ref(std::string_view name, const std::optional<ExpectationRef>& ref) {
    key(name);
    if (!ref) {
      out_ += "null";
      return;
    }
    out_ += '{';
    Members members(out_);
    members.text_or_null("id", ref->id);
    members.text("file", ref->file);
    members.number("line", std::uint64_t{ref->line});
    members.end();
  }
  void end() { out_ += '}'; }

 private:
  std::string& out_;
  bool first_ = true;
};

bool is_content_type(std::string_view name) {
  constexpr std::string_view kName = "content-type";
  return std::equal(name.begin(), name.end(), kName.begin(), kName.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
}

/// Of the headers as pairs or as an object; "" where none says it.
std::string_view content_type(const Fields& fields) {
  const auto headers = fields.find("headers");
  if (headers == fields.end()) return {};
  if (headers->is_object()) {
    for (const auto& [name, value] : headers->get_ref<const Value::object_t&>()) {
      if (is_content_type(name) && value.is_string()) return value.get_ref<const std::string&>();
    }
  }
  if (headers->is_array()) {
    for (const Value& pair : *headers) {
      if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_string()) continue;
      if (is_content_type(pair[0].get_ref<const std::string&>())) return pair[1].get_ref<const std::string&>();
    }
  }
  return {};
}

bool is_bytes(std::string_view field) {
  constexpr std::string_view kNames[] = {"body", "data", "stdin", "stdout", "stderr", "content"};  // of messages, sockets, commands and files
  return std::ranges::find(kNames, field) != std::end(kNames);
}

/// Request or response: every field as it is, bytes in a form for people.
void append_fields(std::string& out, const Fields& fields, std::size_t body_limit) {
  if (!fields.is_object()) {
    if (fields.is_null()) {
      out += "{}";
    } else {
      append_json(out, fields);
    }
    return;
  }
  out += '{';
  bool first = true;
  for (const auto& [name, value] : fields.get_ref<const Value::object_t&>()) {
    if (!first) out += ',';
    first = false;
    append_json_string(out, name);
    out += ':';
    if (value.is_string() && is_bytes(name)) {
      const auto& bytes = value.get_ref<const std::string&>();
      if (bytes.empty()) {
        out += R"({"text":""})";
      } else {
        append_json(out, body_view(bytes, name == "body" ? content_type(fields) : "text/plain", body_limit));
      }
    } else {
      append_json(out, value);
    }
  }
  out += '}';
}

void append_difference(std::string& out, const Difference& difference) {
  out += '{';
  Members members(out);
  members.text("path", difference.path);
  if (difference.expected) append_json(members.key("expected"), *difference.expected);
  if (difference.actual) append_json(members.key("actual"), *difference.actual);
  if (!difference.note.empty()) members.text("note", difference.note);
  members.end();
}

void make_readable(std::optional<ExpectationRef>& ref) {
  if (!ref) return;
  ref->id = readable(std::move(ref->id));
  ref->file = readable(std::move(ref->file));
}

}  // namespace

void append_members(std::string& out, const Interaction& interaction, std::size_t body_limit) {
  append_numbers(out, interaction);
  out += ',';
  append_repeatable(out, interaction, body_limit);
}

void append_numbers(std::string& out, const Interaction& interaction) {
  Members members(out);
  members.number("seq", interaction.seq);
  members.ms("t_ms", interaction.t_ms);
  members.ms("duration_ms", interaction.duration_ms);
  members.number("pid", interaction.pid);
  members.number("connection", interaction.connection == 0 ? std::nullopt : std::optional(interaction.connection));
}

void append_repeatable(std::string& out, const Interaction& interaction, std::size_t body_limit) {
  Members members(out);
  members.text("protocol", interaction.protocol);
  members.text("op", interaction.op);
  members.text("target", interaction.target);
  members.text_or_null("test", interaction.test);
  members.text("state", interaction.state);
  members.ref("expectation", interaction.expectation);
  append_fields(members.key("request"), interaction.request, body_limit);
  append_fields(members.key("response"), interaction.response, body_limit);
  members.end();
}

void append_members(std::string& out, const Violation& violation) {
  Members members(out);
  members.text("kind", to_text(violation.kind));
  members.number("interaction", violation.interaction);
  members.ref("expectation", violation.expectation);
  members.number("pid", violation.pid == 0 ? std::nullopt : std::optional(violation.pid));
  if (!violation.test.empty()) members.text("test", violation.test);
  members.ms("t_ms", violation.t_ms);
  members.text("message", violation.message);
  if (!violation.headline.empty()) members.text("headline", violation.headline);
  if (!violation.answered.empty()) members.text("answered", violation.answered);
  members.key("fields") += '[';
  for (std::size_t i = 0; i < violation.fields.size(); ++i) {
    if (i > 0) out += ',';
    append_difference(out, violation.fields[i]);
  }
  out += ']';
  members.number("fields_equal", std::uint64_t{violation.fields_equal});
  if (violation.nearest) members.ref("nearest", violation.nearest);
  if (!violation.nearest_text.empty()) members.text("nearest_text", violation.nearest_text);
  if (!violation.notes.empty()) members.texts("notes", violation.notes);
  if (!violation.suggestion_verb.empty()) members.text("suggestion_verb", violation.suggestion_verb);
  if (!violation.suggestion.empty()) members.text("suggestion", violation.suggestion);
  if (violation.likely_consequence) members.key("likely_consequence") += "true";
  members.end();
}

void append_members(std::string& out, const ProcessRecord& process) {
  Members members(out);
  members.number("pid", process.pid);
  members.number("host_pid", process.host_pid);
  members.number("ppid", process.ppid);
  members.texts("argv", process.argv);
  members.text("exe", process.exe);
  members.ms("started_ms", process.started_ms);
  if (process.ended_ms) {
    members.ms("ended_ms", *process.ended_ms);
  } else {
    members.key("ended_ms") += "null";
  }
  members.number("exit_code", process.exit_code);
  members.number("signal", process.signal);
  members.end();
}

void append_members(std::string& out, const TestRecord& test) {
  Members members(out);
  members.text("name", test.name);
  members.number("pid", test.pid);
  members.ms("started_ms", test.started_ms);
  members.ms("ended_ms", test.ended_ms);
  members.text("state", test.is_skipped ? "skipped" : "ended");
  members.end();
}

void append_members(std::string& out, const RunInfo& run) {
  Members members(out);
  members.texts("command", run.command);
  members.text("cwd", run.cwd);
  members.texts("specs", run.specs);
  members.text("started_at", run.started_at);
  members.ms("duration_ms", run.duration_ms);
  members.text("version", run.version);
  members.text("kernel", run.kernel);
  members.text("arch", run.arch);
  members.number("seed", run.seed);
  members.end();
}

std::string count_name(ViolationKind kind) {
  std::string name(to_text(kind));
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

void append_members(std::string& out, const RunOutcome& outcome) {
  Members members(out);
  members.text("verdict", outcome.pass ? "pass" : "fail");
  members.number("exit_status", outcome.exit_status);
  members.key("child") += '{';
  Members child(out);
  child.number("exit_code", outcome.child_exit_code);
  child.number("signal", outcome.child_signal);
  child.end();
  if (!outcome.ended_by.empty()) members.text("ended_by", outcome.ended_by);
  members.key("expectations") += '{';
  Members expectations(out);
  expectations.number("met", std::uint64_t{outcome.expectations_met});
  expectations.number("of", std::uint64_t{outcome.expectations});
  expectations.end();
  members.key("counts") += '{';
  Members counts(out);
  counts.number("interactions", outcome.interactions);
  counts.number("asserted", outcome.asserted);
  counts.number("ambient", outcome.ambient);
  counts.number("allowed", outcome.allowed);
  for (std::size_t kind = 0; kind < outcome.violations.size(); ++kind) {
    counts.number(count_name(static_cast<ViolationKind>(kind)), outcome.violations[kind]);
  }
  counts.end();
  members.end();
}

Violation as_stored(Violation violation) {
  violation.t_ms = rounded_ms(violation.t_ms);
  for (std::string* text : {&violation.test, &violation.message, &violation.headline, &violation.answered, &violation.nearest_text,
                            &violation.suggestion_verb, &violation.suggestion}) {
    *text = readable(std::move(*text));
  }
  for (std::string& note : violation.notes) note = readable(std::move(note));
  for (Difference& difference : violation.fields) {
    difference.path = readable(std::move(difference.path));
    difference.note = readable(std::move(difference.note));
    if (difference.expected) difference.expected = readable(std::move(*difference.expected));
    if (difference.actual) difference.actual = readable(std::move(*difference.actual));
  }
  make_readable(violation.expectation);
  make_readable(violation.nearest);
  if (violation.pid < 0) violation.pid = 0;
  return violation;
}

}  // namespace bigfoot

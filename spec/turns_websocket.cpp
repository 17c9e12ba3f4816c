// spec/turns_websocket.cpp - Steps of a websocket session: messages, pings, closes. Source: spec-format.md, section 4.4; RFC 6455.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "protocols/body.h"
#include "protocols/websocket/frame.h"
#include "spec/check.h"
#include "spec/pattern_parts.h"
#include "spec/protocol_keys.h"
#include "spec/reply_template.h"
#include "spec/turns_websocket.h"

namespace bigfoot {
namespace {

/// What the notation of a message says of its kind. Others (`*`, a file, a digest, a part of it) leave it open.
enum class Kind { open, text, binary };
constexpr std::array<std::string_view, 2> kBinary = {"hex", "base64"};
constexpr std::array<std::string_view, 8> kText = {"text", "json", "json_subset", "jsonpath", "form", "graphql", "xml", "xpath"};

Kind kind_of_message(const Node& content, const Node& step, Diagnostics& problems) {
  if (const Node* said = step.find("binary")) {
    if (const auto flag = flag_of(step, "binary")) return *flag ? Kind::binary : Kind::text;
    if (said->text() && *said->text() != "*") refuse(problems, *said, "'binary' is true, false, or \"*\" for either");
    return Kind::open;
  }
  if (content.text()) return *content.text() == "*" ? Kind::open : Kind::text;
  if (!content.table() || content.table()->empty()) return Kind::open;
  const std::string_view name = content.table()->front().first;
  if (std::ranges::find(kBinary, name) != kBinary.end()) return Kind::binary;
  return std::ranges::find(kText, name) != kText.end() ? Kind::text : Kind::open;
}

/// `binary` of a call: there, and true, or not there.
class BinaryPattern final : public Pattern {
 public:
  explicit BinaryPattern(bool wanted) : wanted_(wanted) {}
  bool match(const Value& actual, std::string_view path, const Captures&, const Surroundings&, MatchReport* report) const override {
    const bool binary = actual == true;
    return binary == wanted_ ? agrees(report) : differs(report, path, Value(wanted_), Value(binary));
  }
  Value shown() const override { return wanted_; }
  Value accepting(const Value& actual, const Captures&, const Surroundings&) const override { return actual == true; }

 private:
  bool wanted_;
};

/// close = true: no word of a code. Libraries send 1000 or none then, and some programs just end.
class PlainClosePattern final : public Pattern {
 public:
  bool match(const Value& actual, std::string_view path, const Captures&, const Surroundings&, MatchReport* report) const override {
    constexpr std::array<CloseCode, 3> kPlain = {CloseCode::normal, CloseCode::none, CloseCode::abnormal};
    const bool plain = std::ranges::any_of(kPlain, [&](CloseCode code) { return actual == static_cast<unsigned>(code); });
    return plain ? agrees(report) : differs(report, path, Value("1000, or no code"), actual);
  }
  Value shown() const override { return true; }
};

void expect_field(Turn& turn, std::string name, PatternPtr pattern, const Place& at) {
  turn.asserted.push_back({std::move(name), std::move(pattern), at});
}

void read_send(EntryDraft& draft, const Node& content, const Node& step, Turn& turn) {
  expect_field(turn, "send", compile_body_pattern(content, draft.problems), content.at);
  const Kind kind = kind_of_message(content, step, draft.problems);
  if (kind != Kind::open) expect_field(turn, "binary", std::make_shared<BinaryPattern>(kind == Kind::binary), content.at);
}

/// A code of 1000 to 4999; for what is sent, one that may stand in a frame.
bool check_code(EntryDraft& draft, const Node& code, bool sent) {
  const std::int64_t number = *code.integer();
  if (number < 1000 || number > 4999) {
    refuse(draft.problems, code, fmt::format("{} is no close code", number), sent ? "1000 to 4999 (RFC 6455, 7.4)" : "1000 to 4999 (RFC 6455, 7.4), true or \"*\"");
    return false;
  }
  if (!sent || (number != 1004 && number != 1006 && number != 1015)) return true;
  refuse(draft.problems, code, fmt::format("{} stands in no close frame", number),
         number == 1006 ? "1006 means that there was none: { fault = \"close\" } ends the connection like that" : "RFC 6455, 7.4.1");
  return false;
}

void read_close(EntryDraft& draft, const Node& content, const Node& step, Turn& turn) {
  if (content.integer()) {
    if (check_code(draft, content, false)) expect_field(turn, "close", compile_pattern(content, draft.problems), content.at);
  } else if (const bool* flag = std::get_if<bool>(&content.value)) {
    if (!*flag) refuse(draft.problems, content, "close = false says nothing", "close = true, or leave the step out");
    expect_field(turn, "close", std::make_shared<PlainClosePattern>(), content.at);
  } else if (content.text() && *content.text() == "*") {
    expect_field(turn, "close", any_pattern(), content.at);
  } else {
    refuse(draft.problems, content, fmt::format("'close' is a code, true or \"*\", not {}", kind_of(content)),
           "1000; true for 1000, no code, or an end without a close frame; \"*\" for any");
  }
  if (const Node* reason = step.find("reason")) expect_field(turn, "reason", compile_pattern(*reason, draft.problems), reason->at);
}

using Texts = std::vector<std::pair<std::string, TemplatePtr>>;

void say(Turn& turn, Value constants, Texts texts) {
  Node nothing;
  nothing.at = turn.at;
  Diagnostics none;
  turn.reply.fields = with_texts(with_constants(compile_template(nothing, none), std::move(constants)), std::move(texts));
}

/// recv = { close = 1001, reason = "going away" }, recv = { ping = "" }: what is no message.
void read_control(EntryDraft& draft, const Node& content, Turn& turn) {
  check_keys(content, part_keys("recv"), "recv", draft.problems);
  Value constants = Value::object();
  Texts texts;
  const Node* close = content.find("close");
  for (const auto& [name, node] : *content.table()) {
    if (name == "close") {
      if (node.integer() && check_code(draft, node, true)) constants["close"] = *node.integer();
      continue;
    }
    if (!node.text()) continue;  // check_keys has reported it
    if (name == "reason" && !close) refuse_key(draft.problems, node, "reason", "'reason' belongs to a close", "recv = { close = 1001, reason = \"…\" }");
    if (name != "reason" && content.table()->size() > 1) refuse_key(draft.problems, node, name, fmt::format("'{}' stands alone", name), "one frame a step");
    const std::size_t most = name == "reason" ? kMaxReason : kMaxControl;
    if (node.text()->size() > most) refuse(draft.problems, node, fmt::format("{} of more than {} bytes", name == "reason" ? "a reason" : "a " + name, most), "RFC 6455, 5.5");
    texts.emplace_back(name, compile_template(node, draft.problems));
  }
  say(turn, std::move(constants), std::move(texts));
}

bool is_control_table(const Node& content) {
  return content.table() && std::ranges::any_of(*content.table(), [](const auto& member) {
           return std::ranges::find(part_keys("recv"), std::string_view(member.first), &KeyInfo::name) != part_keys("recv").end();
         });
}

/// Whether the server has closed before this step.
bool comes_after_close(const EntryDraft& draft, const Node& step) {
  for (const Node& earlier : *draft.table.find("steps")->array()) {
    if (&earlier == &step) return false;
    const Node* said = earlier.find("recv");
    if (said && said->find("close") && flag_of(earlier, "required").value_or(true)) return true;
  }
  return false;
}

void read_recv(EntryDraft& draft, const Node& content, const Node& step, Turn& turn) {
  turn.push = true;
  if (comes_after_close(draft, step)) return refuse(draft.problems, content, "this comes after the server's close", "nothing follows a close frame (RFC 6455, 5.5.1)");
  if (is_control_table(content)) {
    if (const Node* binary = step.find("binary")) refuse_key(draft.problems, *binary, "binary", "'binary' belongs to a message");
    return read_control(draft, content, turn);
  }
  const TemplatePtr message = compile_bytes_template(content, draft.problems);
  if (!message) return;
  Kind kind = kind_of_message(content, step, draft.problems);
  const Value* constant = message->constant();
  const bool is_file = content.find("file") != nullptr;
  // A file is sent as what it is.
  if (kind == Kind::open && is_file && constant && !is_utf8(constant->get_ref<const std::string&>())) kind = Kind::binary;
  if (kind != Kind::binary && constant && constant->is_string() && !is_utf8(constant->get_ref<const std::string&>()))
    refuse(draft.problems, content, "a text message is UTF-8, and this is not", "leave 'binary' out, or say binary = true");
  say(turn, kind == Kind::binary ? Value::object({{"binary", true}}) : Value::object(), Texts{{"recv", message}});
}

}  // namespace

void read_websocket_turn(EntryDraft& draft, std::string_view verb, const Node& content, const Node& step, Turn& turn) {
  if (const Node* reason = step.find("reason"); reason && verb != "close")
    refuse_key(draft.problems, *reason, "reason", "'reason' stands beside 'close'", "of the server's close: { recv = { close = 1001, reason = \"…\" } }");
  if (const Node* binary = step.find("binary"); binary && verb != "send" && verb != "recv")
    refuse_key(draft.problems, *binary, "binary", "'binary' stands beside 'send' or 'recv'");
  if (verb == "send") return read_send(draft, content, step, turn);
  if (verb == "recv") return read_recv(draft, content, step, turn);
  if (verb == "close") return read_close(draft, content, step, turn);
  expect_field(turn, std::string(verb), compile_body_pattern(content, draft.problems), content.at);  // ping, pong
}

}  // namespace bigfoot

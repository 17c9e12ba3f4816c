// spec/steps.cpp - The turns of a session: one verb a step. Source: spec-format.md, rule 8 and section 4.
#include <algorithm>

#include <fmt/format.h>

#include "spec/check.h"
#include "spec/command_text.h"
#include "spec/entry_draft.h"
#include "spec/protocol_keys.h"
#include "spec/replies.h"
#include "spec/scalars.h"
#include "spec/sql_steps.h"
#include "spec/turns.h"

namespace bigfoot {
namespace {

constexpr std::size_t kShownLength = 60;  // of a step in a report line

std::string shown(std::string_view verb, const Node& content) {
  std::string text;
  if (content.text()) text = fmt::format(" {}", Value(*content.text()).dump(-1, ' ', false, Value::error_handler_t::replace));
  else if (content.integer()) text = fmt::format(" {}", *content.integer());
  else if (content.is_table() && !content.table()->empty()) {
    const auto& [name, node] = content.table()->front();
    text = fmt::format(" {{ {} = {} }}", name, node.text() ? Value(*node.text()).dump(-1, ' ', false, Value::error_handler_t::replace) : "…");
  }
  if (text.size() > kShownLength) {
    std::size_t cut = kShownLength;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
    text = text.substr(0, cut) + "…";
  }
  return std::string(verb) + text;
}

/// The one key of the step that is a verb of the protocol.
const std::pair<std::string, Node>* verb_of(EntryDraft& draft, const Node& step) {
  const Keys verbs = verbs_of(draft.protocol.name);
  const std::pair<std::string, Node>* verb = nullptr;
  for (const auto& member : *step.table()) {
    if (std::ranges::find(verbs, std::string_view(member.first), &KeyInfo::name) == verbs.end()) continue;
    if (verb) {
      refuse_key(draft.problems, member.second, member.first, fmt::format("a step with two verbs: '{}' and '{}'", verb->first, member.first),
                 "one verb a step: write two steps");
      return nullptr;
    }
    verb = &member;
  }
  if (verb) return verb;
  const Keys beside = step_keys_of(draft.protocol.name);
  for (const auto& member : *step.table())  // an unknown key is likely the verb, misspelt: it has been told
    if (std::ranges::find(beside, std::string_view(member.first), &KeyInfo::name) == beside.end()) return nullptr;
  std::vector<std::string_view> names;
  for (const KeyInfo& key : verbs) names.push_back(key.name);
  refuse(draft.problems, step, "a step without a verb", fmt::format("it has one of: {}", fmt::join(names, ", ")));
  return nullptr;
}

/// commit = true and the like: false says nothing.
void check_true(EntryDraft& draft, std::string_view verb, const Node& node) {
  const bool* flag = std::get_if<bool>(&node.value);
  if (flag && !*flag) refuse(draft.problems, node, fmt::format("{} = false says nothing", verb), fmt::format("{} = true, or leave the step out", verb));
}

void check_close(EntryDraft& draft, const Node& node) {
  if (node.integer()) {
    refuse(draft.problems, node, "a close without a code here", "close = true");
    return;
  }
  if (std::get_if<bool>(&node.value)) return check_true(draft, "close", node);
  if (!node.text() || *node.text() != "*") refuse(draft.problems, node, fmt::format("'close' is true or \"*\", not {}", kind_of(node)));
}

void load_socket_step(EntryDraft& draft, std::string_view verb, const Node& content, Step& step) {
  if (verb == "send") {
    step.verb = Verb::send;
    step.content = compile_body_pattern(content, draft.problems);
  } else if (verb == "recv") {
    step.verb = Verb::recv;
    step.data = compile_bytes_template(content, draft.problems);
  } else if (verb == "close") {
    step.verb = Verb::close;
    check_close(draft, content);
  } else {
    step.verb = Verb::fault;
    if (const std::string* fault = content.text()) step.fault = fault_named(*fault);
  }
}

/// A step of a child, which the entry's own protocol tells from a socket's: what it prints, reads and ends with.
void load_command_step(EntryDraft& draft, std::string_view verb, const Node& content, Step& step) {
  if (verb == "stdin") {
    step.verb = Verb::send;
    step.content = compile_body_pattern(content, draft.problems);
  } else if (verb == "stdout" || verb == "stderr") {
    step.verb = Verb::recv;
    step.fd = verb == "stdout" ? 1 : 2;
    step.data = compile_bytes_template(content, draft.problems);
  } else {
    step.verb = Verb::close;
    if (verb == "exit") step.status = read_exit(content, draft.problems).value_or(0);
    else step.signal = read_signal(content, draft.problems).value_or(0);
  }
}

/// What follows the end of a child is never played.
void check_command_steps(EntryDraft& draft, const Node& steps) {
  const Node* end = nullptr;
  for (const Node& step : *steps.array()) {
    if (!step.is_table()) continue;
    if (end) {
      refuse(draft.problems, step, "this step comes after the child's end", fmt::format("it ends at line {}", end->at.line));
      return;
    }
    const Node* status = step.find("exit");
    end = status ? status : step.find("signal");
    if (end && !flag_of(step, "required").value_or(true)) end = nullptr;
  }
}

/// Steps of protocols that are not built yet: all is checked, and patterns are kept for the check of hole names.
void load_other_step(EntryDraft& draft, std::string_view verb, const Node& content, const Node& node, Step& step) {
  if (std::get_if<bool>(&content.value)) return check_true(draft, verb, content);
  if (verb == "close") return check_close(draft, content);
  step.verb = verb == "recv" ? Verb::recv : Verb::send;
  if (verb == "recv") step.data = compile_bytes_template(content, draft.problems);
  else if (verb == "send") step.content = compile_body_pattern(content, draft.problems);
  else if (verb == "query") step.content = compile_pattern(content, draft.problems);
  check_sql_step(node, draft.protocol.name, draft.problems);
  if (const Node* params = node.find("params"); params && params->is_array())
    draft.entry.response.push_back({"params", compile_pattern(*params, draft.problems), params->at});
}

/// A step of a protocol whose sessions are made of calls.
void load_turn(EntryDraft& draft, TurnReader read, const std::pair<std::string, Node>& verb, const Node& node, Step&& step) {
  Turn turn;
  turn.verb = verb.first;
  turn.at = turn.reply.at = step.at;
  turn.shown = std::move(step.shown);
  turn.required = step.required;
  turn.reply.delay = step.delay;
  if (verb.first == "fault") {
    turn.push = true;
    turn.reply.fault = fault_named(*verb.second.text());
  } else {
    read(draft, verb.first, verb.second, node, turn);
  }
  draft.entry.turns.push_back(std::move(turn));
}

void load_step(EntryDraft& draft, const Node& node) {
  if (!node.is_table()) {
    refuse(draft.problems, node, fmt::format("a step is a table, not {}", kind_of(node)), "{ send = \"…\" }");
    return;
  }
  const Keys verbs = verbs_of(draft.protocol.name);
  const Keys beside = step_keys_of(draft.protocol.name);
  std::vector<KeyInfo> keys(verbs.begin(), verbs.end());
  keys.insert(keys.end(), beside.begin(), beside.end());
  check_keys(node, keys, "a step", draft.problems);
  const auto* verb = verb_of(draft, node);
  if (!verb) return;
  Step step;
  step.at = node.at;
  step.shown = shown(verb->first, verb->second);
  step.required = flag_of(node, "required").value_or(true);
  if (const Node* delay = node.find("delay")) step.delay = read_duration(*delay, "delay", draft.problems).value_or(step.delay);
  const KeyInfo& info = *std::ranges::find(verbs, std::string_view(verb->first), &KeyInfo::name);
  if (!is_kind(verb->second, info.kinds)) return;  // reported by check_keys
  if (const TurnReader read = turn_reader_of(draft.protocol.name)) {
    load_turn(draft, read, *verb, node, std::move(step));
    return;
  }
  if (draft.protocol.name == "socket") load_socket_step(draft, verb->first, verb->second, step);
  else if (is_command(draft.protocol)) load_command_step(draft, verb->first, verb->second, step);
  else load_other_step(draft, verb->first, verb->second, node, step);
  draft.entry.steps.push_back(std::move(step));
}

/// A socket's reply is what the connection gets instead of steps: a fault is one step, an errno fails the connect.
void steps_from_reply(EntryDraft& draft) {
  if (draft.protocol.name != "socket" || draft.entry.replies.empty()) return;
  const Reply& reply = draft.entry.replies.front();
  if (draft.table.find("steps")) {
    refuse_key(draft.problems, *draft.table.find("steps"), "steps", "'steps' and 'reply' stand in one entry of a socket",
               "reply = { errno = … } fails the connect and reply = { fault = … } ends it at once: keep one");
    return;
  }
  if (reply.fault == Fault::none) return;
  Step step;
  step.verb = Verb::fault;
  step.fault = reply.fault;
  step.delay = reply.delay;
  step.at = reply.at;
  step.shown = "fault";
  draft.entry.steps.push_back(std::move(step));
  draft.entry.replies.clear();
}

/// A child either says a reply or plays its steps; a reply of [defaults.exec] is for those that do neither.
void reply_or_steps(EntryDraft& draft, const Node& steps) {
  for (const std::string_view key : {"reply", "replies"})
    if (const Node* own = draft.table.find(key))
      refuse_key(draft.problems, *own, key, fmt::format("'{}' and 'steps' stand in one entry", key), "steps say all that the child does: { stdout = … }, { exit = 0 }");
  draft.entry.replies.clear();
  if (steps.array()) check_command_steps(draft, steps);
}

}  // namespace

void load_steps(EntryDraft& draft) {
  steps_from_reply(draft);
  const Node* steps = draft.table.find("steps");
  if (!steps || !steps->array()) return;
  if (is_command(draft.protocol)) reply_or_steps(draft, *steps);
  if (steps->array()->empty()) refuse(draft.problems, *steps, "a session without steps asserts nothing", "leave 'steps' out, or name its turns");
  for (const Node& step : *steps->array()) load_step(draft, step);
}

}  // namespace bigfoot

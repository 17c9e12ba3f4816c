// spec/turns_smtp.cpp - See turns_smtp.h; and the entries of SMTP: who is reached, what the server offers and greets with.
// Source: spec-format.md, 4.3; RFC 5321, 4.2 (replies).
#include "spec/turns_smtp.h"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/smtp/smtp.h"
#include "spec/check.h"
#include "spec/mail_pattern.h"
#include "spec/protocol_keys.h"
#include "spec/replies.h"
#include "spec/scalars.h"
#include "spec/url_pattern.h"

namespace bigfoot {
namespace {

constexpr std::string_view kReplyForm = "three digits and a text: \"550 5.1.1 no such user\"";

/// RFC 5321, 4.2: three digits, the first of them 2 to 5; text behind a blank.
bool is_answer(std::string_view text) {
  const auto digit = [&](std::size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
  return digit(0) && digit(1) && digit(2) && text[0] >= '2' && text[0] <= '5' && (text.size() == 3 || text[3] == ' ');
}

/// An answer of the server; false: it is none, which has been said.
bool check_answer(const Node& node, std::string_view what, Diagnostics& problems) {
  if (!node.text()) {
    refuse(problems, node, fmt::format("{} is a string, not {}", what, kind_of(node)), std::string(kReplyForm));
    return false;
  }
  if (is_answer(*node.text())) return true;
  refuse(problems, node, fmt::format("'{}' is no answer of a mail server", *node.text()), std::string(kReplyForm));
  return false;
}

void set_answers(EntryDraft& draft, const Node& reply, std::string_view verb, Turn& turn, Node::Table& answers) {
  if (reply.text()) {
    if (check_answer(reply, "a reply", draft.problems)) answers.emplace_back(verb == "sendmail" ? "data" : "answer", reply);
    return;
  }
  if (!reply.is_table()) return;  // reported by check_keys
  if (verb != "sendmail") {
    refuse(draft.problems, reply, fmt::format("the reply to {} is one text", verb), std::string(kReplyForm));
    return;
  }
  check_keys(reply, part_keys("mail"), "the reply to sendmail", draft.problems);
  for (const auto& [name, node] : *reply.table()) {
    if (name == "fault") {
      if (node.text()) turn.reply.fault = fault_named(*node.text());
    } else if (name == "rcpt" && node.array()) {
      bool good = true;
      for (const Node& one : *node.array()) good = check_answer(one, "an answer to RCPT TO", draft.problems) && good;
      if (good) answers.emplace_back(name, node);
    } else if (name == "mail" || name == "rcpt" || name == "data") {
      if (check_answer(node, fmt::format("'{}'", name), draft.problems)) answers.emplace_back(name, node);
    }
  }
}

void assert_field(Turn& turn, std::string_view name, PatternPtr pattern, const Place& at) {
  turn.asserted.push_back({std::string(name), std::move(pattern), at});
}

void read_login(EntryDraft& draft, const Node& content, Turn& turn) {
  check_keys(content, part_keys("login"), "login", draft.problems);
  for (const std::string_view name : {"user", "password"}) {
    const Node* node = content.find(name);
    if (!node) refuse(draft.problems, content, fmt::format("login says no '{}'", name), "\"*\" for any");
    else assert_field(turn, name, name == "user" ? compile_pattern(*node, draft.problems) : compile_password_pattern(*node, draft.problems), node->at);
  }
  if (const Node* mechanism = content.find("mechanism")) assert_field(turn, "mechanism", compile_pattern(*mechanism, draft.problems), mechanism->at);
}

void read_sendmail(EntryDraft& draft, const Node& content, Turn& turn, Node::Table& answers) {
  check_keys(content, part_keys("sendmail"), "sendmail", draft.problems);
  for (const std::string_view name : {"from", "to"}) {
    const Node* node = content.find(name);
    if (!node) refuse(draft.problems, content, fmt::format("sendmail says no '{}'", name), "\"*\" for any");
    else if (name == "to" && node->text() && *node->text() != "*")
      refuse(draft.problems, *node, "'to' is an array of recipients, in order, or \"*\"", fmt::format("to = [\"{}\"]", *node->text()));
    else assert_field(turn, name, name == "to" ? compile_recipients_pattern(*node, draft.problems) : compile_pattern(*node, draft.problems), node->at);
  }
  const Node *message = content.find("message"), *data = content.find("data"), *to = content.find("to");
  if (to && to->array() && to->array()->empty() && (message || data))
    refuse(draft.problems, *to, "a message without recipients is never sent", "to = [\"…\"], or \"*\" for any");
  if (message && data)
    refuse_key(draft.problems, *data, "data", "'message' and 'data' both say what is sent", "message = { subject = … } is parsed, data is the raw text: keep one");
  if (data) {
    assert_field(turn, "data", compile_body_pattern(*data, draft.problems), data->at);
    Node raw;
    raw.value = true;
    raw.at = data->at;
    answers.emplace_back("raw", std::move(raw));
  } else {
    assert_field(turn, "message", message ? compile_mail_pattern(*message, draft.problems) : nullptr, message ? message->at : content.at);
  }
}

Value offered(EntryDraft& draft) {
  const Node* offer = draft.field("offer");
  Value out = Value::array();
  if (offer && offer->array()) {
    for (const Node& line : *offer->array()) {
      if (line.text()) out.push_back(*line.text());
      else refuse(draft.problems, line, fmt::format("an extension in 'offer' is a string, not {}", kind_of(line)), "offer = [\"STARTTLS\", \"AUTH PLAIN LOGIN\", \"8BITMIME\"]");
    }
    return out;
  }
  const Node* steps = draft.table.find("steps");
  const bool has_steps = steps && steps->array();
  const bool checks_proofs = !has_steps || std::ranges::all_of(*steps->array(), [](const Node& step) {
    const Node* login = step.find("login");
    const Node* password = login ? login->find("password") : nullptr;
    return !password || can_check_proof(*password);
  });
  for (std::string& line : default_smtp_offer(checks_proofs)) out.push_back(std::move(line));
  const bool starts_tls = has_steps && std::ranges::any_of(*steps->array(), [](const Node& step) { return step.find("starttls") != nullptr; });
  if (starts_tls) out.push_back("STARTTLS");
  return out;
}

/// Steps that the server's own terms keep from ever happening.
void check_reachable(EntryDraft& draft) {
  const Node* steps = draft.table.find("steps");
  if (!steps || !steps->array()) return;
  const Node* offer = draft.field("offer");
  const auto& lines = draft.entry.terms["offer"];
  const bool offers_login = std::ranges::any_of(lines, [](const Value& line) { return upper_case(line.get_ref<const std::string&>()).starts_with("AUTH"); });
  for (const Node& step : *steps->array()) {
    if (const Node* starttls = step.find("starttls"); starttls && draft.entry.endpoint.tls)
      refuse_key(draft.problems, *starttls, "starttls", "TLS is there from the first byte: nobody asks for it again", "leave the step out, or say tls = false");
    const Node* required = step.find("required");
    const bool* must = required ? std::get_if<bool>(&required->value) : nullptr;
    if (const Node* login = step.find("login"); login && offer && offer->array() && !offers_login && !(must && !*must))
      refuse_key(draft.problems, *login, "login", "'offer' lists no AUTH: no client logs in", "offer = [\"AUTH PLAIN LOGIN\"]");
  }
}

/// What is all that happens: the entry is spent by it.
void only_greet(EntryDraft& draft, const Node& node, std::string greeting, Turn turn) {
  if (const Node* steps = draft.table.find("steps")) {
    refuse_key(draft.problems, *steps, "steps", fmt::format("no step comes after {}", turn.shown), "leave 'steps' out, or greet with 220");
    return;
  }
  turn.verb = "greeting";
  turn.at = turn.reply.at = node.at;
  draft.entry.terms["greeting"] = std::move(greeting);
  draft.entry.turns.push_back(std::move(turn));
}

void load_greeting(EntryDraft& draft) {
  const Node* greeting = draft.field("greeting");
  if (!greeting || !greeting->text() || !check_answer(*greeting, "a greeting", draft.problems)) return;
  if (greeting->text()->starts_with('2')) {
    draft.entry.terms["greeting"] = *greeting->text();
    return;
  }
  Turn turn;
  turn.shown = fmt::format("greeting \"{}\"", *greeting->text());
  only_greet(draft, *greeting, *greeting->text(), std::move(turn));
}

/// The reply of an entry is an errno, which fails the connect, or a fault in the place of the greeting.
void load_connect_reply(EntryDraft& draft) {
  const Node* reply = draft.field("reply");
  if (!reply || !reply->is_table() || reply->find("errno")) return;
  const std::string* fault = text_of(*reply, "fault");
  if (!fault) {
    refuse(draft.problems, *reply, "the reply of a mail server is an errno or a fault", "a step has its own: { ehlo = \"*\", reply = \"421 4.3.2 busy\", delay = \"1s\" }");
    return;
  }
  Turn turn;
  turn.shown = fmt::format("fault \"{}\"", *fault);
  turn.reply.fault = fault_named(*fault);
  if (const Node* delay = reply->find("delay")) turn.reply.delay = read_duration(*delay, "delay", draft.problems).value_or(turn.reply.delay);
  only_greet(draft, *reply, "421 4.3.2 no service", std::move(turn));
}

}  // namespace

void load_smtp(EntryDraft& draft) {
  constexpr unsigned kSmtps = 465;  // RFC 8314, 7.3: submissions, TLS from the first byte
  const std::string& text = *draft.headline.text();
  draft.entry.headline = "smtp " + text;
  EndpointPattern& endpoint = draft.entry.endpoint;
  if (text == "*") {
    draft.set("host", any_pattern(), draft.headline.at);
    endpoint.tcp = true;
  } else if (!set_server(draft, draft.headline, 0, text, 0, "host:port: mail.example.com:587")) {
    return;
  }
  const Node* tls = draft.field("tls");
  const bool* says_tls = tls ? std::get_if<bool>(&tls->value) : nullptr;
  endpoint.tls = says_tls ? *says_tls : endpoint.port == kSmtps;
  draft.entry.terms["offer"] = offered(draft);
  check_reachable(draft);
  load_greeting(draft);
  load_connect_reply(draft);
  const bool says_something = draft.table.find("steps") || draft.field("reply") || draft.table.find("replies") || !draft.entry.turns.empty();
  if (!says_something)
    refuse(draft.problems, draft.headline, "a mail server without steps asserts nothing", "steps = [ { ehlo = \"*\" }, { sendmail = { from = \"…\", to = [\"…\"], message = { subject = \"…\", text = \"…\" } } } ]");
}

void read_smtp_turn(EntryDraft& draft, std::string_view verb, const Node& content, const Node& step, Turn& turn) {
  Node answers;
  answers.at = step.at;
  Node::Table table;
  if (const bool* flag = std::get_if<bool>(&content.value)) {
    if (!*flag) refuse(draft.problems, content, fmt::format("{} = false says nothing", verb), fmt::format("{} = true, or leave the step out", verb));
    assert_field(turn, verb, literal_pattern(true), content.at);
  } else if (verb == "login") {
    read_login(draft, content, turn);
  } else if (verb == "sendmail") {
    read_sendmail(draft, content, turn, table);
  } else {
    assert_field(turn, verb, compile_pattern(content, draft.problems), content.at);
  }
  if (const Node* reply = step.find("reply")) set_answers(draft, *reply, verb, turn, table);
  if (table.empty()) return;
  answers.value = std::move(table);
  turn.reply.fields = compile_template(answers, draft.problems);
}

}  // namespace bigfoot

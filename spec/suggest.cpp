// spec/suggest.cpp - TOML to paste.
#include "spec/suggest.h"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/body.h"
#include "protocols/http/url.h"
#include "spec/call_fields.h"
#include "spec/command_text.h"
#include "spec/file_path.h"
#include "spec/log_text.h"
#include "spec/mail_text.h"
#include "spec/redis_command.h"
#include "spec/toml_text.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

constexpr std::size_t kLongLine = 200;  // columns: about what a wide editor shows without wrapping
constexpr std::size_t kShortBytes = 48;  // hex is readable so far, base64 is shorter beyond

std::string_view header_of(const Fields& call, std::string_view name) {
  const Value* headers = field_of(call, "headers");
  if (!headers) return "";
  for (const Value& pair : *headers) {
    if (pair.at(0) == name) return pair.at(1).get_ref<const std::string&>();
  }
  return "";
}

/// TOML's integers have 64 bits with a sign.
bool fits_toml(const Value& value) {
  if (value.is_number_unsigned()) return value.get<std::uint64_t>() <= INT64_MAX;
  if (!value.is_structured()) return true;
  for (const Value& item : value) {
    if (!fits_toml(item)) return false;
  }
  return true;
}

/// JSON text in quotes, on several lines where literal quotes can hold it.
std::string json_as_text(const Value& spoken_json) {
  const std::string text = json_text(spoken_json, 2);
  if (text.find("'''") == text.npos) return fmt::format("'''\n{}\n'''", text);
  return toml_string(json_text(spoken_json));
}

/// The value of a { json = ... }.
std::string json_argument(const Value& spoken_json, bool as_text) {
  const bool plain_string = spoken_json.is_string() && !spoken_json.get_ref<const std::string&>().starts_with("{{");
  if (plain_string) return toml_string(json_text(spoken_json));  // else it would be read as JSON text
  return as_text || !fits_toml(spoken_json) ? json_as_text(spoken_json) : toml_value(spoken_json);
}

std::string operator_table(const Value& spoken, bool json_as_text) {
  const std::string& name = spoken.begin().key();
  const bool json = name == "json" || name == "json_subset";
  return fmt::format("{{ {} = {} }}", name, json ? json_argument(*spoken.begin(), json_as_text) : toml_value(*spoken.begin()));
}

bool is_json_operator(const Value& spoken) {
  return spoken.is_object() && spoken.size() == 1 && (spoken.contains("json") || spoken.contains("json_subset"));
}

std::string field_value(std::string_view name, const Value& spoken) {
  if (name == "headers" || name == "query" || !is_json_operator(spoken)) return toml_value(spoken);
  const std::string line = operator_table(spoken, false);
  return name.size() + 3 + line.size() > kLongLine && spoken.begin()->is_structured() ? operator_table(spoken, true) : line;
}

Value spoken_headers(const Fields& call, const Surroundings& around) {
  std::vector<std::pair<std::string, std::string>> kept;
  const Value* headers = field_of(call, "headers");
  for (const Value& pair : headers ? *headers : Value::array()) {
    const std::string& name = pair.at(0).get_ref<const std::string&>();
    if (around.is_noise_header && around.is_noise_header(name)) continue;
    kept.emplace_back(name, pair.at(1).get<std::string>());
  }
  Value out = Value::object();
  for (const auto& [name, value] : kept) {
    Value one = is_utf8(value) ? Value(spoken_text(value)) : spoken_bytes(value);
    if (!out.contains(name)) {
      out[name] = std::move(one);
    } else {
      if (!out[name].is_array()) out[name] = Value::array({out[name]});
      out[name].push_back(std::move(one));
    }
  }
  if (!out.empty()) out["*"] = "*";
  return out;
}

Value spoken_body(const Fields& call) {
  const std::string bytes = field_text(call, "body");
  if (bytes.empty()) return "";
  const Value view = body_view(bytes, header_of(call, "content-type"));
  if (view.contains("json")) return Value::object({{"json", spoken(view["json"])}});
  if (view.contains("form")) {
    Value form = Value::object();
    for (const auto& [name, value] : view["form"].items()) form[name] = spoken(value);
    return Value::object({{"form", std::move(form)}});
  }
  return spoken_bytes(bytes);
}

/// A path in which a segment of stars stands for itself.
std::string spoken_path(std::string_view path) {
  std::string out;
  for (std::size_t from = 0; from <= path.size();) {
    const std::size_t end = std::min(path.find('/', from), path.size());
    const auto segment = path.substr(from, end - from);
    out += segment == "**" ? "{{lit:**}}" : spoken_text(segment);
    if (end < path.size()) out += '/';
    from = end + 1;
  }
  return out;
}

/// The headline as pattern text that fits this call only.
std::string spoken_headline(const ProtocolInfo& protocol, const Fields& call) {
  if (protocol.name == "mock") return spoken_text(field_text(call, "name"));
  if (protocol.name != "http") return spoken_text(call_headline(protocol, call));
  Fields said = call;
  said["path"] = spoken_path(field_text(call, "path"));
  said["query"] = spoken_text(field_text(call, "query"));
  return call_headline(protocol, said);
}

/// "db.example.com:5432", "[::1]:25"
std::string place_of(const Fields& call) {
  const std::string host = field_text(call, "host");
  return host.find(':') == host.npos ? fmt::format("{}:{}", host, field_port(call)) : fmt::format("[{}]:{}", host, field_port(call));
}

Value spoken_content(const std::string& bytes) {
  const Value view = body_view(bytes, "");
  return view.contains("json") ? Value::object({{"json", spoken(view["json"])}}) : spoken_bytes(bytes);
}

/// A value of a call of a session, of whatever kind.
Value spoken_value(std::string_view field, const Value& value) {
  if (field == "message" && value.is_object()) return spoken_mail(value);
  if (field == "password" && value.is_object()) return "*";  // CRAM-MD5 does not show it
  if (value.is_string()) return field == "send" ? spoken_content(value.get<std::string>()) : spoken_bytes(value.get_ref<const std::string&>());
  if (!value.is_structured()) return spoken(value);
  Value out = value;
  for (Value& item : out) item = spoken_value("", item);
  return out;
}

/// `exec` or `shell`. What the program writes to it is not known yet: the run that follows says what differs.
std::string suggest_command(const ProtocolInfo& protocol, const Fields& call) {
  Value headline;
  if (protocol.name == "shell") {
    headline = spoken_bytes(field_text(call, "command"));
  } else {
    for (const std::string& word : argv_words(call)) headline.push_back(spoken_bytes(word));
  }
  return "[[expect]]\n" + toml_lines({{std::string(protocol.name), toml_value(headline)}, {"stdin", "\"\""}, {"reply", "{ exit = 0, stdout = \"\" }"}});
}

std::string file_headline(const Fields& call, std::string (*path_text)(std::string_view)) {
  const std::string operation = field_text(call, "operation"), target = field_text(call, "target");
  return operation + " " + path_text(field_text(call, "path")) + (target.empty() ? "" : " -> " + path_text(target));
}

/// Of a write that is refused nobody knows the content: the run that follows says it.
std::string suggest_file(const Fields& call) {
  std::vector<std::pair<std::string, std::string>> rows{{"file", toml_string(file_headline(call, spoken_file_path))}};
  if (const Value* content = field_of(call, "content")) rows.emplace_back("content", field_value("content", spoken_content(text_of(*content))));
  for (const std::string name : {"mode", "length"}) {
    if (const Value* value = field_of(call, name)) rows.emplace_back(name, toml_value(*value));
  }
  if (field_text(call, "operation") == "read") rows.emplace_back("reply", "{ text = \"\" }");
  return "[[expect]]\n" + toml_lines(rows);
}

std::string suggest_record(const ProtocolInfo& protocol, const Fields& record) {
  std::vector<std::pair<std::string, std::string>> rows = {{"log", toml_string(spoken_text(field_text(record, "channel")))}};
  for (const FieldInfo& field : protocol.call) {
    const std::string text = field_text(record, field.name);
    if (field.must_assert && !text.empty()) rows.emplace_back(field.name, toml_value(spoken_bytes(text)));
  }
  return "[[expect]]\n" + toml_lines(rows);
}

std::string dns_reply(std::string_view type) {
  if (type == "AAAA") return R"(["2001:db8::1"])";
  if (type == "MX") return R"(["10 mail.example.com"])";
  if (type == "TXT") return R"(["text"])";
  if (type == "SRV") return R"(["0 5 443 host.example.com"])";
  if (type == "A") return R"(["192.0.2.1"])";  // RFC 5737: addresses for examples
  if (type == "CNAME" || type == "PTR" || type == "NS") return R"(["host.example.com"])";
  return R"({ error = "NXDOMAIN" })";
}

}  // namespace

std::string call_headline(const ProtocolInfo& protocol, const Fields& call) {
  if (protocol.name == "http") {
    const Url url{field_text(call, "scheme"), field_text(call, "host"), field_port(call), field_text(call, "path"),
                  field_text(call, "query")};
    return fmt::format("{} {}", field_text(call, "method"), to_text(url));
  }
  if (protocol.name == "websocket") {
    const Url url{field_text(call, "scheme"), field_text(call, "host"), field_port(call), field_text(call, "path"), field_text(call, "query")};
    return to_text(url);
  }
  if (protocol.name == "smtp") return place_of(call);
  if (protocol.name == "postgres") return fmt::format("{}@{}/{}", field_text(call, "user"), place_of(call), field_text(call, "database"));
  if (protocol.name == "dns") {
    const std::string type = field_text(call, "type");
    return type == "A" || type == "AAAA" ? field_text(call, "name") : fmt::format("{} {}", type, field_text(call, "name"));
  }
  if (protocol.name == "file") return "file " + file_headline(call, [](std::string_view path) { return std::string(path); });
  if (protocol.name == "exec") return exec_title(argv_words(call));
  if (protocol.name == "redis") return redis_title(call);
  if (protocol.name == "shell") return shell_title(field_text(call, "command"));
  if (protocol.name == "log")
    return "log " + record_title(field_text(call, "channel"), field_text(call, "level"), field_text(call, "logger"), field_text(call, "message"));
  std::string out(protocol.name);
  for (const FieldInfo& field : protocol.call) {
    if (field.identity) out += " " + field_text(call, field.name);
  }
  return out;
}

Value spoken_bytes(std::string_view bytes) {
  if (is_text(bytes)) return spoken_text(bytes);
  if (bytes.size() <= kShortBytes) return Value::object({{"hex", to_hex(bytes)}});
  return Value::object({{"base64", to_base64(bytes)}});
}

Value spoken_field(std::string_view field, const Fields& call, const Surroundings& around) {
  if (field == "headers") return spoken_headers(call, around);
  if (field == "body") return spoken_body(call);
  if (field == "content") return spoken_content(field_text(call, field));
  if (field == "stdin" || ((field == "message" || field == "logger") && field_of(call, field) && field_of(call, field)->is_string())) return spoken_bytes(field_text(call, field));
  const Value* value = field_of(call, field);
  if (value && value->is_object() && field == "message") return spoken_mail(*value);
  return value ? spoken(*value) : Value("");
}

std::string field_line(std::string_view name, const Value& spoken) {
  return fmt::format("{} = {}", name, field_value(name, spoken));
}

std::string suggest_in_test(std::string_view entry, std::string_view test) {
  if (!entry.starts_with("[[expect]]")) return std::string(entry);
  std::string out = test.empty() ? "" : fmt::format("[[test]]\nname = {}\n\n", toml_string(test));
  while (!entry.empty()) {
    const std::size_t end = std::min(entry.find('\n'), entry.size() - 1) + 1;
    std::string line(entry.substr(0, end));
    for (const std::string_view table : {"[[expect]]", "[[expect.", "[expect."}) {
      if (line.starts_with(table)) line.insert(table.find('e'), "test.");
    }
    out += line;
    entry.remove_prefix(end);
  }
  return out;
}

std::string suggest_entry(const ProtocolInfo& protocol, const Fields& call, const Surroundings& around) {
  if (is_command(protocol)) return suggest_command(protocol, call);
  if (protocol.name == "redis") return suggest_redis(call);
  if (protocol.name == "log") return suggest_record(protocol, call);
  if (protocol.name == "file") return suggest_file(call);
  std::vector<std::pair<std::string, std::string>> rows;
  rows.emplace_back(protocol.name, toml_string(spoken_headline(protocol, call)));
  if (protocol.name == "dns") {
    rows.emplace_back("reply", dns_reply(field_text(call, "type")));
    return "[[expect]]\n" + toml_lines(rows);
  }
  for (const FieldInfo& field : protocol.call) {
    if (field.identity || !field.must_assert || field.name == "query") continue;  // the headline has the query
    const Value said = spoken_field(field.name, call, around);
    if (said.is_structured() && said.empty()) continue;  // what is empty, or all noise, needs no line
    rows.emplace_back(field.name, field_value(field.name, said));
  }
  if (protocol.name == "http") rows.emplace_back("reply", "{ status = 200, json = { } }");
  if (protocol.name == "mock") rows.emplace_back("reply", "{ value = \"\" }");
  return "[[expect]]\n" + toml_lines(rows);
}

std::string suggest_socket(const Destination& to, std::string_view first_bytes) {
  const std::string step = first_bytes.empty() ? R"({ recv = "" })"
                                               : fmt::format("{{ send = {} }}", toml_value(spoken_bytes(first_bytes)));
  return "[[expect]]\n" + toml_lines({{"socket", toml_string(to.url())}, {"steps", fmt::format("[ {} ]", step)}});
}

Value pasteable(Value said) {
  if (said.is_string() && !is_text(said.get_ref<const std::string&>())) return spoken_bytes(said.get_ref<const std::string&>());
  if (said.is_structured())
    for (Value& item : said) item = pasteable(std::move(item));
  return said;
}

std::string suggest_step(const ProtocolInfo& protocol, const Call& call) {
  const auto is_said = [&](const std::string& name) {
    if (std::ranges::find(call.withheld, name) != call.withheld.end()) return false;
    const auto known = std::ranges::find(protocol.call, name, &FieldInfo::name);
    return known == protocol.call.end() || known->must_assert;
  };
  Value members = Value::object();
  for (const auto& [name, value] : call.fields.items()) {
    if (is_said(name) && (name == call.op || !is_empty_value(value))) members[name] = spoken_value(name, value);
  }
  if (members.contains(call.op)) {  // the verb first
    const std::string verb = fmt::format("{} = {}", call.op, field_value(call.op, members[call.op]));
    members.erase(call.op);
    std::string rest;
    for (const auto& [name, value] : members.items()) rest += fmt::format(", {} = {}", name, field_value(name, value));
    return fmt::format("{{ {}{} }}", verb, rest);
  }
  return fmt::format("{{ {} = {} }}", call.op, members.empty() ? "true" : toml_value(members));
}

std::string suggest_session(const ProtocolInfo& protocol, const Fields& opening, const std::string& steps, const Surroundings& around) {
  std::vector<std::pair<std::string, std::string>> rows = {{std::string(protocol.name), toml_string(spoken_headline(protocol, opening))}};
  if (const Value headers = spoken_headers(opening, around); !headers.empty()) rows.emplace_back("headers", toml_value(headers));
  // A handshake that was refused says nothing of the messages that follow; without steps the next run tells them.
  if (!steps.empty()) rows.emplace_back("steps", fmt::format("[\n  {},\n]", steps));
  else if (protocol.name == "postgres") rows.emplace_back("steps", "[ { close = true } ]");
  else if (protocol.name == "smtp") rows.emplace_back("steps", "[ { quit = true } ]");
  return "[[expect]]\n" + toml_lines(rows);
}

std::string headline_with_query(std::string_view headline, std::string_view query) {
  const auto mark = headline.find('?');
  const std::string_view front = headline.substr(0, mark);
  return query.empty() ? std::string(front) : fmt::format("{}?{}", front, query);
}

}  // namespace bigfoot

// spec/pattern_views.cpp - See pattern_views.h. XML has a file of its own: pattern_xml.cpp.
#include "spec/pattern_views.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "protocols/body.h"
#include "protocols/http/multipart.h"
#include "protocols/sha256.h"
#include "protocols/xml/xml.h"
#include "spec/graphql_text.h"
#include "spec/json_path.h"
#include "spec/pattern_parts.h"
#include "spec/suggest.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

/// The same with { hex } or { base64 } in the place of bytes that no spec can hold: parts of a form may be pictures.
Value sayable(Value said) {
  if (said.is_string() && !is_utf8(said.get_ref<const std::string&>())) return spoken_bytes(said.get_ref<const std::string&>());
  if (said.is_structured())
    for (Value& one : said) one = sayable(std::move(one));
  return said;
}

/// Bytes read by `view`, and what that gives compared with `inner`.
class ViewPattern : public Pattern {
 public:
  using View = std::function<std::expected<Value, std::string>(const Value& actual)>;
  ViewPattern(std::string name, View view, PatternPtr inner) : name_(std::move(name)), view_(std::move(view)), inner_(std::move(inner)) {}

  bool match(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around, MatchReport* report) const override {
    const auto seen = view_(actual);
    if (!seen) return report && differs(report, path, shown(), actual, seen.error());
    return inner_->match(*seen, path, known, around, report);
  }
  Value shown() const override { return Value::object({{name_, inner_->shown()}}); }
  Value accepting(const Value& actual, const Captures& known, const Surroundings& around) const override {
    const auto seen = view_(actual);
    if (!seen) return spoken(actual);
    Value said = sayable(inner_->accepting(*seen, known, around));
    if (name_ == "jsonpath" || name_ == "xpath") {  // a path that selects nothing stays, and says so
      const Value paths = inner_->shown();
      for (const auto& [path, wanted] : paths.items())
        if (!said.contains(path)) said[path] = "{{absent}}";
    }
    return Value::object({{name_, std::move(said)}});
  }
  void collect_names(std::vector<NameUse>& uses) const override { inner_->collect_names(uses); }

 private:
  std::string name_;
  View view_;
  PatternPtr inner_;
};

std::expected<Value, std::string> json_of(const Value& actual) {
  return actual.is_string() ? read_json(actual.get_ref<const std::string&>()) : actual;
}

bool is_filled_table(const Node& node, std::string_view name, std::string_view example, Diagnostics& problems) {
  if (node.is_table() && !node.table()->empty()) return true;
  add_problem(problems, node, fmt::format("'{}' takes a table of paths", name), std::string(example));
  return false;
}

void refuse_path(Diagnostics& problems, const Node& value, std::string_view key, std::size_t at, std::string what, std::string hint) {
  Place place = value.key_at;
  place.column += static_cast<unsigned>(at + (place.column > 0 ? 1 : 0));  // behind the quote: a path is a quoted key
  problems.add({Severity::error, place, static_cast<unsigned>(std::max<std::size_t>(key.size() - std::min(at, key.size()), 1)), std::move(what), std::move(hint), ""});
}

/// Exactly the keys that the table names, each with a pattern over JSON.
std::optional<PatternMembers> members_of(const Node& table, Diagnostics& problems) {
  PatternMembers members;
  bool good = true;
  for (const auto& [key, value] : *table.table()) {
    members.emplace_back(key, json_pattern(value, false, problems));
    good = good && members.back().second;
  }
  if (!good) return std::nullopt;
  return members;
}

}  // namespace

PatternPtr compile_jsonpath(const Node& node, Diagnostics& problems, ContentCompiler) {
  if (!is_filled_table(node, "jsonpath", "jsonpath = { \"$.items[0].sku\" = \"x\" }", problems)) return nullptr;
  std::vector<std::pair<std::string, JsonPath>> paths;
  for (const auto& [key, value] : *node.table()) {
    auto path = JsonPath::parse(key);
    if (path) paths.emplace_back(key, std::move(*path));
    else refuse_path(problems, value, key, path.error().at, fmt::format("bad JSONPath: {}", path.error().what), "$.name, $['name'], $[0], $[-1], $[*], $[1:3], $..name (RFC 9535)");
  }
  auto members = members_of(node, problems);
  if (!members || paths.size() != members->size()) return nullptr;
  auto view = [paths = std::move(paths)](const Value& actual) -> std::expected<Value, std::string> {
    auto json = json_of(actual);
    if (!json) return json;
    Value out = Value::object();
    for (const auto& [key, path] : paths) {
      const std::vector<const Value*> found = path.select(*json);
      if (!path.is_singular()) {
        Value all = Value::array();
        for (const Value* one : found) all.push_back(*one);
        out[key] = std::move(all);
      } else if (!found.empty()) {
        out[key] = *found.front();
      }
    }
    return out;
  };
  return std::make_shared<ViewPattern>("jsonpath", std::move(view), object_pattern(std::move(*members), false));
}

namespace {

std::expected<Value, std::string> parts_of(const Value& actual) {
  if (!actual.is_string()) return std::unexpected("not multipart");
  const auto parts = parse_multipart(actual.get_ref<const std::string&>());
  if (!parts) return std::unexpected(fmt::format("not multipart: {}", parts.error()));
  Value out = Value::array();
  for (const MultipartPart& part : *parts) {
    Value one = Value::object();
    for (const std::string_view name : {"name", "filename"})
      if (part.has_parameter(name)) one[std::string(name)] = part.parameter(name);
    for (const auto& [name, value] : part.headers)
      if (name != "content-disposition") one[name] = value;
    one["body"] = part.body;
    out.push_back(std::move(one));
  }
  return out;
}

/// { name = "file", filename = "a.txt", content-type = "text/plain", body = ... }; text, json and the like stand for body.
PatternPtr compile_part(const Node& part, Diagnostics& problems, ContentCompiler content) {
  if (!part.is_table()) {
    add_problem(problems, part, "a part is a table", "{ name = \"file\", filename = \"a.txt\", content-type = \"text/plain\", body = \"...\" }");
    return nullptr;
  }
  PatternMembers members;
  bool open = false, good = true, has_body = false;
  const std::vector<std::string_view> operators = operator_names();
  for (const auto& [key, value] : *part.table()) {
    if (opens_table(key, value)) {
      open = true;
      continue;
    }
    PatternPtr pattern;
    const bool is_operator = std::ranges::find(operators, key) != operators.end();
    if (is_operator || key == "body") {
      if (has_body) {
        problems.add({Severity::error, value.key_at, static_cast<unsigned>(key.size()), fmt::format("'{}' beside another body of this part", key), "a part has one body", ""});
        good = false;
      }
      has_body = true;
      if (is_operator) {
        Node one = part;
        one.value = Node::Table{{key, value}};
        pattern = content(one, problems);
      } else {
        pattern = content(value, problems);
      }
      members.emplace_back("body", std::move(pattern));
    } else {
      members.emplace_back(lower_case(key), compile_pattern(value, problems));
    }
    good = good && members.back().second;
  }
  if (!has_body && !open) members.emplace_back("body", literal_pattern(""));
  return good ? object_pattern(std::move(members), open) : nullptr;
}

}  // namespace

PatternPtr compile_multipart(const Node& node, Diagnostics& problems, ContentCompiler content) {
  if (!node.array()) {
    add_problem(problems, node, "'multipart' takes an array of parts", "multipart = [ { name = \"file\", filename = \"a.txt\", content-type = \"text/plain\", body = \"...\" } ]");
    return nullptr;
  }
  std::vector<PatternPtr> parts;
  bool good = true;
  for (const Node& part : *node.array()) {
    parts.push_back(compile_part(part, problems, content));
    good = good && parts.back();
  }
  return good ? std::make_shared<ViewPattern>("multipart", parts_of, array_pattern(std::move(parts), false)) : nullptr;
}

namespace {

/// { query, variables, operation } of a request as https://graphql.github.io/graphql-over-http/ has it. What is empty is not there.
std::expected<Value, std::string> graphql_of(const Value& actual) {
  const auto json = json_of(actual);
  if (!json) return json;
  if (!json->is_object() || !json->contains("query") || !(*json)["query"].is_string()) return std::unexpected("no GraphQL request: it has no \"query\"");
  Value out = Value::object({{"query", graphql_tokens((*json)["query"].get_ref<const std::string&>())}});
  if (const auto variables = json->find("variables"); variables != json->end() && !variables->is_null() && !variables->empty()) out["variables"] = *variables;
  if (const auto name = json->find("operationName"); name != json->end() && name->is_string() && !name->get_ref<const std::string&>().empty()) out["operation"] = *name;
  for (const auto& [key, value] : json->items())
    if (key != "query" && key != "variables" && key != "operationName") out[key] = value;
  return out;
}

PatternPtr compile_query(const Node& node, Diagnostics& problems) {
  const std::string* text = node.text();
  if (!text) {
    add_problem(problems, node, "a GraphQL query is a string", "query = \"query($id: ID!) { user(id: $id) { name } }\"");
    return nullptr;
  }
  if (*text == "*") return any_pattern();
  TextAt at = text_at(node);
  at.exact = false;  // the tokens stand elsewhere
  return text_pattern(graphql_tokens(*text), at, Reading::text, problems);
}

}  // namespace

PatternPtr compile_graphql(const Node& node, Diagnostics& problems, ContentCompiler) {
  if (node.text()) {
    auto query = compile_query(node, problems);
    return query ? std::make_shared<ViewPattern>("graphql", graphql_of, object_pattern({{"query", std::move(query)}}, false)) : nullptr;
  }
  if (!node.is_table() || !node.find("query")) {
    add_problem(problems, node, "'graphql' takes a query, or a table with one", "graphql = { query = \"{ me { name } }\", variables = { id = 1 }, operation = \"Me\" }");
    return nullptr;
  }
  PatternMembers members;
  bool open = false, good = true;
  for (const auto& [key, value] : *node.table()) {
    if (opens_table(key, value)) {
      open = true;
      continue;
    }
    const std::vector<std::string_view> kKeys = {"query", "variables", "operation", "extensions"};
    if (std::ranges::find(kKeys, key) == kKeys.end()) {
      const auto near = nearest_word(key == "operationName" ? "operation" : key, kKeys);
      problems.add({Severity::error, value.key_at, static_cast<unsigned>(key.size()), fmt::format("unknown key '{}' in graphql", key),
                    near.empty() ? fmt::format("the keys are {}", fmt::join(kKeys, ", ")) : fmt::format("did you mean '{}'?", near), ""});
      good = false;
      continue;
    }
    members.emplace_back(key, key == "query" ? compile_query(value, problems) : json_pattern(value, false, problems));
    good = good && members.back().second;
  }
  return good ? std::make_shared<ViewPattern>("graphql", graphql_of, object_pattern(std::move(members), open)) : nullptr;
}

PatternPtr compile_xpath(const Node& node, Diagnostics& problems, ContentCompiler) {
  if (!is_filled_table(node, "xpath", "xpath = { \"//order/@id\" = \"{{int}}\" }", problems)) return nullptr;
  std::vector<std::string> paths;
  bool good = true;
  for (const auto& [key, value] : *node.table()) {
    if (const std::string wrong = check_xpath(key); !wrong.empty()) {
      refuse_path(problems, value, key, 0, fmt::format("bad XPath: {}", wrong), "XPath 1.0: //order/@id, /order/item[2]/sku, count(//item)");
      good = false;
    }
    paths.push_back(key);
  }
  PatternMembers members;
  for (const auto& [key, value] : *node.table()) {
    members.emplace_back(key, compile_pattern(value, problems));  // what XML holds is text
    good = good && members.back().second;
  }
  if (!good) return nullptr;
  auto view = [paths = std::move(paths)](const Value& actual) -> std::expected<Value, std::string> {
    const auto document = XmlDocument::parse(text_of(actual));
    if (!document) return std::unexpected(fmt::format("not XML: {}", document.error()));
    Value out = Value::object();
    for (const std::string& path : paths) {
      auto found = document->select(path);
      if (!found) return std::unexpected(fmt::format("{}: {}", path, found.error()));
      // What XML holds is text, and so are the numbers that count() and the like make of it.
      if (!found->is_null()) out[path] = found->is_array() ? std::move(*found) : Value(text_of(*found));
    }
    return out;
  };
  return std::make_shared<ViewPattern>("xpath", std::move(view), object_pattern(std::move(members), false));
}

PatternPtr compile_cookies(const Node& node, Diagnostics& problems, ContentCompiler) {
  if (!node.is_table()) {
    add_problem(problems, node, "'cookies' takes a table of names", "cookies = { session = \"{{uuid}}\", \"*\" = \"*\" }");
    return nullptr;
  }
  auto pairs = compile_pairs_pattern(node, problems);
  const auto view = [](const Value& actual) -> std::expected<Value, std::string> {
    std::vector<std::pair<std::string, std::string>> all;
    const std::string text = text_of(actual);
    for (std::string_view rest = text; !rest.empty();) {  // RFC 6265, 4.2.1
      const std::size_t end = std::min(rest.find(';'), rest.size());
      std::string_view one = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      while (one.starts_with(' ')) one.remove_prefix(1);
      const std::size_t equals = std::min(one.find('='), one.size());
      if (!one.empty()) all.emplace_back(one.substr(0, equals), one.substr(std::min(equals + 1, one.size())));
    }
    return grouped(all);
  };
  return pairs ? std::make_shared<ViewPattern>("cookies", view, std::move(pairs)) : nullptr;
}

PatternPtr compile_sha256(const Node& node, Diagnostics& problems, ContentCompiler) {
  constexpr std::size_t kDigits = 64;
  const std::string* text = node.text();
  const std::string digest = text ? lower_case(*text) : "";
  if (digest.size() != kDigits || digest.find_first_not_of("0123456789abcdef") != digest.npos) {
    add_problem(problems, node, fmt::format("'sha256' takes {} hexadecimal digits", kDigits), "as `sha256sum FILE` prints them");
    return nullptr;
  }
  const auto view = [](const Value& actual) -> std::expected<Value, std::string> { return Value(sha256(text_of(actual))); };
  return std::make_shared<ViewPattern>("sha256", view, literal_pattern(digest));
}

}  // namespace bigfoot

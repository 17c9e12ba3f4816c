// runner/redactor.cpp - Applies the rules to interactions, violations and running text. See redactor.h.
#include "runner/redactor.h"

#include <re2/re2.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <set>

#include "protocols/body.h"
#include "protocols/http/url.h"
#include "runner/redactor_rules.h"
#include "runner/redactor_text.h"
#include "runner/redactor_toml.h"

namespace bigfoot {
namespace {

constexpr std::size_t kLeastGuessed = 8;  // a variable that only looks like a secret: "test" must not vanish everywhere
constexpr std::size_t kLeastNamed = 3;    // one that a rule names

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

bool names_a_secret(std::string_view variable) {
  const std::string name = lower(variable);
  constexpr std::string_view kAnywhere[] = {"secret", "password", "passwd", "credential", "apikey", "api_key"};
  constexpr std::string_view kAtEnd[] = {"_key", "_token", "_pass", "_pat", "_pwd"};
  return name == "token" || std::ranges::any_of(kAnywhere, [&](auto part) { return name.contains(part); }) ||
         std::ranges::any_of(kAtEnd, [&](auto end) { return name.ends_with(end); });
}

std::vector<std::string> own_environment_names() {
  std::vector<std::string> names;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    names.emplace_back(text.substr(0, text.find('=')));
  }
  return names;
}

/// As clients write it in a URL or a form: RFC 3986, section 2.
std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kUnreserved = "-._~";
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || kUnreserved.contains(c)) {
      out += c;
    } else {
      out += '%';
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    }
  }
  return out;
}

bool is_hole(std::string_view text) { return text.size() > 4 && text.starts_with("{{") && text.ends_with("}}"); }

/// "body.items[0].sku" -> body, items, 0, sku
std::vector<std::string> path_names(std::string_view path) {
  std::vector<std::string> names;
  std::string name;
  for (const char c : path) {
    if (c == '.' || c == '[' || c == ']') {
      if (!name.empty()) names.push_back(std::move(name));
      name.clear();
    } else {
      name += c;
    }
  }
  if (!name.empty()) names.push_back(std::move(name));
  return names;
}

using Names = std::set<std::string, std::less<>>;

/// "a=1&token=x" with the values of `names` replaced. `whole`: the text is a form; else names stand after ? or &.
std::string replace_parameters(std::string_view text, const Names& names, bool whole) {
  std::string out;
  bool name_may_start = whole;
  std::size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (name_may_start) {
      const std::size_t end = text.find_first_of("=&?# \t\r\n\"'", at);
      if (end != std::string_view::npos && text[end] == '=' && names.contains(percent_decoded(text.substr(at, end - at)))) {
        const std::size_t stop = std::min(text.size(), text.find_first_of("&# \t\r\n\"'", end));
        const std::string_view value = text.substr(end + 1, stop - end - 1);
        out.append(text.substr(at, end + 1 - at));
        out.append(value.empty() || is_hole(value) ? value : kRedacted);
        at = stop;
        name_may_start = false;
        continue;
      }
    }
    name_may_start = c == '&' || c == '?';
    out += c;
    ++at;
  }
  return out;
}

}  // namespace

struct Redactor::Rules {
  SecretFinder finder{{}};
  Names headers, forms, queries;
  std::vector<SecretPath> paths;
  std::vector<std::unique_ptr<re2::RE2>> texts;

  // --- running text ---

  bool text_touches(std::string_view text) const {
    return finder.touches(text) || !queries.empty() || !texts.empty();
  }
  std::string text(std::string_view text) const {
    std::string out = finder.apply(text);
    if (!queries.empty()) out = replace_parameters(out, queries, false);
    for (const auto& regex : texts) re2::RE2::GlobalReplace(&out, *regex, "{{redacted}}");
    return out;
  }
  void in_text(std::string& value) const {
    if (text_touches(value)) value = text(value);
  }

  // --- headers ---

  static bool keeps_scheme(std::string_view name) { return name == "authorization" || name == "proxy-authorization"; }
  static bool keeps_names(std::string_view name) { return name == "cookie" || name == "set-cookie"; }
  bool hides_header(std::string_view lower_name) const {
    return keeps_scheme(lower_name) || keeps_names(lower_name) || headers.contains(lower_name);
  }

  static std::string hidden_cookies(std::string_view value, bool only_first) {
    std::string out;
    for (bool first = true; !value.empty(); first = false) {
      const std::size_t end = std::min(value.size(), value.find(';'));
      const std::string_view pair = value.substr(0, end);
      const std::size_t equals = pair.find('=');
      if (equals == std::string_view::npos || (only_first && !first)) {
        out.append(pair);
      } else {
        out.append(pair.substr(0, equals + 1));
        out.append(is_hole(pair.substr(equals + 1)) ? pair.substr(equals + 1) : kRedacted);
      }
      if (end < value.size()) out += ';';
      value.remove_prefix(std::min(value.size(), end + 1));
    }
    return out;
  }

  /// The value of a header that must be hidden; what a variable stands for is known by then.
  std::string header_value(std::string_view lower_name, std::string_view value) const {
    std::string known = finder.apply(value);
    if (known.empty() || is_hole(known)) return known;
    if (keeps_names(lower_name)) return hidden_cookies(known, lower_name == "set-cookie");
    if (keeps_scheme(lower_name)) {
      const std::size_t blank = known.find(' ');
      if (blank == std::string::npos) return std::string(kRedacted);
      return is_hole(std::string_view(known).substr(blank + 1)) ? known : known.substr(0, blank + 1).append(kRedacted);
    }
    return std::string(kRedacted);
  }
  void header(std::string_view name, Value& value) const {
    std::string lowered;  // most names are in lower case already, and this is the hot path
    if (std::ranges::any_of(name, [](char c) { return c >= 'A' && c <= 'Z'; })) lowered = lower(name);
    const std::string_view lower_name = lowered.empty() ? name : lowered;
    const bool hide = hides_header(lower_name);
    const auto one = [&](Value& text) {
      if (!text.is_string()) return;
      auto& bytes = text.get_ref<std::string&>();
      if (hide) {
        bytes = header_value(lower_name, bytes);
      } else {
        in_text(bytes);
      }
    };
    if (value.is_array()) {
      for (Value& element : value) one(element);
    } else {
      one(value);
    }
  }
  void all_headers(Value& value) const {
    if (value.is_object()) {
      for (auto& [name, member] : value.get_ref<Value::object_t&>()) header(name, member);
    } else if (value.is_array()) {
      for (Value& pair : value) {
        if (pair.is_array() && pair.size() == 2 && pair[0].is_string()) {
          header(pair[0].get_ref<const std::string&>(), pair[1]);
        } else {
          everything(pair);
        }
      }
    } else {
      everything(value);
    }
  }

  // --- values ---

  using States = std::vector<SecretPath::State>;
  States start() const {
    States states;
    for (const SecretPath& path : paths) states.push_back(path.start());
    return states;
  }
  /// True where a rule ends at this name: the value goes.
  bool step(States& states, std::string_view name) const {
    bool complete = false;
    for (std::size_t i = 0; i < paths.size(); ++i) {
      states[i] = paths[i].step(states[i], name);
      complete = complete || paths[i].complete(states[i]);
    }
    return complete;
  }
  void hide(Value& value) const {
    if (value.is_null()) return;
    if (value.is_string()) {
      const std::string known = finder.apply(value.get_ref<const std::string&>());
      value = is_hole(known) ? known : std::string(kRedacted);
    } else {
      value = std::string(kRedacted);
    }
  }
  void in_json(Value& value, const States& states) const {
    if (value.is_string()) {
      in_text(value.get_ref<std::string&>());
      return;
    }
    std::size_t index = 0;
    const auto child = [&](std::string_view name, Value& member) {
      States below = states;
      if (step(below, name)) {
        hide(member);
      } else {
        in_json(member, below);
      }
    };
    if (value.is_object()) {
      for (auto& [name, member] : value.get_ref<Value::object_t&>()) child(name, member);
    } else if (value.is_array()) {
      for (Value& element : value) child(std::to_string(index++), element);
    }
  }
  /// Any value to which no path applies.
  void everything(Value& value) const { in_json(value, States(paths.size(), 0)); }

  // --- whole interactions ---

  void body(std::string& bytes, std::string_view content_type) const {
    const bool escapes = bytes.find('\\') != std::string::npos;  // could hide a secret from a look at the bytes
    if (paths.empty() && forms.empty() && !escapes && !text_touches(bytes)) return;
    Value view = body_view(bytes, content_type);
    if (view.contains("json")) {
      Value json = view["json"];
      in_json(json, start());
      if (json != view["json"]) bytes = json.dump(-1, ' ', false, Value::error_handler_t::replace);
      return;
    }
    if (view.contains("form") && !forms.empty()) bytes = replace_parameters(bytes, forms, true);
    in_text(bytes);
  }
  static std::string content_type(const Fields& fields) {
    const auto headers = fields.find("headers");
    if (headers == fields.end()) return "";
    if (headers->is_object()) {
      for (const auto& [name, value] : headers->items()) {
        if (value.is_string() && lower(name) == "content-type") return value.get<std::string>();
      }
    } else if (headers->is_array()) {
      for (const Value& pair : *headers) {
        if (pair.is_array() && pair.size() == 2 && pair[0].is_string() && pair[1].is_string() &&
            lower(pair[0].get_ref<const std::string&>()) == "content-type") {
          return pair[1].get<std::string>();
        }
      }
    }
    return "";
  }
  void fields(Fields& fields) const {
    if (!fields.is_object()) return everything(fields);
    for (auto& [name, value] : fields.get_ref<Value::object_t&>()) {
      if (name == "headers") {
        all_headers(value);
      } else if (name == "query" && value.is_object()) {
        for (auto& [parameter, member] : value.get_ref<Value::object_t&>()) named(queries, parameter, member);
      } else if ((name == "body" || name == "data") && value.is_string()) {
        if (value.get_ref<const std::string&>().empty()) continue;
        body(value.get_ref<std::string&>(), name == "body" ? content_type(fields) : "");
      } else if (name == "body" || name == "json") {
        in_json(value, start());
      } else {
        everything(value);
      }
    }
  }
  void named(const Names& names, std::string_view name, Value& value) const {
    if (names.contains(name)) {
      hide(value);
    } else {
      everything(value);
    }
  }

  // --- single values of which the place is known ---

  /// `names`: body, items, 0, sku - or as TOML has it: expect, body, json, items, sku.
  void at(const std::vector<std::string>& names, Value& value) const {
    for (std::size_t i = 0; i < names.size(); ++i) {
      const bool last = i + 1 == names.size();
      if (names[i] == "headers") return last ? all_headers(value) : header(names[i + 1], value);
      if (names[i] == "query" && !last) return named(queries, names[i + 1], value);
      if (names[i] != "body") continue;
      std::size_t first = i + 1;
      if (first < names.size() && names[first] == "form" && first + 1 < names.size()) ++first;
      if (first < names.size() && forms.contains(names[first])) return hide(value);
      if (first < names.size() && (names[first] == "json" || names[first] == "json_subset")) ++first;
      return in_body(names, first, value);
    }
    everything(value);
  }
  void in_body(const std::vector<std::string>& names, std::size_t first, Value& value) const {
    if (first == names.size() && value.is_string()) return body(value.get_ref<std::string&>(), "");
    States states = start();
    for (std::size_t i = first; i < names.size(); ++i) {
      if (step(states, names[i])) return hide(value);
    }
    in_json(value, states);
  }

  /// One argument that is a header line, a body, or text.
  void argument(std::string& word) const {
    std::size_t name_at = 0;
    for (const std::string_view flag : {"--header=", "-H"})
      if (word.starts_with(flag)) name_at = flag.size();
    const std::size_t colon = word.find(':');
    if (colon != std::string::npos && colon > name_at) {
      const std::string name = lower(std::string_view(word).substr(name_at, colon - name_at));
      const std::size_t value_at = std::min(word.find_first_not_of(' ', colon + 1), word.size());
      if (hides_header(name)) {
        word = word.substr(0, value_at) + header_value(name, std::string_view(word).substr(value_at));
        return;
      }
    }
    const bool form = !forms.empty() && word.find('=') != std::string::npos && word.find(' ') == std::string::npos;
    body(word, form ? "application/x-www-form-urlencoded" : "");
  }

  /// What is about to stand in a spec; what stands there already is its author's.
  void patch(std::vector<std::string>& names, const Value* before, Value& after) const {
    if (before && *before == after) return;
    if (after.is_object()) {
      for (auto& [name, value] : after.get_ref<Value::object_t&>()) {
        names.push_back(name);
        patch(names, before && before->is_object() && before->contains(name) ? &(*before)[name] : nullptr, value);
        names.pop_back();
      }
    } else if (after.is_array()) {
      const bool alike = before && before->is_array() && before->size() == after.size();
      for (std::size_t i = 0; i < after.size(); ++i) patch(names, alike ? &(*before)[i] : nullptr, after[i]);
    } else {
      at(names, after);
    }
  }

  std::string toml(std::string_view suggestion) const {
    return replace_toml_values(
        suggestion,
        [this](const TomlPath& path, std::string_view written) -> std::optional<std::string> {
          Value value = std::string(written);
          at(path, value);
          const auto& after = value.get_ref<const std::string&>();
          return after == written ? std::nullopt : std::optional(after);
        },
        [this](std::string_view rest) { return text(rest); });
  }
};

Redactor::Redactor(const std::vector<std::string>& rules, Environment env)
    : Redactor(rules, std::move(env), own_environment_names()) {}

Redactor::Redactor(const std::vector<std::string>& rules, Environment env, const std::vector<std::string>& names)
    : rules_(std::make_unique<Rules>()) {
  std::vector<KnownSecret> known;
  const auto know = [&](const std::string& name, std::size_t least) {
    const auto value = env(name);
    if (!value || value->size() < least) return;
    known.push_back({*value, "{{env." + name + "}}"});
    const std::string encoded = percent_encoded(*value);
    if (encoded != *value) known.push_back({encoded, "{{env." + name + "}}"});
  };
  for (const std::string& name : names) {
    if (names_a_secret(name)) know(name, kLeastGuessed);
  }
  for (const std::string& text : rules) {
    const auto rule = parse_redact_rule(text);
    if (!rule) continue;  // check() has told the user before anything ran
    switch (rule->kind) {
      case RedactRule::Kind::header: rules_->headers.insert(lower(rule->argument)); break;
      case RedactRule::Kind::form: rules_->forms.insert(rule->argument); break;
      case RedactRule::Kind::query: rules_->queries.insert(rule->argument); break;
      case RedactRule::Kind::env: know(rule->argument, kLeastNamed); break;
      case RedactRule::Kind::json: rules_->paths.push_back(*SecretPath::parse(rule->argument)); break;
      case RedactRule::Kind::text: rules_->texts.push_back(std::make_unique<re2::RE2>(rule->argument, re2::RE2::Quiet)); break;
    }
  }
  rules_->finder = SecretFinder(std::move(known));
}

Redactor::~Redactor() = default;
Redactor::Redactor(Redactor&&) noexcept = default;

std::optional<std::string> Redactor::check(std::string_view rule) {
  const auto read = parse_redact_rule(rule);
  if (read) return std::nullopt;
  return read.error();
}

void Redactor::apply(Interaction& interaction) const {
  rules_->in_text(interaction.target);
  rules_->fields(interaction.request);
  rules_->fields(interaction.response);
}

void Redactor::apply(Violation& violation) const {
  for (std::string* text : {&violation.message, &violation.headline, &violation.nearest_text}) rules_->in_text(*text);
  for (std::string& note : violation.notes) rules_->in_text(note);
  for (Difference& difference : violation.fields) {
    const std::vector<std::string> names = path_names(difference.path);
    const bool differed = difference.expected && difference.actual && *difference.expected != *difference.actual;
    if (difference.expected) rules_->at(names, *difference.expected);
    if (difference.actual) rules_->at(names, *difference.actual);
    if (differed && *difference.expected == *difference.actual) difference.note = "they differ; both are redacted";
    rules_->in_text(difference.note);
  }
  if (!violation.suggestion.empty()) violation.suggestion = rules_->toml(violation.suggestion);
  for (FieldPatch& field : violation.patch.fields) {
    std::vector<std::string> names{field.key};
    rules_->patch(names, field.before ? &*field.before : nullptr, field.after);
  }
}

std::string Redactor::apply_text(std::string_view text) const { return rules_->text(text); }

std::vector<std::string> Redactor::apply_command(std::vector<std::string> argv) const {
  bool credentials = false;  // the argument behind -u, as curl, wget and httpie have it
  for (std::string& word : argv) {
    const bool is_user = std::exchange(credentials, word == "-u" || word == "--user");
    const std::size_t colon = is_user ? word.find(':') : std::string::npos;
    if (colon != std::string::npos) {
      word = word.substr(0, colon + 1) + "{{redacted}}";
    } else if (!word.empty()) {
      rules_->argument(word);
    }
  }
  return argv;
}

}  // namespace bigfoot

// spec/template.cpp - Reply values with holes to fill. Substitution only: no loops, no arithmetic.
// Source: spec-format.md, rule 6 and section 9, decision 4.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "spec/pattern_parts.h"
#include "spec/request_value.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

using Kind = HolePart::Kind;

class ConstantTemplate : public Template {
 public:
  explicit ConstantTemplate(Value value) : value_(std::move(value)) {}
  Value render(Captures&, const Fields&, const Surroundings&, std::vector<std::string>*) const override { return value_; }
  const Value* constant() const override { return &value_; }

 private:
  Value value_;
};

/// A random UUID: RFC 9562, 5.4 (version 4).
std::string random_uuid(const Surroundings& around) {
  std::uint64_t high = around.random ? around.random() : 0;
  std::uint64_t low = around.random ? around.random() : 0;
  high = (high & ~0xF000ull) | 0x4000ull;
  low = (low & ~(0xC000ull << 48)) | (0x8000ull << 48);
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xFFFF, high & 0xFFFF, low >> 48,
                     low & 0xFFFF'FFFF'FFFFull);
}

class TextTemplate : public Template {
 public:
  TextTemplate(std::vector<HolePart> parts, TextAt at) : parts_(std::move(parts)), at_(std::move(at)) {}

  Value render(Captures& known, const Fields& call, const Surroundings& around,
               std::vector<std::string>* missing) const override {
    if (parts_.size() == 1) return filled(parts_.front(), known, call, around, missing);
    std::string out;
    for (const HolePart& part : parts_) out += text_of(filled(part, known, call, around, missing));
    return out;
  }

  void collect_names(std::vector<NameUse>& uses) const override {
    for (const HolePart& part : parts_) {
      if (part.kind != Kind::name && part.bind.empty()) continue;
      NameUse use{part.bind.empty() ? part.text : part.bind, at_.at, at_.length, !part.bind.empty()};
      if (at_.exact) {
        use.at.column += static_cast<unsigned>(part.at);
        use.length = static_cast<unsigned>(part.length);
      }
      uses.push_back(std::move(use));
    }
  }

 private:
  static Value filled(const HolePart& part, Captures& known, const Fields& call, const Surroundings& around,
                      std::vector<std::string>* missing) {
    std::optional<Value> value;
    switch (part.kind) {
      case Kind::literal: return part.text;
      case Kind::type: value = generated(part, around); break;
      case Kind::name:
        if (const Value* found = find_capture(part.text, known, nullptr)) value = *found;
        break;
      case Kind::env:
        if (auto text = around.env ? around.env(part.text) : std::nullopt) value = std::move(*text);
        break;
      case Kind::request: value = request_value(part.text, call); break;
      case Kind::regex: break;  // refused by the compiler
    }
    if (value && !part.bind.empty()) known[part.bind] = *value;
    if (value) return *value;
    if (missing) {
      const char* prefix = part.kind == Kind::env ? "env." : part.kind == Kind::request ? "req." : "";
      missing->push_back(fmt::format("{{{{{}{}}}}}", prefix, part.text));
    }
    return "";
  }
  static Value generated(const HolePart& part, const Surroundings& around) {
    if (part.type->name == "uuid") return random_uuid(around);
    if (part.type->name == "now") return around.now ? around.now() : "";
    if (part.type->kind == HoleKind::null) return nullptr;
    return std::string(part.type->name);  // {{redacted}}
  }

  std::vector<HolePart> parts_;
  TextAt at_;
};

class ArrayTemplate : public Template {
 public:
  explicit ArrayTemplate(std::vector<TemplatePtr> items) : items_(std::move(items)) {}
  Value render(Captures& known, const Fields& call, const Surroundings& around,
               std::vector<std::string>* missing) const override {
    Value out = Value::array();
    for (const auto& item : items_) out.push_back(item->render(known, call, around, missing));
    return out;
  }
  void collect_names(std::vector<NameUse>& uses) const override {
    for (const auto& item : items_) item->collect_names(uses);
  }

 private:
  std::vector<TemplatePtr> items_;
};

using TemplateMembers = std::vector<std::pair<std::string, TemplatePtr>>;

class ObjectTemplate : public Template {
 public:
  explicit ObjectTemplate(TemplateMembers members) : members_(std::move(members)) {}
  Value render(Captures& known, const Fields& call, const Surroundings& around,
               std::vector<std::string>* missing) const override {
    Value out = Value::object();
    for (const auto& [key, member] : members_) out[key] = member->render(known, call, around, missing);
    return out;
  }
  void collect_names(std::vector<NameUse>& uses) const override {
    for (const auto& [key, member] : members_) member->collect_names(uses);
  }

 private:
  TemplateMembers members_;
};

/// JSON as the bytes that a raw step sends.
class JsonTextTemplate : public Template {
 public:
  explicit JsonTextTemplate(TemplatePtr json) : json_(std::move(json)) {}
  Value render(Captures& known, const Fields& call, const Surroundings& around,
               std::vector<std::string>* missing) const override {
    return json_text(json_->render(known, call, around, missing));
  }
  void collect_names(std::vector<NameUse>& uses) const override { json_->collect_names(uses); }

 private:
  TemplatePtr json_;
};

bool fit_for_a_reply(const HolePart& part, const TextAt& at, Diagnostics& problems) {
  const bool has_value = part.kind != Kind::regex &&
                         (part.kind != Kind::type || part.type->name == "uuid" || part.type->name == "now" ||
                          part.type->name == "null" || part.type->name == "redacted");
  if (!has_value) {
    add_problem(problems, at, part.at, part.length,
                fmt::format("'{{{{{}}}}}' matches what the program sends: a reply needs a value",
                            part.kind == Kind::regex ? fmt::format("/{}/", part.text) : part.text),
                "write the value itself, a name that a pattern bound, {{uuid}}, {{now}}, {{env.NAME}} or {{req.json.a}}");
    return false;
  }
  if (part.kind != Kind::request) return true;
  const std::string wrong = check_request_path(part.text);
  if (wrong.empty()) return true;
  add_problem(problems, at, part.at, part.length, fmt::format("unknown hole '{{{{req.{}}}}}'", part.text), wrong);
  return false;
}

TemplatePtr text_template(std::string_view text, const TextAt& at, Diagnostics& problems) {
  auto parts = parse_holes(text, at, problems);
  if (!parts) return nullptr;
  bool good = true, moving = false;
  for (const HolePart& part : *parts) {
    good = fit_for_a_reply(part, at, problems) && good;
    moving = moving || part.kind != Kind::literal;
  }
  if (!good) return nullptr;
  if (!moving) return std::make_shared<ConstantTemplate>(parts->empty() ? "" : parts->front().text);
  return std::make_shared<TextTemplate>(std::move(*parts), at);
}

/// One constant where all items are, so that rendering it is one copy.
TemplatePtr array_template(std::vector<TemplatePtr> items) {
  if (std::ranges::find(items, nullptr) != items.end()) return nullptr;
  if (!std::ranges::all_of(items, [](const TemplatePtr& item) { return item->constant(); })) {
    return std::make_shared<ArrayTemplate>(std::move(items));
  }
  Value all = Value::array();
  for (const auto& item : items) all.push_back(*item->constant());
  return std::make_shared<ConstantTemplate>(std::move(all));
}

TemplatePtr object_template(TemplateMembers members) {
  if (std::ranges::find(members, nullptr, &TemplateMembers::value_type::second) != members.end()) return nullptr;
  if (!std::ranges::all_of(members, [](const auto& member) { return member.second->constant(); })) {
    return std::make_shared<ObjectTemplate>(std::move(members));
  }
  Value all = Value::object();
  for (const auto& [key, member] : members) all[key] = *member->constant();
  return std::make_shared<ConstantTemplate>(std::move(all));
}

template <class T>
TemplatePtr constant(const T& value) {
  return std::make_shared<ConstantTemplate>(Value(value));
}

}  // namespace

TemplatePtr compile_template(const Node& node, Diagnostics& problems) {
  if (const auto* text = node.text()) return text_template(*text, text_at(node), problems);
  if (const auto* flag = std::get_if<bool>(&node.value)) return constant(*flag);
  if (const auto* number = node.integer()) return constant(*number);
  if (const auto* number = std::get_if<double>(&node.value)) return constant(*number);
  if (const auto* date = std::get_if<Node::Date>(&node.value)) return constant(date->text);
  if (const auto* array = node.array()) {
    std::vector<TemplatePtr> items;
    for (const Node& item : *array) items.push_back(compile_template(item, problems));
    return array_template(std::move(items));
  }
  TemplateMembers members;
  for (const auto& [key, value] : *node.table()) members.emplace_back(key, compile_template(value, problems));
  return object_template(std::move(members));
}

TemplatePtr compile_template(const Value& json, const Place& at, Diagnostics& problems) {
  if (json.is_string()) return text_template(json.get_ref<const std::string&>(), {at, 1, false}, problems);
  if (!json.is_structured()) return constant(json);
  std::vector<TemplatePtr> items;
  TemplateMembers members;
  for (const auto& [key, value] : json.items()) {
    auto item = compile_template(value, at, problems);
    if (json.is_array()) {
      items.push_back(std::move(item));
    } else {
      members.emplace_back(key, std::move(item));
    }
  }
  return json.is_array() ? array_template(std::move(items)) : object_template(std::move(members));
}

TemplatePtr compile_bytes_template(const Node& node, Diagnostics& problems) {
  if (const auto* text = node.text()) return text_template(*text, text_at(node), problems);
  if (node.table() && node.table()->size() == 1) {
    const auto& [name, argument] = node.table()->front();
    if (auto bytes = compile_bytes(name, argument, problems); bytes.is_bytes) {
      return bytes.bytes ? constant(*bytes.bytes) : nullptr;
    }
    if (name == "json") {
      TemplatePtr json;
      if (const auto* text = argument.text(); text && !text->starts_with("{{")) {
        const auto parsed = json_of_text(*text, text_at(argument), problems);
        if (parsed) json = compile_template(*parsed, argument.at, problems);
      } else {
        json = compile_template(argument, problems);
      }
      if (!json) return nullptr;
      if (json->constant()) return constant(json_text(*json->constant()));
      return std::make_shared<JsonTextTemplate>(std::move(json));
    }
  }
  add_problem(problems, node, "what is sent is text or bytes",
              "write \"...\", { text = \"...\" }, { json = ... }, { hex = \"...\" }, { base64 = \"...\" } or { file = \"...\" }");
  return nullptr;
}

}  // namespace bigfoot

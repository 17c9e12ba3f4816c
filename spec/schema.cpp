// spec/schema.cpp - The key tables as JSON Schema, for editors. Flat objects that refuse unknown keys give the good messages;
// unions stand at leaves only. Source: spec-format.md, section 8; https://json-schema.org/specification-links (draft-04).
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "protocols/registry.h"
#include "spec/keys.h"
#include "spec/protocol_keys.h"
#include "spec/spec.h"

namespace bigfoot {
namespace {

/// One key, as all protocols that have it use it.
struct Property {
  unsigned kinds = 0;
  std::vector<std::string_view> helps;
  std::string_view values;
  std::vector<std::string_view> protocols;
};
using Properties = std::map<std::string_view, Property>;

Value types_of(unsigned kinds) {
  constexpr std::pair<unsigned, std::string_view> kTypes[] = {{kBoolean, "boolean"}, {kInteger, "integer"}, {kNumber, "number"},
                                                              {kText, "string"},     {kArray, "array"},     {kTable, "object"}};
  Value types = Value::array();
  for (const auto& [kind, name] : kTypes)
    if (kinds & kind) types.push_back(name);
  return types.size() == 1 ? types.front() : types;
}

Value schema_of(const Property& property) {
  Value schema = Value::object();
  schema["description"] = fmt::format("{}", fmt::join(property.helps, "; or: "));
  if (property.kinds != kAnything) schema["type"] = types_of(property.kinds);
  if (property.values.empty()) return schema;
  std::string_view rest = property.values;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('|'), rest.size());
    schema["enum"].push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return schema;
}

void merge(Properties& into, Keys keys, std::string_view protocol) {
  for (const KeyInfo& key : keys) {
    Property& property = into[key.name];
    const bool first = property.kinds == 0;
    // A text that is one of a few here and free elsewhere is free.
    property.values = first || property.values == key.values ? key.values : std::string_view();
    property.kinds |= key.kinds;
    if (std::ranges::find(property.helps, key.help) == property.helps.end()) property.helps.push_back(key.help);
    property.protocols.push_back(protocol);
  }
}

Value object_of(const Properties& properties) {
  Value schema = {{"type", "object"}, {"additionalProperties", false}, {"properties", Value::object()}};
  for (const auto& [name, property] : properties) schema["properties"][std::string(name)] = schema_of(property);
  return schema;
}

Value object_of(Keys keys) {
  Properties properties;
  merge(properties, keys, "");
  return object_of(properties);
}

Value array_of(std::string_view definition) { return {{"type", "array"}, {"items", {{"$ref", fmt::format("#/definitions/{}", definition)}}}}; }

Value step_schema() {
  Properties properties;
  for (const ProtocolInfo* protocol : all_protocols()) {
    merge(properties, verbs_of(protocol->name), protocol->name);
    merge(properties, step_keys_of(protocol->name), protocol->name);
  }
  return object_of(properties);
}

Value reply_schema() {
  Properties properties;
  unsigned kinds = 0;
  for (const ProtocolInfo* protocol : all_protocols()) {
    merge(properties, reply_keys_of(protocol->name), protocol->name);
    kinds |= protocol_keys(protocol->name).reply_kinds;
  }
  Value schema = object_of(properties);  // what is no table is not held against the properties
  if (kinds == kAnything) schema.erase("type");
  else schema["type"] = types_of(kinds);
  return schema;
}

Value entry_schema() {
  Properties properties;
  for (const ProtocolInfo* protocol : all_protocols()) merge(properties, keys_of(protocol->name), protocol->name);
  Value schema = object_of(properties);
  schema["properties"]["http"]["pattern"] = R"(^(\*|(\*|[A-Z]+|.*\{\{.*) .+)$)";
  schema["properties"]["socket"]["pattern"] = R"(^(\*|(tcp|udp|unix)://.+)$)";
  schema["properties"]["websocket"]["pattern"] = R"(^(\*|wss?://.+)$)";
  schema["properties"]["reply"] = {{"$ref", "#/definitions/reply"}};
  schema["properties"]["replies"] = array_of("reply");
  schema["properties"]["steps"] = array_of("step");
  for (const std::string_view part : {"tls", "client_cert"}) {
    Value table = object_of(part_keys(part));  // what is no table is not held against it
    table.erase("type");
    schema["properties"][std::string(part)].update(table);
  }
  for (const auto& [name, property] : properties)
    if (property.protocols.size() == 1 && property.protocols.front() != name)
      schema["dependencies"][std::string(name)] = Value::array({property.protocols.front()});
  return schema;
}

Value defaults_schema() {
  Value schema = {{"type", "object"}, {"additionalProperties", false}, {"properties", Value::object()}};
  for (const ProtocolInfo* protocol : all_protocols()) schema["properties"][std::string(protocol->name)] = object_of(default_keys_of(protocol->name));
  return schema;
}

}  // namespace

Value spec_schema() {
  Value schema = {{"$schema", "http://json-schema.org/draft-04/schema#"},
                  {"title", "bigfoot-run spec, version 1"},
                  {"description", "What a program does to the outside world, and what it gets back. See bigfoot-spec(5)."}};
  schema.update(object_of(file_keys().keys));
  schema["required"] = Value::array({"version"});
  Value& properties = schema["properties"];
  properties["version"]["enum"] = Value::array({1});
  properties["include"]["items"] = {{"type", "string"}};
  properties["settings"] = object_of(settings_keys().keys);
  properties["noise"] = object_of(noise_keys().keys);
  properties["guard"] = object_of(guard_keys().keys);
  properties["guard"]["properties"]["file"] = object_of(guard_file_keys().keys);
  properties["guard"]["properties"]["tls"]["pattern"] = "^(opaque|terminate)$";  // of texts; an enum would refuse the table
  properties["guard"]["properties"]["tls"]["additionalProperties"] = {{"enum", {"opaque", "terminate"}}};
  properties["defaults"] = defaults_schema();
  properties["channels"] = {{"type", "object"}, {"additionalProperties", object_of(channel_keys().keys)}};
  properties["expect"] = array_of("entry");
  Value test = object_of(test_keys().keys);
  test["properties"]["expect"] = array_of("entry");
  properties["test"] = {{"type", "array"}, {"items", std::move(test)}};
  schema["definitions"] = {{"entry", entry_schema()}, {"reply", reply_schema()}, {"step", step_schema()}};
  return schema;
}

}  // namespace bigfoot

// tests/unit/spec/schema_test.cpp - The editor schema says what the key tables say.
#include <gtest/gtest.h>

#include "spec/keys.h"
#include "spec/spec.h"

namespace bigfoot {
namespace {

TEST(Schema, IsDraft4AndRefusesUnknownKeysEverywhere) {
  const Value schema = spec_schema();
  EXPECT_EQ(schema["$schema"], "http://json-schema.org/draft-04/schema#");
  EXPECT_EQ(schema["additionalProperties"], false);
  for (const char* name : {"entry", "reply", "step"}) EXPECT_EQ(schema["definitions"][name]["additionalProperties"], false) << name;
  for (const char* name : {"settings", "noise", "guard", "defaults"}) EXPECT_EQ(schema["properties"][name]["additionalProperties"], false) << name;
}

TEST(Schema, UsesNothingThatDraft4DoesNotHave) {
  const std::string text = spec_schema().dump();
  for (const char* word : {"\"if\"", "\"const\"", "\"$defs\"", "\"anyOf\"", "\"oneOf\""}) EXPECT_EQ(text.find(word), std::string::npos) << word;
}

TEST(Schema, KnowsEveryKeyOfEveryProtocol) {
  const Value schema = spec_schema();
  for (const char* protocol : {"http", "websocket", "postgres", "redis", "smtp", "socket", "exec", "shell", "which", "file", "dns", "log", "mock", "sqlite"}) {
    for (const KeyInfo& key : keys_of(protocol)) EXPECT_TRUE(schema["definitions"]["entry"]["properties"].contains(std::string(key.name))) << key.name;
    for (const KeyInfo& key : reply_keys_of(protocol)) EXPECT_TRUE(schema["definitions"]["reply"]["properties"].contains(std::string(key.name))) << key.name;
    for (const KeyInfo& key : verbs_of(protocol)) EXPECT_TRUE(schema["definitions"]["step"]["properties"].contains(std::string(key.name))) << key.name;
  }
}

TEST(Schema, TiesKeysToTheirHeadline) {
  const Value schema = spec_schema();
  EXPECT_EQ(schema["definitions"]["entry"]["dependencies"]["body"], Value::array({"http"}));
  EXPECT_EQ(schema["properties"]["settings"]["properties"]["order"]["enum"], Value::array({"strict", "per-target", "any"}));
  EXPECT_EQ(schema["required"], Value::array({"version"}));
}

TEST(Schema, KnowsTheTablesOfTls) {
  const Value entry = spec_schema()["definitions"]["entry"]["properties"];
  EXPECT_EQ(entry["tls"]["type"], Value::array({"boolean", "string", "object"}));
  EXPECT_EQ(entry["tls"]["additionalProperties"], false);
  for (const char* key : {"version", "alpn", "sni"}) EXPECT_TRUE(entry["tls"]["properties"].contains(key)) << key;
  EXPECT_EQ(spec_schema()["properties"]["guard"]["properties"]["tls"]["additionalProperties"]["enum"], Value::array({"opaque", "terminate"}));
  for (const char* key : {"subject", "san"}) EXPECT_TRUE(entry["client_cert"]["properties"].contains(key)) << key;
}

}  // namespace
}  // namespace bigfoot

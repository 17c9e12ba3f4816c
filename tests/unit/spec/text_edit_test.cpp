// tests/unit/spec/text_edit_test.cpp - Texts before and after a change: nothing but what had to change does.
#include <gtest/gtest.h>

#include "spec/text_edit.h"

namespace bigfoot {
namespace {

struct EditCase {
  const char* name;
  const char* before;
  TextPath path;
  const char* wanted;  ///< JSON; keys that are left out of it stay
  const char* after;   ///< or why not
};

const TextPath kFirst = {{"expect"}, {"", 0}};
const TextPath kFirstStep = {{"expect"}, {"", 0}, {"steps"}, {"", 0}};

const EditCase kEdits[] = {
    {"AddsALineAlignedWithTheOthers", R"([[expect]]   # the charge
http    = "GET http://a/"  # keep
reply   = { status = 200 }

# next
[[expect]]
http = "GET http://b/"
)", kFirst, R"({"body": "x", "headers": "*"})", R"([[expect]]   # the charge
http    = "GET http://a/"  # keep
reply   = { status = 200 }
body    = "x"
headers = "*"

# next
[[expect]]
http = "GET http://b/"
)"},
    {"AddsALineThatIsNotAligned", "[[expect]]\nhttp = \"GET http://a/\"\nreply = \"\"\n", kFirst, R"({"body": ""})", "[[expect]]\nhttp = \"GET http://a/\"\nreply = \"\"\nbody = \"\"\n"},
    {"AddsALineToTheLastOne", "[[expect]]\nhttp = \"GET http://a/\"", kFirst, R"({"body": ""})", "[[expect]]\nhttp = \"GET http://a/\"\nbody = \"\""},
    {"AddsALineBeforeTheTablesBelow", R"([[expect]]
http = "GET http://a/"

[expect.reply]
status = 200
)", kFirst, R"({"body": "x"})", R"([[expect]]
http = "GET http://a/"
body = "x"

[expect.reply]
status = 200
)"},
    {"KeepsTheIndentOfATest", "[[test]]\nname = \"t\"\n  [[test.expect]]\n  http = \"GET http://a/\"\n", {{"test"}, {"", 0}, {"expect"}, {"", 0}}, R"({"body": "x"})",
     "[[test]]\nname = \"t\"\n  [[test.expect]]\n  http = \"GET http://a/\"\n  body = \"x\"\n"},
    {"KeepsLineEndsOfWindows", "[[expect]]\r\nhttp = \"GET http://a/\"\r\nbody = \"x\" # c\r\n", kFirst, R"({"body": "y", "headers": "*"})",
     "[[expect]]\r\nhttp = \"GET http://a/\"\r\nbody = \"y\" # c\r\nheaders = \"*\"\r\n"},
    {"ChangesOneNumberOfAnInlineTable", "[[expect]]\nbody = { json = { amount = 5000,  currency='usd' } } # five\n", kFirst,
     R"({"body": {"json": {"amount": 5001, "currency": "usd"}}})", "[[expect]]\nbody = { json = { amount = 5001,  currency='usd' } } # five\n"},
    {"TakesAKeyOutOfTheMiddle", "[[expect]]\nbody = { a = 1, b = 2, c = 3 }\n", kFirst, R"({"body": {"a": 1, "c": 3}})", "[[expect]]\nbody = { a = 1, c = 3 }\n"},
    {"TakesTheFirstKeyOut", "[[expect]]\nbody = { a = 1, b = 2, c = 3 }\n", kFirst, R"({"body": {"b": 2, "c": 3}})", "[[expect]]\nbody = { b = 2, c = 3 }\n"},
    {"TakesTheLastKeyOutAndAddsOne", "[[expect]]\nbody = { a = 1, b = 2 }\n", kFirst, R"({"body": {"a": 1, "d": [1, {"e f": "g"}]}})", "[[expect]]\nbody = { a = 1, d = [1, { \"e f\" = \"g\" }] }\n"},
    {"TakesAllKeysOut", "[[expect]]\nbody = { a = 1 }\n", kFirst, R"({"body": {}})", "[[expect]]\nbody = { }\n"},
    {"FillsAnEmptyTable", "[[expect]]\nbody = { json = { } }\n", kFirst, R"({"body": {"json": {"a": true}}})", "[[expect]]\nbody = { json = { a = true } }\n"},
    {"ChangesAnArrayOfManyLines", R"([[expect]]
redis = [
  "SET",   # the verb
  "key",   # the key
  'value', # the value
]
)", kFirst, R"({"redis": ["SET", "key", "other"]})", R"([[expect]]
redis = [
  "SET",   # the verb
  "key",   # the key
  'other', # the value
]
)"},
    {"MakesAnArrayLonger", "[[expect]]\nredis = [\"SET\", \"k\", \"v\"]\n", kFirst, R"({"redis": ["SET", "k", "v", "EX", "60"]})", "[[expect]]\nredis = [\"SET\", \"k\", \"v\", \"EX\", \"60\"]\n"},
    {"MakesAnArrayOfLinesLonger", "[[expect]]\nredis = [\n  \"SET\",\n  \"k\",\n]\n", kFirst, R"({"redis": ["SET", "k", "v"]})", "[[expect]]\nredis = [\n  \"SET\",\n  \"k\",\n  \"v\",\n]\n"},
    {"MakesAnArrayShorter", "[[expect]]\nredis = [\"SET\", \"k\", \"v\"]\n", kFirst, R"({"redis": ["SET", "v"]})", "[[expect]]\nredis = [\"SET\", \"v\"]\n"},
    {"ChangesALeafInATableOfItsOwn", R"([[expect]]
http = "POST http://a/"
[expect.body.json]
currency = "usd"   # of the order
items    = [{ sku = "x", qty = 1 }]
[expect.reply]
status = 201
)", kFirst, R"({"body": {"json": {"currency": "eur", "items": [{"sku": "x", "qty": 2}], "note": "n"}}})", R"([[expect]]
http = "POST http://a/"
[expect.body.json]
currency = "eur"   # of the order
items    = [{ sku = "x", qty = 2 }]
note     = "n"
[expect.reply]
status = 201
)"},
    {"TakesALineOutOfATable", "[[expect]]\n[expect.body.json]\na = 1 # one\nb = 2\n", kFirst, R"({"body": {"json": {"b": 2}}})", "[[expect]]\n[expect.body.json]\nb = 2\n"},
    {"ChangesTablesInArrays", "[[expect]]\n[[expect.body.json.items]]\nsku = \"a\"\n[[expect.body.json.items]]\nsku = \"b\"\n", kFirst,
     R"({"body": {"json": {"items": [{"sku": "a"}, {"sku": "c"}]}}})", "[[expect]]\n[[expect.body.json.items]]\nsku = \"a\"\n[[expect.body.json.items]]\nsku = \"c\"\n"},
    {"RefusesToReplaceATableOfItsOwn", "[[expect]]\n[expect.body.json]\na = 1\n", kFirst, R"({"body": "text"})", "it stands in tables of its own"},
    {"ChangesDottedKeys", "[[expect]]\nhttp = \"x\"\nbody.json.amount = 5000\nbody.json.currency = \"usd\"\nreply.status = 200\n", kFirst,
     R"({"body": {"json": {"amount": 1, "currency": "usd", "more": true}}})",
     "[[expect]]\nhttp = \"x\"\nbody.json.amount = 1\nbody.json.currency = \"usd\"\nbody.json.more = true\nreply.status = 200\n"},
    {"ChangesAStepInBraces", "[[expect]]\nsteps = [\n  { send = \"a\" },   # first\n  { recv = \"b\" },\n]\n", kFirstStep, R"({"send": "z"})", "[[expect]]\nsteps = [\n  { send = \"z\" },   # first\n  { recv = \"b\" },\n]\n"},
    {"ChangesAStepOfItsOwnTable", "[[expect]]\n[[expect.steps]]\nquery  = \"SELECT 1\"\n[[expect.steps]]\nclose = true\n", kFirstStep, R"({"params": [1]})",
     "[[expect]]\n[[expect.steps]]\nquery  = \"SELECT 1\"\nparams = [1]\n[[expect.steps]]\nclose = true\n"},
    {"KeepsLiteralQuotes", "[[expect]]\na = 'x\\y'\nb = 'x'\n", kFirst, R"({"a": "x\\z", "b": "it's"})", "[[expect]]\na = 'x\\z'\nb = \"it's\"\n"},
    {"KeepsTextOfManyLines", "[[expect]]\na = '''\none\ntwo\n'''\nb = \"\"\"\nx\"\"\"\n", kFirst, R"({"a": "one\nthree\n", "b": "y"})", "[[expect]]\na = '''\none\nthree\n'''\nb = \"y\"\n"},
    {"KeepsQuotedKeys", "[[expect]]\nheaders = { \"x y\" = \"1\", '*' = \"*\" }\n", kFirst, R"({"headers": {"x y": "2", "*": "*"}})", "[[expect]]\nheaders = { \"x y\" = \"2\", '*' = \"*\" }\n"},
    {"ChangesAnEntryInAnArray", "expect = [\n  { http = \"GET http://a/\" }, # one\n]\n", kFirst, R"({"body": "x"})", "expect = [\n  { http = \"GET http://a/\", body = \"x\" }, # one\n]\n"},
};

Value merged_over(const Value& old, const Value& patch) {
  Value out = old;
  for (const auto& [key, value] : patch.items()) out[key] = value;
  return out;
}

TEST(TextEdit, ChangesWhatItHasToAndNothingElse) {
  for (const EditCase& row : kEdits) {
    SCOPED_TRACE(row.name);
    const auto document = read_document(row.before, Syntax::toml);
    ASSERT_TRUE(document);
    const Value whole = value_of(*document);
    const Value* old = &whole;
    for (const TextStep& step : row.path) old = step.key.empty() ? &old->at(step.index) : &old->at(step.key);
    std::vector<std::string> refused;
    const auto after = edit_tables(row.before, Syntax::toml, {{row.path, merged_over(*old, Value::parse(row.wanted)), {}}}, refused);
    ASSERT_TRUE(after);
    EXPECT_EQ(refused[0].empty() ? *after : refused[0], row.after);
    EXPECT_EQ(edit_tables(row.before, Syntax::toml, {{row.path, *old, {}}}, refused), row.before) << "no change";
  }
}

TEST(TextEdit, ChangesJson) {
  const std::string before = "{\n  \"version\": 1,\n  \"expect\": [\n    {\n      \"http\": \"GET http://a/\",\n      \"body\": {\"json\": {\"a\": 1}}\n    }\n  ]\n}\n";
  std::vector<std::string> refused;
  const Value wanted = Value::parse(R"({"http": "GET http://a/", "body": {"json": {"a": 2, "b": null}}, "headers": "*"})");
  EXPECT_EQ(edit_tables(before, Syntax::json, {{kFirst, wanted, {}}}, refused),
            "{\n  \"version\": 1,\n  \"expect\": [\n    {\n      \"http\": \"GET http://a/\",\n      \"body\": {\"json\": {\"a\": 2, \"b\": null}},\n      \"headers\": \"*\"\n    }\n  ]\n}\n");
}

struct InsertCase {
  const char* name;
  const char* before;
  TextPath table;
  const char* key;
  std::size_t index;
  const char* item;
  const char* after;
};

const InsertCase kInserts[] = {
    {"BehindAnEntryWithItsTables", R"([[expect]]
http = "a"
[expect.reply]   # of a
status = 200

# about b
[[expect]]
http = "b"
)", {}, "expect", 1, "dns   = \"x\"\nreply = []", R"([[expect]]
http = "a"
[expect.reply]   # of a
status = 200

[[expect]]
dns   = "x"
reply = []

# about b
[[expect]]
http = "b"
)"},
    {"BeforeTheFirstAndItsComment", "version = 1\n\n# about a\n[[expect]]\nhttp = \"a\"\n", {}, "expect", 0, "dns = \"x\"", "version = 1\n\n[[expect]]\ndns = \"x\"\n\n# about a\n[[expect]]\nhttp = \"a\"\n"},
    {"BehindTheLast", "[[expect]]\nhttp = \"a\" # end", {}, "expect", 1, "dns = \"x\"", "[[expect]]\nhttp = \"a\" # end\n\n[[expect]]\ndns = \"x\"\n"},
    {"WhereThereIsNone", "version = 1\n", {}, "expect", 0, "dns = \"x\"", "version = 1\n\n[[expect]]\ndns = \"x\"\n"},
    {"BehindABlankLineAtTheEnd", "version = 1\n\n", {}, "expect", 0, "dns = \"x\"", "version = 1\n\n[[expect]]\ndns = \"x\"\n"},
    {"BeforeAnEntryWithoutABlankLine", "[[expect]]\nhttp = \"a\"\n[[expect]]\nhttp = \"b\"\n", {}, "expect", 1, "dns = \"x\"", "[[expect]]\nhttp = \"a\"\n\n[[expect]]\ndns = \"x\"\n\n[[expect]]\nhttp = \"b\"\n"},
    {"InATestSection", "[[test]]\nname = \"t\"\n\n  [[test.expect]]\n  http = \"a\"\n\n[[test]]\nname = \"u\"\n", {{"test"}, {"", 0}}, "expect", 1, "smtp = \"x\"\nsteps = [\n  { quit = true },\n]\ntext = '''\nas it\nis'''",
     "[[test]]\nname = \"t\"\n\n  [[test.expect]]\n  http = \"a\"\n\n  [[test.expect]]\n  smtp = \"x\"\n  steps = [\n    { quit = true },\n  ]\n  text = '''\nas it\nis'''\n\n[[test]]\nname = \"u\"\n"},
    {"InATestSectionWithoutEntries", "[[test]]\nname = \"t\"\n\n[[test]]\nname = \"u\"\n", {{"test"}, {"", 0}}, "expect", 0, "dns = \"x\"", "[[test]]\nname = \"t\"\n\n[[test.expect]]\ndns = \"x\"\n\n[[test]]\nname = \"u\"\n"},
    {"AStepOnOneLine", "[[expect]]\nsteps = [ { a = 1 }, { b = 2 } ]\n", kFirst, "steps", 1, "c = 3", "[[expect]]\nsteps = [ { a = 1 }, { c = 3 }, { b = 2 } ]\n"},
    {"AStepBehindTheLastOnOneLine", "[[expect]]\nsteps = [ { a = 1 } ]\n", kFirst, "steps", 1, "c = 3", "[[expect]]\nsteps = [ { a = 1 }, { c = 3 } ]\n"},
    {"AStepBehindAComment", "[[expect]]\nsteps = [\n  { a = 1 },  # one\n  { b = 2 },\n]\n", kFirst, "steps", 1, "c = 3", "[[expect]]\nsteps = [\n  { a = 1 },  # one\n  { c = 3 },\n  { b = 2 },\n]\n"},
    {"AStepBehindTheLastWithoutComma", "[[expect]]\nsteps = [\n  { a = 1 },\n  { b = 2 }  # two\n]\n", kFirst, "steps", 2, "c = 3", "[[expect]]\nsteps = [\n  { a = 1 },\n  { b = 2 },  # two\n  { c = 3 }\n]\n"},
    {"AStepBeforeTheFirst", "[[expect]]\nsteps = [\n  { a = 1 },\n]\n", kFirst, "steps", 0, "c = 3", "[[expect]]\nsteps = [\n  { c = 3 },\n  { a = 1 },\n]\n"},
    {"AStepAsATable", "[[expect]]\nsmtp = \"x\"\n[[expect.steps]]\nehlo = \"*\"\n# bye\n[[expect.steps]]\nquit = true\n", kFirst, "steps", 1, "starttls = true", "[[expect]]\nsmtp = \"x\"\n[[expect.steps]]\nehlo = \"*\"\n\n[[expect.steps]]\nstarttls = true\n\n# bye\n[[expect.steps]]\nquit = true\n"},
    {"WithLineEndsOfWindows", "[[expect]]\r\nhttp = \"a\"\r\n", {}, "expect", 1, "dns = \"x\"\nreply = []", "[[expect]]\r\nhttp = \"a\"\r\n\r\n[[expect]]\r\ndns = \"x\"\r\nreply = []\r\n"},
    {"IntoAnArray", "expect = [\n  { http = \"a\" },\n]\n", {}, "expect", 1, "dns = \"x\"", "expect = [\n  { http = \"a\" },\n  { dns = \"x\" },\n]\n"},
};

TEST(TextEdit, InsertsWhereTheOthersStand) {
  for (const InsertCase& row : kInserts) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(insert_item(row.before, Syntax::toml, row.table, row.key, row.index, row.item), row.after);
  }
}

TEST(TextEdit, InsertsIntoJson) {
  EXPECT_EQ(insert_item("{\"version\": 1, \"expect\": [\n  {\"http\": \"a\"}\n]}\n", Syntax::json, {}, "expect", 1, "dns = \"x\"\nreply = []"),
            "{\"version\": 1, \"expect\": [\n  {\"http\": \"a\"},\n  {\"dns\":\"x\",\"reply\":[]}\n]}\n");
  EXPECT_EQ(insert_item("{\"version\": 1}", Syntax::json, {}, "expect", 0, "dns = \"x\""), "{\"version\": 1, \"expect\": [{\"dns\":\"x\"}]}");
}

}  // namespace
}  // namespace bigfoot

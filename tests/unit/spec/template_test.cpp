// tests/unit/spec/template_test.cpp - What reply templates render to.
#include <gtest/gtest.h>

#include "tests/unit/spec/spec_text.h"

namespace bigfoot {
namespace {

struct TemplateCase {
  const char* name;
  const char* toml;
  const char* rendered;  // JSON
  const char* missing;
};
const TemplateCase kTemplates[] = {
    {"Constant", R"({ status = 200, json = { a = [1, 2.5, true] } })", R"({"status":200,"json":{"a":[1,2.5,true]}})", ""},
    {"Name", R"({ id = "{{order}}", text = "no. {{order}}" })", R"({"id":42,"text":"no. 42"})", ""},
    {"NameUnbound", R"("a{{nobody}}b")", R"("ab")", "{{nobody}}"},
    {"Now", R"("{{now}}")", R"("2026-01-02T03:04:05.678Z")", ""},
    {"Env", R"("{{env.STRIPE_KEY}}")", R"("sk_test_1")", ""},
    {"EnvMissing", R"("{{env.NO}}")", R"("")", "{{env.NO}}"},
    {"Null", R"({ a = "{{null}}" })", R"({"a":null})", ""},
    {"Literal", R"("{{lit:{{}}x}} {{lit:*}} *")", R"("{{x}} * *")", ""},
    {"Uuid", R"("{{uuid}}")", R"("9e3779b9-7f4a-4c15-bc6e-f372fe94f82a")", ""},
    {"UuidIsBound", R"(["{{uuid:token}}", "{{token}}"])", R"(["9e3779b9-7f4a-4c15-bc6e-f372fe94f82a","9e3779b9-7f4a-4c15-bc6e-f372fe94f82a"])", ""},
    {"RequestJson", R"(["{{req.json.a.b}}", "{{req.json.items[1].sku}}", "{{req.json.items.0.sku}}", "{{req.json.a}}"])",
     R"([5,"y","x",{"b":5}])", ""},
    {"RequestJsonMissing", R"("{{req.json.nothing}}")", R"("")", "{{req.json.nothing}}"},
    {"RequestParts", R"("{{req.method}} {{req.path}} {{req.query.page}} {{req.header.X-Id}}")", R"("POST /v1/charges 2 abc")", ""},
};

TEST(Template, Renders) {
  const Fields call = http_call("POST", "/v1/charges", R"({"a": {"b": 5}, "items": [{"sku": "x"}, {"sku": "y"}]})", {{"x-id", "abc"}}, "page=2");
  for (const TemplateCase& row : kTemplates) {
    SCOPED_TRACE(row.name);
    Diagnostics problems;
    const auto made = compile_template(node_of(row.toml, problems), problems);
    ASSERT_TRUE(made) << all_text(problems);
    Captures known{{"order", 42}};
    std::vector<std::string> missing;
    EXPECT_EQ(made->render(known, call, quiet_world(), &missing).dump(), row.rendered);
    EXPECT_EQ(missing.empty() ? "" : missing.front(), row.missing);
    EXPECT_EQ(made->constant() != nullptr, std::string_view(row.name) == "Constant" || std::string_view(row.name) == "Literal");
  }
}

TEST(Template, FormFields) {
  Diagnostics problems;
  const auto made = compile_template(node_of(R"("{{req.form.charge}}")", problems), problems);
  Captures known;
  EXPECT_EQ(made->render(known, http_call("POST", "/", "charge=ch_1&a=b"), quiet_world(), nullptr), Value("ch_1"));
}

TEST(Template, BytesOfARawStep) {
  const std::pair<const char*, std::string> cases[] = {
      {R"("PONG\r\n")", "PONG\r\n"},          {R"({ hex = "ca fe" })", "\xca\xfe"},       {R"({ text = "{{int}}" })", "{{int}}"},
      {R"({ base64 = "aGk=" })", "hi"},        {R"({ json = { a = 1 } })", "{\"a\":1}"},   {R"({ json = { a = "{{order}}" } })", "{\"a\":42}"},
      {R"({ json = '[1, null]' })", "[1,null]"},
  };
  for (const auto& [toml, bytes] : cases) {
    SCOPED_TRACE(toml);
    Diagnostics problems;
    const auto made = compile_bytes_template(node_of(toml, problems), problems);
    ASSERT_TRUE(made) << all_text(problems);
    Captures known{{"order", 42}};
    EXPECT_EQ(made->render(known, Fields::object(), quiet_world(), nullptr), Value(bytes));
  }
}

TEST(TemplateProblems, NameThePlaceAndTheCure) {
  const std::pair<const char*, const char*> cases[] = {
      {R"("{{int}}")", "t.toml:1:6: error: '{{int}}' matches what the program sends: a reply needs a value\n  v = \"{{int}}\"\n       ^~~~~~~\n"
                       "  write the value itself, a name that a pattern bound, {{uuid}}, {{now}}, {{env.NAME}} or {{req.json.a}}\n"},
      {R"("x{{req.jsom.a}}")", "t.toml:1:7: error: unknown hole '{{req.jsom.a}}'\n  v = \"x{{req.jsom.a}}\"\n        ^~~~~~~~~~~~~~\n  did you mean '{{req.json.a}}'?\n"},
      {R"("{{req.header}}")", "t.toml:1:6: error: unknown hole '{{req.header}}'\n  v = \"{{req.header}}\"\n       ^~~~~~~~~~~~~~\n  name what you want: {{req.header.NAME}}\n"},
  };
  for (const auto& [toml, text] : cases) {
    Diagnostics problems;
    problems.remember("t.toml", std::string("v = ") + toml);
    EXPECT_EQ(compile_template(node_of(toml, problems), problems), nullptr);
    EXPECT_EQ(all_text(problems), text);
  }
}

}  // namespace
}  // namespace bigfoot

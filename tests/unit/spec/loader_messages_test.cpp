// tests/unit/spec/loader_messages_test.cpp - Every message of the loader, whole, caret too: the examples of loader_messages*.md.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "spec/loader.h"

namespace bigfoot {
namespace {

struct Example {
  std::string name, toml, text;
};

/// "## Name", then a block of toml, then a block of text.
std::vector<Example> read_examples(const std::string& path) {
  std::ifstream in(path);
  std::vector<Example> examples;
  std::string* block = nullptr;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("## ")) {
      examples.push_back({line.substr(3), "", ""});
    } else if (line == "```toml" || line == "```text") {
      block = examples.empty() ? nullptr : line == "```toml" ? &examples.back().toml : &examples.back().text;
    } else if (line == "```") {
      block = nullptr;
    } else if (block) {
      *block += line + "\n";
    }
  }
  return examples;
}

class LoaderMessages : public testing::TestWithParam<const char*> {};

TEST_P(LoaderMessages, AreWhatTheExamplesSay) {
  const std::vector<Example> examples = read_examples(std::string(BIGFOOT_SOURCE_DIR "/tests/unit/spec/") + GetParam());
  EXPECT_GE(examples.size(), 10u);
  for (const Example& example : examples) {
    Diagnostics problems;
    load_spec_text("s.toml", "version = 1\n" + example.toml, problems);
    std::string text;
    for (const Diagnostic& problem : problems.all()) text += to_text(problem);
    EXPECT_EQ(text, example.text) << example.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Files, LoaderMessages, testing::Values("loader_messages.md", "loader_messages_redis.md"), [](const auto& info) {
  const std::string name = info.param;
  return name.substr(0, name.find('.'));
});

TEST(LoaderMessage, TellsAMissingOrUnknownVersion) {
  const auto messages = [](const std::string& toml) {
    Diagnostics problems;
    load_spec_text("s.toml", toml, problems);
    std::string text;
    for (const Diagnostic& problem : problems.all()) text += to_text(problem);
    return text;
  };
  EXPECT_EQ(messages("# nothing\n"), "s.toml:1:1: error: the version of the format is missing\n  # nothing\n  ^\n  write on top: version = 1\n");
  EXPECT_EQ(messages(""), "s.toml:1:1: error: the version of the format is missing\n  write on top: version = 1\n");
  EXPECT_EQ(messages("version = 2\n"), "s.toml:1:11: error: version 2 of the format is not known to this program\n  version = 2\n            ^\n  version = 1\n");
  EXPECT_EQ(messages("version = \"1\"\n"), "s.toml:1:11: error: 'version' in a spec file must be a whole number, not a string\n  version = \"1\"\n            ^~~\n  version: of the format: 1\n");
}

}  // namespace
}  // namespace bigfoot

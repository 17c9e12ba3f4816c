// tests/unit/runner/report_mdoc_test.cpp - The manual pages list what the program knows. man/refresh writes the lists.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "runner/mdoc.h"

namespace bigfoot {
namespace {

std::string page(const std::string& name) {
  std::ifstream file(BIGFOOT_SOURCE_DIR "/man/" + name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(ManualPages, ListWhatTheTablesSay) {
  for (const char* name : {"bigfoot-run.1", "bigfoot-spec.5", "bigfoot-timeline.5"}) {
    const std::string text = page(name);
    ASSERT_FALSE(text.empty()) << name;
    EXPECT_EQ(text, refreshed_page(text)) << "run man/refresh BUILD/bigfoot-run";
  }
}

TEST(ManualPages, HaveEveryPart) {
  const std::string all = page("bigfoot-run.1") + page("bigfoot-spec.5");
  for (std::string_view part : mdoc_parts()) {
    EXPECT_NE(all.find(".\\\" BEGIN " + std::string(part) + "\n"), std::string::npos) << part;
    EXPECT_FALSE(mdoc_part(part).empty()) << part;
  }
}

TEST(ManualPages, NoLineOfAListIsAMacroByChance) {
  EXPECT_EQ(refreshed_page(".\\\" BEGIN nothing\nx\n.\\\" END nothing\n"), ".\\\" BEGIN nothing\nx\n.\\\" END nothing\n");
}

}  // namespace
}  // namespace bigfoot

// tests/clients/shop_gtest.cpp - Tests that read one URL, each with a reply of its own, and pay by a named mock; SHOP says which
// one does it wrong. See tests/e2e/cases/sections.py.
#include <bigfoot_gtest.h>

#include <cstdlib>
#include <string>

std::string read_shop(const std::string& query);
bool breaks(const std::string& how);

class Shop : public testing::TestWithParam<const char*> {
 protected:
  void TearDown() override { EXPECT_EQ(read_shop(""), "after"); }
};

TEST_P(Shop, Reads) { EXPECT_EQ(read_shop(breaks("mismatch") && GetParam() == std::string("ann") ? "?x=1" : ""), GetParam()); }
INSTANTIATE_TEST_SUITE_P(All, Shop, testing::Values("ann", "bob", "eve"), [](const auto& test) { return std::string(test.param); });

TEST(Till, Pays) {
  if (breaks("unused")) return;
  const bigfoot::Reply paid = bigfoot::call("Till.charge", bigfoot::args(42, "eur"), R"({"order_id": 42})");
  EXPECT_EQ(paid.value, R"({"status":"ok"})") << paid.error_message;
  const bigfoot::Reply declined = bigfoot::call("Till.charge", bigfoot::args(1));
  EXPECT_EQ(declined.error_type + ": " + declined.error_message, "ValueError: too \"little\"");
  EXPECT_TRUE(bigfoot::call("Till.charge", bigfoot::args(2)).real);
}

TEST(Till, Skipped) { GTEST_SKIP(); }

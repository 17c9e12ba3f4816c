// Names: synthetic addresses, the hosts file, search domains.
#include "runner/names.h"

#include <gtest/gtest.h>

namespace bigfoot {
namespace {

TEST(Names, ANameKeepsItsSyntheticAddress) {
  Names names("", "");
  const std::string first = names.address_of("api.example.com");
  EXPECT_EQ(first, "198.18.0.1");
  EXPECT_EQ(names.address_of("other.example.com"), "198.18.0.2");
  EXPECT_EQ(names.address_of("api.example.com"), first);
  EXPECT_EQ(names.name_of(first), "api.example.com");
  EXPECT_EQ(names.name_of("198.18.0.3"), std::nullopt);
  EXPECT_TRUE(is_synthetic("198.19.255.254"));
  EXPECT_FALSE(is_synthetic("198.20.0.1"));
}

TEST(Names, TheLatestNameOfAScriptedAddressWins) {
  Names names("", "");
  names.learn("93.184.216.34", "a.example.com");
  names.learn("93.184.216.34", "b.example.com");
  EXPECT_EQ(names.name_of("93.184.216.34"), "b.example.com");
}

TEST(Names, TheHostsFileGivesAliasesWithoutComments) {
  Names names("127.0.0.1 localhost me # not this\n# 127.0.0.1 nor this\n::1\tlocalhost ip6-localhost\n", "");
  EXPECT_EQ(names.hosts_aliases("127.0.0.1"), (std::vector<std::string>{"localhost", "me"}));
  EXPECT_EQ(names.hosts_aliases("::1"), (std::vector<std::string>{"localhost", "ip6-localhost"}));
  EXPECT_TRUE(names.hosts_aliases("10.0.0.1").empty());
}

TEST(Names, SearchDomainsComeOffTheEndOnly) {
  Names names("", "nameserver 10.0.0.53\nsearch old.example\nsearch svc.cluster.local cluster.local.\n");
  const struct {
    const char* name;
    std::optional<std::string> bare;
  } kCases[] = {
      {"redis.svc.cluster.local", "redis"}, {"redis.cluster.local", "redis"},   {"redis.old.example", std::nullopt},
      {"cluster.local", std::nullopt},      {"xcluster.local", std::nullopt},   {"api.example.com", std::nullopt},
  };
  for (const auto& c : kCases) EXPECT_EQ(names.without_search_domain(c.name), c.bare) << c.name;
}

}  // namespace
}  // namespace bigfoot

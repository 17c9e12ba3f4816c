// tests/unit/runner/java_store_test.cpp - Java's stores, as keytool(1) and openssl(1) read what comes out. The stores are
// the fuzz target's, made by keytool and openssl.
#include "runner/trust/java_store.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "tests/fuzz/store_ca.h"

namespace bigfoot {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string fixture(const std::string& name) {
  std::ifstream in(std::string(BIGFOOT_SOURCE_DIR) + "/tests/fuzz/corpus/store/" + name, std::ios::binary);
  EXPECT_TRUE(in) << name;
  return {std::istreambuf_iterator<char>(in), {}};
}

std::optional<std::string> with_ca(const std::string& store, const std::vector<std::string>& passwords, bool gives_none = false) {
  return java_store_with_ca(store, test::ca_der(), {passwords, gives_none});
}

TEST(JavaStore, OpensWithOneOfThePasswords) {
  const struct {
    const char* store;
    std::vector<std::string> passwords;
    bool gives_none;
    bool opens;
  } kCases[] = {
      {"jks-password-secret", {"changeit", "", "secret"}, false, true},
      {"jks-password-secret", {"changeit", "", "changeme"}, false, false},
      {"jks-password-secret", {"changeit"}, true, true},
      {"jks-version-1", {"changeit"}, true, true},
      {"jks-key", {"changeit"}, false, true},
      {"jks-key", {"other"}, true, true},
      {"jks-cut", {"secret"}, true, false},
      {"jks-more-entries-than-there-are", {"secret"}, true, false},
      {"jceks", {"", "changeit"}, false, true},
      {"jceks", {"secret"}, true, false},
      {"pkcs12", {"", "secret", "changeit"}, false, true},
      {"pkcs12", {"", "secret"}, true, false},
      {"pkcs12-empty-password", {"changeit", ""}, false, true},
      {"pkcs12-key-password-secret", {"secret"}, false, true},
      {"pkcs12-many-iterations", {"changeit"}, false, false},
      {"pkcs12-without-mac", {}, false, true},
      {"pem", {"changeit"}, true, false},
  };
  for (const auto& c : kCases) {
    const std::string store = fixture(c.store);
    const auto out = with_ca(store, c.passwords, c.gives_none);
    ASSERT_EQ(out.has_value(), c.opens) << c.store;
    if (!out) continue;
    EXPECT_GT(out->size(), store.size() + test::ca_der().size()) << c.store;
  }
}

TEST(JavaStore, ItsDigestHasTheSamePassword) {
  for (const char* name : {"jks-password-secret", "pkcs12-key-password-secret"}) {
    const auto once = with_ca(fixture(name), {"changeit", "secret"});
    ASSERT_TRUE(once);
    EXPECT_TRUE(with_ca(*once, {"secret"})) << name;
    EXPECT_FALSE(with_ca(*once, {"changeit"})) << name;
  }
  EXPECT_TRUE(with_ca(java_store_of_ca(test::ca_der()), {kJavaPassword}));
}

TEST(JavaStore, IsKnownByItsFirstBytes) {
  const struct {
    std::string bytes;
    bool store;
  } kCases[] = {
      {fixture("jks-key"), true}, {fixture("jceks"), true},   {fixture("pkcs12"), true}, {fixture("pem"), false},
      {"", false},                {"0", false},               {"\x30\x82", true},        {"0 certificates\n", false},
      {"\xfe\xed\xfe", false},    {"\xfe\xed\xfe\xed", true},
  };
  for (const auto& c : kCases)
    EXPECT_EQ(looks_like_java_store(c.bytes), c.store) << testing::PrintToString(c.bytes.substr(0, 20));
}

// What other programs make of it.

struct Output {
  int status = -1;
  std::string text;
};
Output output_of(const std::string& command) {
  Output out;
  FILE* pipe = ::popen((command + " 2>&1 </dev/null").c_str(), "r");
  if (pipe == nullptr) return out;
  char part[4096];
  for (std::size_t got; (got = std::fread(part, 1, sizeof part, pipe)) > 0;) out.text.append(part, got);
  out.status = ::pclose(pipe);
  return out;
}

class StoreFile {
 public:
  explicit StoreFile(const std::string& bytes) : path_(testing::TempDir() + "bigfoot-store-" + std::to_string(::getpid())) {
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  ~StoreFile() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class Keytool : public testing::TestWithParam<const char*> {};

TEST_P(Keytool, ListsTheCaAsTrusted) {
  ASSERT_EQ(output_of("command -v keytool").status, 0) << "no JDK: scripts/install-packages clients";
  const auto out = with_ca(fixture(GetParam()), {"changeit", "secret"});
  ASSERT_TRUE(out);
  const StoreFile file(*out);
  const std::string password = std::string_view(GetParam()).ends_with("secret") ? "secret" : "changeit";
  const Output listed =
      output_of("keytool -J-XX:TieredStopAtLevel=1 -list -keystore " + file.path() + " -storepass " + password);
  EXPECT_EQ(listed.status, 0) << listed.text;
  EXPECT_THAT(listed.text, AllOf(HasSubstr("2 entries"), HasSubstr("\nroot, "), HasSubstr("\nbigfoot-run, ")));
  EXPECT_THAT(listed.text.substr(listed.text.find("\nbigfoot-run, ")), HasSubstr(", trustedCertEntry,"));
}

INSTANTIATE_TEST_SUITE_P(Each, Keytool, testing::Values("jks-password-secret", "jceks", "pkcs12", "pkcs12-without-mac"),
                         [](const auto& store) {
                           std::string name = store.param;
                           std::erase(name, '-');
                           return name;
                         });

TEST(OpenSsl, FindsTheCaBesideTheKey) {
  ASSERT_EQ(output_of("command -v openssl").status, 0) << "no openssl(1): scripts/install-packages clients";
  const auto out = with_ca(fixture("pkcs12-key-password-secret"), {"secret"});
  ASSERT_TRUE(out);
  const StoreFile file(*out);
  const Output shown = output_of("openssl pkcs12 -nodes -passin pass:secret -in " + file.path());
  EXPECT_EQ(shown.status, 0) << shown.text;
  for (const char* part : {"a root of the tests", "a CA of the tests", "BEGIN PRIVATE KEY"})
    EXPECT_THAT(shown.text, HasSubstr(part));
}

}  // namespace
}  // namespace bigfoot

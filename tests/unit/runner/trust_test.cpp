// tests/unit/runner/trust_test.cpp - What stands in for a store: by its path, by what the asking program was told, by what
// the file holds. The programs that ask are real ones, which only wait.
#include "runner/trust/trust.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "runner/trust/java_store.h"
#include "runner/trust/pem_store.h"
#include "runner/trust/sealed_file.h"
#include "tests/fuzz/store_ca.h"
#include "tracer/target_path.h"

namespace bigfoot {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::StartsWith;

constexpr const char* kHash = "a1b2c3d4";

struct Pipe {
  Pipe() {
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    out = UniqueFd(ends[0]);
    in = UniqueFd(ends[1]);
  }
  UniqueFd out, in;
};

/// A program that waits until this object goes.
class Program {
 public:
  explicit Program(std::vector<std::string> environment = {}, std::vector<std::string> arguments = {}) {
    std::vector<std::string> all = {"sh", "-c", "echo; read nothing", "program"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    Pipe input, output;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input.out.get(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output.in.get(), STDOUT_FILENO);
    EXPECT_EQ(::posix_spawn(&pid_, "/bin/sh", &actions, nullptr, pointers(all).data(), pointers(environment).data()), 0);
    posix_spawn_file_actions_destroy(&actions);
    input_ = std::move(input.in);
    char line_end = 0;  // before it runs, /proc knows nothing of what it was told
    EXPECT_EQ(::read(output.out.get(), &line_end, 1), 1);
  }
  ~Program() {
    input_.reset();
    ::waitpid(pid_, nullptr, 0);
  }
  Tid tid() const { return static_cast<Tid>(pid_); }

 private:
  static std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (std::string& text : texts) out.push_back(text.data());
    out.push_back(nullptr);
    return out;
  }
  pid_t pid_ = -1;
  UniqueFd input_;
};

std::string content(int fd) {
  std::string out;
  char part[4096];
  for (ssize_t got; (got = ::pread(fd, part, sizeof part, static_cast<off_t>(out.size()))) > 0;)
    out.append(part, static_cast<std::size_t>(got));
  return out;
}

class StandInsTest : public testing::Test {
 protected:
  StandInsTest() : folder_(testing::TempDir() + "bigfoot-trust-" + std::to_string(::getpid())) {
    fs::create_directories(folder_);
  }
  ~StandInsTest() override { fs::remove_all(folder_); }

  std::string put(const std::string& name, const std::string& text) {
    const std::string path = folder_ + "/" + name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  /// What the program reads in place of this file; "" : what is there.
  std::string read(const std::string& path, const Program& program) { return read(path, program.tid()); }
  std::string read(const std::string& path) { return read(path, Program().tid()); }
  std::string read(const std::string& path, Tid tid) {
    const int fd = stand_ins_.find(path, tid, [&] { return open_file(tid, path, true); });
    return fd < 0 ? "" : content(fd);
  }

  bool is_answered(const std::string& path, const Program& program = Program()) { return !read(path, program).empty(); }

  const std::string folder_;
  std::vector<std::string> notes_;
  StandIns stand_ins_{{test::kCaPem, test::ca_der(), kHash},
                      NamedStores(),
                      [this](std::string note) { notes_.push_back(std::move(note)); }};
};

std::string roots(int count) {
  std::string out;
  for (; count > 0; --count) out += "# a root\n" + test::kCaPem;
  return out;
}

TEST_F(StandInsTest, FollowTheNameAndTheContent) {
  const std::string key = "-----BEGIN PRIVATE KEY-----\nbm90IGEga2V5\n-----END PRIVATE KEY-----\n";
  const struct {
    const char* name;
    std::string text;
    std::size_t certificates;  ///< that are read; 0: what is there
  } kCases[] = {
      {"cacert.pem", roots(1), 2},   {"my-ca-bundle.crt", roots(3), 4}, {"empty-ca-bundle.crt", "", 1},
      {"cert.pem", roots(2), 0},     {"server.crt", roots(4), 0},       {"roots.pem", roots(10), 11},
      {"cert.pem", roots(20), 21},   {"key-ca-bundle.pem", key, 0},     {"keyed-ca-bundle.pem", key + roots(1), 2},
      {"truststore.pem", roots(1), 2},
  };
  for (const auto& c : kCases) {
    const std::string out = read(put(c.name, c.text));
    EXPECT_EQ(count_pem_certificates(out), c.certificates) << c.name;
    EXPECT_THAT(out, StartsWith(c.certificates > 0 ? c.text : "")) << c.name;
  }
  EXPECT_THAT(notes_, IsEmpty());
}

TEST_F(StandInsTest, FollowWhatTheProgramWasTold) {
  const std::string store = put("mine.pem", roots(1));
  const std::string file = put("abcdef01.0", roots(1));
  EXPECT_FALSE(is_answered(store));
  EXPECT_TRUE(is_answered(store, Program({"SSL_CERT_FILE=" + store})));
  EXPECT_TRUE(is_answered(store, Program({}, {"--cacert", store})));
  EXPECT_FALSE(is_answered(store, Program({"SSL_KEY_FILE=" + store}, {"--cert", store}))) << "another program's does not count";
  EXPECT_FALSE(is_answered(file));
  EXPECT_TRUE(is_answered(file, Program({"SSL_CERT_DIR=/nowhere:" + folder_})));
}

TEST_F(StandInsTest, MissingFilesStayMissingMostly) {
  const struct {
    std::string path;
    std::vector<std::string> environment;
    bool comes_up;
  } kCases[] = {
      {folder_ + "/cert.pem", {}, false},
      {folder_ + "/cacert.pem", {}, false},
      {folder_ + "/jssecacerts", {}, false},
      {folder_ + "/" + kHash + ".0", {}, true},
      {folder_ + "/" + kHash + ".1", {}, false},
      {folder_ + "/12345678.0", {}, false},
      {std::string(kCaPath), {}, true},
      {folder_ + "/mine.pem", {"SSL_CERT_FILE=" + folder_ + "/mine.pem"}, true},
      {folder_ + "/cacert.pem", {"NODE_EXTRA_CA_CERTS=" + folder_ + "/cacert.pem"}, true},
      {folder_ + "/mine.pem", {"REQUESTS_CA_BUNDLE=" + folder_ + "/mine.pem"}, false},
      {folder_ + "/file/cert.pem", {}, false},
  };
  put("file", "no folder");
  for (const auto& c : kCases) EXPECT_EQ(read(c.path, Program(c.environment)), c.comes_up ? test::kCaPem : "") << c.path;
}

TEST_F(StandInsTest, AMissingJavaStoreIsOneOfTheCa) {
  const std::vector<std::string> passwords = {kJavaPassword};
  const std::string store = read(folder_ + "/lib/security/cacerts");
  EXPECT_TRUE(java_store_with_ca(store, test::ca_der(), {passwords}));
}

TEST_F(StandInsTest, AMissingOpenSslStoreIsTheBundle) {
  const Program program;
  ASSERT_TRUE(has_bundle(program.tid())) << "no bundle: scripts/install-packages clients";
  EXPECT_GT(count_pem_certificates(read("/usr/local/ssl/cert.pem", program)), 1);
  const std::string place = "/usr/share/ssl/certs/ca-bundle.crt";
  EXPECT_FALSE(is_answered(place, program)) << "nothing comes up where a bundle is";
  EXPECT_EQ(read(place, Program({"SSL_CERT_FILE=" + place})), test::kCaPem) << "unless it is named";
}

TEST_F(StandInsTest, JavaStoresOpenWithTheProgramsPassword) {
  std::ifstream in(std::string(BIGFOOT_SOURCE_DIR) + "/tests/fuzz/corpus/store/jks-password-secret", std::ios::binary);
  const std::string jks(std::istreambuf_iterator<char>(in), {});
  const std::string own = put("truststore.jks", jks);
  const std::string cacerts = put("cacerts", jks);
  const std::string identity = put("identity.jks", jks);
  const std::string named = "-Djavax.net.ssl.trustStore=" + own;
  EXPECT_FALSE(is_answered(own));
  EXPECT_THAT(notes_, ElementsAre(HasSubstr(own + ": "))) << "once";
  EXPECT_TRUE(is_answered(own, Program({}, {named, "-Djavax.net.ssl.trustStorePassword=secret"})));
  EXPECT_TRUE(is_answered(own, Program({"JAVA_TOOL_OPTIONS=" + named + " -Djavax.net.ssl.trustStorePassword=secret"})));
  EXPECT_TRUE(is_answered(own, Program({}, {named}))) << "a JVM that was told no password checks no digest";
  EXPECT_FALSE(is_answered(own, Program({}, {named, "-Djavax.net.ssl.trustStorePassword=wrong"})));
  EXPECT_TRUE(is_answered(cacerts));
  EXPECT_FALSE(is_answered(identity));
  EXPECT_THAT(notes_, testing::SizeIs(1));
}

TEST_F(StandInsTest, StoresToBeWrittenAnewAreReadAsTheyAre) {
  const std::string cacerts = put("cacerts", java_store_of_ca(test::ca_der()));
  EXPECT_TRUE(is_answered(cacerts));
  EXPECT_FALSE(is_answered(cacerts, Program({}, {"/usr/share/ca-certificates-java/ca-certificates-java.jar"})));
}

TEST_F(StandInsTest, AreMadeOnceForEachVersion) {
  const Program program;
  const std::string path = put("cacert.pem", roots(1));
  const auto find = [&] { return stand_ins_.find(path, program.tid(), [&] { return open_file(program.tid(), path, true); }); };
  const int first = find();
  EXPECT_GE(first, 0);
  EXPECT_EQ(find(), first);
  put("cacert.pem", roots(2));
  EXPECT_NE(find(), first);
}

TEST_F(StandInsTest, AFolderOfManyRootsDoesNotUseUpDescriptors) {
  const Program program({"SSL_CERT_DIR=" + folder_});
  int highest = 0;
  for (int i = 0; i < 300; ++i) {
    const std::string path = put(std::to_string(i) + ".pem", roots(1));
    const int fd = stand_ins_.find(path, program.tid(), [&] { return open_file(program.tid(), path, true); });
    EXPECT_EQ(count_pem_certificates(content(fd)), 2) << path;
    highest = std::max(highest, fd);
  }
  EXPECT_LT(highest, 200);
}

TEST_F(StandInsTest, FilesThatAreNoStoresStayAsTheyAre) {
  const std::string folder = folder_ + "/ca-bundle.crt";
  fs::create_directory(folder);
  EXPECT_FALSE(is_answered(folder));
  const std::string huge = put("huge-ca-bundle.crt", roots(1));
  fs::resize_file(huge, 17 * 1024 * 1024);
  EXPECT_FALSE(is_answered(huge));
  const std::string fifo = folder_ + "/fifo-ca-bundle.crt";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_FALSE(is_answered(fifo));
  EXPECT_EQ(read("/nowhere/at/all/cacert.pem", static_cast<Tid>(1 << 30)), "") << "a program that has gone";
}

TEST(SealedFile, CannotChange) {
  const auto file = sealed_file("content");
  ASSERT_TRUE(file);
  EXPECT_EQ(content(file->get()), "content");
  EXPECT_LT(::pwrite(file->get(), "x", 1, 0), 0);
  EXPECT_NE(::ftruncate(file->get(), 0), 0);
  struct stat info {};
  ASSERT_EQ(::fstat(file->get(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0444);
  const UniqueFd reader(::open(("/proc/self/fd/" + std::to_string(file->get())).c_str(), O_RDONLY));
  ASSERT_TRUE(reader) << "as a program gets it";
  void* mapped = ::mmap(nullptr, 7, PROT_READ, MAP_SHARED, reader.get(), 0);
  ASSERT_NE(mapped, MAP_FAILED);
  ::munmap(mapped, 7);
}

Trust::Environment environment(std::map<std::string, std::string, std::less<>> variables) {
  return [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

TEST(Trust, AddsTheVariablesThatTheUserHasNotSet) {
  RunTls tls;
  const std::string ours(kCaPath);
  EXPECT_THAT(Trust(tls, environment({})).variables(),
              ElementsAre(Pair("NODE_EXTRA_CA_CERTS", ours), Pair("DENO_CERT", ours)));
  EXPECT_THAT(Trust(tls, environment({{"NODE_EXTRA_CA_CERTS", "/x"}, {"DENO_CERT", ""}})).variables(),
              ElementsAre(Pair("DENO_CERT", ours)));
}

TEST(Trust, WantsWhatTheCommandsEnvironmentNames) {
  RunTls tls;
  const Trust trust(tls, environment({{"SSL_CERT_FILE", "/x/roots"}, {"SSL_CERT_DIR", "/d"}}));
  for (const char* path : {"/x/roots", "/d/one", "/etc/ssl/certs/ca-certificates.crt"}) EXPECT_TRUE(trust.wants(path)) << path;
  EXPECT_FALSE(trust.wants("/x/other"));
  EXPECT_TRUE(trust.needs_looks()) << "a folder of hashed names";
}

}  // namespace
}  // namespace bigfoot

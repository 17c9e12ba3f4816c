// tests/unit/spec/file_test.cpp - Watched files: what stands there, which entry a call is for, and what is said of it.
#include <gtest/gtest.h>

#include <cerrno>

#include "spec/file_path.h"
#include "spec/toml_text.h"
#include "tests/unit/spec/spec_text.h"

namespace bigfoot {
namespace {

using What = FileView::What;

std::string told(const std::vector<Finding>& findings) {
  std::string out;
  for (const Finding& finding : findings) {
    out += std::string(to_text(finding.kind)) + ": " + finding.message + "\n" + differences_text(finding.differences);
    if (finding.nearest) out += "nearest: line " + std::to_string(finding.nearest->at.line) + " " + finding.nearest->headline + "   " + finding.nearest_reason + "\n";
    for (const std::string& note : finding.notes) out += note + "\n";
    if (!finding.suggestion.empty()) out += finding.suggestion_verb + ":\n" + finding.suggestion + "\n";
  }
  return out;
}

std::string shown(const FileView& view) {
  constexpr const char* kNames[] = {"unknown", "absent", "file", "folder", "real"};
  return kNames[static_cast<int>(view.what)] + (view.content ? " " + *view.content : std::string());
}

const std::string kWatch = "[guard]\nfile = { watch = [\"/etc/app/**\", \"/tmp/report-*.json\", \"/var/**\"] }\n";

/// A ledger of one spec, and the calls of a program.
class Files {
 public:
  explicit Files(const std::string& entries) : spec_(spec_of(kWatch + entries)), ledger_(spec_, quiet_world()) {}

  FileOutcome offer(const std::string& operation, const std::string& path, Fields more = Fields::object(), bool is_new = false) {
    more["operation"] = operation;
    more["path"] = path;
    return ledger_.offer_file(more, is_new, ++seq_);
  }
  /// All that is told of one write that is opened and closed.
  std::string write(const std::string& path, const std::string& content, const std::string& operation = "write", bool is_new = false) {
    FileOutcome out = offer(operation, path, Fields::object(), is_new);
    std::string text = told(out.findings);
    if (out.session) text += told(out.session->finish(content, seq_));
    return text;
  }
  std::string read(const std::string& path) {
    const FileOutcome out = offer("read", path);
    return told(out.findings) + (out.errno_code ? "errno " + std::to_string(out.errno_code) : out.content.value_or("(nothing)"));
  }
  std::string view(const std::string& path) { return shown(ledger_.view_file(path)); }
  std::vector<std::string> names(const std::string& folder) { return ledger_.names_in(folder); }
  std::string finish() { return told(ledger_.finish()); }
  Ledger& ledger() { return ledger_; }
  const Spec& spec() const { return spec_; }

 private:
  Spec spec_;
  Ledger ledger_;
  std::uint64_t seq_ = 0;
};

std::string entry(const std::string& headline, const std::string& more = "") { return "[[expect]]\nfile = \"" + headline + "\"\n" + more + "\n"; }

struct ViewCase {
  const char* headline;
  const char* more;
  const char* path;
  const char* view;
};
const ViewCase kViews[] = {
    {"read /etc/app/a", "reply = { text = \"x\" }", "/etc/app/a", "file x"},
    {"read /etc/app/a", "reply = { json = { b = 1 } }", "/etc/app/a", "file {\"b\":1}"},
    {"read /etc/app/a", "reply = { hex = \"41 42\" }", "/etc/app/a", "file AB"},
    {"read /etc/app/a", "reply = { base64 = \"aGk=\" }", "/etc/app/a", "file hi"},
    {"read /etc/app/a", "", "/etc/app/a", "file"},
    {"read /etc/app/a", "reply = { delay = \"1ms\" }", "/etc/app/a", "file"},
    {"read /etc/app/a", "reply = { text = \"x\" }", "/etc/app/b", "unknown"},
    {"read /etc/app/*.yaml", "reply = { text = \"x\" }", "/etc/app/b.yaml", "file x"},
    {"read /etc/app/*.yaml", "reply = { text = \"x\" }", "/etc/app/b/c.yaml", "unknown"},
    {"read /etc/app/{{int}}", "reply = { text = \"x\" }", "/etc/app/12", "file x"},
    {"read /etc/app/a", "reply = { errno = \"ENOENT\" }", "/etc/app/a", "absent"},
    {"read /etc/app/a", "reply = { errno = \"ENOTDIR\" }", "/etc/app/a", "absent"},
    {"read /etc/app/a", "reply = { errno = \"EACCES\" }", "/etc/app/a", "file"},
    {"read /etc/app/a", "reply = { errno = \"EISDIR\" }", "/etc/app/a", "folder"},
    {"read /etc/app/a", "pass_through = true", "/etc/app/a", "real"},
    {"read /etc/app/a/b/c", "", "/etc/app/a/b", "folder"},
    {"read /etc/app/a/b/c", "", "/etc/app/a", "folder"},
    {"read /etc/app/a/b/c", "reply = { errno = \"ENOENT\" }", "/etc/app/a", "unknown"},
    {"write /etc/app/a", "content = \"*\"", "/etc/app/a", "absent"},
    {"write /etc/app/a", "content = \"*\"\nreply = { errno = \"ENOSPC\" }", "/etc/app/a", "absent"},
    {"write /etc/app/a", "content = \"*\"\nreply = { errno = \"EEXIST\" }", "/etc/app/a", "file"},
    {"append /etc/app/a", "content = \"*\"", "/etc/app/a", "absent"},
    {"create /etc/app/a", "content = \"*\"", "/etc/app/a", "absent"},
    {"create /etc/app/a", "reply = { errno = \"EEXIST\" }", "/etc/app/a", "file"},
    {"mkdir /etc/app/a", "", "/etc/app/a", "absent"},
    {"mkdir /etc/app/a", "reply = { errno = \"EEXIST\" }", "/etc/app/a", "folder"},
    {"mkdir /etc/app/a/b", "reply = { errno = \"ENOENT\" }", "/etc/app/a/b", "absent"},
    {"rmdir /etc/app/a", "", "/etc/app/a", "folder"},
    {"rmdir /etc/app/a", "reply = { errno = \"ENOTEMPTY\" }", "/etc/app/a", "folder"},
    {"rmdir /etc/app/a", "reply = { errno = \"ENOTDIR\" }", "/etc/app/a", "file"},
    {"unlink /etc/app/a", "", "/etc/app/a", "file"},
    {"unlink /etc/app/a", "reply = { errno = \"ENOENT\" }", "/etc/app/a", "absent"},
    {"unlink /etc/app/a", "reply = { errno = \"EPERM\" }", "/etc/app/a", "file"},
    {"chmod /etc/app/a", "mode = \"0644\"", "/etc/app/a", "file"},
    {"truncate /etc/app/a", "length = 0", "/etc/app/a", "file"},
    {"rename /etc/app/a -> /etc/app/b", "", "/etc/app/a", "file"},
    {"rename /etc/app/a -> /etc/app/b", "", "/etc/app/b", "absent"},
    {"rename /etc/app/a -> /etc/app/b", "reply = { errno = \"EXDEV\" }", "/etc/app/a", "file"},
    {"rename /etc/app/a -> /etc/app/b", "reply = { errno = \"ENOENT\" }", "/etc/app/a", "absent"},
    {"rename /etc/app/a -> /etc/app/b", "reply = { errno = \"EEXIST\" }", "/etc/app/b", "file"},
    {"rename /etc/app/a -> /etc/app/b", "reply = { errno = \"ENOTEMPTY\" }", "/etc/app/b", "folder"},
    {"link /etc/app/a -> /etc/app/b", "", "/etc/app/a", "file"},
    {"link /etc/app/a -> /etc/app/b", "", "/etc/app/b", "absent"},
    {"symlink /etc/app/a -> b", "", "/etc/app/a", "absent"},
    {"symlink /etc/app/a -> /etc/app/b", "", "/etc/app/b", "unknown"},
    {"rename /etc/app/a -> /etc/app/b", "pass_through = true", "/etc/app/b", "real"},
    {"* /etc/app/a", "content = \"*\"", "/etc/app/a", "unknown"},
};

TEST(FileView, IsWhatTheEntryNeedsToFind) {
  for (const ViewCase& row : kViews) EXPECT_EQ(Files(entry(row.headline, row.more)).view(row.path), row.view) << row.headline << " " << row.more;
}

TEST(FileView, GoesFromEntryToEntry) {
  Files files(entry("read /etc/app/a", "reply = { text = \"1\" }") + entry("write /etc/app/a", "content = \"2\"") + entry("read /etc/app/a") +
              entry("unlink /etc/app/a") + entry("create /etc/app/a", "content = \"3\""));
  EXPECT_EQ(files.view("/etc/app/a"), "file 1");
  EXPECT_EQ(files.read("/etc/app/a"), "1");
  EXPECT_EQ(files.view("/etc/app/a"), "file 1");  // it is written anew
  EXPECT_EQ(files.write("/etc/app/a", "2"), "");
  EXPECT_EQ(files.read("/etc/app/a"), "(nothing)");  // what it held before: the program's own 2
  EXPECT_EQ(files.view("/etc/app/a"), "file 1");
  EXPECT_EQ(told(files.offer("unlink", "/etc/app/a").findings), "");
  EXPECT_EQ(files.view("/etc/app/a"), "absent");
  EXPECT_EQ(files.write("/etc/app/a", "3", "create"), "");
  EXPECT_EQ(files.view("/etc/app/a"), "file 1");
  EXPECT_EQ(files.finish(), "");
}

TEST(FileView, StaysWhatTheLastReadSaid) {
  Files files(entry("read /etc/app/a", "replies = [{ errno = \"ENOENT\" }, { text = \"x\" }]") + entry("write /etc/app/b", "content = \"1\""));
  EXPECT_EQ(files.view("/etc/app/a"), "absent");
  EXPECT_EQ(files.read("/etc/app/a"), "errno 2");
  EXPECT_EQ(files.view("/etc/app/a"), "file x");
  EXPECT_EQ(files.read("/etc/app/a"), "x");
  EXPECT_EQ(files.view("/etc/app/a"), "file x");
  EXPECT_EQ(files.write("/etc/app/b", "1"), "");
  EXPECT_EQ(files.view("/etc/app/b"), "unknown");
}

TEST(FileView, TakesTheEarliestEntryThatIsNotSpent) {
  Files files(entry("read /etc/app/a", "reply = { text = \"1\" }\nany_order = \"x\"") + entry("read /etc/app/*", "reply = { text = \"2\" }\nany_order = \"x\"\ntimes = \"1..\""));
  EXPECT_EQ(files.view("/etc/app/a"), "file 1");
  EXPECT_EQ(files.read("/etc/app/a"), "1");
  EXPECT_EQ(files.view("/etc/app/a"), "file 2");
  EXPECT_EQ(files.read("/etc/app/a"), "2");
  EXPECT_EQ(files.view("/etc/app/a"), "file 2");
}

TEST(FileView, ShowsTheVeryTextThatIsRead) {
  int told_time = 0;
  const Spec spec = spec_of(kWatch + entry("read /etc/app/a", "reply = { text = \"{{now}} {{uuid:id}}\" }\ntimes = 2") + entry("read /etc/app/b", "reply = { text = \"{{id}}\" }"));
  Surroundings world = quiet_world();
  world.now = [&] { return "t" + std::to_string(++told_time); };
  Ledger ledger(spec, world);
  const auto read = [&](const char* path) { return ledger.offer_file(Fields::object({{"operation", "read"}, {"path", path}}), false, 1); };
  const std::string first = ledger.view_file("/etc/app/a").content.value_or("");
  EXPECT_TRUE(first.starts_with("t1 "));
  EXPECT_EQ(ledger.view_file("/etc/app/a").content, first);
  EXPECT_EQ(read("/etc/app/a").content, first);
  EXPECT_EQ(told_time, 1);
  EXPECT_TRUE(ledger.view_file("/etc/app/a").content->starts_with("t2 "));  // of the second read
  EXPECT_TRUE(read("/etc/app/a").content->starts_with("t2 "));
  EXPECT_EQ(ledger.view_file("/etc/app/b").content, first.substr(3));  // what the read has bound
}

TEST(FileNames, AreWhatLiteralPathsImply) {
  Files files(entry("read /etc/app/a.conf") + entry("read /etc/app/conf.d/x/y.conf", "required = false") + entry("write /etc/app/out", "content = \"*\"") +
              entry("read /etc/app/none", "reply = { errno = \"ENOENT\" }") + entry("rmdir /etc/app/dir") + entry("read /etc/app/*.yaml") +
              entry("rename /etc/app/from -> /etc/app/to") + entry("read /etc/app/real", "pass_through = true"));
  EXPECT_EQ(files.names("/etc/app"), (std::vector<std::string>{"a.conf", "conf.d", "dir", "from"}));
  EXPECT_EQ(files.names("/etc/app/"), files.names("/etc/app"));
  EXPECT_EQ(files.names("/etc/app/conf.d"), (std::vector<std::string>{"x"}));
  EXPECT_EQ(files.names("/etc"), (std::vector<std::string>{"app"}));
  EXPECT_EQ(files.names("/"), (std::vector<std::string>{"etc"}));
  EXPECT_EQ(files.names("/etc/ap"), std::vector<std::string>{});
}

TEST(Files, AnswerEachOperation) {
  Files files(entry("mkdir /var/d") + entry("rename /var/a -> /var/b") + entry("link /var/a -> /var/c") + entry("symlink /var/l -> ../x y") +
              entry("chmod /var/a", "mode = \"644\"") + entry("truncate /var/a", "length = 5") + entry("rmdir /var/d", "reply = { errno = \"EBUSY\", delay = \"5ms\" }"));
  const auto ok = [&](const std::string& operation, const std::string& path, Fields more = Fields::object()) {
    const FileOutcome out = files.offer(operation, path, std::move(more));
    EXPECT_EQ(told(out.findings), "") << operation;
    EXPECT_TRUE(out.entry && !out.session && !out.real && !out.content) << operation;
    return out.errno_code;
  };
  EXPECT_EQ(ok("mkdir", "/var/d", {{"mode", "0755"}}), 0);
  EXPECT_EQ(ok("rename", "/var/a", {{"target", "/var/b"}}), 0);
  EXPECT_EQ(ok("link", "/var/a", {{"target", "/var/c"}}), 0);
  EXPECT_EQ(ok("symlink", "/var/l", {{"target", "../x y"}}), 0);
  EXPECT_EQ(ok("chmod", "/var/a", {{"mode", "0644"}}), 0);
  EXPECT_EQ(ok("truncate", "/var/a", {{"length", 5}}), 0);
  const FileOutcome busy = files.offer("rmdir", "/var/d");
  EXPECT_EQ(busy.errno_code, EBUSY);
  EXPECT_EQ(busy.delay, std::chrono::milliseconds(5));
  EXPECT_EQ(files.finish(), "");
  EXPECT_EQ(files.ledger().totals().met, 7u);
}

TEST(Files, ModeAndLengthMustBeSaid) {
  Files files(entry("chmod /var/a") + entry("chmod /var/b", "mode = \"0644\"\non_mismatch = \"refuse\"") + entry("chmod /var/c", "mode = \"*\"") +
              entry("truncate /var/a", "length = 5") + entry("mkdir /var/d", "mode = \"0700\""));
  EXPECT_EQ(told(files.offer("chmod", "/var/a", {{"mode", "0600"}}).findings),
            "unasserted: file chmod /var/a: mode not asserted\nmode: expected (no key) got \"0600\"\nadd:\nmode = \"0600\"\n");
  const FileOutcome refused = files.offer("chmod", "/var/b", {{"mode", "0600"}});
  EXPECT_EQ(refused.errno_code, EACCES);
  EXPECT_EQ(told(refused.findings), "mismatch: file chmod /var/b: 1 field differs\nmode: expected \"0644\" got \"0600\"\naccept it:\nmode = \"0600\"\n");
  EXPECT_EQ(told(files.offer("chmod", "/var/c", {{"mode", "0600"}}).findings), "");
  EXPECT_EQ(told(files.offer("truncate", "/var/a", {{"length", 6}}).findings),
            "mismatch: file truncate /var/a: 1 field differs\nlength: expected 5 got 6\naccept it:\nlength = 6\n");
  EXPECT_EQ(told(files.offer("mkdir", "/var/d", {{"mode", "0755"}}).findings),
            "mismatch: file mkdir /var/d: 1 field differs\nmode: expected \"0700\" got \"0755\"\naccept it:\nmode = \"0755\"\n");
}

TEST(FileWrites, AreJudgedWhenTheyEnd) {
  Files files(entry("write /var/a", "content = \"one\\ntwo\\n\"") + entry("append /var/log", "content = { contains = \"done\" }") +
              entry("write /tmp/report-{{date}}.json", "content = { json = { status = \"ok\", rows = \"{{int}}\" } }"));
  EXPECT_EQ(files.write("/var/a", "one\ntwo\n"), "");
  EXPECT_EQ(files.write("/var/log", "all done\n", "append"), "");
  EXPECT_EQ(files.write("/tmp/report-2026-01-02.json", "{\"rows\": 3, \"status\": \"ok\"}", "write", true), "");
  EXPECT_EQ(files.finish(), "");
}

TEST(FileWrites, ContentMustBeSaid) {
  Files files(entry("write /var/a", "times = 2"));
  EXPECT_EQ(files.write("/var/a", ""), "");
  EXPECT_EQ(files.write("/var/a", "x = 1\n"), "unasserted: file write /var/a: content not asserted\ncontent: expected (no key) got \"x = 1\\n\"\nadd:\ncontent = \"x = 1\\n\"\n");
}

TEST(FileWrites, NameThePartThatDiffers) {
  Files files(entry("write /var/a", "content = { json = { status = \"ok\", rows = 3 } }") + entry("write /var/b", "content = { hex = \"00 ff\" }"));
  EXPECT_EQ(files.write("/var/a", "{\"status\": \"bad\", \"rows\": 3}"),
            "mismatch: file write /var/a: 1 field differs\ncontent.status: expected \"ok\" got \"bad\"\naccept it:\ncontent = { json = { status = \"bad\", rows = 3 } }\n");
  EXPECT_EQ(files.write("/var/b", std::string("\0\xfe", 2)).substr(0, 44), "mismatch: file write /var/b: 1 field differs");
}

struct LinesCase {
  const char* content;  ///< as a spec has it
  const char* written;
  const char* told;
};
const LinesCase kLines[] = {
    {"\"a\\nb\\nc\\n\"", "a\nB\nc\n", "content:2: expected \"b\" got \"B\"\n"},
    {"\"a\\nb\\nc\\n\"", "a\nx\nb\nc\n", "content:2: expected (no key) got \"x\"\n"},
    {"\"a\\nb\\nc\\n\"", "a\nc\n", "content:2: expected \"b\" got (no key)\n"},
    {"\"a\\nb\\n\"", "a\nb", "content: expected \"a\\nb\\n\" got \"a\\nb\" (the line break at the end is missing)\n"},
    {"\"a\\nb\"", "a\nb\n", "content: expected \"a\\nb\" got \"a\\nb\\n\" (a line break at the end is too much)\n"},
    {"\"a\\n\"", "", "content:1: expected \"a\" got (no key)\n"},
    {"\"n = {{int}}\\nz\\n\"", "n = x\nz\n", "content:1: expected \"n = {{int}}\" got \"n = x\"\n"},
    {"\"{{x:int}}\\n{{x}}\\n\"", "1\n2\n", "content:2: expected \"{{x}}\" got \"2\" ({{x}} is 1)\n"},
    {"\"*\\nb\\n\"", "a\nb\n", "content:1: expected \"*\" got \"a\"\n"},
    {"{ text = \"{{int}}\\nb\\n\" }", "1\nb\n", "content:1: expected \"{{int}}\" got \"1\"\n"},
    {"\"a\\nb\\n\"", "\x01\n", "content: expected \"a\\nb\\n\" got \"\\u0001\\n\" (differs at byte 0: expected 61 0a 62 0a, got 01 0a)\n"},
};

TEST(FileWrites, OfSeveralLinesAreToldLineByLine) {
  for (const LinesCase& row : kLines) {
    Files files(entry("write /var/a", "content = " + std::string(row.content)));
    const FileOutcome out = files.offer("write", "/var/a");
    const std::vector<Finding> findings = out.session->finish(row.written, 1);
    ASSERT_EQ(findings.size(), 1u) << row.content;
    EXPECT_EQ(differences_text(findings[0].differences), row.told) << row.content;
  }
}

TEST(FileWrites, ContentChoosesAmongEqualEntries) {
  Files files(entry("write /var/a", "content = \"1\"\nany_order = \"x\"") + entry("write /var/a", "content = \"2\"\nany_order = \"x\""));
  EXPECT_EQ(files.write("/var/a", "2"), "");
  EXPECT_EQ(files.write("/var/a", "1"), "");
  EXPECT_EQ(files.finish(), "");
}

TEST(FileWrites, AtTheSameTimeFindTheirOwnEntries) {
  Files files(entry("write /tmp/report-*.json", "content = \"1\"\nany_order = \"x\"") + entry("write /tmp/report-*.json", "content = \"2\"\nany_order = \"x\""));
  const FileOutcome one = files.offer("write", "/tmp/report-1.json"), two = files.offer("write", "/tmp/report-2.json");
  EXPECT_EQ(one.session->entry().index, 0u);
  EXPECT_EQ(two.session->entry().index, 1u);
  EXPECT_EQ(told(files.offer("write", "/tmp/report-3.json").findings).substr(0, 43), "unexpected: file write /tmp/report-3.json\nn");
  EXPECT_EQ(told(one.session->finish("2", 4)), "");
  EXPECT_EQ(one.session->entry().index, 1u);
  EXPECT_EQ(two.session->entry().index, 0u);
  EXPECT_EQ(told(two.session->finish("1", 5)), "");
  EXPECT_EQ(files.finish(), "");
}

TEST(FileWrites, ThatNeverCameAboutLeaveTheEntryFree) {
  Files files(entry("write /var/a", "content = \"1\"") + entry("mkdir /var/d"));
  files.offer("write", "/var/a").session->cancel();
  { const FileOutcome dropped = files.offer("write", "/var/a"); }
  EXPECT_EQ(told(files.offer("mkdir", "/var/d").findings).substr(0, 60), "out-of-order: file mkdir /var/d came before t.toml:4 file wr");
  EXPECT_EQ(files.write("/var/a", "1"), "");
}

TEST(FileWrites, HaveTheirPlaceWhereTheyBegin) {
  Files files(entry("write /var/log", "content = \"all\"") + entry("mkdir /var/d"));
  const FileOutcome log = files.offer("write", "/var/log");
  EXPECT_EQ(told(files.offer("mkdir", "/var/d").findings), "");
  EXPECT_EQ(told(log.session->finish("all", 3)), "");
  EXPECT_EQ(files.finish(), "");
}

TEST(FileWrites, OutOfTheirTurnAreTold) {
  Files files(entry("mkdir /var/d") + entry("write /var/a", "content = \"1\""));
  EXPECT_EQ(files.write("/var/a", "1"),
            "out-of-order: file write /var/a came before t.toml:4 file mkdir /var/d\nstill to come: t.toml:4 file mkdir /var/d\n"
            "if any order is right, add to each:\nany_order = \"together\"    # t.toml:4 file mkdir /var/d\nany_order = \"together\"    # t.toml:7 file write /var/a\n");
  EXPECT_EQ(told(files.offer("mkdir", "/var/d").findings), "");
}

TEST(FileWrites, FailAtOnceWithAnErrno) {
  Files files(entry("write /var/a", "content = \"1\"\nreplies = [{ errno = \"ENOSPC\" }, { delay = \"2ms\" }]"));
  const FileOutcome full = files.offer("write", "/var/a");
  EXPECT_EQ(full.errno_code, ENOSPC);
  EXPECT_FALSE(full.session);
  EXPECT_EQ(told(full.findings), "");
  const FileOutcome then = files.offer("write", "/var/a");
  EXPECT_EQ(then.delay, std::chrono::milliseconds(2));
  EXPECT_EQ(told(then.session->finish("1", 2)), "");
}

TEST(FileWrites, OfNewFilesAreCreationsToo) {
  Files files(entry("create /var/a", "content = \"1\"") + entry("write /var/b", "content = \"2\"") + entry("create /var/c", "content = \"3\"") + entry("append /var/e", "content = \"4\""));
  EXPECT_EQ(files.write("/var/a", "1", "write", true), "");
  EXPECT_EQ(files.write("/var/b", "2", "create", true), "");
  EXPECT_EQ(files.offer("write", "/var/c").errno_code, EACCES);
  EXPECT_EQ(files.offer("write", "/var/e", Fields::object(), true).errno_code, EACCES);
}

TEST(FileWrites, PreferTheExactOperation) {
  Files files(entry("create /var/a", "content = \"*\"\nany_order = \"x\"") + entry("write /var/a", "content = \"*\"\nany_order = \"x\""));
  const FileOutcome write = files.offer("write", "/var/a", Fields::object(), true);
  EXPECT_EQ(write.session->entry().index, 1u);
}

TEST(FileWrites, PassThroughIsAsserted) {
  Files files(entry("write /var/a", "content = \"1\"\npass_through = true") + entry("read /var/b", "pass_through = true"));
  const FileOutcome write = files.offer("write", "/var/a");
  EXPECT_TRUE(write.real && write.session);
  EXPECT_EQ(told(write.session->finish("2", 1)), "mismatch: file write /var/a: 1 field differs\ncontent: expected \"1\" got \"2\"\naccept it:\ncontent = \"2\"\n");
  EXPECT_TRUE(files.offer("read", "/var/b").real);
  EXPECT_EQ(files.view("/var/a"), "real");
  EXPECT_EQ(files.view("/var/b"), "real");
  EXPECT_EQ(files.finish(), "");
}

struct UnexpectedCase {
  const char* name;
  const char* entries;
  Fields call;
  const char* text;
};

TEST(Files, UnexpectedCallsAreToldWithTheNearestEntry) {
  const std::string read_conf = entry("read /etc/app/config.yaml"), write_a = entry("write /var/a", "content = \"*\"");
  const UnexpectedCase kCases[] = {
      {"OtherOperation", write_a.c_str(), {{"operation", "read"}, {"path", "/var/a"}},
       "unexpected: file read /var/a\nnearest: line 4 file write /var/a   operation differs: the entry says write\n"
       "add:\n[[expect]]\nfile  = \"read /var/a\"\nreply = { text = \"\" }\n"},
      {"OtherPath", read_conf.c_str(), {{"operation", "read"}, {"path", "/etc/app/config.yml"}},
       "unexpected: file read /etc/app/config.yml\nnearest: line 4 file read /etc/app/config.yaml   path differs at \"a\"\n"
       "add:\n[[expect]]\nfile  = \"read /etc/app/config.yml\"\nreply = { text = \"\" }\n"},
      {"NothingNear", read_conf.c_str(), {{"operation", "write"}, {"path", "/var/lib/x"}}, "unexpected: file write /var/lib/x\nadd:\n[[expect]]\nfile = \"write /var/lib/x\"\n"},
      {"OtherTarget", "[[expect]]\nfile = \"rename /var/a -> /var/b\"\n", {{"operation", "rename"}, {"path", "/var/a"}, {"target", "/var/c"}},
       "unexpected: file rename /var/a -> /var/c\nnearest: line 4 file rename /var/a -> /var/b   target differs at \"b\"\nadd:\n[[expect]]\nfile = \"rename /var/a -> /var/c\"\n"},
      {"OperationWithATarget", write_a.c_str(), {{"operation", "rename"}, {"path", "/var/a"}, {"target", "/var/c"}},
       "unexpected: file rename /var/a -> /var/c\nnearest: line 4 file write /var/a   operation differs: the entry says write\nadd:\n[[expect]]\nfile = \"rename /var/a -> /var/c\"\n"},
      {"Chmod", "", {{"operation", "chmod"}, {"path", "/var/a*b {{x}}"}, {"mode", "0755"}},
       "unexpected: file chmod /var/a*b {{x}}\nadd:\n[[expect]]\nfile = \"chmod /var/a{{lit:*}}b {{lit:{{}}x}}\"\nmode = \"0755\"\n"},
      {"Truncate", "", {{"operation", "truncate"}, {"path", "/var/a"}, {"length", 7}}, "unexpected: file truncate /var/a\nadd:\n[[expect]]\nfile   = \"truncate /var/a\"\nlength = 7\n"},
      {"Content", "", {{"operation", "write"}, {"path", "/var/a"}, {"content", "{\"a\": [1, null]}"}},
       "unexpected: file write /var/a\nadd:\n[[expect]]\nfile    = \"write /var/a\"\ncontent = { json = { a = [1, \"{{null}}\"] } }\n"},
      {"Bytes", "", {{"operation", "write"}, {"path", "/var/a"}, {"content", std::string("\x01\x02")}},
       "unexpected: file write /var/a\nadd:\n[[expect]]\nfile    = \"write /var/a\"\ncontent = { hex = \"01 02\" }\n"},
  };
  for (const UnexpectedCase& row : kCases) {
    Files files(row.entries);
    const FileOutcome out = files.ledger().offer_file(row.call, false, 1);
    EXPECT_EQ(out.errno_code, EACCES);
    EXPECT_EQ(told(out.findings), row.text) << row.name;
  }
}

TEST(Files, SpentEntriesAreNamed) {
  Files files(entry("read /etc/app/a", "reply = { text = \"x\" }"));
  files.read("/etc/app/a");
  EXPECT_EQ(files.read("/etc/app/a"),
            "unexpected: file read /etc/app/a\n1 earlier entry for this call was used at #1 (t.toml:4); one more needs times = 2\nadd:\n[[expect]]\nfile  = \"read /etc/app/a\"\nreply = { text = \"\" }\nerrno 13");
}

TEST(Files, SuggestionsFitTheCall) {
  for (const std::string path : {"/var/a b", "/var/a*b", "/var/**", "/var/{{int}}", "/var/a -> b", "/var/a -> /b", "/var/x\"y\\", "/var/\xff\xfe", "/var/ä\xc3", "/var/\n"}) {
    for (const char* operation : {"read", "rename"}) {
      Files empty("");
      Fields call = {{"operation", operation}, {"path", path}};
      if (std::string_view(operation) == "rename") call["target"] = path + "2";
      const FileOutcome refused = empty.ledger().offer_file(call, false, 1);
      Files again(refused.findings.at(0).suggestion + "\n");
      EXPECT_EQ(told(again.ledger().offer_file(call, false, 1).findings), "") << refused.findings.at(0).suggestion;
    }
  }
}

TEST(Files, CapturesOfPathsAreKnownAtOnce) {
  Files files(entry("write /tmp/report-{{id:int}}.json", "content = \"{{id}}\"") + entry("rename /tmp/report-{{id}}.json -> /var/{{id}}"));
  const FileOutcome write = files.offer("write", "/tmp/report-7.json");
  EXPECT_EQ(told(files.offer("rename", "/tmp/report-7.json", {{"target", "/var/7"}}).findings), "");
  EXPECT_EQ(told(write.session->finish("7", 2)), "");
}

struct PathCase {
  const char* path;
  const char* normal;
};
constexpr PathCase kPaths[] = {
    {"/a/b", "/a/b"}, {"/a//b/", "/a/b"}, {"/a/./b", "/a/b"}, {"/a/../b", "/b"}, {"/..", "/"}, {"/", "/"}, {"/a/*/..", "/a"}, {"/a/{{/x//y/}}//b", "/a/{{/x//y/}}/b"}, {"*", "*"}, {"a/../b", "a/../b"},
};

TEST(FilePaths, AreMadeNormal) {
  for (const PathCase& row : kPaths) EXPECT_EQ(normal_file_path(row.path), row.normal) << row.path;
  Files files(entry("read /etc/./app//x/../a", "reply = { text = \"x\" }"));
  EXPECT_EQ(files.read("/etc/app/a"), "x");
}

TEST(FileGuard, KnowsWhatIsWatched) {
  const Guard guard = spec_of("[guard]\nfile = { watch = [\"/etc/app/**\", \"/tmp/r-*.json\", \"/srv/one\", \"/*\"] }\nallow = [\"file:/etc/app/*.pem\"]\ndeny = [\"file:/srv/one\"]\n").guard;
  std::vector<std::string> folders;
  for (const WatchedPath& watched : guard.watch) folders.push_back(watched.folder);
  EXPECT_EQ(folders, (std::vector<std::string>{"/etc/app", "/tmp", "/srv", "/"}));
  EXPECT_TRUE(guard.watches("/etc/app/x/y"));
  EXPECT_FALSE(guard.watches("/tmp/r-1/x.json"));
  EXPECT_EQ(guard.allowing_file("/etc/app/a.pem")->text, "file:/etc/app/*.pem");
  EXPECT_EQ(guard.allowing_file("/etc/app/x/a.pem"), nullptr);
  EXPECT_EQ(guard.denying_file("/srv/one")->text, "file:/srv/one");
  EXPECT_EQ(guard.denying_file("/etc/app/a.pem"), nullptr);
}

}  // namespace
}  // namespace bigfoot

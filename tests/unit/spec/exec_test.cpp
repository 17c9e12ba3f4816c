// tests/unit/spec/exec_test.cpp - Child processes: which entry an execve is for, and what is said of it.
#include <gtest/gtest.h>

#include <cerrno>

#include "protocols/body.h"
#include "spec/command_text.h"
#include "spec/exec_session.h"
#include "spec/toml_text.h"
#include "spec/values.h"
#include "tests/unit/spec/spec_text.h"

namespace bigfoot {
namespace {

using Words = std::vector<std::string>;

Fields exec_call(const std::string& path, const Words& argv, const std::string& cwd = "/project") {
  Fields call = Fields::object();
  call["path"] = path;
  call["argv"] = argv;
  call["cwd"] = cwd;
  call["env"] = Value::object({{"LANG", "C"}, {"HOME", "/root"}});
  return call;
}

std::string told(const std::vector<Finding>& findings) {
  std::string out;
  for (const Finding& finding : findings) out += std::string(to_text(finding.kind)) + ": " + finding.message + "\n" + differences_text(finding.differences);
  return out;
}

/// Plays a session whose program writes `in` at once; gives everything that was told.
std::vector<Finding> run(ExecSession& session, const std::string& in = "") {
  session.received(in);
  session.stdin_ended();
  for (int i = 0; i < 1000; ++i) {
    const ExecSession::Action action = session.next();
    if (std::holds_alternative<ExecSession::Exit>(action) || std::holds_alternative<ExecSession::Die>(action)) break;
  }
  return session.end();
}

class Execs {
 public:
  explicit Execs(const std::string& toml) : spec_(spec_of(toml)), ledger_(spec_, quiet_world()) {}
  ExecOutcome offer(const Fields& call) { return ledger_.offer_exec(call, ++seq_); }
  ExecOutcome offer_argv(const Words& argv) { return offer(exec_call("/usr/bin/" + base_name(argv.at(0)), argv)); }
  /// All that is told of one command that is run to its end.
  std::string play(const Fields& call, const std::string& in = "") {
    ExecOutcome out = offer(call);
    std::string text = told(out.findings);
    if (out.session) text += told(run(*out.session, in));
    return text;
  }
  std::string play_argv(const Words& argv, const std::string& in = "") { return play(exec_call("/usr/bin/" + base_name(argv.at(0)), argv), in); }
  std::string finish() { return told(ledger_.finish()); }
  Ledger& ledger() { return ledger_; }
  const Spec& spec() const { return spec_; }

 private:
  Spec spec_;
  Ledger ledger_;
  std::uint64_t seq_ = 0;
};

struct NameCase {
  const char* name;
  const char* entry;
  Fields call;
  bool fits;
};
const NameCase kNames[] = {
    {"Bare", R"(["git", "pull"])", exec_call("/usr/bin/git", {"git", "pull"}), true},
    {"BareForAPath", R"(["git", "pull"])", exec_call("/usr/bin/git", {"/usr/bin/git", "pull"}), true},
    {"PathForABareWord", R"(["/usr/bin/git", "pull"])", exec_call("/usr/bin/git", {"git", "pull"}), true},
    {"PathAsUsed", R"(["/usr/bin/git", "pull"])", exec_call("/usr/bin/git", {"/usr/bin/git", "pull"}), true},
    {"OtherPath", R"(["/opt/git", "pull"])", exec_call("/usr/bin/git", {"git", "pull"}), false},
    {"Relative", R"(["./build.sh"])", exec_call("/project/build.sh", {"./build.sh"}), true},
    {"RelativeForAPath", R"(["./tools/build.sh"])", exec_call("/project/tools/build.sh", {"/project/tools/build.sh"}), true},
    {"BelowTheDirectory", R"(["tools/build.sh"])", exec_call("/project/tools/build.sh", {"tools/build.sh"}), true},
    {"ArgvSaysAnotherName", R"(["gpg2"])", exec_call("/usr/bin/gpg", {"gpg2"}), true},
    {"LoginShell", R"(["bash"])", exec_call("/bin/bash", {"-bash"}), true},
    {"NoArgv", R"(["true"])", exec_call("/bin/true", {}), true},
    {"EmptyWord", R"(["echo", ""])", exec_call("/bin/echo", {"echo", ""}), true},
    {"HoleInAWord", R"(["git", "tag", "v{{int}}.{{int}}"])", exec_call("/usr/bin/git", {"git", "tag", "v1.20"}), true},
    {"HoleThatDoesNotFit", R"(["git", "tag", "v{{int}}"])", exec_call("/usr/bin/git", {"git", "tag", "v1.20"}), false},
    {"HoleInTheDirectory", R"(["{{env.STRIPE_KEY}}/git"])", exec_call("sk_test_1/git", {"git"}), true},
    {"HoleAsName", R"(["{{/^python3/}}", "-V"])", exec_call("/usr/bin/python3.11", {"python3.11", "-V"}), true},
    {"OperatorAsName", R"([{ regex = '^/usr/bin/python3' }, "-V"])", exec_call("/usr/bin/python3.11", {"python3.11", "-V"}), true},
    {"AnyWord", R"(["git", "*"])", exec_call("/usr/bin/git", {"git", "pull"}), true},
    {"AnyWordIsOne", R"(["git", "*"])", exec_call("/usr/bin/git", {"git", "pull", "x"}), false},
    {"AnyProgram", R"(["*", "--version"])", exec_call("/usr/bin/git", {"git", "--version"}), true},
    {"StarItself", R"(["ls", "{{lit:*}}"])", exec_call("/usr/bin/ls", {"ls", "*"}), true},
    {"Operator", R"(["sh", { contains = "pull" }])", exec_call("/bin/sh", {"sh", "git pull"}), true},
    {"Bytes", R"(["cat", { hex = "ff fe" }])", exec_call("/bin/cat", {"cat", "\xff\xfe"}), true},
    {"TheSameTwice", R"(["cp", "{{x:any}}", "{{x}}"])", exec_call("/bin/cp", {"cp", "a", "a"}), true},
    {"NotTheSameTwice", R"(["cp", "{{x:any}}", "{{x}}"])", exec_call("/bin/cp", {"cp", "a", "b"}), false},
    {"Everything", R"("*")", exec_call("/bin/cp", {"cp", "a", "b"}), true},
};

TEST(Exec, AProgramHasManyNames) {
  for (const NameCase& row : kNames) {
    SCOPED_TRACE(row.name);
    Execs execs("[[expect]]\nexec = " + std::string(row.entry) + "\nstdin = \"\"\n");
    EXPECT_EQ(execs.play(row.call).empty(), row.fits);
  }
}

TEST(Exec, TheResolvedPathIsANameToo) {
  Fields call = exec_call("/usr/bin/java", {"java", "-version"});
  call["resolved"] = "/usr/lib/jvm/17/bin/java-17";
  for (const char* name : {"java", "/usr/bin/java", "/usr/lib/jvm/17/bin/java-17", "java-17"}) {
    EXPECT_EQ(Execs("[[expect]]\nexec = [\"" + std::string(name) + "\", \"-version\"]\n").play(call), "") << name;
  }
}

struct ArgvCase {
  const char* name;
  const char* entry;
  Words argv;
  const char* told;
};
const ArgvCase kArgvs[] = {
    {"OneWord", R"(["git", "pull", "--ff-only"])", {"git", "push", "--ff-only"},
     "mismatch: exec [\"git\", \"push\", \"--ff-only\"]: 1 field differs\nargv[1]: expected \"pull\" got \"push\"\n"},
    {"OneWordMore", R"(["git", "pull", "--ff-only"])", {"git", "-C", "/src", "pull", "--ff-only"},
     "mismatch: exec [\"git\", \"-C\", \"/src\", \"pull\", \"--ff-only\"]: 2 fields differ\nargv[1]: expected (no key) got \"-C\"\nargv[2]: expected (no key) got \"/src\"\n"},
    {"OneWordLess", R"(["git", "pull", "--ff-only", "origin"])", {"git", "pull", "origin"},
     "mismatch: exec [\"git\", \"pull\", \"origin\"]: 1 field differs\nargv[2]: expected \"--ff-only\" got (no key)\n"},
    {"OtherPath", R"(["/opt/git", "pull"])", {"git", "pull"}, "mismatch: exec [\"git\", \"pull\"]: 1 field differs\nargv[0]: expected \"/opt/git\" got \"git\"\n"},
    {"Hole", R"(["git", "tag", "v{{int}}"])", {"git", "tag", "vx"}, "mismatch: exec [\"git\", \"tag\", \"vx\"]: 1 field differs\nargv[2]: expected \"v{{int}}\" got \"vx\"\n"},
    {"LongWord", R"x(["python", "-c", "print('a long program that goes on for a while')"])x", {"python", "-c", "print('a long program that goes on for a wile')"},
     "mismatch: exec [\"python\", \"-c\", \"print('a long program that goes on for a wile')\"]: 1 field differs\n"
     "argv[2]: expected \"print('a long program that goes on for a while')\" got \"print('a long program that goes on for a wile')\""
     " (differs at byte 42: expected \"hile')\", got \"ile')\")\n"},
};

TEST(Exec, ArgvIsToldApartWordByWord) {
  for (const ArgvCase& row : kArgvs) {
    Execs execs("[[expect]]\nexec = " + std::string(row.entry) + "\nstdin = \"\"\n");
    EXPECT_EQ(execs.play_argv(row.argv), row.told) << row.name;
  }
}

TEST(Exec, AMismatchIsRefusedAndSaysHowToAcceptIt) {
  Execs execs("[[expect]]\nid = \"pull\"\nexec = [\"git\", \"pull\", \"v{{int}}\", \"*\"]\nstdin = \"\"\nreply = { stdout = \"x\" }\n");
  const ExecOutcome out = execs.offer_argv({"git", "pull", "v2", "--all", "--tags", "x"});
  ASSERT_EQ(out.findings.size(), 1u);
  EXPECT_FALSE(out.session);
  EXPECT_EQ(out.entry->index, 0u);
  EXPECT_EQ(out.refusal,
            "bigfoot-run: mismatch: exec [\"git\", \"pull\", \"v2\", \"--all\", \"--tags\", \"x\"]: 2 fields differ\n"
            "expected by t.toml:2 exec [\"git\", \"pull\", \"v{{int}}\", \"*\"]\n"
            "  argv[4]  expected (none)  got \"--tags\"\n"
            "  argv[5]  expected (none)  got \"x\"\n");
  EXPECT_EQ(out.findings[0].suggestion_verb, "accept it");
  EXPECT_EQ(out.findings[0].suggestion, "exec = [\"git\", \"pull\", \"v{{int}}\", \"*\", \"--tags\", \"x\"]");
  EXPECT_EQ(execs.finish(), "") << "the entry is spent";
  EXPECT_EQ(execs.ledger().totals().met, 0u);
}

TEST(Exec, AMismatchMayBeServed) {
  const std::string entry = "[[expect]]\nexec = [\"git\", \"pull\"]\nreply = { exit = 3 }\n";
  for (const std::string& toml : {entry + "on_mismatch = \"serve\"\n", "[settings]\non_mismatch = \"serve\"\n" + entry, "[defaults.exec]\non_mismatch = \"serve\"\n" + entry}) {
    Execs execs(toml);
    ExecOutcome out = execs.offer_argv({"git", "push"});
    ASSERT_TRUE(out.session) << toml;
    EXPECT_EQ(out.findings.size(), 0u);
    EXPECT_EQ(told(run(*out.session)), "mismatch: exec [\"git\", \"push\"]: 1 field differs\nargv[1]: expected \"pull\" got \"push\"\n");
    EXPECT_EQ(out.session->response().dump(), R"({"exit":3})");
  }
  EXPECT_FALSE(Execs("[settings]\non_mismatch = \"serve\"\n[defaults.exec]\non_mismatch = \"refuse\"\n" + entry).offer_argv({"git", "push"}).session);
}

TEST(Exec, DirectoryAndVariablesMayBeAsserted) {
  Execs execs("[[expect]]\nexec = [\"make\"]\ncwd = \"/project/{{any}}\"\nenv = { LANG = \"C\", CC = \"{{absent}}\", HOME = \"{{home:any}}\" }\nreply = { stdout = \"{{home}}\" }\n");
  EXPECT_TRUE(execs.spec().exec_compares("cwd"));
  EXPECT_TRUE(execs.spec().exec_compares("env"));
  ExecOutcome out = execs.offer(exec_call("/usr/bin/make", {"make"}, "/project/a"));
  ASSERT_TRUE(out.session);
  EXPECT_EQ(told(run(*out.session)), "");
  EXPECT_EQ(out.session->response()["stdout"], "/root");

  Execs wrong("[[expect]]\nexec = [\"make\"]\ncwd = \"/src\"\nenv = { LANG = \"de\", HOME = \"{{absent}}\", CC = \"gcc\" }\n");
  const ExecOutcome refused = wrong.offer_argv({"make"});
  EXPECT_EQ(told(refused.findings),
            "mismatch: exec [\"make\"]: 4 fields differ\ncwd: expected \"/src\" got \"/project\"\nenv.LANG: expected \"de\" got \"C\"\n"
            "env.HOME: expected \"{{absent}}\" got \"/root\"\nenv.CC: expected \"gcc\" got (no key)\n");
  EXPECT_EQ(refused.findings.at(0).suggestion, "cwd = \"/project\"\nenv = { LANG = \"C\", HOME = \"/root\", CC = \"{{absent}}\" }");
  Execs accepted("[[expect]]\nexec = [\"make\"]\n" + refused.findings.at(0).suggestion + "\n");
  EXPECT_EQ(accepted.play_argv({"make"}), "");
  EXPECT_FALSE(Execs("[[expect]]\nexec = [\"make\"]\n").spec().exec_compares("env"));
}

std::string git(const std::string& word, const std::string& more = "") { return "[[expect]]\nexec = [\"git\", \"" + word + "\"]\n" + more + "\n"; }

struct OrderCase {
  const char* name;
  std::string toml;
  std::vector<const char*> calls;
  const char* told;
};
const OrderCase kOrders[] = {
    {"InOrder", git("a") + git("b"), {"a", "b"}, ""},
    {"Swapped", git("a") + git("b"), {"b", "a"}, "out-of-order: exec [\"git\", \"b\"] came before t.toml:2 exec [\"git\", \"a\"]\n"},
    {"AnyOrder", git("a", "any_order = \"g\"") + git("b", "any_order = \"g\""), {"b", "a"}, ""},
    {"After", git("a", "id = \"a\"") + git("b") + git("c", "after = [\"a\"]"), {"a", "c", "b"}, ""},
    {"Twice", git("a", "times = 2"), {"a", "a"}, ""},
    {"NotOftenEnough", git("a", "times = 2"), {"a"}, "unused: exec [\"git\", \"a\"] happened 1 of 2 times\n"},
    {"OpenEnded", git("a", "times = \"1..\"") + git("b"), {"a", "b", "a"}, ""},
    {"Unused", git("a") + "[[expect]]\nshell = \"echo hi\"\n", {"a"}, "unused: shell echo hi never happened\n"},
    {"Optional", git("a", "required = false"), {}, ""},
    {"TooOften", git("a"), {"a", "a"}, "unexpected: exec [\"git\", \"a\"]\n"},
    {"FirstInFirstOut", git("a", "reply = { exit = 1 }") + git("a", "reply = { exit = 2 }"), {"a", "a"}, ""},
    {"PerTarget", "[settings]\norder = \"per-target\"\n" + git("a") + "[[expect]]\nexec = [\"make\"]\n" + git("b"), {"b", "a"},
     "out-of-order: exec [\"git\", \"b\"] came before t.toml:4 exec [\"git\", \"a\"]\nunused: exec [\"make\"] never happened\n"},
};

TEST(Exec, OrderAndCountsAreThoseOfAllEntries) {
  for (const OrderCase& row : kOrders) {
    Execs execs(row.toml);
    std::string text;
    for (const char* word : row.calls) text += execs.play_argv({"git", word});
    EXPECT_EQ(text + execs.finish(), row.told) << row.name;
  }
}

TEST(Exec, ASequenceOfRepliesAndAnErrno) {
  Execs execs("[[expect]]\nexec = [\"nc\", \"{{host:any}}\"]\nreplies = [ { errno = \"ENOENT\", delay = \"5ms\" }, { exit = 1 }, { stdout = \"{{host}} {{req.argv[1]}}\" } ]\n");
  ExecOutcome out = execs.offer_argv({"nc", "a"});
  EXPECT_EQ(out.errno_code, ENOENT);
  EXPECT_EQ(out.delay, std::chrono::milliseconds(5));
  EXPECT_FALSE(out.session);
  out = execs.offer_argv({"nc", "b"});
  EXPECT_EQ(told(run(*out.session)), "");
  EXPECT_EQ(out.session->response().dump(), R"({"exit":1})");
  out = execs.offer_argv({"nc", "c"});
  EXPECT_EQ(told(run(*out.session)), "");
  EXPECT_EQ(out.session->response().dump(), R"({"exit":0,"stdout":"c c"})");
  EXPECT_EQ(execs.finish(), "");
}

struct NearCase {
  const char* name;
  std::string toml;
  Fields call;
  const char* reason;  ///< "" : nothing comes near
};
const NearCase kNear[] = {
    {"Slip", git("pull"), exec_call("/usr/bin/gti", {"gti", "pull"}), "program differs: gti instead of git"},
    {"SlipAndMore", git("pull"), exec_call("/usr/bin/gti", {"gti", "push"}), "program differs: gti instead of git"},
    {"AnotherProgram", git("pull"), exec_call("/usr/bin/ls", {"ls"}), ""},
    {"Spent", "[[expect]]\nexec = [\"git\", \"pull\"]\nrequired = false\ntimes = \"0..1\"\n", exec_call("/usr/bin/make", {"make"}), ""},
    {"ShellText", "[[expect]]\nshell = \"echo hello\"\n", exec_call("/bin/sh", {"sh", "-c", "echo hallo"}), "command differs at \"e\""},
    {"ThroughAShell", git("pull"), exec_call("/bin/sh", {"sh", "-c", "git pull"}), "the program runs it through a shell"},
    {"NotThroughAShell", "[[expect]]\nshell = \"git pull\"\n", exec_call("/usr/bin/git", {"git", "pull"}), "the program runs it without a shell"},
    {"NoExecEntry", "[[expect]]\nhttp = \"GET http://h/\"\n", exec_call("/usr/bin/git", {"git"}), ""},
};

TEST(Exec, AnUnexpectedOneNamesTheNearestEntry) {
  for (const NearCase& row : kNear) {
    Execs execs(row.toml);
    const ExecOutcome out = execs.offer(row.call);
    ASSERT_EQ(out.findings.size(), 1u) << row.name;
    EXPECT_EQ(out.findings[0].kind, ViolationKind::unexpected) << row.name;
    EXPECT_EQ(out.findings[0].nearest_reason, row.reason) << row.name;
    EXPECT_EQ(out.findings[0].nearest != nullptr, *row.reason != '\0') << row.name;
  }
}

TEST(Exec, AnUnexpectedOneIsToldWhole) {
  Execs execs(git("pull"));
  EXPECT_EQ(execs.play_argv({"git", "pull"}), "");
  ExecOutcome out = execs.offer_argv({"git", "pull"});
  ASSERT_EQ(out.findings.size(), 1u);
  EXPECT_EQ(out.entry, nullptr);
  EXPECT_FALSE(out.leads_on);
  EXPECT_EQ(out.refusal, "bigfoot-run: unexpected: exec [\"git\", \"pull\"]\n1 earlier entry for this call was used at #1 (t.toml:2); one more needs times = 2\n");
  EXPECT_EQ(out.findings[0].suggestion, "[[expect]]\nexec  = [\"git\", \"pull\"]\nstdin = \"\"\nreply = { exit = 0, stdout = \"\" }");
  out = execs.offer_argv({"git", "status", "-s"});
  EXPECT_EQ(out.refusal,
            "bigfoot-run: unexpected: exec [\"git\", \"status\", \"-s\"]\n"
            "nearest: t.toml:2 exec [\"git\", \"pull\"]   argv[1] differs: \"status\" instead of \"pull\", already used at #1\n");
}

const std::vector<Words> kCommands = {
    {"git", "pull"}, {"/usr/bin/git", "-C", "/a b", "log", "--format=%H\n"}, {"ls", "*", "{{int}}", "{{"}, {"*"}, {"{{x}}"}, {"printf", "\xff\x01"},
    {"echo", ""}, {"python", "-c", "print(\"\"\"a\\b\"\"\")\nx = 'é'\t"}, {"./run.sh"}, {"sh", "-c", "echo $1 {{int}} *", "_", "a"}, {"-bash"},
    {"sh", "-c", "echo hello | tr a-z A-Z"}, {"bash", "-eo", "pipefail", "-c", "set -x\nfalse | true"}, {"sh", "-c", "*"}, {"sh", "-c", "\xff"}, {"sh", "-c", ""},
    {"cat", std::string(5000, 'x')}, {"\xff"},
};

TEST(Exec, WhatIsSuggestedFitsTheVeryCommand) {
  for (const Words& argv : kCommands) {
    Execs none("");
    const std::string toml = none.offer_argv(argv).findings.at(0).suggestion;
    SCOPED_TRACE(toml);
    Execs execs(toml);
    EXPECT_EQ(execs.play_argv(argv), "");
    EXPECT_EQ(execs.finish(), "");
    for (const Words& other : kCommands) {
      if (other == argv) continue;
      EXPECT_NE(Execs(toml).play_argv(other), "") << exec_title(other);
    }
  }
}

TEST(Exec, AcceptedMismatchesFit) {
  for (const Words& argv : kCommands) {
    if (shell_command("/bin/x", argv)) continue;
    const std::string program = toml_string(is_utf8(argv[0]) ? spoken_text(argv[0]) : "*");
    Execs wrong("[[expect]]\nexec = [" + program + ", \"other\", \"{{int}}\"]\n");
    const ExecOutcome out = wrong.offer_argv(argv);
    ASSERT_EQ(out.findings.size(), 1u);
    SCOPED_TRACE(out.findings[0].suggestion);
    if (out.findings[0].suggestion == "exec = [\"*\"]") continue;  // "*" everywhere asserts nothing
    EXPECT_EQ(Execs("[[expect]]\n" + out.findings[0].suggestion + "\n").play_argv(argv), "");
  }
}

TEST(Exec, StdinThatDiffersOrIsNotMentionedPrintsItsLine) {
  for (const std::string& in : {std::string("yes\n"), std::string("{{int}}"), std::string("*"), std::string("\0\xff", 2), std::string(300, '\xfe')}) {
    for (const char* line : {"", "stdin = \"no\\n\"\n", "stdin = { json = { a = 1 } }\n"}) {
      Execs wrong("[[expect]]\nexec = [\"cat\"]\n" + std::string(line));
      ExecOutcome out = wrong.offer_argv({"cat"});
      const auto findings = run(*out.session, in);
      ASSERT_EQ(findings.size(), 1u);
      SCOPED_TRACE(findings[0].suggestion);
      EXPECT_EQ(findings[0].kind, *line ? ViolationKind::mismatch : ViolationKind::unasserted);
      EXPECT_EQ(Execs("[[expect]]\nexec = [\"cat\"]\n" + findings[0].suggestion + "\n").play_argv({"cat"}, in), "");
    }
  }
}

struct ShellCase {
  const char* name;
  const char* path;
  Words argv;
  const char* text;  ///< null: it runs none
};
const ShellCase kShells[] = {
    {"Plain", "/bin/sh", {"sh", "-c", "echo hi"}, "echo hi"},
    {"System", "/bin/sh", {"sh", "-c", "--", "echo hi"}, "echo hi"},
    {"Path", "/bin/bash", {"/bin/bash", "-c", "echo hi"}, "echo hi"},
    {"ExitOnError", "/bin/sh", {"sh", "-ec", "echo hi"}, "echo hi"},
    {"Login", "/bin/bash", {"-bash", "-lc", "echo hi"}, "echo hi"},
    {"Option", "/bin/bash", {"bash", "-o", "pipefail", "-c", "echo hi"}, "echo hi"},
    {"OptionInACluster", "/bin/bash", {"bash", "-euo", "pipefail", "-c", "echo hi"}, "echo hi"},
    {"OptionBehind", "/bin/bash", {"bash", "-c", "-e", "echo hi"}, "echo hi"},
    {"ShellOption", "/bin/bash", {"bash", "-O", "extglob", "-c", "echo hi"}, "echo hi"},
    {"OptionOff", "/bin/bash", {"bash", "+e", "-c", "echo hi"}, "echo hi"},
    {"LongOptions", "/bin/bash", {"bash", "--norc", "--rcfile", "/x", "-c", "echo hi"}, "echo hi"},
    {"Busybox", "/bin/busybox", {"busybox", "sh", "-c", "echo hi"}, "echo hi"},
    {"BusyboxAsSh", "/bin/busybox", {"sh", "-c", "echo hi"}, "echo hi"},
    {"Zsh", "/usr/bin/zsh", {"zsh", "-c", "echo hi"}, "echo hi"},
    {"EmptyText", "/bin/sh", {"sh", "-c", ""}, ""},
    {"Script", "/bin/sh", {"sh", "build.sh", "-c"}, nullptr},
    {"NoText", "/bin/sh", {"sh", "-c"}, nullptr},
    {"Arguments", "/bin/sh", {"sh", "-c", "echo $1", "_", "hi"}, nullptr},
    {"Interactive", "/bin/sh", {"sh"}, nullptr},
    {"NoShell", "/usr/bin/python3", {"python3", "-c", "print()"}, nullptr},
    {"BusyboxAsLs", "/bin/busybox", {"busybox", "ls", "-c", "x"}, nullptr},
    {"OptionAtTheEnd", "/bin/sh", {"sh", "-c", "-o"}, nullptr},
};

TEST(Shell, IsSeenThrough) {
  for (const ShellCase& row : kShells) {
    const auto text = shell_command(row.path, row.argv);
    EXPECT_EQ(text.has_value(), row.text != nullptr) << row.name;
    EXPECT_EQ(text.value_or(""), row.text ? row.text : "") << row.name;
  }
}

const std::string kEcho = "[[expect]]\nshell = \"echo {{word:any}} | tr a-z A-Z\"\nstdin = \"\"\nreply = { stdout = \"{{word}}\\n\" }\n";

TEST(Shell, IsOneInteraction) {
  Execs execs(kEcho);
  ExecOutcome out = execs.offer(exec_call("/bin/sh", {"sh", "-c", "echo hello | tr a-z A-Z"}));
  ASSERT_TRUE(out.session);
  EXPECT_EQ(told(run(*out.session)), "");
  EXPECT_EQ(out.session->request().dump(), R"({"command":"echo hello | tr a-z A-Z","stdin":""})");
  EXPECT_EQ(out.session->response().dump(), R"({"exit":0,"stdout":"hello\n"})");
  EXPECT_EQ(execs.finish(), "");
}

TEST(Shell, OneThatNoEntryFitsIsAnExecOfTheShell) {
  const Words argv = {"sh", "-c", "echo hello"};
  EXPECT_EQ(Execs("[[expect]]\nexec = [\"sh\", \"-c\", \"echo hello\"]\n").play_argv(argv), "");
  EXPECT_EQ(Execs("[[expect]]\nshell = \"echo hello\"\n[[expect]]\nexec = [\"sh\", \"-c\", \"echo hello\"]\nrequired = false\n").play_argv(argv), "");
  Execs execs("[[expect]]\nexec = [\"sh\", \"-c\", \"echo hallo\"]\n");
  EXPECT_EQ(execs.play_argv(argv), "mismatch: exec [\"sh\", \"-c\", \"echo hello\"]: 1 field differs\nargv[2]: expected \"echo hallo\" got \"echo hello\"\n");
  Execs none(kEcho);
  const ExecOutcome out = none.offer_argv(argv);
  EXPECT_EQ(told(out.findings), "unexpected: shell echo hello\n");
  EXPECT_EQ(out.findings.at(0).suggestion, "[[expect]]\nshell = \"echo hello\"\nstdin = \"\"\nreply = { exit = 0, stdout = \"\" }");
}

struct LeadCase {
  const char* name;
  Fields call;
  bool leads_on;
};
const LeadCase kLeads[] = {
    {"Env", exec_call("/usr/bin/env", {"env", "A=1", "git", "pull"}), true},
    {"EnvAlone", exec_call("/usr/bin/env", {"env"}), false},
    {"EnvThatPrints", exec_call("/usr/bin/env", {"env", "-i", "A=1"}), false},
    {"Jvm", exec_call("/usr/lib/jvm/17/lib/jspawnhelper", {"/usr/lib/jvm/17/lib/jspawnhelper", "8:10"}), true},
    {"ShellWithAKnownProgram", exec_call("/bin/sh", {"sh", "-c", "cd /x && /usr/bin/git pull"}), true},
    {"ShellWithOthers", exec_call("/bin/sh", {"sh", "-c", "rm -rf gitx"}), false},
    {"Another", exec_call("/bin/rm", {"rm", "git"}), false},
};

TEST(Exec, SomeOnlyLeadToAnother) {
  for (const LeadCase& row : kLeads) {
    Execs execs(git("pull"));
    const ExecOutcome out = execs.offer(row.call);
    EXPECT_EQ(out.entry, nullptr) << row.name;
    EXPECT_EQ(out.leads_on, row.leads_on) << row.name;
    EXPECT_EQ(out.findings.size(), 1u) << row.name;
  }
  Execs execs("[[expect]]\nexec = [\"env\", \"git\"]\n");
  EXPECT_EQ(execs.play_argv({"env", "git"}), "") << "an entry that fits goes first";
}

TEST(Exec, TitlesAreShortAndOnOneLine) {
  EXPECT_EQ(exec_title({"a", "b\nc"}), R"(exec ["a", "b\nc"])");
  EXPECT_EQ(exec_title({"python", "-c", std::string(100, 'x')}), "exec [\"python\", \"-c\", \"" + std::string(60, 'x') + "…\"]");
  EXPECT_TRUE(exec_title(Words(1000, "word")).ends_with("\"word\", …]"));
  EXPECT_EQ(shell_title("a\nb"), R"(shell "a\nb")");
  EXPECT_EQ(shell_title(std::string(159, 'x') + "é!"), "shell " + std::string(159, 'x') + "…");
}

TEST(Which, AnswersAsOftenAsItIsAsked) {
  Execs execs("[[expect]]\nwhich = \"git\"\nreply = \"/opt/bin/git\"\n[[expect]]\nwhich = \"docker\"\nreply = false\n[[expect]]\nexec = [\"make\"]\n[[expect]]\nshell = \"ls\"\n");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(execs.ledger().which("git").path, "/opt/bin/git");
    EXPECT_EQ(execs.ledger().which("docker").path, "");
    EXPECT_TRUE(execs.ledger().which("docker").entry);
    EXPECT_FALSE(execs.ledger().which("cc").entry);
    EXPECT_EQ(told(execs.ledger().use_which("git", 1)), "");
  }
  for (const char* name : {"git", "docker", "make", "sh", "bash"}) EXPECT_TRUE(execs.ledger().may_exec(name)) << name;
  EXPECT_FALSE(execs.ledger().may_exec("cc"));
  EXPECT_EQ(execs.play_argv({"make"}), "");
  EXPECT_FALSE(execs.ledger().may_exec("make")) << "its entry is spent";
  EXPECT_EQ(execs.finish(), "unused: shell ls never happened\n");
}

TEST(Which, MayBeAsserted) {
  const std::string make = "[[expect]]\nexec = [\"make\"]\n";
  const std::string which = "[[expect]]\nwhich = \"git\"\nreply = false\n";
  Execs unused(which + "required = true\n");
  EXPECT_EQ(unused.finish(), "unused: which git never happened\n");
  Execs counted(which + "times = 2\n");
  EXPECT_EQ(told(counted.ledger().use_which("git", 1)), "");
  EXPECT_EQ(counted.finish(), "unused: which git happened 1 of 2 times\n");
  EXPECT_EQ(told(counted.ledger().use_which("git", 2)), "");
  EXPECT_FALSE(counted.ledger().which("git").entry) << "from here on the real one";
  Execs early(make + which + "required = true\n");
  EXPECT_EQ(told(early.ledger().use_which("git", 1)), "out-of-order: which git came before t.toml:2 exec [\"make\"]\n");
  Execs data(make + which);
  EXPECT_EQ(told(data.ledger().use_which("git", 1)), "");
  Execs sequence("[[expect]]\nwhich = \"git\"\nreplies = [false, \"/usr/bin/git\"]\n");
  EXPECT_EQ(sequence.ledger().which("git").path, "");
  sequence.ledger().use_which("git", 1);
  EXPECT_EQ(sequence.ledger().which("git").path, "/usr/bin/git");
}

/// What next() would give at the end of stdin: "exit 3", "die 9", "not known".
std::string known_end(const ExecSession& session) {
  const ExecSession::Action action = session.if_stdin_ended();
  if (const auto* exit = std::get_if<ExecSession::Exit>(&action)) return "exit " + std::to_string(exit->status);
  if (const auto* die = std::get_if<ExecSession::Die>(&action)) return "die " + std::to_string(die->signal);
  return "not known";
}

struct EndCase {
  const char* name;
  const char* entry;
  const char* end;
};
const EndCase kEnds[] = {
    {"NoInput", "reply = { exit = 3, stdout = \"out\" }\n", "exit 3"},
    {"Empty", "stdin = \"\"\nreply = { signal = 9 }\n", "die 9"},
    {"Waived", "stdin = \"*\"\n", "exit 0"},
    {"Wanted", "stdin = \"yes\"\nreply = { exit = 3 }\n", "not known"},
    {"WantedAndServed", "stdin = \"yes\"\non_mismatch = \"serve\"\nreply = { exit = 3 }\n", "exit 3"},
    {"Steps", "steps = [ { exit = 3 } ]\n", "not known"},
};

TEST(ExecSession, KnowsItsEndBeforeStdinEnds) {
  for (const EndCase& row : kEnds) {
    SCOPED_TRACE(row.name);
    Execs execs("[[expect]]\nexec = [\"tool\"]\n" + std::string(row.entry));
    const auto session = execs.offer_argv({"tool"}).session;
    EXPECT_EQ(known_end(*session), "not known") << "before anything was printed";
    while (std::holds_alternative<ExecSession::Print>(session->next())) continue;
    EXPECT_EQ(known_end(*session), row.end);
    run(*session);
    EXPECT_EQ(known_end(*session), "not known") << "it has ended";
  }
}

TEST(ExecSession, MoreStdinThanIsKept) {
  const std::string large(kMostInput, 'x');
  for (const auto& [entry, text] : std::initializer_list<std::pair<std::string, std::string>>{
           {"stdin = \"x\"\n", "mismatch: exec [\"tool\"]: stdin is longer than the 64 MiB that a mocked command reads\n"},
           {"", "mismatch: exec [\"tool\"]: stdin is longer than the 64 MiB that a mocked command reads\n"},
           {"stdin = \"*\"\n", ""}}) {
    Execs execs("[[expect]]\nexec = [\"tool\"]\n" + entry);
    const auto session = execs.offer_argv({"tool"}).session;
    while (!std::holds_alternative<ExecSession::Read>(session->next())) continue;
    session->received(large);
    EXPECT_TRUE(std::holds_alternative<ExecSession::Read>(session->next())) << "all that fits";
    session->received("yy");
    const ExecSession::Action action = session->next();
    EXPECT_FALSE(std::holds_alternative<ExecSession::Read>(action)) << "stdin has ended";
    EXPECT_EQ(told(session->end()), text);
    EXPECT_EQ(text_of(session->request()["stdin"]).size(), kMostInput);
  }
}

struct GuardCase {
  const char* name;
  const char* toml;
  bool watched, held;
  GuardLevel level;
};
const GuardCase kGuards[] = {
    {"Nothing", "", false, false, GuardLevel::off},
    {"Which", "[[expect]]\nwhich = \"a\"\nreply = false\n", false, true, GuardLevel::off},
    {"Exec", "[[expect]]\nexec = [\"a\"]\n", true, true, GuardLevel::error},
    {"Shell", "[[expect]]\nshell = \"a\"\n", true, true, GuardLevel::error},
    {"ExecUnderWarn", "[guard]\ndefault = \"warn\"\n[[expect]]\nexec = [\"a\"]\n", true, true, GuardLevel::warn},
    {"ExecLetThrough", "[guard]\nexec = \"off\"\n[[expect]]\nexec = [\"a\"]\n", true, true, GuardLevel::off},
    {"Auto", "[guard]\nexec = \"auto\"\n", false, false, GuardLevel::off},
    {"DefaultAlone", "[guard]\ndefault = \"error\"\n", false, false, GuardLevel::off},
    {"Error", "[guard]\nexec = \"error\"\n", true, true, GuardLevel::error},
    {"Warn", "[guard]\nexec = \"warn\"\n", true, true, GuardLevel::warn},
    {"Off", "[guard]\nexec = \"off\"\n", false, false, GuardLevel::off},
    {"Denied", "[guard]\ndeny = [\"exec:curl\"]\n", false, true, GuardLevel::off},
    {"Allowed", "[guard]\nallow = [\"exec:curl\"]\n", false, false, GuardLevel::off},
};

TEST(ExecGuard, WatchesFromTheFirstEntryOn) {
  for (const GuardCase& row : kGuards) {
    const Spec spec = spec_of(row.toml);
    EXPECT_EQ(spec.exec_is_watched(), row.watched) << row.name;
    EXPECT_EQ(spec.exec_is_held(), row.held) << row.name;
    EXPECT_EQ(spec.exec_level(), row.level) << row.name;
  }
}

struct RuleCase {
  const char* rule;
  const char* path;
  bool fits;
};
const RuleCase kRules[] = {
    {"exec:/usr/bin/locale", "/usr/bin/locale", true}, {"exec:/usr/bin/locale", "/bin/locale", false}, {"exec:locale", "/bin/locale", true},
    {"exec:locale", "/bin/localedef", false},          {"exec:/usr/bin/*", "/usr/bin/git", true},      {"exec:/usr/bin/*", "/usr/bin/x/git", false},
    {"exec:/usr/**", "/usr/bin/x/git", true},          {"exec:git-*", "/usr/lib/git-core/git-log", true}, {"exec:*", "/bin/a", true},
    {"file:/usr/bin/git", "/usr/bin/git", false},      {"tcp://git:80", "/usr/bin/git", false},
};

TEST(ExecGuard, RulesNameAPathOrABareName) {
  for (const RuleCase& row : kRules) {
    const std::string list = " = [\"" + std::string(row.rule) + "\"]\nfile = { watch = [\"/usr/bin/git\"] }\n";
    const std::string name = base_name(row.path);
    EXPECT_EQ(spec_of("[guard]\nallow" + list).guard.allowing_exec(row.path, name) != nullptr, row.fits) << row.rule;
    EXPECT_EQ(spec_of("[guard]\ndeny" + list).guard.denying_exec(row.path, name) != nullptr, row.fits) << row.rule;
  }
}

}  // namespace
}  // namespace bigfoot

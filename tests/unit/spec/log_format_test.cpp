// tests/unit/spec/log_format_test.cpp - Lines of log channels: levels, JSON, templates, regexes, and what belongs together.
#include <gtest/gtest.h>

#include "spec/log_parts.h"
#include "spec/log_reader.h"
#include "spec/values.h"
#include "tests/unit/spec/spec_text.h"

namespace bigfoot {
namespace {

struct LevelCase {
  const char* word;
  const char* level;
};
const LevelCase kLevels[] = {
    {"DEBUG", "DEBUG"},     {"debug", "DEBUG"},       {"trace", "DEBUG"},   {"TRC", "DEBUG"},      {"VERBOSE", "DEBUG"}, {"FINEST", "DEBUG"},
    {"INFO", "INFO"},       {"Information", "INFO"},  {"notice", "INFO"},   {"SUCCESS", "INFO"},   {"I", "INFO"},        {"LOG", "INFO"},
    {"WARNING", "WARNING"}, {"warn", "WARNING"},      {"WRN", "WARNING"},   {"W", "WARNING"},      {"err", "ERROR"},     {"ERROR", "ERROR"},
    {"SEVERE", "ERROR"},    {"EROR", "ERROR"},        {"fatal", "CRITICAL"}, {"crit", "CRITICAL"}, {"panic", "CRITICAL"}, {"emerg", "CRITICAL"},
    {"ALERT", "CRITICAL"},  {"<3>", "ERROR"},         {"<7>", "DEBUG"},     {"30", "INFO"},        {"50", "ERROR"},      {"60", "CRITICAL"},
    {"6", "INFO"},          {"400", "ERROR"},         {"INFO+2", "INFO"},   {"DEBUG-4", "DEBUG"},  {"", ""},             {"hello", ""},
    {"<9>", ""},            {"INFO+", ""},            {"35", ""},           {"information:", ""},
};

TEST(LogLevel, HasManyNames) {
  for (const LevelCase& row : kLevels) EXPECT_EQ(to_text(log_level(row.word)), row.level) << row.word;
}

LogFormatPtr format_of(const std::string& toml) {
  Diagnostics problems;
  auto format = compile_log_format(node_of(toml, problems), problems);
  EXPECT_TRUE(format) << toml << "\n" << all_text(problems);
  return format;
}

std::string shown(const std::optional<Fields>& record) {
  if (!record) return "none";
  std::string out = text_of((*record)["level"]) + "|" + text_of((*record)["logger"]) + "|" + text_of((*record)["message"]);
  return (*record)["fields"].empty() ? out : out + "|" + json_text((*record)["fields"]);
}

struct FormatCase {
  const char* name;
  const char* format;
  const char* line;
  const char* record;
};
const FormatCase kTemplates[] = {
    {"Plain", R"("{level} {logger}: {message}")", "INFO myapp.auth: User alice logged in", "INFO|myapp.auth|User alice logged in"},
    {"ColonInTheMessage", R"("{level} {logger}: {message}")", "INFO db: key: value: 1", "INFO|db|key: value: 1"},
    {"OtherWordForALevel", R"("{level} {logger}: {message}")", "warn db: slow", "WARNING|db|slow"},
    {"NoLevel", R"("{level} {logger}: {message}")", "Traceback (most recent call last):", "none"},
    {"NoLogger", R"("{level} {logger}: {message}")", "ERROR could not open file: no such file", "none"},
    {"NothingElse", R"("{level} {logger}: {message}")", "", "none"},
    {"EmptyMessage", R"("{level} {logger}: {message}")", "INFO db: ", "INFO|db|"},
    {"PaddedColumns", R"("{level} {logger} {message}")", "INFO     myapp      started", "INFO|myapp|started"},
    {"PaddedInBrackets", R"("[{level}] {logger} - {message}")", "[ INFO] com.example.Main - up", "INFO|com.example.Main|up"},
    {"PaddedBeforeALetter", R"("{level} {logger}: {message}")", "INFO myapp    : started", "INFO|myapp|started"},
    {"PythonBasicConfig", R"("{level}:{logger}:{message}")", "WARNING:root:disk: 90%", "WARNING|root|disk: 90%"},
    {"TimeWithABlank", R"("{time} {level} {logger}: {message}")", "2026-11-22 10:00:00,123 INFO a.b: hi", "INFO|a.b|hi|{\"time\":\"2026-11-22 10:00:00,123\"}"},
    {"PartsThatDoNotMatter", R"("{} {level} {_} {message}")", "10:00:00 ERROR main x y", "ERROR||x y"},
    {"SpringBoot", R"("{_}  {level} {pid} --- [{thread}] {logger} : {message}")",
     "2026-11-22T10:00:00.000+01:00  INFO 4211 --- [           main] c.e.demo.App                  : Started App in 1.2 seconds",
     "INFO|c.e.demo.App|Started App in 1.2 seconds|{\"pid\":\"4211\",\"thread\":\"main\"}"},
    {"Glog", R"("{level}{_} {_} {_} {logger}] {message}")", "I1122 10:00:00.000000 4211 server.cc:42] listening", "INFO|server.cc:42|listening"},
    {"Nginx", R"("{_} {_} [{level}] {pid}#{tid}: *{conn} {message}")", "2026/11/22 10:00:00 [error] 31#31: *1 open() failed", "ERROR||open() failed|{\"pid\":\"31\",\"tid\":\"31\",\"conn\":\"1\"}"},
    {"Logfmt", R"("time={time} level={level} msg=\"{message}\"")", R"(time="2026-11-22T10:00:00Z" level=info msg="a walrus appears")", "INFO||a walrus appears|{\"time\":\"\\\"2026-11-22T10:00:00Z\\\"\"}"},
    {"TheFirstEndOfAMessage", R"x("{message} ({logger})")x", "a (b) (c)", "|c|a (b)"},
    {"RegexLettersAreThemselves", R"("[{level}] ({logger}) * {message}")", "[INFO] (a.b) * x", "INFO|a.b|x"},
    {"BytesThatAreNoText", R"("{level} {message}")", "INFO caf\xe9", "INFO||caf\xe9"},
    {"Umlauts", R"("{level} › {message}")", "INFO › über", "INFO||über"},
    {"DottedName", R"("{level} {user.id} {message}")", "INFO 7 x", "INFO||x|{\"user.id\":\"7\"}"},
    {"MessageOnly", R"("> {message}")", "> hello", "||hello"},
};

const FormatCase kRegexes[] = {
    {"Perl", R"('^(?<level>\w+) (?<logger>\S+): (?<message>.*)')", "INFO a.b: hi", "INFO|a.b|hi"},
    {"Python", R"('^(?P<level>\w+) (?P<message>.*)')", "warn slow", "WARNING||slow"},
    {"OtherGroups", R"('(?<level>\w+) \[(?<thread>[^]]+)\] (?<message>.*)')", "INFO [main] up", "INFO||up|{\"thread\":\"main\"}"},
    {"AnUnknownLevelStays", R"('^(?<level>\w+): (?<message>.*)')", "audit: x", "AUDIT||x"},
    {"AnywhereInTheLine", R"x('level=(?<level>\w+) .*msg="(?<message>[^"]*)"')x", "t=1 level=error n=2 msg=\"no\" z=3", "ERROR||no"},
    {"BranchNotTaken", R"('^(?:(?<level>\w+): )?(?<message>.*)')", "hello", "||hello"},
    {"EscapedParenthesis", R"('^\((?<level>\w+)\) (?<message>[()<?]+)')", "(INFO) (?<", "INFO||(?<"},
    {"InBrackets", R"('^[(?<]+(?<message>\w+)')", "(?<x", "||x"},
    {"NoFit", R"('^(?<level>[A-Z]+) (?<message>.*)')", "hello there", "none"},
};

const FormatCase kJson[] = {
    {"Python", R"("json")", R"({"level": "INFO", "name": "a.b", "message": "hi", "order_id": 5})", "INFO|a.b|hi|{\"order_id\":5}"},
    {"Pino", R"("json")", R"({"level":40,"time":1,"pid":2,"hostname":"h","name":"svc","msg":"slow"})", "WARNING|svc|slow|{\"time\":1,\"pid\":2,\"hostname\":\"h\"}"},
    {"Zap", R"("json")", R"({"level":"error","ts":1.5,"logger":"db","caller":"x.go:1","msg":"no"})", "ERROR|db|no|{\"ts\":1.5,\"caller\":\"x.go:1\"}"},
    {"Slog", R"("json")", R"({"time":"t","level":"INFO+2","msg":"hi"})", "INFO||hi|{\"time\":\"t\"}"},
    {"Structlog", R"("json")", R"({"event": "paid", "level": "info", "logger": "shop", "amount": 5})", "INFO|shop|paid|{\"amount\":5}"},
    {"Logback", R"("json")", R"({"@timestamp":"t","message":"hi","logger_name":"c.e.A","thread_name":"main","level":"WARN","level_value":30000})",
     "WARNING|c.e.A|hi|{\"@timestamp\":\"t\",\"thread_name\":\"main\",\"level_value\":30000}"},
    {"EcsNested", R"("json")", R"({"log":{"level":"error","logger":"db"},"message":"no"})", "ERROR|db|no"},
    {"EcsDotted", R"("json")", R"({"log.level":"error","log.logger":"db","message":"no"})", "ERROR|db|no"},
    {"Tracing", R"("json")", R"({"level":"INFO","fields":{"message":"up","port":80},"target":"app::net"})", "INFO|app::net|up|{\"fields\":{\"port\":80}}"},
    {"Clef", R"("json")", R"({"@t":"t","@l":"Warning","@m":"slow"})", "WARNING||slow|{\"@t\":\"t\"}"},
    {"ClefWithoutLevel", R"("json")", R"({"@t":"t","@mt":"Hello"})", "INFO||Hello|{\"@t\":\"t\"}"},
    {"Gelf", R"("json")", R"({"version":"1.1","host":"h","short_message":"bad","level":3})", "ERROR||bad|{\"version\":\"1.1\",\"host\":\"h\"}"},
    {"GoogleCloud", R"("json")", R"({"severity":"NOTICE","message":"hi"})", "INFO||hi"},
    {"Monolog", R"("json")", R"({"message":"x","context":{},"level":300,"level_name":"WARNING","channel":"app"})", "WARNING|app|x|{\"context\":{},\"level\":300}"},
    {"ChannelOfAnother", R"("json")", R"({"message":"x","level":"info","channel":"general"})", "INFO||x|{\"channel\":\"general\"}"},
    {"Indented", R"("json")", R"(  {"level":"info","msg":"x"})", "INFO||x"},
    {"NoRecord", R"("json")", R"({"a": 1})", "none"},
    {"Array", R"("json")", R"([1])", "none"},
    {"NoJson", R"("json")", R"({"level": )", "none"},
    {"Text", R"("json")", "hello", "none"},
    {"MessageIsATable", R"("json")", R"({"level":"info","message":{"a":1},"msg":"x"})", "INFO||x|{\"message\":{\"a\":1}}"},
    {"MessageIsANumber", R"("json")", R"({"level":"info","message":42})", "INFO||42"},
};

void expect_all(std::span<const FormatCase> rows) {
  for (const FormatCase& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(shown(format_of(row.format)->read(row.line)), row.record);
  }
}

TEST(LogFormat, ReadsTemplates) { expect_all(kTemplates); }
TEST(LogFormat, ReadsRegexes) { expect_all(kRegexes); }
TEST(LogFormat, ReadsJson) { expect_all(kJson); }

TEST(LogFormat, DoesNotFollowDeepJson) {
  EXPECT_EQ(shown(json_log_format()->read("{\"level\":\"info\",\"msg\":\"x\",\"a\":" + std::string(20000, '[') + std::string(20000, ']') + "}")), "none");
}

TEST(LogReader, StripsEscapes) {
  EXPECT_EQ(without_escapes("\x1b[32mINFO\x1b[0m \x1b[1;31mx\x1b[m"), "INFO x");
  EXPECT_EQ(without_escapes("\x1b]8;;http://a\x07link\x1b]8;;\x1b\\ end"), "link end");
  EXPECT_EQ(without_escapes("a\x1b"), "a");
  EXPECT_EQ(without_escapes("a\x1b["), "a");
  EXPECT_EQ(without_escapes("a\x1b]"), "a");
}

/// "R LEVEL|logger|message", "+" for a continuation, "-" for another line: a letter a line.
std::string told(const std::vector<LogLine>& lines) {
  std::string out;
  for (const LogLine& line : lines) {
    out += line.kind == LogLine::Kind::record ? "R " + shown(line.record) : line.kind == LogLine::Kind::continuation ? "+" : "-";
    out += "\n";
  }
  return out;
}

std::vector<LogLine> read_all(const Channel& channel, const std::string& bytes, std::size_t piece) {
  LogReader reader(channel);
  std::vector<LogLine> out;
  for (std::size_t at = 0; at < bytes.size(); at += piece)
    for (LogLine& line : reader.take(std::string_view(bytes).substr(at, piece))) out.push_back(std::move(line));
  for (LogLine& line : reader.flush()) out.push_back(std::move(line));
  return out;
}

struct LineCase {
  const char* name;
  bool strict;
  const char* format;
  const char* bytes;
  const char* told;
};
const LineCase kLines[] = {
    {"Records", false, R"("{level} {logger}: {message}")", "INFO a: 1\nWARNING b: 2\n", "R INFO|a|1\nR WARNING|b|2\n"},
    {"LastLineWithoutEnd", false, R"("{level} {logger}: {message}")", "INFO a: 1\nINFO a: 2", "R INFO|a|1\nR INFO|a|2\n"},
    {"CarriageReturn", false, R"("{level} {logger}: {message}")", "INFO a: 1\r\n", "R INFO|a|1\n"},
    {"Colours", false, R"("{level} {logger}: {message}")", "\x1b[32mINFO\x1b[0m a: 1\n", "R INFO|a|1\n"},
    {"OtherLines", false, R"("{level} {logger}: {message}")", "hello\nINFO a: 1\nhello\n\n", "-\nR INFO|a|1\n-\n-\n"},
    {"OtherLinesOfAStrictChannel", true, R"("{level} {logger}: {message}")", "hello\nINFO a: 1\nhello\n\n", "R ||hello\nR INFO|a|1\nR ||hello\n+\n"},
    {"PythonTraceback", true, R"("{level} {logger}: {message}")",
     "ERROR a: no\nTraceback (most recent call last):\n  File \"x.py\", line 1, in <module>\n    f()\nValueError: bad\n\nDuring handling of the above exception, another exception occurred:\n\n"
     "Traceback (most recent call last):\n  File \"x.py\", line 1, in <module>\nmy.Odd: bad\nINFO a: 1\n",
     "R ERROR|a|no\n+\n+\n+\n+\n+\n+\n+\n+\n+\n+\nR INFO|a|1\n"},
    {"TracebackAlone", true, R"("{level} {logger}: {message}")", "Traceback (most recent call last):\n  File \"x.py\"\nKeyError: 'a'\nbye\n", "R ||Traceback (most recent call last):\n+\n+\nR ||bye\n"},
    {"JavaStack", true, R"("{level} {logger}: {message}")",
     "ERROR a: no\njava.lang.IllegalStateException: bad\n\tat c.e.A.f(A.java:1)\n\t... 3 more\nCaused by: java.io.IOException: gone\n\tat c.e.B.g(B.java:2)\nINFO a: 1\n",
     "R ERROR|a|no\n+\n+\n+\n+\n+\nR INFO|a|1\n"},
    {"IndentedFirst", false, R"("{level} {logger}: {message}")", "  at the start\n", "-\n"},
    {"IndentedBehindAnotherLine", false, R"("{level} {logger}: {message}")", "INFO a: 1\nhello\n  there\n", "R INFO|a|1\n-\n-\n"},
    {"IndentedRecord", false, R"("{level} {logger}: {message}")", "INFO a: 1\n INFO a: 2\n", "R INFO|a|1\nR INFO|a|2\n"},
};

TEST(LogReader, TellsLinesApart) {
  for (const LineCase& row : kLines) {
    Channel channel{.name = "app", .format = format_of(row.format), .strict = row.strict};
    for (const std::size_t piece : {1000u, 1u, 7u}) {
      SCOPED_TRACE(row.name);
      const std::vector<LogLine> lines = read_all(channel, row.bytes, piece);
      EXPECT_EQ(told(lines), row.told);
      std::string bytes;
      for (const LogLine& line : lines) bytes += line.bytes;
      EXPECT_EQ(bytes, row.bytes);
    }
  }
}

TEST(LogReader, TakesAWholeLineAsMessageWhereThereIsNoFormat) {
  const Channel channel{.name = "app", .strict = true};
  EXPECT_EQ(told(read_all(channel, "hello\n  there\n\n", 100)), "R ||hello\nR ||  there\n+\n");
}

TEST(LogReader, CutsLongLines) {
  const Channel channel{.name = "app", .format = format_of(R"("{level} {message}")")};
  const std::string long_line = "INFO " + std::string(200 * 1000, 'x') + "\n";
  for (const std::size_t piece : {1000000u, 4096u, 65536u}) {
    const std::vector<LogLine> lines = read_all(channel, long_line + "INFO y\n", piece);
    ASSERT_GE(lines.size(), 3u);
    EXPECT_EQ(lines.front().record["message"].get<std::string>().size(), 64u * 1024 - 5);
    EXPECT_EQ(lines[1].kind, LogLine::Kind::continuation);
    EXPECT_EQ(shown(lines.back().record), "INFO||y");
    std::string bytes;
    for (const LogLine& line : lines) bytes += line.bytes;
    EXPECT_EQ(bytes, long_line + "INFO y\n");
  }
}

struct SyslogCase {
  const char* name;
  const char* format;  ///< "": none
  const char* message;
  const char* record;
};
const SyslogCase kSyslog[] = {
    {"Own", "", "<12>Nov 22 10:00:00 myapp[42]: slow", "WARNING|myapp|slow|{\"facility\":\"user\",\"pid\":\"42\"}"},
    {"FirstLine", "", "<11>Nov 22 10:00:00 myapp: no\nTraceback\n", "ERROR|myapp|no|{\"facility\":\"user\"}"},
    {"FormatOfTheText", R"("{level} {logger}: {message}")", "<14>Nov 22 10:00:00 myapp: WARNING a.b: slow", "WARNING|a.b|slow|{\"facility\":\"user\"}"},
    {"FormatWithoutLogger", R"("{level} {message}")", "<14>Nov 22 10:00:00 myapp: WARNING slow", "WARNING|myapp|slow|{\"facility\":\"user\"}"},
    {"FormatThatDoesNotFit", R"("{level} {logger}: {message}")", "<14>Nov 22 10:00:00 myapp: hello", "INFO|myapp|hello|{\"facility\":\"user\"}"},
    {"TagThatIsNone", R"("{level}: {message}")", "<14>ERROR: no such file", "ERROR||no such file|{\"facility\":\"user\"}"},
    {"NoPriority", "", "hello", "||hello"},
};

TEST(LogReader, ReadsSyslogMessages) {
  for (const SyslogCase& row : kSyslog) {
    SCOPED_TRACE(row.name);
    const std::string format = row.format;
    const Channel channel{.name = "sys", .source = Channel::Source::syslog, .format = format.empty() ? nullptr : format_of(format)};
    const Fields record = syslog_record(channel, read_syslog(row.message));
    EXPECT_EQ(record["channel"], "sys");
    EXPECT_EQ(shown(record), row.record);
  }
}

}  // namespace
}  // namespace bigfoot

// tests/unit/protocols/syslog_test.cpp - Messages as programs really send them, and messages that are none.
#include <gtest/gtest.h>

#include "protocols/syslog/syslog.h"

namespace bigfoot {
namespace {

using namespace std::string_view_literals;

/// "severity facility|host|app|pid|id|text|fields", fields only where there are some.
std::string shown(const SyslogMessage& m) {
  std::string out(m.severity ? severity_name(*m.severity) : "-");
  out += " ";
  out += m.facility ? facility_name(*m.facility) : "-";
  for (const std::string* part : {&m.host, &m.app, &m.pid, &m.id, &m.text}) out += "|" + *part;
  if (!m.fields.empty()) out += "|" + m.fields.dump(-1, ' ', false, Value::error_handler_t::replace);
  return out;
}

struct Case {
  const char* name;
  std::string_view message;
  const char* shown;
};
const Case kMessages[] = {
    // logger(1) of util-linux 2.38: local, with --id, to a server (RFC 5424), to a server with --rfc3164.
    {"Logger", "<13>Nov 22 10:00:00 root: hello world", "notice user||root|||hello world"},
    {"LoggerWithId", "<13>Nov  2 10:00:00 root[4211]: hello world", "notice user||root|4211||hello world"},
    {"LoggerToAServer", "<13>1 2026-11-22T10:00:00.123456+01:00 box root 4211 - [timeQuality tzKnown=\"1\" isSynced=\"1\" syncAccuracy=\"500\"] hello",
     "notice user|box|root|4211||hello|{\"timeQuality\":{\"tzKnown\":\"1\",\"isSynced\":\"1\",\"syncAccuracy\":\"500\"}}"},
    {"LoggerRfc3164", "<13>Nov 22 10:00:00 box root: hello: world", "notice user|box|root|||hello: world"},
    {"LoggerTagWithPath", "<13>Nov 22 10:00:00 /usr/bin/x: hi", "notice user||/usr/bin/x|||hi"},
    // syslog(3) of glibc and musl: with LOG_PID, and on a stream with NUL.
    {"Glibc", "<30>Nov 22 10:00:00 myd[77]: started", "info daemon||myd|77||started"},
    {"GlibcOnAStream", "<30>Nov 22 10:00:00 myd[77]: started\0"sv, "info daemon||myd|77||started"},
    {"GlibcWithPercent", "<11>Nov 22 10:00:00 a.out: no: 100%\n", "err user||a.out|||no: 100%"},
    // logging.handlers.SysLogHandler: no time, no tag, a NUL; with ident.
    {"Python", "<14>User alice logged in\0"sv, "info user|||||User alice logged in"},
    {"PythonWithIdent", "<12>myapp: slow\0"sv, "warning user||myapp|||slow"},
    {"PythonFormatted", "<11>ERROR:root:no such file\0"sv, "err user|||||ERROR:root:no such file"},
    // rsyslog: RSYSLOG_TraditionalForwardFormat, RSYSLOG_ForwardFormat, RSYSLOG_SyslogProtocol23Format.
    {"RsyslogTraditional", "<34>Oct 11 22:14:15 mymachine su[7]: 'su root' failed for lonvick", "crit auth|mymachine|su|7||'su root' failed for lonvick"},
    {"RsyslogForward", "<34>2026-11-22T10:00:00.123456+01:00 mymachine su: 'su root' failed", "crit auth|mymachine|su|||'su root' failed"},
    {"RsyslogProtocol23", "<34>1 2026-11-22T10:00:00.123456+01:00 mymachine su - ID47 - failed", "crit auth|mymachine|su||ID47|failed"},
    // Go's log/syslog: local, and to a server.
    {"Go", "<27>Nov 22 10:00:00 svc[9]: boom\n", "err daemon||svc|9||boom"},
    {"GoToAServer", "<27>2026-11-22T10:00:00+01:00 box svc[9]: boom\n", "err daemon|box|svc|9||boom"},
    // systemd: of a unit's stdout forwarded to syslog; the kernel's ring.
    {"Systemd", "<46>Nov 22 10:00:00 systemd[1]: Started Session 1 of User root.", "info syslog||systemd|1||Started Session 1 of User root."},
    {"SystemdUnitTag", "<30>Nov 22 10:00:00 systemd-logind[600]: New seat seat0.", "info daemon||systemd-logind|600||New seat seat0."},
    {"Kernel", "<6>Nov 22 10:00:00 kernel: [    0.000000] Linux version", "info kern||kernel|||[    0.000000] Linux version"},
    // RFC 5424, 6.5, and its corners.
    {"Rfc5424Bom", "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \xEF\xBB\xBF'su root' failed", "crit auth|mymachine.example.com|su||ID47|'su root' failed"},
    {"Rfc5424Elements", "<165>1 2003-10-11T22:14:15.003Z h evntslog - ID47 [a@1 x=\"3\" y=\"q\\\"]\\\\\"][b@1] An event",
     R"(notice local4|h|evntslog||ID47|An event|{"a@1":{"x":"3","y":"q\"]\\"},"b@1":{}})"},
    {"Rfc5424Nil", "<14>1 - - - - - - hello", "info user|||||hello"},
    {"Rfc5424NoText", "<14>1 - - app - - -", "info user||app|||"},
    {"Rfc5424BadElement", "<14>1 - - app - - [a x=1] hello", "info user||app|||[a x=1] hello"},
    {"Rfc5424OpenElement", "<14>1 - - app - - [a x=\"1", "info user||app|||[a x=\"1"},
    {"TextThatStartsWithOne", "<14>1 file of 3 was copied to there", "info user|||||1 file of 3 was copied to there"},
    {"OtherVersion", "<14>2 - - app - - - x", "info user|||||2 - - app - - - x"},
    // Others.
    {"YearBehind", "<13>Nov 22 10:00:00 2026 box app: x", "notice user|box|app|||x"},
    {"YearBetween", "<13>Nov 22 2026 10:00:00 box app: x", "notice user|box|app|||x"},
    {"TagWithoutText", "<13>Nov 22 10:00:00 app:", "notice user||app|||"},
    {"TwoWordsWithoutTag", "<13>Nov 22 10:00:00 just some words", "notice user|||||just some words"},
    {"OpenPid", "<13>app[12: x", "notice user|||||app[12: x"},
    // What is none.
    {"NoPriority", "hello", "- -|||||hello"},
    {"PriorityTooLarge", "<192>hello", "- -|||||<192>hello"},
    {"PriorityWithLetters", "<1x>hello", "- -|||||<1x>hello"},
    {"PriorityWithoutEnd", "<13", "- -|||||<13"},
    {"EmptyPriority", "<>x", "- -|||||<>x"},
    {"OnlyAPriority", "<13>", "notice user|||||"},
    {"Nothing", "", "- -|||||"},
    {"OnlyNuls", "\0\0"sv, "- -|||||"},
    {"Bytes", "<13>caf\xe9: \xff", "notice user||caf\xe9|||\xff"},
};

TEST(Syslog, ReadsWhatProgramsSend) {
  for (const Case& row : kMessages) {
    SCOPED_TRACE(row.name);
    const std::vector<char> exact(row.message.begin(), row.message.end());
    EXPECT_EQ(shown(read_syslog({exact.data(), exact.size()})), row.shown);
  }
}

const Case kJournal[] = {
    {"SdJournalPrint", "MESSAGE=hello\nPRIORITY=4\nCODE_FILE=a.c\nCODE_LINE=7\nSYSLOG_IDENTIFIER=myapp\n", "warning -||myapp|||hello|{\"CODE_FILE\":\"a.c\",\"CODE_LINE\":\"7\"}"},
    {"LoggerJournald", "MESSAGE_ID=67feb6ffbaf24c5cbec13c008dd72309\nMESSAGE=bye\n", "- -||||67feb6ffbaf24c5cbec13c008dd72309|bye"},
    {"Binary", "PRIORITY=3\nMESSAGE\n\x05\0\0\0\0\0\0\0a\nb=c\nSYSLOG_FACILITY=3\nSYSLOG_PID=9\n"sv, "err daemon|||9||a\nb=c"},
    {"BinaryCutShort", "MESSAGE\n\x09\0\0\0\0\0\0\0abc"sv, "- -|||||abc"},
    {"BinaryOfNoLength", "MESSAGE\n\xff\xff\xff\xff\xff\xff\xff\xff" "abc", "- -|||||abc"},
    {"BinaryWithoutSize", "MESSAGE\nabc", "- -|||||"},
    {"SeveralTimes", "A=1\nMESSAGE=x\nA=2\nA=3\n", "- -|||||x|{\"A\":[\"1\",\"2\",\"3\"]}"},
    {"OddPriority", "PRIORITY=high\nMESSAGE=x\n", "- -|||||x"},
    {"Equals", "MESSAGE=a=b", "- -|||||a=b"},
    {"Empty", "", "- -|||||"},
};

TEST(Syslog, ReadsDatagramsOfTheJournal) {
  for (const Case& row : kJournal) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(shown(read_journal_datagram(row.message)), row.shown);
  }
}

struct FrameCase {
  const char* name;
  std::string_view bytes;
  std::vector<std::string> frames;
};
const FrameCase kFrames[] = {
    {"Lines", "<1>a\n<2>b\n", {"<1>a", "<2>b"}},
    {"Nuls", "<1>a\0<2>b\0"sv, {"<1>a", "<2>b"}},
    {"LastWithoutEnd", "<1>a\n<2>b", {"<1>a", "<2>b"}},
    {"Counted", "4 <1>a4 <2>b", {"<1>a", "<2>b"}},
    {"CountedWithLines", "6 <1>a\nb5 <2>bc", {"<1>a\nb", "<2>bc"}},
    {"CountedThenALine", "4 <1>a\n<2>b\n", {"<1>a", "<2>b"}},
    {"EmptyFrames", "\n\n\0<1>a\n\0"sv, {"<1>a"}},
    {"NumberThatIsNoCount", "42 is the answer\n", {"42 is the answer"}},
    {"LongNumber", "123456789012 <1>a\n", {"123456789012 <1>a"}},
    {"CountCutShort", "40 <1>a", {"<1>a"}},
    {"OnlyACount", "40", {"40"}},
    {"Nothing", "", {}},
};

std::vector<std::string> frames_of(std::string_view bytes, std::size_t piece) {
  SyslogFrames frames;
  std::vector<std::string> out;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    frames.add(bytes.substr(at, piece));
    while (auto frame = frames.next()) out.push_back(std::move(*frame));
  }
  while (auto frame = frames.flush()) out.push_back(std::move(*frame));
  return out;
}

TEST(Syslog, CutsStreamsIntoMessages) {
  for (const FrameCase& row : kFrames) {
    for (const std::size_t piece : {1u, 3u, 1000u}) {
      SCOPED_TRACE(row.name);
      EXPECT_EQ(frames_of(row.bytes, piece), row.frames);
    }
  }
}

TEST(Syslog, CutsLongMessages) {
  const std::string text = "<1>" + std::string(200 * 1000, 'x');
  for (const std::size_t piece : {1000u, 4096u, 1000000u}) {
    const std::vector<std::string> cut = {text.substr(0, 64 * 1024), "<2>b"};
    EXPECT_EQ(frames_of(text + "\n<2>b\n", piece), cut);
    EXPECT_EQ(frames_of("200003 " + text + "4 <2>b", piece), cut);
  }
}

}  // namespace
}  // namespace bigfoot

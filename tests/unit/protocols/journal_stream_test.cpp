// tests/unit/protocols/journal_stream_test.cpp - Lines for journald, whole and cut at every byte.
#include "protocols/syslog/journal_stream.h"

#include <gtest/gtest.h>

namespace bigfoot {
namespace {

constexpr std::string_view kStream = "myapp\n\n6\n1\n0\n0\n0\nUser alice logged in\n\n<4>Rate limit approaching\n<9>odd\nno end";

std::string read(std::size_t cut) {
  JournalStream stream;
  std::string out;
  const auto take = [&out](const std::optional<SyslogMessage>& message) {
    if (message) out += std::to_string(*message->severity) + " " + message->app + ": " + message->text + "\n";
    return message.has_value();
  };
  for (const std::string_view part : {kStream.substr(0, cut), kStream.substr(cut)}) {
    stream.add(part);
    while (take(stream.next())) continue;
  }
  take(stream.flush());
  return out;
}

TEST(JournalStream, ReadsTheHeadAndThenLines) {
  for (std::size_t cut = 0; cut <= kStream.size(); ++cut)
    EXPECT_EQ(read(cut), "6 myapp: User alice logged in\n4 myapp: Rate limit approaching\n6 myapp: <9>odd\n6 myapp: no end\n") << cut;
}

TEST(JournalStream, AHeadAloneSaysNothing) {
  JournalStream stream;
  stream.add("myapp\n\n6\n1\n0\n0");
  EXPECT_FALSE(stream.next());
  EXPECT_FALSE(stream.flush());
}

TEST(JournalStream, ALineWithoutEndIsCut) {
  JournalStream stream;
  stream.add("myapp\n\n6\n0\n0\n0\n0\n" + std::string(60'000, 'x'));
  EXPECT_EQ(stream.next().value().text.size(), 48u * 1024);
  EXPECT_FALSE(stream.next());
  EXPECT_EQ(stream.flush().value().text.size(), 60'000u - 48u * 1024);
}

}  // namespace
}  // namespace bigfoot

// tests/fuzz/syslog_fuzz.cpp - Syslog messages, datagrams of the journal, and streams of messages. Claims: no crash; the text
// of a message is a part of the input; a stream that comes in pieces gives the same messages as a whole one.
#include <string>

#include "protocols/syslog/syslog.h"
#include "target.h"

namespace bigfoot::test {
namespace {

void check_message(std::string_view input) {
  const SyslogMessage message = read_syslog(input);
  claim(input.find(message.text) != input.npos, "the text is the input's");
  claim(message.tagged.ends_with(message.text), "a tag stands in front of the text");
  claim(!message.severity || !severity_name(*message.severity).empty(), "a severity has a name");
  claim(!message.facility || !facility_name(*message.facility).empty(), "a facility has a name");
}

void check_datagram(std::string_view input) {
  const SyslogMessage message = read_journal_datagram(input);
  claim(input.find(message.text) != input.npos, "the text is the input's");
  claim(!message.severity || !severity_name(*message.severity).empty(), "a severity has a name");
}

std::vector<std::string> frames_of(std::string_view input, std::size_t piece) {
  SyslogFrames frames;
  std::vector<std::string> out;
  for (std::size_t at = 0; at < input.size(); at += piece) {
    const std::vector<char> copy = exact(input.substr(at, piece));
    frames.add({copy.data(), copy.size()});
    while (auto frame = frames.next()) out.push_back(std::move(*frame));
  }
  while (auto frame = frames.flush()) out.push_back(std::move(*frame));
  return out;
}

}  // namespace
}  // namespace bigfoot::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bigfoot::test;
  const std::vector<char> copy = exact({reinterpret_cast<const char*>(data), size});
  const std::string_view input(copy.data(), copy.size());
  check_message(input);
  check_datagram(input);
  const auto whole = frames_of(input, input.size() + 1);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}}) claim(frames_of(input, piece) == whole, "whole and cut give the same messages");
  for (const std::string& frame : whole) claim(!frame.empty(), "a message has bytes");
  return 0;
}

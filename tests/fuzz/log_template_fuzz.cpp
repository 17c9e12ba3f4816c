// tests/fuzz/log_template_fuzz.cpp - Formats of log channels and lines that are read by them. The input is a format, LF, and the
// bytes of a channel. Claims: no crash; a format is compiled or refused with a reason; a record has its parts; lines that come
// in pieces are the same as whole ones, and all their bytes come out again.
#include <algorithm>
#include <string>

#include "spec/log_parts.h"
#include "spec/log_reader.h"
#include "target.h"

namespace bigfoot::test {
namespace {

void check_record(const Fields& record) {
  for (const char* part : {"level", "logger", "message"}) claim(record.at(part).is_string(), "a part is text");
  claim(record.at("fields").is_object(), "the other parts are a table");
}

std::vector<LogLine> lines_of(const Channel& channel, std::string_view input, std::size_t piece) {
  LogReader reader(channel);
  std::vector<LogLine> out;
  for (std::size_t at = 0; at < input.size(); at += piece) {
    const std::vector<char> copy = exact(input.substr(at, piece));
    for (LogLine& line : reader.take({copy.data(), copy.size()})) out.push_back(std::move(line));
  }
  for (LogLine& line : reader.flush()) out.push_back(std::move(line));
  return out;
}

void check_lines(const Channel& channel, std::string_view input) {
  const std::vector<LogLine> whole = lines_of(channel, input, input.size() + 1);
  std::string bytes;
  for (const LogLine& line : whole) {
    bytes += line.bytes;
    if (line.kind == LogLine::Kind::record) check_record(line.record);
  }
  claim(bytes == input, "all bytes come out again");
  if (input.size() > 64 * 1024) return;  // the rest of a line that was cut comes as it came
  const std::vector<LogLine> cut = lines_of(channel, input, 7);
  claim(cut.size() == whole.size(), "whole and cut give the same lines");
  for (std::size_t i = 0; i < cut.size(); ++i)
    claim(cut[i].kind == whole[i].kind && cut[i].bytes == whole[i].bytes && cut[i].record == whole[i].record, "whole and cut read the same");
}

}  // namespace
}  // namespace bigfoot::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bigfoot;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\n'), input.size());
  const std::string_view bytes = input.substr(std::min(end + 1, input.size()));
  Node node;
  node.value = std::string(input.substr(0, end));
  Diagnostics problems;
  const LogFormatPtr format = compile_log_format(node, problems);
  test::claim((format == nullptr) == problems.has(Severity::error), "a format is compiled or refused with a reason");
  const Channel channel{.name = "app", .format = format, .strict = size % 2 == 0};
  test::check_lines(channel, bytes);
  test::check_record(syslog_record(channel, read_syslog(bytes)));
  return 0;
}

// runner/timeline_document.cpp - See timeline_document.h. One record a line, so that documents can be read and
// compared with line tools too.
#include "runner/timeline_document.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "runner/line_reader.h"
#include "runner/record_json.h"

namespace bigfoot {
namespace {

class Output {
 public:
  explicit Output(int fd) : fd_(fd) {}
  std::string& buffer() { return buffer_; }
  void settle() {
    if (buffer_.size() >= 256 * 1024) flush();
  }
  void flush() {
    std::string_view rest = buffer_;
    while (!rest.empty() && error_.empty()) {
      const ssize_t n = ::write(fd_, rest.data(), rest.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) error_ = std::strerror(errno);
      if (n > 0) rest.remove_prefix(static_cast<std::size_t>(n));
    }
    buffer_.clear();
  }
  const std::string& error() const { return error_; }

 private:
  int fd_;
  std::string buffer_, error_;
};

/// The elements of one array of the document, a line each.
class Elements {
 public:
  Elements(Output& out, std::string_view name) : out_(out) {
    out_.buffer() += ",\n\"";
    out_.buffer() += name;
    out_.buffer() += "\": [";
  }
  std::string& begin() {
    out_.settle();
    out_.buffer() += first_ ? "\n{" : ",\n{";
    first_ = false;
    return out_.buffer();
  }
  void end() { out_.buffer() += first_ ? "]" : "\n]"; }

 private:
  Output& out_;
  bool first_ = true;
};

void copy_records(int spool, std::string_view prefix, Elements& elements) {
  LineReader lines(spool);
  std::string_view line;
  while (lines.next(line)) {
    if (line.starts_with(prefix)) elements.begin() += line.substr(prefix.size());
  }
}

struct Where {
  std::uint64_t seq, start;
  std::size_t length;
};

void copy_sorted(int spool, Elements& elements) {
  constexpr std::string_view kSeq = R"("seq":)";
  std::vector<Where> records;
  LineReader lines(spool);
  std::string_view line;
  while (lines.next(line)) {
    if (!line.starts_with(kInteractionRecord)) continue;
    const std::string_view number = line.substr(std::min(line.size(), kInteractionRecord.size() + kSeq.size()));
    std::uint64_t seq = 0;
    std::from_chars(number.data(), number.data() + number.size(), seq);
    records.push_back({seq, lines.line_start(), line.size()});
  }
  std::stable_sort(records.begin(), records.end(), [](const Where& a, const Where& b) { return a.seq < b.seq; });
  std::string record;
  for (const Where& where : records) {
    record.resize(where.length);
    const ssize_t n = ::pread(spool, record.data(), record.size(), static_cast<off_t>(where.start));
    if (n != static_cast<ssize_t>(record.size())) continue;
    elements.begin() += std::string_view(record).substr(kInteractionRecord.size());
  }
}

}  // namespace

std::optional<std::string> write_document(const DocumentParts& parts, int out_fd) {
  Output out(out_fd);
  out.buffer() += "{\n\"schema\": \"bigfoot-timeline/1\",\n\"run\": {";
  append_members(out.buffer(), parts.run);
  out.buffer() += ",\n\"outcome\": {";
  append_members(out.buffer(), parts.outcome);
  {
    Elements processes(out, "processes");
    for (const ProcessRecord& process : parts.processes) append_members(processes.begin(), process);
    processes.end();
  }
  {
    Elements tests(out, "tests");
    copy_records(parts.spool_fd, kTestRecord, tests);
    tests.end();
  }
  {
    Elements interactions(out, "interactions");
    if (parts.interactions_in_order) {
      copy_records(parts.spool_fd, kInteractionRecord, interactions);
    } else {
      copy_sorted(parts.spool_fd, interactions);
    }
    interactions.end();
  }
  {
    Elements violations(out, "violations");
    copy_records(parts.spool_fd, kViolationRecord, violations);
    violations.end();
  }
  out.buffer() += "\n}\n";
  out.flush();
  if (out.error().empty()) return std::nullopt;
  return out.error();
}

}  // namespace bigfoot

// runner/timeline_normalize.cpp - See timeline_normalize.h.
#include "runner/timeline_normalize.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "runner/json_text.h"
#include "runner/timeline_read.h"

namespace bigfoot {
namespace {

constexpr unsigned kFirstEphemeral = 32768;  // Linux, net.ipv4.ip_local_port_range: 32768 to 60999 unless changed
constexpr std::string_view kTimes[] = {"started_at", "duration_ms", "t_ms", "started_ms", "ended_ms", "host_pid"};
constexpr std::string_view kThisMachine[] = {"127.0.0.1", "localhost", "[::1]", "0.0.0.0", "[::]"};

void normalize(Value& value) {
  if (value.is_string()) {
    auto& text = value.get_ref<std::string&>();
    text = without_ephemeral_ports(text);
  } else if (value.is_structured()) {
    for (Value& member : value) normalize(member);
  }
}

void write_list(std::ostream& out, std::string_view name, const std::vector<std::string>& records, bool last) {
  out << "  \"" << name << "\": [";
  for (std::size_t i = 0; i < records.size(); ++i) out << (i == 0 ? "\n    " : ",\n    ") << records[i];
  out << (records.empty() ? "]" : "\n  ]") << (last ? "\n" : ",\n");
}

}  // namespace

std::string without_ephemeral_ports(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t at = std::string_view::npos, length = 0;
    for (std::string_view host : kThisMachine) {
      const std::size_t found = text.find(host);
      if (found < at) {
        at = found;
        length = host.size();
      }
    }
    if (at == std::string_view::npos) break;
    const std::size_t after = at + length;
    out.append(text.substr(0, after));
    text.remove_prefix(after);
    if (!text.starts_with(':')) continue;
    unsigned port = 0;
    const auto read = std::from_chars(text.data() + 1, text.data() + text.size(), port);
    if (read.ec != std::errc{} || port < kFirstEphemeral || port > 65535) continue;
    out += ":*";
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  }
  out.append(text);
  return out;
}

std::expected<void, std::string> write_normalized(const std::string& file, std::ostream& out) {
  Value run = Value::object(), outcome = Value::object();
  std::vector<std::pair<int, std::string>> processes;
  std::vector<std::pair<std::uint64_t, std::string>> interactions;
  std::vector<std::string> tests, violations;
  const auto read = read_records(file, [&](std::string_view type, Value record) {
    for (std::string_view name : kTimes) record.erase(std::string(name));
    normalize(record);
    std::string text;
    append_json(text, record);
    if (type == "run") run = std::move(record);
    if (type == "outcome") outcome = std::move(record);
    if (type == "violation") violations.push_back(std::move(text));
    if (type == "test") tests.push_back(std::move(text));
    if (type == "interaction") interactions.emplace_back(record.value("seq", std::uint64_t{0}), std::move(text));
    if (type == "process") {
      const int pid = record.value("pid", 0);
      const auto known = std::ranges::find(processes, pid, &std::pair<int, std::string>::first);
      if (known == processes.end()) {
        processes.emplace_back(pid, std::move(text));
      } else {
        known->second = std::move(text);
      }
    }
  });
  if (!read) return std::unexpected(read.error());
  run.erase("schema");
  std::ranges::stable_sort(interactions, {}, &std::pair<std::uint64_t, std::string>::first);

  std::string head = "{\n  \"schema\": \"bigfoot-timeline/1\",\n  \"run\": ";
  append_json(head, run);
  head += ",\n  \"outcome\": ";
  append_json(head, outcome);
  out << head << ",\n";
  std::vector<std::string> texts;
  for (auto& [pid, text] : processes) texts.push_back(std::move(text));
  write_list(out, "processes", texts, false);
  write_list(out, "tests", tests, false);
  texts.clear();
  for (auto& [seq, text] : interactions) texts.push_back(std::move(text));
  write_list(out, "interactions", texts, false);
  write_list(out, "violations", violations, true);
  out << "}\n";
  return {};
}

}  // namespace bigfoot

// runner/endpoints/logs.cpp - see logs.h.
#include "runner/endpoints/logs.h"

#include <algorithm>

#include "protocols/syslog/syslog.h"

namespace bigfoot {
namespace {

/// Whether an entry is about this channel; one whose channel is a pattern may be.
bool is_about(const Entry& entry, const Channel& channel) {
  if (entry.protocol->name != "log") return false;
  const auto field = std::ranges::find(entry.identity, "channel", &FieldPattern::name);
  const Value* name = field == entry.identity.end() || !field->pattern ? nullptr : field->pattern->literal();
  return name == nullptr || *name == channel.name;
}

}  // namespace

Logs::Logs(Services& services) : services_(services) {
  for (const Channel& channel : services.spec.channels) {
    const bool is_named = std::ranges::any_of(services.spec.entries, [&](const Entry& entry) { return is_about(entry, channel); });
    if (channel.strict || is_named) shown_.insert(&channel);
  }
}

void Logs::read(const Channel& channel, Pid pid, std::string_view bytes, Clock::time_point at) {
  LogReader& reader = readers_.try_emplace({&channel, pid}, channel).first->second;
  judge(channel, pid, reader.take(bytes), at);
}

void Logs::message(const Channel& channel, Pid pid, std::string_view bytes) {
  const bool is_journal = channel.source == Channel::Source::journal;
  message(channel, pid, is_journal ? read_journal_datagram(bytes) : read_syslog(bytes));
}

void Logs::message(const Channel& channel, Pid pid, const SyslogMessage& message) {
  judge(channel, pid, syslog_record(channel, message));
}

void Logs::process_ended(Pid pid) {
  for (const Channel& channel : services_.spec.channels) {
    const auto reader = readers_.find({&channel, pid});
    if (reader == readers_.end() || channel.source == Channel::Source::file) continue;  // others write there too
    judge(channel, pid, reader->second.flush());
    readers_.erase(reader);
  }
}

void Logs::end() {
  for (auto& [key, reader] : readers_) judge(*key.first, key.second, reader.flush());
  readers_.clear();
}

void Logs::judge(const Channel& channel, Pid pid, std::vector<LogLine> lines, Clock::time_point at) {
  for (LogLine& line : lines)
    if (line.kind == LogLine::Kind::record) judge(channel, pid, std::move(line.record), at);
}

void Logs::judge(const Channel& channel, Pid pid, Fields record, Clock::time_point at) {
  LogOutcome outcome = services_.ledger_for(pid).offer_log(record, services_.journal.next_seq());
  if (!outcome.warning.empty()) ++services_.warnings[outcome.warning];
  if (outcome.ambient && !shown_.contains(&channel)) return;
  Interaction interaction;
  interaction.protocol = "log";
  interaction.op = "record";
  record.erase("channel");
  interaction.request = std::move(record);
  services_.journal.record(services_.journal.open_call(at), {pid, 0, channel.name}, std::move(interaction), outcome.entry,
                           std::move(outcome.findings), outcome.ambient ? "ambient" : "asserted");
}

}  // namespace bigfoot

// runner/control.cpp - See control.h.
#include "runner/control.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

#include "protocols/body.h"
#include "protocols/registry.h"
#include "runner/json_text.h"
#include "runner/record_json.h"
#include "runner/report.h"
#include "runner/report_values.h"
#include "spec/loader.h"

namespace bigfoot {
namespace {

constexpr std::size_t kMostUnread = 4 * 1024 * 1024;     // of answers: who writes only never takes them
constexpr std::size_t kMostRefusals = 20;                // that the user is told one by one
constexpr std::chrono::milliseconds kAfterProcess{200};  // for what it left in sockets

std::string json(const Value& value) {
  std::string out;
  append_json(out, value);
  return out;
}

std::string error_text(std::string_view type, std::string message) {
  return json(Value{{"error", Value{{"type", std::string(type)}, {"message", std::move(message)}}}});
}

std::string control_error(std::string message) { return error_text("ControlError", std::move(message)); }

/// The word that a line begins with; the rest, without the blanks between, stays in `line`.
std::string_view first_word(std::string_view& line) {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t end = std::min(line.find_first_of(kBlanks), line.size());
  const std::string_view word = line.substr(0, end);
  const std::size_t rest = line.find_first_not_of(kBlanks, end);
  line = rest == line.npos ? std::string_view() : line.substr(rest);
  return word;
}

bool is_end(std::string_view line) {
  const std::string_view word = first_word(line);
  return word == "end" || word == "skip";
}

}  // namespace

void Control::opened(FileCall call) {
  UniqueFd theirs;
  const OsResult<ChannelPtr> channel = inbox_.open(call.caller().pid, (call.request().flags & O_NONBLOCK) != 0, theirs);
  if (!channel) return std::move(call).fail(Errno{channel.error().code});
  const auto answers = std::make_shared<Answers>(services_.loop, ::dup((*channel)->fd()));
  answers_.emplace(*channel, answers);
  asio::co_spawn(services_.loop, watch(*channel, answers), asio::detached);
  std::move(call).give(std::move(theirs));
}

asio::awaitable<void> Control::watch(ChannelPtr channel, AnswersPtr answers) {
  while (!channel->ended()) {
    auto [error] = co_await answers->socket.async_wait(asio::posix::stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable));
    if (error) break;
    services_.catch_up();
  }
  answers_.erase(channel);
}

/// What was sent on sockets before an `end` is readable by now: two rounds of the loop read and judge it.
asio::awaitable<void> Control::settle() {
  co_await asio::post(services_.loop, asio::use_awaitable);
  co_await asio::post(services_.loop, asio::use_awaitable);
  is_settling_ = false;
  services_.catch_up();
  obey_all();
}

void Control::heard(ControlInbox::Line line) {
  lines_.push_back(std::move(line));
  obey(false);
  if (!lines_.empty() && !std::exchange(is_settling_, true)) asio::co_spawn(services_.loop, settle(), asio::detached);
}

/// Other processes' lines overtake an `end` that waits; its writer's own never do.
void Control::obey(bool all) {
  for (auto line = lines_.begin(); line != lines_.end();) {
    const auto of_same = [&](const ControlInbox::Line& other) { return other.writer == line->writer; };
    const bool waits = !all && is_end(line->text) && std::none_of(std::next(line), lines_.end(), of_same);
    if (waits) {
      ++line;
      continue;
    }
    const ControlInbox::Line now = std::move(*line);
    line = lines_.erase(line);
    obey(now);
  }
}

void Control::obey(const ControlInbox::Line& line) {
  std::chrono::microseconds delay{0};
  std::string text = answer_to(line, delay) + "\n";
  const auto answers = answers_.find(line.channel);
  if (answers == answers_.end()) return;  // nobody reads it
  const Answer answer = std::make_shared<std::optional<std::string>>();
  answers->second->waiting.push_back(answer);
  if (delay.count() > 0) {
    asio::co_spawn(services_.loop, answer_later(line.channel, answer, std::move(text), delay), asio::detached);
    return;
  }
  *answer = std::move(text);
  send(line.channel);
}

asio::awaitable<void> Control::answer_later(ChannelPtr channel, Answer answer, std::string text, std::chrono::microseconds delay) {
  co_await services_.wait(delay);
  *answer = std::move(text);
  send(channel);
}

void Control::send(const ChannelPtr& channel) {
  const auto found = answers_.find(channel);
  if (found == answers_.end()) return;
  Answers& answers = *found->second;
  while (!answers.waiting.empty() && answers.waiting.front()->has_value()) {
    if (answers.out.size() < kMostUnread) answers.out += **answers.waiting.front();
    answers.waiting.pop_front();
  }
  if (!answers.is_writing && !answers.out.empty()) asio::co_spawn(services_.loop, flush(channel, found->second), asio::detached);
}

asio::awaitable<void> Control::flush(ChannelPtr channel, AnswersPtr answers) {
  answers->is_writing = true;
  while (!answers->out.empty()) {
    const ssize_t sent = ::send(channel->fd(), answers->out.data(), answers->out.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      answers->out.erase(0, static_cast<std::size_t>(sent));
      continue;
    }
    if (sent < 0 && errno == EINTR) continue;
    const bool is_full = sent < 0 && errno == EAGAIN;
    if (!is_full) break;  // nobody reads: `echo begin x > $BIGFOOT_CTL` is enough
    auto [error] = co_await answers->socket.async_wait(asio::posix::stream_descriptor::wait_write, asio::as_tuple(asio::use_awaitable));
    if (error) break;
  }
  answers->out.clear();
  answers->is_writing = false;
}

std::string Control::answer_to(const ControlInbox::Line& line, std::chrono::microseconds& delay) {
  const Pid writer = line.writer;
  if (line.is_cut) {
    return refuse(writer, fmt::format("a line of more than {} MiB, which begins: {}. The channel was closed", ControlInbox::kLongestLine >> 20, line.text));
  }
  if (line.text.front() == '{') {
    const auto asked = read_json(line.text);
    if (!asked) return refuse(writer, fmt::format("this line is {}: {}", asked.error(), line.text.substr(0, 80)));
    return call(writer, *asked, delay);
  }
  std::string_view rest = line.text;
  const std::string_view word = first_word(rest);
  if (word == "begin") return begin(writer, std::string(rest), line.at);
  if (word == "end") return end(writer, rest, false);
  if (word == "skip") return skip(writer, rest);
  if (word == "status") return status();
  if (word == "expect") return expect(writer, rest);
  return refuse(writer, fmt::format("'{}' is nothing that $BIGFOOT_CTL knows: begin NAME, end NAME, skip NAME, status, expect KEY = VALUE, ..., or {{\"call\": \"Object.method\", \"args\": [...]}}",
                                    word.substr(0, 40)));
}

/// Whoever writes only never reads what was wrong: the user is told as well.
std::string Control::refuse(Pid writer, std::string message) {
  const bool is_too_much = refused_++ >= kMostRefusals;  // a program that writes rubbish must not fill our memory, nor the terminal
  const std::string said = is_too_much ? "more lines that mean nothing" : readable(one_line(message));
  ++services_.warnings[fmt::format("{} pid {} wrote to $BIGFOOT_CTL: {}", services_.journal.program_of(writer), services_.journal.number_of(writer), said)];
  return control_error(std::move(message));
}

// Tests.

RunningTest& Control::open_test(Pid pid, std::string name, const std::vector<std::size_t>& chosen, Clock::time_point at) {
  const SectionId section = services_.ledger.open_section(chosen);
  return services_.journal.tests().begin(services_.journal.number_of(pid), std::move(name), section, services_.journal.ms_of(at));
}

std::string Control::begin(Pid writer, std::string name, Clock::time_point at) {
  if (name.empty()) return refuse(writer, "`begin` without a name: begin test_login");
  const int process = services_.journal.number_of(writer);
  for (const RunningTest* open : services_.journal.tests().open(process))
    if (open->name == name) return refuse(writer, fmt::format("test '{}' has begun already and not ended: end {}", name, name));
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < services_.spec.tests.size(); ++i)
    if (services_.spec.tests[i].is_called(name)) chosen.push_back(i);
  const RunningTest& test = open_test(writer, std::move(name), chosen, at);
  return json(Value{{"test", test.name}, {"state", "open"}});
}

std::string Control::skip(Pid writer, std::string_view name) {
  const bool is_open = services_.journal.tests().find(services_.journal.number_of(writer), name) != nullptr;
  if (!is_open && !name.empty()) begin(writer, std::string(name));
  return end(writer, name, true);
}

std::string Control::end(Pid writer, std::string_view name, bool is_skipped) {
  RunningTest* test = services_.journal.tests().find(services_.journal.number_of(writer), name);
  if (test == nullptr) {
    std::string open;
    for (const RunningTest* one : services_.journal.tests().open()) open += (open.empty() ? "" : ", ") + one->name;
    return refuse(writer, fmt::format("`{} {}`, but this process is in no such test; open are: {}", is_skipped ? "skip" : "end", name, open.empty() ? "none" : open));
  }
  close_test(*test, is_skipped);
  std::string answer = verdict(*test, is_skipped ? "skipped" : "ended");
  services_.journal.end_test(*test, is_skipped);
  return answer;
}

void Control::close_test(RunningTest& test, bool is_skipped) {
  std::vector<Finding> left = services_.ledger.close_section(test.section);
  if (is_skipped) std::erase_if(left, [](const Finding& finding) { return finding.kind == ViolationKind::unused; });
  services_.journal.record(std::move(left), false);
}

std::string Control::verdict(const RunningTest& test, std::string_view state) const {
  RunOutcome outcome;
  outcome.interactions = test.interactions;
  outcome.exit_status = test.violations == 0 ? 0 : 3;
  Value violations = Value::array();
  for (const Violation& violation : test.kept) {
    std::string text = "{";
    append_members(text, violation);
    violations.push_back(Value::parse(text));
    ++outcome.violations[static_cast<std::size_t>(violation.kind)];
  }
  const std::string report = test.violations == 0 ? "" : text_report({{}, outcome, test.kept, services_.journal.processes()}, false, false);
  return json(Value{{"test", test.name},
                    {"state", std::string(state)},
                    {"verdict", test.violations == 0 ? "pass" : "fail"},
                    {"interactions", test.interactions},
                    {"violations", std::move(violations)},
                    {"report", report}});
}

std::string Control::status() const {
  const RunOutcome& counts = services_.journal.counts();
  Value numbers = {{"interactions", counts.interactions}, {"asserted", counts.asserted}, {"ambient", counts.ambient}, {"allowed", counts.allowed}};
  for (std::size_t kind = 0; kind < counts.violations.size(); ++kind)
    numbers[count_name(static_cast<ViolationKind>(kind))] = counts.violations[kind];
  Value open = Value::array();
  for (const RunningTest* test : services_.journal.tests().open()) open.push_back(test->name);
  return json(Value{{"counts", std::move(numbers)}, {"open", std::move(open)}});
}

std::string Control::expect(Pid writer, std::string_view table) {
  if (table.empty()) return refuse(writer, "`expect` without an entry: expect http = \"GET http://api.example.com/x\", headers = \"*\"");
  Diagnostics problems;
  const std::string inside(table.starts_with('{') ? table : fmt::format("{{ {} }}", table));
  Spec spec = load_spec_text("$BIGFOOT_CTL", fmt::format("version = 1\nexpect = [ {} ]\n", inside), problems);
  std::string text;
  for (const Diagnostic& problem : problems.all())
    if (problem.severity != Severity::warning) text += to_text(problem);
  if (!text.empty()) return refuse(writer, std::move(text));
  Entry& entry = spec.entries.front();
  // How these are caught is settled before the program starts.
  constexpr std::string_view kSettled[] = {"exec", "shell", "which", "file", "log"};
  if (std::ranges::find(kSettled, entry.protocol->name) != std::end(kSettled))
    return refuse(writer, fmt::format("`{}` entries cannot be added while the program runs: write it into the spec", entry.protocol->name));
  std::string headline = entry.headline;
  services_.ledger_for(writer);  // the entry is of the writer's test
  add_(std::move(entry));
  return json(Value{{"added", std::move(headline)}});
}

void Control::process_runs(Pid pid, const std::vector<std::string>& argv) {
  for (std::size_t i = 0; i < services_.spec.tests.size(); ++i) {
    const TestSection& section = services_.spec.tests[i];
    // A process that is in it stays in it: the shell and the program that it becomes, the main program that is told of twice.
    const bool is_in_it = services_.journal.tests().find(services_.journal.number_of(pid), section.title()) != nullptr;
    if (!is_in_it && section.is_run_by(argv)) open_test(pid, section.title(), {i}, Clock::now());
  }
}

void Control::process_ended(Pid pid) {
  if (services_.journal.tests().none()) return;
  if (!services_.journal.tests().open(services_.journal.number_of(pid)).empty()) asio::co_spawn(services_.loop, close_later(pid), asio::detached);
}

asio::awaitable<void> Control::close_later(Pid pid) {
  const int process = services_.journal.number_of(pid);
  co_await services_.wait(kAfterProcess);
  if (services_.hurry) co_return;  // the run is over: end() comes once everything was read
  for (RunningTest* test : services_.journal.tests().open(process)) {
    close_test(*test);
    services_.journal.end_test(*test, false);
  }
}

void Control::end() {
  obey_all();
  for (RunningTest* test : services_.journal.tests().open()) {
    close_test(*test);
    services_.journal.end_test(*test, false);
  }
}

// Named mocks.

std::string Control::call(Pid caller, const Value& asked, std::chrono::microseconds& delay) {
  const auto text = asked.find("call");
  if (text == asked.end() || !text->is_string() || text->get_ref<const std::string&>().empty()) return refuse(caller, "a JSON line is a call: {\"call\": \"Object.method\", \"args\": [...], \"kwargs\": {...}}");
  Fields fields = {{"name", *text}, {"args", asked.value("args", Value::array())}, {"kwargs", asked.value("kwargs", Value::object())}};
  if (!fields["args"].is_array() || !fields["kwargs"].is_object()) return refuse(caller, "of a call, args is an array and kwargs an object");
  static const ProtocolInfo& protocol = *find_protocol("mock");
  Ledger& ledger = services_.ledger_for(caller);
  const CallTicket ticket = services_.journal.open_call();
  Outcome outcome = ledger.offer(protocol, fields, ticket.seq);
  const GuardLevel level = services_.spec.guard.level("mock");
  const bool allowed = outcome.entry == nullptr && level != GuardLevel::error;
  const bool real = allowed || (outcome.entry != nullptr && outcome.entry->pass_through && !outcome.refuse);
  if (allowed && level == GuardLevel::warn)
    ++services_.warnings[fmt::format("{} was let through: no expectation matches it and [guard] says \"warn\"", text->get<std::string>())];
  Value answer = Value::object();
  if (real) answer["real"] = true;
  else if (outcome.refuse) answer = Value::parse(error_text("UnmockedInteractionError", "bigfoot: " + outcome.refusal));
  else if (outcome.rendered.contains("error")) answer["error"] = outcome.rendered["error"];
  else answer["value"] = outcome.rendered.contains("value") ? outcome.rendered["value"] : Value();
  Interaction interaction;
  interaction.protocol = "mock";
  interaction.op = "call";
  const CallSite site{caller, 0, text->get<std::string>()};
  interaction.request = {{"args", std::move(fields["args"])}, {"kwargs", std::move(fields["kwargs"])}};
  interaction.response = answer;
  if (outcome.reply != nullptr && !outcome.refuse) delay = outcome.reply->delay;
  if (allowed) outcome.findings.clear();
  services_.journal.record(ticket, site, std::move(interaction), outcome.entry, std::move(outcome.findings), allowed ? "allowed" : "asserted",
                           outcome.refuse && !allowed ? "error" : "");
  return json(answer);
}

}  // namespace bigfoot

// spec/reply_system.cpp - Replies of processes, look-ups and files. Source: spec-format.md 4.6 and 4.7.
#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "spec/check.h"
#include "spec/entry_draft.h"
#include "spec/replies.h"
#include "spec/url_pattern.h"

namespace bigfoot {
namespace {

struct SignalName {
  std::string_view name;
  int number;
  bool kills = true;  ///< what it does by default ends the process
};
constexpr SignalName kSignals[] = {  // signal(7), "Signal numbering": x86 and ARM
    {"SIGHUP", 1},           {"SIGINT", 2},           {"SIGQUIT", 3},          {"SIGILL", 4},           {"SIGTRAP", 5},
    {"SIGABRT", 6},          {"SIGIOT", 6},           {"SIGBUS", 7},           {"SIGFPE", 8},           {"SIGKILL", 9},
    {"SIGUSR1", 10},         {"SIGSEGV", 11},         {"SIGUSR2", 12},         {"SIGPIPE", 13},         {"SIGALRM", 14},
    {"SIGTERM", 15},         {"SIGSTKFLT", 16},       {"SIGCHLD", 17, false},  {"SIGCONT", 18, false},  {"SIGSTOP", 19, false},
    {"SIGTSTP", 20, false},  {"SIGTTIN", 21, false},  {"SIGTTOU", 22, false},  {"SIGURG", 23, false},   {"SIGXCPU", 24},
    {"SIGXFSZ", 25},         {"SIGVTALRM", 26},       {"SIGPROF", 27},         {"SIGWINCH", 28, false}, {"SIGIO", 29},
    {"SIGPOLL", 29},         {"SIGPWR", 30},          {"SIGSYS", 31},
};

}  // namespace

std::optional<int> read_exit(const Node& node, Diagnostics& problems) {
  const std::int64_t* status = node.integer();
  if (!status) return std::nullopt;  // of the wrong kind: check_keys has said so
  if (*status >= 0 && *status <= 255) return static_cast<int>(*status);
  refuse(problems, node, fmt::format("{} is no exit status", *status), "0 to 255");
  return std::nullopt;
}

std::optional<int> read_signal(const Node& node, Diagnostics& problems) {
  const std::string* text = node.text();
  if (!text && !node.integer()) return std::nullopt;
  const auto known = std::ranges::find_if(kSignals, [&](const SignalName& row) {
    return text ? row.name == *text || row.name.substr(3) == *text : row.number == *node.integer();
  });
  if (known == std::end(kSignals)) {
    std::vector<std::string_view> names;
    for (const SignalName& row : kSignals) names.push_back(row.name);
    constexpr std::string_view kForm = "as in signal(7): SIGTERM, SIGKILL, SIGSEGV, SIGABRT ... or its number";
    refuse(problems, node, fmt::format("'{}' is no signal", text ? *text : std::to_string(*node.integer())),
           text ? did_you_mean(*text, names, std::string(kForm)) : std::string(kForm));
    return std::nullopt;
  }
  if (known->kills) return known->number;
  refuse(problems, node, fmt::format("nothing dies of {}", known->name), "SIGTERM, SIGKILL, SIGSEGV and others end a process");
  return std::nullopt;
}

void read_command_reply(EntryDraft& draft, const Node& reply, ReplyParts& parts) {
  const Node* status = reply.find("exit");
  const Node* signal = reply.find("signal");
  if (status && signal) refuse_key(draft.problems, *signal, "signal", "a process ends by 'exit' or by 'signal', not both");
  if (status)
    if (const auto number = read_exit(*status, draft.problems)) parts.constants["exit"] = *number;
  if (signal)
    if (const auto number = read_signal(*signal, draft.problems)) parts.constants["signal"] = *number;
  for (const std::string_view stream : {"stdout", "stderr"})
    if (const Node* node = reply.find(stream); node && is_kind(*node, kText | kTable))
      parts.texts.emplace_back(stream, compile_bytes_template(*node, draft.problems));
}

void read_which_reply(EntryDraft& draft, const Node& reply, ReplyParts& parts) {
  const std::string* path = reply.text();
  if (!path && std::get<bool>(reply.value))
    refuse(draft.problems, reply, "true does not say where it is found", "reply = \"/usr/bin/git\", or false where it is nowhere");
  else if (path && !path->starts_with('/') && !has_hole(path->substr(0, 2)))
    refuse(draft.problems, reply, fmt::format("'{}' is no absolute path", *path), "reply = \"/usr/bin/git\", or false where it is nowhere");
  std::get<Node::Table>(parts.fields.value).emplace_back("path", reply);
}

void read_file_reply(EntryDraft& draft, const Node& reply, ReplyParts& parts) {
  read_content(draft, reply, parts);
  const auto operation = draft.fields.find("operation");
  if (operation == draft.fields.end()) return;  // told by the headline
  const Value* literal = operation->second.pattern->literal();
  const std::string name = literal ? literal->get<std::string>() : "*";
  const bool through = draft.entry.pass_through;
  for (const auto& [key, node] : *reply.table()) {
    if (key == "delay" || (key == "errno" && !through)) continue;
    if (through) return refuse_key(draft.problems, node, key, fmt::format("'{}' stands beside pass_through = true: the real file answers", key), "keep one; a delay may stand");
    if (name != "read") return refuse_key(draft.problems, node, key, fmt::format("'{}' is what a read gives: {}", key, name == "*" ? "this entry takes any operation" : name + " gives nothing back"), "its reply is an errno or a delay");
  }
}

}  // namespace bigfoot

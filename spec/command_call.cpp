// spec/command_call.cpp - An execve as the entries of `exec` and `shell` see it.
// Source: spec-format.md, section 10 ("exec identity"); env(1); JDK, src/java.base/unix/native/jspawnhelper.
#include "spec/command_call.h"

#include <algorithm>
#include <filesystem>

#include "protocols/registry.h"
#include "spec/call_fields.h"
#include "spec/command_text.h"

namespace bigfoot {
namespace {

void add(std::vector<std::string>& names, std::string name) {
  if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
}

/// How a spec may write the program: argv[0], the path, the path below the working directory, without symbolic links, bare.
std::vector<std::string> names_of(const Fields& call, const std::string& first) {
  const std::string path = field_text(call, "path"), resolved = field_text(call, "resolved");
  std::vector<std::string> names;
  add(names, first);
  add(names, path);
  add(names, resolved);
  if (const std::string cwd = field_text(call, "cwd") + "/"; cwd.size() > 1 && path.starts_with(cwd)) {
    add(names, "./" + path.substr(cwd.size()));
    add(names, path.substr(cwd.size()));
  }
  for (const std::string& name : {first, path, resolved}) add(names, base_name(name));
  return names;
}

}  // namespace

bool leads_on(const std::string& program, const std::vector<std::string>& argv) {
  if (program == "jspawnhelper") return true;
  if (program != "env") return false;
  return std::ranges::any_of(argv.begin() + (argv.empty() ? 0 : 1), argv.end(), [](const std::string& word) {
    return !word.starts_with('-') && word.find('=') == word.npos;
  });
}

const ProtocolInfo& exec_protocol() { return *find_protocol("exec"); }

const ProtocolInfo& CommandCall::protocol() const { return shell ? *find_protocol("shell") : exec_protocol(); }

Fields CommandCall::plain_fields() const {
  Fields out = fields;
  out["argv"] = argv_words(fields);
  return out;
}

CommandCall read_command_call(const Fields& call) {
  const std::string path = field_text(call, "path");
  std::vector<std::string> argv = argv_words(call);
  if (argv.empty()) argv.emplace_back();  // Linux 5.18: a program that is given no argv gets one empty word
  CommandCall out;
  const std::vector<std::string> names = names_of(call, argv[0]);
  for (const std::string& name : names) add(out.programs, base_name(name));
  out.fields["program"] = names;
  Value words = Value::array();
  words.push_back(names.empty() ? Value::array({""}) : Value(names));
  for (std::size_t i = 1; i < argv.size(); ++i) words.push_back(argv[i]);
  out.fields["argv"] = std::move(words);
  for (const char* name : {"path", "cwd", "env"}) {
    if (const Value* value = field_of(call, name)) out.fields[name] = *value;
  }
  out.shell = shell_command(path, argv);
  if (out.shell) out.fields["command"] = *out.shell;
  out.leads_on = leads_on(base_name(path), argv);
  return out;
}

}  // namespace bigfoot

// spec/loader.cpp - Reads spec files: their tables, entries and includes, then what ties entries together.
// Source: spec-format.md.
#include "spec/loader.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include <fmt/format.h>

#include "protocols/body.h"
#include "protocols/registry.h"
#include "spec/channels.h"
#include "spec/check.h"
#include "spec/entry_draft.h"
#include "spec/entry_order.h"
#include "spec/include.h"
#include "spec/json_source.h"
#include "spec/lint.h"
#include "spec/settings.h"
#include "spec/toml_source.h"

namespace bigfoot {
namespace {

/// Specs that people write have kilobytes, generated ones some megabytes; /dev/zero has no end.
constexpr std::size_t kMaxSpec = 16 * 1024 * 1024;

class Loader {
 public:
  explicit Loader(Diagnostics& problems) : problems_(problems) {
    spec_.noise_headers.assign(builtin_noise_headers().begin(), builtin_noise_headers().end());
  }

  void load_named(const std::string& file);
  void load_text(const std::string& file, std::string text);
  Spec finish();

 private:
  void load_document(const Node& document);
  void check_version(const Node& document);
  void load_includes(const Node& document);
  const Node* check_defaults(const Node& document);
  void load_tests(const Node& list, const Node* defaults);
  void load_entries(const Node& list, const Node* defaults, std::size_t test, std::string_view where);

  Diagnostics& problems_;
  Spec spec_;
  SetBy set_by_;
  std::set<std::filesystem::path> seen_;
  EntryOrder order_;
  bool entries_lost_ = false;
};

/// Counted from 1; 0 where all are.
std::size_t line_that_is_no_utf8(std::string_view text) {
  if (is_utf8(text)) return 0;
  std::size_t line = 1;
  for (std::size_t end = text.find('\n'); end != text.npos && is_utf8(text.substr(0, end)); end = text.find('\n')) {
    text.remove_prefix(end + 1);
    ++line;
  }
  return line;
}

bool is_json(const std::string& file, std::string_view text) {
  if (file.ends_with(".json")) return true;
  if (file.ends_with(".toml")) return false;
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != text.npos && text[first] == '{';  // no TOML document starts with a brace
}

void Loader::load_named(const std::string& file) {
  std::error_code error;
  const std::filesystem::path path = std::filesystem::weakly_canonical(file, error);
  if (!seen_.insert(error ? std::filesystem::path(file) : path).second) return;
  std::ifstream in(file, std::ios::binary);  // a pipe is fine too: --spec <(generate)
  if (std::filesystem::is_directory(file, error) || !in) {
    Diagnostic problem;
    problem.at.file = file;
    problem.what = "this spec cannot be read";
    problem.hint = std::filesystem::is_directory(file, error) ? "it is a directory" : std::filesystem::exists(file, error) ? "is it yours to read?" : "there is no such file";
    problems_.add(std::move(problem));
    return;
  }
  std::string text;
  for (std::size_t got = 1; got > 0 && text.size() <= kMaxSpec;) {
    const std::size_t before = text.size();
    constexpr std::size_t kPiece = 64 * 1024;
    text.resize(before + kPiece);
    in.read(text.data() + before, kPiece);
    got = static_cast<std::size_t>(in.gcount());
    text.resize(before + got);
  }
  if (text.size() <= kMaxSpec) return load_text(file, std::move(text));
  Diagnostic problem;
  problem.at.file = file;
  problem.what = fmt::format("this spec is larger than {} MiB", kMaxSpec / 1024 / 1024);
  problem.hint = std::filesystem::is_character_file(file, error) ? "it is a device" : "large bodies stand in files of their own: { file = \"…\" }";
  problems_.add(std::move(problem));
  entries_lost_ = true;
}

void Loader::load_text(const std::string& file, std::string text) {
  spec_.files.push_back(file);
  problems_.remember(file, text);
  if (const std::size_t line = line_that_is_no_utf8(text); line > 0) {
    Diagnostic problem;
    problem.at = {file, static_cast<unsigned>(line), 1};
    problem.what = "this line is not UTF-8";
    problem.hint = "a spec is UTF-8 text; bytes are written as { hex = \"…\" } or { base64 = \"…\" }";
    problem.source_line = " ";  // shown, the bytes would spoil the terminal
    problems_.add(std::move(problem));
    entries_lost_ = true;
    return;
  }
  const auto document = is_json(file, text) ? read_json(file, text, problems_) : read_toml(file, text, problems_);
  if (!document) {
    entries_lost_ = true;
    return;
  }
  if (document->is_table()) return load_document(*document);
  refuse(problems_, *document, fmt::format("a spec is a table, not {}", kind_of(*document)));
}

void Loader::check_version(const Node& document) {
  const Node* version = document.find("version");
  Node start = document;
  start.at = {document.at.file, 1, 1};
  if (!version) refuse(problems_, start, "the version of the format is missing", "write on top: version = 1");
  else if (version->integer() && *version->integer() != 1) refuse(problems_, *version, fmt::format("version {} of the format is not known to this program", *version->integer()), "version = 1");
}

void Loader::load_includes(const Node& document) {
  const Node* include = document.find("include");
  if (!include) return;
  Node::Array one{*include};
  const Node::Array& list = include->array() ? *include->array() : one;
  for (const Node& node : list) {
    if (!node.text()) {
      if (include->array()) refuse(problems_, node, fmt::format("a file to include is a string, not {}", kind_of(node)));
      continue;
    }
    const std::vector<std::string> files = included_files(beside_spec(node.at, *node.text()).string());
    if (files.empty()) not_here(problems_, node, fmt::format("include '{}' matches no file", *node.text()), fmt::format("it is looked for at {}", beside_spec(node.at, *node.text()).string()));
    for (const std::string& file : files) load_named(file);
  }
}

const Node* Loader::check_defaults(const Node& document) {
  const Node* defaults = document.find("defaults");
  if (!defaults || !defaults->is_table()) return nullptr;
  std::vector<std::string_view> names;
  for (const ProtocolInfo* protocol : all_protocols()) names.push_back(protocol->name);
  for (const auto& [name, table] : *defaults->table()) {
    if (!find_protocol(name)) {
      refuse_key(problems_, table, name, fmt::format("unknown protocol '{}' in [defaults]", name), did_you_mean(name, names, fmt::format("one of: {}", fmt::join(names, ", "))));
    } else if (!table.is_table()) {
      refuse(problems_, table, fmt::format("[defaults.{}] is a table, not {}", name, kind_of(table)));
    } else {
      check_keys(table, default_keys_of(name), fmt::format("[defaults.{}]", name), problems_);
    }
  }
  return defaults;
}

void Loader::load_entries(const Node& list, const Node* defaults, std::size_t test, std::string_view where) {
  if (!list.array()) return;
  for (const Node& table : *list.array()) {
    auto entry = load_entry(table, defaults, where, problems_);
    if (!entry) {
      entries_lost_ = true;
      continue;
    }
    entry->index = spec_.entries.size();
    entry->test = test;
    order_.note(*entry, table, defaults ? defaults->find(entry->protocol->name) : nullptr);
    spec_.entries.push_back(std::move(*entry));
  }
}

void Loader::load_tests(const Node& list, const Node* defaults) {
  if (!list.array()) return;
  for (const Node& table : *list.array()) {
    if (!table.is_table()) {
      refuse(problems_, table, fmt::format("a test is a table, not {}", kind_of(table)));
      continue;
    }
    check_keys(table, test_keys().keys, test_keys().name, problems_);
    TestSection section;
    section.at = table.at;
    if (const std::string* name = text_of(table, "name")) section.name = *name;
    if (const std::string* argv = text_of(table, "argv")) section.argv = *argv;
    if (section.title().empty()) refuse(problems_, table, "a [[test]] without a name", "name = \"test_login\", or argv = \"*/test_login*\"");
    if (const std::string* order = text_of(table, "order")) section.order = order_named(*order);
    section.required = flag_of(table, "required").value_or(true);
    spec_.tests.push_back(std::move(section));
    if (const Node* entries = table.find("expect")) load_entries(*entries, defaults, spec_.tests.size() - 1, "[[test.expect]]");
  }
}

void Loader::load_document(const Node& document) {
  check_keys(document, file_keys().keys, file_keys().name, problems_);
  check_version(document);
  lint_texts(document, problems_);
  load_includes(document);
  const auto table = [&](std::string_view key) -> const Node* {
    const Node* node = document.find(key);
    return node && node->is_table() ? node : nullptr;
  };
  if (const Node* settings = table("settings")) load_settings(*settings, spec_, set_by_, problems_);
  if (const Node* noise = table("noise")) load_noise(*noise, spec_, set_by_, problems_);
  if (const Node* guard = table("guard")) load_guard(*guard, spec_, set_by_, problems_);
  if (const Node* channels = table("channels")) load_channels(*channels, spec_, set_by_, problems_);
  const Node* defaults = check_defaults(document);
  const std::string* choice = table("settings") ? text_of(*table("settings"), "on_mismatch") : nullptr;
  const std::size_t first = spec_.entries.size();
  if (const Node* entries = document.find("expect")) load_entries(*entries, defaults, Entry::kNoTest, "[[expect]]");
  if (const Node* tests = document.find("test")) load_tests(*tests, defaults);
  if (choice) order_.choose_by_default(spec_, first, *choice == "refuse" ? OnMismatch::refuse : OnMismatch::serve);
}

Spec Loader::finish() {
  order_.resolve(spec_, problems_);
  check_calls_are_seen(spec_, problems_);
  check_channels(spec_, !entries_lost_, problems_);
  check_files_are_watched(spec_, problems_);
  // An entry that could not be read may be the one that binds a name.
  if (!entries_lost_) check_hole_names(spec_, problems_);
  if (!entries_lost_) lint(spec_, problems_);
  problems_.sort();
  return std::move(spec_);
}

}  // namespace

Spec load_spec(const std::vector<std::string>& files, Diagnostics& problems) {
  Loader loader(problems);
  for (const std::string& file : files) loader.load_named(file);
  return loader.finish();
}

Spec load_spec_text(const std::string& name, std::string text, Diagnostics& problems) {
  Loader loader(problems);
  loader.load_text(name, std::move(text));
  return loader.finish();
}

}  // namespace bigfoot

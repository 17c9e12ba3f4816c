// spec/guard_files.cpp - guard.file: which paths are watched, and what must be. Source: spec-format.md, 4.7 and rule 10.
#include <fmt/format.h>

#include <algorithm>

#include "spec/check.h"
#include "spec/file_path.h"
#include "spec/settings.h"
#include "spec/toml_text.h"
#include "spec/url_pattern.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

constexpr std::string_view kExample = "\"/etc/myapp/**\"";

const GuardRule* first_of_file(const std::vector<GuardRule>& rules, std::string_view path) {
  const auto found = std::ranges::find_if(rules, [&](const GuardRule& rule) {
    return rule.protocol == "file" && (!rule.endpoint.path || rule.endpoint.path->match(std::string(path), "", {}, {}, nullptr));
  });
  return found == rules.end() ? nullptr : &*found;
}

/// Whether some path could fit both: exact where the path has no wildcard, else by what stands before the first one.
bool could_be_watched(const std::string& path, const Guard& guard) {
  const std::string start = fixed_beginning(path);
  if (start.size() == path.size()) return guard.watches(path);
  return std::ranges::any_of(guard.watch, [&](const WatchedPath& watched) {
    const std::string other = fixed_beginning(watched.text);
    const std::size_t both = std::min(start.size(), other.size());
    const bool literal = other.size() == watched.text.size();
    return std::string_view(start).substr(0, both) == std::string_view(other).substr(0, both) && (!literal || start.size() <= other.size());
  });
}

void complain(const Place& at, std::size_t length, std::string what, std::string hint, Diagnostics& problems) {
  Diagnostic problem;
  problem.at = at;
  problem.length = static_cast<unsigned>(length);
  problem.what = std::move(what);
  problem.hint = std::move(hint);
  problems.add(std::move(problem));
}

/// A pattern to watch has no holes: a star stands for each.
std::string as_watched(std::string path) {
  for (std::size_t open = path.find("{{"); open != path.npos; open = path.find("{{", open)) {
    const std::size_t close = path.find("}}", open);
    if (close == path.npos) break;
    const std::size_t end = path.find_first_not_of('}', close);
    path = fmt::format("{}*{}", path.substr(0, open), path.substr(std::min(end, path.size())));
  }
  return path;
}

std::string cure(const std::string& path, const Guard& guard) {
  const std::string wanted = toml_string(as_watched(path));
  return guard.watch.empty() ? fmt::format("only watched paths are seen: [guard] file = {{ watch = [{}] }}", wanted)
                             : fmt::format("add it to guard.file.watch: {}", wanted);
}

/// The path of an entry, and its target where that is one.
std::vector<std::string> paths_of(const Entry& entry) {
  const auto text = [&](std::string_view name) -> std::string {
    const auto field = std::ranges::find(entry.identity, name, &FieldPattern::name);
    return field == entry.identity.end() || !field->pattern ? "" : text_of(field->pattern->shown());
  };
  std::vector<std::string> paths{text("path")};
  const std::string operation = text("operation");
  if (operation == "rename" || operation == "link") paths.push_back(text("target"));
  return paths;
}

}  // namespace

const GuardRule* Guard::allowing_file(std::string_view path) const { return first_of_file(allow, path); }
const GuardRule* Guard::denying_file(std::string_view path) const { return first_of_file(deny, path); }

bool Guard::watches(std::string_view path) const {
  const Value text = std::string(path);
  return std::ranges::any_of(watch, [&](const WatchedPath& watched) { return watched.pattern->match(text, "", {}, {}, nullptr); });
}

void load_guard_file(const Node& file, Guard& guard, Diagnostics& problems) {
  check_keys(file, guard_file_keys().keys, guard_file_keys().name, problems);
  const Node* watch = file.find("watch");
  if (!watch || !watch->array()) return;
  for (const Node& node : *watch->array()) {
    const std::string* text = node.text();
    if (!text || !text->starts_with('/')) {
      refuse(problems, node, "a watched path is absolute", std::string(kExample));
    } else if (has_hole(*text)) {
      refuse(problems, node, "a watched path has no holes", fmt::format("* stands for anything within a name, ** across names: {}", kExample));
    } else {
      const std::string path = normal_file_path(*text);
      guard.watch.push_back({path, node.at, compile_wildcard_pattern(path, Wildcards::file_path, node.at, problems), folder_of(fixed_beginning(path))});
    }
  }
}

void check_files_are_watched(const Spec& spec, Diagnostics& problems) {
  for (const Entry& entry : spec.entries) {
    const bool unread = std::ranges::all_of(entry.identity, [](const FieldPattern& field) { return field.pattern->is_any(); });
    if (entry.protocol->name != "file" || unread) continue;  // "*", or a headline that was refused
    const std::vector<std::string> paths = paths_of(entry);
    const bool seen = std::ranges::any_of(paths, [&](const std::string& path) { return could_be_watched(path, spec.guard); });
    if (seen) continue;
    complain(entry.identity.front().at, entry.headline.size() + 2 - std::string_view("file ").size(),
             fmt::format("'{}' is not watched: this can never happen", paths.front()), cure(paths.front(), spec.guard), problems);
  }
  for (const auto* rules : {&spec.guard.allow, &spec.guard.deny})
    for (const GuardRule& rule : *rules) {
      if (rule.protocol != "file") continue;
      const std::string path = rule.endpoint.path ? text_of(rule.endpoint.path->shown()) : "*";
      if (could_be_watched(path, spec.guard)) continue;
      complain(rule.at, rule.text.size() + 2, fmt::format("'{}' matches nothing: no such path is watched", rule.text), cure(path, spec.guard), problems);
    }
}

}  // namespace bigfoot

// spec/headline_file.cpp - Files: file = "read /etc/app.conf", file = "rename /tmp/a -> /tmp/b". Source: spec-format.md 4.7.
#include <algorithm>
#include <charconv>
#include <iterator>

#include <fmt/format.h>

#include "spec/check.h"
#include "spec/file_path.h"
#include "spec/url_pattern.h"

namespace bigfoot {
namespace {

enum class Second { none, path, text };
struct Operation {
  std::string_view name;
  Second second = Second::none;  ///< what stands behind " -> "
  std::string_view asserts = {}; ///< the field that its calls have beside
};
constexpr Operation kOperations[] = {
    {"read"},   {"write", Second::none, "content"}, {"append", Second::none, "content"},  {"create", Second::none, "content"},
    {"mkdir"},  {"rename", Second::path},           {"link", Second::path},               {"symlink", Second::text},
    {"unlink"}, {"rmdir"},                          {"chmod", Second::none, "mode"},      {"truncate", Second::none, "length"},
};
constexpr std::string_view kFields[] = {"content", "mode", "length"};
constexpr std::string_view kArrow = " -> ";

/// What people call it elsewhere.
constexpr std::pair<std::string_view, std::string_view> kOtherNames[] = {
    {"delete", "unlink"}, {"remove", "unlink"}, {"rm", "unlink"},     {"mv", "rename"},  {"move", "rename"},  {"cp", "write"},
    {"copy", "write"},    {"ln", "symlink"},    {"open", "read"},     {"cat", "read"},   {"touch", "create"}, {"save", "write"},
};
/// What needs no entry: it follows from the others.
constexpr std::string_view kLooks[] = {"stat", "list", "ls", "exists", "access", "lstat", "readdir", "readlink"};

std::vector<std::string_view> operation_names() {
  std::vector<std::string_view> names;
  for (const Operation& operation : kOperations) names.push_back(operation.name);
  return names;
}

void complain_of_operation(EntryDraft& draft, const std::string& word) {
  const auto other = std::ranges::find(kOtherNames, std::string_view(word), &std::pair<std::string_view, std::string_view>::first);
  const bool look = std::ranges::find(kLooks, std::string_view(word)) != std::end(kLooks);
  std::string hint = look ? "looking at a path needs no entry: stat and readdir say what the entries imply"
                     : other != std::end(kOtherNames) ? fmt::format("did you mean '{}'?", other->second)
                                                      : did_you_mean(word, operation_names(), fmt::format("{} and a path", listed(operation_names(), "or")));
  refuse_part(draft.problems, draft.headline, 0, word, fmt::format("'{}' is no operation on files", word), std::move(hint));
}

bool is_absolute(std::string_view path) { return path.starts_with('/') || path == "*" || path == "**" || has_hole(path.substr(0, 2)); }

/// Where the second path begins: " -> " and a slash, for a name may have an arrow in it; else the first arrow.
std::size_t find_arrow(std::string_view text) {
  const std::string masked = masked_holes(text);
  const std::size_t before_path = masked.find(" -> /");
  return before_path == masked.npos ? masked.find(kArrow) : before_path;
}

void set_path(EntryDraft& draft, std::string_view field, std::string_view path, std::size_t offset) {
  draft.set(field, compile_wildcard_pattern(path, Wildcards::file_path, place_in(draft.headline, offset), draft.problems), draft.headline.at);
}

/// Four octal digits, as calls carry them.
PatternPtr compile_mode(const Node& node, Diagnostics& problems) {
  const std::string* text = node.text();
  if (!text) return nullptr;  // of the wrong kind: check_keys has said so
  if (*text == "*" || has_hole(*text)) return compile_pattern(node, problems);
  unsigned mode = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), mode, 8);
  if (error == std::errc() && end == text->data() + text->size() && text->size() >= 3 && mode <= 07777) return literal_pattern(fmt::format("{:04o}", mode));
  refuse(problems, node, fmt::format("'{}' is no mode", *text), "octal, as chmod(1) takes it: \"0644\", \"755\", \"1777\"");
  return nullptr;
}

PatternPtr compile_length(const Node& node, Diagnostics& problems) {
  const std::string* text = node.text();
  if (text && *text != "*" && !has_hole(*text)) {
    refuse(problems, node, fmt::format("'{}' is no length", *text), "a number of bytes: length = 0");
    return nullptr;
  }
  if (const std::int64_t* length = node.integer(); length && *length < 0) {
    refuse(problems, node, fmt::format("{} is no length", *length), "a number of bytes: length = 0");
    return nullptr;
  }
  return is_kind(node, kInteger | kText) ? compile_pattern(node, problems) : nullptr;
}

/// content, mode, length: one an operation, and mkdir may say a mode.
void set_fields(EntryDraft& draft, const Operation* operation) {
  constexpr std::pair<std::string_view, PatternPtr (*)(const Node&, Diagnostics&)> kCompilers[] = {
      {"content", compile_content_pattern}, {"mode", compile_mode}, {"length", compile_length}};
  for (const auto& [field, compile] : kCompilers) {
    const bool optional = operation && operation->name == "mkdir" && field == "mode";
    if (!operation || operation->asserts == field || (optional && draft.field(field))) {
      draft.set_from(field, compile);
      continue;
    }
    draft.never_there.push_back(field);
    const Node* own = draft.table.find(field);
    if (!own) continue;
    std::vector<std::string_view> takers;
    for (const Operation& each : kOperations)
      if (each.asserts == field) takers.push_back(each.name);
    const bool reads = operation->name == "read" && field == "content";
    refuse_key(draft.problems, *own, field, fmt::format("'{}' says nothing of {}", field, operation->name),
               reads ? "what the program reads is the reply: reply = { text = \"…\" }" : fmt::format("it belongs to {}", listed(takers)));
  }
}

void check_on_mismatch(EntryDraft& draft, const Operation* operation) {
  const Node* choice = draft.table.find("on_mismatch");
  if (!choice || !choice->text() || *choice->text() != "refuse" || (operation && operation->asserts != "content")) return;
  refuse(draft.problems, *choice, "what is written is compared when the file is closed: too late to refuse it", "leave it out; the run fails all the same");
}

}  // namespace

void load_file(EntryDraft& draft) {
  const std::string& text = *draft.headline.text();
  draft.entry.headline = "file " + text;
  if (text == "*") {
    draft.set("operation", any_pattern(), draft.headline.at);
    return set_fields(draft, nullptr);
  }
  const std::size_t blank = std::min(masked_holes(text).find(' '), text.size());
  const std::string word = text.substr(0, blank);
  const auto operation = std::ranges::find(kOperations, std::string_view(word), &Operation::name);
  const bool known = operation != std::end(kOperations);
  if (!known && word != "*") return complain_of_operation(draft, word);
  set_fields(draft, known ? operation : nullptr);
  check_on_mismatch(draft, known ? operation : nullptr);

  std::string path = blank < text.size() ? text.substr(blank + 1) : "";
  const Second second = known ? operation->second : Second::none;
  const std::size_t arrow = second == Second::none ? path.npos : find_arrow(path);
  const std::string target = arrow == path.npos ? "" : path.substr(arrow + kArrow.size());
  path = normal_file_path(path.substr(0, arrow));
  if (!is_absolute(path)) {
    refuse(draft.problems, draft.headline, fmt::format("'{}' needs an absolute path", text),
           fmt::format("file = \"{} /etc/myapp/config.yaml{}\"", word, second == Second::none ? "" : " -> /etc/myapp/old.yaml"));
    return;
  }
  if (second != Second::none && target.empty()) {
    const bool link = second == Second::text;
    refuse(draft.problems, draft.headline, fmt::format("{} needs {}", word, link ? "what the link says" : "two paths"),
           fmt::format("file = \"{} {} -> {}\"", word, path, link ? "TEXT" : "/tmp/b"));
    return;
  }
  if (second == Second::path && !is_absolute(target)) {
    refuse_part(draft.problems, draft.headline, text.size() - target.size(), target, fmt::format("'{}' is no absolute path", target),
                fmt::format("file = \"{} {} -> {}\"", word, path, normal_file_path(folder_of(path) + "/" + target)));
    return;
  }
  draft.set("operation", known ? literal_pattern(word) : any_pattern(), draft.headline.at);
  set_path(draft, "path", path, blank + 1);
  if (second != Second::none) set_path(draft, "target", second == Second::path ? normal_file_path(target) : target, text.size() - target.size());
  else if (known) draft.set("target", literal_pattern(""), draft.headline.at);
}

}  // namespace bigfoot

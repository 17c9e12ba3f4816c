// spec/update.cpp - see update.h.
#include "spec/update.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "spec/findings.h"
#include "spec/loader.h"
#include "spec/noise_filter.h"
#include "spec/suggest.h"
#include "spec/text_edit.h"
#include "spec/toml_text.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

constexpr std::size_t kShown = 100;  // of a value in the summary

std::string shortened(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  if (text.size() <= kShown) return text;
  std::size_t cut = kShown;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
  return text.substr(0, cut) + "…";
}

/// "body.json.amount = 5001": the smallest parts that differ.
void tell_changes(const std::string& path, const Value* old, const Value& wanted, std::vector<std::string>& out) {
  if (old && *old == wanted) return;
  const bool tables = old && old->is_object() && wanted.is_object();
  if (tables) {
    for (const auto& [key, value] : old->items())
      if (!wanted.contains(key)) out.push_back(fmt::format("{}.{} removed", path, toml_key(key)));
    for (const auto& [key, value] : wanted.items())
      tell_changes(path.empty() ? toml_key(key) : path + "." + toml_key(key), old->contains(key) ? &(*old)[key] : nullptr, value, out);
    return;
  }
  if (old && old->is_array() && wanted.is_array() && old->size() == wanted.size()) {
    for (std::size_t i = 0; i < wanted.size(); ++i) tell_changes(fmt::format("{}[{}]", path, i), &(*old)[i], wanted[i], out);
    return;
  }
  out.push_back(shortened(fmt::format("{} = {}", path, toml_value(wanted))));
}

Syntax syntax_of(const std::string& file, std::string_view text) {
  if (file.ends_with(".json")) return Syntax::json;
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return !file.ends_with(".toml") && first != text.npos && text[first] == '{' ? Syntax::json : Syntax::toml;
}

bool stands_at(const Node& node, const Place& at) { return node.at.line == at.line && node.at.column == at.column; }

/// The way to the entry or step that stands at `at`.
std::optional<TextPath> path_to(const Node& document, const Place& at) {
  const auto in_entries = [&](const Node& table, TextPath path) -> std::optional<TextPath> {
    const Node* entries = table.find("expect");
    if (!entries || !entries->array()) return std::nullopt;
    path.push_back({"expect"});
    for (std::size_t i = 0; i < entries->array()->size(); ++i) {
      const Node& entry = (*entries->array())[i];
      path.push_back({"", i});
      if (stands_at(entry, at)) return path;
      const Node* steps = entry.find("steps");
      for (std::size_t k = 0; steps && steps->array() && k < steps->array()->size(); ++k) {
        if (!stands_at((*steps->array())[k], at)) continue;
        path.push_back({"steps"});
        path.push_back({"", k});
        return path;
      }
      path.pop_back();
    }
    return std::nullopt;
  };
  if (auto found = in_entries(document, {})) return found;
  const Node* tests = document.find("test");
  for (std::size_t i = 0; tests && tests->array() && i < tests->array()->size(); ++i)
    if (auto found = in_entries((*tests->array())[i], {{"test"}, {"", i}})) return found;
  return std::nullopt;
}

Value* follow(Value& from, const TextPath& path) {
  Value* at = &from;
  for (const TextStep& step : path) at = step.key.empty() ? &at->at(step.index) : &at->at(step.key);
  return at;
}

/// A field's value in the form in which a suggestion writes it: long JSON is text of several lines.
Value as_written(const std::string& key, const Value& value) {
  const auto line = read_document(field_line("value", value), Syntax::toml);
  return line && key != "headers" && key != "query" ? value_of(*line)["value"] : value;
}

/// The content of a suggested entry: what stands behind its [[expect]] line.
std::string content_of(const std::string& suggestion) {
  constexpr std::string_view kEnd = "expect]]\n";
  const std::size_t header = suggestion.find(kEnd);
  return header == suggestion.npos ? suggestion : suggestion.substr(header + kEnd.size());
}

/// `{ query = "SELECT 1" }` as a table's content.
std::string step_content(const std::string& step) {
  const auto document = read_document("step = " + step, Syntax::toml);
  if (!document) return {};
  std::string out;
  const Value table = value_of(*document)["step"];
  for (const auto& [key, value] : table.items()) out += fmt::format("{} = {}\n", toml_key(key), toml_value(value));
  return out;
}

/// One file while its changes are collected.
struct FileUpdate {
  std::string name, text;
  Syntax syntax = Syntax::toml;
  Node document;
  Value expected;  ///< what the new text has to say, for a last look
  struct Insertion {
    TextPath table;
    std::string key;
    std::size_t index;
    std::string item;
  };
  std::vector<Insertion> insertions;
};

class Planner {
 public:
  Planner(const UpdateInput& input, const std::vector<Patchable>& patches) : input_(input), patches_(patches) {}

  UpdatePlan plan() {
    for (const auto& [name, text] : input_.texts) {
      FileUpdate file{name, text, syntax_of(name, text), {}, {}, {}};
      auto document = read_document(text, file.syntax);
      if (!document) continue;
      file.document = std::move(*document);
      file.expected = value_of(file.document);
      files_.emplace(name, std::move(file));
    }
    tell_what_is_no_patch();
    patch_fields();
    patch_steps();
    patch_entries();
    for (auto& [name, file] : files_) finish(file);
    return std::move(plan_);
  }

 private:
  FileUpdate* file_of(const Place& at) {
    const auto found = files_.find(at.file);
    return found == files_.end() ? nullptr : &found->second;
  }
  void leave(const Place& at, std::string why) {
    UpdateNote note{at.line > 0 ? place_text(at) : "", std::move(why)};
    const bool told = std::ranges::any_of(plan_.left, [&](const UpdateNote& one) { return one.where == note.where && one.what == note.what; });
    if (!told) plan_.left.push_back(std::move(note));
  }
  void change(std::string where, std::string what) { plan_.changed.push_back({std::move(where), std::move(what)}); }

  void tell_what_is_no_patch() {
    for (const Patchable& one : patches_) {
      if (one.patch.kind != Patch::Kind::none && (one.patch.kind == Patch::Kind::fields || !one.suggestion.empty())) continue;
      std::string_view cure;
      if (one.kind == ViolationKind::unused) cure = ": nothing is deleted; take it out, or write required = false";
      if (one.kind == ViolationKind::out_of_order) cure = ": move the entry, or add any_order to all of them";
      if (one.kind == ViolationKind::out_of_state) cure = ": move the step";
      leave(one.at, fmt::format("{}: {}{}", to_text(one.kind), shortened(one.message), cure));
    }
  }

  // --- fields of entries and steps ---

  struct Wanted {
    const Patchable* first = nullptr;
    const FieldPatch* field = nullptr;
    std::uint64_t calls = 0;
    bool several = false;  ///< calls had different values
  };

  void patch_fields() {
    using Key = std::pair<std::string, std::pair<unsigned, unsigned>>;
    std::vector<Key> order;
    std::map<Key, std::vector<Wanted>> places;
    for (const Patchable& one : patches_) {
      if (one.patch.kind != Patch::Kind::fields || one.patch.fields.empty()) continue;
      const Key key{one.patch.at.file, {one.patch.at.line, one.patch.at.column}};
      if (!places.contains(key)) order.push_back(key);
      for (const FieldPatch& field : one.patch.fields) {
        auto& list = places[key];
        auto known = std::ranges::find_if(list, [&](const Wanted& wanted) { return wanted.field->key == field.key; });
        if (known == list.end()) known = list.insert(list.end(), Wanted{&one, &field, 0, false});
        ++known->calls;
        known->several = known->several || known->field->after != field.after;
      }
    }
    std::map<std::string, std::vector<TableEdit>> edits;
    std::map<std::string, std::vector<std::vector<std::string>>> told, keys;
    for (const Key& key : order) {
      const Place& at = places[key].front().first->patch.at;
      FileUpdate* file = file_of(at);
      const auto path = file ? path_to(file->document, at) : std::nullopt;
      if (!path) {
        leave(at, "the entry is not found in its text");
        continue;
      }
      const Value old = *follow(file->expected, *path);
      Value wanted = old;
      for (const Wanted& one : places[key]) set(one, at, wanted);
      if (wanted == old) continue;
      std::vector<std::string> changes;
      tell_changes("", &old, wanted, changes);
      keys[at.file].emplace_back();
      for (const auto& [name, value] : wanted.items())
        if (!old.contains(name) || old[name] != value) keys[at.file].back().push_back(name);
      edits[at.file].push_back({*path, std::move(wanted), at});
      told[at.file].push_back(std::move(changes));
    }
    for (auto& [name, list] : edits) {
      FileUpdate& file = files_.at(name);
      std::vector<std::string> refused;
      auto text = edit_tables(file.text, file.syntax, list, refused);
      if (!text) {
        leave(list.front().at, text.error());
        continue;
      }
      file.text = std::move(*text);
      for (std::size_t i = 0; i < list.size(); ++i) {
        for (const std::string& what : told[name][i]) {
          if (refused[i].empty()) change(place_text(list[i].at), what);
          else leave(list[i].at, fmt::format("{}: {}: change it by hand", what, refused[i]));
        }
        if (!refused[i].empty()) continue;
        Value& table = *follow(file.expected, list[i].path);
        for (const auto& [key, value] : list[i].wanted.items())
          if (std::ranges::find(keys[name][i], key) != keys[name][i].end()) table[key] = value;
      }
    }
  }

  void set(const Wanted& one, const Place& at, Value& table) {
    const std::uint64_t uses = input_.uses(one.first->patch.entry_at);
    if (one.several) return leave(at, fmt::format("{} had different values in {} calls: write a hole or an operator that fits them all", one.field->key, one.calls));
    if (one.calls < uses) return leave(at, fmt::format("{} differed in {} of {} calls of this entry: write a hole or an operator that fits them all", one.field->key, one.calls, uses));
    const auto known = table.find(one.field->key);
    const Value* before = one.field->before ? &*one.field->before : nullptr;
    if (known == table.end()) table[one.field->key] = as_written(one.field->key, one.field->after);
    else *known = merged(*known, before, one.field->after);
  }

  // --- new steps ---

  void patch_steps() {
    std::vector<const Patchable*> first;  // of each entry
    for (const Patchable& one : patches_) {
      if (one.patch.kind != Patch::Kind::step || one.suggestion.empty()) continue;
      const auto same_entry = [&](const Patchable* other) { return other->patch.at.file == one.patch.at.file && other->patch.at.line == one.patch.at.line && other->patch.at.column == one.patch.at.column; };
      const auto known = std::ranges::find_if(first, same_entry);
      const Patchable& begun = known == first.end() ? one : **known;
      if (known == first.end()) first.push_back(&one);
      if (input_.uses(one.patch.at) > 1 || begun.connection != one.connection) {
        leave(one.patch.at, fmt::format("a step is missing, and the entry was played by several connections: add {}", shortened(one.suggestion)));
        continue;
      }
      add_step(one);
    }
  }

  void add_step(const Patchable& one) {
    FileUpdate* file = file_of(one.patch.at);
    const auto path = file ? path_to(file->document, one.patch.at) : std::nullopt;
    const std::string item = step_content(one.suggestion);
    if (!path || item.empty()) return leave(one.patch.at, "the entry is not found in its text");
    file->insertions.push_back({*path, "steps", one.patch.index, item});
    change(place_text(one.patch.at), fmt::format("added step {}", shortened(one.suggestion)));
  }

  // --- new entries ---

  void patch_entries() {
    std::vector<std::pair<const Patchable*, std::uint64_t>> entries;  // and how often they came one after the other
    for (const Patchable& one : patches_) {
      if (one.patch.kind != Patch::Kind::entry || one.suggestion.empty()) continue;
      const bool again = !entries.empty() && entries.back().first->suggestion == one.suggestion && entries.back().first->test == one.test;
      if (again) ++entries.back().second;
      else entries.emplace_back(&one, 1);
    }
    for (const auto& [one, times] : entries) add_entry(*one, times);
  }

  void add_entry(const Patchable& one, std::uint64_t times) {
    std::string item = content_of(one.suggestion);
    // What was refused may have been tried again for that reason: nobody knows how often it comes when it is answered.
    if (times > 1) item += item.find("\nmessage") != item.npos && item.starts_with("log") ? fmt::format("\ntimes = {}", times) : fmt::format("\ntimes = \"1..{}\"", times);
    Place behind = one.patch.at;
    if (behind.line == 0 && !input_.spec.files.empty()) behind.file = first_file();
    FileUpdate* file = file_of(behind);
    if (!file) return leave({}, fmt::format("no file for the new entry: {}", one.message));
    TextPath table;
    std::size_t index = 0;
    if (!one.test.empty()) {
      if (!find_test(one.test, behind, file, table, index)) return leave({}, fmt::format("no [[test]] is called '{}': add the entry of the report for {}", one.test, one.message));
    } else if (behind.line > 0) {
      const auto path = path_to(file->document, behind);
      if (!path) return leave(behind, "the entry is not found in its text");
      const auto entry = std::ranges::find(*path, std::string("expect"), &TextStep::key);
      table.assign(path->begin(), entry);
      index = std::next(entry)->index + 1;
    }
    file->insertions.push_back({table, "expect", index, item});
    const std::string place = behind.line > 0 ? fmt::format("{}:{}", behind.file, behind.line) : behind.file;
    change(place, fmt::format("added {} {}", behind.line > 0 ? "behind it:" : "as first entry:", shortened(one.message)));
  }

  /// Of several files of the command line the last has the entries that come last; includes come before their includer.
  std::string first_file() const {
    for (const std::string& file : input_.spec.files)
      if (std::ranges::any_of(input_.spec.entries, [&](const Entry& entry) { return entry.at.file == file; })) return file;
    return input_.spec.files.front();
  }

  /// Where a new entry of a test stands: behind the last used one, if that is of the test, else behind all of the section.
  bool find_test(const std::string& test, Place& behind, FileUpdate*& file, TextPath& table, std::size_t& index) {
    for (auto& [name, one] : files_) {
      const Node* tests = one.document.find("test");
      for (std::size_t i = 0; tests && tests->array() && i < tests->array()->size(); ++i) {
        const Node& section = (*tests->array())[i];
        const Node* title = section.find("name");
        if (!title || !title->text() || !fits_glob(*title->text(), test)) continue;
        const Node* entries = section.find("expect");
        const std::size_t count = entries && entries->array() ? entries->array()->size() : 0;
        index = count;
        for (std::size_t k = 0; k < count && behind.line > 0 && behind.file == name; ++k)
          if (stands_at((*entries->array())[k], behind)) index = k + 1;
        file = &one;
        table = {{"test"}, {"", i}};
        behind = index > 0 ? (*entries->array())[index - 1].at : section.at;
        behind.file = name;
        return true;
      }
    }
    return false;
  }

  // --- the new text ---

  void finish(FileUpdate& file) {
    // From the last to the first, so that positions hold; those at one place in reverse, as each goes before the other.
    std::vector<FileUpdate::Insertion*> all;
    for (FileUpdate::Insertion& one : file.insertions) all.push_back(&one);
    std::ranges::stable_sort(all, [](const auto* a, const auto* b) { return a->index < b->index; });
    for (auto one = all.rbegin(); one != all.rend(); ++one) {
      auto text = insert_item(file.text, file.syntax, (*one)->table, (*one)->key, (*one)->index, (*one)->item);
      if (!text) {
        leave({file.name, 0, 0}, fmt::format("{}: add by hand: {}", text.error(), shortened((*one)->item)));
        continue;
      }
      file.text = std::move(*text);
      Value& table = *follow(file.expected, (*one)->table);
      Value& list = table[(*one)->key];
      if (list.is_null()) list = Value::array();
      list.insert(list.begin() + static_cast<std::ptrdiff_t>(std::min((*one)->index, list.size())), value_of(*read_document((*one)->item, Syntax::toml)));
    }
    if (file.text == input_.texts.at(file.name)) return;
    if (const std::string trouble = trouble_with(file); !trouble.empty()) {
      std::erase_if(plan_.changed, [&](const UpdateNote& note) { return note.where == file.name || note.where.starts_with(file.name + ":"); });
      return leave({file.name, 1, 1}, trouble);
    }
    plan_.texts[file.name] = std::move(file.text);
  }

  /// A last look at what would be written: it has to say just what was meant, and nothing that a run refuses.
  std::string trouble_with(const FileUpdate& file) const {
    const auto document = read_document(file.text, file.syntax);
    if (!document || !same_value(value_of(*document), file.expected)) return "its text could not be changed safely: nothing was written";
    const auto errors = [](const std::string& name, const std::string& text) {
      Diagnostics problems;
      load_spec_text(name, text, problems);
      std::vector<std::string> out;
      for (const Diagnostic& problem : problems.all())
        if (problem.severity == Severity::error) out.push_back(problem.what);
      return out;
    };
    const auto before = errors(file.name, input_.texts.at(file.name));
    for (const std::string& what : errors(file.name, file.text))
      if (std::ranges::find(before, what) == before.end()) return fmt::format("it would not load any more ({}): nothing was written", what);
    return {};
  }

  const UpdateInput& input_;
  const std::vector<Patchable>& patches_;
  std::map<std::string, FileUpdate> files_;
  UpdatePlan plan_;
};

}  // namespace

Value merged(const Value& raw, const Value* before, const Value& after) {
  if ((before && *before == after) || raw == after) return raw;
  const bool is_json_text = raw.is_string() && before && before->is_structured() && after.is_structured();
  if (is_json_text) {
    const auto& text = raw.get_ref<const std::string&>();
    const Value json = Value::parse(text, nullptr, false);
    const bool lines = text.find('\n') != text.npos;
    return json_text(json.is_discarded() ? after : merged(json, before, after), lines ? 2 : -1) + (text.ends_with('\n') ? "\n" : "");
  }
  if (raw.is_object() && after.is_object()) {
    const auto alike = [](const Value& table, const std::string& key) -> const Value* {
      for (const auto& [name, value] : table.items())
        if (name == key) return &value;
      for (const auto& [name, value] : table.items())
        if (lower_case(name) == lower_case(key)) return &value;
      return nullptr;
    };
    Value out = Value::object();
    for (const auto& [key, value] : raw.items()) {
      const Value* wanted = alike(after, key);
      const Value* was = before && before->is_object() ? alike(*before, key) : nullptr;
      if (wanted) out[key] = merged(value, was, *wanted);
      else if (before && before->is_object() && !was) out[key] = value;  // of no concern to the pattern
    }
    for (const auto& [key, value] : after.items())
      if (!alike(raw, key)) out[key] = value;
    return out;
  }
  if (raw.is_array() && after.is_array()) {
    const bool told = before && before->is_array() && before->size() == raw.size();
    Value out = Value::array();
    for (std::size_t i = 0; i < after.size(); ++i) out.push_back(i < raw.size() ? merged(raw[i], told ? &(*before)[i] : nullptr, after[i]) : after[i]);
    return out;
  }
  return after;
}

UpdatePlan plan_update(const UpdateInput& input, const std::vector<Patchable>& patches) { return Planner(input, patches).plan(); }

}  // namespace bigfoot

// tests/fuzz/update_fuzz.cpp - Any spec that loads, in TOML and in JSON, and --update of every entry in it.
// Claims: the new text loads, has the entries it had and the new one, and says what was asked for; lines that no change touches stay.
#include <algorithm>
#include <string>

#include "spec/loader.h"
#include "spec/update.h"
#include "tests/fuzz/target.h"

namespace bigfoot {
namespace {

constexpr const char* kNewEntry = "[[expect]]\nhttp    = \"GET http://new.fuzz.test/\"\nheaders = \"*\"\nbody    = \"\"";

/// A name for each entry that has none, and a body for those that may have one; at last a new entry.
std::vector<Patchable> patches_for(const Spec& spec, const std::string& file) {
  std::vector<Patchable> out;
  for (std::size_t i = 0; i < spec.entries.size(); ++i) {
    const Entry& entry = spec.entries[i];
    if (entry.at.file != file || !entry.id.empty()) continue;
    Patchable one;
    one.kind = ViolationKind::unasserted;
    one.interaction = i + 1;
    one.at = entry.at;
    one.patch.kind = Patch::Kind::fields;
    one.patch.at = one.patch.entry_at = entry.at;
    one.patch.fields = {{"id", std::nullopt, "fuzz \"id\"\n" + std::to_string(i)}};
    if (entry.protocol->name == "http") one.patch.fields.push_back({"body", std::nullopt, Value{{"json", {{"a", Value::array({1, "\"\\\n"})}}}}});
    out.push_back(std::move(one));
  }
  Patchable added;
  added.interaction = spec.entries.size() + 1;
  added.patch.kind = Patch::Kind::entry;
  added.patch.at = out.empty() ? Place{} : out.back().at;
  added.suggestion = kNewEntry;
  out.push_back(std::move(added));
  return out;
}

bool has_errors(const Diagnostics& problems) {
  return std::ranges::any_of(problems.all(), [](const Diagnostic& one) { return one.severity == Severity::error; });
}

void update(const std::string& file, const std::string& text) {
  Diagnostics problems;
  const Spec spec = load_spec_text(file, text, problems);
  if (has_errors(problems) || spec.files != std::vector<std::string>{file}) return;
  const std::vector<Patchable> patches = patches_for(spec, file);
  const UpdatePlan plan = plan_update({spec, {{file, text}}, [](const Place&) { return 1; }}, patches);
  test::claim(plan.changed.size() + plan.left.size() >= patches.size(), "every change is made or told");
  if (!plan.texts.contains(file)) return;
  Diagnostics after;
  const Spec updated = load_spec_text(file, plan.texts.at(file), after);
  test::claim(!has_errors(after), "the new text loads");
  const bool is_added = updated.entries.size() == spec.entries.size() + 1;
  test::claim(is_added || updated.entries.size() == spec.entries.size(), "no entry is lost");
  const auto named = std::ranges::count_if(updated.entries, [](const Entry& entry) { return entry.id.starts_with("fuzz \"id\"\n"); });
  test::claim(static_cast<std::size_t>(named) + plan.left.size() + 1 >= patches.size(), "the entries say what was asked for");
}

}  // namespace
}  // namespace bigfoot

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const char* file : {"fuzz.toml", "fuzz.json"}) bigfoot::update(file, text);
  return 0;
}

// spec/entry_draft.cpp - What all headlines need: fields, defaults, places inside strings, files beside the spec.
#include "spec/entry_draft.h"

#include <fstream>
#include <iterator>

#include "spec/check.h"

namespace bigfoot {

const Node* EntryDraft::field(std::string_view key) const {
  if (const Node* own = table.find(key)) return own;
  return defaults ? defaults->find(key) : nullptr;
}

void EntryDraft::set(std::string_view field, PatternPtr pattern, const Place& at) {
  fields[field] = FieldPattern{std::string(field), std::move(pattern), at};
}

void EntryDraft::set_from(std::string_view key, PatternPtr (*compile)(const Node&, Diagnostics&)) {
  const Node* node = field(key);
  if (!node) return;
  set(key, compile(*node, problems), node->key_at.line > 0 ? node->key_at : node->at);
}

Node part_of(const Node& node, std::size_t offset, std::string text) {
  Node part;
  part.at = place_in(node, offset);
  part.key_at = node.key_at;
  // As in a file, the place of a string is that of its opening quote.
  if (part.at.column > node.at.column) part.at.column -= 1;
  part.length = static_cast<unsigned>(text.size()) + 2;
  part.value = std::move(text);
  return part;
}

std::filesystem::path beside_spec(const Place& spec, const std::string& name) {
  return std::filesystem::path(spec.file).parent_path() / name;
}

std::optional<std::string> read_file(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return std::nullopt;
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace bigfoot

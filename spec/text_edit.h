// spec/text_edit.h - Changes single values of a spec's text so that it says something else, and leaves every other byte as
// it is: comments, blanks, the order of keys, line breaks. Source: spec-format.md, section 8.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/value.h"
#include "spec/node.h"
#include "spec/text_layout.h"

namespace bigfoot {

/// From the root of a document to a value: keys, and positions in arrays.
struct TextStep {
  std::string key;        ///< in a table
  std::size_t index = 0;  ///< in an array, where `key` is empty
};
using TextPath = std::vector<TextStep>;

/// What a document says, for comparisons: a date is {"date": its text}.
Value value_of(const Node& node);

/// The text of a whole document as a value; nothing where it cannot be read.
std::optional<Node> read_document(std::string_view text, Syntax syntax);

/// The table at `path` made equal to `wanted`: keys that differ are replaced, keys that are not there are added, keys that
/// are not wanted go.
struct TableEdit {
  TextPath path;
  Value wanted;
  Place at{};
};
/// `text` with all of them. `refused`: for each, why it cannot be done by small changes, else "".
std::expected<std::string, std::string> edit_tables(std::string_view text, Syntax syntax, const std::vector<TableEdit>& edits, std::vector<std::string>& refused);

/// `text` with a new item before the item `index` of the array `key` of the table at `table`, or behind its last one; the array is
/// made where there is none. `item`: a TOML table's content as lines (`http = "…"`), tables in it under [expect…] headers.
std::expected<std::string, std::string> insert_item(std::string_view text, Syntax syntax, const TextPath& table, std::string_view key,
                                                    std::size_t index, std::string_view item);

}  // namespace bigfoot

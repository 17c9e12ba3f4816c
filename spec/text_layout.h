// spec/text_layout.h - Where every key and value of a spec's text stands, byte by byte, so that single ones can be changed
// and all the rest, comments and blanks too, stays as it was written.
// Source: https://toml.io/en/v1.0.0 ("Keys", "Table", "Inline Table", "Array of Tables"); RFC 8259 for specs in JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spec/toml_outline.h"

namespace bigfoot {

enum class Syntax { toml, json };

struct LayoutMember;

/// One value of the text.
struct Layout {
  enum class Form {
    scalar,
    list,    ///< in brackets
    braces,  ///< in braces
    table,   ///< of a [header], or that only headers below it make
    tables,  ///< of [[headers]]: `items` are of the form `table`
    dotted,  ///< of keys as `reply.status = 200`
  };
  Form form = Form::scalar;
  TextRange range;  ///< scalar, list, braces: the text; table: its header; size 0 where it has none (the file itself)
  std::vector<LayoutMember> members;  ///< braces, table, dotted
  std::vector<Layout> items;          ///< list, tables
  std::size_t own_end = 0;            ///< table: behind its last own `key = value`, else behind its header; dotted: as well
  std::size_t end = 0;                ///< behind all of it, tables below it too
  std::string prefix;                 ///< dotted: what stands before its keys: "reply."

  const Layout* find(std::string_view key) const;
};

struct LayoutMember {
  std::string key;
  TextRange key_at;  ///< of a statement: the whole dotted key
  Layout value;
};

/// The layout of a text that is known to be good TOML (or JSON); nothing where this reader cannot follow it.
std::optional<Layout> read_layout(std::string_view text, Syntax syntax);

/// Just behind the line that has the byte `at`: behind its line break, or the text's end.
std::size_t line_end(std::string_view text, std::size_t at);
/// Where the line of the byte `at` starts.
std::size_t line_start(std::string_view text, std::size_t at);

}  // namespace bigfoot

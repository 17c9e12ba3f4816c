// spec/json_source.cpp - JSON events from nlohmann_json, made into nodes with places.
#include "spec/json_source.h"

#include <cmath>
#include <cstdint>
#include <functional>
#include <iterator>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "spec/text_places.h"
#include "spec/toml_source.h"

namespace bigfoot {
namespace {

/// Reads characters and tells how far the parser has come: nlohmann_json's events carry no place.
struct CountingIterator {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  const char* at = nullptr;
  const char* begin = nullptr;
  std::size_t* read = nullptr;

  reference operator*() const { return *at; }
  CountingIterator& operator++() {
    ++at;
    if (read) *read = static_cast<std::size_t>(at - begin);
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator old = *this;
    ++*this;
    return old;
  }
  bool operator==(const CountingIterator& other) const { return at == other.at; }
};

/// A problem inside the text: where, and what.
struct JsonProblem {
  std::size_t offset = 0;
  std::string what;
};

class NodeBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  NodeBuilder(std::string_view text, std::function<Place(std::size_t)> place) : text_(text), place_(std::move(place)) {}

  std::size_t read = 0;  ///< bytes taken by the parser
  std::optional<JsonProblem> problem;
  Node root;

  bool null() override { return put(std::string("{{null}}")); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(std::int64_t{value}); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<std::uint64_t>(INT64_MAX)) return put(static_cast<double>(value));
    return put(static_cast<std::int64_t>(value));
  }
  bool number_float(number_float_t value, const string_t&) override { return put(double{value}); }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t&) override { return false; }  // JSON text has none
  bool start_object(std::size_t) override { return open(Node::Table{}); }
  bool start_array(std::size_t) override { return open(Node::Array{}); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    key_start_ = token_start();
    Node::Table& table = std::get<Node::Table>(open_.back().node.value);
    if (!open_.back().keys.insert(name).second) {
      problem = JsonProblem{key_start_, fmt::format("the key '{}' stands here twice", name)};
      return false;
    }
    table.emplace_back(std::move(name), Node{});
    taken_ = read;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& error) override {
    std::string_view what = error.what();
    if (const std::size_t colon = what.rfind(": "); colon != what.npos && what.find("syntax error") != what.npos)
      what.remove_prefix(what.find("syntax error"));
    problem = JsonProblem{position == 0 ? 0 : position - 1, std::string(what)};
    return false;
  }

 private:
  struct Open {
    Node node;
    std::size_t key_start = 0;
    bool has_key = false;
    std::set<std::string> keys;
  };

  /// Where the token that was read last starts: behind the one before it, blanks, commas and colons.
  std::size_t token_start() const { return std::min(text_.find_first_not_of(" \t\r\n,:", taken_), text_.size()); }

  template <class T>
  Node made(T value) {
    Node node;
    const std::size_t start = token_start();
    node.at = place_(start);
    node.length = static_cast<unsigned>(std::max<std::size_t>(1, std::min(read, text_.size()) - std::min(start, read)));
    node.value = std::move(value);
    taken_ = read;
    return node;
  }

  void add(Node node) {
    if (open_.empty()) {
      root = std::move(node);
      return;
    }
    Node& owner = open_.back().node;
    if (auto* items = std::get_if<Node::Array>(&owner.value)) {
      items->push_back(std::move(node));
      return;
    }
    Node& member = std::get<Node::Table>(owner.value).back().second;
    node.key_at = member.key_at;
    member = std::move(node);
  }

  void note_key_place() {
    if (open_.empty() || !open_.back().node.is_table()) return;
    std::get<Node::Table>(open_.back().node.value).back().second.key_at = place_(key_start_);
  }

  template <class T>
  bool put(T value) {
    note_key_place();
    add(made(std::move(value)));
    return true;
  }

  template <class T>
  bool open(T empty) {
    note_key_place();
    if (open_.size() >= kMaxDepth) {
      problem = JsonProblem{token_start(), fmt::format("objects and arrays stand more than {} deep in each other", kMaxDepth)};
      return false;
    }
    Node node = made(std::move(empty));
    node.length = 1;
    // Right behind the bracket: a number's look-ahead may have read it already.
    taken_ = std::min(text_.find_first_of("[{", token_start()), text_.size());
    taken_ = read;
    open_.push_back({std::move(node), 0, false, {}});
    return true;
  }

  bool close() {
    Node node = std::move(open_.back().node);
    open_.pop_back();
    add(std::move(node));
    taken_ = read;
    return true;
  }

  std::string_view text_;
  std::function<Place(std::size_t)> place_;
  std::size_t taken_ = 0;  ///< behind the last token that was used
  std::size_t key_start_ = 0;
  std::vector<Open> open_;
};

std::optional<Node> parse(std::string_view text, NodeBuilder& builder) {
  const CountingIterator begin{text.data(), text.data(), &builder.read};
  const CountingIterator end{text.data() + text.size(), text.data(), nullptr};
  if (nlohmann::json::sax_parse(begin, end, &builder) && !builder.problem) return std::move(builder.root);
  if (!builder.problem) builder.problem = JsonProblem{builder.read, "it cannot be read"};
  return std::nullopt;
}

}  // namespace

std::optional<Node> read_json(const std::string& file, std::string_view text, Diagnostics& problems) {
  const TextPlaces places(file, text);
  NodeBuilder builder(text, [&](std::size_t offset) { return places.at(offset); });
  auto node = parse(text, builder);
  if (node) return node;
  Diagnostic problem;
  problem.at = places.at(builder.problem->offset);
  problem.what = "this is no JSON: " + builder.problem->what;
  problems.add(std::move(problem));
  return std::nullopt;
}

std::optional<Node> read_json_in(const Node& holder, std::string_view text, Diagnostics& problems) {
  NodeBuilder builder(text, [&](std::size_t) { return holder.at; });
  auto node = parse(text, builder);
  if (node) return node;
  const Place inside = TextPlaces("", text).at(builder.problem->offset);
  Diagnostic problem;
  problem.at = holder.at;
  problem.length = holder.length;
  problem.what = fmt::format("the text is no JSON (its line {}, column {}): {}", inside.line, inside.column, builder.problem->what);
  problem.hint = "a text after json = is read as JSON; for a JSON string write json = '\"text\"'";
  problems.add(std::move(problem));
  return std::nullopt;
}

}  // namespace bigfoot

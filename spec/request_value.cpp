// spec/request_value.cpp - Finding one value in the call that a reply answers.
#include "spec/request_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "protocols/body.h"
#include "protocols/http/url.h"
#include "spec/diagnostics.h"
#include "spec/pattern_parts.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

struct Source {
  std::string_view name;
  bool needs_rest;  ///< "json" alone is the whole document, "header" alone is nothing
};
constexpr Source kSources[] = {{"json", false}, {"form", true}, {"query", false}, {"header", true}, {"argv", false}, {"args", false}, {"path", false}};
// The fields of calls that a reply may want to repeat (protocols/*: ProtocolInfo::call).
constexpr std::string_view kFields[] = {"method", "scheme", "host", "port", "path", "body", "name", "type", "command", "cwd", "key"};

std::optional<std::size_t> index_of(std::string_view text) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return index;
}

/// a.b[0].c and a.b.0.c. A key that itself has a dot is tried whole first.
const Value* member_at(const Value& from, std::string_view path) {
  if (path.empty()) return &from;
  if (path.starts_with('.')) return member_at(from, path.substr(1));
  if (path.starts_with('[')) {
    const auto close = path.find(']');
    const auto index = close == path.npos ? std::nullopt : index_of(path.substr(1, close - 1));
    if (!index || !from.is_array() || *index >= from.size()) return nullptr;
    return member_at(from[*index], path.substr(close + 1));
  }
  if (from.is_object()) {
    if (const auto whole = from.find(path); whole != from.end()) return &*whole;
  }
  const auto end = std::min(path.find_first_of(".["), path.size());
  const auto key = path.substr(0, end);
  if (from.is_object()) {
    const auto found = from.find(key);
    return found == from.end() ? nullptr : member_at(*found, path.substr(end));
  }
  const auto index = index_of(key);
  if (!index || !from.is_array() || *index >= from.size()) return nullptr;
  return member_at(from[*index], path.substr(end));
}

std::string field_text(const Fields& call, std::string_view name) {
  const auto found = call.find(name);
  return found == call.end() ? "" : text_of(*found);
}

std::optional<Value> header_value(const Fields& call, std::string_view name) {
  const auto headers = call.find("headers");
  if (headers == call.end()) return std::nullopt;
  const std::string wanted = lower_case(name);
  std::optional<std::string> all;
  for (const Value& pair : *headers) {
    if (pair.at(0) != wanted) continue;
    all = all ? fmt::format("{}, {}", *all, text_of(pair.at(1))) : text_of(pair.at(1));  // RFC 9110, 5.3
  }
  if (!all) return std::nullopt;
  return Value(*all);
}

/// Of "/orders/42" segment 1 is "42".
std::optional<Value> path_segment(std::string_view path, std::size_t wanted) {
  if (path.starts_with('/')) path.remove_prefix(1);
  for (; wanted > 0; --wanted) {
    const std::size_t end = path.find('/');
    if (end == path.npos) return std::nullopt;
    path.remove_prefix(end + 1);
  }
  return Value(std::string(path.substr(0, path.find('/'))));
}

std::optional<Value> copied(const Value* value) {
  if (!value) return std::nullopt;
  return *value;
}

}  // namespace

std::optional<Value> request_value(std::string_view path, const Fields& call) {
  const auto dot = std::min(path.find_first_of(".["), path.size());
  const auto source = path.substr(0, dot);
  const auto rest = path.substr(std::min(dot + (dot < path.size() && path[dot] == '.' ? 1 : 0), path.size()));
  if (source == "json") {
    const auto json = read_json(field_text(call, "body"));
    return json ? copied(member_at(*json, rest)) : std::nullopt;
  }
  if (source == "form") return copied(member_at(grouped(parse_form(field_text(call, "body"))), rest));
  if (source == "query" && !rest.empty()) return copied(member_at(grouped(parse_form(field_text(call, "query"))), rest));
  if (source == "header") return header_value(call, rest);
  if (source == "argv" || source == "args") return call.contains(source) ? copied(member_at(call.at(source), rest)) : std::nullopt;
  if (source == "path" && !rest.empty()) {
    const auto wanted = index_of(rest);
    return wanted ? path_segment(field_text(call, "path"), *wanted) : std::nullopt;
  }
  const auto found = call.find(path);
  return found == call.end() ? std::nullopt : copied(&*found);
}

std::string check_request_path(std::string_view path) {
  const auto dot = std::min(path.find_first_of(".["), path.size());
  const auto source = path.substr(0, dot);
  const auto* row = std::ranges::find(kSources, source, &Source::name);
  if (row != std::end(kSources)) {
    return dot == path.size() && row->needs_rest ? fmt::format("name what you want: {{{{req.{}.NAME}}}}", source) : "";
  }
  if (std::ranges::find(kFields, path) != std::end(kFields)) return "";
  std::vector<std::string_view> names(std::begin(kFields), std::end(kFields));
  for (const Source& one : kSources) names.push_back(one.name);
  const auto near = nearest_word(source, names);
  if (!near.empty()) return fmt::format("did you mean '{{{{req.{}{}}}}}'?", near, path.substr(dot));
  return "a reply can ask for {{req.json.a.b}}, {{req.form.x}}, {{req.query.x}}, {{req.header.x}}, {{req.path}}, {{req.path.0}}, {{req.method}}";
}

}  // namespace bigfoot

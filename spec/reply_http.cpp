// spec/reply_http.cpp - HTTP replies. Source: spec-format.md, section 3; RFC 9110, 5 (fields) and 15 (status codes).
#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>

#include <fmt/format.h>

#include "spec/check.h"
#include "spec/entry_draft.h"
#include "spec/replies.h"

namespace bigfoot {
namespace {

struct ContentType {
  std::string_view extension, type;
};
constexpr ContentType kContentTypes[] = {  // IANA media types, those that test fixtures have
    {".json", "application/json"},  {".txt", "text/plain; charset=utf-8"}, {".html", "text/html; charset=utf-8"},
    {".htm", "text/html; charset=utf-8"}, {".css", "text/css"},           {".js", "text/javascript"},
    {".xml", "application/xml"},    {".csv", "text/csv"},                  {".png", "image/png"},
    {".jpg", "image/jpeg"},         {".jpeg", "image/jpeg"},               {".gif", "image/gif"},
    {".webp", "image/webp"},        {".svg", "image/svg+xml"},             {".pdf", "application/pdf"},
    {".zip", "application/zip"},    {".gz", "application/gzip"},           {".wasm", "application/wasm"},
};

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
    return std::isalnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// One header value: text, or a whole number as its digits.
Node header_value(const Node& node, Diagnostics& problems) {
  if (const std::int64_t* number = node.integer()) return field_node(node, std::to_string(*number));
  const std::string* text = node.text();
  if (!text) refuse(problems, node, fmt::format("a header's value is a string, not {}", kind_of(node)), "an array of strings repeats the header");
  else if (text->find_first_of(std::string_view("\r\n\0", 3)) != text->npos) refuse(problems, node, "a header's value is one line");
  return node;
}

Node read_headers(const Node& headers, Diagnostics& problems) {
  Node checked = headers;
  for (auto& [name, node] : std::get<Node::Table>(checked.value)) {
    if (!is_token(name)) refuse_key(problems, node, name, fmt::format("'{}' is no header name", name));
    if (Node::Array* values = std::get_if<Node::Array>(&node.value)) {
      for (Node& value : *values) value = header_value(value, problems);
    } else {
      node = header_value(node, problems);
    }
  }
  return checked;
}

/// The content type that a file's name tells, unless the reply says it or the name tells nothing.
void add_content_type(const Node& reply, Node::Table& fields) {
  const Node* file = reply.find("file");
  if (!file || !file->text()) return;
  const std::string extension = std::filesystem::path(*file->text()).extension().string();
  const auto known = std::ranges::find(kContentTypes, std::string_view(extension), &ContentType::extension);
  auto headers = std::ranges::find(fields, std::string("headers"), &std::pair<std::string, Node>::first);
  if (known == std::end(kContentTypes)) return;
  if (headers == fields.end()) {
    Node table = field_node(*file, "");
    table.value = Node::Table{};
    fields.emplace_back("headers", std::move(table));
    headers = fields.end() - 1;
  }
  auto& table = std::get<Node::Table>(headers->second.value);
  const bool said = std::ranges::any_of(table, [](const auto& header) { return same_name(header.first, "content-type"); });
  if (!said) table.emplace_back("content-type", field_node(*file, std::string(known->type)));
}

}  // namespace

void read_http_reply(EntryDraft& draft, const Node& reply, ReplyParts& parts) {
  auto& fields = std::get<Node::Table>(parts.fields.value);
  if (const Node* status = reply.find("status")) {
    const std::int64_t* code = status->integer();
    if (code && (*code < 200 || *code > 599))
      refuse(draft.problems, *status, fmt::format("{} is no final HTTP status", *code), "200 to 599; 1xx answers are sent by the protocol itself");
    if (code) fields.emplace_back("status", *status);
    if (code && (*code == 204 || *code == 304))
      for (const std::string_view body : {"json", "text", "file", "hex", "base64", "chunks", "sse"})
        if (const Node* node = reply.find(body)) warn(draft.problems, *node, fmt::format("an answer with status {} has no body: this one is not sent", *code));
  }
  if (const Node* headers = reply.find("headers"); headers && headers->is_table()) fields.emplace_back("headers", read_headers(*headers, draft.problems));
  read_content(draft, reply, parts);
  add_content_type(reply, fields);
}

}  // namespace bigfoot

// spec/graphql_text.cpp - See graphql_text.h.
#include "spec/graphql_text.h"

#include <cctype>

namespace bigfoot {
namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '.' || c == '+' || static_cast<unsigned char>(c) >= 0x80; }

std::size_t string_length(std::string_view text) {
  const bool block = text.starts_with("\"\"\"");
  const std::string_view quote = block ? text.substr(0, 3) : text.substr(0, 1);
  for (std::size_t i = quote.size(); i < text.size(); ++i) {
    if (text[i] == '\\' && (!block || text.substr(i + 1).starts_with(quote))) i += quote.size() == 3 ? 3 : 1;
    else if (text.substr(i).starts_with(quote)) return i + quote.size();
  }
  return text.size();
}

std::size_t token_length(std::string_view text) {
  if (text.starts_with("{{")) {  // `{{` that holds a name and ends in `}}` without a blank is a hole; else two braces
    const std::size_t end = text.find("}}");
    if (end != text.npos && text.substr(0, end).find_first_of(" \t\r\n") == text.npos) return end + 2;
  }
  if (text.front() == '"') return string_length(text);
  if (text.starts_with("...")) return 3;
  if (!is_word(text.front())) return 1;
  std::size_t length = 1;
  while (length < text.size() && is_word(text[length]) && !text.substr(length).starts_with("...")) ++length;
  return length;
}

}  // namespace

std::string graphql_tokens(std::string_view document) {
  std::string out;
  if (document.starts_with("\xEF\xBB\xBF")) document.remove_prefix(3);
  while (!document.empty()) {
    const char c = document.front();
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',') {
      document.remove_prefix(1);
      continue;
    }
    if (c == '#') {
      const std::size_t end = document.find_first_of("\r\n");
      document.remove_prefix(end == document.npos ? document.size() : end);
      continue;
    }
    const std::size_t length = token_length(document);
    if (!out.empty()) out += ' ';
    out += document.substr(0, length);
    document.remove_prefix(length);
  }
  return out;
}

}  // namespace bigfoot

// spec/headline_dns.cpp - "api.example.com" and "MX example.com". Source: spec-format.md 4.8; RFC 1035, 2.3.4 (sizes).
#include <arpa/inet.h>

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "protocols/dns/record_data.h"
#include "spec/check.h"
#include "spec/url_pattern.h"

namespace bigfoot {
namespace {

const std::vector<std::string_view> kTypes = {"A", "AAAA", "MX", "TXT", "SRV", "CNAME", "PTR", "NS", "SOA"};

/// The name under which a PTR question asks for an address; "" where `text` is no address. RFC 1035, 3.5; RFC 3596, 2.5.
std::string reverse_name(const std::string& text) {
  unsigned char bytes[16];
  if (inet_pton(AF_INET, text.c_str(), bytes) == 1)
    return fmt::format("{}.{}.{}.{}.in-addr.arpa", bytes[3], bytes[2], bytes[1], bytes[0]);
  if (inet_pton(AF_INET6, text.c_str(), bytes) != 1) return {};
  std::string name;
  for (int i = 15; i >= 0; --i) name += fmt::format("{:x}.{:x}.", bytes[i] & 0xF, bytes[i] >> 4);
  return name + "ip6.arpa";
}

/// What is wrong with a name without holes and wildcards, or "".
std::string fault_of_name(std::string_view name) {
  if (name.size() > 253) return "it is longer than 253 characters";
  for (std::size_t from = 0; from <= name.size();) {
    const std::size_t end = std::min(name.find('.', from), name.size());
    if (end == from) return "it has an empty label";
    if (end - from > 63) return "a label is longer than 63 characters";
    from = end + 1;
  }
  return {};
}

}  // namespace

void load_dns(EntryDraft& draft) {
  const std::string& text = *draft.headline.text();
  draft.entry.headline = text;
  const std::string masked = masked_holes(text);
  const std::size_t blank = masked.find(' ');
  const std::string type = blank == masked.npos ? "" : text.substr(0, blank);
  const std::size_t start = blank == masked.npos ? 0 : std::min(masked.find_first_not_of(' ', blank), text.size());
  std::string name = text.substr(start);
  if (!type.empty() && type != "*" && std::ranges::find(kTypes, std::string_view(type)) == kTypes.end() &&
      !dns_type_number(type)) {
    refuse_part(draft.problems, draft.headline, 0, type, fmt::format("'{}' is no record type", type),
                did_you_mean(type, kTypes, "A, AAAA, MX, TXT, SRV, CNAME, PTR, NS, SOA or TYPE and a number; a name alone asks for A and AAAA"));
    return;
  }
  if (name.find("://") != name.npos || name.find('/') != name.npos) {
    if (!has_hole(name)) {
      refuse_part(draft.problems, draft.headline, start, name, fmt::format("'{}' is no host name", name), "the name alone: dns = \"api.example.com\"");
      return;
    }
  }
  if (type == "PTR")
    if (const std::string reversed = reverse_name(name); !reversed.empty()) name = reversed;
  if (name.size() > 1 && name.ends_with('.')) name.pop_back();
  if (!has_hole(name) && name != "*" && name != ".") {
    const std::string fault = name.find_first_of(" \t") != name.npos ? "it has a blank" : fault_of_name(name);
    if (!fault.empty()) {
      refuse_part(draft.problems, draft.headline, start, name, fmt::format("'{}' is no host name: {}", name, fault));
      return;
    }
  }
  const Place at = place_in(draft.headline, start);
  draft.set("name", name == "*" ? any_pattern() : compile_wildcard_pattern(name, Wildcards::host, at, draft.problems), draft.headline.at);
  PatternPtr wanted = type.empty() || type == "*" ? nullptr : literal_pattern(type);
  // A name alone is what getaddrinfo asks: both address types, as one interaction.
  if (type.empty()) wanted = compile_text_pattern("{{/^(A|AAAA)$/}}", draft.headline.at, draft.problems);
  if (type == "*") wanted = any_pattern();
  draft.set("type", std::move(wanted), draft.headline.at);
}

}  // namespace bigfoot

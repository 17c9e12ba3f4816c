// spec/reply_dns.cpp - DNS answers: addresses, records, or an error. Source: spec-format.md 4.8; RFC 1035, 3.3 and 4.1.1.
#include <fmt/format.h>

#include "protocols/dns/dns.h"
#include "spec/check.h"
#include "spec/entry_draft.h"
#include "spec/replies.h"
#include "spec/url_pattern.h"

namespace bigfoot {
namespace {

/// The type that the headline asks for; for addresses, what the text looks like.
std::string type_of(const EntryDraft& draft, const std::string& data) {
  const auto type = draft.fields.find("type");
  const Value* literal = type == draft.fields.end() || !type->second.pattern ? nullptr : type->second.pattern->literal();
  if (literal && literal->is_string()) return literal->get<std::string>();
  return data.find(':') == data.npos ? "A" : "AAAA";
}

void check_record(EntryDraft& draft, const Node& node, bool address) {
  const std::string* text = node.text();
  if (!text) {
    refuse(draft.problems, node, fmt::format("a record is a string, not {}", kind_of(node)), "\"93.184.216.34\", \"10 mail.example.com\"");
    return;
  }
  if (has_hole(*text)) return;
  if (!draft.fields.contains("type")) return;  // the headline is wrong, and has been told
  DnsRecord record;
  record.data = *text;
  record.type = address ? (text->find(':') == text->npos ? "A" : "AAAA") : type_of(draft, *text);
  if (const auto checked = check_dns_record(record); !checked) refuse(draft.problems, node, checked.error());
}

void read_records(EntryDraft& draft, const Node& node, bool address, ReplyParts& parts) {
  Node records = node;
  if (node.text()) records.value = Node::Array{node};
  const Node::Array* items = records.array();
  if (!items) return;
  for (const Node& item : *items) check_record(draft, item, address);
  std::get<Node::Table>(parts.fields.value).emplace_back("records", std::move(records));
}

}  // namespace

void read_dns_reply(EntryDraft& draft, const Node& reply, ReplyParts& parts) {
  if (!reply.is_table()) return read_records(draft, reply, false, parts);
  auto& fields = std::get<Node::Table>(parts.fields.value);
  const Node* address = reply.find("address");
  const Node* records = reply.find("records");
  const Node* error = reply.find("error");
  if (address && records) refuse_key(draft.problems, *records, "records", "'address' and 'records' both give the answer", "keep one");
  if (error && (address || records)) refuse_key(draft.problems, *error, "error", "an error has no records");
  if (records) read_records(draft, *records, false, parts);
  else if (address) read_records(draft, *address, true, parts);
  if (const Node* ttl = reply.find("ttl"); ttl && ttl->integer()) {
    if (*ttl->integer() < 0 || *ttl->integer() > 0x7FFFFFFF) refuse(draft.problems, *ttl, fmt::format("{} is no time to live", *ttl->integer()), "seconds, from 0 to 2147483647");
    fields.emplace_back("ttl", *ttl);
  }
  if (!error || !error->text()) return;
  if (*error->text() == "timeout") parts.reply.fault = Fault::timeout;
  else fields.emplace_back("rcode", *error);
}

}  // namespace bigfoot

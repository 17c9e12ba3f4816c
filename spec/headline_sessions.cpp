// spec/headline_sessions.cpp - Postgres; the others have files of their own. Source: spec-format.md 4.1.
#include <fmt/format.h>

#include "spec/check.h"
#include "spec/turns_postgres.h"
#include "spec/url_pattern.h"

namespace bigfoot {

bool set_server(EntryDraft& draft, const Node& node, std::size_t offset, std::string_view text, unsigned fallback, std::string_view form) {
  const auto parts = split_host_port(text);
  if (!parts || (parts->port.empty() && fallback == 0)) {
    refuse_part(draft.problems, node, offset, text, fmt::format("'{}' is no host{}", text, fallback == 0 ? " and port" : ""), std::string(form));
    return false;
  }
  PortPattern port{literal_pattern(fallback), fallback};
  if (!parts->port.empty()) {
    const auto given = compile_port(parts->port, node, offset + parts->port_offset, draft.problems);
    if (!given) return false;
    port = *given;
  }
  const PatternPtr host = compile_wildcard_pattern(parts->host, Wildcards::host, place_in(node, offset), draft.problems);
  draft.set("host", server_pattern(host), node.at);
  draft.set("port", port.pattern, node.at);
  EndpointPattern& endpoint = draft.entry.endpoint;
  endpoint.tcp = true;
  endpoint.port = port.number;
  if (host && !host->is_any()) endpoint.host = host;
  return true;
}

void load_postgres(EntryDraft& draft) {
  constexpr std::string_view kForm = "user@host[:5432]/database: admin@localhost/app";
  const std::string& text = *draft.headline.text();
  draft.entry.headline = "postgres " + text;
  read_postgres_terms(draft);
  if (text == "*") {
    draft.set("host", any_pattern(), draft.headline.at);
    draft.entry.endpoint.tcp = true;
    return;
  }
  const std::string masked = masked_holes(text);
  const std::size_t at_sign = masked.find('@');
  const std::size_t slash = masked.find('/', at_sign == masked.npos ? 0 : at_sign);
  if (at_sign == masked.npos || at_sign == 0 || slash == masked.npos || slash + 1 == masked.size()) {
    refuse(draft.problems, draft.headline, fmt::format("'{}' names no user, host and database", text), std::string(kForm));
    return;
  }
  if (!set_server(draft, draft.headline, at_sign + 1, std::string_view(text).substr(at_sign + 1, slash - at_sign - 1), 5432, kForm)) return;
  draft.set("user", compile_text_pattern(text.substr(0, at_sign), place_in(draft.headline, 0), draft.problems), draft.headline.at);
  draft.set("database", compile_text_pattern(text.substr(slash + 1), place_in(draft.headline, slash + 1), draft.problems), draft.headline.at);
}

}  // namespace bigfoot

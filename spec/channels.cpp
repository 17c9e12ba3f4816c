// spec/channels.cpp - Log channels: where they read, how, and what must be asserted of them.
// Sources: spec-format.md, 4.10; syslog(3) and musl's and Go's log/syslog for the sockets; systemd-journald.service(8).
#include "spec/channels.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "spec/check.h"
#include "spec/log_parts.h"
#include "spec/socket_address.h"
#include "spec/url_pattern.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

using Source = Channel::Source;

struct NamedSource {
  std::string_view word;
  Source source;
  std::string_view sockets;  ///< regex of paths, where it is a socket
};
constexpr NamedSource kNamed[] = {
    {"stderr", Source::standard_error, ""},
    {"stdout", Source::standard_output, ""},
    // <paths.h>, _PATH_LOG; what it links to under systemd; where Go's log/syslog looks then.
    {"syslog", Source::syslog, R"(^(/dev/log|/run/systemd/journal/dev-log|/var/run/syslog|/var/run/log)$)"},
    {"journald", Source::journal, R"(^(/run/systemd/journal/(socket|stdout))$)"},
};
constexpr std::string_view kSources = "stderr, stdout, syslog, journald, file:/path, udp://host:port or tcp://host:port";

void read_named(const NamedSource& named, Channel& channel, Diagnostics& problems) {
  channel.source = named.source;
  if (named.sockets.empty()) return;
  channel.endpoint.unix_path = true;
  channel.endpoint.path = compile_text_pattern(fmt::format("{{{{/{}/}}}}", named.sockets), channel.at, problems);
}

void read_file(const Node& from, std::string path, Channel& channel, Diagnostics& problems) {
  if (path.starts_with("///")) path.erase(0, 2);  // file:///var/log/app.log, a URL
  channel.source = Source::file;
  channel.path = path;
  if (!path.starts_with('/') || path.starts_with("//") || path.ends_with('/')) {
    refuse(problems, from, fmt::format("'{}' is no absolute path of a file", path), "from = \"file:/var/log/myapp.log\"");
  } else if (path.find('*') != path.npos || has_hole(path)) {
    refuse(problems, from, fmt::format("'{}': a channel reads one file, its path has no wildcards", path), "a channel for each file");
  }
}

void read_source(const Node& from, Channel& channel, Diagnostics& problems) {
  const std::string& text = *from.text();
  const auto named = std::ranges::find(kNamed, text, &NamedSource::word);
  if (named != std::end(kNamed)) return read_named(*named, channel, problems);
  if (text.starts_with('/')) return read_file(from, text, channel, problems);
  if (text.starts_with("file:")) return read_file(from, text.substr(5), channel, problems);
  for (const std::string_view scheme : {"udp", "tcp"}) {
    if (!text.starts_with(fmt::format("{}://", scheme))) continue;
    channel.source = scheme == "udp" ? Source::udp : Source::tcp;
    channel.path = text;
    if (const auto address = compile_socket_address(from, scheme, scheme.size() + 3, problems)) channel.endpoint = address->endpoint;
    return;
  }
  std::vector<std::string_view> words = {"journal", "/dev/log"};
  for (const NamedSource& each : kNamed) words.push_back(each.word);
  const std::string_view nearest = nearest_word(text, words);
  refuse(problems, from, fmt::format("'{}' is nothing that a channel reads", text),
         nearest.empty() || text.find('/') != text.npos ? fmt::format("one of {}", kSources)
                                                          : fmt::format("did you mean '{}'?", nearest == "journal" ? "journald" : nearest));
}

LogLevel read_level(const Node& node, Diagnostics& problems) {
  const LogLevel level = log_level(*node.text());
  if (level == LogLevel::none)
    refuse(problems, node, fmt::format("'{}' is no level", *node.text()), did_you_mean(*node.text(), level_names(), "one of DEBUG, INFO, WARNING, ERROR, CRITICAL"));
  return level;
}

Channel load_channel(const std::string& name, const Node& table, Diagnostics& problems) {
  Channel channel;
  channel.name = name;
  channel.at = table.at;
  const std::string where = fmt::format("[channels.{}]", name);
  check_keys(table, channel_keys().keys, where, problems);
  if (name.empty() || name == "*" || has_hole(name)) refuse(problems, table, fmt::format("'{}' is no name of a channel", name), "[channels.app]");
  if (const Node* from = table.find("from"); !from) refuse(problems, table, fmt::format("{} does not say where it reads from", where), "from = \"stderr\"");
  else if (from->text()) read_source(*from, channel, problems);
  if (const Node* format = table.find("format")) channel.format = compile_log_format(*format, problems);
  channel.strict = flag_of(table, "strict").value_or(false);
  channel.swallow = flag_of(table, "swallow").value_or(false);
  if (channel.swallow && channel.source != Source::standard_output && channel.source != Source::standard_error)
    refuse_key(problems, *table.find("swallow"), "swallow", fmt::format("{} has no output that could be swallowed", where), "`swallow` is for stdout and stderr");
  if (const Node* level = table.find("ignore_below"); level && level->text()) channel.ignore_below = read_level(*level, problems);
  return channel;
}

/// Whether a connection to the place that `other` names would be one of `one`.
bool takes(const Channel& one, const Channel& other) {
  const EndpointPattern& place = other.endpoint;
  const Value* host = place.host ? place.host->literal() : nullptr;
  if (!host || !place.port) return false;
  const std::string name = text_of(*host);
  return one.endpoint.fits({other.source == Source::udp ? Transport::udp : Transport::tcp, name, name, *place.port, ""});
}

/// Whether a record of one could as well be one of the other.
bool same_source(const Channel& one, const Channel& other) {
  if (one.source != other.source) return false;
  const bool server = one.source == Source::udp || one.source == Source::tcp;
  return source_text(one) == source_text(other) || (server && (takes(one, other) || takes(other, one)));
}

/// The line [channels.NAME].
Node header_of(const Channel& channel) {
  Node out;
  out.at = channel.at;
  out.length = static_cast<unsigned>(std::string_view("[channels.]").size() + channel.name.size());
  return out;
}

void check_sources(const Spec& spec, Diagnostics& problems) {
  for (std::size_t i = 0; i < spec.channels.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const Channel &one = spec.channels[j], &other = spec.channels[i];
      if (!same_source(one, other)) continue;
      refuse(problems, header_of(other), fmt::format("[channels.{}] reads {}, as [channels.{}] in {}:{} does", other.name, source_text(other), one.name, one.at.file, one.at.line),
             "one channel a stream: entries tell its lines apart");
      break;
    }
  }
}

/// The channel that an entry names; "" where it is a pattern.
const Value* channel_of(const Entry& entry) {
  const auto field = std::ranges::find(entry.identity, "channel", &FieldPattern::name);
  return field == entry.identity.end() || !field->pattern ? nullptr : field->pattern->literal();
}

void check_entries(const Spec& spec, Diagnostics& problems) {
  std::vector<std::string_view> names;
  for (const Channel& channel : spec.channels) names.push_back(channel.name);
  for (const Entry& entry : spec.entries) {
    const Value* name = entry.protocol->name == "log" ? channel_of(entry) : nullptr;
    if (!name || !name->is_string() || find_channel(spec, name->get_ref<const std::string&>())) continue;
    const std::string& text = name->get_ref<const std::string&>();
    const FieldPattern& field = *std::ranges::find(entry.identity, "channel", &FieldPattern::name);
    Node here;
    here.at = field.at;
    here.length = static_cast<unsigned>(text.size() + 2);
    refuse(problems, here, fmt::format("there is no channel '{}'", text),
           did_you_mean(text, names, names.empty() ? fmt::format("[channels.{}] says where its lines come from: from = \"stderr\"", text)
                                                    : fmt::format("channels: {}", fmt::join(names, ", "))));
  }
}

void check_asserted(const Spec& spec, Diagnostics& problems) {
  for (const Channel& channel : spec.channels) {
    const bool named = std::ranges::any_of(spec.entries, [&](const Entry& entry) {
      if (entry.protocol->name != "log") return false;
      const Value* name = channel_of(entry);
      return !name || *name == channel.name;
    });
    if (named || channel.strict) continue;
    warn(problems, header_of(channel), fmt::format("[channels.{}] asserts nothing", channel.name), fmt::format("no entry says log = \"{}\", and it is not strict", channel.name));
  }
}

/// Records below the level are never looked at.
void check_levels(const Spec& spec, Diagnostics& problems) {
  for (const Entry& entry : spec.entries) {
    if (entry.protocol->name != "log") continue;
    const auto level = std::ranges::find(entry.asserted, "level", &FieldPattern::name);
    const Value* word = level == entry.asserted.end() || !level->pattern ? nullptr : level->pattern->literal();
    const Value* name = channel_of(entry);
    const Channel* channel = name && name->is_string() ? find_channel(spec, name->get_ref<const std::string&>()) : nullptr;
    const LogLevel wanted = word && word->is_string() ? log_level(word->get_ref<const std::string&>()) : LogLevel::none;
    if (!channel || wanted == LogLevel::none || wanted >= channel->ignore_below) continue;
    Node here;
    here.at = level->at;
    here.length = 5;  // of the key
    warn(problems, here, "this entry never gets a turn", fmt::format("[channels.{}] ignores what is below {}", channel->name, to_text(channel->ignore_below)));
  }
}

}  // namespace

const Channel* find_channel(const Spec& spec, std::string_view name) {
  const auto found = std::ranges::find(spec.channels, name, &Channel::name);
  return found == spec.channels.end() ? nullptr : &*found;
}

std::string source_text(const Channel& channel) {
  const auto named = std::ranges::find(kNamed, channel.source, &NamedSource::source);
  return named != std::end(kNamed) ? std::string(named->word) : channel.path;
}

void load_channels(const Node& table, Spec& spec, SetBy& set_by, Diagnostics& problems) {
  for (const auto& [name, channel] : *table.table()) {
    if (!channel.is_table()) {
      refuse(problems, channel, fmt::format("[channels.{}] is a table, not {}", name, kind_of(channel)));
      continue;
    }
    const auto [other, is_new] = set_by.try_emplace("channels." + name, channel.at);
    if (!is_new) {
      refuse(problems, channel, fmt::format("[channels.{}] here, but also in {}:{}", name, other->second.file, other->second.line), "two channels have two names");
      continue;
    }
    spec.channels.push_back(load_channel(name, channel, problems));
  }
}

void check_channels(const Spec& spec, bool whole, Diagnostics& problems) {
  check_entries(spec, problems);
  if (problems.has(Severity::error)) return;  // a source or an entry that could not be read would be told once more
  check_sources(spec, problems);
  if (whole) check_asserted(spec, problems);
  check_levels(spec, problems);
}

}  // namespace bigfoot

// tests/unit/spec/spec_text.h - Specs, patterns and calls from short texts, for the tests of this room.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "protocols/registry.h"
#include "spec/ledger.h"
#include "spec/loader.h"
#include "spec/toml_source.h"

namespace bigfoot {

/// All problems as one text.
inline std::string all_text(const Diagnostics& problems) {
  std::string out;
  for (const Diagnostic& d : problems.all()) out += to_text(d);
  return out;
}

/// The value of `toml`, which is written as the right side of `v = ...`.
inline Node node_of(const std::string& toml, Diagnostics& problems) {
  const auto document = read_toml("t.toml", "v = " + toml + "\n", problems);
  return document ? *document->find("v") : Node{};
}

inline PatternPtr pattern_of(const std::string& toml, PatternPtr (*compile)(const Node&, Diagnostics&) = compile_body_pattern) {
  Diagnostics problems;
  auto pattern = compile(node_of(toml, problems), problems);
  EXPECT_TRUE(pattern) << toml << "\n" << all_text(problems);
  return pattern;
}

/// A world that is always the same.
inline Surroundings quiet_world() {
  Surroundings around;
  around.env = [](std::string_view name) { return name == "STRIPE_KEY" ? std::optional<std::string>("sk_test_1") : std::nullopt; };
  around.now = [] { return std::string("2026-01-02T03:04:05.678Z"); };
  around.random = [n = std::uint64_t{0}]() mutable { return n += 0x9E3779B97F4A7C15ull; };
  around.is_noise_header = [](std::string_view name) { return name == "host" || name == "user-agent" || name.starts_with("accept"); };
  return around;
}

/// "path: expected X got Y (note)" a line.
inline std::string differences_text(const std::vector<Difference>& differences) {
  const auto shown = [](const std::optional<Value>& value) {
    return value ? value->dump(-1, ' ', false, Value::error_handler_t::replace) : std::string("(no key)");
  };
  std::string out;
  for (const Difference& d : differences) {
    out += d.path + ": expected " + shown(d.expected) + " got " + shown(d.actual) + (d.note.empty() ? "" : " (" + d.note + ")") + "\n";
  }
  return out;
}

inline Spec spec_of(const std::string& toml) {
  Diagnostics problems;
  Spec spec = load_spec_text("t.toml", "version = 1\n" + toml, problems);
  EXPECT_FALSE(problems.has(Severity::not_here)) << toml << "\n" << all_text(problems);
  return spec;
}

using Headers = std::vector<std::pair<std::string, std::string>>;

/// Headers as calls carry them. (Written as a Value, {{"a", "b"}} would be an object.)
inline Value header_value(const Headers& headers) {
  Value out = Value::array();
  for (const auto& [name, value] : headers) out.push_back(Value::array({name, value}));
  return out;
}

/// A call of `http`: "POST http://h/p?q" with headers and body.
inline Fields http_call(std::string_view method, std::string_view path, std::string_view body = "", const Headers& headers = {},
                        std::string_view query = "", std::string_view host = "api.example.com", unsigned port = 80) {
  Fields call = Fields::object();
  call["method"] = method;
  call["scheme"] = "http";
  call["host"] = host;
  call["port"] = port;
  call["path"] = path;
  call["query"] = query;
  call["headers"] = header_value(headers);
  call["body"] = body;
  return call;
}

inline const ProtocolInfo& protocol(std::string_view name) { return *find_protocol(name); }

}  // namespace bigfoot

// runner/reports/har.cpp - See reports.h. Source: HTTP Archive 1.2 (https://w3c.github.io/web-performance/specs/HAR/Overview.html).
// What the timeline does not keep says so: -1 for sizes on the wire, `comment` for a body whose bytes may have been others.
#include <fmt/format.h>

#include <cstdio>
#include <ctime>
#include <map>

#include "protocols/body.h"
#include "protocols/http/reply_writer.h"
#include "protocols/http/url.h"
#include "runner/json_text.h"
#include "runner/report.h"
#include "runner/reports/reports.h"

namespace bigfoot {
namespace {

/// "2026-01-02T03:04:05.678Z" and milliseconds behind it, as text of the same form.
std::string later(const std::string& started_at, double ms) {
  std::tm utc{};
  int milliseconds = 0;
  if (std::sscanf(started_at.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ", &utc.tm_year, &utc.tm_mon, &utc.tm_mday, &utc.tm_hour, &utc.tm_min,
                  &utc.tm_sec, &milliseconds) != 7)
    return started_at;
  utc.tm_year -= 1900;
  utc.tm_mon -= 1;
  const double whole = static_cast<double>(::timegm(&utc)) * 1000 + milliseconds + ms;
  const auto total = static_cast<std::int64_t>(whole);
  const std::time_t second = total / 1000;
  ::gmtime_r(&second, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
                     utc.tm_sec, total % 1000);
}

std::string text_of(const Value& record, std::string_view name) {
  const auto member = record.find(name);
  return member != record.end() && member->is_string() ? member->get<std::string>() : "";
}
double number_of(const Value& record, std::string_view name) {
  const auto member = record.find(name);
  return member != record.end() && member->is_number() ? member->get<double>() : 0;
}
const Value& part_of(const Value& record, std::string_view name) {
  static const Value kNothing = Value::object();
  const auto member = record.find(name);
  return member != record.end() && member->is_object() ? *member : kNothing;
}

using Headers = std::vector<std::pair<std::string, std::string>>;

Headers headers_of(const Value& side) {
  Headers headers;
  const auto member = side.find("headers");
  if (member == side.end() || !member->is_array()) return headers;
  for (const Value& pair : *member) {
    if (pair.is_array() && pair.size() == 2 && pair[0].is_string() && pair[1].is_string()) headers.emplace_back(pair[0], pair[1]);
  }
  return headers;
}

bool same_name(std::string_view a, std::string_view lower) {
  return std::ranges::equal(a, lower, [](char x, char y) { return (x >= 'A' && x <= 'Z' ? x + 32 : x) == y; });
}

std::string header(const Headers& headers, std::string_view name) {
  for (const auto& [known, value] : headers)
    if (same_name(known, name)) return value;
  return "";
}

Value named_values(const Headers& pairs) {
  Value list = Value::array();
  for (const auto& [name, value] : pairs) list.push_back({{"name", name}, {"value", value}});
  return list;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// "a=1; b=2": name and value of each part.
std::vector<std::pair<std::string_view, std::string_view>> parts_of(std::string_view text) {
  std::vector<std::pair<std::string_view, std::string_view>> parts;
  while (!text.empty()) {
    const std::string_view part = trimmed(text.substr(0, text.find(';')));
    text.remove_prefix(std::min(text.size(), text.find(';') == text.npos ? text.size() : text.find(';') + 1));
    const std::size_t equals = part.find('=');
    if (!part.empty()) parts.emplace_back(part.substr(0, equals), equals == part.npos ? std::string_view() : part.substr(equals + 1));
  }
  return parts;
}

Value request_cookies(const Headers& headers) {
  Value cookies = Value::array();
  for (const auto& [header_name, header_value] : headers) {
    if (!same_name(header_name, "cookie")) continue;
    for (const auto& [name, value] : parts_of(header_value)) cookies.push_back({{"name", name}, {"value", value}});
  }
  return cookies;
}

/// RFC 6265, section 4.1. `expires` is left in its header: HAR wants another form of time.
Value response_cookies(const Headers& headers) {
  Value cookies = Value::array();
  for (const auto& [header_name, header_value] : headers) {
    if (!same_name(header_name, "set-cookie")) continue;
    Value cookie = Value::object();
    for (const auto& [name, value] : parts_of(header_value)) {
      if (cookie.empty()) {
        cookie = {{"name", name}, {"value", value}};
      } else if (same_name(name, "path") || same_name(name, "domain")) {
        cookie[same_name(name, "path") ? "path" : "domain"] = value;
      } else if (same_name(name, "httponly") || same_name(name, "secure")) {
        cookie[same_name(name, "secure") ? "secure" : "httpOnly"] = true;
      }
    }
    if (!cookie.empty()) cookies.push_back(std::move(cookie));
  }
  return cookies;
}

/// What a timeline keeps of a body (runner/record_json.cpp), as HAR has it.
struct Body {
  std::string text;
  bool base64 = false;
  std::int64_t size = 0;
  std::string comment;
  Value params;  // of a form
};

std::string form_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || std::string_view("-._*").contains(c);
    out += plain ? std::string(1, c) : c == ' ' ? "+" : fmt::format("%{:02X}", byte);
  }
  return out;
}

Body form_body(const Value& form) {
  Body body;
  body.params = Value::array();
  const auto add = [&](const std::string& name, const Value& value) {
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    body.params.push_back({{"name", name}, {"value", text}});
    body.text += fmt::format("{}{}={}", body.text.empty() ? "" : "&", form_encoded(name), form_encoded(text));
  };
  for (const auto& [name, value] : form.items()) {
    if (!value.is_array()) add(name, value);
    if (value.is_array())
      for (const Value& one : value) add(name, one);
  }
  body.comment = "written again from a form: the order of names is the first's, their escapes may have been others";
  return body;
}

Body body_of(const Value& side) {
  Body body;
  const Value& kept = part_of(side, "body");
  if (kept.contains("form")) {
    body = form_body(kept["form"]);
  } else if (kept.contains("json")) {
    append_json(body.text, kept["json"]);
    body.comment = "written again from JSON: its blanks may have been others";
  } else if (kept.contains("base64")) {
    body.text = text_of(kept, "base64");
    body.base64 = true;
  } else {
    body.text = text_of(kept, "text");
  }
  body.size = static_cast<std::int64_t>(body.text.size());
  if (kept.contains("size")) body.size = static_cast<std::int64_t>(number_of(kept, "size"));
  if (kept.contains("sha256"))
    body.comment = fmt::format("cut: the whole has {} bytes and the SHA-256 {}", body.size, text_of(kept, "sha256"));
  return body;
}

Value request_of(const Value& call) {
  const Value& side = part_of(call, "request");
  const Headers headers = headers_of(side);
  const std::string url = text_of(side, "url");
  const Body body = body_of(side);
  Value request = {{"method", text_of(side, "method")}, {"url", url}, {"httpVersion", "HTTP/1.1"}, {"cookies", request_cookies(headers)}};
  request["headers"] = named_values(headers);
  const std::size_t query = url.find('?');
  request["queryString"] = named_values(query == url.npos ? Headers{} : parse_form(std::string_view(url).substr(query + 1)));
  if (!body.text.empty()) {
    Value data = {{"mimeType", header(headers, "content-type")}, {"text", body.text}};
    if (!body.params.is_null()) data["params"] = body.params;
    if (body.base64) data["_encoding"] = "base64";
    if (!body.comment.empty()) data["comment"] = body.comment;
    request["postData"] = std::move(data);
  }
  request["headersSize"] = -1;
  request["bodySize"] = body.size;
  return request;
}

Value response_of(const Value& call) {
  const Value& side = part_of(call, "response");
  const Headers headers = headers_of(side);
  const Body body = body_of(side);
  const std::string fault = text_of(side, "fault");
  const int status = static_cast<int>(number_of(side, "status"));
  Value response = {{"status", status}, {"statusText", status_text(status)}, {"httpVersion", "HTTP/1.1"}};
  response["cookies"] = response_cookies(headers);
  response["headers"] = named_values(headers);
  const std::string type = header(headers, "content-type");
  const std::string_view likely_type = body.base64 ? "application/octet-stream" : part_of(side, "body").contains("json") ? "application/json" : "text/plain";
  Value content = {{"size", body.size}, {"mimeType", type.empty() ? likely_type : type}};
  if (!body.text.empty()) content["text"] = body.text;
  if (body.base64) content["encoding"] = "base64";
  if (!body.comment.empty()) content["comment"] = body.comment;
  response["content"] = std::move(content);
  response["redirectURL"] = header(headers, "location");
  response["headersSize"] = -1;
  response["bodySize"] = body.size;
  if (!fault.empty()) response["_error"] = fault;  // Chromium's name for a call that got no whole answer
  return response;
}

class Har {
 public:
  Har(std::ostream& out, const StoredRun& run) : out_(out), run_(run) {
    Value creator = {{"name", "bigfoot-run"}, {"version", run.run.version}};
    out_ << "{\"log\": {\n\"version\": \"1.2\",\n\"creator\": " << json(creator) << ",\n\"entries\": [";
  }

  void add(const Value& call) {
    const double ms = number_of(call, "duration_ms");
    Value entry = {{"pageref", page_of(call)}, {"startedDateTime", later(run_.run.started_at, number_of(call, "t_ms"))}, {"time", ms}};
    entry["request"] = request_of(call);
    entry["response"] = response_of(call);
    entry["cache"] = Value::object();
    entry["timings"] = {{"send", 0}, {"wait", ms}, {"receive", 0}};
    if (call.contains("connection") && call["connection"].is_number()) entry["connection"] = call["connection"].dump();
    const Value& expectation = part_of(call, "expectation");
    const std::string file = text_of(expectation, "file");
    entry["comment"] = fmt::format("#{} {}{}", static_cast<std::uint64_t>(number_of(call, "seq")), text_of(call, "state"),
                                   file.empty() ? "" : fmt::format(" {}:{}", file, static_cast<unsigned>(number_of(expectation, "line"))));
    out_ << (first_ ? "\n" : ",\n") << json(entry);
    first_ = false;
  }

  /// Pages are known when all entries are.
  void end() {
    out_ << "\n],\n\"pages\": [";
    for (std::size_t i = 0; i < pages_.size(); ++i) out_ << (i == 0 ? "\n" : ",\n") << json(pages_[i]);
    out_ << "\n]";
    if (!run_.complete) out_ << ",\n\"comment\": \"the run was cut short: this is what had happened until then\"";
    out_ << "\n}}\n";
  }

 private:
  static std::string json(const Value& value) {
    std::string text;
    append_json(text, value);
    return text;
  }

  /// A page for each test section, and one for what is outside of them.
  std::string page_of(const Value& call) {
    const std::string test = text_of(call, "test");
    const auto [known, is_new] = ids_.try_emplace(test, fmt::format("page_{}", ids_.size() + 1));
    if (is_new) {
      pages_.push_back({{"startedDateTime", later(run_.run.started_at, number_of(call, "t_ms"))},
                        {"id", known->second},
                        {"title", test.empty() ? command_text(run_.run) : test},
                        {"pageTimings", Value::object()}});
    }
    return known->second;
  }

  std::ostream& out_;
  const StoredRun& run_;
  std::map<std::string, std::string> ids_;
  std::vector<Value> pages_;
  bool first_ = true;
};

}  // namespace

std::expected<void, std::string> write_har(std::ostream& out, const StoredRun& run, const std::string& file) {
  Har har(out, run);
  const auto read = read_records(file, [&](std::string_view type, Value record) {
    if (type == "interaction" && text_of(record, "protocol") == "http" && part_of(record, "request").contains("url")) har.add(record);
  });
  har.end();
  return read;
}

}  // namespace bigfoot

// spec/log_json.cpp - A record as a line of JSON, as the common libraries write it.
// Sources: Python json loggers and structlog (event), bunyan and pino (level 30, msg, name), zap, zerolog, log/slog, logrus,
// Logback (logger_name), Log4j 2 (loggerName), ECS (log.level, log.logger), tracing-subscriber (fields.message, target), CLEF
// (@l, @m), GELF (short_message), Monolog (level_name, channel), Google Cloud (severity).
#include <algorithm>
#include <array>

#include "spec/log_parts.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

constexpr int kMaxDepth = 64;  // what compares and shows a value is recursive

// In the order in which they are looked for; a dot: also a member of a member.
constexpr std::string_view kLevel[] = {"level_name", "levelname", "level",        "severity",       "lvl",
                                       "log.level",  "loglevel",  "severityText", "severity_text", "@l"};
constexpr std::string_view kLogger[] = {"logger", "logger_name", "loggerName", "log.logger", "name", "target", "module", "component", "SourceContext"};
constexpr std::string_view kMessage[] = {"message", "msg", "event", "@m", "text", "short_message", "fields.message", "@mt"};

/// Takes a member out of the object; nothing where it is not there or has no plain value.
std::optional<Value> take(Value& object, std::string_view name) {
  const auto found = object.find(name);
  if (found != object.end()) {
    if (found->is_structured() || found->is_null()) return std::nullopt;
    std::optional<Value> out(std::move(*found));
    object.erase(found);
    return out;
  }
  const std::size_t dot = name.find('.');
  if (dot == name.npos) return std::nullopt;
  const auto inner = object.find(name.substr(0, dot));
  if (inner == object.end() || !inner->is_object()) return std::nullopt;
  std::optional<Value> out = take(*inner, name.substr(dot + 1));
  if (out && inner->empty()) object.erase(inner);
  return out;
}

std::optional<Value> take_first(Value& object, std::span<const std::string_view> names) {
  for (const std::string_view name : names) {
    if (auto found = take(object, name)) return found;
  }
  return std::nullopt;
}

class JsonFormat : public LogFormat {
 public:
  std::optional<Fields> read(std::string_view line) const override {
    const std::size_t start = line.find_first_not_of(" \t");
    if (start == line.npos || line[start] != '{') return std::nullopt;
    const auto shallow = [](int depth, Value::parse_event_t, Value&) {
      if (depth > kMaxDepth) throw TooDeep{};
      return true;
    };
    Value object;
    try {
      object = Value::parse(line.substr(start), shallow, false);
    } catch (const TooDeep&) {
      return std::nullopt;
    }
    if (!object.is_object()) return std::nullopt;  // what is no JSON is "discarded"
    const bool clef = object.contains("@t"), monolog = object.contains("level_name");
    const std::optional<Value> message = take_first(object, kMessage);
    std::optional<Value> level = take_first(object, kLevel);
    std::optional<Value> logger = take_first(object, kLogger);
    if (!logger && monolog) logger = take(object, "channel");
    if (!level && clef) level = "Information";  // CLEF: "@l" is left out then
    if (!message && !level) return std::nullopt;  // an object that is printed, no record
    const auto text = [](const std::optional<Value>& value) { return value ? text_of(*value) : std::string(); };
    return log_record(level_text(text(level)), text(logger), text(message), std::move(object));
  }

 private:
  struct TooDeep {};
};

}  // namespace

LogFormatPtr json_log_format() {
  static const LogFormatPtr format = std::make_shared<JsonFormat>();
  return format;
}

}  // namespace bigfoot

// protocols/postgres/codecs_time.cpp - Dates, times and intervals, in ISO style and UTC.
// Source: PostgreSQL documentation, "Date/Time Types"; src/backend/utils/adt: date.c, timestamp.c, datetime.c (EncodeInterval).
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>

#include "protocols/postgres/codecs.h"

namespace bigfoot {
namespace {

using namespace std::chrono;
using Micros = std::int64_t;

constexpr sys_days kEpoch = 2000y / January / 1;  // POSTGRES_EPOCH_JDATE
constexpr Micros kSecond = 1'000'000, kMinute = 60 * kSecond, kHour = 60 * kMinute, kDay = 24 * kHour;
constexpr int kFirstYear = 1, kLastYear = 9999;  // what four digits say

/// Takes what stands at the front of a text.
struct Reader {
  std::string_view rest;

  bool take(char c) {
    if (!rest.starts_with(c)) return false;
    rest.remove_prefix(1);
    return true;
  }
  void skip_blanks() {
    while (take(' ')) {}
  }
  /// A number of `least` to `most` digits.
  std::optional<int> number(std::size_t least, std::size_t most) {
    std::size_t size = 0;
    while (size < rest.size() && size < most && rest[size] >= '0' && rest[size] <= '9') ++size;
    if (size < least) return {};
    int value = 0;
    std::from_chars(rest.data(), rest.data() + size, value);
    rest.remove_prefix(size);
    return value;
  }
  /// ".678" and the like, in microseconds; 0 where there is none.
  std::optional<Micros> fraction() {
    if (!take('.')) return 0;
    const std::size_t before = rest.size();
    const auto value = number(1, 6);
    if (!value) return {};
    Micros out = *value;
    for (std::size_t digits = before - rest.size(); digits < 6; ++digits) out *= 10;
    while (!rest.empty() && rest.front() >= '0' && rest.front() <= '9') rest.remove_prefix(1);  // finer than PostgreSQL keeps
    return out;
  }
};

std::optional<std::int32_t> read_date(Reader& in) {
  const auto y = in.number(4, 4);
  if (!y || !in.take('-')) return {};
  const auto m = in.number(1, 2);
  if (!m || !in.take('-')) return {};
  const auto d = in.number(1, 2);
  if (!d) return {};
  const year_month_day date{year(*y), month(static_cast<unsigned>(*m)), day(static_cast<unsigned>(*d))};
  if (!date.ok() || *y < kFirstYear) return {};
  return static_cast<std::int32_t>((sys_days(date) - kEpoch).count());
}

std::optional<Micros> read_time(Reader& in) {
  const auto h = in.number(1, 2);
  if (!h || !in.take(':')) return {};
  const auto m = in.number(2, 2);
  if (!m) return {};
  int s = 0;
  Micros fraction = 0;
  if (in.take(':')) {
    const auto seconds = in.number(2, 2);
    const auto part = seconds ? in.fraction() : std::nullopt;
    if (!part) return {};
    s = *seconds;
    fraction = *part;
  }
  const Micros out = *h * kHour + *m * kMinute + s * kSecond + fraction;
  return *m < 60 && s < 60 && out <= kDay ? std::optional(out) : std::nullopt;
}

/// Seconds east of UTC: "Z", "+02", "+0230", "+02:30", "+02:30:15", "UTC".
std::optional<int> read_zone(Reader& in) {
  in.skip_blanks();
  if (in.take('Z') || in.take('z')) return 0;
  for (const std::string_view name : {"UTC", "GMT"}) {
    if (!in.rest.starts_with(name)) continue;
    in.rest.remove_prefix(name.size());
    return 0;
  }
  const bool west = in.rest.starts_with('-');
  if (!in.take('+') && !in.take('-')) return {};
  const auto h = in.number(1, 2);
  if (!h || *h > 15) return {};
  int seconds = *h * 3600;
  const bool colon = in.take(':');
  if (const auto m = in.number(2, 2)) {
    if (*m > 59) return {};
    seconds += *m * 60;
    if (in.take(':')) {
      const auto s = in.number(2, 2);
      if (!s || *s > 59) return {};
      seconds += *s;
    }
  } else if (colon) {
    return {};
  }
  return west ? -seconds : seconds;
}

std::string date_text(sys_days day) {
  const year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

bool is_shown(sys_days day) {
  const int y = static_cast<int>(year_month_day(day).year());
  return y >= kFirstYear && y <= kLastYear;
}

std::string fraction_text(Micros micros) {
  if (micros == 0) return "";
  std::string out = fmt::format(".{:06}", micros);
  while (out.ends_with('0')) out.pop_back();
  return out;
}

std::string time_text(Micros time) {
  return fmt::format("{:02}:{:02}:{:02}{}", time / kHour, time / kMinute % 60, time / kSecond % 60, fraction_text(time % kSecond));
}

std::string zone_text(int east) {
  const int size = std::abs(east);
  std::string out = fmt::format("{}{:02}", east < 0 ? '-' : '+', size / 3600);
  if (size % 3600 != 0) out += fmt::format(":{:02}", size / 60 % 60);
  if (size % 60 != 0) out += fmt::format(":{:02}", size % 60);
  return out;
}

/// Date and time of day; the zone is left to the caller.
std::optional<Micros> read_timestamp(Reader& in) {
  in.skip_blanks();
  const auto date = read_date(in);
  if (!date) return {};
  Micros time = 0;
  if (in.take('T') || in.take('t') || in.take(' ')) {
    in.skip_blanks();
    const auto read = read_time(in);
    if (!read) return {};
    time = *read;
  }
  return *date * kDay + time;
}

template <class Int>
PostgresForm infinite(std::string_view text) {
  if (text == "infinity") return to_network(std::numeric_limits<Int>::max());
  if (text == "-infinity") return to_network(std::numeric_limits<Int>::min());
  return {};
}

/// "infinity" of what the number means; nothing where it is a time like others.
template <class Int>
PostgresForm infinite_text(Int value) {
  if (value == std::numeric_limits<Int>::max()) return "infinity";
  if (value == std::numeric_limits<Int>::min()) return "-infinity";
  return {};
}

PostgresForm timestamp_text(std::string_view binary, std::string_view zone) {
  if (binary.size() != 8) return {};
  const auto value = from_network<Micros>(binary);
  if (auto text = infinite_text(value)) return text;
  Micros days_since = value / kDay;
  if (value % kDay < 0) --days_since;
  if (days_since < -800'000 || days_since > 3'000'000) return {};
  const sys_days day = kEpoch + days(days_since);
  if (!is_shown(day)) return {};
  return fmt::format("{} {}{}", date_text(day), time_text(value - days_since * kDay), zone);
}

// The words of intervals. datetime.c, deltatktbl.
struct Unit {
  std::string_view word;
  std::int32_t months = 0, days = 0;
  Micros micros = 0;
};
constexpr Unit kUnits[] = {
    {"year", 12}, {"y", 12}, {"yr", 12}, {"mon", 1}, {"month", 1}, {"decade", 120}, {"century", 1200}, {"centurie", 1200},
    {"week", 0, 7}, {"w", 0, 7}, {"day", 0, 1}, {"d", 0, 1}, {"hour", 0, 0, kHour}, {"h", 0, 0, kHour}, {"hr", 0, 0, kHour},
    {"minute", 0, 0, kMinute}, {"min", 0, 0, kMinute}, {"m", 0, 0, kMinute}, {"second", 0, 0, kSecond}, {"sec", 0, 0, kSecond},
    {"s", 0, 0, kSecond}, {"millisecond", 0, 0, 1000}, {"ms", 0, 0, 1000}, {"microsecond", 0, 0, 1}, {"us", 0, 0, 1},
};
// ISO 8601 durations: before the T, and behind it.
constexpr Unit kIsoDates[] = {{"Y", 12}, {"M", 1}, {"W", 0, 7}, {"D", 0, 1}};
constexpr Unit kIsoTimes[] = {{"H", 0, 0, kHour}, {"M", 0, 0, kMinute}, {"S", 0, 0, kSecond}};

struct Interval {
  std::int64_t months = 0, days = 0;
  Micros micros = 0;

  /// A part of a unit goes on in the next smaller one: 30 days a month, 24 hours a day. interval_in.
  bool add(double amount, const Unit& unit) {
    if (std::abs(amount) > 1e9) return false;
    double months_more = amount * unit.months, days_more = amount * unit.days;
    const double whole_months = std::trunc(months_more);
    days_more += (months_more - whole_months) * 30;
    const double whole_days = std::trunc(days_more);
    months += static_cast<std::int64_t>(whole_months);
    days += static_cast<std::int64_t>(whole_days);
    micros += std::llround(amount * static_cast<double>(unit.micros) + (days_more - whole_days) * static_cast<double>(kDay));
    return std::abs(months) <= std::numeric_limits<std::int32_t>::max() && std::abs(days) <= std::numeric_limits<std::int32_t>::max();
  }
};

std::optional<double> take_amount(std::string_view& rest) {
  double value = 0;
  if (rest.starts_with('+') && !rest.starts_with("+-")) rest.remove_prefix(1);
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value, std::chars_format::fixed);
  if (error != std::errc{} || !std::isfinite(value)) return {};
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  return value;
}

std::optional<Interval> read_iso_interval(std::string_view rest) {
  Interval out;
  bool in_time = false;
  rest.remove_prefix(1);
  if (rest.empty()) return {};
  while (!rest.empty()) {
    if (rest.starts_with('T') && !in_time) {
      in_time = true;
      rest.remove_prefix(1);
      if (rest.empty()) return {};
      continue;
    }
    const auto amount = take_amount(rest);
    if (!amount || rest.empty()) return {};
    const Unit* unit = nullptr;
    for (const Unit& row : kIsoDates)
      if (!in_time && rest.starts_with(row.word)) unit = &row;
    for (const Unit& row : kIsoTimes)
      if (in_time && rest.starts_with(row.word)) unit = &row;
    if (!unit || !out.add(*amount, *unit)) return {};
    rest.remove_prefix(1);
  }
  return out;
}

const Unit* find_unit(std::string_view word) {
  for (const std::string_view name : {word, word.ends_with('s') ? word.substr(0, word.size() - 1) : word}) {
    const auto row = std::ranges::find(kUnits, name, &Unit::word);
    if (row != std::end(kUnits)) return row;
  }
  return nullptr;
}

std::optional<Interval> read_interval(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (text.starts_with('P')) return read_iso_interval(text);
  Interval out;
  if (text.empty()) return {};
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    if (word.contains(':')) {
      const bool negative = word.starts_with('-');
      Reader in{word.starts_with('-') || word.starts_with('+') ? word.substr(1) : word};
      const auto h = in.number(1, 6);
      if (!h || !in.take(':')) return {};
      const std::string minutes = "0:" + std::string(in.rest);  // hours may be more than a day has
      Reader clock{minutes};
      const auto rest_of_hour = read_time(clock);
      if (!rest_of_hour || !clock.rest.empty()) return {};
      const Micros size = *h * kHour + *rest_of_hour;
      out.micros += negative ? -size : size;
      text.remove_prefix(word.size());
    } else {
      const auto amount = take_amount(text);
      if (!amount) return {};
      while (text.starts_with(' ')) text.remove_prefix(1);
      const std::string_view unit_word = text.substr(0, text.find(' '));
      const Unit* unit = find_unit(unit_word);
      if (!unit || !out.add(*amount, *unit)) return {};
      text.remove_prefix(unit_word.size());
    }
    while (text.starts_with(' ')) text.remove_prefix(1);
  }
  return out;
}

}  // namespace

PostgresForm date_to_binary(std::string_view text) {
  if (auto form = infinite<std::int32_t>(text)) return form;
  Reader in{text};
  const auto date = read_date(in);
  if (!date || !in.rest.empty()) return {};
  return to_network(*date);
}
PostgresForm date_to_text(std::string_view binary) {
  if (binary.size() != 4) return {};
  const auto value = from_network<std::int32_t>(binary);
  if (auto text = infinite_text(value)) return text;
  if (value < -800'000 || value > 3'000'000) return {};
  const sys_days day = kEpoch + days(value);
  return is_shown(day) ? PostgresForm(date_text(day)) : std::nullopt;
}

PostgresForm time_to_binary(std::string_view text) {
  Reader in{text};
  const auto time = read_time(in);
  if (!time || !in.rest.empty()) return {};
  return to_network(*time);
}
PostgresForm time_to_text(std::string_view binary) {
  if (binary.size() != 8) return {};
  const auto time = from_network<Micros>(binary);
  return time >= 0 && time <= kDay ? PostgresForm(time_text(time)) : std::nullopt;
}

PostgresForm timetz_to_binary(std::string_view text) {
  Reader in{text};
  const auto time = read_time(in);
  if (!time) return {};
  const auto east = in.rest.empty() ? std::optional(0) : read_zone(in);
  if (!east || !in.rest.empty()) return {};
  return to_network(*time) + to_network<std::int32_t>(-*east);  // the wire counts west
}
PostgresForm timetz_to_text(std::string_view binary) {
  if (binary.size() != 12) return {};
  const auto time = time_to_text(binary.substr(0, 8));
  const auto west = from_network<std::int32_t>(binary.substr(8));
  if (!time || std::abs(static_cast<std::int64_t>(west)) >= 16 * 3600) return {};
  return *time + zone_text(-west);
}

PostgresForm timestamp_to_binary(std::string_view text) {
  if (auto form = infinite<Micros>(text)) return form;
  Reader in{text};
  const auto stamp = read_timestamp(in);
  if (!stamp || !in.rest.empty()) return {};
  return to_network(*stamp);
}
PostgresForm timestamp_to_text(std::string_view binary) { return timestamp_text(binary, ""); }

PostgresForm timestamptz_to_binary(std::string_view text) {
  if (auto form = infinite<Micros>(text)) return form;
  Reader in{text};
  const auto stamp = read_timestamp(in);
  if (!stamp) return {};
  const auto east = in.rest.empty() ? std::optional(0) : read_zone(in);
  if (!east || !in.rest.empty()) return {};
  return to_network(*stamp - *east * kSecond);
}
PostgresForm timestamptz_to_text(std::string_view binary) { return timestamp_text(binary, "+00"); }

PostgresForm interval_to_binary(std::string_view text) {
  const auto interval = read_interval(text);
  if (!interval) return {};
  return to_network(interval->micros) + to_network(static_cast<std::int32_t>(interval->days)) + to_network(static_cast<std::int32_t>(interval->months));
}

/// In the style that is PostgreSQL's own: "1 year 2 mons -3 days +04:05:06".
PostgresForm interval_to_text(std::string_view binary) {
  if (binary.size() != 16) return {};
  const auto micros = from_network<Micros>(binary);
  const std::int32_t day_count = from_network<std::int32_t>(binary.substr(8)), month_count = from_network<std::int32_t>(binary.substr(12));
  if (micros == std::numeric_limits<Micros>::min()) return {};
  std::string out;
  bool before_is_negative = false;
  const auto append = [&](std::int32_t amount, std::string_view unit) {
    if (amount == 0) return;
    out += fmt::format("{}{}{} {}{}", out.empty() ? "" : " ", before_is_negative && amount > 0 ? "+" : "", amount, unit, amount == 1 ? "" : "s");
    before_is_negative = amount < 0;
  };
  append(month_count / 12, "year");
  append(month_count % 12, "mon");
  append(day_count, "day");
  if (micros == 0 && !out.empty()) return out;
  const std::string_view sign = micros < 0 ? "-" : before_is_negative ? "+" : "";
  out += fmt::format("{}{}{}", out.empty() ? "" : " ", sign, time_text(micros < 0 ? -micros : micros));
  return out;
}

}  // namespace bigfoot

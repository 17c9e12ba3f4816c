// spec/moment.cpp - See moment.h.
#include "spec/moment.h"

#include <charconv>
#include <cmath>
#include <string>

namespace bigfoot {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  bool at_end() const { return text_.empty(); }
  char peek() const { return text_.empty() ? '\0' : text_.front(); }
  bool skip(char c) {
    if (peek() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  /// Exactly so many digits.
  std::optional<int> number(std::size_t digits) {
    int value = 0;
    if (text_.size() < digits) return std::nullopt;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + digits, value);
    if (error != std::errc() || end != text_.data() + digits) return std::nullopt;
    text_.remove_prefix(digits);
    return value;
  }
  milliseconds fraction() {
    int value = 0, scale = 100;
    while (peek() >= '0' && peek() <= '9') {
      value += (peek() - '0') * scale;
      scale /= 10;
      text_.remove_prefix(1);
    }
    return milliseconds(value);
  }

 private:
  std::string_view text_;
};

struct Parts {
  Moment at;  ///< as if it were UTC
  std::optional<minutes> offset;
  bool is_date = false;
};

std::optional<Parts> read_parts(std::string_view text) {
  Reader in(text);
  const auto year = in.number(4);
  if (!year || !in.skip('-')) return std::nullopt;
  const auto month = in.number(2);
  if (!month || !in.skip('-')) return std::nullopt;
  const auto day = in.number(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)), std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  Parts out;
  out.at = std::chrono::sys_days(date);
  out.is_date = in.at_end();
  if (out.is_date) return out;
  if (!in.skip('T') && !in.skip('t') && !in.skip(' ')) return std::nullopt;
  const auto hour = in.number(2);
  if (!hour || !in.skip(':')) return std::nullopt;
  const auto minute = in.number(2);
  if (!minute) return std::nullopt;
  out.at += hours(*hour) + minutes(*minute);
  if (in.skip(':')) {
    const auto second = in.number(2);
    if (!second) return std::nullopt;
    out.at += std::chrono::seconds(*second);
    if (in.skip('.') || in.skip(',')) out.at += in.fraction();
  }
  if (in.skip('Z') || in.skip('z')) {
    out.offset = minutes(0);
  } else if (in.peek() == '+' || in.peek() == '-') {
    const int sign = in.skip('-') ? -1 : (in.skip('+'), 1);
    const auto ahead = in.number(2);
    if (!ahead) return std::nullopt;
    in.skip(':');
    out.offset = sign * (hours(*ahead) + minutes(in.at_end() ? 0 : in.number(2).value_or(0)));
  }
  return in.at_end() ? std::optional(out) : std::nullopt;
}

bool is_near(Moment one, Moment other, milliseconds tolerance) { return one - other <= tolerance && other - one <= tolerance; }

/// Time zones are whole quarters of an hour apart, 14 hours at most.
bool is_near_somewhere(Moment local, Moment now, milliseconds tolerance) {
  constexpr minutes kQuarter{15};
  for (minutes zone = -hours(14); zone <= hours(14); zone += kQuarter)
    if (is_near(local - zone, now, tolerance)) return true;
  return false;
}

bool is_near_epoch(double number, Moment now, milliseconds tolerance) {
  constexpr double kMostSeconds = 1e11;  // of the year 5138; in milliseconds that is 1973
  const double millis = std::abs(number) < kMostSeconds ? number * 1000 : number;
  return std::isfinite(millis) && std::abs(millis) < 1e16 && is_near(Moment(milliseconds(std::llround(millis))), now, tolerance + milliseconds(1000));
}

}  // namespace

std::optional<Moment> read_moment(std::string_view text) {
  const auto parts = read_parts(text);
  if (!parts) return std::nullopt;
  return parts->at - parts->offset.value_or(minutes(0));
}

bool is_moment(const Value& actual, Moment now, milliseconds tolerance) {
  if (actual.is_number()) return is_near_epoch(actual.get<double>(), now, tolerance);
  if (!actual.is_string()) return false;
  const std::string& text = actual.get_ref<const std::string&>();
  if (!text.empty() && text.find_first_not_of("0123456789.") == text.npos) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() && is_near_epoch(number, now, tolerance);
  }
  const auto parts = read_parts(text);
  if (!parts) return false;
  if (parts->is_date) return now + tolerance + hours(14) >= parts->at && parts->at + hours(24) + hours(14) >= now - tolerance;
  // A time without seconds is of the whole minute.
  return parts->offset ? is_near(parts->at - *parts->offset, now, tolerance) : is_near_somewhere(parts->at, now, tolerance);
}

}  // namespace bigfoot

// bigfoot.h - Tests and named mocks of a program that runs under bigfoot-run. One header, C++17, POSIX, no dependency.
// Source: man bigfoot-spec, "Tests" and "Named mocks". GoogleTest: bigfoot_gtest.h.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace bigfoot {

/// Whether this process runs under bigfoot-run. Where not, begin, end and Section do nothing.
inline bool is_active() { return std::getenv("BIGFOOT_CTL") != nullptr; }

/// Sends one line, gives its answer: one line of JSON, or "" where nobody answers. A channel each: threads do not meet.
inline std::string ask(std::string line) {
  const char* path = std::getenv("BIGFOOT_CTL");
  const int fd = path == nullptr ? -1 : ::open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return "";
  for (char& c : line) c = c == '\n' ? ' ' : c;
  line += '\n';
  for (std::size_t sent = 0; sent < line.size();) {
    const ssize_t n = ::write(fd, line.data() + sent, line.size() - sent);
    if (n < 0 && errno != EINTR) break;
    sent += n < 0 ? 0 : static_cast<std::size_t>(n);
  }
  std::string answer;
  char piece[4096];
  while (answer.empty() || answer.back() != '\n') {
    const ssize_t n = ::read(fd, piece, sizeof piece);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    answer.append(piece, static_cast<std::size_t>(n));
  }
  ::close(fd);  // once, whatever it gives: Linux has freed the descriptor
  if (!answer.empty() && answer.back() == '\n') answer.pop_back();
  return answer;
}

/// The text of a member of an answer, without its JSON escapes. Within JSON texts quotes are escaped, so that `"name":"` is
/// the member itself; the last one, as an answer's own `report` comes after what it quotes.
inline std::string text_of(std::string_view answer, std::string_view member) {
  const std::string begin = "\"" + std::string(member) + "\":\"";
  std::size_t at = answer.rfind(begin);
  std::string out;
  if (at == answer.npos) return out;
  for (at += begin.size(); at < answer.size() && answer[at] != '"'; ++at) {
    if (answer[at] != '\\' || at + 1 == answer.size()) {
      out += answer[at];
      continue;
    }
    const char c = answer[++at];
    if (c == 'u' && at + 4 < answer.size()) {  // a control character: bigfoot-run leaves all others as UTF-8
      out += static_cast<char>(std::strtoul(std::string(answer.substr(at + 1, 4)).c_str(), nullptr, 16));
      at += 4;
    } else {
      out += c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == 'b' ? '\b' : c == 'f' ? '\f' : c;
    }
  }
  return out;
}

/// How a test ended: `report` is the text of what it did wrong.
struct Verdict {
  bool passed = true;
  std::string report;
};

inline Verdict verdict_of(const std::string& answer) {
  const bool passed = answer.find("\"verdict\":\"pass\"") != answer.npos;
  return {passed, passed ? "" : text_of(answer, answer.find("\"report\":\"") == answer.npos ? "message" : "report")};
}
/// From here on the calls of this process, and of those it starts, are this test's.
inline std::string begin(const std::string& name) { return ask("begin " + name); }
/// Ends a test, the innermost one without a name.
inline Verdict end(const std::string& name = "") { return is_active() ? verdict_of(ask("end " + name)) : Verdict{}; }
/// As end(), but nothing of the test is missed; also for one that never began.
inline Verdict skip(const std::string& name) { return is_active() ? verdict_of(ask("skip " + name)) : Verdict{}; }
/// Adds an entry to the open test: expect(R"(http = "GET http://a/b", reply = { status = 204 })").
inline std::string expect(const std::string& toml) { return ask("expect " + toml); }
/// The run's counts so far and the tests that are open, as JSON.
inline std::string status() { return ask("status"); }

/// One test for the length of a block. Who asks end() gets the verdict; else the report goes to standard error.
class Section {
 public:
  explicit Section(std::string name) : name_(std::move(name)) { bigfoot::begin(name_); }
  Section(Section&&) = delete;
  ~Section() {
    if (const Verdict verdict = end(); !verdict.passed) std::fprintf(stderr, "%s\n", verdict.report.c_str());
  }
  Verdict end() { return std::exchange(is_over_, true) ? Verdict{} : bigfoot::end(name_); }

 private:
  std::string name_;
  bool is_over_ = false;
};

/// A number, a truth value or a text as JSON.
template <class T>
std::string json(const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_integral_v<T>) {
    return std::to_string(value);
  } else if constexpr (std::is_floating_point_v<T>) {
    char text[32];
    std::snprintf(text, sizeof text, "%.17g", static_cast<double>(value));
    return text;
  } else {
    std::string out = "\"";
    for (const char c : std::string_view(value)) {
      char code[8];
      std::snprintf(code, sizeof code, static_cast<unsigned char>(c) < 0x20 ? "\\u%04x" : c == '"' || c == '\\' ? "\\%c" : "%c", c);
      out += code;
    }
    return out + "\"";
  }
}
/// `args(42, "eur")` is the JSON array [42,"eur"].
template <class... T>
std::string args(const T&... values) {
  std::string out;
  ((out += (out.empty() ? "" : ",") + json(values)), ...);
  return "[" + out + "]";
}

/// What a named mock answers: call("PaymentService.charge", args(42), R"({"order_id": 42})"); `value` is JSON.
struct Reply {
  std::string value, error_type, error_message;
  bool real = false;  ///< the caller's own object is to answer (pass_through)
};
inline Reply call(const std::string& name, const std::string& args = "[]", const std::string& kwargs = "{}") {
  const std::string answer = ask("{\"call\":" + json(name) + ",\"args\":" + args + ",\"kwargs\":" + kwargs + "}");
  constexpr std::string_view kValue = "{\"value\":";
  if (answer.rfind(kValue, 0) == 0) return {answer.substr(kValue.size(), answer.size() - kValue.size() - 1), "", "", false};
  if (answer == "{\"real\":true}") return {"", "", "", true};
  if (answer.empty()) return {"", "ControlError", "not under bigfoot-run: bigfoot-run --spec SPEC -- COMMAND", false};
  return {"", text_of(answer, "type"), text_of(answer, "message"), false};
}

}  // namespace bigfoot

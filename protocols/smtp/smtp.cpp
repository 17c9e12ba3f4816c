// protocols/smtp/smtp.cpp - What the client says. See smtp.h; smtp_answers.cpp has what it hears.
#include "protocols/smtp/smtp.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "protocols/smtp/mail.h"

namespace bigfoot {
namespace {

// RFC 4954, 4: the longest line that a server must take, an AUTH with its initial response. Others end at 512 (RFC 5321, 4.5.3.1.4).
constexpr std::size_t kMaxLine = 12288;

const Value kNothingSaid;

}  // namespace

DecodeResult SmtpDecoder::decode(std::string_view in, std::string& out) {
  if (!opened_) {
    opened_ = true;
    asked_ = Asked::opening;
    return Decoded{0, Opening{{{"host", peer_.host}, {"port", peer_.port}}}};
  }
  if (greets_with_error_) {
    greets_with_error_ = false;
    return Decoded{0, call(Asked::greeting, "greeting", {{"greeting", greeting_}}, Unnamed::unexpected)};
  }
  std::size_t used = 0;
  for (;;) {
    if (dotted_ || chunk_) {
      if (take_data(in, used, out)) return Decoded{used, whole_mail()};
      if (dotted_ || chunk_) return Decoded{used, NeedMore{}};
    }
    const std::size_t before = used;
    const auto line = take_line(in, used, out);
    if (!line) return Decoded{used, NeedMore{}};
    Step step;
    if (login_) {
      if (*line == "*") {
        login_.reset();
        out += "501 5.7.0 Authentication aborted\r\n";  // RFC 4954, 4
      } else {
        step = read_login(login_->respond(*line), out);
      }
    } else {
      const SmtpCommand command = read_smtp_command(*line);
      if (ends_mail(command)) {
        if (!mail_->told) return Decoded{before, unsent_mail()};  // the line is read again behind the answer
        mail_.reset();
      }
      step = read_command(command, out);
    }
    if (step) return Decoded{used, std::move(*step)};
  }
}

DecodeResult SmtpDecoder::finish(std::string_view in) {
  const bool in_message = dotted_ || chunk_;
  if (in_message || !in.empty()) asked_ = Asked::noop;  // a refusal is a plain line
  if (in_message) {
    // A client that has sent RCPT and DATA in one go leaves when it reads that a recipient was refused.
    const bool gives_up = mail_ && !mail_->told && mail_->data.empty() && in.empty() && mail_->accepted.size() < mail_->to.size();
    dotted_.reset();
    chunk_.reset();
    if (gives_up) return Decoded{0, unsent_mail()};
    return std::unexpected(ProtocolError{in.size(), "the connection ended in the middle of a message"});
  }
  if (!in.empty()) return std::unexpected(ProtocolError{in.size(), "the connection ended in the middle of a line"});
  if (mail_ && !mail_->told) return Decoded{0, unsent_mail()};
  return Decoded{0, NeedMore{}};
}

std::optional<std::string_view> SmtpDecoder::take_line(std::string_view in, std::size_t& used, std::string& out) {
  for (;;) {
    const std::string_view rest = in.substr(used);
    const std::size_t end = rest.find('\n', std::min(scanned_, rest.size()));
    const bool too_long = (end == rest.npos ? rest.size() : end) > kMaxLine;
    if (end == rest.npos) {
      scanned_ = rest.size();
      if (too_long || skips_line_) {
        skips_line_ = true;
        used = in.size();
        scanned_ = 0;
      }
      return std::nullopt;
    }
    scanned_ = 0;
    used += end + 1;
    if (!too_long && !skips_line_) {
      std::string_view line = rest.substr(0, end);
      if (line.ends_with('\r')) line.remove_suffix(1);
      return line;
    }
    skips_line_ = false;
    login_.reset();
    out += "500 5.5.2 Error: line too long\r\n";
  }
}

bool SmtpDecoder::take_data(std::string_view in, std::size_t& used, std::string& out) {
  if (dotted_) {
    const auto [taken, ended] = dotted_->take(in.substr(used), mail_->data);
    used += taken;
    if (ended) dotted_.reset();
    return ended;
  }
  const std::string_view rest = in.substr(used);
  const std::size_t taken = std::min(chunk_->left, rest.size());
  if (chunk_->why_not.empty()) mail_->data += rest.substr(0, taken);
  used += taken;
  chunk_->left -= taken;
  if (chunk_->left > 0) return false;
  const Chunk chunk = *chunk_;
  chunk_.reset();
  if (!chunk.why_not.empty()) out += fmt::format("{}\r\n", chunk.why_not);
  else if (!chunk.last) out += fmt::format("250 2.0.0 Ok: {} bytes\r\n", chunk.size);
  return chunk.why_not.empty() && chunk.last;
}

/// These leave the mail that was begun behind. A second MAIL does where the first was refused: else it is out of order.
bool SmtpDecoder::ends_mail(const SmtpCommand& command) const {
  constexpr std::string_view kEnds[] = {"RSET", "QUIT", "EHLO", "HELO", "LHLO", "STARTTLS"};
  if (!mail_) return false;
  return std::ranges::find(kEnds, command.verb) != std::end(kEnds) || (command.verb == "MAIL" && (mail_->sender_refused || mail_->told));
}

SmtpDecoder::Step SmtpDecoder::read_command(const SmtpCommand& command, std::string& out) {
  const auto& [verb, argument] = command;
  if (verb == "EHLO" || verb == "HELO" || verb == "LHLO") return read_hello(command, out);
  if (verb == "MAIL") return read_sender(argument, out);
  if (verb == "RCPT") return read_recipient(argument, out), std::nullopt;
  if (verb == "DATA") return read_data(out), std::nullopt;
  if (verb == "BDAT") return read_chunk(argument, out), std::nullopt;
  if (verb == "AUTH") return read_auth(argument, out);
  if (verb == "STARTTLS") {
    if (!over_tls_ && argument.empty()) return call(Asked::starttls, "starttls", {{"starttls", true}}, Unnamed::unasserted);
    out += over_tls_ ? "503 5.5.1 Error: TLS already active\r\n" : "501 5.5.4 Syntax: STARTTLS\r\n";
    return std::nullopt;
  }
  if (verb == "VRFY") return call(Asked::vrfy, "vrfy", {{"vrfy", argument}}, Unnamed::ambient);
  if (verb == "NOOP") return call(Asked::noop, "noop", {{"noop", true}}, Unnamed::ambient);
  if (verb == "RSET") return call(Asked::rset, "rset", {{"rset", true}}, Unnamed::ambient);
  if (verb == "QUIT") {
    Call quit = call(Asked::quit, "quit", {{"quit", true}}, Unnamed::ambient);
    quit.ends = true;
    return quit;
  }
  out += verb == "HELP" || verb == "EXPN" ? "502 5.5.1 Error: command not implemented\r\n" : "500 5.5.2 Error: command not recognized\r\n";
  return Aside{"unknown", {{"command", verb}, {"argument", argument}}};
}

SmtpDecoder::Step SmtpDecoder::read_hello(const SmtpCommand& command, std::string& out) {
  if (command.argument.empty()) {
    out += fmt::format("501 5.5.4 Syntax: {} hostname\r\n", command.verb);
    return std::nullopt;
  }
  is_extended_ = command.verb != "HELO";
  is_lmtp_ = command.verb == "LHLO";
  const Unnamed unnamed = hello_told_ ? Unnamed::ambient : Unnamed::unasserted;
  hello_told_ = true;
  return call(Asked::ehlo, "ehlo", {{"ehlo", command.argument}}, unnamed);
}

SmtpDecoder::Step SmtpDecoder::read_auth(std::string_view argument, std::string& out) {
  const std::size_t blank = std::min(argument.find(' '), argument.size());
  if (is_logged_in_ || mail_) {
    out += is_logged_in_ ? "503 5.5.1 Error: already authenticated\r\n" : "503 5.5.1 Error: MAIL transaction in progress\r\n";
    return std::nullopt;
  }
  login_ = SmtpLogin::begin(argument.substr(0, blank), peer_.host);
  if (!login_) {
    out += "504 5.5.4 Error: authentication mechanism not supported\r\n";
    return std::nullopt;
  }
  const auto initial = blank < argument.size() ? std::optional(argument.substr(blank + 1)) : std::nullopt;
  return read_login(login_->start(initial), out);
}

SmtpDecoder::Step SmtpDecoder::read_login(SmtpLogin::State state, std::string& out) {
  if (state == SmtpLogin::State::ask) {
    out += fmt::format("334 {}\r\n", login_->challenge());
    return std::nullopt;
  }
  const Fields fields = login_->fields();
  login_.reset();
  if (state == SmtpLogin::State::done) return call(Asked::login, "login", fields, Unnamed::unasserted);
  out += "501 5.5.2 Error: cannot decode the response\r\n";
  return std::nullopt;
}

SmtpDecoder::Step SmtpDecoder::read_sender(std::string_view argument, std::string& out) {
  if (mail_) {
    out += "503 5.5.1 Error: nested MAIL command\r\n";
    return std::nullopt;
  }
  auto path = read_mail_path(argument, "FROM");
  if (!path) {
    out += "501 5.5.4 Syntax: MAIL FROM:<address>\r\n";
    return std::nullopt;
  }
  mail_.emplace().from = std::move(path->address);
  for (auto& [name, value] : path->parameters) mail_->parameters[name] = value.empty() ? Value(true) : Value(std::move(value));
  Call out_call = call(Asked::envelope, "sendmail", {{"from", mail_->from}}, Unnamed::unasserted);
  out_call.withheld = {"to", "message", "data"};
  out_call.peek = true;
  return out_call;
}

void SmtpDecoder::read_recipient(std::string_view argument, std::string& out) {
  auto path = read_mail_path(argument, "TO");
  if (!path || path->address.empty()) {
    out += "501 5.5.4 Syntax: RCPT TO:<address>\r\n";
    return;
  }
  if (mail_) mail_->to.push_back(path->address);
  if (!mail_ || mail_->sender_refused) {
    out += "503 5.5.1 Error: need MAIL command\r\n";
    return;
  }
  const Value& said = mail_->reply.contains("rcpt") ? mail_->reply.at("rcpt") : kNothingSaid;
  const std::size_t number = mail_->to.size() - 1;
  std::string text = "250 2.1.5 Ok";
  if (said.is_string()) text = said.get<std::string>();
  else if (said.is_array() && number < said.size()) text = said.at(number).get<std::string>();
  if (text.starts_with('2')) mail_->accepted.push_back(std::move(path->address));
  write_smtp_answer(text, out);
}

std::string_view SmtpDecoder::why_no_message() const {
  if (!mail_ || mail_->sender_refused) return "503 5.5.1 Error: need MAIL command";
  if (mail_->to.empty()) return "503 5.5.1 Error: need RCPT command";
  if (mail_->accepted.empty()) return "554 5.5.1 Error: no valid recipients";
  return "";
}

void SmtpDecoder::read_data(std::string& out) {
  std::string_view why_not = why_no_message();
  if (why_not.empty() && mail_->in_chunks) why_not = "503 5.5.1 Error: DATA after BDAT";  // RFC 3030, 2
  if (!why_not.empty()) {
    out += fmt::format("{}\r\n", why_not);
    return;
  }
  dotted_.emplace();
  out += "354 End data with <CR><LF>.<CR><LF>\r\n";
}

void SmtpDecoder::read_chunk(std::string_view argument, std::string& out) {
  const std::size_t blank = std::min(argument.find(' '), argument.size());
  const std::string last = upper_case(argument.substr(std::min(blank + 1, argument.size())));
  Chunk chunk;
  const auto [end, error] = std::from_chars(argument.data(), argument.data() + blank, chunk.size);
  if (error != std::errc() || end != argument.data() + blank || (!last.empty() && last != "LAST")) {
    out += "501 5.5.4 Syntax: BDAT count [LAST]\r\n";
    return;
  }
  chunk.left = chunk.size;
  chunk.last = !last.empty();
  chunk.why_not = why_no_message();
  if (chunk.why_not.empty()) mail_->in_chunks = true;
  chunk_ = chunk;
}

Call SmtpDecoder::call(Asked asked, std::string op, Fields fields, Unnamed unnamed) {
  asked_ = asked;
  return Call{std::move(op), std::move(fields), unnamed};
}

Call SmtpDecoder::mail_call(Asked asked) {
  Fields fields = {{"from", mail_->from}, {"to", mail_->to}};
  if (!mail_->parameters.empty()) fields["parameters"] = mail_->parameters;
  return call(asked, "sendmail", std::move(fields), Unnamed::unexpected);
}

Call SmtpDecoder::whole_mail() {
  Call out = mail_call(Asked::message);
  if (mail_->reply.value("raw", false)) out.fields["data"] = std::move(mail_->data);
  else out.fields["message"] = read_mail(mail_->data, mail_->from, mail_->to);
  return out;
}

/// The client went on without a message. What it could not send because of our own answers is not known.
Call SmtpDecoder::unsent_mail() {
  Call out = mail_call(Asked::unsent);
  if (mail_->sender_refused || mail_->accepted.size() < mail_->to.size()) out.withheld = {"message", "data"};
  // A client may stop at the first recipient that is refused, and where the sender is.
  const bool stopped = mail_->reply.contains("rcpt") && mail_->reply.at("rcpt").is_array() && mail_->accepted.size() < mail_->to.size() &&
                       mail_->to.size() < mail_->reply.at("rcpt").size();
  if (mail_->sender_refused && mail_->to.empty()) out.withheld.push_back("to");
  if (stopped) out.fields["to"].push_back(nullptr);  // and those that it did not name any more
  return out;
}

}  // namespace bigfoot

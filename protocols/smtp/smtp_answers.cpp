// protocols/smtp/smtp_answers.cpp - What the client hears: scripted answers, a real server's, refusals. See smtp.h.
// Source: RFC 5321, 4.2 and 4.3.2; RFC 3463 (the codes with dots); the words are Postfix's.
#include <fmt/format.h>

#include <algorithm>

#include "protocols/smtp/smtp.h"

namespace bigfoot {
namespace {

// RFC 5321, 4.5.3.1.5: a reply line has 512 octets at most, its end included.
constexpr std::size_t kMaxReply = 510;

/// One line that a client shows: no line ends, no control characters, not too long.
std::string one_line(std::string_view text, std::size_t longest) {
  std::string out;
  for (const char c : text) {
    const bool blank = static_cast<unsigned char>(c) <= ' ';
    if (blank && (out.empty() || out.back() == ' ')) continue;
    out += blank ? ' ' : c;
  }
  if (out.size() > longest) {
    std::size_t cut = longest;
    while (cut > 0 && (static_cast<unsigned char>(out[cut]) & 0xC0) == 0x80) --cut;
    out.resize(cut);
  }
  return out;
}

std::string text_in(const Fields& reply, const char* name) {
  const auto found = reply.find(name);
  return found != reply.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

std::vector<std::string> default_smtp_offer(bool proofs) {
  return {"PIPELINING", "SIZE 35882577", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "CHUNKING", "AUTH " + smtp_mechanisms(proofs)};
}

void write_smtp_answer(std::string_view text, std::string& out) {
  const std::string_view code = text.substr(0, 3);
  std::string_view rest = text.substr(std::min<std::size_t>(4, text.size()));
  for (;;) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const bool is_last = end + 1 >= rest.size();
    std::string_view line = rest.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    out += fmt::format("{}{}{}\r\n", code, is_last ? ' ' : '-', line);
    if (is_last) return;
    rest.remove_prefix(end + 1);
  }
}

AfterReply SmtpDecoder::accept(const Fields& terms, std::string& out) {
  offer_ = default_smtp_offer();
  // Terms of an entry say what is offered. Where there is none, what the program would do with STARTTLS is still to be found out.
  if (peer_.offers_tls) offer_.push_back("STARTTLS");
  if (const auto offer = terms.find("offer"); offer != terms.end()) offer_ = offer->get<std::vector<std::string>>();
  greeting_ = text_in(terms, "greeting");
  if (greeting_.empty()) greeting_ = fmt::format("220 {} ESMTP bigfoot", peer_.host);
  greets_with_error_ = !greeting_.starts_with('2');  // then it is an answer of its own, which the spec's entry is spent by
  if (!greets_with_error_) write_smtp_answer(greeting_, out);
  return AfterReply::keep_open;
}

AfterReply SmtpDecoder::encode(const Fields& reply, std::string& out) {
  if (asked_ == Asked::envelope) {
    mail_->reply = reply;
    answer_sender(out);
    return AfterReply::keep_open;
  }
  return answer(text_in(reply, asked_ == Asked::message ? "data" : "answer"), out);
}

AfterReply SmtpDecoder::answer_itself(std::string& out) {
  if (asked_ == Asked::opening) return accept(Fields::object(), out);
  return encode(Fields::object(), out);
}

AfterReply SmtpDecoder::refuse(std::string_view why, std::string& out) {
  const std::string text = one_line(fmt::format("554 5.7.1 bigfoot: {}", why), kMaxReply);
  if (asked_ == Asked::opening) {
    write_smtp_answer(text, out);
    return AfterReply::close;
  }
  if (asked_ == Asked::envelope) {
    mail_->sender_refused = mail_->told = true;
    write_smtp_answer(text, out);
    return AfterReply::keep_open;
  }
  return answer(text, out);
}

/// `scripted`: code and text; "" for what a server says where nothing is wrong.
AfterReply SmtpDecoder::answer(std::string_view scripted, std::string& out) {
  const bool positive = scripted.empty() || scripted.starts_with('2');
  const auto say = [&](std::string_view usual) { write_smtp_answer(scripted.empty() ? usual : scripted, out); };
  switch (asked_) {
    case Asked::opening:
    case Asked::greeting:
      say(greeting_);
      return AfterReply::close;
    case Asked::ehlo:
      say(hello_answer());
      break;
    case Asked::starttls:
      say("220 2.0.0 Ready to start TLS");
      return positive ? AfterReply::start_tls : AfterReply::keep_open;
    case Asked::login:
      say("235 2.7.0 Authentication successful");
      is_logged_in_ = positive;
      break;
    case Asked::message:
      answer_message(scripted.empty() ? "250 2.0.0 Ok: queued as 1" : scripted, out);
      mail_.reset();
      break;
    case Asked::unsent:  // its lines have had their answers
      mail_.reset();
      break;
    case Asked::vrfy:
      say("252 2.0.0 Cannot verify, but will take a message for it");
      break;
    case Asked::envelope:
    case Asked::noop:
    case Asked::rset:
      say("250 2.0.0 Ok");
      break;
    case Asked::quit:
      say("221 2.0.0 Bye");
      return AfterReply::close;
  }
  return AfterReply::keep_open;
}

void SmtpDecoder::answer_sender(std::string& out) {
  std::string text = text_in(mail_->reply, "mail");
  if (text.empty()) text = "250 2.1.0 Ok";
  mail_->sender_refused = !text.starts_with('2');
  write_smtp_answer(text, out);
}

/// RFC 2033, 4.2: LMTP answers once for each recipient that was accepted.
void SmtpDecoder::answer_message(std::string_view text, std::string& out) {
  const std::size_t answers = is_lmtp_ ? mail_->accepted.size() : 1;
  for (std::size_t i = 0; i < answers; ++i) write_smtp_answer(text, out);
}

std::string SmtpDecoder::hello_answer() const {
  std::string out = "250 " + peer_.host;
  if (!is_extended_) return out;
  for (const std::string& line : offer_) {
    if (over_tls_ && upper_case(line) == "STARTTLS") continue;  // RFC 3207, 4.2
    out += "\n" + line;
  }
  return out;
}

void SmtpDecoder::secured() {
  over_tls_ = true;
  is_logged_in_ = false;
  mail_.reset();
  login_.reset();
  scanned_ = 0;
}

}  // namespace bigfoot

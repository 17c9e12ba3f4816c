// protocols/smtp/smtp.h - Mail submissions, the server's side: lines in, meanings out. A mail is one call, however its client
// splits it; what is said of it on the way comes from the reply that the whole will get.
// Source: RFC 5321; RFC 2920 (PIPELINING), RFC 3030 (BDAT), RFC 3207 (STARTTLS), RFC 4954 (AUTH), RFC 2033 (LMTP); wire-notes.md in
// the design notes, "SMTP, as seen".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/protocol.h"
#include "protocols/smtp/command.h"
#include "protocols/smtp/login.h"
#include "protocols/smtp/mail_data.h"

namespace bigfoot {

extern const ProtocolInfo kSmtpInfo;

/// Writes "250 text", a line for each line of the text: the ones before the last as "250-text".
void write_smtp_answer(std::string_view text, std::string& out);

/// What EHLO offers where the spec does not say. `proofs`: CRAM-MD5 too, which shows no password.
std::vector<std::string> default_smtp_offer(bool proofs = true);

/// One connection. accept() takes the terms `offer`, an array of lines, and `greeting`, code and text.
class SmtpDecoder : public Decoder {
 public:
  explicit SmtpDecoder(const Peer& peer) : peer_(peer), over_tls_(peer.scheme == "tls") {}

  const ProtocolInfo& info() const override { return kSmtpInfo; }
  DecodeResult decode(std::string_view in, std::string& out) override;
  DecodeResult finish(std::string_view in) override;
  AfterReply accept(const Fields& terms, std::string& out) override;
  AfterReply encode(const Fields& reply, std::string& out) override;
  AfterReply refuse(std::string_view why, std::string& out) override;
  std::string_view refusal_code() const override { return "554"; }
  AfterReply answer_itself(std::string& out) override;
  void secured() override;

 private:
  /// What the last call or opening waits for an answer to.
  enum class Asked { opening, greeting, ehlo, starttls, login, envelope, message, unsent, vrfy, noop, rset, quit };
  /// A mail from MAIL FROM on.
  struct Mail {
    std::string from;
    Fields parameters = Fields::object();
    std::vector<std::string> to;
    std::vector<std::string> accepted;  ///< of `to`
    Fields reply = Fields::object();    ///< of the call that it will be
    bool sender_refused = false;        ///< by the reply
    bool told = false;                  ///< refused as unexpected: it has been reported
    bool in_chunks = false;             ///< BDAT has begun
    std::string data;
  };
  struct Chunk {
    std::size_t size = 0, left = 0;
    bool last = false;
    std::string_view why_not;  ///< there is no mail that it could belong to
  };
  /// What one line leads to, if to anything.
  using Step = std::optional<Event>;

  /// The next line without its end, `used` moved behind it; nothing where it is not whole.
  std::optional<std::string_view> take_line(std::string_view in, std::size_t& used, std::string& out);
  /// Whether the message that was coming is whole.
  bool take_data(std::string_view in, std::size_t& used, std::string& out);
  Step read_command(const SmtpCommand& command, std::string& out);
  Step read_hello(const SmtpCommand& command, std::string& out);
  Step read_auth(std::string_view argument, std::string& out);
  Step read_login(SmtpLogin::State state, std::string& out);
  Step read_sender(std::string_view argument, std::string& out);
  void read_recipient(std::string_view argument, std::string& out);
  void read_data(std::string& out);
  void read_chunk(std::string_view argument, std::string& out);
  bool ends_mail(const SmtpCommand& command) const;
  std::string_view why_no_message() const;  ///< what is missing before a message may come; "": nothing
  Call whole_mail();
  Call unsent_mail();
  Call mail_call(Asked asked);
  Call call(Asked asked, std::string op, Fields fields, Unnamed unnamed);
  AfterReply answer(std::string_view scripted, std::string& out);
  void answer_sender(std::string& out);
  void answer_message(std::string_view text, std::string& out);
  std::string hello_answer() const;

  Peer peer_;
  bool over_tls_;
  std::vector<std::string> offer_;
  std::string greeting_;
  bool opened_ = false, greets_with_error_ = false;
  Asked asked_ = Asked::opening;
  bool is_extended_ = false, is_lmtp_ = false, hello_told_ = false, is_logged_in_ = false;
  std::optional<SmtpLogin> login_;
  std::optional<Mail> mail_;
  std::optional<DottedData> dotted_;  // after DATA
  std::optional<Chunk> chunk_;        // after BDAT
  std::size_t scanned_ = 0;           // of a line that is not whole: no end in it
  bool skips_line_ = false;           // too long: up to its end
};

}  // namespace bigfoot

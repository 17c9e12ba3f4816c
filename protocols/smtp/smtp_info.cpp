// protocols/smtp/smtp_info.cpp - SMTP's row of the registry; apart from the decoder so that spec/ links no parser.
#include "protocols/smtp/smtp.h"

namespace bigfoot {
namespace {

// A row of a call: name, help, identity, must_assert.
constexpr FieldInfo kCall[] = {
    {"host", "name or address", true},
    {"port", "number", true},
    {"ehlo", "the name the client gives itself, in EHLO, HELO or LHLO; later ones are ambient", false, true},
    {"starttls", "true: the client asks for TLS", false, true},
    {"user", "login: the name", false, true},
    {"password", "login: the password or token; of CRAM-MD5 what proves it", false, true},
    {"mechanism", "login: PLAIN, LOGIN, CRAM-MD5, XOAUTH2 or OAUTHBEARER"},
    {"from", "sendmail: envelope sender, \"\" for <>", false, true},
    {"to", "sendmail: envelope recipients, in order", false, true},
    {"message", "sendmail: parsed: subject, text, html, headers, attachments", false, true},
    {"data", "sendmail: the raw message instead, dot-stuffing undone", false, true},
    {"parameters", "sendmail: of MAIL FROM: { SIZE, BODY, SMTPUTF8 }"},
    {"vrfy", "what VRFY asks for; ambient", false, true},
    {"noop", "true; ambient", false, true},
    {"rset", "true; ambient", false, true},
    {"quit", "true: the client says good-bye; ambient", false, true},
};
constexpr FieldInfo kReply[] = {
    {"answer", "code and text: \"535 5.7.8 no\""},
    {"mail", "sendmail: answer to MAIL FROM"},
    {"rcpt", "sendmail: answer to RCPT TO, or an array, one a recipient"},
    {"data", "sendmail: answer to the message"},
    {"raw", "sendmail: true where the message is compared as it came"},
};

}  // namespace

constexpr ProtocolInfo kSmtpInfo = {"smtp", "SMTP submissions, as meanings and not lines",
                                    "RFC 5321, RFC 4954, RFC 3207, RFC 3030, RFC 2033", kCall, kReply, true};

}  // namespace bigfoot

// spec/protocol_keys.cpp - The keys of each protocol's entries. Source: spec-format.md, sections 3 and 4.
#include "spec/protocol_keys.h"

#include <algorithm>
#include <iterator>

namespace bigfoot {
namespace {

constexpr unsigned kPattern = kText | kTable;  // literal, holes, or an operator
constexpr std::string_view kFaults = "reset|close|timeout|garbage|truncate";

constexpr KeyInfo kDelay{"delay", kText, "wait before it: \"20ms\""};
constexpr KeyInfo kFaultKey{"fault", kText, "what breaks instead of an answer", kFaults};
constexpr KeyInfo kErrno{"errno", kText, "the call itself fails with it: \"ECONNREFUSED\""};
constexpr KeyInfo kRequired{"required", kBoolean, "false: the step may be left out"};
constexpr KeyInfo kJson{"json", kAnything, "JSON, as a table, an array or JSON text"};
constexpr KeyInfo kTextKey{"text", kText, "UTF-8 text"};
constexpr KeyInfo kFileKey{"file", kText, "bytes of a file, relative to this spec"};
constexpr KeyInfo kHex{"hex", kText, "bytes, as \"ca fe 00\""};
constexpr KeyInfo kBase64{"base64", kText, "bytes"};
constexpr KeyInfo kStatus{"status", kInteger, "HTTP status, 200 where none is given"};
constexpr KeyInfo kReplyHeaders{"headers", kTable, "name = \"value\", or an array for a repeated header"};

constexpr KeyInfo kHttpFields[] = {
    {"headers", kPattern, "request headers; \"*\" = \"*\" for others"},
    {"query", kPattern, "query names and values in any order, instead of the query in the URL"},
    {"cookies", kPattern, "the cookies that are sent, in any order, instead of the header cookie"},
    {"body", kPattern | kArray, "request body: text, { json }, { form }, ..."},
    {"tls", kPattern, "of an https connection: { version, alpn, sni }; what is not named is not compared"},
    {"client_cert", kPattern, "asks the client for a certificate: \"required\", { subject, san }, or \"*\" where none will do too"},
    {"response", kTable, "what the real answer must be, with pass_through"},
};
constexpr KeyInfo kHttpReply[] = {
    kStatus, kReplyHeaders, kJson, kTextKey, kFileKey, kHex, kBase64,
    {"sse", kArray, "server-sent events: texts, or tables of event, data, id, retry"},
    {"chunks", kArray, "texts, each a chunk of its own"},
    kDelay, kFaultKey, kErrno,
};

constexpr KeyInfo kWebsocketFields[] = {
    {"headers", kPattern, "of the handshake"},
    {"query", kPattern, "query names and values in any order, instead of the query in the URL"},
    {"cookies", kPattern, "the cookies that are sent, in any order, instead of the header cookie"},
    {"subprotocols", kArray | kText, "those that the program offers, in its order; \"*\": any"},
    {"subprotocol", kText, "the one that is agreed on; the program has to offer it"},
    {"deflate", kBoolean, "true: permessage-deflate is agreed on where the program offers it"},
    {"tls", kPattern, "of a wss connection: { version, alpn, sni }; what is not named is not compared"},
    {"client_cert", kPattern, "asks the client for a certificate: \"required\", { subject, san }, or \"*\" where none will do too"},
};
constexpr KeyInfo kWebsocketReply[] = {{"status", kInteger, "HTTP status of a handshake that is refused"}, kReplyHeaders, kTextKey, kJson, kDelay, kFaultKey, kErrno};
constexpr KeyInfo kWebsocketVerbs[] = {
    {"send", kPattern, "a message of the program; hex and base64 mean a binary one"},
    {"recv", kPattern, "a message to the program, or { close, reason }, { ping }, { pong }"},
    {"close", kAnything, "the program ends it: its code, true (1000, none, or just the end), or \"*\" for any"},
    {"ping", kPattern, "a ping of the program, to assert it by name"},
    {"pong", kPattern, "a pong of the program, to assert it by name"},
    {"fault", kText, "what breaks", kFaults},
};
constexpr KeyInfo kWebsocketBeside[] = {
    {"binary", kBoolean | kText, "of send and recv: true, false, or \"*\" for either"},
    {"reason", kPattern, "of close: its text"},
    kDelay, kRequired,
};
constexpr KeyInfo kMessageVerbs[] = {
    {"send", kPattern | kArray, "what the program sends"},
    {"recv", kPattern | kArray, "what the program gets"},
    {"close", kAnything, "the program ends it: true, or the code"},
    {"fault", kText, "what breaks", kFaults},
};
constexpr KeyInfo kStepBeside[] = {kDelay, kRequired};

constexpr KeyInfo kConnectReply[] = {kErrno, kFaultKey, kDelay};
constexpr KeyInfo kPostgresReply[] = {kErrno, kFaultKey, kDelay,
                                      {"error", kTable, "{ code, message, ... }: refused at the start of the session"}};
constexpr KeyInfo kPostgresFields[] = {
    {"auth", kText, "how the server asks for the password; scram-sha-256 where only a password is given", "trust|cleartext|md5|scram-sha-256"},
    {"password", kText, "what the client has to prove that it knows"},
    {"tls", kBoolean, "true: the server agrees to TLS where the client asks for it (SSLRequest)"},
};
constexpr KeyInfo kPostgresVerbs[] = {
    {"query", kText, "SQL, compared by token; $1 stands for a bound value or one in the text"},
    {"begin", kBoolean, "BEGIN, to assert it by name"},
    {"commit", kBoolean, "true: the transaction's changes are kept"},
    {"rollback", kBoolean, "true: the transaction's changes are dropped"},
    {"close", kBoolean, "true: the program ends the session"},
    {"notify", kTable, "{ channel, payload }: the server's notification, once the steps before it have come"},
    {"fault", kText, "what breaks", kFaults},
};
constexpr KeyInfo kPostgresBeside[] = {
    {"params", kArray | kText, "parameters in order; \"*\": any"},
    {"param_types", kArray, "their types, where the values do not say them: \"uuid\""},
    {"columns", kArray, "result columns, \"name:type\""},
    {"rows", kArray, "result rows, an array of the columns' length each"},
    {"table", kText, "columns and rows as text: a:int4 | b:text, a line each; \\N is NULL"},
    {"tag", kText, "command tag: \"INSERT 0 1\""},
    {"error", kTable, "{ code, message, ... }"},
    {"notices", kArray, "before the result: texts, or { message, code, severity, ... }"},
    {"copy", kPattern | kArray, "what the program sends to COPY FROM STDIN: text, bytes, or rows"},
    {"copy_out", kText | kArray, "what COPY TO STDOUT gives: text, or rows"},
    kDelay, kRequired,
};
constexpr KeyInfo kSqlVerbs[] = {
    {"query", kPattern, "SQL, compared by token"},
    {"begin", kBoolean, "BEGIN, to assert it by name"},
    {"commit", kBoolean, "true: the transaction's changes are kept"},
    {"rollback", kBoolean, "true: the transaction's changes are dropped"},
    {"close", kBoolean, "true: the program ends the session"},
    {"fault", kText, "what breaks", kFaults},
};
constexpr KeyInfo kSqlBeside[] = {
    {"params", kArray | kText, "parameters in order; \"*\": any"},
    {"columns", kArray, "result columns, \"name\" or \"name:type\""},
    {"rows", kArray, "result rows, an array of the columns' length each"},
    {"table", kText, "columns and rows as text: a | b, a line each"},
    {"tag", kText, "command tag: \"INSERT 0 1\""},
    {"error", kTable, "{ code, message, ... }"},
    kDelay, kRequired,
};

constexpr KeyInfo kRedisFields[] = {{"server", kText, "host:port, 6379 where no port is given, or unix:///path; any connection that speaks Redis where none is given"}};
constexpr KeyInfo kRedisReply[] = {
    {"value", kAnything, "any value, where the reply needs a table"},
    {"map", kTable, "%map in RESP3, a flat array in RESP2"},
    {"set", kArray, "~set in RESP3, an array in RESP2"},
    {"double", kNumber, "a number with a fraction: ,double in RESP3, a bulk string in RESP2"},
    {"big_number", kText, "digits: (number in RESP3, a bulk string in RESP2"},
    {"verbatim", kText, "text: =verbatim in RESP3, a bulk string in RESP2"},
    {"nil", kBoolean, "true: the null reply"},
    {"error", kText, "an error reply: \"ERR ...\""},
    {"status", kText, "a simple string: \"OK\""},
    {"messages", kArray, "of SUBSCRIBE and PSUBSCRIBE: texts, or { channel, message, delay }, pushed one after the other"},
    {"sequence", kArray, "one reply for each use"},
    {"json", kAnything, "a bulk string that is this JSON"},
    {"text", kText, "a bulk string"},
    {"file", kText, "a bulk string: bytes of a file, relative to this spec"},
    {"hex", kText, "a bulk string, as \"ca fe 00\""},
    {"base64", kText, "a bulk string"},
    kDelay, kFaultKey, kErrno,
};
constexpr KeyInfo kNotify[] = {{"channel", kText, "its name"}, {"payload", kText, "text, empty where none is given"}, {"pid", kInteger, "of the session that notifies"}};
constexpr KeyInfo kRedisMessage[] = {
    {"channel", kText, "where it was published; the first one subscribed to where none is given"},
    {"pattern", kText, "of PSUBSCRIBE: the pattern that it came by; the first where none is given"},
    {"message", kText | kInteger | kNumber, "what was published"},
    {"delay", kText, "wait after the message before: \"20ms\""},
};

constexpr KeyInfo kSmtpFields[] = {
    {"offer", kArray, "extensions that EHLO offers, a line each; left out: all that are known, STARTTLS where a step says it"},
    {"greeting", kText, "what the server says first: \"220 ready\", or \"554 5.3.2 no service\", which ends it"},
    {"tls", kBoolean, "true: TLS from the first byte (smtps), as on port 465"},
};
constexpr KeyInfo kSmtpVerbs[] = {
    {"ehlo", kPattern, "the name the client gives itself"},
    {"starttls", kBoolean, "true: the client asks for TLS"},
    {"login", kTable, "{ user, password }, by whatever mechanism; mechanism = \"PLAIN\" names it"},
    {"sendmail", kTable, "{ from, to, message or data }"},
    {"vrfy", kPattern, "VRFY, to assert it by name"},
    {"noop", kBoolean, "NOOP, to assert it by name"},
    {"rset", kBoolean, "RSET, to assert it by name"},
    {"quit", kBoolean, "true: the client says good-bye"},
    {"fault", kText, "what breaks", kFaults},
};
constexpr KeyInfo kSmtpBeside[] = {
    {"reply", kText | kTable, "code and text: \"535 5.7.8 no\"; of sendmail the answer to the message, or { mail, rcpt, data, fault }"},
    kDelay, kRequired};

constexpr KeyInfo kExecFields[] = {
    {"stdin", kPattern, "what the child is given to read; left out: nothing"},
    {"cwd", kPattern, "the directory it starts in, absolute"},
    {"env", kPattern, "variables by name; those that are not named are not compared"},
};
constexpr KeyInfo kExecReply[] = {
    {"exit", kInteger, "status, 0 to 255"},
    {"signal", kText | kInteger, "the signal it dies of: \"SIGTERM\", or its number"},
    {"stdout", kPattern, "what it prints: text, { json }, { hex }, { base64 } or { file }"},
    {"stderr", kPattern, "what it prints there"},
    kDelay,
    {"errno", kText, "it cannot be started, execve(2) fails with it: \"ENOENT\""},
};
constexpr KeyInfo kExecVerbs[] = {
    {"stdout", kPattern, "the child prints it"},
    {"stderr", kPattern, "the child prints it there"},
    {"stdin", kPattern, "the program writes it to the child"},
    {"exit", kInteger, "the child ends with this status"},
    {"signal", kText | kInteger, "the child dies of it"},
};

constexpr KeyInfo kFileFields[] = {
    {"content", kPattern, "of write, append, create: what is written, all of it; left out: nothing"},
    {"mode", kText, "of chmod, and of mkdir where it counts: \"0644\""},
    {"length", kInteger | kText, "of truncate: in bytes"},
};
constexpr KeyInfo kFileReply[] = {kTextKey, kJson, kFileKey, kHex, kBase64, kDelay,
                                  {"errno", kText, "the call itself fails with it: \"ENOENT\""}};

constexpr KeyInfo kDnsReply[] = {
    {"address", kArray | kText, "IPv4 and IPv6 addresses"},
    {"records", kArray | kText, "as the type needs them: \"10 mail.example.com\""},
    {"ttl", kInteger, "seconds, 60 where none is given"},
    {"error", kText, "no answer, but this", "NXDOMAIN|SERVFAIL|REFUSED|timeout"},
    kDelay,
};

constexpr KeyInfo kLogFields[] = {
    {"level", kPattern, "DEBUG, INFO, WARNING, ERROR or CRITICAL, whatever the line calls it"},
    {"logger", kPattern, "who wrote it"},
    {"message", kPattern, "its text"},
    {"fields", kPattern, "other members of a JSON line, other parts of a format; those that are not named are not compared"},
};
constexpr KeyInfo kMockFields[] = {
    {"args", kArray | kText, "positional arguments; \"*\": any"},
    {"kwargs", kTable | kText, "named arguments; \"*\": any"},
};
constexpr KeyInfo kMockReply[] = {
    {"value", kAnything, "what the call returns"},
    {"error", kTable, "{ type, message }: what the call raises"},
    kDelay,
};

constexpr ProtocolKeys kProtocolKeys[] = {
    {"http", kText, "\"METHOD URL\": POST https://api.example.com/v1/charges", kHttpFields, kTable, kHttpReply, {}, {}},
    {"websocket", kText, "URL: wss://feed.example.com/prices", kWebsocketFields, kTable, kWebsocketReply, kWebsocketVerbs, kWebsocketBeside},
    {"postgres", kText, "user@host[:5432]/database", kPostgresFields, kTable, kPostgresReply, kPostgresVerbs, kPostgresBeside},
    {"redis", kArray | kTable | kText, "[\"GET\", \"key\"], or { multi = [[...], [...]] }", kRedisFields, kAnything, kRedisReply, {}, {}},
    {"smtp", kText, "host:port", kSmtpFields, kTable, kConnectReply, kSmtpVerbs, kSmtpBeside},
    {"socket", kText, "tcp://host:port, udp://host:port, unix:///path or unix://@name", {}, kTable, kConnectReply, kMessageVerbs, kStepBeside},
    {"exec", kArray | kText, "[\"git\", \"pull\"]", kExecFields, kTable, kExecReply, kExecVerbs, kStepBeside},
    {"shell", kPattern, "the text given to sh -c", kExecFields, kTable, kExecReply, kExecVerbs, kStepBeside},
    {"which", kText, "name of a program; the reply is the path where it is found, or false", {}, kText | kBoolean, {}, {}, {}},
    {"file", kText, "OPERATION PATH: read /etc/app.conf, rename /tmp/a -> /tmp/b, symlink /tmp/a -> TEXT", kFileFields, kTable, kFileReply, {}, {}},
    {"dns", kText, "name, or TYPE name: MX example.com", {}, kArray | kTable | kText, kDnsReply, {}, {}},
    {"log", kText, "name of a channel", kLogFields, 0, {}, {}, {}},
    {"mock", kText, "Object.method", kMockFields, kTable, kMockReply, {}, {}},
    {"sqlite", kText, "path of the database, as the program gives it", {}, kTable, kConnectReply, kSqlVerbs, kSqlBeside},
};

struct Part {
  std::string_view name;
  Keys keys;
};
constexpr KeyInfo kResponse[] = {
    {"status", kInteger | kText, "HTTP status"},
    {"headers", kPattern, "of the answer"},
    {"body", kPattern | kArray, "of the answer"},
};
constexpr KeyInfo kTls[] = {
    {"version", kPattern, "TLSv1.3 or TLSv1.2"},
    {"alpn", kPattern, "the protocol that was agreed on: http/1.1, or \"\" for none"},
    {"sni", kPattern, "the name that the client asked for, * as wildcard; \"\" for none"},
    {"*", kText, "\"*\": others may be anything, with or without this"},
};
constexpr KeyInfo kClientCert[] = {
    {"subject", kPattern, "distinguished name: \"CN=svc,O=Example\""},
    {"san", kArray | kText, "all alternative names, in the certificate's order: [\"DNS:svc.internal\", \"URI:spiffe://example/svc\"]"},
    {"*", kText, "\"*\": others may be anything, with or without this"},
};
constexpr KeyInfo kRecv[] = {
    {"close", kInteger, "the server ends it with this code"},
    {"reason", kText, "text of that close, at most 123 bytes"},
    {"ping", kText, "a ping; the program's pong is ambient"},
    {"pong", kText, "a pong that nobody asked for"},
};
constexpr KeyInfo kSse[] = {
    {"event", kText, "name of the event"},
    {"data", kAnything, "text, or a table that is written as JSON"},
    {"id", kText | kInteger, "last event id"},
    {"retry", kInteger, "milliseconds until the client tries again"},
};
constexpr KeyInfo kLogin[] = {
    {"user", kPattern, "name"},
    {"password", kPattern, "password, or token; of CRAM-MD5 it is checked where it is given literally"},
    {"mechanism", kPattern, "PLAIN, LOGIN, CRAM-MD5, XOAUTH2 or OAUTHBEARER; left out: any"},
};
constexpr KeyInfo kSendmail[] = {
    {"from", kPattern, "envelope sender"},
    {"to", kArray | kText, "envelope recipients"},
    {"message", kPattern, "parsed: subject, text, html, headers, attachments"},
    {"data", kPattern, "the raw message instead"},
};
constexpr KeyInfo kMessage[] = {
    {"subject", kPattern, "decoded"},
    {"from", kPattern, "the header, decoded; may be left out where it names the envelope's sender"},
    {"to", kPattern, "the header; may be left out where it names recipients of the envelope only"},
    {"cc", kPattern, "the header; as to"},
    {"text", kPattern, "plain text, line ends \\n"},
    {"html", kPattern, "HTML, line ends \\n"},
    {"headers", kPattern, "the others, by name; Date, Message-ID, MIME's own and the mailer's name only where they are named"},
    {"attachments", kArray | kText, "[ { name, type, content or sha256 } ], in order"},
    {"*", kText, "\"*\": anything else"},
};
constexpr KeyInfo kAttachment[] = {
    {"name", kPattern, "file name"},
    {"type", kPattern, "media type: text/csv"},
    {"content", kPattern, "decoded: text, { json }, { hex }, { base64 }, { file }"},
    {"sha256", kText, "of the decoded content, instead"},
    {"*", kText, "\"*\": anything else"},
};
constexpr KeyInfo kMailReply[] = {
    {"mail", kText, "answer to MAIL FROM"}, {"rcpt", kText | kArray, "answer to RCPT TO"}, {"data", kText, "answer to the message"},
    {"fault", kText, "what breaks instead of the answer to the message", kFaults}};
constexpr KeyInfo kSqlError[] = {
    {"code", kText, "SQLSTATE"},       {"message", kText, "primary text"},     {"severity", kText, "ERROR, FATAL"},
    {"detail", kText, "more"},         {"hint", kText, "a cure"},              {"constraint", kText, "its name"},
    {"table", kText, "its name"},      {"column", kText, "its name"},          {"schema", kText, "its name"},
    {"position", kInteger, "in the query, from 1"},
    {"datatype", kText, "its name"},   {"where", kText, "context"},        {"internal_query", kText, "its text"},
    {"internal_position", kInteger, "in the internal query"},
    {"file", kText, "of the server"},  {"line", kInteger | kText, "in it"}, {"routine", kText, "in it"},
};
constexpr KeyInfo kMockError[] = {{"type", kText, "name of the exception"}, {"message", kText, "its text"}};
constexpr Part kParts[] = {{"response", kResponse}, {"tls", kTls},          {"client_cert", kClientCert},
                           {"sse", kSse},          {"redis message", kRedisMessage}, {"login", kLogin},
                           {"sendmail", kSendmail}, {"message", kMessage},  {"attachment", kAttachment},
                           {"mail", kMailReply},   {"sql error", kSqlError}, {"notify", kNotify},
                           {"mock error", kMockError}, {"recv", kRecv}};

}  // namespace

const ProtocolKeys& protocol_keys(std::string_view protocol) {
  static constexpr ProtocolKeys kNone{};
  const auto found = std::ranges::find(kProtocolKeys, protocol, &ProtocolKeys::name);
  return found == std::end(kProtocolKeys) ? kNone : *found;
}

Keys part_keys(std::string_view part) {
  const auto found = std::ranges::find(kParts, part, &Part::name);
  return found == std::end(kParts) ? Keys{} : found->keys;
}

}  // namespace bigfoot

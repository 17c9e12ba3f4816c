// spec/protocol_guide.cpp - see protocol_guide.h.
#include "spec/protocol_guide.h"

#include <algorithm>
#include <iterator>

namespace bigfoot {
namespace {

constexpr ProtocolGuide kGuides[] = {
    {"http", "status 501, header x-bigfoot: unexpected, and the nearest entry with the difference as the body",
     "opening, keeping alive and closing connections\nTLS handshakes\nExpect: 100-continue\nheaders of the noise list (explain noise)",
     R"([[expect]]
http    = "POST https://api.example.com/v1/charges"
headers = { authorization = "Bearer {{nonempty}}", content-type = "application/json" }
body    = { json = { amount = 5000, id = "{{uuid:charge}}" } }
reply   = { status = 201, json = { id = "{{charge}}" } }
)"},
    {"websocket", "the handshake is answered 501; inside a session the connection closes with 1008 and the reason",
     "TLS handshakes\npings and pongs, unless a step names them\nheaders of the noise list (explain noise)",
     R"([[expect]]
websocket = "wss://feed.example.com/prices"
headers   = "*"
steps = [
  { send = { json = { action = "subscribe", symbol = "BTC" } } },
  { recv = { json = { price = 42000 } } },
  { close = "*" },
]
)"},
    {"postgres", "an ErrorResponse with SQLSTATE BF001: the driver raises its own error",
     "SSLRequest, GSSENCRequest, start-up parameters and the login\nBEGIN where it can be seen from what follows, savepoints in untouched transactions\nSET, SHOW, RESET, DISCARD, empty queries\nqueries of pg_catalog and information_schema\ncancel requests",
     R"([[expect]]
postgres = "admin@localhost/app"
steps = [
  { query = "SELECT name FROM users WHERE id = $1", params = [1], columns = ["name:text"], rows = [["Alice"]] },
  { close = true },
]
)"},
    {"redis", "-BIGFOOT unexpected command, with the nearest entry", "HELLO, AUTH, SELECT, CLIENT, INFO, COMMAND, PING, QUIT\nUNSUBSCRIBE and PUNSUBSCRIBE",
     R"([[expect]]
redis = ["SET", "session:{{id:uuid}}", "{{nonempty}}", "EX", "{{int}}"]
reply = "OK"
)"},
    {"smtp", "554 5.7.1 bigfoot: and the reason", "NOOP, RSET and VRFY\nEHLO after the first\nQUIT where no step names it\nTLS handshakes",
     R"([[expect]]
smtp  = "mail.example.com:25"
steps = [
  { ehlo = "*" },
  { sendmail = { from = "app@example.com", to = ["admin@example.com"], message = { subject = "Alert", text = "Body\n" } } },
  { quit = true, required = false },
]
)"},
    {"socket", "RST once the first bytes are known, also inside a session", "connections between the program's own processes",
     R"([[expect]]
socket = "tcp://api.example.com:7000"
steps = [
  { send = "PING\n" },
  { recv = "PONG\n" },
  { close = true },
]
)"},
    {"exec", "a stub that prints the difference on stderr and exits with 127", "child processes, until the spec has an exec or shell entry or sets guard.exec\nthe run's own command, and what its #! line needs",
     R"([[expect]]
exec  = ["git", "tag", "v{{int}}"]
stdin = ""
reply = { exit = 128, stderr = "fatal: tag already exists\n" }
)"},
    {"shell", "a stub that prints the difference on stderr and exits with 127", "as of exec\na shell whose text only leads to a program that an exec entry names",
     R"([[expect]]
shell = "echo hello | tr a-z A-Z"
stdin = ""
reply = { stdout = "HELLO\n" }
)"},
    {"which", "what PATH really has: a look-up alone is no violation", "look-ups that no entry names",
     R"([[expect]]
which = "docker"
reply = false
)"},
    {"file", "EACCES", "paths that guard.file.watch does not name",
     R"([guard]
file = { watch = ["/etc/myapp/**"] }

[[expect]]
file  = "read /etc/myapp/config.json"
reply = { json = { debug = false } }
)"},
    {"dns", "NXDOMAIN, where [settings] dns = \"strict\"", "look-ups of any name, unless [settings] dns = \"strict\" makes them expectations; they get a synthetic address",
     R"([[expect]]
dns   = "MX example.com"
reply = ["10 mail.example.com"]
)"},
    {"log", "nothing: a line goes on to where it went", "lines that no entry names, unless the channel is strict\nlines below the channel's ignore_below",
     R"([channels.app]
from   = "stderr"
format = "{level} {logger}: {message}"

[[expect]]
log     = "app"
level   = "WARNING"
logger  = "myapp.auth"
message = "login of {{email}} failed"
)"},
    {"mock", "an error of type UnmockedInteractionError", "",
     R"([[expect]]
mock   = "PaymentService.charge"
args   = [42]
reply  = { value = { status = "ok" } }
)"},
    {"sqlite", "an error of the library", "",
     R"([[expect]]
sqlite = "users.db"
steps = [
  { query = "SELECT name FROM users", params = [], columns = ["name"], rows = [["alice"]] },
  { close = true },
]
)"},
};

constexpr ViolationGuide kViolations[] = {
    {"unexpected", "a call that no entry fits; it was refused", "add the entry of the report, or let it through: [guard] allow"},
    {"mismatch", "a call of an entry, of which fields differ; it was served", "mend the program, or accept the value: the report has the line"},
    {"unasserted", "a call has a field that its entry does not mention", "add the line of the report, or waive it with \"*\""},
    {"unused", "an entry, reply or step never happened", "take it out, or say required = false"},
    {"out-of-order", "a call came before one that stands above it", "give both the same any_order, use after = [\"id\"], or [settings] order"},
    {"out-of-state", "a step that the session does not allow now, or a reply that needs a value nobody gave", "put the step where it comes"},
    {"guarded", "a call that a rule of [guard] deny names", "take the rule back, or the call out of the program"},
    {"leaked", "a call after the test or the main process had ended", "let the program wait for what it starts"},
    {"undecoded", "bytes that no decoder understood", "see the report: it says where the bytes leave the protocol's rules"},
    {"tls-refused", "the program did not trust the run's certificate authority", "docs/tls.md says how each client is reached"},
    {"timeout", "the run took longer than --timeout or [settings] timeout", "the report names what was still open"},
};

}  // namespace

std::span<const ProtocolGuide> protocol_guides() { return kGuides; }

const ProtocolGuide& protocol_guide(std::string_view protocol) {
  static constexpr ProtocolGuide kNone{};
  const auto found = std::ranges::find(kGuides, protocol, &ProtocolGuide::name);
  return found == std::end(kGuides) ? kNone : *found;
}

std::span<const ViolationGuide> violation_guides() { return kViolations; }

}  // namespace bigfoot

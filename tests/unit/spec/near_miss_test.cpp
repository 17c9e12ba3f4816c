// tests/unit/spec/near_miss_test.cpp - What is said of a call that no entry fits, protocol by protocol: the whole text that the
// client sees and the report is made of. Source: spec-format.md, section 5.
#include <gtest/gtest.h>

#include "spec/findings.h"
#include "tests/unit/spec/spec_text.h"

namespace bigfoot {
namespace {

struct NearCase {
  const char* name;
  const char* protocol;
  std::string spec;
  std::vector<const char*> calls;  ///< as JSON; of sessions the opening first, then { verb = fields }
  std::string told;                ///< of the last of them
};

class NearMissTest : public testing::TestWithParam<NearCase> {
 protected:
  static Destination destination(const Fields& call) {
    Destination out;
    out.transport = call.contains("path") ? Transport::unix_stream : call.contains("udp") ? Transport::udp : Transport::tcp;
    out.path = call.value("path", "");
    out.host = call.value("host", "");
    out.port = call.value("port", 0U);
    return out;
  }
  std::string last_told() {
    const NearCase& its = GetParam();
    const Spec spec = spec_of(its.spec);
    Ledger ledger(spec, quiet_world());
    const ProtocolInfo& info = protocol(its.protocol);
    const std::string_view name = its.protocol;
    const bool in_sessions = name == "postgres" || name == "smtp" || name == "websocket";
    std::unique_ptr<CallSession> session;
    std::vector<Finding> findings;
    std::uint64_t seq = 0;
    for (const char* text : its.calls) {
      const Fields call = Fields::parse(text);
      if (in_sessions && !session) {
        session = ledger.open_calls(info, Opening{call, name == "websocket"});
        findings = name == "websocket" ? session->open(++seq).findings : std::vector<Finding>();
      } else if (session) {
        const auto step = call.begin();
        findings = session->offer(Call{step.key(), step.value()}, ++seq).findings;
      } else if (name == "exec" || name == "shell") {
        findings = ledger.offer_exec(call, ++seq).findings;
      } else if (name == "file") {
        findings = ledger.offer_file(call, false, ++seq).findings;
      } else if (name == "log") {
        findings = ledger.offer_log(call, ++seq).findings;
      } else if (name == "socket") {
        findings = {ledger.unexpected_bytes(destination(call), call.at("bytes").get<std::string>())};
      } else {
        findings = ledger.offer(info, call, ++seq).findings;
      }
    }
    return findings.empty() ? "(nothing)" : refusal_text(findings.front());
  }
};

#define HTTP(METHOD, SCHEME, HOST, PORT, PATH) \
  R"({"method":")" METHOD R"(","scheme":")" SCHEME R"(","host":")" HOST R"(","port":)" PORT R"(,"path":")" PATH R"(","query":"","headers":[],"body":""})"

std::string http(const std::string& headline, const std::string& more = "") {
  return "[[expect]]\nhttp = \"" + headline + "\"\nheaders = \"*\"\nbody = \"*\"\nreply = { status = 200 }\n" + more + "\n";
}
std::string redis(const std::string& words, const std::string& more = "") { return "[[expect]]\nredis = " + words + "\nreply = \"OK\"\n" + more + "\n"; }
std::string mock(const std::string& name, const std::string& args, const std::string& more = "") {
  return "[[expect]]\nmock = \"" + name + "\"\nargs = " + args + "\nreply = { value = 1 }\n" + more + "\n";
}
std::string exec(const std::string& words) { return "[[expect]]\nexec = " + words + "\nreply = { exit = 0 }\n"; }
std::string shell(const std::string& text) { return "[[expect]]\nshell = \"" + text + "\"\nreply = { exit = 0 }\n"; }
std::string file(const std::string& text) { return "[guard.file]\nwatch = [\"/var/**\"]\n[[expect]]\nfile = \"" + text + "\"\n"; }
std::string log(const std::string& text) { return "[channels.app]\nfrom = \"stderr\"\nstrict = true\n[[expect]]\nlog = \"app\"\n" + text + "\n"; }
std::string dns(const std::string& text) { return "[[expect]]\ndns = \"" + text + "\"\nreply = [\"10.0.0.1\"]\n"; }
std::string postgres(const std::string& steps, const std::string& place = "app@db.test/shop") { return "[[expect]]\npostgres = \"" + place + "\"\nsteps = [" + steps + "]\n"; }
std::string smtp(const std::string& steps, const std::string& place = "mail.test:25") { return "[[expect]]\nsmtp = \"" + place + "\"\nsteps = [" + steps + "]\n"; }
std::string socket(const std::string& address) { return "[[expect]]\nsocket = \"" + address + "\"\nsteps = [{ send = \"hello\" }]\n"; }
std::string websocket(const std::string& steps, const std::string& place = "ws://chat.test/room") { return "[[expect]]\nwebsocket = \"" + place + "\"\nheaders = \"*\"\nsteps = [" + steps + "]\n"; }

constexpr const char* kPostgres = R"({"user":"app","host":"db.test","port":5432,"database":"shop"})";
constexpr const char* kSmtp = R"({"host":"mail.test","port":25})";
constexpr const char* kSocket = R"({"scheme":"ws","host":"chat.test","port":80,"path":"/room","query":"","headers":[]})";

const NearCase kCases[] = {
    {"HttpMethod", "http", http("POST http://api.test/a"), {HTTP("PUT", "http", "api.test", "80", "/a")},
     R"(unexpected: PUT http://api.test/a
nearest: t.toml:2 POST http://api.test/a   method differs: PUT instead of POST
)"},
    {"HttpHost", "http", http("POST http://api.test/a"), {HTTP("POST", "http", "apis.test", "80", "/a")},
     R"(unexpected: POST http://apis.test/a
nearest: t.toml:2 POST http://api.test/a   host differs at "s"
)"},
    {"HttpPort", "http", http("POST http://api.test/a"), {HTTP("POST", "http", "api.test", "8080", "/a")},
     R"(unexpected: POST http://api.test:8080/a
nearest: t.toml:2 POST http://api.test/a   port differs: 8080 instead of 80
)"},
    {"HttpScheme", "http", http("POST http://api.test/a"), {HTTP("POST", "https", "api.test", "443", "/a")},
     R"(unexpected: POST https://api.test/a
nearest: t.toml:2 POST http://api.test/a   scheme differs: https instead of http
)"},
    {"HttpPath", "http", http("POST http://api.test/charge/1"), {HTTP("POST", "http", "api.test", "80", "/charge/2")},
     R"(unexpected: POST http://api.test/charge/2
nearest: t.toml:2 POST http://api.test/charge/1   path differs at "1"
)"},
    {"HttpPathLong", "http", http("POST http://api.test/v1/charges"), {HTTP("POST", "http", "api.test", "80", "/v2/accounts/77/payment_intents")},
     R"(unexpected: POST http://api.test/v2/accounts/77/payment_intents
nearest: t.toml:2 POST http://api.test/v1/charges   path differs: /v2/accounts/77/payment_intents instead of /v1/charges
)"},
    {"HttpPathMissing", "http", http("POST http://api.test/v1/charges"), {HTTP("POST", "http", "api.test", "80", "/charges")},
     R"(unexpected: POST http://api.test/charges
nearest: t.toml:2 POST http://api.test/v1/charges   path differs at "v1/"
)"},
    {"HttpSlash", "http", http("POST http://api.test/v1/charges"), {HTTP("POST", "http", "api.test", "80", "/v1/charges/")},
     R"(unexpected: POST http://api.test/v1/charges/
nearest: t.toml:2 POST http://api.test/v1/charges   path differs at "/"
)"},
    {"HttpUsed", "http", http("POST http://api.test/a"), {HTTP("POST", "http", "api.test", "80", "/a"), HTTP("POST", "http", "api.test", "80", "/a")},
     R"(unexpected: POST http://api.test/a
1 earlier entry for this call was used at #1 (t.toml:2); one more needs times = 2
)"},
    {"HttpUsedReplies", "http", "[[expect]]\nhttp = \"POST http://api.test/a\"\nheaders = \"*\"\nbody = \"*\"\nreplies = [{ status = 503 }, { status = 200 }]\n",
     {HTTP("POST", "http", "api.test", "80", "/a"), HTTP("POST", "http", "api.test", "80", "/a"), HTTP("POST", "http", "api.test", "80", "/a")},
     R"(unexpected: POST http://api.test/a
1 earlier entry for this call was used at #1, #2 (t.toml:2); one more needs one more of its replies
)"},
    {"HttpHole", "http", http("GET http://api.test/users/{{int}}"), {HTTP("GET", "http", "api.test", "80", "/users/bob")},
     R"(unexpected: GET http://api.test/users/bob
nearest: t.toml:2 GET http://api.test/users/{{int}}   path differs: /users/bob instead of /users/{{int}}
)"},
    {"HttpNothing", "http", http("GET http://api.test/users"), {HTTP("POST", "http", "other.example", "80", "/upload")},
     R"(unexpected: POST http://other.example/upload
)"},
    {"HttpOtherTest", "http", "[[test]]\nname = \"x\"\n[[test.expect]]\nhttp = \"POST http://api.test/a\"\nheaders = \"*\"\nbody = \"*\"\nreply = { status = 200 }\n", {HTTP("POST", "http", "api.test", "80", "/a")},
     R"(unexpected: POST http://api.test/a
nearest: t.toml:4 POST http://api.test/a   of test 'x', and this call was made outside of it
)"},
    {"HttpMethodAndPath", "http", http("POST http://api.test/a"), {HTTP("PUT", "http", "api.test", "80", "/ab")},
     R"(unexpected: PUT http://api.test/ab
nearest: t.toml:2 POST http://api.test/a   path differs at "b", method differs: PUT instead of POST
)"},
    {"DnsName", "dns", dns("api.test"), {R"({"name":"apis.test","type":"A"})"},
     R"(unexpected: dns apis.test
nearest: t.toml:2 dns api.test   name differs at "s"
)"},
    {"DnsType", "dns", "[[expect]]\ndns = \"MX api.test\"\nreply = [\"10 mail.test\"]\n", {R"({"name":"api.test","type":"TXT"})"},
     R"(unexpected: dns TXT api.test
nearest: t.toml:2 dns MX api.test   type differs: TXT instead of MX
)"},
    {"DnsUsed", "dns", dns("api.test"), {R"({"name":"api.test","type":"A"})", R"({"name":"api.test","type":"A"})"},
     R"(unexpected: dns api.test
1 earlier entry for this call was used at #1 (t.toml:2); one more needs times = 2
)"},
    {"RedisKey", "redis", redis("[\"GET\", \"user:1\"]"), {R"({"server":"cache.test:6379","command":"GET","key":"user:2","args":["GET","user:2"]})"},
     R"(unexpected: redis ["GET", "user:2"]
nearest: t.toml:2 redis ["GET", "user:1"]   key differs at "1"
)"},
    {"RedisCommand", "redis", redis("[\"GET\", \"user:1\"]"), {R"({"server":"cache.test:6379","command":"HGETALL","key":"user:1","args":["HGETALL","user:1"]})"},
     R"(unexpected: redis ["HGETALL", "user:1"]
nearest: t.toml:2 redis ["GET", "user:1"]   command differs: HGETALL instead of GET
)"},
    {"RedisUsed", "redis", redis("[\"GET\", \"user:1\"]"), {R"({"server":"cache.test:6379","command":"GET","key":"user:1","args":["GET","user:1"]})", R"({"server":"cache.test:6379","command":"GET","key":"user:1","args":["GET","user:1"]})"},
     R"(unexpected: redis ["GET", "user:1"]
1 earlier entry for this call was used at #1 (t.toml:2); one more needs times = 2
)"},
    {"RedisServer", "redis", redis("[\"GET\", \"user:1\"]", "server = \"other.test\""), {R"({"server":"cache.test:6379","command":"GET","key":"user:1","args":["GET","user:1"]})"},
     R"(unexpected: redis ["GET", "user:1"]
nearest: t.toml:2 redis ["GET", "user:1"]   server differs: cache.test:6379 instead of other.test:6379
)"},
    {"MockArgs", "mock", mock("Pay.charge", "[42]"), {R"({"name":"Pay.charge","args":[43],"kwargs":{}})"},
     R"(mismatch: mock Pay.charge: 1 field differs
expected by t.toml:2 mock Pay.charge
  args[0]  expected 42  got 43
)"},
    {"MockName", "mock", mock("Pay.charge", "[42]"), {R"({"name":"Pay.charges","args":[42],"kwargs":{}})"},
     R"(unexpected: mock Pay.charges
nearest: t.toml:2 mock Pay.charge   name differs at "s"
)"},
    {"MockOther", "mock", mock("Pay.charge", "[42]"), {R"({"name":"Pay.refund","args":[42],"kwargs":{}})"},
     R"(unexpected: mock Pay.refund
nearest: t.toml:2 mock Pay.charge   name differs: Pay.refund instead of Pay.charge
)"},
    {"MockUsed", "mock", mock("Pay.charge", "[42]"), {R"({"name":"Pay.charge","args":[42],"kwargs":{}})", R"({"name":"Pay.charge","args":[42],"kwargs":{}})"},
     R"(unexpected: mock Pay.charge
1 earlier entry for this call was used at #1 (t.toml:2); one more needs times = 2
)"},
    {"MockUsedArgs", "mock", mock("Pay.charge", "[42]"), {R"({"name":"Pay.charge","args":[42],"kwargs":{}})", R"({"name":"Pay.charge","args":[43],"kwargs":{}})"},
     R"(unexpected: mock Pay.charge
nearest: t.toml:2 mock Pay.charge   args[0] differs: 43 instead of 42, already used at #1
)"},
    {"MockTwoUsed", "mock", mock("Pay.charge", "[42]") + mock("Pay.charge", "[43]"), {R"({"name":"Pay.charge","args":[42],"kwargs":{}})", R"({"name":"Pay.charge","args":[43],"kwargs":{}})", R"({"name":"Pay.charge","args":[44],"kwargs":{}})"},
     R"(unexpected: mock Pay.charge
nearest: t.toml:2 mock Pay.charge   args[0] differs: 44 instead of 42, already used at #1
2 earlier entries for this call were used at #1, #2 (t.toml:2, t.toml:7)
)"},
    {"ExecArgument", "exec", exec("[\"git\", \"pull\"]"), {R"({"path":"/usr/bin/git","argv":["git","push"],"cwd":"/"})"},
     R"(mismatch: exec ["git", "push"]: 1 field differs
expected by t.toml:2 exec ["git", "pull"]
  argv[1]  expected "pull"  got "push"
)"},
    {"ExecProgram", "exec", exec("[\"python\", \"x.py\"]"), {R"({"path":"/usr/bin/python3","argv":["python3","x.py"],"cwd":"/"})"},
     R"(unexpected: exec ["python3", "x.py"]
nearest: t.toml:2 exec ["python", "x.py"]   program differs: python3 instead of python
)"},
    {"ExecUsed", "exec", exec("[\"git\", \"pull\"]"), {R"({"path":"/usr/bin/git","argv":["git","pull"],"cwd":"/"})", R"({"path":"/usr/bin/git","argv":["git","pull"],"cwd":"/"})"},
     R"(unexpected: exec ["git", "pull"]
1 earlier entry for this call was used at #1 (t.toml:2); one more needs times = 2
)"},
    {"ExecThroughAShell", "exec", shell("git pull"), {R"({"path":"/usr/bin/git","argv":["git","pull"],"cwd":"/"})"},
     R"(unexpected: exec ["git", "pull"]
nearest: t.toml:2 shell git pull   the program runs it without a shell
)"},
    {"ShellText", "shell", shell("git pull | tail"), {R"({"path":"/bin/sh","argv":["sh","-c","git pull | tail -1"],"cwd":"/"})"},
     R"(unexpected: shell git pull | tail -1
nearest: t.toml:2 shell git pull | tail   command differs at " -1"
)"},
    {"ShellForExec", "shell", exec("[\"git\", \"pull\"]"), {R"({"path":"/bin/sh","argv":["sh","-c","git pull"],"cwd":"/"})"},
     R"(unexpected: shell git pull
nearest: t.toml:2 exec ["git", "pull"]   the program runs it through a shell
)"},
    {"FileOperation", "file", file("append /var/a.txt"), {R"({"operation":"write","path":"/var/a.txt"})"},
     R"(unexpected: file write /var/a.txt
nearest: t.toml:4 file append /var/a.txt   operation differs: the entry says append
)"},
    {"FileName", "file", file("write /var/a.txt"), {R"({"operation":"write","path":"/var/b.txt"})"},
     R"(unexpected: file write /var/b.txt
nearest: t.toml:4 file write /var/a.txt   path differs at "a"
)"},
    {"FileFolder", "file", file("write /var/data/a.txt"), {R"({"operation":"write","path":"/var/tmp/a.txt"})"},
     R"(unexpected: file write /var/tmp/a.txt
nearest: t.toml:4 file write /var/data/a.txt   path differs at "data"
)"},
    {"FileUsed", "file", file("unlink /var/a.txt"), {R"({"operation":"unlink","path":"/var/a.txt"})", R"({"operation":"unlink","path":"/var/a.txt"})"},
     R"(unexpected: file unlink /var/a.txt
1 earlier entry for this call was used at #1 (t.toml:4); one more needs times = 2
)"},
    {"LogMessage", "log", log("level = \"INFO\"\nmessage = \"user alice logged in\""), {R"({"channel":"app","level":"INFO","logger":"","message":"user bob logged in"})"},
     R"(unexpected: log app INFO user bob logged in
nearest: t.toml:5 log app INFO user alice logged in   message differs at "alice"
)"},
    {"LogLevel", "log", log("level = \"INFO\"\nmessage = \"user alice logged in\""), {R"({"channel":"app","level":"WARNING","logger":"","message":"user alice logged in"})"},
     R"(mismatch: log app WARNING user alice logged in: 1 field differs
expected by t.toml:5 log app INFO user alice logged in
  level  expected "INFO"  got "WARNING"
)"},
    {"LogUsed", "log", log("level = \"INFO\"\nmessage = \"user alice logged in\""), {R"({"channel":"app","level":"INFO","logger":"","message":"user alice logged in"})", R"({"channel":"app","level":"INFO","logger":"","message":"user alice logged in"})"},
     R"(unexpected: log app INFO user alice logged in
1 earlier entry for this call was used at #1 (t.toml:5); one more needs times = 2
)"},
    {"PostgresQuery", "postgres", postgres(R"({ query = "SELECT id FROM users WHERE id = $1", params = [1], columns = ["a:int4"], rows = [[1]] })"), {kPostgres, R"({"query":{"query":"SELECT id, name FROM users WHERE id = $1","params":[1]}})"},
     R"(unexpected: postgres app@db.test:5432/shop: query = "SELECT id, name FROM users WHERE id = $1", params = [1]
nearest: t.toml:2 postgres app@db.test/shop   step 1, query "SELECT id FROM users WHERE id = $1": query differs at ", name"
)"},
    {"PostgresParams", "postgres", postgres(R"({ query = "SELECT 1 WHERE $1", params = [1], columns = ["a:int4"], rows = [[1]] })"), {kPostgres, R"({"query":{"query":"SELECT 1 WHERE $1","params":[2]}})"},
     R"(mismatch: postgres app@db.test/shop: step 1 of 1 differs: query "SELECT 1 WHERE $1"
expected by t.toml:4 postgres app@db.test/shop
  params[0]  expected 1  got 2
)"},
    {"PostgresOther", "postgres", postgres(R"({ query = "SELECT 1", columns = ["a:int4"], rows = [[1]] })"), {kPostgres, R"({"query":{"query":"DELETE FROM users","params":[]}})"},
     R"(unexpected: postgres app@db.test:5432/shop: query = "DELETE FROM users"
nearest: t.toml:2 postgres app@db.test/shop   it waits for step 1: query "SELECT 1"
)"},
    {"PostgresAgain", "postgres", postgres(R"({ query = "SELECT 1", columns = ["a:int4"], rows = [[1]] })"), {kPostgres, R"({"query":{"query":"SELECT 1","params":[]}})", R"({"query":{"query":"SELECT 1","params":[]}})"},
     R"(unexpected: postgres app@db.test:5432/shop: query = "SELECT 1"
nearest: t.toml:2 postgres app@db.test/shop   step 1 has been played already, and no other is left
played before: query "SELECT 1"
)"},
    {"PostgresDatabase", "postgres", postgres(R"({ query = "SELECT 1", columns = ["a:int4"], rows = [[1]] })", "app@db.test/shops"), {kPostgres, R"({"query":{"query":"SELECT 1","params":[]}})"},
     R"(unexpected: postgres app@db.test:5432/shop: query = "SELECT 1"
nearest: t.toml:2 postgres app@db.test/shops   database differs: shop instead of shops
)"},
    {"PostgresUser", "postgres", postgres(R"({ query = "SELECT 1", columns = ["a:int4"], rows = [[1]] })", "admin@db.test/shop"), {kPostgres, R"({"query":{"query":"SELECT 1","params":[]}})"},
     R"(unexpected: postgres app@db.test:5432/shop: query = "SELECT 1"
nearest: t.toml:2 postgres admin@db.test/shop   user differs: app instead of admin
)"},
    {"PostgresUsedUp", "postgres", postgres(R"({ query = "SELECT 1", columns = ["a:int4"], rows = [[1]] }, { query = "SELECT 2", columns = ["a:int4"], rows = [[1]] })"), {kPostgres, R"({"query":{"query":"SELECT 1","params":[]}})", R"({"query":{"query":"SELECT 3","params":[]}})"},
     R"(unexpected: postgres app@db.test:5432/shop: query = "SELECT 3"
nearest: t.toml:2 postgres app@db.test/shop   step 2, query "SELECT 2": query differs at "2"
played before: query "SELECT 1"
)"},
    {"SmtpFrom", "smtp", smtp(R"({ sendmail = { from = "a@x.test", to = ["b@x.test"] , message = "*" } })"), {kSmtp, R"({"sendmail":{"from":"c@x.test","to":["b@x.test"],"message":{"subject":"s"}}})"},
     R"(mismatch: smtp mail.test:25: step 1 of 1 differs: sendmail { from = "a@x.test" }
expected by t.toml:4 smtp mail.test:25
  from  expected "a@x.test"  got "c@x.test"
)"},
    {"SmtpTwice", "smtp", smtp(R"({ sendmail = { from = "a@x.test", to = ["b@x.test"] , message = "*" } })"), {kSmtp, R"({"sendmail":{"from":"a@x.test","to":["b@x.test"],"message":{"subject":"s"}}})", R"({"sendmail":{"from":"a@x.test","to":["b@x.test"],"message":{"subject":"s"}}})"},
     R"(unexpected: smtp mail.test:25: sendmail = { from = "a@x.test", to = ["b@x.test"], message = { subject = "s" } }
nearest: t.toml:2 smtp mail.test:25   step 1 has been played already, and no other is left
played before: sendmail { from = "a@x.test" }
)"},
    {"SmtpPort", "smtp", smtp(R"({ sendmail = { from = "a@x.test", to = ["b@x.test"] , message = "*" } })", "mail.test:587"), {kSmtp, R"({"sendmail":{"from":"a@x.test","to":["b@x.test"],"message":{"subject":"s"}}})"},
     R"(unexpected: smtp mail.test:25: sendmail = { from = "a@x.test", to = ["b@x.test"], message = { subject = "s" } }
nearest: t.toml:2 smtp mail.test:587   port differs: 25 instead of 587
)"},
    {"SocketHost", "socket", socket("tcp://db.test:5000"), {R"t({"host":"dbs.test","port":5000,"bytes":"hi"})t"},
     R"t(unexpected: tcp://dbs.test:5000: 2 bytes of no known protocol
nearest: t.toml:2 tcp://db.test:5000   host differs at "s"
first bytes: "hi"
)t"},
    {"SocketPort", "socket", socket("tcp://db.test:5000"), {R"t({"host":"db.test","port":5001,"bytes":"hi"})t"},
     R"t(unexpected: tcp://db.test:5001: 2 bytes of no known protocol
nearest: t.toml:2 tcp://db.test:5000   port differs: 5001 instead of 5000
first bytes: "hi"
)t"},
    {"SocketScheme", "socket", socket("tcp://db.test:5000"), {R"t({"udp":true,"host":"db.test","port":5000,"bytes":"hi"})t"},
     R"t(unexpected: udp://db.test:5000: 2 bytes of no known protocol
nearest: t.toml:2 tcp://db.test:5000   scheme differs: udp instead of tcp
first bytes: "hi"
)t"},
    {"SocketBytes", "socket", socket("tcp://db.test:5000"), {R"t({"host":"db.test","port":5000,"bytes":"hi"})t"},
     R"t(unexpected: tcp://db.test:5000: 2 bytes of no known protocol
nearest: t.toml:2 tcp://db.test:5000   its first step does not fit: send "hello"
first bytes: "hi"
)t"},
    {"SocketSilence", "socket", socket("tcp://db.test:5000"), {R"t({"host":"db.test","port":5000,"bytes":""})t"},
     R"t(unexpected: tcp://db.test:5000: connected, and the program waits for the server to speak first
nearest: t.toml:2 tcp://db.test:5000   its first step does not fit: send "hello"
)t"},
    {"SocketPath", "socket", socket("unix:///run/agent.sock"), {R"t({"path":"/run/agents.sock","bytes":"\u0001\u0002"})t"},
     R"t(unexpected: unix:///run/agents.sock: 2 bytes of no known protocol
nearest: t.toml:2 unix:///run/agent.sock   path differs at "s"
first bytes: hex 01 02
)t"},
    {"SocketNothing", "socket", socket("tcp://db.test:5000"), {R"t({"path":"/run/agent.sock","bytes":"hi"})t"},
     R"t(unexpected: unix:///run/agent.sock: 2 bytes of no known protocol
first bytes: "hi"
)t"},
    {"WebsocketPath", "websocket", websocket(R"({ send = "hi" })", "ws://chat.test/rooms"), {kSocket},
     R"(unexpected: ws://chat.test/room
nearest: t.toml:2 ws://chat.test/rooms   path differs at "s"
)"},
    {"WebsocketText", "websocket", websocket(R"({ send = "hi" })"), {kSocket, R"({"send":{"send":"ho"}})"},
     R"(mismatch: ws://chat.test/room: step 1 of 1 differs: send "hi"
expected by t.toml:5 ws://chat.test/room
  send  expected "hi"  got "ho"
)"},
    {"WebsocketJson", "websocket", websocket(R"({ send = { json = { type = "join", room = 1 } } }, { send = { json = { type = "say", text = "x" } } })"), {kSocket, R"({"send":{"send":"{\"type\":\"joined\",\"room\":1}"}})"},
     R"(mismatch: ws://chat.test/room: step 1 of 2 differs: send { json = … }
expected by t.toml:5 ws://chat.test/room
  send.type  expected "join"  got "joined"
)"},
    {"WebsocketAhead", "websocket", websocket(R"({ send = "hi" }, { send = { json = { type = "say", text = "x" } } })"), {kSocket, R"({"send":{"send":"{\"type\":\"say\",\"text\":\"y\"}"}})"},
     R"(mismatch: ws://chat.test/room: step 1 of 2 differs: send "hi"
expected by t.toml:5 ws://chat.test/room
  send  expected "hi"  got "{\"type\":\"say\",\"text\":\"y\"}"  (differs at byte 0: expected "hi", got "{\"type\":\"say\",\"t")
)"},
    {"HttpUsedOtherBody", "http", "[[expect]]\nhttp = \"POST http://api.test/a\"\nheaders = \"*\"\nbody = { json = { amount = 5 } }\nreply = { status = 200 }\n", {R"({"method":"POST","scheme":"http","host":"api.test","port":80,"path":"/a","query":"","headers":[],"body":"{\"amount\":5}"})", R"({"method":"POST","scheme":"http","host":"api.test","port":80,"path":"/a","query":"","headers":[],"body":"{\"amount\":7}"})"},
     R"(unexpected: POST http://api.test/a
nearest: t.toml:2 POST http://api.test/a   body.amount differs: 7 instead of 5, already used at #1
)"},
    {"PostgresLong", "postgres", postgres(R"({ query = "SELECT id FROM users WHERE name = $1 ORDER BY id", params = ["a"], columns = ["a:int4"], rows = [[1]] })"), {kPostgres, R"({"query":{"query":"SELECT id, created_at, email FROM users WHERE name = $1 ORDER BY id","params":["a"]}})"},
     R"(unexpected: postgres app@db.test:5432/shop: query = "SELECT id, created_at, email FROM users WHERE name = $1 ORDER BY id", params = ["a"]
nearest: t.toml:2 postgres app@db.test/shop   step 1, query "SELECT id FROM users WHERE name = $1 ORDER BY id": query differs at ", created_at, email"
)"},
    {"PostgresFromOn", "postgres", postgres(R"({ query = "SELECT id FROM users WHERE id = $1", params = [1], columns = ["a:int4"], rows = [[1]] })"), {kPostgres, R"({"query":{"query":"SELECT name FROM users WHERE id = 1","params":[]}})"},
     R"(unexpected: postgres app@db.test:5432/shop: query = "SELECT name FROM users WHERE id = 1"
nearest: t.toml:2 postgres app@db.test/shop   step 1, query "SELECT id FROM users WHERE id = $1": query differs from "id FROM users WHERE id =…" on
)"},
    {"WebsocketOver", "websocket", websocket(R"({ send = "hi" })"), {kSocket, R"({"send":{"send":"hi"}})", R"({"send":{"send":"more"}})"},
     R"(unexpected: ws://chat.test/room: send = "more"
nearest: t.toml:2 ws://chat.test/room   all its steps have been played
played before: send "hi"
)"},
};

TEST_P(NearMissTest, SaysWhy) { EXPECT_EQ(last_told(), GetParam().told); }

INSTANTIATE_TEST_SUITE_P(Calls, NearMissTest, testing::ValuesIn(kCases), [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace bigfoot

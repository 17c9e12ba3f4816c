// spec/spec.h - A loaded spec: entries with compiled patterns, settings, guard. Immutable once loaded, so any thread
// may read it. Source: spec-format.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "protocols/protocol.h"
#include "spec/diagnostics.h"
#include "spec/log_format.h"
#include "spec/pattern.h"

namespace bigfoot {

enum class Transport { tcp, udp, unix_stream, unix_datagram };

/// Where a program wants to go, as reports name it.
struct Destination {
  Transport transport = Transport::tcp;
  std::string host;     ///< the name that was looked up, else the address without brackets; "" for unix
  std::string address;  ///< numeric address, no brackets; "" for unix
  unsigned port = 0;
  std::string path;     ///< unix: the path, "@name" for an abstract one

  /// "tcp://api.example.com:80", "unix:///run/agent.sock"
  std::string url() const;
};

/// Where the connection of an entry goes: what the policy compares with a Destination.
struct EndpointPattern {
  bool tcp = false, udp = false, unix_path = false;
  bool tls = false;
  PatternPtr host;               ///< of the name or the address; null: any
  std::optional<unsigned> port;  ///< none: any
  PatternPtr path;               ///< unix
  bool fits(const Destination& to) const;
};

struct FieldPattern {
  std::string name;
  PatternPtr pattern;  ///< null: not mentioned, must then be empty on the wire
  Place at;
};

enum class Fault { none, reset, close, timeout, garbage, truncate };

struct Reply {
  TemplatePtr fields;  ///< renders to the protocol's reply fields (or to any value where `reply = <scalar>`)
  std::chrono::microseconds delay{0};
  Fault fault = Fault::none;
  int errno_code = 0;  ///< positive: the connect itself fails with it
  Place at;
};

/// Of the steps that are built, seen from the program; a new protocol adds its own. A child's stdin is a `send`, its stdout
/// and stderr are `recv`, its end is a `close`.
enum class Verb { send, recv, close, fault };
struct Step {
  Verb verb = Verb::send;
  PatternPtr content;  ///< send
  TemplatePtr data;    ///< recv: renders to a string of bytes
  Fault fault = Fault::none;
  int fd = 1;          ///< recv of a child: 1 or 2, where it prints
  int status = 0;      ///< close of a child: its exit status
  int signal = 0;      ///< close of a child: what it dies of instead, where not 0
  std::chrono::microseconds delay{0};
  bool required = true;
  Place at;
  std::string shown;   ///< the step as the spec wrote it, shortened, for reports
};

/// A call in the words of one step, where a protocol says one thing in several ways: SQL with its values bound or in the
/// text. Nothing where the call says something else.
using CallView = std::function<std::optional<Fields>(const Fields& call, const Captures& known, const Surroundings& around)>;

/// One turn of a session of calls (postgres, smtp, websocket): a call that the program makes and what it gets, or something
/// that the server says unasked. Source: spec-format.md, rule 8 and sections 4.1, 4.3, 4.4.
struct Turn {
  std::string verb;                    ///< Call::op; of a push what the step calls it: "recv"
  bool push = false;                   ///< the server says it unasked: `reply` is what
  std::vector<FieldPattern> identity;  ///< what makes a call this step: the SQL of a query. May be empty
  std::vector<FieldPattern> asserted;  ///< every field that must be asserted, mentioned or not, and others that are mentioned
  CallView view;                       ///< how identity and asserted fields see a call; null: as it is
  Reply reply;                         ///< for Decoder::encode() or push(); fields null: the protocol's default
  bool required = true;
  Place at;
  std::string shown;  ///< the step as the spec wrote it, shortened, for reports
};

struct Count {
  std::uint64_t min = 1, max = 1;
  static constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();
};

enum class Order { strict, per_target, any };
enum class OnMismatch { serve, refuse };

/// One time that a test was begun: each has entries of its own, made from those of the [[test]] tables that its name fits.
using SectionId = std::uint32_t;
inline constexpr SectionId kWholeRun = 0;  ///< entries that hold for the whole run

struct Entry {
  std::size_t index = 0;  ///< in Spec::entries: document order. In the ledger entries of sections stand behind those
  Place at;
  std::string id;        ///< given, else "" (reports then say file:line)
  std::string headline;  ///< as reports name it: `POST https://api.stripe.com/v1/charges`
  const ProtocolInfo* protocol = nullptr;
  std::vector<FieldPattern> identity;  ///< of ProtocolInfo::call with identity = true
  std::vector<FieldPattern> asserted;  ///< every must_assert field, mentioned or not, and the others that are mentioned
  EndpointPattern endpoint;
  bool wants_client_cert = false;      ///< the TLS handshake asks the client for a certificate
  std::string any_order;
  std::vector<std::size_t> after;  ///< indices of the entries named by `after`
  Count times;                     ///< required = false makes min 0
  OnMismatch on_mismatch = OnMismatch::serve;
  bool pass_through = false;
  std::vector<FieldPattern> response;  ///< what a real answer must be (pass_through)
  std::vector<Reply> replies;          ///< one: for every use; several: one after the other; none: protocol's default
  std::vector<Step> steps;             ///< a session of bytes or of a child, when not empty
  std::vector<Turn> turns;             ///< a session of calls, when not empty
  Fields terms = Fields::object();     ///< of a session of calls: its settings, for Decoder::accept()
  bool offers_tls = false;             ///< the server agrees to TLS where the protocol asks for it in clear (SSLRequest)
  std::size_t test = kNoTest;          ///< index in Spec::tests
  static constexpr std::size_t kNoTest = static_cast<std::size_t>(-1);
  SectionId section = kWholeRun;       ///< the ledger's own entries: which section's copy it is
};

enum class GuardLevel { error, warn, off };

/// One allow or deny rule, compiled: "http://localhost:*", "unix:/run/dbus/*", "exec:/usr/bin/locale".
struct GuardRule {
  std::string text;
  Place at;
  EndpointPattern endpoint;          ///< of network rules
  std::string protocol;              ///< "http", "https", "tcp", "udp", "unix", "dns", "exec", "file"...
};

/// What guard.tls says of one host or of many.
struct TlsRule {
  std::string host;          ///< as the spec has it: "*.apple.com:443"; "*" for tls = "opaque"
  Place at;
  EndpointPattern endpoint;
  bool opaque = true;        ///< the handshake is the program's and the real server's; false: it ends here
};

/// One of guard.file.watch: "/etc/myapp/**".
struct WatchedPath {
  std::string text;
  Place at;
  PatternPtr pattern;
  std::string folder;  ///< its names up to the first wildcard: "/etc/myapp"; of a path without one its folder
};

/// One [channels.NAME]: a stream whose lines are log records.
struct Channel {
  enum class Source { standard_output, standard_error, syslog, journal, file, udp, tcp };
  std::string name;
  Place at;
  Source source = Source::standard_error;
  std::string path;          ///< file: absolute; udp, tcp: the URL, for reports
  EndpointPattern endpoint;  ///< syslog (/dev/log), journal, udp, tcp: the connections that are the channel
  LogFormatPtr format;       ///< null: a whole line is the message. Of the message, where the source has a format itself
  bool strict = false;       ///< every record must be asserted
  bool swallow = false;      ///< standard_output, standard_error: what belongs to records does not come out
  LogLevel ignore_below = LogLevel::none;
};

struct Guard {
  GuardLevel default_level = GuardLevel::error;
  std::map<std::string, GuardLevel, std::less<>> levels;  ///< per protocol
  std::vector<GuardRule> allow, deny;
  std::vector<WatchedPath> watch;  ///< guard.file.watch
  std::vector<TlsRule> tls;  ///< names before globs, and of each those with a port first
  GuardLevel level(std::string_view protocol) const;
  const GuardRule* allowing(const Destination& to) const;
  const GuardRule* denying(const Destination& to) const;
  /// The same for a child process: `path` is absolute, `program` its base name.
  const GuardRule* allowing_exec(std::string_view path, std::string_view program) const;
  const GuardRule* denying_exec(std::string_view path, std::string_view program) const;
  /// The same for a watched path.
  const GuardRule* allowing_file(std::string_view path) const;
  const GuardRule* denying_file(std::string_view path) const;
  bool watches(std::string_view path) const;
  /// Whether TLS to this place is not terminated: what passes is known by its name only.
  bool tls_opaque(const Destination& to) const;
};

struct Settings {
  Order order = Order::strict;
  std::optional<std::chrono::milliseconds> timeout;
  bool dns_strict = false;
  bool ambient_asserted = false;
  std::size_t body_limit = 64 * 1024;  // outputs.md, "The timeline"
  std::vector<std::string> redact;     ///< "header:authorization", "json:$..password", "env:STRIPE_KEY"
};

struct TestSection {
  std::string name;  ///< a glob, of what `begin` says; "" where `argv` alone selects it
  std::string argv;  ///< a glob, of a process' command line with blanks between the words; "" where only `begin` does
  std::optional<Order> order;
  bool required = true;  ///< that it never begins is a violation
  Place at;

  bool is_called(std::string_view test) const;
  bool is_run_by(const std::vector<std::string>& command) const;
  /// For reports: the name, or the command line.
  const std::string& title() const { return name.empty() ? argv : name; }
};

struct Spec {
  std::vector<std::string> files;  ///< as named by the user, includes after their includer
  Settings settings;
  Guard guard;
  std::vector<std::string> noise_headers;  ///< globs, lower case: the built-in list and the spec's
  std::deque<Entry> entries;  ///< addresses stay: $BIGFOOT_CTL may add some during a run
  std::vector<TestSection> tests;
  std::vector<Channel> channels;

  /// Whether a child process that no entry expects is a violation: from the first exec or shell entry on, and where
  /// guard.exec says so. What kind of one: exec_level().
  bool exec_is_watched() const;
  GuardLevel exec_level() const;  ///< `off` where children are not watched
  /// Whether every execve has to be asked for: children are watched, some are denied, or `which` entries hide some.
  bool exec_is_held() const;
  /// Whether an entry of a child says something of this field of its call ("cwd", "env"): else nobody needs to read it.
  bool exec_compares(std::string_view field) const;
};

/// Reads and checks the files; every problem of all of them goes to `problems`. The spec is usable when `problems`
/// has no error (lint) or no error and no not_here (run). `cwd`-relative names stay as given in messages.
Spec load_spec(const std::vector<std::string>& files, Diagnostics& problems);

/// The built-in header noise (globs, lower case), for `explain noise`.
const std::vector<std::string_view>& builtin_noise_headers();

/// The JSON Schema (draft-04) of this version's spec format, from the same key tables as the checks.
Value spec_schema();

}  // namespace bigfoot

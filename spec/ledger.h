// spec/ledger.h - Who was used: matches calls against entries, spends them, renders replies, and says at the end
// what never happened. One owner, one thread. Source: spec-format.md, sections 3, 9 and 10.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "spec/file_outcome.h"
#include "spec/finding.h"
#include "spec/log_outcome.h"
#include "spec/spec.h"

namespace bigfoot {

/// What to do with one call.
struct Outcome {
  const Entry* entry = nullptr;  ///< the entry that serves it; null: unexpected (or ambient)
  const Reply* reply = nullptr;  ///< for delay and fault; null: the protocol's default reply
  bool refuse = false;           ///< answer with the protocol's refusal and `refusal`
  bool own_answer = false;       ///< answer as the protocol itself does: nothing is scripted, nothing refused
  bool ambient = false;          ///< no interaction to assert: for the timeline only
  Fields rendered;               ///< reply fields, holes filled
  bool rendered_is_constant = false;  ///< `rendered` is the same for every use of this reply (cache what it encodes to)
  std::string refusal;           ///< text for Decoder::refuse: nearest entry and difference
  std::vector<Finding> findings; ///< empty: the call is asserted
};

/// How long a session waits for bytes that could still belong to a step which already fits ("PING {{int}}"). Long enough
/// for the pieces of one write to arrive on a busy machine, short enough not to be felt.
inline constexpr std::chrono::milliseconds kSettleTime{50};

/// One connection that plays the steps of an entry, byte stream or datagrams.
class RawSession {
 public:
  struct Send { std::string bytes; };       ///< give these to the program
  struct Wait {};                           ///< nothing to do until bytes, an end, or settle() comes
  struct Close {};                          ///< end the stream in order
  struct Reset {};                          ///< end it with RST
  struct Pause { std::chrono::microseconds time; };  ///< come back with next() after that time
  using Action = std::variant<Wait, Send, Close, Reset, Pause>;
  /// One step that was played, for the timeline.
  struct Played { std::string op; std::string data; const Step* step = nullptr; std::vector<Finding> findings; };

  virtual ~RawSession() = default;
  virtual const Entry& entry() const = 0;
  virtual void received(std::string_view bytes) = 0;  ///< stream: more bytes; datagram: one whole datagram
  virtual void client_ended() = 0;                    ///< the program closed its side
  virtual void settle() = 0;  ///< nothing came for a while: what could match more is now judged as it is
  virtual bool settling() const = 0;  ///< true: call settle() if nothing comes within kSettleTime
  virtual Action next() = 0;
  virtual std::vector<Played> take_played() = 0;
  virtual bool done() const = 0;  ///< no step is left to play, or the session broke off: it takes nothing more
  virtual void end() = 0;  ///< the stream is gone: steps left over become findings of a last Played (op "end")
};

/// One connection whose calls play the turns of an entry (postgres, smtp, websocket). Which entry, its first call says that
/// is not ambient: the earliest unspent one of the opening's identity whose next turns fit that call, else the earliest.
class CallSession {
 public:
  /// What the server says unasked, or how it breaks off.
  struct Push {
    const Entry* entry = nullptr;
    const Turn* turn = nullptr;
    Fields said;  ///< for Decoder::push()
    std::vector<Finding> findings;
  };

  virtual ~CallSession() = default;
  /// Whether any entry, spent or not, is of the opening's identity.
  virtual bool is_named() const = 0;
  /// For Decoder::accept(): of the entry that is played, or that would be if the next call fitted it.
  virtual const Fields& terms() const = 0;
  /// Whether the entry whose turn it is has a reply to the opening and no steps: open() is to be asked, call or not.
  virtual bool answers_opening() const = 0;
  /// Judges the opening itself, where it is a call.
  virtual Outcome open(std::uint64_t seq) = 0;
  /// Judges one call and plays its turn; `peek` calls play nothing and leave no finding, but where they are refused.
  virtual Outcome offer(const Call& call, std::uint64_t seq) = 0;
  /// The push whose turn it is, to be played after its `reply.delay`; null where a call of the program comes first.
  virtual const Turn* waiting_push() const = 0;
  virtual Push play_push() = 0;
  /// The connection is gone: turns left over, and an opening that no entry names and that made no call. Call once, last.
  virtual std::vector<Finding> end() = 0;
};

/// One run of a mocked command, from its execve to its end: what it reads, prints and ends with.
class ExecSession {
 public:
  struct Print { int fd = 1; std::string bytes; };   ///< to stdout (1) or stderr (2)
  struct Read {};                                    ///< nothing to do until bytes of stdin, or its end, come
  struct Exit { int status = 0; };
  struct Die { int signal = 0; };
  struct Pause { std::chrono::microseconds time; };  ///< come back with next() after that time
  using Action = std::variant<Read, Print, Exit, Die, Pause>;

  virtual ~ExecSession() = default;
  virtual const Entry& entry() const = 0;
  virtual void received(std::string_view bytes) = 0;  ///< more of stdin
  virtual void stdin_ended() = 0;  ///< also where the stub found no stdin of its own (a terminal, the run's own)
  virtual void settle() = 0;  ///< nothing came for a while: what could match more is now judged as it is
  virtual bool settling() const = 0;  ///< true: call settle(), then next(), if nothing comes within kSettleTime
  virtual Action next() = 0;  ///< after Exit or Die: the same again
  /// What next() would give if stdin ended now, where that is known before: Exit or Die; else Read.
  virtual Action if_stdin_ended() const { return Read{}; }
  /// It was killed, or has ended: everything that was not as the entry says. Call once, last.
  virtual std::vector<Finding> end() = 0;
  virtual Fields request() const = 0;   ///< for the timeline: argv (of `shell`: command), stdin as far as it came
  virtual Fields response() const = 0;  ///< exit or signal (a number), stdout, stderr; what there was of them
};

/// What becomes of one execve.
struct ExecOutcome {
  const Entry* entry = nullptr;  ///< null: no entry fits; `findings` has the draft of `unexpected`
  int errno_code = 0;            ///< the execve itself fails with it
  std::chrono::microseconds delay{0};  ///< before it fails
  /// Where no entry fits: this command only leads to another, which an entry may fit (`env`, jspawnhelper, a `sh -c` whose
  /// text names the program of an unspent `exec` entry). To be let through for real; what it executes is asked for then.
  bool leads_on = false;
  std::string refusal;           ///< for a refused one: what a stub prints on stderr before it exits with 127
  std::vector<Finding> findings; ///< of a call that is refused or fails; a session tells its own at its end
  std::unique_ptr<ExecSession> session;  ///< where the command is played
};

/// What a look-up of a program finds.
struct WhichAnswer {
  const Entry* entry = nullptr;  ///< null: no entry says anything of it, the look-up is real
  std::string path;              ///< absolute: found there and nowhere else; "": nowhere
};

class Ledger {
 public:
  Ledger(const Spec& spec, Surroundings around);
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  // Tests. Calls belong to the sections that enter() names; until then, and outside of tests, to none.

  /// A test begins: the entries of the [[test]] tables that `chosen` names (indices of Spec::tests) are there once more.
  SectionId open_section(const std::vector<std::size_t>& chosen);
  /// An entry that the spec does not have, of the innermost section in force, or else of the whole run; behind all others there.
  /// While nobody asks connect_may_fail().
  void add(Entry entry);
  /// From now on calls are made in these sections, the innermost first.
  void enter(const std::vector<SectionId>& scope);
  /// The test is over: its entries take no more calls, and those that waited for one are findings.
  std::vector<Finding> close_section(SectionId section);

  /// Matches one whole call and spends its entry. `seq` is the interaction's number, for later reports.
  Outcome offer(const ProtocolInfo& protocol, const Fields& call, std::uint64_t seq);

  /// Judges what the real service has answered to a call that `entry`, a pass-through one, has taken. `response`: the fields that the
  /// entry's `response` names; null: there was no answer, `why_not` says why.
  std::vector<Finding> judge_response(const Entry& entry, const Fields* response, std::string_view why_not);

  /// Whether an unspent entry names this very call: an ambient one is asserted then. "*" names nothing.
  bool names(const ProtocolInfo& protocol, const Fields& call) const;

  /// Whether a call that equals one which `entry` has taken without a finding, and `reply` has answered, would go the same way.
  bool would_repeat(const Entry& entry, const Reply* reply) const;
  /// Spends the entry for it: the same as offer(), without looking.
  void repeat(const Entry& entry, std::uint64_t seq);

  /// The protocol cannot say what `at`, a reply of the entry, asks for.
  Finding reply_failed(const Entry& entry, const Place& at, std::string_view why);

  /// The entry, if any, whose errno reply must fail this connect now; spends it.
  Outcome offer_connect(const Destination& to, std::uint64_t seq);
  /// Whether offer_connect could ever say yes for `to`: lets the caller decide without asking. Thread-safe.
  bool connect_may_fail(const Destination& to) const;

  /// True where an unspent session entry could take a connection to `to`.
  bool has_session(const Destination& to) const;
  /// Takes the session for a connection: the first unspent one whose first step fits `first` (may be empty: nothing
  /// came yet), else the earliest one; null where there is none. With nothing received yet, only a session whose first
  /// step is not a `send` is given.
  std::unique_ptr<RawSession> open_session(const Destination& to, std::string_view first, std::uint64_t seq);

  /// Judges the calls of one connection of a protocol of sessions.
  std::unique_ptr<CallSession> open_calls(const ProtocolInfo& protocol, Opening opening);

  /// Matches one execve and spends its entry. `call`: path (absolute), argv, cwd, env (a table); the last two only where
  /// Spec::exec_compares() them. Also `resolved`, the path without symbolic links, where it is known. Where argv is a shell
  /// with -c, `shell` entries are asked first.
  ExecOutcome offer_exec(const Fields& call, std::uint64_t seq);
  /// Whether an unspent entry could be meant by a program of this base name: for what looks it up first. `which` entries
  /// count too: ask which() for what they say.
  bool may_exec(std::string_view program) const;
  /// What a `which` entry says of a program, by its bare name: for every probe of a look-up. Spends nothing.
  WhichAnswer which(std::string_view program) const;
  /// The look-up has been answered from the entry: once a look-up, not once a probe. An entry that says how often keeps its
  /// place in the order; the others are data, and may come at any time.
  std::vector<Finding> use_which(std::string_view program, std::uint64_t seq);

  /// What stands at a watched path, see FileView; and the names right below a watched folder that literal paths of entries
  /// imply to be there. Both spend nothing.
  FileView view_file(std::string_view path) const;
  std::vector<std::string> names_in(std::string_view folder) const;
  /// Matches one call on a watched path and spends its entry. `call`: operation (read, write, append, create, mkdir, rename,
  /// link, symlink, unlink, rmdir, chmod, truncate), path, and what the operation has beside: target (rename, link: the new
  /// name; symlink: its text), mode (chmod: "0644"), length (truncate). Of write, append and create the content comes at the
  /// end, see FileSession; an entry `create` also fits the write of a file that was not there (`is_new`), and `write` the
  /// making of one.
  FileOutcome offer_file(const Fields& call, bool is_new, std::uint64_t seq);

  /// Matches one record of a channel and spends its entry. `record`: channel, level (normalised, "" for none), logger,
  /// message, and the other named parts of the line as a table `fields`. LogReader and syslog_record() give such records.
  LogOutcome offer_log(const Fields& record, std::uint64_t seq);

  /// The draft of an `unexpected` for bytes that are no call of a known protocol.
  Finding unexpected_bytes(const Destination& to, std::string_view first_bytes) const;

  /// What never happened. Call once, at the end.
  std::vector<Finding> finish();

  /// How often an entry was used, by where it stands.
  std::uint64_t uses_at(const Place& at) const;

  struct Totals { std::size_t met = 0, entries = 0; };  ///< "6 of 7 expectations met"
  Totals totals() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Ambient or allowed calls: the same rules for what is noise. True where header `name` (any case) is noise.
bool is_noise_header(const Spec& spec, std::string_view name);

}  // namespace bigfoot

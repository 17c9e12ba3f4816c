// protocols/protocol.h - What a protocol is to the rest of the program: a table of its fields, and a decoder
// that turns bytes into calls and replies into bytes. No descriptor, clock, thread, log or spec in here.
#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocols/value.h"

namespace bigfoot {

/// The client broke the protocol's rules: `at` counts bytes from the start of the input given to decode().
struct ProtocolError {
  std::size_t at = 0;
  std::string what;
};

/// One field of a call or of a reply. The tables feed the spec's checks, `explain`, the man page, the schema.
struct FieldInfo {
  std::string_view name;
  std::string_view help;
  bool identity = false;     ///< calls: takes part in routing and near-miss search
  bool must_assert = false;  ///< calls: an entry that does not mention it leaves the call `unasserted`
};

struct ProtocolInfo {
  std::string_view name;              ///< the headline's key: "http"
  std::string_view summary;           ///< one line for `explain protocols`
  std::string_view source;            ///< where the facts come from: RFC and section
  std::span<const FieldInfo> call;    ///< fields of a call, identity first
  std::span<const FieldInfo> reply;   ///< fields that a reply may carry
  bool built = false;                 ///< false: the spec language knows it, this version cannot speak it yet
};

struct NeedMore {};  ///< nothing whole yet; `used` may still be more than 0

/// A session begins (a protocol whose entries have steps): `fields` say which one, and what is asserted of its opening.
/// accept() or refuse() comes next.
struct Opening {
  Fields fields;         ///< named as in ProtocolInfo::call: identity first
  bool is_call = false;  ///< a call itself (a handshake with headers), which chooses and spends the entry; else the first
                         ///< call inside does, so that a connection that is opened in reserve spends nothing
};

/// What a call is that no entry or step names.
enum class Unnamed {
  unexpected,  ///< a violation, refused
  unasserted,  ///< answer_itself() is its answer, but the spec has to mention it
  ambient      ///< the protocol's own traffic: answer_itself() is its answer
};

/// Asks for a scripted answer: encode(), refuse() or answer_itself() comes next. In a protocol of sessions `op` is the step's
/// verb and the fields are its keys: {query, params} for { query = "...", params = [...] }. Where no field is named `op`,
/// they are the members of the verb's table: {from, to} for { sendmail = { from = ..., to = ... } }.
struct Call {
  std::string op;
  Fields fields;
  Unnamed unnamed = Unnamed::unexpected;
  /// Fields that cannot be known: still to come (`peek`), or kept back because of what we answered. Not compared.
  std::vector<std::string_view> withheld = {};
  /// The program takes its leave: steps left over have not been overtaken, they never happened.
  bool ends = false;
  /// Asks what the answer will be before the call is whole; spends nothing, records nothing.
  bool peek = false;
};
struct Aside {  ///< answered by the protocol itself: timeline only
  std::string op;
  Fields fields;
};
struct Switch {  ///< from the next byte on another protocol speaks ("tls", "tunnel")
  std::string protocol;
  std::string authority;  ///< host:port of a tunnel, else empty
};
struct Goodbye {};  ///< the client ended the conversation in the protocol's own words

using Event = std::variant<NeedMore, Opening, Call, Aside, Switch, Goodbye>;
struct Decoded {
  std::size_t used = 0;
  Event event;
};
using DecodeResult = std::expected<Decoded, ProtocolError>;

/// What the server says later without being asked, in order.
struct Later {
  std::chrono::microseconds after{0};  ///< the one before, or the reply
  std::string bytes;
};

/// What an answer leaves behind for the stream that carries the conversation.
enum class AfterReply { keep_open, close, start_tls };

/// One conversation of one protocol, the server's side. Pull events one at a time: input that is not yet a
/// whole event is not reported; bytes that were `used` must not be passed again. After a Call or an Opening the owner
/// answers before it decodes on: so replies keep the order of the calls. decode() is called once with nothing before the
/// first byte: a server that speaks first gives its Opening then.
class Decoder {
 public:
  virtual ~Decoder() = default;
  virtual const ProtocolInfo& info() const = 0;
  /// Next event of `in`. May append protocol answers (100 Continue) to `out`.
  virtual DecodeResult decode(std::string_view in, std::string& out) = 0;
  /// The client has closed its sending side after `in`: an event that only the end completes, or an error
  /// where the end cuts a message short; NeedMore where nothing is pending. Called again after each event until NeedMore.
  virtual DecodeResult finish(std::string_view in) = 0;
  /// Answers the last Opening: `terms` are the entry's own settings of the session (offer, auth...), an object; or, of an
  /// opening that is no call, the entry's reply to it (error).
  virtual AfterReply accept(const Fields& terms, std::string& out) {
    (void)terms, (void)out;
    return AfterReply::keep_open;
  }
  /// Answers the last Call with a scripted reply. `reply` holds the fields of ProtocolInfo::reply, rendered.
  virtual AfterReply encode(const Fields& reply, std::string& out) = 0;
  /// Answers the last Call or Opening with a refusal whose text the client's library will show.
  virtual AfterReply refuse(std::string_view why, std::string& out) = 0;
  /// What a program's author knows the last refusal by: a status, "501", or a code; "" where nothing was said.
  virtual std::string_view refusal_code() const { return ""; }
  /// Why the last scripted reply could not be said as it is, and the program got an error instead; given once, else "".
  virtual std::string take_failure() { return ""; }
  /// Answers the last Call, which is not Unnamed::unexpected, as a real server would.
  virtual AfterReply answer_itself(std::string& out) { return refuse("there is no answer to this", out); }
  /// Says what a step of the spec has the server say unasked. `said`: as for encode().
  virtual AfterReply push(const Fields& said, std::string& out) { return encode(said, out); }
  /// TLS begins now: what was said before in clear does not count (RFC 3207, 4.2).
  virtual void secured() {}
  /// What the last reply has behind it; each is given once.
  virtual std::vector<Later> take_later() { return {}; }
};

/// What the owner knows of a stream when it makes a decoder.
struct Peer {
  std::string scheme;  ///< "http", or "https" where TLS was ended in front of it
  std::string host;    ///< the name that was looked up, else the address; no brackets
  unsigned port = 0;
  bool offers_tls = false;  ///< the spec has the server agree to TLS where the protocol asks for it in clear (SSLRequest)
};

}  // namespace bigfoot

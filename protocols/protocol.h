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
struct Call {        ///< asks for a scripted answer; encode(), refuse() or answer_ambient() comes next
  std::string op;
  Fields fields;
  bool ambient = false;  ///< the protocol's own traffic: where no entry names it, answer_ambient() is its answer
};
struct Aside {  ///< answered by the protocol itself: timeline only
  std::string op;
  Fields fields;
};
struct Switch {  ///< from the next byte on another protocol speaks ("websocket", "tunnel")
  std::string protocol;
  std::string authority;  ///< host:port of a tunnel, else empty
};
struct Goodbye {};  ///< the client ended the conversation in the protocol's own words

using Event = std::variant<NeedMore, Call, Aside, Switch, Goodbye>;
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

/// What decode, encode and refuse leave behind for the stream that carries the conversation.
enum class AfterReply { keep_open, close };

/// One conversation of one protocol, the server's side. Pull events one at a time: input that is not yet a
/// whole event is not reported; bytes that were `used` must not be passed again. After a Call the owner
/// answers with encode() or refuse() before it decodes on: so replies keep the order of the calls.
class Decoder {
 public:
  virtual ~Decoder() = default;
  virtual const ProtocolInfo& info() const = 0;
  /// What the server says first; nothing for client-first protocols.
  virtual void greet(std::string& out) { (void)out; }
  /// Next event of `in`. May append protocol answers (100 Continue) to `out`.
  virtual DecodeResult decode(std::string_view in, std::string& out) = 0;
  /// The client has closed its sending side after `in`: an event that only the end completes, or an error
  /// where the end cuts a message short; NeedMore where nothing is pending.
  virtual DecodeResult finish(std::string_view in) = 0;
  /// Answers the last Call with a scripted reply. `reply` holds the fields of ProtocolInfo::reply, rendered.
  virtual AfterReply encode(const Fields& reply, std::string& out) = 0;
  /// Answers the last Call with a refusal whose text the client's library will show.
  virtual AfterReply refuse(std::string_view why, std::string& out) = 0;
  /// Answers the last Call, which was `ambient`, as a real server would.
  virtual AfterReply answer_ambient(std::string& out) { return refuse("nothing is ambient here", out); }
  /// What the last reply has behind it; each is given once.
  virtual std::vector<Later> take_later() { return {}; }
};

/// What the owner knows of a stream when it makes a decoder.
struct Peer {
  std::string scheme;  ///< "http", or "https" where TLS was ended in front of it
  std::string host;    ///< the name that was looked up, else the address; no brackets
  unsigned port = 0;
};

}  // namespace bigfoot

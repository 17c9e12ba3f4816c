// protocols/redis/redis.h - Redis commands and scripted replies, RESP2 and RESP3, the server's side.
// Source: https://redis.io/docs/latest/develop/reference/protocol-spec/; wire-notes.md in the design notes, "Redis, as seen".
#pragma once

#include <string>
#include <vector>

#include "protocols/protocol.h"
#include "protocols/redis/resp.h"
#include "protocols/settled.h"

namespace bigfoot {

extern const ProtocolInfo kRedisInfo;

/// One connection. A call is one command; from MULTI to EXEC it is one call, whose `args` are the commands between; so it is
/// where the connection ends before EXEC, and nobody hears the answer. `server` of a call is host:port, or unix:// and the path where the peer has no port.
class RedisDecoder : public SettledDecoder {
 public:
  explicit RedisDecoder(const Peer& peer);

  const ProtocolInfo& info() const override { return kRedisInfo; }
  DecodeResult decode(std::string_view in, std::string& out) override;
  DecodeResult finish(std::string_view in) override;
  AfterReply encode(const Fields& reply, std::string& out) override;
  AfterReply refuse(std::string_view why, std::string& out) override;
  std::string_view refusal_code() const override { return abandoned_ ? "" : "-BIGFOOT"; }
  AfterReply answer_itself(std::string& out) override;
  std::string_view settled() const override;
  std::vector<Later> take_later() override;

 private:
  using Words = std::vector<std::string>;

  Event read(Words words, std::string& out);
  Event read_in_transaction(Words words, std::string& out);
  Event call(std::string op, Words words);
  Call transaction();
  void answer_default(const Words& command, std::string& out) const;
  void answer_value(const Words& command, const Value& answer, std::string& out) const;
  void answer_transaction(const Value* items, std::string& out) const;
  void confirm_subscriptions(std::string& out);
  void plan_messages(const Value& messages);
  RespWriter writer(std::string& out) const { return {version_, out}; }

  std::string server_;
  RespWriter::Version version_ = RespWriter::Version::resp2;
  Words command_;              // of the call that waits for its answer
  bool in_transaction_ = false;
  bool abandoned_ = false;     // the call is a transaction without EXEC: it gets no answer
  std::vector<Words> queued_;  // since MULTI; until the answer to EXEC is given
  std::vector<std::string> channels_;  // subscribed to, patterns too
  std::vector<Later> later_;
};

}  // namespace bigfoot

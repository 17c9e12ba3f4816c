// protocols/decoders.cpp - From a protocol's name to its decoder; apart from the table so that spec/ links no
// parser.
#include "protocols/http/http.h"
#include "protocols/postgres/postgres.h"
#include "protocols/redis/redis.h"
#include "protocols/registry.h"
#include "protocols/smtp/smtp.h"

namespace bigfoot {

std::unique_ptr<Decoder> make_decoder(std::string_view protocol, const Peer& peer) {
  if (protocol == kHttpInfo.name) return std::make_unique<HttpDecoder>(peer);
  if (protocol == kPostgresInfo.name) return std::make_unique<PostgresDecoder>(peer);
  if (protocol == kSmtpInfo.name) return std::make_unique<SmtpDecoder>(peer);
  if (protocol == kRedisInfo.name) return std::make_unique<RedisDecoder>(peer);
  return nullptr;
}

}  // namespace bigfoot

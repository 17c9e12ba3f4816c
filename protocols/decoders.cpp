// protocols/decoders.cpp - From a protocol's name to its decoder; apart from the table so that spec/ links no
// parser.
#include "protocols/http/http.h"
#include "protocols/postgres/postgres.h"
#include "protocols/registry.h"

namespace bigfoot {

std::unique_ptr<Decoder> make_decoder(std::string_view protocol, const Peer& peer) {
  if (protocol == kHttpInfo.name) return std::make_unique<HttpDecoder>(peer);
  if (protocol == kPostgresInfo.name) return std::make_unique<PostgresDecoder>(peer);
  return nullptr;
}

}  // namespace bigfoot

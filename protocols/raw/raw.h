// protocols/raw/raw.h - Raw sockets: bytes both ways, nothing to decode. Source: spec-format.md, 4.5.
#pragma once

#include "protocols/protocol.h"

namespace bigfoot {

extern const ProtocolInfo kSocketInfo;

}  // namespace bigfoot

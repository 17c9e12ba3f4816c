// protocols/settled.h - For decoders whose calls may be told by their bytes alone, as far as an earlier call was equal.
#pragma once

#include <string_view>

#include "protocols/protocol.h"

namespace bigfoot {

class SettledDecoder : public Decoder {
 public:
  /// Names the state between two calls: equal bytes in equal states are equal calls, and equal answers leave the state as it
  /// is. Empty: that cannot be told.
  virtual std::string_view settled() const = 0;
};

}  // namespace bigfoot

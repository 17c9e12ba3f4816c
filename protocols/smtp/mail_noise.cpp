// protocols/smtp/mail_noise.cpp - Which headers of a message no program decides; apart from the reading, which links GMime. See mail.h.
#include <algorithm>
#include <string_view>

#include "protocols/smtp/mail.h"

namespace bigfoot {

bool is_mail_noise(std::string_view name) {
  // RFC 5322, 3.6.1 and 3.6.4; RFC 2045, 3; what mailers say of themselves. From, To and Cc stand among the headers only where
  // the envelope says the same.
  constexpr std::string_view kNoise[] = {"date", "message-id", "mime-version", "x-mailer", "user-agent", "from", "to", "cc", "received", "x-php-originating-script"};
  return name.starts_with("content-") || std::ranges::find(kNoise, name) != std::end(kNoise);
}

}  // namespace bigfoot

// protocols/smtp/mail_data.cpp - See mail_data.h.
#include "protocols/smtp/mail_data.h"

namespace bigfoot {

DottedData::Taken DottedData::take(std::string_view in, std::string& data) {
  std::size_t used = 0;
  while (used < in.size()) {
    const std::string_view rest = in.substr(used);
    if (at_line_start_ && rest.front() == '.') {
      // Whether this dot is the end, the next one or two bytes say.
      if (rest.size() == 1 || (rest.size() == 2 && rest[1] == '\r')) return {used, false};
      if (rest[1] == '\n') return {used + 2, true};
      if (rest[1] == '\r' && rest[2] == '\n') return {used + 3, true};
      ++used;  // RFC 5321, 4.5.2: the first dot of a line was added
      at_line_start_ = false;
      continue;
    }
    const std::size_t end = rest.find('\n');
    at_line_start_ = end != rest.npos;
    const std::size_t length = at_line_start_ ? end + 1 : rest.size();
    data += rest.substr(0, length);
    used += length;
  }
  return {used, false};
}

}  // namespace bigfoot

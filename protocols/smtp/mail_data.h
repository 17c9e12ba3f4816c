// protocols/smtp/mail_data.h - The bytes of a message on their way in: DATA with its dots, or BDAT with its counts.
// Source: RFC 5321, 4.1.1.4 and 4.5.2 (transparency); RFC 3030, 2 (BDAT).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bigfoot {

/// Takes the lines after DATA up to the line that is one dot. Each byte is looked at once, however it comes.
class DottedData {
 public:
  struct Taken {
    std::size_t used = 0;
    bool ended = false;
  };
  /// Appends to `data`, dots undone. A line may end with LF alone, as Postfix takes it.
  Taken take(std::string_view in, std::string& data);

 private:
  bool at_line_start_ = true;
};

}  // namespace bigfoot

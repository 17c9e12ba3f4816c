// spec/mail_text.h - A mail in the spec's own words, for suggestions. The message is what protocols/smtp/mail.h reads.
#pragma once

#include "protocols/value.h"

namespace bigfoot {

/// `message = { subject = …, text = … }`: all that has to be mentioned of it. Long and binary attachments by their sha256.
Value spoken_mail(const Value& message);
/// One attachment of it.
Value spoken_attachment(const Value& attachment);

}  // namespace bigfoot

// spec/mail_text.cpp - See mail_text.h.
#include "spec/mail_text.h"

#include "protocols/body.h"
#include "protocols/sha256.h"
#include "protocols/smtp/mail.h"
#include "spec/suggest.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

constexpr std::size_t kLongAttachment = 512;  // bytes: what a person would still paste

Value spoken_text_of(const Value& value) {
  if (!value.is_array()) return spoken_bytes(text_of(value));
  Value out = Value::array();
  for (const Value& one : value) out.push_back(spoken_bytes(text_of(one)));
  return out;
}

Value spoken_mail_headers(const Value& headers) {
  Value out = Value::object();
  for (const auto& [name, value] : headers.items()) {
    if (!is_mail_noise(name)) out[name] = spoken_text_of(value);
  }
  return out;
}

}  // namespace

Value spoken_attachment(const Value& attachment) {
  Value out = Value::object();
  for (const auto& [name, value] : attachment.items()) {
    const std::string text = text_of(value);
    if (name == "content" && (text.size() > kLongAttachment || !is_text(text))) out["sha256"] = sha256(text);
    else if (!text.empty()) out[name] = spoken_bytes(text);
  }
  return out;
}

Value spoken_mail(const Value& message) {
  Value out = Value::object();
  for (const auto& [name, value] : message.items()) {
    if (is_empty_value(value)) continue;
    if (name == "headers") {
      if (Value headers = spoken_mail_headers(value); !headers.empty()) out[name] = std::move(headers);
    } else if (name == "attachments") {
      out[name] = Value::array();
      for (const Value& one : value) out[name].push_back(spoken_attachment(one));
    } else {
      out[name] = spoken_text_of(value);
    }
  }
  return out;
}

}  // namespace bigfoot

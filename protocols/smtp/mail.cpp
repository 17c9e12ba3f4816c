// protocols/smtp/mail.cpp - See mail.h.
#include "protocols/smtp/mail.h"

#include <algorithm>
#include <memory>

#include "protocols/body.h"
#include "protocols/smtp/gmime_library.h"

namespace bigfoot {
namespace {

const GMimeLibrary& gmime() { return GMimeLibrary::get(); }

template <class T>
struct Unref {
  void operator()(T* object) const { gmime().g_object_unref(object); }
};
template <class T>
using Owned = std::unique_ptr<T, Unref<T>>;

bool is_a(void* object, GType type) { return object != nullptr && gmime().g_type_check_instance_is_a(static_cast<GTypeInstance*>(object), type); }

std::string text_of(const char* text) { return text != nullptr ? text : ""; }

std::string taken(char* text) {
  std::string out = text_of(text);
  gmime().g_free(text);
  return out;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::string with_line_feeds(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') out += text[i];
  }
  return out;
}

/// What a part holds, its transfer encoding undone.
std::string content_of(GMimePart* part) {
  GMimeDataWrapper* content = gmime().g_mime_part_get_content(part);
  if (content == nullptr) return "";
  const Owned<GMimeStream> stream(gmime().g_mime_stream_mem_new());
  gmime().g_mime_data_wrapper_write_to_stream(content, stream.get());
  const GByteArray* bytes = gmime().g_mime_stream_mem_get_byte_array(reinterpret_cast<GMimeStreamMem*>(stream.get()));
  return {reinterpret_cast<const char*>(bytes->data), bytes->len};
}

/// In UTF-8 where the charset that the part names can be read; else as it is.
std::string in_utf8(std::string text, GMimeObject* part) {
  const std::string charset = text_of(gmime().g_mime_object_get_content_type_parameter(part, "charset"));
  const std::string lower = lower_case(charset);
  if (lower.empty() || lower == "utf-8" || lower == "us-ascii") return text;
  gsize length = 0;
  char* converted = gmime().g_convert(text.data(), static_cast<gssize>(text.size()), "UTF-8", charset.c_str(), nullptr, &length, nullptr);
  if (converted == nullptr) return text;
  std::string out(converted, length);
  gmime().g_free(converted);
  return out;
}

/// All mailboxes of a list, those of groups too, in lower case.
void add_mailboxes(InternetAddressList* list, std::vector<std::string>& out) {
  const int count = list == nullptr ? 0 : gmime().internet_address_list_length(list);
  for (int i = 0; i < count; ++i) {
    InternetAddress* address = gmime().internet_address_list_get_address(list, i);
    if (is_a(address, gmime().internet_address_mailbox_get_type())) {
      out.push_back(lower_case(text_of(gmime().internet_address_mailbox_get_addr(reinterpret_cast<InternetAddressMailbox*>(address)))));
    } else if (is_a(address, gmime().internet_address_group_get_type())) {
      add_mailboxes(gmime().internet_address_group_get_members(reinterpret_cast<InternetAddressGroup*>(address)), out);
    }
  }
}

class MailReader {
 public:
  MailReader(GMimeMessage* message, std::string_view from, const std::vector<std::string>& to) : message_(message) {
    sender_.push_back(lower_case(from));
    for (const std::string& one : to) recipients_.push_back(lower_case(one));
  }

  Value read() {
    read_headers();
    if (GMimeObject* root = gmime().g_mime_message_get_mime_part(message_)) read_part(root, false);
    if (!attachments_.empty()) out_["attachments"] = std::move(attachments_);
    if (!headers_.empty()) out_["headers"] = std::move(headers_);
    return std::move(out_);
  }

 private:
  void read_headers() {
    if (const char* subject = gmime().g_mime_message_get_subject(message_)) out_["subject"] = subject;
    const bool same_from = repeats(GMIME_ADDRESS_TYPE_FROM, sender_);
    const bool same_to = repeats(GMIME_ADDRESS_TYPE_TO, recipients_), same_cc = repeats(GMIME_ADDRESS_TYPE_CC, recipients_);
    GMimeHeaderList* list = gmime().g_mime_object_get_header_list(reinterpret_cast<GMimeObject*>(message_));
    const int count = gmime().g_mime_header_list_get_count(list);
    for (int i = 0; i < count; ++i) {
      GMimeHeader* header = gmime().g_mime_header_list_get_header_at(list, i);
      const std::string name = lower_case(text_of(gmime().g_mime_header_get_name(header)));
      const std::string value = text_of(gmime().g_mime_header_get_value(header));
      const bool says_more = (name == "from" && !same_from) || (name == "to" && !same_to) || (name == "cc" && !same_cc);
      if (name == "subject") continue;
      if (says_more && !out_.contains(name)) out_[name] = address_text(name, value);
      else add_header(name, value);
    }
  }

  /// Whether a header names nobody beside those of the envelope.
  bool repeats(GMimeAddressType type, const std::vector<std::string>& envelope) const {
    std::vector<std::string> named;
    add_mailboxes(gmime().g_mime_message_get_addresses(message_, type), named);
    return std::ranges::all_of(named, [&](const std::string& one) { return std::ranges::find(envelope, one) != envelope.end(); });
  }

  /// Decoded: "Zoë <zoe@example.com>, b@example.com"
  std::string address_text(std::string_view name, const std::string& value) const {
    const GMimeAddressType type = name == "from" ? GMIME_ADDRESS_TYPE_FROM : name == "to" ? GMIME_ADDRESS_TYPE_TO : GMIME_ADDRESS_TYPE_CC;
    const std::string text = taken(gmime().internet_address_list_to_string(gmime().g_mime_message_get_addresses(message_, type), nullptr, FALSE));
    return text.empty() ? value : text;
  }

  void add_header(const std::string& name, const std::string& value) {
    if (!headers_.contains(name)) {
      headers_[name] = name == "from" || name == "to" || name == "cc" ? address_text(name, value) : value;
      return;
    }
    if (!headers_[name].is_array()) headers_[name] = Value::array({headers_[name]});
    headers_[name].push_back(value);
  }

  void read_part(GMimeObject* part, bool beside_text) {
    if (is_a(part, gmime().g_mime_multipart_get_type())) {
      auto* multipart = reinterpret_cast<GMimeMultipart*>(part);
      const int count = gmime().g_mime_multipart_get_count(multipart);
      for (int i = 0; i < count; ++i) read_part(gmime().g_mime_multipart_get_part(multipart, i), beside_text || i > 0);
      return;
    }
    const std::string type = lower_case(taken(gmime().g_mime_content_type_get_mime_type(gmime().g_mime_object_get_content_type(part))));
    if (is_a(part, gmime().g_mime_message_part_get_type())) {
      GMimeMessage* inner = gmime().g_mime_message_part_get_message(reinterpret_cast<GMimeMessagePart*>(part));
      const std::string text = inner == nullptr ? "" : taken(gmime().g_mime_object_to_string(reinterpret_cast<GMimeObject*>(inner), nullptr));
      attachments_.push_back({{"name", ""}, {"type", type}, {"content", with_line_feeds(text)}});
      return;
    }
    if (is_a(part, gmime().g_mime_part_get_type())) read_leaf(reinterpret_cast<GMimePart*>(part), type, beside_text);
  }

  /// The first text and the first HTML that are no attachments are the message's own (RFC 2046, 5.1.4); all else is attached.
  void read_leaf(GMimePart* part, const std::string& type, bool beside_text) {
    auto* object = reinterpret_cast<GMimeObject*>(part);
    const std::string name = text_of(gmime().g_mime_part_get_filename(part));
    const bool attached = lower_case(text_of(gmime().g_mime_object_get_disposition(object))) == "attachment" || !name.empty();
    const char* place = type == "text/plain" ? "text" : type == "text/html" ? "html" : nullptr;
    std::string content = content_of(part);
    if (place != nullptr && !attached && !out_.contains(place)) {
      content = with_line_feeds(in_utf8(std::move(content), object));
      if (!content.empty()) out_[place] = std::move(content);
      return;
    }
    if (!beside_text && content.empty() && name.empty()) return;  // a message without a body
    const bool exact = gmime().g_mime_part_get_content_encoding(part) == GMIME_CONTENT_ENCODING_BASE64;
    if (type.starts_with("text/") && !exact) content = with_line_feeds(content);  // their line ends are the transport's
    attachments_.push_back({{"name", name}, {"type", type}, {"content", std::move(content)}});
  }

  GMimeMessage* message_;
  std::vector<std::string> sender_, recipients_;
  Value out_ = Value::object(), headers_ = Value::object(), attachments_ = Value::array();
};

}  // namespace

Value read_mail(std::string_view data, std::string_view envelope_from, const std::vector<std::string>& envelope_to) {
  if (!gmime().why_not.empty()) return {{"unreadable", gmime().why_not}};
  const Owned<GMimeStream> stream(gmime().g_mime_stream_mem_new_with_buffer(data.data(), data.size()));
  const Owned<GMimeParser> parser(gmime().g_mime_parser_new_with_stream(stream.get()));
  const Owned<GMimeMessage> message(gmime().g_mime_parser_construct_message(parser.get(), nullptr));
  if (!message) return data.empty() ? Value::object() : Value({{"text", with_line_feeds(data)}});
  return MailReader(message.get(), envelope_from, envelope_to).read();
}

}  // namespace bigfoot

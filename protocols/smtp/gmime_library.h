// protocols/smtp/gmime_library.h - GMime, loaded when the first mail comes: with GLib and GObject behind it, it takes two milliseconds
// to load, which a run without mail must not pay.
#pragma once

#include <gmime/gmime.h>

#include <string>

namespace bigfoot {

// Every function that mail.cpp calls; a member of the same name holds it.
#define BIGFOOT_GMIME_FUNCTIONS(F)                                                                                       \
  F(g_mime_init) F(g_mime_stream_mem_new) F(g_mime_stream_mem_new_with_buffer) F(g_mime_stream_mem_get_byte_array)       \
  F(g_mime_parser_new_with_stream) F(g_mime_parser_construct_message) F(g_mime_message_get_type)                         \
  F(g_mime_message_get_subject) F(g_mime_message_get_mime_part) F(g_mime_message_get_addresses)                          \
  F(g_mime_multipart_get_type) F(g_mime_multipart_get_count) F(g_mime_multipart_get_part) F(g_mime_part_get_type)        \
  F(g_mime_part_get_filename) F(g_mime_part_get_content) F(g_mime_part_get_content_encoding)                             \
  F(g_mime_message_part_get_type) F(g_mime_message_part_get_message) F(g_mime_object_to_string)                          \
  F(g_mime_object_get_content_type) F(g_mime_object_get_content_type_parameter) F(g_mime_object_get_disposition)         \
  F(g_mime_object_get_header_list) F(g_mime_content_type_get_mime_type) F(g_mime_data_wrapper_write_to_stream)           \
  F(g_mime_header_list_get_count) F(g_mime_header_list_get_header_at) F(g_mime_header_get_name)                          \
  F(g_mime_header_get_value) F(internet_address_list_length) F(internet_address_list_get_address)                        \
  F(internet_address_list_to_string) F(internet_address_mailbox_get_type) F(internet_address_mailbox_get_addr)           \
  F(internet_address_group_get_type) F(internet_address_group_get_members) F(g_type_check_instance_is_a)                 \
  F(g_object_unref) F(g_free) F(g_convert)

struct GMimeLibrary {
#define BIGFOOT_MEMBER(name) decltype(&::name) name = nullptr;
  BIGFOOT_GMIME_FUNCTIONS(BIGFOOT_MEMBER)
#undef BIGFOOT_MEMBER
  std::string why_not;  ///< it could not be loaded: then no member is set

  /// The one library of this process, loaded by the first call. Thread-safe.
  static const GMimeLibrary& get();
};

}  // namespace bigfoot

// spec/call_fields.h - Reading the fields of a call without creating them.
#pragma once

#include <string>
#include <string_view>

#include "protocols/value.h"
#include "spec/values.h"

namespace bigfoot {

inline const Value* field_of(const Fields& call, std::string_view name) {
  if (!call.is_object()) return nullptr;
  for (const auto& [key, value] : call.get_ref<const Value::object_t&>()) {
    if (key == name) return &value;
  }
  return nullptr;
}

inline std::string field_text(const Fields& call, std::string_view name) {
  const Value* value = field_of(call, name);
  return value ? text_of(*value) : "";
}

inline unsigned field_port(const Fields& call) {
  const Value* port = field_of(call, "port");
  return port && port->is_number_integer() ? port->get<unsigned>() : 0;
}

}  // namespace bigfoot

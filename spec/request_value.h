// spec/request_value.h - Values of the call that a reply answers: {{req.json.a.b}}, {{req.header.x}}, {{req.path}}.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocols/value.h"

namespace bigfoot {

/// The value at `path` ("json.items[0].sku", "form.charge", "query.page", "header.x-id", "argv[1]", or a field's own name); nothing
/// where the call has none.
std::optional<Value> request_value(std::string_view path, const Fields& call);

/// "" where `path` can be asked for, else the cure.
std::string check_request_path(std::string_view path);

}  // namespace bigfoot

// spec/reply_template.h - A reply of which some fields are bytes that hold no holes (files, hex, base64).
#pragma once

#include "spec/pattern.h"

namespace bigfoot {

/// Renders `holes` (an object, or null for none) and adds the members of `constants` as they are.
TemplatePtr with_constants(TemplatePtr holes, Value constants);

}  // namespace bigfoot

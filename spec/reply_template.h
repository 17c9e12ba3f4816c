// spec/reply_template.h - A reply of which some fields are bytes that hold no holes (files, hex, base64), or compiled apart.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "spec/pattern.h"

namespace bigfoot {

/// Renders `holes` (an object, or null for none) and adds the members of `constants` as they are.
TemplatePtr with_constants(TemplatePtr holes, Value constants);

/// Renders `fields` (an object, or null where it is wrong) and adds what each of `texts` renders to.
TemplatePtr with_texts(TemplatePtr fields, std::vector<std::pair<std::string, TemplatePtr>> texts);

}  // namespace bigfoot

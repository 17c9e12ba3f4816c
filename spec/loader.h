// spec/loader.h - The loader's second way in, for texts that are no file: tests, fuzzing, entries that a suggestion wrote.
#pragma once

#include <string>

#include "spec/spec.h"

namespace bigfoot {

/// As load_spec(); `name` is how messages call the text, and where its includes and files are looked for.
Spec load_spec_text(const std::string& name, std::string text, Diagnostics& problems);

}  // namespace bigfoot

// runner/endpoints/tls_cures.h - How a program that did not trust the run's CA can be made to, by what the program is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bigfoot {

/// Lines for the report: what this program reads its roots from, if it is known, and what always helps.
/// `program`: the base name of its executable; `host`: the name that the certificate was for.
std::vector<std::string> trust_cures(std::string_view program, std::string_view host);

}  // namespace bigfoot

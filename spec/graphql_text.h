// spec/graphql_text.h - GraphQL documents as their tokens, one blank between: blanks, line ends, commas and comments say nothing.
// Source: https://spec.graphql.org/October2021/, sections 2.1.2 to 2.1.9.
#pragma once

#include <string>
#include <string_view>

namespace bigfoot {

/// Two documents that mean the same tokens give the same text. Whatever is no token stays as it is. {{holes}} stay whole.
std::string graphql_tokens(std::string_view document);

}  // namespace bigfoot

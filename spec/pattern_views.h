// spec/pattern_views.h - Operators that read bytes as something else and compare that: a JSONPath's selection, the parts of a
// multipart body, a GraphQL request, XML, an XPath's selection, a digest. Source: spec-format.md, rule 7.
#pragma once

#include "spec/pattern.h"

namespace bigfoot {

using ContentCompiler = PatternPtr (*)(const Node&, Diagnostics&);

// Each: the operator's argument in, a pattern or problems out. `content` compiles what a part's own body is.
PatternPtr compile_jsonpath(const Node& argument, Diagnostics& problems, ContentCompiler content);
PatternPtr compile_multipart(const Node& argument, Diagnostics& problems, ContentCompiler content);
PatternPtr compile_graphql(const Node& argument, Diagnostics& problems, ContentCompiler content);
PatternPtr compile_xml(const Node& argument, Diagnostics& problems, ContentCompiler content);
PatternPtr compile_xpath(const Node& argument, Diagnostics& problems, ContentCompiler content);
PatternPtr compile_cookies(const Node& argument, Diagnostics& problems, ContentCompiler content);
PatternPtr compile_sha256(const Node& argument, Diagnostics& problems, ContentCompiler content);

}  // namespace bigfoot

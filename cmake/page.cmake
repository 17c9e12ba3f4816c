# Writes the page of `--html` as a C++ file: cmake -DPAGE=runner/page -DOUT=page_text.cpp -P cmake/page.cmake
foreach(part html css js)
  file(READ ${PAGE}/page.${part} ${part})
endforeach()
string(REPLACE "@STYLE@" "${css}" html "${html}")
string(REPLACE "@SCRIPT@" "${js}" html "${html}")
file(WRITE ${OUT} "// Made by cmake/page.cmake from runner/page.
#include \"runner/reports/page_text.h\"

namespace bigfoot {
const std::string_view kPageText = R\"page(${html})page\";
}  // namespace bigfoot
")

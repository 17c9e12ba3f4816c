// spec/sql_steps.h - Checks of SQL steps: parameters, result columns and rows.
#pragma once

#include <string_view>

#include "spec/node.h"

namespace bigfoot {

/// params, columns, rows, table and error of one step of postgres or sqlite.
void check_sql_step(const Node& step, std::string_view protocol, Diagnostics& problems);

}  // namespace bigfoot

// runner/timeline_document.h - The one JSON document, put together from the spool's lines without holding them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runner/record.h"

namespace bigfoot {

struct DocumentParts {
  const RunInfo& run;
  const RunOutcome& outcome;
  const std::vector<ProcessRecord>& processes;
  int spool_fd = -1;
  bool interactions_in_order = true;  ///< false: they are sorted by seq first (24 bytes of memory for each)
};

/// Writes the document to `out_fd`; gives what went wrong, if anything.
std::optional<std::string> write_document(const DocumentParts& parts, int out_fd);

}  // namespace bigfoot

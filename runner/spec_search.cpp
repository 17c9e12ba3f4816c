// runner/spec_search.cpp - see spec_search.h.
#include "runner/spec_search.h"

#include <filesystem>

namespace bigfoot {

std::vector<std::string> find_specs(const std::vector<std::string>& named) {
  if (!named.empty()) return named;
  std::error_code error;
  const std::filesystem::path here = std::filesystem::current_path(error);
  for (std::filesystem::path folder = here; !error; folder = folder.parent_path()) {
    if (std::filesystem::exists(folder / kUsualSpec, error)) return {std::filesystem::proximate(folder / kUsualSpec, here, error).string()};
    if (folder == folder.parent_path()) break;
  }
  return {};
}

}  // namespace bigfoot

// runner/stub_file.cpp - Beside this program (a build), or where it is installed: cmake/install.cmake.
#include "runner/stub_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <vector>

namespace bigfoot {

std::expected<UniqueFd, std::string> open_stub() {
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  const std::vector<std::filesystem::path> places{
      folder / "bigfoot-stub", (folder.parent_path() / BIGFOOT_LIBEXECDIR / "bigfoot-run" / "bigfoot-stub").lexically_normal()};
  std::string tried;
  for (const std::filesystem::path& place : places) {
    UniqueFd file(::open(place.c_str(), O_RDONLY | O_CLOEXEC));
    const bool open = static_cast<bool>(file);
    if (open && ::faccessat(AT_FDCWD, place.c_str(), X_OK, AT_EACCESS) == 0) return file;
    tried += fmt::format("{}{} ({})", tried.empty() ? "" : ", ", place.string(), std::strerror(errno));
  }
  return std::unexpected(fmt::format("bigfoot-stub, which runs in the place of mocked programs, is missing: {}; install "
                                     "bigfoot-run whole, or build the target bigfoot-stub",
                                     tried));
}

}  // namespace bigfoot

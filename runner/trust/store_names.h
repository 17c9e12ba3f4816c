// runner/trust/store_names.h - Which paths are certificate stores by their name, and what a program finds where such a
// file is missing. Sources are in the rows.
#pragma once

#include <span>
#include <string_view>

namespace bigfoot {

/// What stands in for a store that is not there.
enum class Missing {
  stays,              ///< nothing: a file that is not there does not come up
  ca,                 ///< the CA alone
  ca_without_bundle,  ///< the CA alone where the machine has no bundle at all. With one, a program that takes the first
                      ///< of several places has to find the real roots
  bundle,             ///< the machine's bundle, which has the CA, or the CA alone
  java,               ///< a JKS of the CA alone
};

struct StoreName {
  const char* pattern;  ///< as fnmatch(3) without flags: `*` matches slashes too
  Missing missing;
  std::string_view source;
};

/// The places of bundles that programs know, in the order in which to look for the machine's own.
std::span<const StoreName> bundle_places();
/// The row of an absolute path; nullptr: no store by its name.
const StoreName* store_name(const char* path);

/// Whether the path is worth a second look: a store by its name, or one that somebody may have named so. As the program
/// wrote it, perhaps relative. Asked for every open: looks at the last characters, mostly.
bool may_be_store(std::string_view path);
/// "a1b2c3d4.0", as c_rehash(1) names the files of a folder, with this hash. Only number 0: a reader goes on with the
/// next number until none is there.
bool is_hashed_name(std::string_view path, std::string_view subject_hash);

/// No machine has this file. A program that opens it reads the CA.
constexpr char kCaPath[] = "/run/bigfoot-run/ca.pem";

}  // namespace bigfoot

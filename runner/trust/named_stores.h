// runner/trust/named_stores.h - The stores that a program is told of by its environment and its command line.
// Sources are in the rows.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runner/trust/store_names.h"

namespace bigfoot {

struct StoreVariable {
  enum class Holds {
    file,
    folders,       ///< separated by colons, of hashed names or of whatever the client reads
    java_options,  ///< a command line for the JVM
  };
  std::string_view name;
  Holds holds = Holds::file;
  Missing missing = Missing::stays;
  std::string_view source;
};
/// All that are known.
std::span<const StoreVariable> store_variables();

class NamedStores {
 public:
  struct Name {
    std::string written;
    std::string path;  ///< without what is superfluous, as "./"; a folder's without slash at its end
    bool folder = false;
    bool java = false;  ///< a store that a JVM opens by itself, with the password in passwords() or none
    Missing missing = Missing::stays;
  };

  /// `start`: the folder where relative names start. "": not known, such a name fits the end of a path.
  explicit NamedStores(std::string start = "") : start_(std::move(start)) {}

  /// A variable that names no store changes nothing.
  void read_variable(std::string_view name, std::string_view value);
  /// Text of /proc/PID/environ.
  void read_environment(std::string_view variables);
  void read_arguments(std::span<const std::string> arguments);

  /// The name of an absolute path, or of one that lies in a named folder; nullptr: none.
  const Name* find(std::string_view path) const;
  /// Whether a program may mean one of them by this, which it wrote. For every open: no more than the comparisons.
  bool may_mean(std::string_view path) const;
  /// javax.net.ssl.trustStorePassword
  const std::vector<std::string>& passwords() const { return passwords_; }
  bool any_folder() const;

 private:
  void add(std::string_view path, const Name& kind);
  void read_java_option(std::string_view option);

  std::string start_;
  std::vector<Name> names_;
  std::vector<std::string> passwords_;
};

}  // namespace bigfoot

// spec/file_path.h - Absolute paths as entries and calls name them. Source: POSIX.1-2017, 4.13 (Pathname Resolution).
#pragma once

#include <string>
#include <string_view>

namespace bigfoot {

/// "/a/b" of "/a//./x/../b/". Holes and wildcards stay as they are; a path that is not absolute too.
std::string normal_file_path(std::string_view path);

/// "/etc/myapp/" of "/etc/myapp/{{name}}.yaml" and of "/etc/myapp/*": the text before the first wildcard or hole.
std::string fixed_beginning(std::string_view path);
/// "/etc/myapp" of "/etc/myapp/x" and of "/etc/myapp/", "/" of "/x".
std::string folder_of(std::string_view path);

/// A path as a headline says it: what a spec reads as a wildcard, a hole or " -> " stands for itself. Bytes that no spec
/// can write become "**".
std::string spoken_file_path(std::string_view path);

}  // namespace bigfoot

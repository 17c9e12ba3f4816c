// spec/file_path.cpp - Paths of specs: made normal, cut at wildcards, written so that they mean themselves.
#include "spec/file_path.h"

#include <vector>

#include "protocols/body.h"
#include "spec/url_pattern.h"

namespace bigfoot {

std::string normal_file_path(std::string_view path) {
  const std::string masked = masked_holes(path);
  if (!path.starts_with('/')) return std::string(path);
  std::vector<std::string_view> names;
  for (std::size_t from = 1; from <= path.size();) {
    const std::size_t end = std::min(masked.find('/', from), path.size());
    const std::string_view name = path.substr(from, end - from);
    from = end + 1;
    if (name.empty() || name == ".") continue;
    if (name != "..") names.push_back(name);
    else if (!names.empty()) names.pop_back();
  }
  std::string out;
  for (const std::string_view name : names) (out += '/') += name;
  return out.empty() ? "/" : out;
}

std::string fixed_beginning(std::string_view path) {
  return std::string(path.substr(0, std::min(path.find('*'), path.find("{{"))));
}

std::string folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 || slash == path.npos ? "/" : std::string(path.substr(0, slash));
}

std::string spoken_file_path(std::string_view path) {
  constexpr std::string_view kSpecial[] = {"{{", "*", " -> "};
  std::string out;
  while (!path.empty()) {
    std::size_t length = 1;
    while (length < path.size() && (static_cast<unsigned char>(path[length]) & 0xC0) == 0x80) ++length;  // one character
    bool special = false;
    for (const std::string_view each : kSpecial) {
      if (special || !path.starts_with(each)) continue;
      (out += "{{lit:") += std::string(each) + "}}";
      length = each.size();
      special = true;
    }
    if (!special) out += is_utf8(path.substr(0, length)) ? std::string(path.substr(0, length)) : out.ends_with("**") ? "" : "**";
    path.remove_prefix(length);
  }
  return out;
}

}  // namespace bigfoot

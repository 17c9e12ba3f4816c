// runner/names.cpp - see names.h.
#include "runner/names.h"

#include <fmt/format.h>

#include <sstream>

namespace bigfoot {
namespace {

constexpr std::uint32_t kFirst = (198u << 24) | (18u << 16);  // RFC 2544, section 12
constexpr std::uint32_t kUsable = (1u << 17) - 2;             // a /15 without its first and last address

}  // namespace

Names::Names(std::string_view hosts_file, std::string_view resolv_conf) {
  std::istringstream hosts{std::string(hosts_file)};
  for (std::string line; std::getline(hosts, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string address, name;
    words >> address;
    while (words >> name) hosts_[address].push_back(name);
  }
  std::istringstream resolv{std::string(resolv_conf)};
  for (std::string line; std::getline(resolv, line);) {
    std::istringstream words(line);
    std::string keyword, domain;
    words >> keyword;
    if (keyword != "search" && keyword != "domain") continue;
    search_.clear();  // resolv.conf(5): the last instance wins
    while (words >> domain) {
      if (domain.ends_with('.')) domain.pop_back();
      if (!domain.empty()) search_.push_back(domain);
    }
  }
}

std::string Names::address_of(std::string_view name) {
  std::lock_guard lock(mutex_);
  if (auto known = address_by_name_.find(name); known != address_by_name_.end()) return known->second;
  const std::uint32_t number = kFirst + 1 + (given_++ % kUsable);
  std::string address =
      fmt::format("{}.{}.{}.{}", number >> 24, (number >> 16) & 255, (number >> 8) & 255, number & 255);
  address_by_name_.emplace(name, address);
  name_by_address_.insert_or_assign(address, std::string(name));
  return address;
}

void Names::learn(std::string_view address, std::string_view name) {
  std::lock_guard lock(mutex_);
  name_by_address_.insert_or_assign(std::string(address), std::string(name));
}

std::optional<std::string> Names::name_of(std::string_view address) const {
  std::lock_guard lock(mutex_);
  auto known = name_by_address_.find(address);
  if (known == name_by_address_.end()) return std::nullopt;
  return known->second;
}

std::vector<std::string> Names::hosts_aliases(std::string_view address) const {
  auto known = hosts_.find(address);
  return known == hosts_.end() ? std::vector<std::string>{} : known->second;
}

std::optional<std::string> Names::without_search_domain(std::string_view name) const {
  for (const std::string& domain : search_)
    if (name.size() > domain.size() + 1 && name.ends_with(domain) && name[name.size() - domain.size() - 1] == '.')
      return std::string(name.substr(0, name.size() - domain.size() - 1));
  return std::nullopt;
}

bool is_synthetic(std::string_view address) { return address.starts_with("198.18.") || address.starts_with("198.19."); }

}  // namespace bigfoot

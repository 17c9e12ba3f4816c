// runner/names.h - Which name stands behind an address: synthetic addresses for looked-up names, names learned from
// real or scripted answers, and the machine's hosts file. The notification thread asks, the event loop tells: the
// one table besides the queue that both threads share, under a lock held for a look-up only.
// Source: RFC 2544, section 12 (198.18.0.0/15 is for benchmarks, never routed); hosts(5); resolv.conf(5).
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bigfoot {

class Names {
 public:
  /// Texts of hosts(5) and resolv.conf(5), as read by the caller; empty where there is none.
  Names(std::string_view hosts_file, std::string_view resolv_conf);

  /// The synthetic IPv4 address of `name`, the same one for the whole run. When the range is used up (131,070 names)
  /// the first addresses are given again.
  std::string address_of(std::string_view name);
  /// An answer said that `name` has `address`; the latest name of an address wins.
  void learn(std::string_view address, std::string_view name);
  /// The looked-up name of an address, if any.
  std::optional<std::string> name_of(std::string_view address) const;
  /// Names that the hosts file gives to `address`, in its order.
  std::vector<std::string> hosts_aliases(std::string_view address) const;
  /// `name` without the search domain that the resolver appended, where it ends in one; else nothing.
  std::optional<std::string> without_search_domain(std::string_view name) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> name_by_address_, address_by_name_;
  std::uint32_t given_ = 0;
  std::map<std::string, std::vector<std::string>, std::less<>> hosts_;  // immutable after construction
  std::vector<std::string> search_;
};

/// True for 198.18.0.0/15.
bool is_synthetic(std::string_view address);

}  // namespace bigfoot

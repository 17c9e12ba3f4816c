// runner/endpoints/lookups.h - Programs that are looked for in PATH: found where the spec says, or nowhere.
// Source: spec-format.md, 4.6 and section 3 (row `which`); POSIX.1-2017, 8.3 (PATH).
#pragma once

#include <deque>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "runner/search_path.h"
#include "runner/services.h"
#include "tracer/supervisor.h"

namespace bigfoot {

/// A `which` entry says where a program is. One that only an `exec` entry names is found in the folders of PATH, unless it is
/// installed: bash, dash, make, Go, Ruby and shutil.which look before they run anything.
class Lookups {
 public:
  explicit Lookups(Services& services) : services_(services) {}

  /// Answers a look (stat, access) at a file with the name of a program that the spec knows.
  void serve(FileCall call);
  /// The same for an execve: whether it must fail with ENOENT, since a `which` entry says so.
  bool hides(const ExecCall& call, const std::string& program);
  /// An entry has been spent on this program: one that is not installed is still meant.
  void taken(const std::string& program) { taken_.insert(program); }
  bool is_meant(const std::string& program) const;
  void process_ended(Pid pid) { searches_.erase(pid); }

 private:
  enum class Verdict { real, nowhere, there };
  /// One search through PATH, by one thread at a time: a goroutine may go on in another.
  struct Search {
    Tid tid{};
    std::string program;
    WhichAnswer answer;
    std::vector<std::string> folders;
    SearchSteps steps;
    bool told = false;  ///< it is in the timeline
    bool goes_on(const std::string& path) const;
    bool is_next(const std::string& path) const;
  };

  Verdict judge(const Caller& caller, const std::string& path);
  Search& search_for(const Caller& caller, const std::string& program, const std::string& path);
  void tell(Pid pid, const std::string& program, Search& search);

  Services& services_;
  std::set<std::string> taken_;
  std::unordered_map<Pid, std::deque<Search>> searches_;
};

}  // namespace bigfoot

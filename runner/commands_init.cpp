// runner/commands_init.cpp - `bigfoot-run init`: a first spec, which is green as it is and says how to go on.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "runner/commands.h"
#include "runner/spec_search.h"

namespace bigfoot {
namespace {

constexpr std::string_view kStarter = R"(# What a program does to the outside world, and what it gets back. `man bigfoot-spec` has every key,
# `bigfoot-run explain http` (or redis, postgres, exec, ...) one protocol's.
#
#   bigfoot-run -- ./tests             runs it; whatever no entry names is refused and reported, with the entry to paste
#   bigfoot-run --update -- ./tests    writes those entries, and values that differ, into this file
#   bigfoot-run lint                   checks this file
version = 1

# [settings]
# order = "per-target"        # "strict" is the default: calls come in the order of this file
# timeout = "30s"
# redact = ["header:x-api-key", "json:$..password"]    # on top of what looks like a secret

# [guard]                     # whatever no entry names: "error" (default), "warn" or "off", also for one protocol
# default = "warn"
# allow = ["http://localhost:*", "unix:/run/dbus/*"]   # reaches the real thing, recorded but not asserted

# [[expect]]                  # one mock and assertion: what must come, and its answer
# http    = "POST https://api.example.com/v1/charges"
# headers = { authorization = "Bearer {{nonempty}}", content-type = "application/json" }
# body    = { json = { amount = 5000, id = "{{uuid}}", "*" = "*" } }
# reply   = { status = 201, json = { id = "ch_1" } }

# [[expect]]
# redis = ["GET", "session:1"]
# reply = "cached"

# [[expect]]
# exec  = ["git", "rev-parse", "HEAD"]
# stdin = ""
# reply = { stdout = "0f3a9c\n" }
)";

}  // namespace

int init(const std::string& file) {
  const std::string name = file.empty() ? std::string(kUsualSpec) : file;
  const int fd = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) {
    const bool exists = errno == EEXIST;
    fmt::print(stderr, "bigfoot-run: {}\n  {}\n", exists ? fmt::format("{} is there already, and stays as it is", name) : fmt::format("cannot write {}: {}", name, std::strerror(errno)),
               exists ? "name another file: bigfoot-run init FILE" : "is the folder there, and yours to write to?");
    return 2;
  }
  const bool written = ::write(fd, kStarter.data(), kStarter.size()) == static_cast<ssize_t>(kStarter.size());
  if (::close(fd) != 0 || !written) {
    fmt::print(stderr, "bigfoot-run: cannot write {}: {}\n", name, std::strerror(errno));
    return 2;
  }
  fmt::print("{} written. Next: bigfoot-run{} -- COMMAND\n", name, file.empty() ? "" : fmt::format(" --spec {}", name));
  return 0;
}

}  // namespace bigfoot

// runner/endpoints/file_reply.h - How a call on a watched file ends.
#pragma once

#include <sys/stat.h>

#include <chrono>
#include <string>
#include <utility>
#include <variant>

#include "tracer/supervisor.h"

namespace bigfoot {

struct FileReply {
  struct Real {};  ///< the kernel does it
  struct Done {};  ///< it was done on the stage, or there was nothing to do
  struct Link { std::string text; };
  struct Listing { std::string records; };  ///< struct linux_dirent64
  using What = std::variant<Real, Done, Errno, UniqueFd, struct stat, Link, Listing>;
  What what;
  std::chrono::microseconds delay{0};
};

inline FileReply failed(int code) { return {Errno{code}}; }
/// 0 is success.
inline FileReply ended_with(int code) { return code == 0 ? FileReply{FileReply::Done{}} : failed(code); }

inline void send(FileCall call, FileReply reply) {
  struct Sender {
    FileCall call;
    void operator()(FileReply::Real) { std::move(call).let_through(); }
    void operator()(FileReply::Done) { std::move(call).succeed(); }
    void operator()(Errno code) { std::move(call).fail(code); }
    void operator()(UniqueFd& file) { std::move(call).give(std::move(file)); }
    void operator()(const struct stat& info) { std::move(call).describe(info); }
    void operator()(const FileReply::Listing& listing) { std::move(call).answer_list(listing.records); }
    void operator()(const FileReply::Link& link) { std::move(call).answer_link(link.text); }
  };
  std::visit(Sender{std::move(call)}, reply.what);
}

}  // namespace bigfoot

// tracer/redirects.cpp - See redirects.h.
#include "tracer/redirects.h"

namespace bigfoot {

void Redirects::add(SocketInode inode, Redirect redirect) {
  const std::lock_guard lock(mutex_);
  any_ = true;
  const auto found = entries_.find(static_cast<std::uint64_t>(inode));
  if (found != entries_.end()) {
    found->second.redirect = std::move(redirect);
    order_.splice(order_.begin(), order_, found->second.place);
    return;
  }
  if (entries_.size() >= kMost) {
    entries_.erase(static_cast<std::uint64_t>(order_.back()));
    order_.pop_back();
  }
  order_.push_front(inode);
  entries_.emplace(static_cast<std::uint64_t>(inode), Entry{std::move(redirect), order_.begin()});
}

std::optional<Redirect> Redirects::find(SocketInode inode) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(static_cast<std::uint64_t>(inode));
  if (found == entries_.end()) return std::nullopt;
  order_.splice(order_.begin(), order_, found->second.place);
  return found->second.redirect;
}

void Redirects::forget(SocketInode inode) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(static_cast<std::uint64_t>(inode));
  if (found == entries_.end()) return;
  order_.erase(found->second.place);
  entries_.erase(found);
}

}  // namespace bigfoot

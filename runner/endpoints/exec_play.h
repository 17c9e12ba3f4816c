// runner/endpoints/exec_play.h - Plays a scripted command through the stub that runs in its place.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "runner/endpoints/stub_channel_io.h"
#include "runner/services.h"
#include "spec/ledger.h"

namespace bigfoot {

/// Whether the entry would be content if no more stdin came than this.
bool is_content_with(const Entry& entry, const std::string& input);

/// Until the command has been told to end, or was killed.
asio::awaitable<void> play_command(Services& services, std::shared_ptr<StubChannelIo> stub,
                                   ExecSession& session, Pid command);

}  // namespace bigfoot

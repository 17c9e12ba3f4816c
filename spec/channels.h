// spec/channels.h - [channels.NAME] of one file, added to the spec; and what ties channels and entries together.
#pragma once

#include "spec/settings.h"
#include "spec/spec.h"

namespace bigfoot {

void load_channels(const Node& table, Spec& spec, SetBy& set_by, Diagnostics& problems);

/// Entries of channels that are not there, two channels that claim one stream, channels that assert nothing. Once, when all
/// files are loaded. `whole`: no entry was lost on the way.
void check_channels(const Spec& spec, bool whole, Diagnostics& problems);

/// The channel of that name, or nullptr.
const Channel* find_channel(const Spec& spec, std::string_view name);

/// What a channel reads, as the spec says it: "stderr", "/var/log/app.log", "udp://localhost:514".
std::string source_text(const Channel& channel);

}  // namespace bigfoot

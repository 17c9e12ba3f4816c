// spec/reply_system.cpp - Replies of processes and files. Source: spec-format.md 4.6 and 4.7.
#include <fmt/format.h>

#include "spec/check.h"
#include "spec/entry_draft.h"
#include "spec/replies.h"

namespace bigfoot {

void read_command_reply(EntryDraft& draft, const Node& reply, ReplyParts& parts) {
  const Node* status = reply.find("exit");
  if (status && status->integer() && (*status->integer() < 0 || *status->integer() > 255))
    refuse(draft.problems, *status, fmt::format("{} is no exit status", *status->integer()), "0 to 255");
  const Node* signal = reply.find("signal");
  if (status && signal) refuse_key(draft.problems, *signal, "signal", "a process ends by 'exit' or by 'signal', not both");
  read_other_reply(draft, reply, parts);
}

void read_file_reply(EntryDraft& draft, const Node& reply, ReplyParts& parts) { read_content(draft, reply, parts); }

}  // namespace bigfoot

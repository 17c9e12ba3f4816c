// spec/near_record.h - Which entry a record of a log channel was probably meant for: the channel alone says too little.
#pragma once

#include <map>
#include <string>

#include "spec/near_miss.h"

namespace bigfoot {

/// How far a record is from what an entry of its channel says.
struct RecordMiss {
  bool related = false;  ///< the same message, or the same logger and nearly the same message
  bool too_far = false;  ///< another message altogether
  unsigned cost = 0;
  std::string reason;    ///< "level differs: WARNING instead of INFO"
};
/// True where literals alone say that the record neither fits the entry nor is near: of a thousand lines most are not.
bool is_out_of_question(const Entry& entry, const Fields& record);
RecordMiss judge_record(const Entry& entry, const Fields& record, const LedgerBook& book);

NearMiss nearest_record(const ProtocolInfo& protocol, const Fields& record, const LedgerBook& book);

/// For each entry the nearest record that was not for it: what to say of an entry that never happened.
class NearRecords {
 public:
  void remember(const Entry& entry, const RecordMiss& miss, const Fields& record, std::uint64_t seq);
  /// "nearest line, #12: WARNING myapp.auth: …; level differs: …", or "".
  std::string note(const Entry& entry) const;

 private:
  struct Near {
    unsigned cost;
    std::string note;
  };
  std::map<std::size_t, Near> near_;  ///< by Entry::index: as many as there are entries
};

}  // namespace bigfoot

#ifndef CORRIDOR_SERVER_JOURNAL_JOURNAL_STATE_H_
#define CORRIDOR_SERVER_JOURNAL_JOURNAL_STATE_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/random.h"
#include "corridor/v1/record.pb.h"
#include "server/journal/head_marker.h"
#include "server/journal/stored_record.pb.h"
#include "server/storage/store.h"

namespace corridor {

// How the stores are written: the one format that there is.
inline constexpr uint32_t kStorageFormat = 1;

// Where a journal stands when it is opened: its epoch and heads, checked against
// its last records and against the head marker. Starts a journal in an empty store.
// kFailedPrecondition also: it was written in a newer format than kStorageFormat. With
// `accept_lost_tail`, a journal that its marker contradicts gets a new epoch.
// Errors are those of Journal::Open.
absl::StatusOr<stored::JournalState> OpenJournalState(Store& store, HeadMarker& marker,
                                                      Random& random, std::string_view region,
                                                      bool accept_lost_tail);

// A journal that was put back from a backup goes on under a new epoch, also where nothing is
// missing, and its marker says so. kDataLoss: there is none. Other errors are those of
// Journal::Open.
absl::StatusOr<stored::JournalState> BeginRestoredJournal(Store& store, HeadMarker& marker,
                                                          Random& random, std::string_view region);

// Last offset over both lanes.
uint64_t HeadOf(const stored::JournalState& state);
uint64_t HeadOf(const stored::JournalState& state, v1::Lane lane);
// One more record: published here, or imported.
void Count(stored::JournalState& state, bool local);
void SetHead(stored::JournalState& state, v1::Lane lane, uint64_t offset);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_JOURNAL_JOURNAL_STATE_H_

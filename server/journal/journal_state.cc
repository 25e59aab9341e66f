#include "server/journal/journal_state.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/model/errors.h"
#include "server/journal/record_codec.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

constexpr int kPreviousMax = 16;

constexpr char kHowToAccept[] =
    "; if what is missing is lost for good, start once with the lost tail accepted: the journal "
    "then goes on under a new epoch";

// The last record of the lane, whole, at the offset that the state names.
absl::Status CheckLastRecord(const Store& store, v1::Lane lane, uint64_t head) {
  const KeyRange all = {RecordKey(lane, 0), RecordKey(lane, std::numeric_limits<uint64_t>::max())};
  ASSIGN_OR_RETURN(const std::vector<KeyValue> last, store.Scan(all, 1, ScanOrder::kDescending));
  if (last.empty() && head == 0) return absl::OkStatus();
  if (last.empty() || last.front().key != RecordKey(lane, head)) {
    return CorruptRecord(lane, head, "the lane does not end with the record its state names");
  }
  return DecodeRecordHeader(lane, head, last.front().value).status();
}

// Why the journal may not be served as it is; empty when it may.
std::string LostTail(const stored::JournalState& state, bool is_new,
                     const std::optional<HeadMark>& mark) {
  const uint64_t head = HeadOf(state);
  if (!mark) return head == 0 ? "" : "the journal has records, but its head marker is missing";
  if (is_new) {
    return absl::StrCat("the store is empty, but its head marker says that a journal went to ",
                        "offset ", mark->offset);
  }
  if (mark->epoch != state.epoch()) return "the head marker belongs to another journal";
  if (mark->offset <= head) return "";
  return absl::StrCat("the journal ends at offset ", head, ", but its head marker says ",
                      mark->offset, ": ", mark->offset - head, " records are missing");
}

void MintEpoch(stored::JournalState& state, Random& random) {
  const uint64_t old = state.epoch();
  if (old != 0) {
    auto* previous = state.mutable_previous();
    stored::StoredHeadMark* mark = previous->Add();
    mark->set_epoch(old);
    mark->set_offset(HeadOf(state));
    std::rotate(previous->begin(), previous->end() - 1, previous->end());
    if (previous->size() > kPreviousMax) previous->RemoveLast();
  }
  while (state.epoch() == 0 || state.epoch() == old) state.set_epoch(random.Uint64());
}

absl::Status WriteState(Store& store, stored::JournalState& state) {
  state.set_storage_format(kStorageFormat);
  WriteBatch batch;
  batch.Put(JournalStateKey(), EncodeValue(JournalStateKey(), state));
  return store.Apply(batch);
}

// What the store says of its journal; a new one where it is empty.
absl::StatusOr<stored::JournalState> ReadState(const Store& store, std::string_view region) {
  ASSIGN_OR_RETURN(const std::optional<stored::JournalState> found,
                   GetValue<stored::JournalState>(store, JournalStateKey()));
  stored::JournalState state = found.value_or(stored::JournalState());
  if (!found) state.set_region(std::string(region));
  if (state.storage_format() > kStorageFormat) {
    return absl::FailedPreconditionError(
        absl::StrCat("the data were written by a newer version, in storage format ",
                     state.storage_format(), "; this one knows ", kStorageFormat));
  }
  if (state.region() != region) {
    return absl::FailedPreconditionError(
        absl::StrCat("this is the journal of ", state.region(), ", not of ", A(region)));
  }
  for (v1::Lane lane : {v1::LANE_ROUTINE, v1::LANE_URGENT}) {
    RETURN_IF_ERROR(CheckLastRecord(store, lane, HeadOf(state, lane)));
  }
  return state;
}

}  // namespace

uint64_t HeadOf(const stored::JournalState& state) {
  return std::max(state.routine_head(), state.urgent_head());
}

uint64_t HeadOf(const stored::JournalState& state, v1::Lane lane) {
  return lane == v1::LANE_URGENT ? state.urgent_head() : state.routine_head();
}

void Count(stored::JournalState& state, bool local) {
  if (local) {
    state.set_local_records(state.local_records() + 1);
  } else {
    state.set_imported_records(state.imported_records() + 1);
  }
}

void SetHead(stored::JournalState& state, v1::Lane lane, uint64_t offset) {
  lane == v1::LANE_URGENT ? state.set_urgent_head(offset) : state.set_routine_head(offset);
}

absl::StatusOr<stored::JournalState> OpenJournalState(Store& store, HeadMarker& marker,
                                                      Random& random, std::string_view region,
                                                      bool accept_lost_tail) {
  ASSIGN_OR_RETURN(stored::JournalState state, ReadState(store, region));
  const bool is_new = state.epoch() == 0;
  ASSIGN_OR_RETURN(const std::optional<HeadMark> mark, marker.Read());
  const std::string lost = LostTail(state, is_new, mark);
  if (!lost.empty() && !accept_lost_tail) {
    return absl::FailedPreconditionError(absl::StrCat(lost, kHowToAccept));
  }
  if (is_new || !lost.empty()) {
    MintEpoch(state, random);
    RETURN_IF_ERROR(WriteState(store, state));
  }
  RETURN_IF_ERROR(marker.Write({state.epoch(), HeadOf(state)}));
  return state;
}

absl::StatusOr<stored::JournalState> BeginRestoredJournal(Store& store, HeadMarker& marker,
                                                          Random& random, std::string_view region) {
  ASSIGN_OR_RETURN(stored::JournalState state, ReadState(store, region));
  if (state.epoch() == 0) return absl::DataLossError("the backup has no journal");
  MintEpoch(state, random);
  RETURN_IF_ERROR(WriteState(store, state));
  RETURN_IF_ERROR(marker.Write({state.epoch(), HeadOf(state)}));
  return state;
}

}  // namespace corridor

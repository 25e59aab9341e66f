#include "tests/simulation/sim_disk.h"

#include <iterator>

#include "core/model/errors.h"

namespace corridor {

absl::StatusOr<std::optional<std::string>> SimStore::Get(std::string_view key) const {
  const auto found = pairs_.find(key);
  if (found == pairs_.end()) return std::nullopt;
  return found->second;
}

absl::StatusOr<std::vector<KeyValue>> SimStore::Scan(const KeyRange& range, ScanLimit limit,
                                                     ScanOrder order) const {
  std::vector<KeyValue> found;
  if (range.begin >= range.end) return found;
  size_t bytes = 0;
  const auto take = [&](const auto& pair) {
    if (found.size() == limit.pairs_max) return false;
    bytes += pair.first.size() + pair.second.size();
    if (!found.empty() && bytes > limit.bytes_max) return false;
    found.push_back({pair.first, pair.second});
    return true;
  };
  const auto begin = pairs_.lower_bound(range.begin);
  const auto end = pairs_.lower_bound(range.end);
  if (order == ScanOrder::kAscending) {
    for (auto at = begin; at != end && take(*at); ++at) {
    }
  } else {
    for (auto at = end; at != begin && take(*std::prev(at)); --at) {
    }
  }
  return found;
}

absl::Status SimStore::Apply(const WriteBatch& batch) {
  if (unsynced_) {
    return absl::FailedPreconditionError("storage: an earlier sync failed; reopen the store");
  }
  if (batch.empty()) return absl::OkStatus();
  if (std::exchange(fail_next_sync_, false)) {
    unsynced_ = batch;
    return Error(v1::ERROR_REASON_OUTCOME_UNKNOWN, "storage: the sync failed");
  }
  if (defect_ == nullptr) {
    Write(batch);
    return absl::OkStatus();
  }
  WriteBatch meddled;
  for (const WriteBatch::Write& write : batch.writes()) {
    if (Loses(write)) continue;
    write.value ? meddled.Put(write.key, *write.value) : meddled.Delete(write.key);
  }
  undo_.clear();
  if (holds_ == Holds::kEverything && defect_->AcknowledgesBeforeSync(region_)) {
    for (const WriteBatch::Write& write : meddled.writes()) {
      const auto found = pairs_.find(write.key);
      undo_.push_back(
          {write.key, found == pairs_.end() ? std::nullopt : std::optional(found->second)});
    }
  }
  Write(meddled);
  return absl::OkStatus();
}

bool SimStore::Loses(const WriteBatch::Write& write) const {
  if (holds_ == Holds::kEverything) return defect_->Loses(region_, write.key);
  const bool destroys = !write.value || write.value->empty();
  return destroys && defect_->KeepsPayloadKey(region_);
}

void SimStore::Write(const WriteBatch& batch) {
  for (const WriteBatch::Write& write : batch.writes()) {
    if (write.value) {
      pairs_.insert_or_assign(write.key, *write.value);
    } else {
      pairs_.erase(write.key);
    }
  }
}

void SimStore::Crash(bool keep_unsynced) {
  if (unsynced_ && keep_unsynced) Write(*unsynced_);
  unsynced_.reset();
  fail_next_sync_ = false;
  for (auto write = undo_.rbegin(); write != undo_.rend(); ++write) {
    if (write->value) {
      pairs_.insert_or_assign(write->key, *write->value);
    } else {
      pairs_.erase(write->key);
    }
  }
  undo_.clear();
}

}  // namespace corridor

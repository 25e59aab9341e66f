#include "server/storage/memory_store.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/model/errors.h"

namespace corridor {

absl::StatusOr<std::optional<std::string>> MemoryStore::Get(std::string_view key) const {
  absl::MutexLock lock(&mutex_);
  if (!read_error_.ok()) return read_error_;
  const auto found = pairs_.find(key);
  if (found == pairs_.end()) return std::nullopt;
  return found->second;
}

absl::StatusOr<std::vector<KeyValue>> MemoryStore::Scan(const KeyRange& range, ScanLimit limit,
                                                        ScanOrder order) const {
  absl::MutexLock lock(&mutex_);
  if (!read_error_.ok()) return read_error_;
  std::vector<KeyValue> found;
  if (range.begin >= range.end) return found;
  size_t bytes = 0;
  // False once the limit is reached.
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

absl::Status MemoryStore::Apply(const WriteBatch& batch) {
  absl::MutexLock lock(&mutex_);
  if (unsynced_) {
    return absl::FailedPreconditionError("storage: an earlier sync failed; reopen the store");
  }
  if (batch.empty()) return absl::OkStatus();
  if (applies_to_failure_ && (*applies_to_failure_)-- == 0) {
    applies_to_failure_.reset();
    unsynced_ = batch;
    return Error(v1::ERROR_REASON_OUTCOME_UNKNOWN, "storage: the sync failed");
  }
  ++apply_count_;
  Write(batch);
  return absl::OkStatus();
}

void MemoryStore::Write(const WriteBatch& batch) {
  for (const WriteBatch::Write& write : batch.writes()) {
    if (const auto before = pairs_.find(write.key); keeps_remains_ && before != pairs_.end()) {
      remains_.insert(*before);
    }
    if (write.value) {
      pairs_.insert_or_assign(write.key, *write.value);
    } else {
      pairs_.erase(write.key);
    }
  }
}

absl::Status MemoryStore::Purge(const KeyRange& range) {
  absl::MutexLock lock(&mutex_);
  remains_.erase(remains_.lower_bound(range.begin), remains_.lower_bound(range.end));
  return absl::OkStatus();
}

bool MemoryStore::Holds(std::string_view bytes) const {
  absl::MutexLock lock(&mutex_);
  const auto has = [&](const auto& pair) { return pair.second.find(bytes) != std::string::npos; };
  return std::any_of(pairs_.begin(), pairs_.end(), has) ||
         std::any_of(remains_.begin(), remains_.end(), has);
}

void MemoryStore::FailSyncAfter(size_t applies) {
  absl::MutexLock lock(&mutex_);
  applies_to_failure_ = applies;
}

void MemoryStore::FailReads(absl::Status status) {
  absl::MutexLock lock(&mutex_);
  read_error_ = std::move(status);
}

void MemoryStore::CrashLosingUnsynced() {
  absl::MutexLock lock(&mutex_);
  unsynced_.reset();
}

void MemoryStore::CrashKeepingUnsynced() {
  absl::MutexLock lock(&mutex_);
  if (unsynced_) Write(*unsynced_);
  unsynced_.reset();
}

size_t MemoryStore::apply_count() const {
  absl::MutexLock lock(&mutex_);
  return apply_count_;
}

size_t MemoryStore::size() const {
  absl::MutexLock lock(&mutex_);
  return pairs_.size();
}

}  // namespace corridor

#include "server/storage/commit_overlay.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/base/status_macros.h"

namespace corridor {

absl::StatusOr<std::optional<std::string>> CommitOverlay::Get(std::string_view key) const {
  for (const Writes* writes : {&proposal_, &batch_}) {
    if (const auto found = writes->find(key); found != writes->end()) return found->second;
  }
  return store_.Get(key);
}

absl::StatusOr<std::vector<KeyValue>> CommitOverlay::Scan(const KeyRange& range, ScanLimit limit,
                                                          ScanOrder order) const {
  std::vector<KeyValue> found;
  if (range.begin >= range.end) return found;
  Writes over;
  for (const Writes* writes : {&batch_, &proposal_}) {
    for (auto at = writes->lower_bound(range.begin); at != writes->end() && at->first < range.end;
         ++at) {
      over.insert_or_assign(at->first, at->second);
    }
  }
  // Every pair laid over may hide one of the store's.
  const size_t room = std::numeric_limits<size_t>::max() - limit.pairs_max;
  const size_t pairs_max = limit.pairs_max + std::min(room, over.size());
  ASSIGN_OR_RETURN(found, store_.Scan(range, pairs_max, order));
  for (KeyValue& pair : found) over.try_emplace(std::move(pair.key), std::move(pair.value));
  found.clear();
  for (auto& [key, value] : over) {
    if (value) found.push_back({key, *std::move(value)});
  }
  if (order == ScanOrder::kDescending) std::reverse(found.begin(), found.end());
  size_t taken = 0;
  size_t bytes = 0;
  for (; taken < std::min(found.size(), limit.pairs_max); ++taken) {
    bytes += found[taken].key.size() + found[taken].value.size();
    if (taken > 0 && bytes > limit.bytes_max) break;
  }
  found.resize(taken);
  return found;
}

void CommitOverlay::Put(std::string key, std::string value) {
  proposal_.insert_or_assign(std::move(key), std::move(value));
}

void CommitOverlay::Delete(std::string key) {
  proposal_.insert_or_assign(std::move(key), std::nullopt);
}

void CommitOverlay::Keep() {
  for (auto& [key, value] : proposal_) batch_.insert_or_assign(key, std::move(value));
  Drop();
}

void CommitOverlay::Drop() {
  proposal_.clear();
  record_position_.reset();
}

absl::Status CommitOverlay::Run(std::vector<BatchPart>& parts) {
  for (BatchPart& part : parts) {
    if (absl::Status status = part(*this); !status.ok()) {
      Drop();
      return status;
    }
  }
  Keep();
  return absl::OkStatus();
}

WriteBatch CommitOverlay::TakeBatch() {
  WriteBatch batch;
  for (auto& [key, value] : batch_) {
    if (value) {
      batch.Put(key, *std::move(value));
    } else {
      batch.Delete(key);
    }
  }
  batch_.clear();
  return batch;
}

}  // namespace corridor

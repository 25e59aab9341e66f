#include "server/journal/tail_cache.h"

#include <algorithm>
#include <utility>

namespace corridor {
namespace {

constexpr size_t kRecordOverheadBytes = 1024;  // The parsed forms, proofs and lists.

size_t StatementBytes(const Record& record) {
  return record.statement->bytes.body().size() + record.statement->bytes.routing().size();
}

}  // namespace

size_t TailCache::BytesOf(const Record& record) {
  return 3 * StatementBytes(record) + kRecordOverheadBytes;
}

void TailCache::Push(RecordPtr record) {
  absl::MutexLock lock(&mutex_);
  bytes_ += BytesOf(*record);
  records_.push_back(std::move(record));
  while (bytes_ > bytes_max_ && !records_.empty()) {
    bytes_ -= BytesOf(*records_.front());
    complete_after_ = records_.front()->offset;
    records_.pop_front();
  }
}

void TailCache::Erase(uint64_t offset) {
  absl::MutexLock lock(&mutex_);
  const auto at = std::lower_bound(
      records_.begin(), records_.end(), offset,
      [](const RecordPtr& record, uint64_t wanted) { return record->offset < wanted; });
  if (at == records_.end() || (*at)->offset != offset) return;
  bytes_ -= BytesOf(**at);
  *at = ErasedCopyOf(**at);
  bytes_ += BytesOf(**at);
}

std::optional<std::vector<RecordPtr>> TailCache::Read(uint64_t after_offset, size_t records_max,
                                                      size_t bytes_max) const {
  absl::MutexLock lock(&mutex_);
  if (after_offset < complete_after_) return std::nullopt;
  auto at = std::upper_bound(
      records_.begin(), records_.end(), after_offset,
      [](uint64_t offset, const RecordPtr& record) { return offset < record->offset; });
  std::vector<RecordPtr> found;
  size_t bytes = 0;
  for (; at != records_.end() && found.size() < records_max; ++at) {
    bytes += StatementBytes(**at);
    if (!found.empty() && bytes > bytes_max) break;
    found.push_back(*at);
  }
  return found;
}

}  // namespace corridor

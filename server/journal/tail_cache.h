#ifndef CORRIDOR_SERVER_JOURNAL_TAIL_CACHE_H_
#define CORRIDOR_SERVER_JOURNAL_TAIL_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "server/journal/record.h"

namespace corridor {

// The newest records of one lane, so that outlets at the tail share one opened
// record instead of each reading the store. It only ever replaces a read. Bounded
// by bytes; thread-safe.
class TailCache {
 public:
  // `head` is the lane's last offset: all that is pushed later comes after it.
  TailCache(uint64_t head, size_t bytes_max) : bytes_max_(bytes_max), complete_after_(head) {}

  // The next record of the lane.
  void Push(RecordPtr record);

  // Lets go of the content of the record at `offset`, if it is here.
  void Erase(uint64_t offset);

  // What Journal::Read answers; absent when something in between is not here.
  std::optional<std::vector<RecordPtr>> Read(uint64_t after_offset, size_t records_max,
                                             size_t bytes_max) const;

  // About what a record takes.
  static size_t BytesOf(const Record& record);

 private:
  const size_t bytes_max_;
  mutable absl::Mutex mutex_;
  std::deque<RecordPtr> records_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  // Every record of the lane with a higher offset is in records_.
  uint64_t complete_after_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_JOURNAL_TAIL_CACHE_H_

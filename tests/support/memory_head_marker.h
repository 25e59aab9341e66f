#ifndef CORRIDOR_TESTS_SUPPORT_MEMORY_HEAD_MARKER_H_
#define CORRIDOR_TESTS_SUPPORT_MEMORY_HEAD_MARKER_H_

#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "server/journal/head_marker.h"

namespace corridor {

// A head marker that outlives the journal a test kills. Thread-safe.
class MemoryHeadMarker final : public HeadMarker {
 public:
  absl::StatusOr<std::optional<HeadMark>> Read() const override {
    absl::MutexLock lock(&mutex_);
    return mark_;
  }
  absl::Status Write(const HeadMark& mark) override {
    absl::MutexLock lock(&mutex_);
    if (write_error_.ok()) mark_ = mark;
    return write_error_;
  }

  void Set(std::optional<HeadMark> mark) {
    absl::MutexLock lock(&mutex_);
    mark_ = mark;
  }
  // Every write fails so until it is set to OK again.
  void FailWrites(absl::Status status) {
    absl::MutexLock lock(&mutex_);
    write_error_ = std::move(status);
  }

 private:
  mutable absl::Mutex mutex_;
  std::optional<HeadMark> mark_ ABSL_GUARDED_BY(mutex_);
  absl::Status write_error_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SUPPORT_MEMORY_HEAD_MARKER_H_

#ifndef CORRIDOR_TESTS_SUPPORT_FAKE_CLOCK_H_
#define CORRIDOR_TESTS_SUPPORT_FAKE_CLOCK_H_

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/base/clock.h"

namespace corridor {

// A clock that stands still until it is told otherwise. Thread-safe.
class FakeClock final : public Clock {
 public:
  // 2026-03-02 08:00 UTC, a Monday.
  FakeClock() : FakeClock(absl::FromUnixSeconds(1772438400)) {}
  explicit FakeClock(absl::Time start) : now_(start) {}

  absl::Time Now() const override {
    absl::MutexLock lock(&mutex_);
    return now_;
  }
  absl::Duration Steady() const override {
    absl::MutexLock lock(&mutex_);
    return steady_;
  }

  // Time passes: both clocks move. `by` is not negative.
  void Advance(absl::Duration by) {
    absl::MutexLock lock(&mutex_);
    now_ += by;
    steady_ += by;
  }
  // The wall clock is set, back or forward; the steady one does not notice.
  void JumpWall(absl::Duration by) {
    absl::MutexLock lock(&mutex_);
    now_ += by;
  }

 private:
  mutable absl::Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
  absl::Duration steady_ ABSL_GUARDED_BY(mutex_) = absl::ZeroDuration();
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SUPPORT_FAKE_CLOCK_H_

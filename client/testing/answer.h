#ifndef CORRIDOR_CLIENT_TESTING_ANSWER_H_
#define CORRIDOR_CLIENT_TESTING_ANSWER_H_

#include <memory>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"

namespace corridor {

// Answers one call, once. Move-only. Dropped unanswered, which happens to what an executor did not
// run before it stopped, it answers that the region is gone: nobody waits for ever.
template <typename T>
class Answer {
 public:
  using Done = absl::AnyInvocable<void(absl::StatusOr<T>)>;
  explicit Answer(Done done) : done_(std::move(done)) {}
  Answer(Answer&& other) noexcept : done_(std::exchange(other.done_, nullptr)) {}
  Answer& operator=(Answer&&) = delete;
  ~Answer() {
    if (done_ != nullptr) done_(absl::UnavailableError("the region is gone"));
  }

  void operator()(absl::StatusOr<T> result) {
    Done done = std::exchange(done_, nullptr);
    done(std::move(result));
  }

 private:
  Done done_;
};

// Runs `act(answer)` and waits for the answer.
template <typename T, typename Act>
absl::StatusOr<T> Await(Act act) {
  struct Waiting {
    absl::Notification answered;
    absl::StatusOr<T> result;
  };
  auto waiting = std::make_shared<Waiting>();
  act(Answer<T>([waiting](absl::StatusOr<T> result) {
    waiting->result = std::move(result);
    waiting->answered.Notify();
  }));
  waiting->answered.WaitForNotification();
  return std::move(waiting->result);
}

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_TESTING_ANSWER_H_

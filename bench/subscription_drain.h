#ifndef CORRIDOR_BENCH_SUBSCRIPTION_DRAIN_H_
#define CORRIDOR_BENCH_SUBSCRIPTION_DRAIN_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "corridor/subscriber_connection.h"

namespace corridor {

// Attaches to a subscription, takes all it can, and settles each batch as it comes; what is
// recalled it confirms as erased. What comes is not verified: a reader's own work is not what is
// measured. Thread-safe.
class SubscriptionDrain {
 public:
  // Called for each delivery and each notice, one at a time, on a thread of gRPC.
  using OnDelivery = absl::AnyInvocable<void(const v1::Delivery&)>;
  using OnNotice = absl::AnyInvocable<void(const v1::RecallNotice&)>;

  SubscriptionDrain(
      std::shared_ptr<SubscriberConnection> connection, std::string subscription,
      OnDelivery on_delivery, OnNotice on_notice = [](const v1::RecallNotice&) {});
  // Ends the session and waits for its end.
  ~SubscriptionDrain();
  SubscriptionDrain(const SubscriptionDrain&) = delete;
  SubscriptionDrain& operator=(const SubscriptionDrain&) = delete;

  // Wait until the session stands; until so many deliveries have come; until so many are settled
  // for good; until so many confirmations of recalls are durable. An error: the session ended, or
  // `deadline_ns` of the steady clock has passed.
  absl::Status AwaitStarted(int64_t deadline_ns);
  absl::Status AwaitDelivered(int64_t count, int64_t deadline_ns);
  absl::Status AwaitSettled(int64_t count, int64_t deadline_ns);
  absl::Status AwaitConfirmed(int64_t count, int64_t deadline_ns);

 private:
  struct Progress {
    bool started = false;
    bool ended = false;
    int64_t delivered = 0;
    int64_t settled = 0;
    int64_t confirmed = 0;
  };

  void OnResponse(const v1::AttachResponse& response);
  void Take(const v1::DeliveryBatch& batch);
  void Erase(const v1::RecallNotices& notices);
  absl::Status Await(const char* what, int64_t deadline_ns,
                     const std::function<bool(const Progress&)>& ready);

  const std::shared_ptr<SubscriberConnection> connection_;
  OnDelivery on_delivery_;
  OnNotice on_notice_;
  // Set before the first message is sent, so before any comes back.
  std::unique_ptr<SessionStream> stream_;
  absl::Mutex mutex_;
  Progress progress_ ABSL_GUARDED_BY(mutex_);
  absl::Status end_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace corridor

#endif  // CORRIDOR_BENCH_SUBSCRIPTION_DRAIN_H_

#ifndef CORRIDOR_CLIENT_SUBSCRIBER_H_
#define CORRIDOR_CLIENT_SUBSCRIBER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "corridor/environment.h"
#include "corridor/session.h"
#include "corridor/subscriber_connection.h"

namespace corridor {

// What Pull() is to bring.
struct PullOptions {
  // `subscriptions/<id>`.
  std::string subscription;
  // Deliveries at most: 1 to 1,000.
  uint32_t messages_max = 100;
  // How long to wait for the first: 0 to 30 s.
  absl::Duration wait = absl::ZeroDuration();
  // As SessionOptions has them.
  std::optional<TrustStore> publisher_trust = std::nullopt;
  PublisherProof publisher_proof_min = PublisherProof::kKeyUnknown;
};

// What Pull() brought.
struct Pulled {
  struct Item {
    Delivery delivery;
    // To settle it with; holds for `lease_holds` from the answer.
    std::string lease;
  };
  std::vector<Item> items;
  // Those that failed verification were released: they come again.
  size_t refused = 0;
  absl::Duration lease_holds;
  // How the subscription stands after it.
  v1::SubscriptionStatus status;
};

// Receives and reads alerts: subscriptions, live sessions, single alerts.
//
// Thread safety: thread-safe.
//
// Errors: core/model/errors.h reads reason and fields. kNotFound stands also for
// what the caller may not see. Reads, and creation, which is safe to repeat, are
// tried again for some seconds while the broker is unavailable; other changes are
// tried once.
//
// Example: client/samples/subscribe.cc.
class Subscriber {
 public:
  explicit Subscriber(std::shared_ptr<SubscriberConnection> connection,
                      Environment environment = Environment::Default());

  // Creates it, or returns the equal one that is there.
  absl::StatusOr<v1::Subscription> CreateSubscription(v1::Subscription subscription);
  // `name` is `subscriptions/<id>`.
  absl::StatusOr<v1::GetSubscriptionResponse> GetSubscription(std::string_view name);
  // The caller's by name: all, or `limit` of them.
  absl::StatusOr<std::vector<v1::Subscription>> ListSubscriptions(size_t limit = 0);
  absl::StatusOr<v1::Subscription> UpdateSubscription(const v1::UpdateSubscriptionRequest& request);
  // Deletes it and its cursor. With `etag`: only if that is the current one.
  absl::Status DeleteSubscription(std::string_view name, std::string_view etag = "");

  // The latest revision of an alert. `alert_id` is 16 bytes.
  absl::StatusOr<v1::Alert> GetAlert(std::string_view publisher, std::string_view alert_id);
  // One page, newest first.
  absl::StatusOr<v1::ListAlertsResponse> ListAlerts(const v1::ListAlertsRequest& request);

  // For jobs that run by the clock, in place of a session: brings what is there, verified
  // as a session verifies it. What is not settled with Settle() comes again when its lease
  // has run out. SUBSCRIPTION_IN_USE while a session is attached, unless it is SHARED.
  // Tried once: what a lost answer brought comes again.
  absl::StatusOr<Pulled> Pull(const PullOptions& options);
  // OK once durable. `stale` of the answer names leases that were too late: those
  // deliveries come again.
  absl::StatusOr<v1::SettlementResult> Settle(std::string_view subscription,
                                              v1::Settlement settlement);

  // Moves a subscription back or forth; the answer says what that brings again or passes
  // over. With `dry_run` nothing is done. Safe to repeat.
  absl::StatusOr<v1::SeekResponse> Seek(const v1::SeekRequest& request);

  // Fills a mirror anew: hands each alert that holds now, once, in its latest revision,
  // verified, to `each`; then moves the subscription to the position that this is as of,
  // and answers with it. What `each` was not given is to be dropped from the mirror; a
  // session begun now keeps it true from there. An error of `each` ends it and is
  // returned; then, as with any other error, nothing was moved. A statement that does not
  // verify is kDataLoss. JOURNAL_REINCARNATED: begin anew.
  absl::StatusOr<v1::Position> Resynchronise(
      std::string_view subscription,
      absl::FunctionRef<absl::Status(const v1::Alert&, const Delivery&)> each);

  // What was rejected, or came to nothing too often: one page, by lane and position.
  absl::StatusOr<v1::ListDeadLettersResponse> ListDeadLetters(
      const v1::ListDeadLettersRequest& request);
  // Hands dead letters over again, those that `selection` names. The answer says how many.
  absl::StatusOr<uint32_t> RedriveDeadLetters(std::string_view subscription,
                                              const v1::DeadLetterSelection& selection);
  // Forgets them. Likewise.
  absl::StatusOr<uint32_t> DiscardDeadLetters(std::string_view subscription,
                                              const v1::DeadLetterSelection& selection);

  // Attaches to a subscription and hands its statements to `handler` until the
  // session is destroyed, shut down, or ends.
  std::unique_ptr<Session> Start(SessionOptions options, DeliveryHandler handler);

 private:
  const std::shared_ptr<SubscriberConnection> connection_;
  const Environment environment_;
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_SUBSCRIBER_H_

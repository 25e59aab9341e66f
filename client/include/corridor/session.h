#ifndef CORRIDOR_CLIENT_SESSION_H_
#define CORRIDOR_CLIENT_SESSION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/base/backoff.h"
#include "core/base/executor.h"
#include "core/crypto/peer_verification.h"
#include "core/crypto/signature.h"
#include "corridor/v1/statement.pb.h"
#include "corridor/v1/subscriber.pb.h"

namespace corridor {

class SessionCore;

// How sure it is that a statement is its publisher's word. One that is certainly not is
// never handed over.
enum class PublisherProof {
  // The broker does not know the key, or was asked in vain: nothing is proved.
  kKeyUnknown,
  // The proof verifies under the key that the broker names.
  kOnBrokersWord,
  // The same, and the publisher's own region has certified the key.
  kCertified,
};

// One statement handed over. Its bytes were verified: the digest of what is here
// is the one that the origin broker's acceptance commits to.
struct Delivery {
  v1::StatementBody body;
  // 32 bytes; names the statement for good. A handler that must not act twice
  // remembers it: a delivery may come again after a lost connection.
  std::string digest;
  v1::StatementKind kind = v1::STATEMENT_KIND_UNSPECIFIED;
  v1::Lane lane = v1::LANE_UNSPECIFIED;
  uint32_t attempt = 1;
  PublisherProof publisher_proof = PublisherProof::kKeyUnknown;
  // As it came: exact bytes, proofs, position here and at its origin.
  v1::StoredStatement stored;
};

// Settles one delivery. Movable; a handle dropped unsettled releases its delivery,
// so nothing is lost by forgetting. Thread-compatible; may be kept and used after
// the handler has returned, from any thread.
class AckHandle {
 public:
  // Called once, unless the session is destroyed first. OK when the
  // settlement is durable. LEASE_STALE: too late, the delivery comes again. Any other
  // error: the connection was lost first; it may come again. Runs where handlers run.
  using Confirmed = absl::AnyInvocable<void(absl::Status)>;

  // What stands behind a handle; public so that tests of handlers can make one.
  class Settler {
   public:
    virtual ~Settler() = default;
    virtual void Settle(bool acknowledged, Confirmed confirmed) = 0;
    virtual void Defer(absl::Duration delay) = 0;
    virtual void Reject(std::string note, Confirmed confirmed) = 0;
  };

  explicit AckHandle(std::unique_ptr<Settler> settler) : settler_(std::move(settler)) {}
  ~AckHandle() { Release(); }
  AckHandle(AckHandle&&) noexcept = default;
  AckHandle& operator=(AckHandle&& other) noexcept;

  // Done: never delivered again on this subscription. Only the first call of any
  // method does anything.
  void Acknowledge(Confirmed confirmed = nullptr) { Settle(true, std::move(confirmed)); }
  // Not done: deliver again, after a delay that grows with each attempt.
  void Release() { Settle(false, nullptr); }
  // Not done: deliver again after `delay`, up to ten minutes (a longer one is cut).
  void Defer(absl::Duration delay);
  // Cannot be done, now or later: goes to the subscription's dead letters. `note` says why
  // to one's own people: at most 256 bytes of UTF-8 (a longer one is cut), control
  // characters become spaces. Name no person in it. LEASE_STALE also when there are too
  // many dead letters.
  void Reject(std::string note, Confirmed confirmed = nullptr);

 private:
  void Settle(bool acknowledged, Confirmed confirmed);
  std::unique_ptr<Settler> settler_;
};

// What happens to a session, for those who show it.
struct SessionEvent {
  enum class Kind {
    kAttached,         // deliveries may come
    kDetached,         // connection lost; `status` says why; it reconnects
    kProgress,         // a heartbeat; `progress` is set
    kStandby,          // another session gets the deliveries; this one waits
    kActive,           // it goes on in place of one that is gone
    kRefusedDelivery,  // a delivery or recall notice failed verification
    kEnded,            // for good; `status` as Wait() gives it
  };
  Kind kind;
  absl::Status status;
  v1::SubscriptionStatus progress;
  // For kDetached and kEnded: how many deliveries were handed over and not settled for
  // good. They come again.
  size_t unsettled = 0;
};

struct SessionOptions {
  // `subscriptions/<id>`.
  std::string subscription;
  std::string client_name = "corridor-sdk";
  // How much may be handed over and not yet settled, in each lane.
  uint32_t window_messages = 256;
  uint64_t window_bytes = 8 * 1024 * 1024;
  // How long a delivery may be with its handler or AckHandle: so long the session
  // extends its lease. Then it comes again, and settling it is answered with
  // LEASE_STALE. An hour at most, the broker's cap; 0: never extended.
  absl::Duration handling_max = absl::Minutes(10);
  // A broker that does not answer the attachment for this long is given up.
  absl::Duration attach_timeout = absl::Seconds(20);
  BackoffOptions backoff = {};
  // Public keys (32 bytes) of publishers, where the program has them by a way of its
  // own; then a proof that does not verify refuses the delivery. Empty answer: key
  // not known, which refuses nothing.
  absl::AnyInvocable<std::string(const std::string& publisher, const std::string& key_id)>
      publisher_key = nullptr;
  // Roots of the regions whose publishers shall be proved by their own region's
  // certificate. Without those of a region, the broker's word is taken for its keys.
  // Every statement is checked against the signing keys that regions replicate: a proof
  // that does not verify, or a key that was in wrong hands, refuses the delivery.
  std::optional<TrustStore> publisher_trust = std::nullopt;
  // Refuses also what cannot be proved: a delivery is worth this at least.
  PublisherProof publisher_proof_min = PublisherProof::kKeyUnknown;
  // Content that must go. Erase every copy of what the notice names, also in what you
  // have handed on inside your organisation, then say ERASED, or RETAINED_UNDER_HOLD
  // where the law makes you keep it. UNSPECIFIED: not yet; the notice comes again with
  // the next attachment, and Subscriber::ConfirmRecalls confirms it meanwhile. What is
  // not confirmed in time is named overdue to the publisher. Null: nothing is ever
  // confirmed. Runs where handlers run, before any delivery that came after it; the
  // recall's own statement was verified as deliveries are.
  absl::AnyInvocable<v1::RecallOutcome(const v1::RecallNotice&)> on_recall = nullptr;
  // May be null. Runs where handlers run.
  absl::AnyInvocable<void(const SessionEvent&)> on_event = nullptr;
};

// Handlers run one at a time, in the order of delivery within a lane. While one
// runs, deliveries wait up to the window; the session itself goes on.
using DeliveryHandler = absl::AnyInvocable<void(Delivery, AckHandle)>;

// A live attachment to a subscription: reconnects with growing pauses and resumes
// where settlements ended, so that each statement is handled at least once.
// Reconnects also when two heartbeats are missed. Thread-safe.
//
// Where the caller's reach is suspended (REACH_SUSPENDED) or its certificate has run out
// or was revoked, it tries again with those pauses, and goes on where it was once that is
// mended; `on_event` tells of it meanwhile.
//
// It ends for good when another session took over (SUBSCRIPTION_IN_USE), the
// subscription is gone (kNotFound), the caller may not read (kPermissionDenied,
// kUnauthenticated), or the request is wrong.
class Session {
 public:
  // Made by Subscriber::Start().
  Session(std::shared_ptr<SessionCore> core, std::shared_ptr<ThreadExecutor> own_thread);
  // Ends it at once. No handler runs afterwards. Not from a handler.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Changes the window of one lane; 0 messages pauses it.
  void SetWindow(v1::Lane lane, uint32_t messages, uint64_t bytes);

  // Takes nothing more, lets handlers finish and settlements become durable for up
  // to `grace`, then ends. Does not wait: Wait() does.
  void Shutdown(absl::Duration grace = absl::Seconds(5));

  // Waits for the end: OK after Shutdown(), else why it ended. Not from a handler.
  absl::Status Wait();
  // The same for at most `limit`; nothing when it has not ended.
  std::optional<absl::Status> WaitFor(absl::Duration limit);

 private:
  const std::shared_ptr<SessionCore> core_;
  const std::shared_ptr<ThreadExecutor> own_thread_;  // of handlers; may be null
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_SESSION_H_

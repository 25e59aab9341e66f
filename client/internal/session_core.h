#ifndef CORRIDOR_CLIENT_INTERNAL_SESSION_CORE_H_
#define CORRIDOR_CLIENT_INTERNAL_SESSION_CORE_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "client/internal/signer_check.h"
#include "core/base/backoff.h"
#include "core/crypto/verified_roots.h"
#include "corridor/environment.h"
#include "corridor/session.h"
#include "corridor/subscriber_connection.h"

namespace corridor {

// What one attachment has, and loses with its connection.
struct SessionAttachment {
  std::unique_ptr<SessionStream> stream;
  bool started = false;
  bool standby = false;
  absl::Duration last_heard;
  absl::Duration silence_max;
  v1::GoAway go_away;
  v1::Settlement unsent;
  bool send_due = false;
  absl::Duration lease = absl::ZeroDuration();              // 0: leases are not extended
  std::map<std::string, absl::Duration> held;               // by lease: handed over when
  std::map<std::string, AckHandle::Confirmed> unconfirmed;  // by lease
};

// The life of a session: attach, hand over, settle, notice silence, reconnect, end.
// A state machine that runs as tasks on the environment's executor; handlers and
// events run on `handlers`. The public methods are thread-safe and only post.
//
// Each attachment has a generation: whatever arrives from an earlier one, a late
// message or a handle kept too long, is told apart by it.
class SessionCore : public std::enable_shared_from_this<SessionCore> {
 public:
  SessionCore(std::shared_ptr<SubscriberConnection> connection, Environment environment,
              std::shared_ptr<Executor> handlers, SessionOptions options, DeliveryHandler handler);

  void Begin();
  void SetWindow(v1::Lane lane, uint32_t messages, uint64_t bytes);
  void Shutdown(absl::Duration grace);
  // Ends at once, without waiting for anything.
  void Abandon();
  void Settle(uint64_t generation, std::string lease, bool acknowledged,
              AckHandle::Confirmed confirmed);
  void Defer(uint64_t generation, std::string lease, absl::Duration delay);
  void Reject(uint64_t generation, std::string lease, std::string note,
              AckHandle::Confirmed confirmed);

  absl::Status Wait() const;
  std::optional<absl::Status> WaitFor(absl::Duration limit) const;

 private:
  struct Window {
    uint32_t messages;
    uint64_t bytes;
  };
  void Attach();
  void SendWindow(v1::Lane lane);
  void OnResponse(uint64_t generation, v1::AttachResponse response);
  void OnStarted(const v1::SessionStarted& started);
  void OnSettled(const v1::SettlementResult& result);
  void HandOver(v1::Delivery in);
  void OnRecallNotice(v1::RecallNotice notice);
  void ConfirmRecall(uint64_t generation, uint64_t notice_id, v1::RecallOutcome outcome);
  void RunHandler(uint64_t generation, Delivery delivery, AckHandle handle);
  void OnEnd(uint64_t generation, const absl::Status& end);
  void Watch(uint64_t generation);
  void SettleNow(std::string lease, bool acknowledged, AckHandle::Confirmed confirmed);
  // Runs `step` while the attachment that the lease belongs to holds; else `confirmed`
  // hears that it is stale.
  template <typename Step>
  void IfAttached(uint64_t generation, AckHandle::Confirmed confirmed, Step step);
  void SetStandby(bool standby);
  void SendSoon();
  void SendSettlements(uint64_t generation);
  void KeepLeases(uint64_t generation);
  size_t Unsettled() const;
  void EndIfSettled();
  void End(absl::Status status);
  void LoseAttachment(const absl::Status& status);
  void Confirm(AckHandle::Confirmed confirmed, absl::Status status);
  void Tell(SessionEvent event);

  template <typename Step>
  void PostStep(Step step);

  const std::shared_ptr<SubscriberConnection> connection_;
  const Environment environment_;
  const std::shared_ptr<Executor> handlers_;

  // Used on `handlers_` alone.
  DeliveryHandler handler_;
  SignerCheck signer_check_;
  const PublisherProof proof_min_;
  absl::AnyInvocable<v1::RecallOutcome(const v1::RecallNotice&)> on_recall_;
  absl::AnyInvocable<void(const SessionEvent&)> on_event_;

  // Used on the environment's executor alone.
  SessionOptions options_;
  std::array<Window, 2> windows_;  // routine, urgent
  VerifiedRoots roots_;
  Backoff backoff_;
  std::optional<SessionAttachment> attachment_;
  bool shutting_down_ = false;

  // Written on the environment's executor; handlers look whether theirs has passed.
  std::atomic<uint64_t> generation_ = 0;

  mutable absl::Mutex mutex_;
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_INTERNAL_SESSION_CORE_H_

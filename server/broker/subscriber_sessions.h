#ifndef CORRIDOR_SERVER_BROKER_SUBSCRIBER_SESSIONS_H_
#define CORRIDOR_SERVER_BROKER_SUBSCRIBER_SESSIONS_H_

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/base/executor.h"
#include "corridor/v1/administration.pb.h"
#include "server/broker/dead_letters.h"
#include "server/broker/dispatch.h"
#include "server/broker/live_subscription.h"
#include "server/broker/recall_notifier.h"
#include "server/broker/session_hub.h"
#include "server/catalog/catalog.h"
#include "server/journal/journal.h"
#include "server/storage/store.h"

namespace corridor {

// Every subscription with a session attached, or deliveries not settled: opens
// sessions, serves pulls, keeps the cursors durable, sends heartbeats, hands over again
// what was not settled, keeps the dead letters, moves cursors, and ends the sessions of
// those who may no longer read.
//
// Open, OnRequest, OnClosed and what takes an answer may be called from any thread, and
// answers on the flow executor; all else lives on that.
class SubscriberSessions final : public SessionHub {
 public:
  // All must outlive this.
  struct Parts {
    std::string region;
    Store& store;
    Journal& journal;
    Catalog& catalog;
    DisclosureLedger& disclosures;
    Dispatch& dispatch;
    RecallNotifier& notifier;
    Executor& flow;
    const Clock& clock;
    Random& random;
    AuditPart audit;
    DeadLetterObserver on_dead_letter;
    // Whether this broker serves anybody now.
    std::function<absl::Status()> serving;
  };
  explicit SubscriberSessions(Parts parts);
  ~SubscriberSessions() override;

  SessionId Open(const Principal& principal, std::shared_ptr<SubscriberStream> stream) override;
  void OnRequest(SessionId session, v1::AttachRequest request) override;
  void OnClosed(SessionId session) override;

  // Heartbeats, leases that ran out, rights that were withdrawn: call each
  // second, on the flow executor.
  void Tick();
  // Hands nothing more to the sessions that are open, and ends each with GoAway once what
  // it was handed is settled, the last of them after `settle_within`; answers every pull.
  // Until Undrain no other may start. `done` once all were told. On the flow executor.
  void Drain(absl::Duration settle_within, absl::AnyInvocable<void()> done);
  void Undrain() { draining_ = false; }

  // What subscriber.proto says of each. The subscriptions are the caller's.
  template <typename T>
  using Answer = absl::AnyInvocable<void(absl::StatusOr<T>)>;
  void Pull(const Principal& caller, v1::PullRequest request, Answer<v1::PullResponse> answer);
  void Settle(const Principal& caller, v1::SettleRequest request,
              Answer<v1::SettlementResult> answer);
  void Seek(const Principal& caller, v1::SeekRequest request, Answer<v1::SeekResponse> answer);
  void RedriveDeadLetters(const Principal& caller, v1::RedriveDeadLettersRequest request,
                          Answer<v1::RedriveDeadLettersResponse> answer);
  void DiscardDeadLetters(const Principal& caller, v1::DiscardDeadLettersRequest request,
                          Answer<v1::DiscardDeadLettersResponse> answer);
  // Content was erased, and dead letters with it. From any thread.
  void OnErased();

  // How subscriptions (owner and definition) stand, with or without a session,
  // in the same order. From any thread; answers on the flow executor.
  using Owned = std::pair<std::string, v1::Subscription>;
  void StatusOf(
      std::vector<Owned> subscriptions,
      absl::AnyInvocable<void(absl::StatusOr<std::vector<v1::SubscriptionStatus>>)> answer);
  // Sessions attached now. From any thread.
  uint32_t attached() const { return attached_.load(std::memory_order_relaxed); }

 private:
  using Name = std::pair<std::string, std::string>;  // Owner, subscription name.
  struct Session {
    Principal principal;
    std::shared_ptr<SubscriberStream> stream;
    LiveSubscription* live = nullptr;  // Once Start was accepted.
  };

  void OnFlow(absl::AnyInvocable<void(SubscriberSessions&)> task);
  void Handle(SessionId id, const v1::AttachRequest& request);
  absl::Status Start(SessionId id, Session& session, const v1::SessionStart& start);
  // Ends the sessions on `live`, all but `kept`.
  void SendOthersAway(const LiveSubscription* live, SessionId kept, v1::GoAwayReason reason,
                      const std::string& message);
  absl::Status PullNow(const Principal& caller, const v1::PullRequest& request,
                       Answer<v1::PullResponse>& answer);
  absl::Status SettleNow(const Principal& caller, const v1::SettleRequest& request,
                         Answer<v1::SettlementResult>& answer);
  absl::Status SeekNow(const Principal& caller, const v1::SeekRequest& request,
                       Answer<v1::SeekResponse>& answer);
  // The cursor that a seek leads to.
  absl::StatusOr<SubscriptionCursor> TargetOf(const v1::SeekRequest& request) const;
  // Where a subscription stands, live or stored.
  absl::StatusOr<SubscriptionCursor> CursorOf(const v1::Subscription& subscription) const;
  v1::SeekResponse EffectOf(const v1::Subscription& subscription, const SubscriptionCursor& before,
                            const SubscriptionCursor& target) const;
  // Changes the dead letters that a selection names, in an audited batch; then `changed`
  // hears of each on the flow executor, and of the live subscription where there is one.
  using Letters = std::vector<KeptDeadLetter>;
  void ChangeDeadLetters(const Principal& caller, const std::string& subscription,
                         const v1::DeadLetterSelection& selection, v1::AuditAct act,
                         std::function<absl::Status(CommitContext&, const std::string& owner,
                                                    const std::string& name, KeptDeadLetter)>
                             change,
                         std::function<void(LiveSubscription&, const KeptDeadLetter&)> changed,
                         Answer<uint32_t> answer);
  void CountDeadLetters(LiveSubscription& live) const;
  // Takes dispatch off a subscription that nobody takes from.
  void RestIfUntaken(LiveSubscription& live);
  absl::StatusOr<LiveSubscription*> LiveOf(const Principal& owner,
                                           const v1::Subscription& subscription);
  // Ends a session in good order, and in bad.
  void SendAway(SessionId id, v1::GoAwayReason reason, const std::string& message);
  void Cut(SessionId id, const absl::Status& status);
  // Ends those of `ids` that are settled; after so many looks all of them.
  void SendSettledAway(std::vector<SessionId> ids, int64_t looks, absl::AnyInvocable<void()> done);
  // Takes the session off its subscription and forgets it.
  void Detach(SessionId id);
  absl::StatusOr<std::vector<v1::SubscriptionStatus>> StatusNow(
      const std::vector<Owned>& subscriptions) const;
  void Review(SessionId id, const Facts& facts);
  void Refresh(LiveSubscription& live, const Facts& facts) const;

  Parts parts_;
  const uint64_t broker_start_;
  std::atomic<SessionId> next_id_ = 1;
  std::atomic<uint32_t> attached_ = 0;
  std::map<SessionId, Session> sessions_;
  std::map<Name, std::unique_ptr<LiveSubscription>> live_;
  std::set<Name> moving_;  // A seek is being made durable.
  uint64_t next_tag_ = 1;
  bool draining_ = false;
  std::shared_ptr<SubscriberSessions*> self_;  // Null inside once destroyed.
};

// Part that makes a new subscription's cursor durable, in the batch that creates
// it: at the journal's head, or before everything.
BatchPart FirstCursor(const Journal& journal, std::string owner, std::string name,
                      v1::StartFrom start_from);

// Where a subscription stands, as it is stored.
absl::StatusOr<SubscriptionCursor> StoredCursor(const Store& store, const Journal& journal,
                                                const v1::Subscription& subscription);

// Whether `principal` may hold a session now: its member is active and its grant
// lets it read.
absl::Status CheckMayRead(const Facts& facts, const Principal& principal);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_SUBSCRIBER_SESSIONS_H_

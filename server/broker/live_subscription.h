#ifndef CORRIDOR_SERVER_BROKER_LIVE_SUBSCRIPTION_H_
#define CORRIDOR_SERVER_BROKER_LIVE_SUBSCRIPTION_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/base/executor.h"
#include "core/model/principal.h"
#include "corridor/v1/subscriber.pb.h"
#include "server/broker/recipient.h"
#include "server/broker/session_hub.h"
#include "server/catalog/catalog.h"
#include "server/delivery/outlet.h"
#include "server/delivery/subscriber_session.h"
#include "server/journal/disclosure_ledger.h"
#include "server/journal/journal.h"

namespace corridor {

// Why a delivery became a dead letter: told once that is durable.
using DeadLetterObserver = std::function<void(v1::DeadLetterReason)>;

// A subscription in use: its state, the sessions attached to it, the calls that pull from
// it, and the writing of its cursor and dead letters. An outlet of dispatch while anybody
// takes. Lives on the flow executor.
class LiveSubscription final : public Outlet {
 public:
  // Sessions attached and calls under way at once.
  static constexpr size_t kTakersMax = 16;

  // All must outlive this.
  struct Parts {
    std::string region;
    Journal& journal;
    Catalog& catalog;
    DisclosureLedger& disclosures;
    OutletSource& source;
    Executor& flow;
    const Clock& clock;
    DeadLetterObserver on_dead_letter;
  };

  LiveSubscription(Parts parts, Principal owner, v1::Subscription definition,
                   SubscriptionOptions options, SubscriptionCursor cursor);
  ~LiveSubscription() override;

  const v1::Subscription& definition() const { return definition_; }
  const Principal& owner() const { return owner_; }
  // Takes over a changed definition.
  absl::Status Redefine(v1::Subscription definition);
  // What dispatch is to know of the one behind it.
  const std::shared_ptr<const Recipient>& recipient() const { return recipient_; }

  bool has_session() const { return !sessions_.empty(); }
  // Somebody takes: dispatch is to serve it.
  bool has_takers() const { return has_session() || !pulls_.empty(); }
  size_t takers() const { return sessions_.size() + pulls_.size(); }
  // Nothing but the cursor would be lost with this.
  bool idle() const { return !has_takers() && asked_.empty() && state_.idle(); }
  // Nothing is handed over, anew or again, before the next Redefine.
  void HandNoMore() { state_.SetPaused(true); }
  // Nothing that was handed over waits to be settled, nor for its settlement to be durable.
  bool settled() const { return asked_.empty() && state_.idle(); }

  // Whether a session that attaches now would stand by.
  bool WouldStandBy() const;
  void BeginSession(TakerId session, std::shared_ptr<SubscriberStream> stream);
  // The session is over; the stream is no longer touched.
  void EndSession(TakerId session);
  void SetWindow(TakerId session, const v1::SessionWindow& window);
  void Settle(TakerId session, const v1::Settlement& settlement);
  // Sends to the session, behind all that was handed to it.
  void Tell(TakerId session, v1::AttachResponse response);

  // Answers with what is there, once there is some, or the wait is over.
  using PullAnswer = absl::AnyInvocable<void(absl::StatusOr<v1::PullResponse>)>;
  void Pull(TakerId call, const v1::PullRequest& request, PullAnswer answer);
  // Answers every pull now with what it has.
  void EndPulls();
  // Answers every pull with `status`: what was meant for it comes again.
  void RefusePulls(const absl::Status& status);
  // Answers what waits to be durable with `status`: it may be, or not.
  void GiveUpSettling(const absl::Status& status);
  // Answers once what was settled is durable.
  using SettleAnswer = absl::AnyInvocable<void(absl::StatusOr<v1::SettlementResult>)>;
  void SettleCall(TakerId call, const v1::Settlement& settlement, SettleAnswer answer);

  // What others did to the dead letters, once that is durable.
  void SetDeadLetters(size_t count) { state_.SetDeadLetters(count); }
  void Redrive(v1::Lane lane, uint64_t offset, uint32_t attempts);
  void Discard(v1::Lane lane, uint64_t offset) { state_.Discard(lane, offset); }

  // Each second: leases that ran out, redelivery, heartbeats, pulls, cursor.
  void Tick();

  v1::SubscriptionStatus Status() const;
  const SubscriptionCursor& cursor() const { return state_.cursor(); }
  uint64_t NextAfter(v1::Lane lane) const { return state_.NextAfter(lane); }

  OutletDemand Demand(v1::Lane lane) const override { return state_.Demand(lane); }
  bool Hand(const OutletRecord& record) override;
  bool Skip(v1::Lane lane, uint64_t after, uint64_t through) override;

 private:
  struct Session {
    std::shared_ptr<SubscriberStream> stream;
    bool standby = false;
    std::map<v1::Lane, v1::SessionWindow> windows;  // Stated while standing by.
    v1::DeliveryBatch batch;
    absl::Duration last_sent;
  };
  // A record handed to a pull that is not answered yet.
  struct Pulled {
    v1::Lane lane;
    uint64_t offset;
    std::shared_ptr<const ParsedStatement> statement;
  };
  struct PullInProgress {
    uint32_t messages_max = 0;
    size_t bytes_max = 0;
    size_t bytes = 0;
    absl::Duration wait_ends;
    absl::Duration ends;  // However much there is to look at.
    v1::PullResponse response;
    std::vector<Pulled> pulled;
    PullAnswer answer;
  };
  // A call whose settlements are not durable yet.
  struct Asked {
    size_t awaited = 0;
    v1::SettlementResult result;
    SettleAnswer answer;
  };

  // Redelivers what is due, then asks for more where there is room.
  void GoOn();
  void HandAgain();
  // False when nothing more fits or must wait.
  bool HandAgain(v1::Lane lane, uint64_t offset);
  void Queue(const Lease& lease, v1::Lane lane, const Record& record);
  void QueueFor(PullInProgress& pull, const Record& record, v1::Delivery delivery) const;
  void PromoteNext();
  // A task later: sends batches, and answers pulls that are served.
  void PostFlush();
  void Flush();
  void Flush(Session& session);
  void Send(Session& session, v1::AttachResponse response);
  void SendHeartbeat(Session& session);
  bool NothingMore() const;
  void AnswerPulls();
  void AnswerPull(TakerId call);
  void WriteCursor(CursorWriteFor purpose);
  void CursorWritten(const absl::Status& status, const std::vector<DeadLetterChange>& changes);
  void AnswerSettled(std::vector<SettledLease> settled);

  Parts parts_;
  const Principal owner_;
  v1::Subscription definition_;
  SubscriptionState state_;
  std::shared_ptr<const Recipient> recipient_;
  std::map<TakerId, Session> sessions_;  // In the order they attached.
  std::map<TakerId, PullInProgress> pulls_;
  std::map<TakerId, Asked> asked_;
  bool flush_posted_ = false;
  std::shared_ptr<LiveSubscription*> self_;  // Null inside once destroyed.
};

// What the journal knows beside a cursor.
std::array<SubscriptionState::LaneFigures, 2> FiguresOf(const Journal& journal,
                                                        const SubscriptionCursor& cursor);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_LIVE_SUBSCRIPTION_H_

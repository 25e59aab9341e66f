#ifndef CORRIDOR_SERVER_BROKER_LIVE_SUBSCRIPTION_H_
#define CORRIDOR_SERVER_BROKER_LIVE_SUBSCRIPTION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

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

// A subscription in use: its state, the session attached to it if any, and the
// writing of its cursor. An outlet of dispatch while a session is attached.
// Lives on the flow executor.
class LiveSubscription final : public Outlet {
 public:
  // All must outlive this.
  struct Parts {
    std::string region;
    Journal& journal;
    Catalog& catalog;
    DisclosureLedger& disclosures;
    OutletSource& source;
    Executor& flow;
    const Clock& clock;
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

  bool has_session() const { return stream_ != nullptr; }
  // Nothing but the cursor would be lost with this.
  bool idle() const { return !has_session() && settled(); }
  void BeginSession(std::shared_ptr<SessionStream> stream);
  // Nothing is handed over, anew or again, before the next Redefine.
  void HandNoMore() { state_.SetPaused(true); }
  // Nothing that was handed over waits to be settled, nor for its settlement to be durable.
  bool settled() const { return state_.idle(); }
  // The session is over; the stream is no longer touched.
  void EndSession();

  void SetWindow(const v1::SessionWindow& window);
  void Settle(const v1::Settlement& settlement);
  // Sends to the session, behind all that was handed to it.
  void Tell(v1::AttachResponse response);
  // Each second: leases that ran out, redelivery, heartbeat, cursor.
  void Tick();

  v1::SubscriptionStatus Status() const;

  OutletDemand Demand(v1::Lane lane) const override;
  bool Hand(const OutletRecord& record) override;
  bool Skip(v1::Lane lane, uint64_t after, uint64_t through) override;

 private:
  // Redelivers what is due, then asks for more where there is room.
  void GoOn();
  void HandAgain();
  // False when nothing more fits or must wait.
  bool HandAgain(v1::Lane lane, uint64_t offset);
  void Queue(const Lease& lease, v1::Lane lane, v1::StoredStatement statement);
  void Flush();
  void Send(v1::AttachResponse response);
  void WriteCursor(CursorWriteFor purpose);
  void CursorWritten(const absl::Status& status);

  Parts parts_;
  const Principal owner_;
  v1::Subscription definition_;
  SubscriptionState state_;
  std::shared_ptr<const Recipient> recipient_;
  std::shared_ptr<SessionStream> stream_;
  v1::DeliveryBatch batch_;
  bool flush_posted_ = false;
  absl::Duration last_sent_;
  std::shared_ptr<LiveSubscription*> self_;  // Null inside once destroyed.
};

// What the journal knows beside a cursor.
std::array<SubscriptionState::LaneFigures, 2> FiguresOf(const Journal& journal,
                                                        const SubscriptionCursor& cursor);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_LIVE_SUBSCRIPTION_H_

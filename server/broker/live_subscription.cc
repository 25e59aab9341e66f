#include "server/broker/live_subscription.h"

#include <array>
#include <utility>

#include "core/base/status_macros.h"
#include "core/policy/policy.h"
#include "server/broker/reader.h"
#include "server/delivery/cursor_codec.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

constexpr absl::Duration kHeartbeatInterval = absl::Seconds(5);
constexpr int kDeliveriesPerMessage = 64;
// What a delivery weighs beside its body: proofs, position, lease.
constexpr size_t kDeliveryOverheadBytes = 512;

size_t WeightOf(const ParsedStatement& statement) {
  return statement.bytes.body().size() + kDeliveryOverheadBytes;
}

absl::Duration AckTimeoutOf(const v1::Subscription& definition) {
  return absl::Seconds(definition.ack_timeout().seconds());
}

// A subscription deleted meanwhile gets no cursor again.
BatchPart PutCursor(std::string owner, std::string name, std::string bytes) {
  return [owner = std::move(owner), name = std::move(name),
          bytes = std::move(bytes)](CommitContext& context) -> absl::Status {
    ASSIGN_OR_RETURN(auto definition, context.Get(SubscriptionKey(owner, name)));
    if (definition.has_value()) context.Put(CursorKey(owner, name), bytes);
    return absl::OkStatus();
  };
}

}  // namespace

std::array<SubscriptionState::LaneFigures, 2> FiguresOf(const Journal& journal,
                                                        const SubscriptionCursor& cursor) {
  std::array<SubscriptionState::LaneFigures, 2> figures;
  for (v1::Lane lane : kLanesUrgentFirst) {
    auto& of_lane = figures[LaneIndex(lane)];
    of_lane.head_offset = journal.head(lane);
    const uint64_t settled = cursor.lane(lane).floor();
    of_lane.backlog = of_lane.head_offset > settled ? of_lane.head_offset - settled : 0;
  }
  return figures;
}

LiveSubscription::LiveSubscription(Parts parts, Principal owner, v1::Subscription definition,
                                   SubscriptionOptions options, SubscriptionCursor cursor)
    : parts_(std::move(parts)),
      owner_(std::move(owner)),
      state_(std::move(options), std::move(cursor)),
      last_sent_(parts_.clock.Steady()),
      self_(std::make_shared<LiveSubscription*>(this)) {
  definition_ = std::move(definition);
}

LiveSubscription::~LiveSubscription() { *self_ = nullptr; }

absl::Status LiveSubscription::Redefine(v1::Subscription definition) {
  ASSIGN_OR_RETURN(SubscriptionFilter filter, SubscriptionFilter::Compile(definition.filter()));
  recipient_ = std::make_shared<SubscriberRecipient>(owner_, std::move(filter),
                                                     definition.include_non_actual());
  definition_ = std::move(definition);
  state_.SetLimits(AckTimeoutOf(definition_), definition_.unsettled_max());
  state_.SetPaused(definition_.paused());
  return absl::OkStatus();
}

void LiveSubscription::BeginSession(std::shared_ptr<SessionStream> stream) {
  stream_ = std::move(stream);
  v1::AttachResponse response;
  v1::SessionStarted& started = *response.mutable_started();
  started.set_heartbeat_interval_ms(
      static_cast<uint32_t>(absl::ToInt64Milliseconds(kHeartbeatInterval)));
  started.set_lease_ms(static_cast<uint32_t>(absl::ToInt64Milliseconds(AckTimeoutOf(definition_))));
  *started.mutable_status() = Status();
  started.set_region(parts_.region);
  started.set_epoch(parts_.journal.epoch());
  Send(std::move(response));
}

void LiveSubscription::EndSession() {
  stream_.reset();
  batch_.Clear();
  state_.SessionEnded();
  WriteCursor(CursorWriteFor::kProgress);
}

void LiveSubscription::SetWindow(const v1::SessionWindow& window) {
  state_.SetWindow(window.lane(), window.messages(), window.bytes());
  GoOn();
}

void LiveSubscription::Settle(const v1::Settlement& settlement) {
  SettleOutcome outcome = state_.Settle(settlement, parts_.clock.Steady());
  if (!outcome.stale.empty()) {
    v1::AttachResponse response;
    for (std::string& lease : outcome.stale) {
      *response.mutable_settled()->add_stale() = std::move(lease);
    }
    Send(std::move(response));
  }
  WriteCursor(CursorWriteFor::kSettlements);
  GoOn();
}

void LiveSubscription::Tick() {
  state_.AdvanceTo(parts_.clock.Steady());
  GoOn();
  WriteCursor(CursorWriteFor::kProgress);
  if (!has_session() || parts_.clock.Steady() - last_sent_ < kHeartbeatInterval) return;
  v1::AttachResponse response;
  *response.mutable_heartbeat()->mutable_status() = Status();
  Send(std::move(response));
}

v1::SubscriptionStatus LiveSubscription::Status() const {
  return state_.Status(FiguresOf(parts_.journal, state_.cursor()), has_session() ? 1 : 0);
}

OutletDemand LiveSubscription::Demand(v1::Lane lane) const {
  return has_session() ? state_.Demand(lane) : OutletDemand{};
}

bool LiveSubscription::Hand(const OutletRecord& record) {
  if (!has_session() || record.after != state_.NextAfter(record.lane)) return false;
  if (state_.IsSettled(record.lane, record.offset)) {
    state_.Skip(record.lane, record.offset);
    return true;
  }
  const size_t weight = WeightOf(*record.statement);
  if (!state_.WantsMore(record.lane) || !state_.Fits(record.lane, weight)) return false;
  const Lease lease = state_.Hand(record.lane, record.offset, weight, parts_.clock.Steady());
  const Record as_stored{.lane = record.lane,
                         .offset = record.offset,
                         .acceptance = record.acceptance,
                         .statement = record.statement};
  Queue(lease, record.lane, StoredStatementOf(as_stored, parts_.region, parts_.journal.epoch()));
  return true;
}

bool LiveSubscription::Skip(v1::Lane lane, uint64_t after, uint64_t through) {
  if (after != state_.NextAfter(lane)) return false;
  state_.SkipThrough(lane, through);
  return true;
}

void LiveSubscription::GoOn() {
  HandAgain();
  for (v1::Lane lane : kLanesUrgentFirst) {
    if (Demand(lane).wants()) parts_.source.OnWanted(*this, lane);
  }
}

void LiveSubscription::HandAgain() {
  if (!has_session()) return;
  for (const auto& [lane, offset] : state_.DueForRedelivery()) {
    if (!HandAgain(lane, offset)) return;
  }
}

bool LiveSubscription::HandAgain(v1::Lane lane, uint64_t offset) {
  auto record = parts_.journal.At(lane, offset);
  if (!record.ok()) return false;
  auto in_context = InContext(parts_.journal, *record);
  if (!in_context.ok()) return false;
  const std::shared_ptr<const Facts> facts = parts_.catalog.facts();
  if (!recipient_->MayHave(*facts, *in_context, parts_.clock.Now())) {
    state_.Skip(lane, offset);
    return true;
  }
  if (!parts_.disclosures.Covers(recipient_->holder(), lane, offset, facts->generation)) {
    // The next tick finds it there.
    parts_.disclosures.Cover(recipient_->holder(), lane, offset, facts, [](const absl::Status&) {});
    return false;
  }
  const size_t weight = WeightOf(*(*record)->statement);
  if (!state_.Fits(lane, weight)) return false;
  const Lease lease = state_.Hand(lane, offset, weight, parts_.clock.Steady());
  Queue(lease, lane, StoredStatementOf(**record, parts_.region, parts_.journal.epoch()));
  return true;
}

void LiveSubscription::Queue(const Lease& lease, v1::Lane lane, v1::StoredStatement statement) {
  v1::Delivery& delivery = *batch_.add_deliveries();
  delivery.set_lease(lease.token);
  delivery.set_attempt(lease.attempt);
  delivery.set_lane(lane);
  *delivery.mutable_statement() = std::move(statement);
  if (batch_.deliveries_size() >= kDeliveriesPerMessage) return Flush();
  if (std::exchange(flush_posted_, true)) return;
  parts_.flow.Post([self = self_] {
    if (*self == nullptr) return;
    (*self)->flush_posted_ = false;
    (*self)->Flush();
  });
}

void LiveSubscription::Flush() {
  if (batch_.deliveries().empty()) return;
  v1::AttachResponse response;
  response.mutable_deliveries()->Swap(&batch_);
  Send(std::move(response));
}

void LiveSubscription::Tell(v1::AttachResponse response) {
  Flush();
  Send(std::move(response));
}

void LiveSubscription::Send(v1::AttachResponse response) {
  if (!has_session()) return;
  last_sent_ = parts_.clock.Steady();
  stream_->Send(std::move(response));
}

void LiveSubscription::WriteCursor(CursorWriteFor purpose) {
  std::optional<SubscriptionCursor> cursor = state_.TakeWrite(purpose);
  if (!cursor.has_value()) return;
  std::vector<BatchPart> parts;
  parts.push_back(PutCursor(owner_.spiffe_id, definition_.name(), EncodeCursor(*cursor)));
  parts_.journal.Commit(std::move(parts), [&flow = parts_.flow, self = self_](absl::Status status) {
    flow.Post([self, status = std::move(status)] {
      if (*self != nullptr) (*self)->CursorWritten(status);
    });
  });
}

void LiveSubscription::CursorWritten(const absl::Status& status) {
  if (!status.ok()) return state_.WriteFailed();
  std::vector<std::string> settled = state_.Written();
  if (!settled.empty()) {
    v1::AttachResponse response;
    for (std::string& lease : settled) {
      *response.mutable_settled()->add_settled() = std::move(lease);
    }
    Send(std::move(response));
  }
  WriteCursor(CursorWriteFor::kSettlements);
}

}  // namespace corridor

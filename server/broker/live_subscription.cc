#include "server/broker/live_subscription.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/status_macros.h"
#include "core/policy/policy.h"
#include "server/broker/dead_letters.h"
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

// What is there to pull is looked at for this long, however much of it is passed over.
constexpr absl::Duration kPullMax = absl::Seconds(10);
constexpr uint32_t kPullMessagesDefault = 100;
constexpr size_t kPullBytesMax = 2 * 1024 * 1024;

// A subscription deleted meanwhile gets no cursor and no dead letters again.
BatchPart PutState(std::string owner, std::string name, std::string cursor,
                   std::vector<DeadLetterChange> changes) {
  return [owner = std::move(owner), name = std::move(name), cursor = std::move(cursor),
          changes = std::move(changes)](CommitContext& context) -> absl::Status {
    ASSIGN_OR_RETURN(auto definition, context.Get(SubscriptionKey(owner, name)));
    if (!definition.has_value()) return absl::OkStatus();
    context.Put(CursorKey(owner, name), cursor);
    return WriteDeadLetters(context, owner, name, changes);
  };
}

uint32_t LeaseMillisOf(const v1::Subscription& definition) {
  return static_cast<uint32_t>(absl::ToInt64Milliseconds(AckTimeoutOf(definition)));
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
      self_(std::make_shared<LiveSubscription*>(this)) {
  definition_ = std::move(definition);
}

LiveSubscription::~LiveSubscription() { *self_ = nullptr; }

absl::Status LiveSubscription::Redefine(v1::Subscription definition) {
  ASSIGN_OR_RETURN(SubscriptionFilter filter, SubscriptionFilter::Compile(definition.filter()));
  recipient_ = std::make_shared<SubscriberRecipient>(owner_, std::move(filter),
                                                     definition.include_non_actual());
  definition_ = std::move(definition);
  state_.SetLimits(AckTimeoutOf(definition_), definition_.unsettled_max(),
                   definition_.failures_max());
  state_.SetPaused(definition_.paused());
  return absl::OkStatus();
}

bool LiveSubscription::WouldStandBy() const {
  return has_session() && definition_.session_sharing() == v1::SESSION_SHARING_STANDBY;
}

void LiveSubscription::BeginSession(TakerId id, std::shared_ptr<SubscriberStream> stream) {
  const bool standby = WouldStandBy();
  Session& session = sessions_[id];
  session.stream = std::move(stream);
  session.standby = standby;
  v1::AttachResponse response;
  v1::SessionStarted& started = *response.mutable_started();
  started.set_heartbeat_interval_ms(
      static_cast<uint32_t>(absl::ToInt64Milliseconds(kHeartbeatInterval)));
  started.set_lease_ms(LeaseMillisOf(definition_));
  started.set_standby(standby);
  *started.mutable_status() = Status();
  started.set_region(parts_.region);
  started.set_epoch(parts_.journal.epoch());
  Send(session, std::move(response));
}

void LiveSubscription::EndSession(TakerId id) {
  sessions_.erase(id);
  state_.SessionEnded(id);
  WriteCursor(CursorWriteFor::kProgress);
  PromoteNext();
  GoOn();
}

// Where all that are left stand by, the one that attached first goes on.
void LiveSubscription::PromoteNext() {
  for (const auto& [id, session] : sessions_) {
    if (!session.standby) return;
  }
  if (sessions_.empty()) return;
  auto& [id, next] = *sessions_.begin();
  next.standby = false;
  for (const auto& [lane, window] : next.windows) {
    state_.SetWindow(id, lane, window.messages(), window.bytes());
  }
  SendHeartbeat(next);
}

void LiveSubscription::SetWindow(TakerId id, const v1::SessionWindow& window) {
  Session& session = sessions_.at(id);
  if (session.standby) {
    session.windows[window.lane()] = window;
    return;
  }
  state_.SetWindow(id, window.lane(), window.messages(), window.bytes());
  GoOn();
}

void LiveSubscription::Settle(TakerId id, const v1::Settlement& settlement) {
  SettleOutcome outcome = state_.Settle(id, settlement, parts_.clock.Steady());
  if (!outcome.stale.empty()) {
    v1::AttachResponse response;
    for (std::string& lease : outcome.stale) {
      *response.mutable_settled()->add_stale() = std::move(lease);
    }
    Send(sessions_.at(id), std::move(response));
  }
  WriteCursor(CursorWriteFor::kSettlements);
  GoOn();
}

void LiveSubscription::SettleCall(TakerId call, const v1::Settlement& settlement,
                                  SettleAnswer answer) {
  SettleOutcome outcome = state_.Settle(call, settlement, parts_.clock.Steady());
  Asked asked{.awaited = outcome.acknowledged + outcome.rejected,
              .result = {},
              .answer = std::move(answer)};
  for (std::string& lease : outcome.stale) *asked.result.add_stale() = std::move(lease);
  if (asked.awaited == 0) {
    asked.answer(std::move(asked.result));
  } else {
    asked_.emplace(call, std::move(asked));
  }
  WriteCursor(CursorWriteFor::kSettlements);
  GoOn();
}

void LiveSubscription::Pull(TakerId call, const v1::PullRequest& request, PullAnswer answer) {
  const absl::Duration now = parts_.clock.Steady();
  const absl::Duration wait = absl::Milliseconds(request.wait_ms());
  PullInProgress& pull = pulls_[call];
  pull.messages_max = request.messages_max() > 0 ? request.messages_max() : kPullMessagesDefault;
  pull.bytes_max = request.bytes_max() > 0 ? request.bytes_max() : kPullBytesMax;
  pull.wait_ends = now + wait;
  pull.ends = now + std::max(wait, kPullMax);
  pull.answer = std::move(answer);
  for (const v1::Lane lane : kLanesUrgentFirst) {
    state_.SetWindow(call, lane, pull.messages_max, pull.bytes_max);
  }
  parts_.flow.PostAfter(wait, [self = self_] {
    if (*self != nullptr) (*self)->AnswerPulls();
  });
  GoOn();
  PostFlush();
}

void LiveSubscription::Redrive(v1::Lane lane, uint64_t offset, uint32_t attempts) {
  state_.Redrive(lane, offset, attempts);
}

void LiveSubscription::Tick() {
  state_.AdvanceTo(parts_.clock.Steady());
  GoOn();
  AnswerPulls();
  WriteCursor(CursorWriteFor::kProgress);
  for (auto& [id, session] : sessions_) {
    if (parts_.clock.Steady() - session.last_sent >= kHeartbeatInterval) SendHeartbeat(session);
  }
}

v1::SubscriptionStatus LiveSubscription::Status() const {
  return state_.Status(FiguresOf(parts_.journal, state_.cursor()),
                       static_cast<uint32_t>(sessions_.size()));
}

bool LiveSubscription::Hand(const OutletRecord& record) {
  if (record.after != state_.NextAfter(record.lane)) return false;
  if (state_.IsSettled(record.lane, record.offset)) {
    state_.SkipThrough(record.lane, record.offset);
    if (!pulls_.empty()) PostFlush();
    return true;
  }
  const size_t weight = WeightOf(*record.statement);
  if (!state_.WantsMore(record.lane) || !state_.Fits(record.lane, weight)) return false;
  const Lease lease = state_.Hand(record.lane, record.offset, weight, parts_.clock.Steady());
  Queue(lease, record.lane,
        Record{.lane = record.lane,
               .offset = record.offset,
               .acceptance = record.acceptance,
               .statement = record.statement});
  return true;
}

bool LiveSubscription::Skip(v1::Lane lane, uint64_t after, uint64_t through) {
  if (after != state_.NextAfter(lane)) return false;
  state_.SkipThrough(lane, through);
  if (!pulls_.empty()) PostFlush();
  return true;
}

void LiveSubscription::GoOn() {
  HandAgain();
  for (v1::Lane lane : kLanesUrgentFirst) {
    if (Demand(lane).wants()) parts_.source.OnWanted(*this, lane);
  }
}

void LiveSubscription::HandAgain() {
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
  Queue(lease, lane, **record);
  return true;
}

void LiveSubscription::Queue(const Lease& lease, v1::Lane lane, const Record& record) {
  v1::Delivery delivery;
  delivery.set_lease(lease.token);
  delivery.set_attempt(lease.attempt);
  delivery.set_lane(lane);
  *delivery.mutable_statement() = StoredStatementOf(record, parts_.region, parts_.journal.epoch());
  if (const auto pull = pulls_.find(lease.taker); pull != pulls_.end()) {
    QueueFor(pull->second, record, std::move(delivery));
    const PullInProgress& now = pull->second;
    if (now.pulled.size() >= now.messages_max || now.bytes >= now.bytes_max) {
      state_.CallAnswered(lease.taker);  // Nothing more for this one.
    }
    return PostFlush();
  }
  Session& session = sessions_.at(lease.taker);
  *session.batch.add_deliveries() = std::move(delivery);
  if (session.batch.deliveries_size() >= kDeliveriesPerMessage) return Flush(session);
  PostFlush();
}

void LiveSubscription::QueueFor(PullInProgress& pull, const Record& record,
                                v1::Delivery delivery) const {
  pull.bytes += WeightOf(*record.statement);
  pull.pulled.push_back({record.lane, record.offset, record.statement});
  *pull.response.add_deliveries() = std::move(delivery);
}

void LiveSubscription::PostFlush() {
  if (std::exchange(flush_posted_, true)) return;
  parts_.flow.Post([self = self_] {
    if (*self == nullptr) return;
    (*self)->flush_posted_ = false;
    (*self)->Flush();
    (*self)->AnswerPulls();
  });
}

void LiveSubscription::Flush() {
  for (auto& [id, session] : sessions_) Flush(session);
}

void LiveSubscription::Flush(Session& session) {
  if (session.batch.deliveries().empty()) return;
  v1::AttachResponse response;
  response.mutable_deliveries()->Swap(&session.batch);
  Send(session, std::move(response));
}

void LiveSubscription::Tell(TakerId id, v1::AttachResponse response) {
  const auto session = sessions_.find(id);
  if (session == sessions_.end()) return;
  Flush(session->second);
  Send(session->second, std::move(response));
}

void LiveSubscription::Send(Session& session, v1::AttachResponse response) {
  session.last_sent = parts_.clock.Steady();
  session.stream->Send(std::move(response));
}

void LiveSubscription::SendHeartbeat(Session& session) {
  v1::AttachResponse response;
  *response.mutable_heartbeat()->mutable_status() = Status();
  response.mutable_heartbeat()->set_standby(session.standby);
  Send(session, std::move(response));
}

// Neither anew nor again is there anything that somebody has room for.
bool LiveSubscription::NothingMore() const {
  if (!state_.DueForRedelivery().empty()) return false;
  for (const v1::Lane lane : kLanesUrgentFirst) {
    if (state_.WantsMore(lane) && state_.NextAfter(lane) < parts_.journal.head(lane)) return false;
  }
  return true;
}

void LiveSubscription::AnswerPulls() {
  if (pulls_.empty()) return;
  const absl::Duration now = parts_.clock.Steady();
  const bool nothing_more = NothingMore();
  std::vector<TakerId> served;
  for (const auto& [call, pull] : pulls_) {
    const bool full = pull.pulled.size() >= pull.messages_max || pull.bytes >= pull.bytes_max;
    const bool enough = nothing_more && (!pull.pulled.empty() || now >= pull.wait_ends);
    if (full || enough || now >= pull.ends) served.push_back(call);
  }
  for (const TakerId call : served) AnswerPull(call);
}

void LiveSubscription::EndPulls() {
  while (!pulls_.empty()) AnswerPull(pulls_.begin()->first);
}

void LiveSubscription::RefusePulls(const absl::Status& status) {
  for (auto& [call, pull] : std::exchange(pulls_, {})) {
    state_.SessionEnded(call);
    pull.answer(status);
  }
}

void LiveSubscription::GiveUpSettling(const absl::Status& status) {
  for (auto& [call, asked] : std::exchange(asked_, {})) asked.answer(status);
}

void LiveSubscription::AnswerPull(TakerId call) {
  auto node = pulls_.extract(call);
  PullInProgress& pull = node.mapped();
  state_.CallAnswered(call);
  v1::PullResponse response;
  for (size_t i = 0; i < pull.pulled.size(); ++i) {
    const Pulled& pulled = pull.pulled[i];
    // Asked last: see DisclosureLedger.
    if (!StillServed(parts_.journal, *pulled.statement)) {
      state_.Skip(pulled.lane, pulled.offset);
      continue;
    }
    response.add_deliveries()->Swap(pull.response.mutable_deliveries(static_cast<int>(i)));
  }
  *response.mutable_status() = Status();
  response.set_lease_ms(LeaseMillisOf(definition_));
  pull.answer(std::move(response));
}

void LiveSubscription::WriteCursor(CursorWriteFor purpose) {
  std::optional<SubscriptionWrite> write = state_.TakeWrite(purpose);
  if (!write.has_value()) return;
  std::vector<BatchPart> parts;
  parts.push_back(PutState(owner_.spiffe_id, definition_.name(), EncodeCursor(write->cursor),
                           write->dead_letters));
  parts_.journal.Commit(
      std::move(parts), [&flow = parts_.flow, self = self_,
                         changes = std::move(write->dead_letters)](absl::Status status) mutable {
        flow.Post([self, status = std::move(status), changes = std::move(changes)] {
          if (*self != nullptr) (*self)->CursorWritten(status, changes);
        });
      });
}

void LiveSubscription::CursorWritten(const absl::Status& status,
                                     const std::vector<DeadLetterChange>& changes) {
  if (!status.ok()) return state_.WriteFailed();
  for (const DeadLetterChange& change : changes) {
    if (change.cause && parts_.on_dead_letter) parts_.on_dead_letter(change.cause->reason);
  }
  AnswerSettled(state_.Written());
  WriteCursor(CursorWriteFor::kSettlements);
}

// To each who asked, its own.
void LiveSubscription::AnswerSettled(std::vector<SettledLease> settled) {
  std::map<TakerId, v1::AttachResponse> responses;
  for (SettledLease& each : settled) {
    if (const auto asked = asked_.find(each.asker); asked != asked_.end()) {
      *asked->second.result.add_settled() = std::move(each.lease);
      if (--asked->second.awaited > 0) continue;
      asked->second.answer(std::move(asked->second.result));
      asked_.erase(asked);
    } else if (sessions_.contains(each.asker)) {
      *responses[each.asker].mutable_settled()->add_settled() = std::move(each.lease);
    }
  }
  for (auto& [id, response] : responses) Send(sessions_.at(id), std::move(response));
}

}  // namespace corridor

#include "server/broker/subscriber_sessions.h"

#include <algorithm>
#include <optional>

#include "core/base/status_macros.h"
#include "core/model/errors.h"
#include "server/catalog/field_rules.h"
#include "server/delivery/cursor_codec.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

// How often a drain looks whether a session is settled, and when who was sent away may try
// again.
constexpr absl::Duration kDrainLook = absl::Milliseconds(20);
constexpr absl::Duration kDrainRetry = absl::Seconds(2);

absl::Status OutOfTurn(std::string_view message) {
  return InvalidFields({{"request", v1::ERROR_REASON_REQUEST_INVALID, std::string(message)}});
}

absl::Status CheckSettlement(const v1::Settlement& settlement) {
  for (const v1::DeferredDelivery& deferred : settlement.deferred()) {
    if (absl::Milliseconds(deferred.delay_ms()) > kDeferMax) {
      return OutOfTurn("a delivery can be deferred by 600,000 ms at most");
    }
  }
  return absl::OkStatus();
}

// A cursor of an earlier incarnation of the journal stands for what both have
// in common.
void BringIntoEpoch(const Journal& journal, SubscriptionCursor& cursor) {
  if (cursor.epoch == journal.epoch()) return;
  cursor.epoch = journal.epoch();
  for (v1::Lane lane : kLanesUrgentFirst) {
    cursor.lane(lane) = LaneCursor(std::min(cursor.lane(lane).floor(), journal.head(lane)));
  }
}

SubscriptionCursor CursorAt(const Journal& journal, v1::StartFrom start_from) {
  SubscriptionCursor cursor;
  cursor.epoch = journal.epoch();
  if (start_from == v1::START_FROM_OLDEST) return cursor;
  for (v1::Lane lane : kLanesUrgentFirst) cursor.lane(lane) = LaneCursor(journal.head(lane));
  return cursor;
}

}  // namespace

BatchPart FirstCursor(const Journal& journal, std::string owner, std::string name,
                      v1::StartFrom start_from) {
  return [&journal, owner = std::move(owner), name = std::move(name),
          start_from](CommitContext& context) -> absl::Status {
    const std::string key = CursorKey(owner, name);
    ASSIGN_OR_RETURN(auto existing, context.Get(key));
    if (!existing.has_value()) context.Put(key, EncodeCursor(CursorAt(journal, start_from)));
    return absl::OkStatus();
  };
}

absl::Status CheckMayRead(const Facts& facts, const Principal& principal) {
  const v1::Member* member = facts.FindMember(principal.member);
  if (member == nullptr) {
    return Error(v1::ERROR_REASON_MEMBER_UNKNOWN, "the member is not registered here");
  }
  if (member->state() == v1::MEMBER_STATE_SUSPENDED) {
    return Error(v1::ERROR_REASON_MEMBER_SUSPENDED, "the member is suspended");
  }
  const v1::Grant* grant = facts.FindGrant(principal.spiffe_id);
  const bool may_read = grant != nullptr && std::find(grant->roles().begin(), grant->roles().end(),
                                                      v1::ROLE_READER) != grant->roles().end();
  if (may_read) return absl::OkStatus();
  return Error(v1::ERROR_REASON_POLICY_DENIED, "no grant lets this principal read", "rule",
               "grant/reader");
}

SubscriberSessions::SubscriberSessions(Parts parts)
    : parts_(std::move(parts)),
      broker_start_(parts_.random.Uint64()),
      self_(std::make_shared<SubscriberSessions*>(this)) {}

SubscriberSessions::~SubscriberSessions() {
  *self_ = nullptr;
  for (auto& [name, live] : live_) parts_.dispatch.Remove(*live);
}

void SubscriberSessions::OnFlow(absl::AnyInvocable<void(SubscriberSessions&)> task) {
  parts_.flow.Post([self = self_, task = std::move(task)]() mutable {
    if (*self != nullptr) task(**self);
  });
}

SessionHub::SessionId SubscriberSessions::Open(const Principal& principal,
                                               std::shared_ptr<SessionStream> stream) {
  const SessionId id = next_id_.fetch_add(1);
  OnFlow([id, principal, stream = std::move(stream)](SubscriberSessions& hub) mutable {
    hub.sessions_[id] = {.principal = principal, .stream = std::move(stream)};
  });
  return id;
}

void SubscriberSessions::OnRequest(SessionId session, v1::AttachRequest request) {
  OnFlow([session, request = std::move(request)](SubscriberSessions& hub) {
    hub.Handle(session, request);
  });
}

void SubscriberSessions::OnClosed(SessionId session) {
  OnFlow([session](SubscriberSessions& hub) { hub.Detach(session); });
}

void SubscriberSessions::Handle(SessionId id, const v1::AttachRequest& request) {
  auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  Session& session = found->second;
  if (request.has_start()) {
    if (session.live != nullptr) return Cut(id, OutOfTurn("Start may be sent once only"));
    if (absl::Status started = Start(id, session, request.start()); !started.ok()) {
      Cut(id, started);
    }
    return;
  }
  if (session.live == nullptr) return Cut(id, OutOfTurn("the first request must be Start"));
  if (request.has_settlement()) {
    if (absl::Status fits = CheckSettlement(request.settlement()); !fits.ok()) return Cut(id, fits);
    return session.live->Settle(request.settlement());
  }
  if (request.has_recall_confirmations()) {
    return parts_.notifier.OnConfirmations(
        id, request.recall_confirmations(),
        [this, id](const absl::Status& refused) { Cut(id, refused); });
  }
  const v1::Lane lane = request.window().lane();
  if (lane != v1::LANE_URGENT && lane != v1::LANE_ROUTINE) {
    return Cut(id, OutOfTurn("a window must name a lane"));
  }
  session.live->SetWindow(request.window());
}

absl::Status SubscriberSessions::Start(SessionId id, Session& session,
                                       const v1::SessionStart& start) {
  if (draining_) {
    return WithRetry(Error(v1::ERROR_REASON_DRAINING, "the broker is draining; try again later"),
                     kDrainRetry);
  }
  RETURN_IF_ERROR(parts_.serving());
  if (!start.client_name().empty() && !IsClientName(start.client_name())) {
    return InvalidFields({{"start.client_name", v1::ERROR_REASON_REQUEST_INVALID,
                           "is no name of a program; give letters, digits and . _ - + /, at most "
                           "64, beginning with a letter, or leave it out"}});
  }
  RETURN_IF_ERROR(CheckMayRead(*parts_.catalog.facts(), session.principal));
  ASSIGN_OR_RETURN(
      v1::Subscription subscription,
      parts_.catalog.GetSubscription(session.principal.spiffe_id, start.subscription()));
  ASSIGN_OR_RETURN(LiveSubscription * live, LiveOf(session.principal, subscription));
  if (live->has_session()) {
    for (auto& [other_id, other] : sessions_) {
      if (other.live != live || other_id == id) continue;
      SendAway(other_id, v1::GO_AWAY_REASON_TAKEN_OVER,
               "another session has attached to this subscription");
      break;
    }
  }
  session.live = live;
  attached_.fetch_add(1, std::memory_order_relaxed);
  live->BeginSession(session.stream);
  parts_.notifier.Begin(id, session.principal,
                        [live](v1::AttachResponse response) { live->Tell(std::move(response)); });
  parts_.dispatch.Add(*live, live->recipient());
  return absl::OkStatus();
}

absl::StatusOr<LiveSubscription*> SubscriberSessions::LiveOf(const Principal& owner,
                                                             const v1::Subscription& subscription) {
  std::unique_ptr<LiveSubscription>& live = live_[{owner.spiffe_id, subscription.name()}];
  if (live == nullptr) {
    ASSIGN_OR_RETURN(SubscriptionCursor cursor,
                     StoredCursor(parts_.store, parts_.journal, subscription));
    live = std::make_unique<LiveSubscription>(
        LiveSubscription::Parts{.region = parts_.region,
                                .journal = parts_.journal,
                                .catalog = parts_.catalog,
                                .disclosures = parts_.disclosures,
                                .source = parts_.dispatch,
                                .flow = parts_.flow,
                                .clock = parts_.clock},
        owner, subscription,
        SubscriptionOptions{
            .name = subscription.name(), .tag = next_tag_++, .broker_start = broker_start_},
        std::move(cursor));
  }
  RETURN_IF_ERROR(live->Redefine(subscription));
  return live.get();
}

absl::StatusOr<SubscriptionCursor> StoredCursor(const Store& store, const Journal& journal,
                                                const v1::Subscription& subscription) {
  ASSIGN_OR_RETURN(auto stored, store.Get(CursorKey(subscription.owner(), subscription.name())));
  if (!stored.has_value()) return CursorAt(journal, subscription.start_from());
  ASSIGN_OR_RETURN(SubscriptionCursor cursor, DecodeCursor(*stored));
  BringIntoEpoch(journal, cursor);
  return cursor;
}

void SubscriberSessions::SendAway(SessionId id, v1::GoAwayReason reason,
                                  const std::string& message) {
  auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  v1::AttachResponse response;
  response.mutable_go_away()->set_reason(reason);
  response.mutable_go_away()->set_message(message);
  const std::shared_ptr<SessionStream> stream = found->second.stream;
  Detach(id);
  stream->Send(std::move(response));
  stream->Finish(absl::OkStatus());
}

void SubscriberSessions::Cut(SessionId id, const absl::Status& status) {
  auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  const std::shared_ptr<SessionStream> stream = found->second.stream;
  Detach(id);
  stream->Cancel(status);
}

void SubscriberSessions::Detach(SessionId id) {
  auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  LiveSubscription* const live = found->second.live;
  sessions_.erase(found);
  parts_.notifier.End(id);
  if (live == nullptr) return;
  attached_.fetch_sub(1, std::memory_order_relaxed);
  parts_.dispatch.Remove(*live);
  live->EndSession();
}

void SubscriberSessions::Tick() {
  const std::shared_ptr<const Facts> facts = parts_.catalog.facts();
  std::vector<SessionId> ids;
  for (const auto& [id, session] : sessions_) ids.push_back(id);
  for (SessionId id : ids) Review(id, *facts);
  for (auto& [name, live] : live_) {
    if (!live->has_session()) Refresh(*live);
    live->Tick();
  }
  std::erase_if(live_, [](const auto& entry) { return entry.second->idle(); });
}

// Rights may have been withdrawn, and the subscription changed or deleted.
void SubscriberSessions::Review(SessionId id, const Facts& facts) {
  const Session& session = sessions_.at(id);
  if (absl::Status may_read = CheckMayRead(facts, session.principal); !may_read.ok()) {
    return Cut(id, may_read);
  }
  if (session.live == nullptr) return;
  auto definition = parts_.catalog.GetSubscription(session.principal.spiffe_id,
                                                   session.live->definition().name());
  if (!definition.ok()) {
    return SendAway(id, v1::GO_AWAY_REASON_SUBSCRIPTION_DELETED, "the subscription was deleted");
  }
  if (definition->etag() == session.live->definition().etag()) return;
  if (absl::Status redefined = session.live->Redefine(*std::move(definition)); !redefined.ok()) {
    return Cut(id, redefined);
  }
  parts_.dispatch.Add(*session.live, session.live->recipient());
}

// Nobody is attached, but its status is asked for.
void SubscriberSessions::Refresh(LiveSubscription& live) const {
  auto definition =
      parts_.catalog.GetSubscription(live.owner().spiffe_id, live.definition().name());
  if (!definition.ok() || definition->etag() == live.definition().etag()) return;
  // A filter that does not compile is said to whoever attaches next.
  live.Redefine(*std::move(definition)).IgnoreError();
}

void SubscriberSessions::Drain(absl::Duration settle_within, absl::AnyInvocable<void()> done) {
  draining_ = true;
  std::vector<SessionId> ids;
  for (const auto& [id, session] : sessions_) {
    ids.push_back(id);
    if (session.live != nullptr) session.live->HandNoMore();
  }
  SendSettledAway(std::move(ids), settle_within / kDrainLook, std::move(done));
}

void SubscriberSessions::SendSettledAway(std::vector<SessionId> ids, int64_t looks,
                                         absl::AnyInvocable<void()> done) {
  std::erase_if(ids, [&](SessionId id) {
    const auto found = sessions_.find(id);
    if (found == sessions_.end()) return true;
    const LiveSubscription* const live = found->second.live;
    if (looks > 0 && live != nullptr && !live->settled()) return false;
    SendAway(id, v1::GO_AWAY_REASON_DRAINING, "the broker is draining; reconnect after a moment");
    return true;
  });
  if (ids.empty()) return done();
  parts_.flow.PostAfter(
      kDrainLook, [self = self_, ids = std::move(ids), looks, done = std::move(done)]() mutable {
        if (*self != nullptr) (*self)->SendSettledAway(std::move(ids), looks - 1, std::move(done));
      });
}

void SubscriberSessions::StatusOf(
    std::vector<Owned> subscriptions,
    absl::AnyInvocable<void(absl::StatusOr<std::vector<v1::SubscriptionStatus>>)> answer) {
  OnFlow([subscriptions = std::move(subscriptions), answer = std::move(answer)](
             SubscriberSessions& hub) mutable { answer(hub.StatusNow(subscriptions)); });
}

absl::StatusOr<std::vector<v1::SubscriptionStatus>> SubscriberSessions::StatusNow(
    const std::vector<Owned>& subscriptions) const {
  std::vector<v1::SubscriptionStatus> statuses;
  for (const auto& [owner, subscription] : subscriptions) {
    if (auto live = live_.find({owner, subscription.name()}); live != live_.end()) {
      statuses.push_back(live->second->Status());
      continue;
    }
    ASSIGN_OR_RETURN(SubscriptionCursor cursor,
                     StoredCursor(parts_.store, parts_.journal, subscription));
    const SubscriptionState state({.name = subscription.name(), .paused = subscription.paused()},
                                  cursor);
    statuses.push_back(state.Status(FiguresOf(parts_.journal, cursor), 0));
  }
  return statuses;
}

}  // namespace corridor

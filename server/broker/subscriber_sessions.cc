#include "server/broker/subscriber_sessions.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/gate/words_for_people.h"
#include "core/model/errors.h"
#include "google/protobuf/util/time_util.h"
#include "server/catalog/field_rules.h"
#include "server/delivery/cursor_codec.h"
#include "server/journal/offset_before.h"
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

constexpr size_t kNoteBytesMax = 256;
constexpr int kNotesJudgedMax = 64;
constexpr uint32_t kPullMessagesMax = 1000;
constexpr uint32_t kPullBytesMax = 2 * 1024 * 1024;
constexpr uint32_t kPullWaitMillisMax = 30'000;
constexpr int kSettledMax = 10'000;

// A note is kept only where it could stand in an alert: an error message may quote what identifies
// a person. The delivery is rejected all the same.
void LeaveOutPersons(v1::Settlement& settlement) {
  int judged = 0;
  for (v1::RejectedDelivery& rejected : *settlement.mutable_rejected()) {
    const std::string& note = rejected.note();
    if (note.empty() || note.size() > kNoteBytesMax) continue;  // The latter is refused.
    if (++judged > kNotesJudgedMax) {
      rejected.set_note("left out: more than 64 notes at once");
      continue;
    }
    const std::string category(IdentifierInRemark(note));
    if (!category.empty()) rejected.set_note(absl::StrCat("left out: ", category));
  }
}

absl::Status CheckSettlement(const v1::Settlement& settlement) {
  for (const v1::DeferredDelivery& deferred : settlement.deferred()) {
    if (absl::Milliseconds(deferred.delay_ms()) > kDeferMax) {
      return OutOfTurn("a delivery can be deferred by 600,000 ms at most");
    }
  }
  for (const v1::RejectedDelivery& rejected : settlement.rejected()) {
    const std::string& note = rejected.note();
    if (note.size() > kNoteBytesMax ||
        std::any_of(note.begin(), note.end(), [](char c) { return absl::ascii_iscntrl(c); })) {
      return OutOfTurn("a note has at most 256 bytes and no control characters");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckSettle(const v1::Settlement& settlement) {
  const int leases = settlement.acknowledged_size() + settlement.released_size() +
                     settlement.deferred_size() + settlement.extended_size() +
                     settlement.rejected_size();
  if (leases == 0 || leases > kSettledMax) return OutOfTurn("give 1 to 10,000 leases");
  return CheckSettlement(settlement);
}

absl::Status CheckPull(const v1::PullRequest& request) {
  if (request.messages_max() > kPullMessagesMax) return OutOfTurn("messages_max is 1,000 at most");
  if (request.bytes_max() > kPullBytesMax) return OutOfTurn("bytes_max is 2 MiB at most");
  if (request.wait_ms() > kPullWaitMillisMax) return OutOfTurn("wait_ms is 30,000 at most");
  return absl::OkStatus();
}

absl::Status TooMany() {
  return WithRetry(
      Error(v1::ERROR_REASON_QUOTA, "16 sessions and calls take from this subscription already"),
      absl::Seconds(5));
}

absl::Status Draining() {
  return WithRetry(Error(v1::ERROR_REASON_DRAINING, "the broker is draining; try again later"),
                   kDrainRetry);
}

absl::Status BeingMoved() {
  return WithRetry(Error(v1::ERROR_REASON_NOT_READY, "the subscription is being moved"),
                   absl::Milliseconds(100));
}

bool TakesOver(v1::SessionSharing sharing) {
  return sharing != v1::SESSION_SHARING_SHARED && sharing != v1::SESSION_SHARING_STANDBY;
}

absl::Status InUse() {
  return Error(v1::ERROR_REASON_SUBSCRIPTION_IN_USE,
               "a session is attached: end it, or make the subscription SHARED");
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

// A subscription deleted meanwhile is not moved.
BatchPart MoveCursor(const v1::Subscription& subscription, const SubscriptionCursor& target) {
  return [owner = subscription.owner(), name = subscription.name(),
          target](CommitContext& context) -> absl::Status {
    ASSIGN_OR_RETURN(const auto definition, context.Get(SubscriptionKey(owner, name)));
    if (!definition) return Error(v1::ERROR_REASON_NOT_FOUND, "the subscription was deleted");
    context.Put(CursorKey(owner, name), EncodeCursor(target));
    return DeleteDeadLetters(context, owner, name, target);
  };
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
                                               std::shared_ptr<SubscriberStream> stream) {
  const SessionId id = next_id_.fetch_add(1);
  OnFlow([id, principal, stream = std::move(stream)](SubscriberSessions& hub) mutable {
    hub.sessions_[id] = {.principal = principal, .stream = std::move(stream)};
  });
  return id;
}

void SubscriberSessions::OnRequest(SessionId session, v1::AttachRequest request) {
  if (request.has_settlement()) LeaveOutPersons(*request.mutable_settlement());
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
    return session.live->Settle(id, request.settlement());
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
  session.live->SetWindow(id, request.window());
}

absl::Status SubscriberSessions::Start(SessionId id, Session& session,
                                       const v1::SessionStart& start) {
  if (draining_) return Draining();
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
  if (subscription.session_sharing() != v1::SESSION_SHARING_SHARED) live->EndPulls();
  if (TakesOver(subscription.session_sharing())) {
    SendOthersAway(live, id, v1::GO_AWAY_REASON_TAKEN_OVER,
                   "another session has attached to this subscription");
  } else if (live->takers() >= LiveSubscription::kTakersMax) {
    return TooMany();
  }
  session.live = live;
  attached_.fetch_add(1, std::memory_order_relaxed);
  live->BeginSession(id, session.stream);
  parts_.notifier.Begin(id, session.principal, [live, id](v1::AttachResponse response) {
    live->Tell(id, std::move(response));
  });
  parts_.dispatch.Add(*live, live->recipient());
  return absl::OkStatus();
}

absl::StatusOr<LiveSubscription*> SubscriberSessions::LiveOf(const Principal& owner,
                                                             const v1::Subscription& subscription) {
  const Name name{owner.spiffe_id, subscription.name()};
  if (moving_.contains(name)) return BeingMoved();
  auto found = live_.find(name);
  // Deleted, and created anew.
  if (found != live_.end() && !found->second->has_takers() &&
      found->second->definition().create_time().SerializeAsString() !=
          subscription.create_time().SerializeAsString()) {
    parts_.dispatch.Remove(*found->second);
    live_.erase(found);
    found = live_.end();
  }
  if (found == live_.end()) {
    ASSIGN_OR_RETURN(SubscriptionCursor cursor,
                     StoredCursor(parts_.store, parts_.journal, subscription));
    auto live = std::make_unique<LiveSubscription>(
        LiveSubscription::Parts{.region = parts_.region,
                                .journal = parts_.journal,
                                .catalog = parts_.catalog,
                                .disclosures = parts_.disclosures,
                                .source = parts_.dispatch,
                                .flow = parts_.flow,
                                .clock = parts_.clock,
                                .on_dead_letter = parts_.on_dead_letter},
        owner, subscription,
        SubscriptionOptions{
            .name = subscription.name(), .tag = next_tag_++, .broker_start = broker_start_},
        std::move(cursor));
    ASSIGN_OR_RETURN(const Letters letters, ReadDeadLetters(parts_.store, name.first, name.second,
                                                            std::nullopt, kDeadLettersMax));
    live->SetDeadLetters(letters.size());
    for (const auto& [place, stored] : letters) {
      // After a restore it may come again by itself.
      const bool settled = live->cursor().lane(place.lane).Contains(place.offset);
      if (stored.redriven() && settled) live->Redrive(place.lane, place.offset, stored.attempts());
    }
    found = live_.emplace(name, std::move(live)).first;
  }
  RETURN_IF_ERROR(found->second->Redefine(subscription));
  return found->second.get();
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
  const std::shared_ptr<SubscriberStream> stream = found->second.stream;
  Detach(id);
  stream->Send(std::move(response));
  stream->Finish(absl::OkStatus());
}

void SubscriberSessions::Cut(SessionId id, const absl::Status& status) {
  auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  const std::shared_ptr<SubscriberStream> stream = found->second.stream;
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
  live->EndSession(id);
  RestIfUntaken(*live);
}

void SubscriberSessions::RestIfUntaken(LiveSubscription& live) {
  if (!live.has_takers()) parts_.dispatch.Remove(live);
}

void SubscriberSessions::SendOthersAway(const LiveSubscription* live, SessionId kept,
                                        v1::GoAwayReason reason, const std::string& message) {
  std::vector<SessionId> others;
  for (const auto& [id, session] : sessions_) {
    if (session.live == live && id != kept) others.push_back(id);
  }
  for (const SessionId id : others) SendAway(id, reason, message);
}

void SubscriberSessions::Pull(const Principal& caller, v1::PullRequest request,
                              Answer<v1::PullResponse> answer) {
  OnFlow([caller, request = std::move(request),
          answer = std::move(answer)](SubscriberSessions& hub) mutable {
    if (absl::Status status = hub.PullNow(caller, request, answer); !status.ok()) answer(status);
  });
}

absl::Status SubscriberSessions::PullNow(const Principal& caller, const v1::PullRequest& request,
                                         Answer<v1::PullResponse>& answer) {
  RETURN_IF_ERROR(CheckPull(request));
  if (draining_) return Draining();
  RETURN_IF_ERROR(parts_.serving());
  RETURN_IF_ERROR(CheckMayRead(*parts_.catalog.facts(), caller));
  ASSIGN_OR_RETURN(const v1::Subscription subscription,
                   parts_.catalog.GetSubscription(caller.spiffe_id, request.subscription()));
  ASSIGN_OR_RETURN(LiveSubscription * live, LiveOf(caller, subscription));
  const bool shared = subscription.session_sharing() == v1::SESSION_SHARING_SHARED;
  if (live->has_session() && !shared) return InUse();
  if (live->takers() >= LiveSubscription::kTakersMax) return TooMany();
  parts_.dispatch.Add(*live, live->recipient());
  live->Pull(next_id_.fetch_add(1), request, std::move(answer));
  return absl::OkStatus();
}

void SubscriberSessions::Settle(const Principal& caller, v1::SettleRequest request,
                                Answer<v1::SettlementResult> answer) {
  LeaveOutPersons(*request.mutable_settlement());
  OnFlow([caller, request = std::move(request),
          answer = std::move(answer)](SubscriberSessions& hub) mutable {
    if (absl::Status status = hub.SettleNow(caller, request, answer); !status.ok()) answer(status);
  });
}

absl::Status SubscriberSessions::SettleNow(const Principal& caller,
                                           const v1::SettleRequest& request,
                                           Answer<v1::SettlementResult>& answer) {
  RETURN_IF_ERROR(CheckSettle(request.settlement()));
  RETURN_IF_ERROR(parts_.serving());
  RETURN_IF_ERROR(CheckMayRead(*parts_.catalog.facts(), caller));
  ASSIGN_OR_RETURN(const v1::Subscription subscription,
                   parts_.catalog.GetSubscription(caller.spiffe_id, request.subscription()));
  ASSIGN_OR_RETURN(LiveSubscription * live, LiveOf(caller, subscription));
  live->SettleCall(next_id_.fetch_add(1), request.settlement(), std::move(answer));
  return absl::OkStatus();
}

absl::StatusOr<SubscriptionCursor> SubscriberSessions::TargetOf(
    const v1::SeekRequest& request) const {
  SubscriptionCursor target;
  target.epoch = parts_.journal.epoch();
  const auto set = [&target](v1::Lane lane, uint64_t floor) {
    target.lane(lane) = LaneCursor(floor);
  };
  switch (request.target_case()) {
    case v1::SeekRequest::kTime: {
      if (!IsTimestamp(request.time())) return OutOfTurn("give a time of the years 1 to 9999");
      const int64_t time_ms =
          google::protobuf::util::TimeUtil::TimestampToMilliseconds(request.time());
      for (const v1::Lane lane : kLanesUrgentFirst) {
        ASSIGN_OR_RETURN(const uint64_t before, OffsetBefore(parts_.journal, lane, time_ms));
        set(lane, before);
      }
      return target;
    }
    case v1::SeekRequest::kPosition: {
      const v1::Position& position = request.position();
      if (!position.region().empty() && position.region() != parts_.region) {
        return OutOfTurn("give a position of this region");
      }
      if (position.epoch() != 0 && position.epoch() != target.epoch) {
        return Error(v1::ERROR_REASON_JOURNAL_REINCARNATED,
                     "the position is of another incarnation of the journal; seek to a time");
      }
      if (position.offset() > parts_.journal.head()) {
        return Error(v1::ERROR_REASON_POSITION_EXPIRED,
                     "the position lies behind the journal's end");
      }
      for (const v1::Lane lane : kLanesUrgentFirst) set(lane, position.offset());
      return target;
    }
    case v1::SeekRequest::kEnd:
      for (const v1::Lane lane : kLanesUrgentFirst) set(lane, parts_.journal.head());
      return target;
    case v1::SeekRequest::TARGET_NOT_SET:
      break;
  }
  return OutOfTurn("give a time, a position, or the end");
}

absl::StatusOr<SubscriptionCursor> SubscriberSessions::CursorOf(
    const v1::Subscription& subscription) const {
  const auto live = live_.find({subscription.owner(), subscription.name()});
  if (live != live_.end()) return live->second->cursor();
  return StoredCursor(parts_.store, parts_.journal, subscription);
}

v1::SeekResponse SubscriberSessions::EffectOf(const v1::Subscription& subscription,
                                              const SubscriptionCursor& before,
                                              const SubscriptionCursor& target) const {
  v1::SeekResponse effect;
  effect.set_epoch(target.epoch);
  const auto live = live_.find({subscription.owner(), subscription.name()});
  for (const v1::Lane lane : kLanesUrgentFirst) {
    const uint64_t was = before.lane(lane).floor();
    const uint64_t is = target.lane(lane).floor();
    const uint64_t looked_at = live == live_.end() ? was : live->second->NextAfter(lane);
    v1::LaneSeek& seek = *effect.add_lanes();
    seek.set_lane(lane);
    seek.set_settled_offset_before(was);
    seek.set_settled_offset(is);
    seek.set_again_max(std::max(looked_at, is) - is);
    seek.set_skipped_max(std::max(was, is) - was);
  }
  return effect;
}

void SubscriberSessions::Seek(const Principal& caller, v1::SeekRequest request,
                              Answer<v1::SeekResponse> answer) {
  OnFlow([caller, request = std::move(request),
          answer = std::move(answer)](SubscriberSessions& hub) mutable {
    if (absl::Status status = hub.SeekNow(caller, request, answer); !status.ok()) answer(status);
  });
}

absl::Status SubscriberSessions::SeekNow(const Principal& caller, const v1::SeekRequest& request,
                                         Answer<v1::SeekResponse>& answer) {
  RETURN_IF_ERROR(parts_.serving());
  ASSIGN_OR_RETURN(const v1::Subscription subscription,
                   parts_.catalog.GetSubscription(caller.spiffe_id, request.subscription()));
  if (!request.etag().empty() && request.etag() != subscription.etag()) {
    return Error(v1::ERROR_REASON_ETAG_MISMATCH, "the subscription changed meanwhile");
  }
  const Name name{subscription.owner(), subscription.name()};
  if (moving_.contains(name)) return BeingMoved();
  ASSIGN_OR_RETURN(const SubscriptionCursor target, TargetOf(request));
  ASSIGN_OR_RETURN(const SubscriptionCursor before, CursorOf(subscription));
  v1::SeekResponse effect = EffectOf(subscription, before, target);
  if (request.dry_run()) {
    answer(std::move(effect));
    return absl::OkStatus();
  }
  // What is live goes first, so that no later write of it can follow the seek.
  if (const auto live = live_.find(name); live != live_.end()) {
    SendOthersAway(live->second.get(), 0, v1::GO_AWAY_REASON_MOVED,
                   "the subscription was moved; attach again to receive from there");
    live->second->RefusePulls(BeingMoved());
    live->second->GiveUpSettling(BeingMoved());
    parts_.dispatch.Remove(*live->second);
    live_.erase(live);
  }
  moving_.insert(name);
  std::vector<BatchPart> parts;
  parts.push_back(MoveCursor(subscription, target));
  v1::AuditEntry entry;
  entry.set_actor(caller.spiffe_id);
  entry.set_act(v1::AUDIT_ACT_SEEK);
  entry.set_object(subscription.name());
  entry.mutable_position()->set_region(parts_.region);
  entry.mutable_position()->set_epoch(target.epoch);
  entry.mutable_position()->set_offset(target.lane(v1::LANE_ROUTINE).floor());
  parts.push_back(parts_.audit(std::move(entry)));
  parts_.journal.Commit(std::move(parts),
                        [self = self_, &flow = parts_.flow, name, effect = std::move(effect),
                         answer = std::move(answer)](absl::Status done) mutable {
                          flow.Post([self, name, effect = std::move(effect),
                                     answer = std::move(answer), done = std::move(done)]() mutable {
                            if (*self != nullptr) (*self)->moving_.erase(name);
                            if (!done.ok()) return answer(done);
                            answer(std::move(effect));
                          });
                        });
  return absl::OkStatus();
}

void SubscriberSessions::RedriveDeadLetters(const Principal& caller,
                                            v1::RedriveDeadLettersRequest request,
                                            Answer<v1::RedriveDeadLettersResponse> answer) {
  ChangeDeadLetters(
      caller, request.subscription(), request.selection(), v1::AUDIT_ACT_DEAD_LETTERS_REDRIVEN,
      MarkRedriven,
      [](LiveSubscription& live, const KeptDeadLetter& letter) {
        live.Redrive(letter.place.lane, letter.place.offset, letter.stored.attempts());
      },
      [answer = std::move(answer)](absl::StatusOr<uint32_t> count) mutable {
        if (!count.ok()) return answer(count.status());
        v1::RedriveDeadLettersResponse response;
        response.set_redriven(*count);
        answer(std::move(response));
      });
}

void SubscriberSessions::DiscardDeadLetters(const Principal& caller,
                                            v1::DiscardDeadLettersRequest request,
                                            Answer<v1::DiscardDeadLettersResponse> answer) {
  ChangeDeadLetters(
      caller, request.subscription(), request.selection(), v1::AUDIT_ACT_DEAD_LETTERS_DISCARDED,
      [](CommitContext& context, const std::string& owner, const std::string& name,
         const KeptDeadLetter& letter) {
        return DeleteDeadLetter(context, owner, name, letter.place);
      },
      [](LiveSubscription& live, const KeptDeadLetter& letter) {
        live.Discard(letter.place.lane, letter.place.offset);
      },
      [answer = std::move(answer)](absl::StatusOr<uint32_t> count) mutable {
        if (!count.ok()) return answer(count.status());
        v1::DiscardDeadLettersResponse response;
        response.set_discarded(*count);
        answer(std::move(response));
      });
}

void SubscriberSessions::ChangeDeadLetters(
    const Principal& caller, const std::string& subscription,
    const v1::DeadLetterSelection& selection, v1::AuditAct act,
    std::function<absl::Status(CommitContext&, const std::string& owner, const std::string& name,
                               KeptDeadLetter)>
        change,
    std::function<void(LiveSubscription&, const KeptDeadLetter&)> changed,
    Answer<uint32_t> answer) {
  const auto refuse = [&]() -> absl::Status {
    RETURN_IF_ERROR(parts_.serving());
    RETURN_IF_ERROR(CheckSelection(selection));
    return parts_.catalog.GetSubscription(caller.spiffe_id, subscription).status();
  };
  if (absl::Status refused = refuse(); !refused.ok()) return answer(refused);
  auto letters = std::make_shared<Letters>();
  std::vector<BatchPart> parts;
  parts.emplace_back([letters, owner = caller.spiffe_id, subscription, selection,
                      change = std::move(change), audit = parts_.audit,
                      act](CommitContext& context) -> absl::Status {
    ASSIGN_OR_RETURN(const auto definition, context.Get(SubscriptionKey(owner, subscription)));
    if (!definition) return Error(v1::ERROR_REASON_NOT_FOUND, "the subscription was deleted");
    ASSIGN_OR_RETURN(*letters, SelectDeadLetters(context, owner, subscription, selection));
    for (const KeptDeadLetter& letter : *letters) {
      RETURN_IF_ERROR(change(context, owner, subscription, letter));
    }
    v1::AuditEntry entry;
    entry.set_actor(owner);
    entry.set_act(act);
    entry.set_object(subscription);
    entry.set_count(static_cast<uint32_t>(letters->size()));
    return audit(std::move(entry))(context);
  });
  const Name name{caller.spiffe_id, subscription};
  parts_.journal.Commit(std::move(parts), [self = self_, &flow = parts_.flow, letters, name,
                                           changed = std::move(changed),
                                           answer = std::move(answer)](absl::Status done) mutable {
    flow.Post([self, letters, name, changed = std::move(changed), answer = std::move(answer),
               done = std::move(done)]() mutable {
      if (!done.ok()) return answer(done);
      if (*self != nullptr) {
        const auto live = (*self)->live_.find(name);
        if (live != (*self)->live_.end()) {
          for (const KeptDeadLetter& letter : *letters) changed(*live->second, letter);
          (*self)->CountDeadLetters(*live->second);
          live->second->Tick();
        }
      }
      answer(static_cast<uint32_t>(letters->size()));
    });
  });
}

// What cannot be read is said to who asks for it.
void SubscriberSessions::CountDeadLetters(LiveSubscription& live) const {
  const auto count =
      corridor::CountDeadLetters(parts_.store, live.owner().spiffe_id, live.definition().name());
  if (count.ok()) live.SetDeadLetters(*count);
}

void SubscriberSessions::OnErased() {
  OnFlow([](SubscriberSessions& hub) {
    for (auto& [name, live] : hub.live_) hub.CountDeadLetters(*live);
  });
}

void SubscriberSessions::Tick() {
  const std::shared_ptr<const Facts> facts = parts_.catalog.facts();
  std::vector<SessionId> ids;
  for (const auto& [id, session] : sessions_) ids.push_back(id);
  for (SessionId id : ids) Review(id, *facts);
  for (auto& [name, live] : live_) {
    if (!live->has_session()) Refresh(*live, *facts);
    live->Tick();
    RestIfUntaken(*live);
  }
  std::erase_if(live_, [this](const auto& entry) {
    const auto& [name, live] = entry;
    if (live->has_takers()) return false;
    return live->idle() || !parts_.catalog.GetSubscription(name.first, name.second).ok();
  });
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

// Nobody is attached, but its status is asked for, or calls take from it.
void SubscriberSessions::Refresh(LiveSubscription& live, const Facts& facts) const {
  if (absl::Status may_read = CheckMayRead(facts, live.owner()); !may_read.ok()) {
    live.RefusePulls(may_read);
  }
  auto definition =
      parts_.catalog.GetSubscription(live.owner().spiffe_id, live.definition().name());
  if (!definition.ok() || definition->etag() == live.definition().etag()) return;
  // A filter that does not compile is said to whoever attaches next.
  live.Redefine(*std::move(definition)).IgnoreError();
  if (live.has_takers()) parts_.dispatch.Add(live, live.recipient());
}

void SubscriberSessions::Drain(absl::Duration settle_within, absl::AnyInvocable<void()> done) {
  draining_ = true;
  std::vector<SessionId> ids;
  for (const auto& [id, session] : sessions_) {
    ids.push_back(id);
    if (session.live != nullptr) session.live->HandNoMore();
  }
  for (auto& [name, live] : live_) live->EndPulls();
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
      CountDeadLetters(*live->second);
      statuses.push_back(live->second->Status());
      continue;
    }
    ASSIGN_OR_RETURN(SubscriptionCursor cursor,
                     StoredCursor(parts_.store, parts_.journal, subscription));
    SubscriptionState state({.name = subscription.name(), .paused = subscription.paused()}, cursor);
    ASSIGN_OR_RETURN(const size_t dead_letters,
                     corridor::CountDeadLetters(parts_.store, owner, subscription.name()));
    state.SetDeadLetters(dead_letters);
    statuses.push_back(state.Status(FiguresOf(parts_.journal, cursor), 0));
  }
  return statuses;
}

}  // namespace corridor

#include "client/internal/session_core.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "client/internal/delivery_check.h"
#include "client/internal/retry.h"
#include "core/crypto/digest.h"
#include "core/crypto/statement_proof.h"
#include "core/model/errors.h"

namespace corridor {
namespace {

constexpr absl::Duration kDeferMax = absl::Minutes(10);
// How often in the life of a lease it is extended: one lost turn does no harm.
constexpr int kExtensionsPerLease = 3;

size_t IndexOf(v1::Lane lane) { return lane == v1::LANE_URGENT ? 1 : 0; }

// Attaching again would be answered the same way.
bool IsFinal(const absl::Status& status) {
  switch (ReasonOf(status)) {
    case v1::ERROR_REASON_REACH_SUSPENDED:      // until it is restored
    case v1::ERROR_REASON_IDENTITY_INVALID:     // until the certificate is renewed
    case v1::ERROR_REASON_CERTIFICATE_REVOKED:  // or replaced
      return false;
    default:
      break;
  }
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kUnimplemented:
      return true;
    default:
      return false;
  }
}

// What a GoAway means: an error that is final, or one that reconnecting mends.
absl::Status StatusOf(const v1::GoAway& go_away, const absl::Status& end) {
  switch (go_away.reason()) {
    case v1::GO_AWAY_REASON_TAKEN_OVER:
      return Error(v1::ERROR_REASON_SUBSCRIPTION_IN_USE, go_away.message());
    case v1::GO_AWAY_REASON_SUBSCRIPTION_DELETED:
      return Error(v1::ERROR_REASON_NOT_FOUND, go_away.message());
    case v1::GO_AWAY_REASON_NO_LONGER_AUTHORISED:
      if (ReasonOf(end) != v1::ERROR_REASON_UNSPECIFIED) return end;
      return Error(v1::ERROR_REASON_POLICY_DENIED, go_away.message());
    case v1::GO_AWAY_REASON_DRAINING:
      return Error(v1::ERROR_REASON_DRAINING, go_away.message());
    default:
      return end.ok() ? absl::UnavailableError("the broker closed the session") : end;
  }
}

class LeaseSettler final : public AckHandle::Settler {
 public:
  LeaseSettler(std::weak_ptr<SessionCore> core, uint64_t generation, std::string lease)
      : core_(std::move(core)), generation_(generation), lease_(std::move(lease)) {}

  void Settle(bool acknowledged, AckHandle::Confirmed confirmed) override {
    if (const auto core = core_.lock()) {
      core->Settle(generation_, lease_, acknowledged, std::move(confirmed));
    }
  }
  void Defer(absl::Duration delay) override {
    if (const auto core = core_.lock()) core->Defer(generation_, lease_, delay);
  }
  void Reject(std::string note, AckHandle::Confirmed confirmed) override {
    if (const auto core = core_.lock()) {
      core->Reject(generation_, lease_, std::move(note), std::move(confirmed));
    }
  }

 private:
  const std::weak_ptr<SessionCore> core_;
  const uint64_t generation_;
  const std::string lease_;
};

}  // namespace

SessionCore::SessionCore(std::shared_ptr<SubscriberConnection> connection, Environment environment,
                         std::shared_ptr<Executor> handlers, SessionOptions options,
                         DeliveryHandler handler)
    : connection_(std::move(connection)),
      environment_(environment),
      handlers_(std::move(handlers)),
      handler_(std::move(handler)),
      signer_check_(connection_, *environment.clock, std::move(options.publisher_trust)),
      proof_min_(options.publisher_proof_min),
      on_recall_(std::exchange(options.on_recall, nullptr)),
      on_event_(std::exchange(options.on_event, nullptr)),
      options_(std::move(options)),
      backoff_(options_.backoff, *environment.random) {
  windows_.fill({options_.window_messages, options_.window_bytes});
}

template <typename Step>
void SessionCore::PostStep(Step step) {
  environment_.executor->Post(
      [self = shared_from_this(), step = std::move(step)]() mutable { step(*self); });
}

void SessionCore::Begin() {
  PostStep([](SessionCore& core) { core.Attach(); });
}

void SessionCore::SetWindow(v1::Lane lane, uint32_t messages, uint64_t bytes) {
  PostStep([=](SessionCore& core) {
    if (core.shutting_down_) return;
    core.windows_[IndexOf(lane)] = {messages, bytes};
    core.SendWindow(lane);
  });
}

void SessionCore::Shutdown(absl::Duration grace) {
  PostStep([grace](SessionCore& core) {
    if (std::exchange(core.shutting_down_, true)) return;
    core.windows_.fill({0, 0});
    core.SendWindow(v1::LANE_ROUTINE);
    core.SendWindow(v1::LANE_URGENT);
    if (!core.attachment_) return core.End(absl::OkStatus());
    core.EndIfSettled();
    core.environment_.executor->PostAfter(
        grace, [self = core.shared_from_this()] { self->End(absl::OkStatus()); });
  });
}

void SessionCore::Abandon() {
  PostStep([](SessionCore& core) { core.End(absl::CancelledError("the session was destroyed")); });
}

void SessionCore::Attach() {
  if (WaitFor(absl::ZeroDuration()).has_value()) return;
  const uint64_t generation = ++generation_;
  SubscriberConnection::AttachParams params;
  params.on_response = [self = shared_from_this(), generation](v1::AttachResponse response) {
    self->PostStep([generation, response = std::move(response)](SessionCore& core) mutable {
      core.OnResponse(generation, std::move(response));
    });
  };
  params.on_end = [self = shared_from_this(), generation](absl::Status status) {
    self->PostStep([generation, status](SessionCore& core) { core.OnEnd(generation, status); });
  };
  attachment_.emplace();
  attachment_->last_heard = environment_.clock->Steady();
  attachment_->silence_max = options_.attach_timeout;
  attachment_->stream = connection_->Attach(std::move(params));

  v1::AttachRequest request;
  request.mutable_start()->set_subscription(options_.subscription);
  request.mutable_start()->set_client_name(options_.client_name);
  attachment_->stream->Send(std::move(request));
  SendWindow(v1::LANE_ROUTINE);
  SendWindow(v1::LANE_URGENT);
  Watch(generation);
}

void SessionCore::SendWindow(v1::Lane lane) {
  if (!attachment_) return;
  const Window& window = windows_[IndexOf(lane)];
  v1::AttachRequest request;
  request.mutable_window()->set_lane(lane);
  request.mutable_window()->set_messages(window.messages);
  request.mutable_window()->set_bytes(window.bytes);
  attachment_->stream->Send(std::move(request));
}

void SessionCore::OnResponse(uint64_t generation, v1::AttachResponse response) {
  if (generation != generation_ || !attachment_) return;
  attachment_->last_heard = environment_.clock->Steady();
  switch (response.response_case()) {
    case v1::AttachResponse::kStarted:
      return OnStarted(response.started());
    case v1::AttachResponse::kDeliveries:
      for (v1::Delivery& delivery : *response.mutable_deliveries()->mutable_deliveries()) {
        HandOver(std::move(delivery));
      }
      return;
    case v1::AttachResponse::kSettled:
      return OnSettled(response.settled());
    case v1::AttachResponse::kHeartbeat:
      SetStandby(response.heartbeat().standby());
      return Tell({.kind = SessionEvent::Kind::kProgress,
                   .progress = std::move(*response.mutable_heartbeat()->mutable_status())});
    case v1::AttachResponse::kGoAway:
      attachment_->go_away = std::move(*response.mutable_go_away());
      return;
    case v1::AttachResponse::kRecallNotices:
      for (v1::RecallNotice& notice : *response.mutable_recall_notices()->mutable_notices()) {
        OnRecallNotice(std::move(notice));
      }
      return;
    case v1::AttachResponse::kRecallsConfirmed:  // what is not comes again
    case v1::AttachResponse::RESPONSE_NOT_SET:
      return;  // a newer broker's message; a sign of life all the same
  }
}

void SessionCore::SetStandby(bool standby) {
  if (std::exchange(attachment_->standby, standby) == standby) return;
  Tell({.kind = standby ? SessionEvent::Kind::kStandby : SessionEvent::Kind::kActive});
}

void SessionCore::OnStarted(const v1::SessionStarted& started) {
  const absl::Duration interval =
      std::max(absl::Milliseconds(started.heartbeat_interval_ms()), absl::Milliseconds(100));
  attachment_->started = true;
  // Two heartbeats missed, and half a one for the way.
  attachment_->silence_max = 2.5 * interval;
  backoff_.Reset();
  Watch(generation_);
  attachment_->lease = absl::Milliseconds(started.lease_ms());
  KeepLeases(generation_);
  Tell({.kind = SessionEvent::Kind::kAttached, .progress = started.status()});
  SetStandby(started.standby());
}

void SessionCore::OnSettled(const v1::SettlementResult& result) {
  for (const std::string& lease : result.settled()) {
    auto found = attachment_->unconfirmed.extract(lease);
    if (found) Confirm(std::move(found.mapped()), absl::OkStatus());
  }
  for (const std::string& lease : result.stale()) {
    auto found = attachment_->unconfirmed.extract(lease);
    if (!found) continue;
    Confirm(std::move(found.mapped()),
            Error(v1::ERROR_REASON_LEASE_STALE, "settled too late; the delivery comes again"));
  }
  EndIfSettled();
}

void SessionCore::HandOver(v1::Delivery in) {
  const uint64_t generation = generation_;
  std::string lease = in.lease();
  absl::StatusOr<Delivery> delivery = OpenDelivery(std::move(in));
  if (delivery.ok() && options_.publisher_key) {
    const v1::StatementProof& proof = delivery->stored.statement().proof();
    const std::string key = options_.publisher_key(delivery->body.publisher(), proof.key_id());
    if (!key.empty() && !VerifyStatementProof(*DigestFrom(delivery->digest), proof, key, &roots_)) {
      delivery = absl::DataLossError("the publisher's proof does not verify");
    }
  }
  attachment_->held.emplace(lease, environment_.clock->Steady());
  if (!delivery.ok()) {
    SettleNow(std::move(lease), false, nullptr);
    return Tell({.kind = SessionEvent::Kind::kRefusedDelivery, .status = delivery.status()});
  }
  AckHandle handle(std::make_unique<LeaseSettler>(weak_from_this(), generation, std::move(lease)));
  handlers_->Post([self = shared_from_this(), generation, delivery = *std::move(delivery),
                   handle = std::move(handle)]() mutable {
    self->RunHandler(generation, std::move(delivery), std::move(handle));
  });
}

void SessionCore::OnRecallNotice(v1::RecallNotice notice) {
  if (notice.has_recall()) {
    v1::Delivery recall;
    *recall.mutable_statement() = notice.recall();
    if (const auto opened = OpenDelivery(std::move(recall)); !opened.ok()) {
      return Tell({.kind = SessionEvent::Kind::kRefusedDelivery, .status = opened.status()});
    }
  }
  handlers_->Post(
      [self = shared_from_this(), generation = generation_.load(), notice = std::move(notice)] {
        if (!self->on_recall_) return;
        const v1::RecallOutcome outcome = self->on_recall_(notice);
        if (outcome == v1::RECALL_OUTCOME_UNSPECIFIED) return;
        self->PostStep([generation, id = notice.notice_id(), outcome](SessionCore& core) {
          core.ConfirmRecall(generation, id, outcome);
        });
      });
}

// Where the connection was lost meanwhile, the notice comes again.
void SessionCore::ConfirmRecall(uint64_t generation, uint64_t notice_id,
                                v1::RecallOutcome outcome) {
  if (generation != generation_ || !attachment_) return;
  v1::AttachRequest request;
  v1::RecallConfirmation& confirmation =
      *request.mutable_recall_confirmations()->add_confirmations();
  confirmation.set_notice_id(notice_id);
  confirmation.set_outcome(outcome);
  attachment_->stream->Send(std::move(request));
}

void SessionCore::RunHandler(uint64_t generation, Delivery delivery, AckHandle handle) {
  // Its lease ended with its connection: it comes again, and shall be handled once.
  if (generation != generation_) return;
  absl::StatusOr<PublisherProof> proof = signer_check_.Check(delivery);
  if (proof.ok() && *proof < proof_min_) {
    proof = absl::DataLossError("it cannot be proved who said it");
  }
  if (!proof.ok()) {
    handle.Release();
    return Tell({.kind = SessionEvent::Kind::kRefusedDelivery, .status = proof.status()});
  }
  delivery.publisher_proof = *proof;
  handler_(std::move(delivery), std::move(handle));
}

template <typename Step>
void SessionCore::IfAttached(uint64_t generation, AckHandle::Confirmed confirmed, Step step) {
  PostStep([generation, confirmed = std::move(confirmed),
            step = std::move(step)](SessionCore& core) mutable {
    if (generation == core.generation_ && core.attachment_) {
      return step(core, std::move(confirmed));
    }
    core.Confirm(std::move(confirmed), Error(v1::ERROR_REASON_LEASE_STALE,
                                             "the connection was lost; the delivery comes again"));
  });
}

void SessionCore::Settle(uint64_t generation, std::string lease, bool acknowledged,
                         AckHandle::Confirmed confirmed) {
  IfAttached(generation, std::move(confirmed),
             [lease = std::move(lease), acknowledged](SessionCore& core,
                                                      AckHandle::Confirmed confirmed) mutable {
               core.SettleNow(std::move(lease), acknowledged, std::move(confirmed));
             });
}

void SessionCore::Reject(uint64_t generation, std::string lease, std::string note,
                         AckHandle::Confirmed confirmed) {
  IfAttached(generation, std::move(confirmed),
             [lease = std::move(lease), note = std::move(note)](
                 SessionCore& core, AckHandle::Confirmed confirmed) mutable {
               core.attachment_->held.erase(lease);
               v1::RejectedDelivery& rejected = *core.attachment_->unsent.add_rejected();
               rejected.set_lease(lease);
               rejected.set_note(std::move(note));
               core.attachment_->unconfirmed.emplace(std::move(lease), std::move(confirmed));
               core.SendSoon();
             });
}

void SessionCore::SettleNow(std::string lease, bool acknowledged, AckHandle::Confirmed confirmed) {
  attachment_->held.erase(lease);
  v1::Settlement& unsent = attachment_->unsent;
  if (acknowledged) {
    unsent.add_acknowledged(lease);
    attachment_->unconfirmed.emplace(std::move(lease), std::move(confirmed));
  } else {
    unsent.add_released(std::move(lease));
  }
  SendSoon();
}

// Where the connection was lost meanwhile, the delivery comes again anyway.
void SessionCore::Defer(uint64_t generation, std::string lease, absl::Duration delay) {
  PostStep([generation, lease = std::move(lease), delay](SessionCore& core) mutable {
    if (generation != core.generation_ || !core.attachment_) return;
    core.attachment_->held.erase(lease);
    v1::DeferredDelivery& deferred = *core.attachment_->unsent.add_deferred();
    deferred.set_lease(std::move(lease));
    deferred.set_delay_ms(static_cast<uint32_t>(
        absl::ToInt64Milliseconds(std::clamp(delay, absl::ZeroDuration(), kDeferMax))));
    core.SendSoon();
  });
}

// What is still with its handler keeps its lease, as long as it may.
void SessionCore::KeepLeases(uint64_t generation) {
  if (generation != generation_ || !attachment_) return;
  const absl::Duration turn = attachment_->lease / kExtensionsPerLease;
  if (turn <= absl::ZeroDuration() || options_.handling_max <= absl::ZeroDuration()) return;
  const absl::Duration now = environment_.clock->Steady();
  for (const auto& [lease, since] : attachment_->held) {
    if (now - since >= turn && now - since < options_.handling_max) {
      attachment_->unsent.add_extended(lease);
    }
  }
  if (!attachment_->unsent.extended().empty()) SendSoon();
  environment_.executor->PostAfter(
      turn, [self = shared_from_this(), generation] { self->KeepLeases(generation); });
}

void SessionCore::SendSoon() {
  // A task later, so that what is settled meanwhile travels along.
  if (std::exchange(attachment_->send_due, true)) return;
  PostStep(
      [generation = generation_.load()](SessionCore& core) { core.SendSettlements(generation); });
}

void SessionCore::SendSettlements(uint64_t generation) {
  if (generation != generation_ || !attachment_) return;
  attachment_->send_due = false;
  v1::AttachRequest request;
  *request.mutable_settlement() = std::exchange(attachment_->unsent, {});
  attachment_->stream->Send(std::move(request));
  EndIfSettled();
}

void SessionCore::OnEnd(uint64_t generation, const absl::Status& end) {
  if (generation != generation_ || !attachment_) return;
  const absl::Status status = StatusOf(attachment_->go_away, end);
  if (shutting_down_) return End(absl::OkStatus());
  if (IsFinal(status)) return End(status);
  const size_t unsettled = Unsettled();
  LoseAttachment(status);
  Tell({.kind = SessionEvent::Kind::kDetached, .status = status, .unsettled = unsettled});
  environment_.executor->PostAfter(PauseBefore(status, backoff_),
                                   [self = shared_from_this()] { self->Attach(); });
}

void SessionCore::Watch(uint64_t generation) {
  if (generation != generation_ || !attachment_) return;
  const absl::Duration silence = environment_.clock->Steady() - attachment_->last_heard;
  const absl::Duration left = attachment_->silence_max - silence;
  if (left <= absl::ZeroDuration()) {
    return OnEnd(generation, absl::UnavailableError("no sign of life from the broker"));
  }
  environment_.executor->PostAfter(
      left, [self = shared_from_this(), generation] { self->Watch(generation); });
}

void SessionCore::LoseAttachment(const absl::Status& status) {
  ++generation_;
  auto unconfirmed = std::exchange(attachment_->unconfirmed, {});
  attachment_.reset();
  for (auto& [lease, confirmed] : unconfirmed) Confirm(std::move(confirmed), status);
}

size_t SessionCore::Unsettled() const {
  return attachment_ ? attachment_->held.size() + attachment_->unconfirmed.size() : 0;
}

void SessionCore::EndIfSettled() {
  if (!shutting_down_ || !attachment_ || !attachment_->held.empty()) return;
  if (attachment_->send_due || !attachment_->unconfirmed.empty()) return;
  attachment_->stream->HalfClose();
  End(absl::OkStatus());
}

void SessionCore::End(absl::Status status) {
  {
    absl::MutexLock lock(&mutex_);
    if (end_.has_value()) return;
    end_ = status;
  }
  const size_t unsettled = Unsettled();
  if (attachment_)
    LoseAttachment(absl::UnavailableError("the session ended before it was settled"));
  Tell({.kind = SessionEvent::Kind::kEnded, .status = std::move(status), .unsettled = unsettled});
}

void SessionCore::Confirm(AckHandle::Confirmed confirmed, absl::Status status) {
  if (!confirmed) return;
  handlers_->Post([confirmed = std::move(confirmed), status = std::move(status)]() mutable {
    confirmed(std::move(status));
  });
}

void SessionCore::Tell(SessionEvent event) {
  handlers_->Post([self = shared_from_this(), event = std::move(event)] {
    if (self->on_event_) self->on_event_(event);
  });
}

absl::Status SessionCore::Wait() const { return *WaitFor(absl::InfiniteDuration()); }

std::optional<absl::Status> SessionCore::WaitFor(absl::Duration limit) const {
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(
      absl::Condition(
          +[](const std::optional<absl::Status>* end) { return end->has_value(); }, &end_),
      limit);
  return end_;
}

}  // namespace corridor

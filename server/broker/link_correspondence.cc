#include "server/broker/link_correspondence.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/model/errors.h"

namespace corridor {
namespace {

// What tells a notice from another, and one version of it from the next.
std::string KeyOf(const v1::LinkFrame& frame) {
  if (frame.has_recall_applied()) {
    const v1::LinkRecallApplied& applied = frame.recall_applied();
    return absl::StrCat("applied/", applied.epoch(), "/", applied.offset(), "/", applied.version());
  }
  v1::Withdrawal withdrawal;
  withdrawal.ParseFromString(frame.withdrawal().withdrawal());
  return absl::StrCat("withdrawal/", withdrawal.epoch(), "/", withdrawal.offset());
}

}  // namespace

LinkCorrespondence::LinkCorrespondence(Parts parts)
    : parts_(std::move(parts)), self_(std::make_shared<LinkCorrespondence*>(this)) {}

LinkCorrespondence::~LinkCorrespondence() { *self_ = nullptr; }

Task LinkCorrespondence::Guarded(absl::AnyInvocable<void(LinkCorrespondence&)> task) const {
  return [self = self_, task = std::move(task)]() mutable {
    if (*self != nullptr) task(**self);
  };
}

std::vector<LinkNotice> LinkCorrespondence::NoticesFor(const std::string& peer, v1::Lane lane) {
  std::vector<LinkNotice> notices;
  AddRefusals(peer, lane, notices);
  if (lane != v1::LANE_URGENT) return notices;
  absl::StatusOr<std::vector<v1::LinkFrame>> frames = parts_.recalls.FramesFor(peer, kNoticesMax);
  if (!frames.ok()) {
    parts_.alarm(peer, frames.status());
    return notices;
  }
  for (v1::LinkFrame& frame : *frames) {
    std::string key = KeyOf(frame);
    notices.push_back({std::move(key), std::move(frame)});
  }
  return notices;
}

void LinkCorrespondence::AddRefusals(const std::string& peer, v1::Lane lane,
                                     std::vector<LinkNotice>& notices) {
  const auto untold = parts_.peer_intake.UntoldRefusals(peer, lane, kNoticesMax);
  if (!untold.ok()) return parts_.alarm(peer, untold.status());
  for (const Refusal& refusal : *untold) {
    LinkNotice& notice = notices.emplace_back();
    v1::LinkRefused& refused = *notice.frame.mutable_refused();
    refused.set_offset(refusal.offset);
    refused.set_epoch(refusal.epoch);
    refused.set_reason(refusal.reason);
    refused.set_digest(refusal.digest);
    notice.key = KeyOfNotice(refused);
  }
}

void LinkCorrespondence::OnFrame(const std::string& peer, v1::Lane lane, v1::LinkFrame frame) {
  switch (frame.frame_case()) {
    case v1::LinkFrame::kWithdrawal:
      return OnWithdrawal(peer, frame.withdrawal());
    case v1::LinkFrame::kRecallApplied:
      return OnRecallApplied(peer, frame.recall_applied());
    case v1::LinkFrame::kRecallNoted:
      return parts_.recalls.Note(peer, frame.recall_noted());
    case v1::LinkFrame::kRefusedNoted:
      return parts_.peer_intake.OnRefusalNoted(peer, lane, frame.refused_noted());
    case v1::LinkFrame::kAsk:
      return parts_.backfill_source.OnAsk(peer, frame.ask());
    case v1::LinkFrame::kBackfill:
      return parts_.backfill.OnBackfill(peer, lane, std::move(*frame.mutable_backfill()));
    case v1::LinkFrame::kBackfillTaken:
      return parts_.backfill_source.OnTaken(peer, frame.backfill_taken());
    case v1::LinkFrame::kQuery:
      return OnQuery(peer, frame.query());
    case v1::LinkFrame::kAnswer: {
      const auto& recipients = frame.answer().recipients();
      return Answered(frame.answer().query_id(),
                      std::vector<v1::RecipientReport>(recipients.begin(), recipients.end()));
    }
    case v1::LinkFrame::kCanary:
      return OnCanary(peer, lane, frame.canary());
    case v1::LinkFrame::kCanaryEcho:
      return OnCanaryEcho(peer, lane, frame.canary_echo());
    default:
      return;
  }
}

void LinkCorrespondence::OnWithdrawal(const std::string& peer,
                                      const v1::SignedWithdrawal& withdrawal) {
  parts_.recalls.Withdraw(peer, withdrawal, [alarm = parts_.alarm, peer](const absl::Status& done) {
    if (!done.ok()) alarm(peer, done);
  });
}

void LinkCorrespondence::OnRecallApplied(const std::string& peer,
                                         const v1::LinkRecallApplied& applied) {
  v1::LinkFrame frame;
  frame.mutable_recall_noted()->set_offset(applied.offset());
  frame.mutable_recall_noted()->set_epoch(applied.epoch());
  frame.mutable_recall_noted()->set_version(applied.version());
  parts_.recalls.ConfirmRegion(
      peer, applied,
      [&flow = parts_.flow, alarm = parts_.alarm, peer,
       note = Guarded([peer, frame = std::move(frame)](LinkCorrespondence& self) mutable {
         self.parts_.send(peer, v1::LANE_URGENT, std::move(frame));
       })](const absl::Status& confirmed) mutable {
        if (!confirmed.ok()) return alarm(peer, confirmed);
        flow.Post(std::move(note));
      });
}

void LinkCorrespondence::Query(const std::string& peer, v1::LinkQuery query, Recipients done) {
  const uint64_t id = ++last_query_;
  query.set_query_id(id);
  v1::LinkFrame frame;
  *frame.mutable_query() = std::move(query);
  const absl::Status silent =
      Error(v1::ERROR_REASON_NOT_READY, "the link is down, or its peer did not answer");
  if (!parts_.send(peer, v1::LANE_URGENT, std::move(frame))) return done(silent);
  queries_.emplace(id, std::move(done));
  parts_.flow.PostAfter(kAnswerWithin, Guarded([id, silent](LinkCorrespondence& self) {
                          self.Answered(id, silent);
                        }));
}

void LinkCorrespondence::Answered(uint64_t query_id,
                                  absl::StatusOr<std::vector<v1::RecipientReport>> recipients) {
  const auto found = queries_.find(query_id);
  if (found == queries_.end()) return;
  Recipients done = std::move(found->second);
  queries_.erase(found);
  done(std::move(recipients));
}

void LinkCorrespondence::OnQuery(const std::string& peer, const v1::LinkQuery& query) {
  v1::LinkFrame frame;
  v1::LinkAnswer& answer = *frame.mutable_answer();
  answer.set_query_id(query.query_id());
  for (v1::RecipientReport& report : parts_.report(peer, query)) {
    *answer.add_recipients() = std::move(report);
  }
  parts_.send(peer, v1::LANE_URGENT, std::move(frame));
}

// Through all that a record passes, but into no journal.
void LinkCorrespondence::OnCanary(const std::string& peer, v1::Lane lane,
                                  const v1::LinkCanary& canary) {
  v1::LinkFrame echo;
  *echo.mutable_canary_echo() = canary;
  parts_.peer_intake.PassCanary(
      peer, lane,
      [&flow = parts_.flow,
       answer = Guarded([peer, lane, echo = std::move(echo)](LinkCorrespondence& self) mutable {
         self.parts_.send(peer, lane, std::move(echo));
       })](const absl::Status& passed) mutable {
        if (passed.ok()) flow.Post(std::move(answer));
      });
}

void LinkCorrespondence::OnCanaryEcho(const std::string& peer, v1::Lane lane,
                                      const v1::LinkCanary& canary) {
  LaneState& state = lanes_[{peer, lane}];
  if (canary.nonce() != state.canary_nonce || state.canary_nonce == 0) return;
  state.canary_nonce = 0;
  state.canary = {parts_.clock.Now(), parts_.clock.Steady() - state.canary_sent};
}

void LinkCorrespondence::OnUp(const std::string& peer, v1::Lane lane) {
  LaneState& state = lanes_[{peer, lane}];
  state.up = true;
  state.canary_nonce = 0;
  state.canary_sent = parts_.clock.Steady() - kCanaryInterval;
  if (lane == v1::LANE_ROUTINE) parts_.backfill_source.OnUp(peer);
}

void LinkCorrespondence::OnDown(const std::string& peer, v1::Lane lane) {
  lanes_[{peer, lane}].up = false;
  parts_.backfill.OnDown(peer, lane);
  if (lane == v1::LANE_ROUTINE) parts_.backfill_source.OnDown(peer);
}

void LinkCorrespondence::Tick() {
  const absl::Duration now = parts_.clock.Steady();
  for (auto& [peer_lane, state] : lanes_) {
    if (!state.up || now - state.canary_sent < kCanaryInterval) continue;
    state.canary_nonce = parts_.random.Uint64() | 1;
    state.canary_sent = now;
    v1::LinkFrame frame;
    frame.mutable_canary()->set_nonce(state.canary_nonce);
    parts_.send(peer_lane.first, peer_lane.second, std::move(frame));
  }
}

LinkCorrespondence::Canary LinkCorrespondence::CanaryOf(const std::string& peer,
                                                        v1::Lane lane) const {
  const auto found = lanes_.find({peer, lane});
  return found == lanes_.end() ? Canary() : found->second.canary;
}

}  // namespace corridor

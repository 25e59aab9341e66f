#include "server/link/link_protocol.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "core/base/clock.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/model/errors.h"
#include "google/protobuf/util/time_util.h"

namespace corridor {
namespace {

using google::protobuf::util::TimeUtil;

absl::Status Broken(std::string_view what) { return Error(v1::ERROR_REASON_LINK_PROTOCOL, what); }

}  // namespace

std::string KeyOfNotice(const v1::LinkRefused& refused) {
  return absl::StrCat("refused/", refused.offset());
}

LinkProtocol::LinkProtocol(LinkOptions options, v1::Lane lane)
    : options_(std::move(options)),
      lane_(lane),
      window_(options_.limits.window),
      sender_(lane, options_.limits),
      receiver_(options_.peer_region, lane, options_.limits) {}

void LinkProtocol::OnConnected(LinkGreeting greeting, const LinkTime& now) {
  connected_ = true;
  heard_any_ = false;
  greeting_ = std::move(greeting);
  greeting_.mark = receiver_.Begin(greeting_.mark);
  head_offset_ = std::max(head_offset_, greeting_.head_offset);
  sender_.End();
  protocol_version_ = 0;
  directory_known_ = window_sent_ = interest_known_ = window_known_ = false;
  directories_pending_ = 0;
  backfill_out_ = false;
  backfill_taken_ = true;
  told_.clear();
  directory_first_ = directory_token_ + 1;
  heard_ = heartbeat_sent_ = now.steady;
  peer_hello_.Clear();
  peer_interest_.Clear();
  SendHello();
  UpdateState();
}

void LinkProtocol::OnFrame(v1::LinkFrame frame, const LinkTime& now) {
  if (!connected_) return;
  heard_any_ = true;
  heard_ = now.steady;
  heard_wall_ = now.wall;
  if (absl::Status status = Handle(std::move(frame), now); !status.ok()) Close(status);
  UpdateState();
}

void LinkProtocol::OnClosed(const absl::Status& status) {
  if (!connected_) return;
  if (ReasonOf(status) == v1::ERROR_REASON_JOURNAL_REINCARNATED) {
    reincarnated_detail_ = absl::StrCat("the peer says: ", status.message());
  }
  Disconnect(status);
  UpdateState();
}

void LinkProtocol::OnTick(const LinkTime& now, const LinkFigures& figures) {
  receiver_.OnTick();
  if (!connected_) return;
  const LinkLimits& limits = options_.limits;
  if (now.steady - heard_ >= limits.heartbeat_interval * limits.heartbeats_missed_max) {
    Close(Error(v1::ERROR_REASON_NOT_READY, "nothing was heard from the peer for too long"));
  } else {
    sender_.OnTick(now.steady);
    const bool greeted = protocol_version_ != 0;
    const bool due = now.steady - heartbeat_sent_ >= limits.heartbeat_interval;
    if (greeted && due) SendHeartbeat(now, figures);
  }
  UpdateState();
}

void LinkProtocol::OnJournalAdvanced(uint64_t head_offset) {
  head_offset_ = std::max(head_offset_, head_offset);
}

void LinkProtocol::OnOwnDirectoryChanged(v1::SignedDirectory directory) {
  if (!connected_) return;
  greeting_.directory = std::move(directory);
  if (protocol_version_ == 0) return;  // The peer's Hello will have it sent.
  sender_.TakeFrames(actions_);
  v1::LinkFrame frame;
  *frame.mutable_directory() = greeting_.directory;
  Send(std::move(frame));
}

void LinkProtocol::OnOwnInterestChanged(v1::LinkInterest interest) {
  if (!connected_) return;
  greeting_.interest = std::move(interest);
  if (protocol_version_ == 0) return;  // The peer's Hello will have it sent.
  SendInterest();
}

void LinkProtocol::SendInterest() {
  v1::LinkFrame frame;
  *frame.mutable_interest() = greeting_.interest;
  Send(std::move(frame));
}

void LinkProtocol::SetWindow(const LinkWindowLevel& level) {
  if (window_ == level) return;
  window_ = level;
  if (connected_ && window_sent_) SendWindow();
}

OutletDemand LinkProtocol::Demand() const {
  OutletDemand demand = sender_.Demand();
  if (!interest_known_ || !window_known_) demand.records = 0;
  return demand;
}

bool LinkProtocol::OfferRecord(uint64_t after, v1::LinkRecord record) {
  return WantsMore() && sender_.OfferRecord(after, std::move(record));
}

bool LinkProtocol::OfferSkip(uint64_t after, uint64_t through) {
  return sender_.OfferSkip(after, through);
}

bool LinkProtocol::OfferGap(uint64_t after, uint64_t through) {
  const bool taken = interest_known_ && window_known_ && sender_.OfferGap(after, through);
  UpdateState();
  return taken;
}

void LinkProtocol::OnPersisted(const PeerPosition& at) { receiver_.OnPersisted(at); }

void LinkProtocol::OnRefusedDurably(const PeerPosition& at, v1::ErrorReason reason,
                                    std::string digest) {
  receiver_.OnRefusedDurably(at, reason, std::move(digest));
}

void LinkProtocol::OnParked(const PeerPosition& at) { receiver_.OnParked(at); }

void LinkProtocol::OnParkedRefused(v1::LinkRefused refused) {
  receiver_.TellRefused(std::move(refused));
}

void LinkProtocol::OnTryAgain(const PeerPosition& at) { receiver_.OnTryAgain(at); }

void LinkProtocol::OnMarkMoved(const PeerPosition& mark) { receiver_.OnMarkMoved(mark); }

void LinkProtocol::OnMarkMoveFailed() { receiver_.OnMarkMoveFailed(); }

void LinkProtocol::OnDirectoryAccepted(uint64_t token, uint64_t generation) {
  directory_generation_ = std::max(directory_generation_, generation);
  if (!connected_ || token < directory_first_) return;
  --directories_pending_;
  receiver_.SetPaused(directories_pending_ > 0);
  directory_known_ = true;
  if (!window_sent_) SendWindow();
  UpdateState();
}

void LinkProtocol::OnDirectoryRefused(uint64_t token, const absl::Status& status) {
  if (!connected_ || token < directory_first_) return;
  const std::string detail =
      absl::StrCat("the peer's directory cannot be taken over: ", status.message());
  actions_.push_back(RaiseAlarm{ReasonOf(status), detail});
  Close(Broken(detail));
  UpdateState();
}

bool LinkProtocol::DeskIsOpen() const {
  return connected_ && protocol_version_ >= kLinkProtocolWithDesk &&
         (state_ == v1::LINK_STATE_UP || state_ == v1::LINK_STATE_GAP_PENDING);
}

// A peer that cannot note a refusal would be told of it without end.
bool LinkProtocol::Speaks(const v1::LinkFrame& frame) const {
  return protocol_version_ >= kLinkProtocolWithRefusedNoted ||
         !(frame.has_refused() || frame.has_refused_noted());
}

void LinkProtocol::SetNotices(std::vector<LinkNotice> notices) {
  notices_ = std::move(notices);
  std::set<std::string> told;
  for (const LinkNotice& notice : notices_) {
    if (told_.contains(notice.key)) told.insert(notice.key);
  }
  told_ = std::move(told);
  SendNotices();
}

void LinkProtocol::SendNotices() {
  if (!DeskIsOpen()) return;
  for (const LinkNotice& notice : notices_) {
    if (Speaks(notice.frame) && told_.insert(notice.key).second) Send(notice.frame);
  }
}

bool LinkProtocol::SendFromDesk(v1::LinkFrame frame) {
  if (!DeskIsOpen() || !Speaks(frame)) return false;
  if (frame.has_backfill() && backfill_out_) return false;
  if (frame.has_backfill()) backfill_out_ = true;
  if (frame.has_backfill_taken()) backfill_taken_ = true;
  Send(std::move(frame));
  return true;
}

absl::Status LinkProtocol::HandleForDesk(v1::LinkFrame frame) {
  if (protocol_version_ < kLinkProtocolWithDesk || !Speaks(frame)) {
    return Broken("a frame of no known kind");
  }
  RETURN_IF_ERROR(CheckMayReceive());
  if (frame.has_backfill_taken()) {
    if (!std::exchange(backfill_out_, false)) return Broken("a Backfill was taken that none sent");
  }
  if (frame.has_backfill()) {
    if (!std::exchange(backfill_taken_, false)) {
      return Broken("a Backfill came before the last one was taken");
    }
  }
  actions_.push_back(HandToDesk{std::move(frame)});
  return absl::OkStatus();
}

absl::Status LinkProtocol::AcceptGap() {
  if (!receiver_.AcceptGap()) {
    return absl::FailedPreconditionError("no gap is pending on this lane of the link");
  }
  UpdateState();
  return absl::OkStatus();
}

LinkActions LinkProtocol::TakeActions() {
  if (connected_) sender_.TakeFrames(actions_);
  receiver_.TakeActions(actions_);
  for (LinkAction& action : actions_) {
    auto* sent = std::get_if<SendFrame>(&action);
    if (sent == nullptr || !sent->frame.has_refused()) continue;
    told_.insert(KeyOfNotice(sent->frame.refused()));
    if (!Speaks(sent->frame)) sent->frame.mutable_refused()->clear_epoch();
  }
  return std::exchange(actions_, {});
}

v1::LinkLaneStatus LinkProtocol::Status() const {
  v1::LinkLaneStatus status;
  status.set_lane(lane_);
  status.set_state(state_);
  if (state_ == v1::LINK_STATE_DOWN) status.set_detail(down_detail_);
  if (state_ == v1::LINK_STATE_GREETING) status.set_detail("greetings are not complete");
  if (state_ == v1::LINK_STATE_REINCARNATED) status.set_detail(reincarnated_detail_);
  if (state_ == v1::LINK_STATE_GAP_PENDING) {
    status.set_detail(receiver_.gap_pending()
                          ? absl::StrCat("the peer's records up to offset ",
                                         receiver_.gap_through(), " are gone; accept the gap")
                          : "the peer must accept a gap in our records");
  }
  status.set_sent_offset(sender_.named());
  status.set_persisted_offset(sender_.persisted());
  status.set_head_offset(head_offset_);
  status.set_records_sent(sender_.records_sent());
  status.set_records_withheld(sender_.records_withheld());
  status.set_records_refused_by_peer(sender_.records_refused());
  status.set_inbound_mark(receiver_.mark().offset);
  status.set_inbound_epoch(receiver_.mark().epoch);
  status.set_inbound_head(peer_head_);
  status.set_records_received(receiver_.records_received());
  status.set_records_refused(receiver_.records_refused());
  status.set_clock_ahead_ms(clock_ahead_ms_);
  status.set_peer_policy_generation(peer_policy_generation_);
  if (heard_wall_) {
    *status.mutable_last_heard_time() = TimeUtil::MillisecondsToTimestamp(ToMillis(*heard_wall_));
  }
  return status;
}

absl::Status LinkProtocol::Handle(v1::LinkFrame frame, const LinkTime& now) {
  if (frame.has_hello()) return HandleHello(frame.hello());
  if (protocol_version_ == 0) return Broken("a frame came before Hello");
  return HandleGreeted(std::move(frame), now);
}

absl::Status LinkProtocol::HandleHello(const v1::LinkHello& hello) {
  if (protocol_version_ != 0) return Broken("a second Hello");
  if (hello.region() != options_.peer_region) return Broken("Hello names another region");
  if (hello.lane() != lane_) return Broken("Hello names another lane");
  if (hello.epoch() == 0) return Broken("Hello names no epoch");
  const uint32_t version = std::min(hello.protocol_max(), options_.protocol_max);
  if (version == 0 || version < std::max(hello.protocol_min(), options_.protocol_min)) {
    return Broken(absl::StrCat("no protocol version in common: the peer speaks ",
                               hello.protocol_min(), " to ", hello.protocol_max(), ", we ",
                               options_.protocol_min, " to ", options_.protocol_max));
  }
  if (absl::Status status = CheckJournals(hello); !status.ok()) {
    reincarnated_detail_ = std::string(S(status.message()));
    actions_.push_back(RaiseAlarm{v1::ERROR_REASON_JOURNAL_REINCARNATED, reincarnated_detail_});
    return status;
  }
  reincarnated_detail_.clear();
  protocol_version_ = version;
  peer_policy_generation_ = hello.policy_generation();
  peer_hello_ = hello;
  peer_head_ = hello.head_offset();
  receiver_.SetPeerJournal(hello);
  sender_.Begin(hello.peer_mark());

  v1::LinkFrame directory;
  *directory.mutable_directory() = greeting_.directory;
  Send(std::move(directory));
  SendInterest();
  return absl::OkStatus();
}

// Whether the marks on either side belong to the journals on the other.
absl::Status LinkProtocol::CheckJournals(const v1::LinkHello& hello) {
  const absl::Status peers = receiver_.CheckPeerJournal(hello.epoch(), hello.head_offset());
  const absl::Status ours = CheckOurJournal(hello);
  other_journal_ = peers.ok() ? v1::LinkHello() : hello;
  peer_must_reconcile_ = !ours.ok();
  return peers.ok() ? ours : peers;
}

absl::Status LinkProtocol::CheckOurJournal(const v1::LinkHello& hello) const {
  if (hello.peer_mark() == 0) return absl::OkStatus();
  if (hello.peer_epoch() != greeting_.epoch) {
    return Error(v1::ERROR_REASON_JOURNAL_REINCARNATED,
                 "the peer holds a part of another incarnation of our journal");
  }
  if (hello.peer_mark() > head_offset_) {
    return Error(v1::ERROR_REASON_JOURNAL_REINCARNATED,
                 "our journal is shorter than what the peer holds of it");
  }
  return absl::OkStatus();
}

std::optional<PeerPosition> LinkProtocol::AdoptableMark() const {
  const PeerPosition held = receiver_.mark();
  if (other_journal_.epoch() == 0 || other_journal_.epoch() == held.epoch) return std::nullopt;
  for (const v1::LinkIncarnation& earlier : other_journal_.previous()) {
    if (earlier.epoch() != held.epoch) continue;
    // The beginning that both share may end in the other lane.
    return PeerPosition{other_journal_.epoch(), std::min({held.offset, earlier.head_offset(),
                                                          other_journal_.head_offset()})};
  }
  return PeerPosition{other_journal_.epoch(), 0};
}

absl::Status LinkProtocol::HandleGreeted(v1::LinkFrame frame, const LinkTime& now) {
  switch (frame.frame_case()) {
    case v1::LinkFrame::kDirectory:
      ++directories_pending_;
      receiver_.SetPaused(true);
      actions_.push_back(
          TakeOverDirectory{++directory_token_, std::move(*frame.mutable_directory())});
      return absl::OkStatus();
    case v1::LinkFrame::kInterest:
      if (interest_known_ && frame.interest().generation() < peer_interest_.generation()) {
        return absl::OkStatus();
      }
      interest_known_ = true;
      peer_interest_ = std::move(*frame.mutable_interest());
      actions_.push_back(InterestHeard{peer_interest_});
      return absl::OkStatus();
    case v1::LinkFrame::kWindow:
      window_known_ = true;
      sender_.OnWindow(frame.window());
      return absl::OkStatus();
    case v1::LinkFrame::kRecords:
      RETURN_IF_ERROR(CheckMayReceive());
      return receiver_.OnRecords(std::move(*frame.mutable_records()));
    case v1::LinkFrame::kSkippedThrough:
      RETURN_IF_ERROR(CheckMayReceive());
      return receiver_.OnSkippedThrough(frame.skipped_through());
    case v1::LinkFrame::kGap:
      RETURN_IF_ERROR(CheckMayReceive());
      return receiver_.OnGap(frame.gap());
    case v1::LinkFrame::kPersisted:
      return sender_.OnPersisted(frame.persisted().offset(), now.steady);
    case v1::LinkFrame::kRefused:
      RETURN_IF_ERROR(sender_.OnRefused(frame.refused()));
      actions_.push_back(RefusedByPeer{std::move(*frame.mutable_refused())});
      return absl::OkStatus();
    case v1::LinkFrame::kHeartbeat:
      return HandleHeartbeat(frame.heartbeat(), now);
    case v1::LinkFrame::kRecallApplied:
    case v1::LinkFrame::kRecallNoted:
    case v1::LinkFrame::kWithdrawal:
    case v1::LinkFrame::kAsk:
    case v1::LinkFrame::kBackfill:
    case v1::LinkFrame::kBackfillTaken:
    case v1::LinkFrame::kQuery:
    case v1::LinkFrame::kAnswer:
    case v1::LinkFrame::kCanary:
    case v1::LinkFrame::kCanaryEcho:
    case v1::LinkFrame::kRefusedNoted:
      return HandleForDesk(std::move(frame));
    case v1::LinkFrame::kHello:
    case v1::LinkFrame::FRAME_NOT_SET:
      break;
  }
  return Broken("a frame of no known kind");
}

absl::Status LinkProtocol::CheckMayReceive() const {
  if (window_sent_) return absl::OkStatus();
  return Broken("records came before the Directory was taken over and a Window was given");
}

absl::Status LinkProtocol::HandleHeartbeat(const v1::LinkHeartbeat& heartbeat,
                                           const LinkTime& now) {
  peer_head_ = std::max(peer_head_, heartbeat.head_offset());
  peer_policy_generation_ = heartbeat.policy_generation();
  clock_ahead_ms_ = heartbeat.time_ms() - ToMillis(now.wall);
  if (heartbeat.sent_offset() != receiver_.named()) {
    return Broken(absl::StrCat("a frame was lost: the peer named ", heartbeat.sent_offset(),
                               ", we heard of ", receiver_.named()));
  }
  return absl::OkStatus();
}

void LinkProtocol::SendHello() {
  v1::LinkFrame frame;
  v1::LinkHello& hello = *frame.mutable_hello();
  hello.set_region(options_.region);
  hello.set_lane(lane_);
  hello.set_protocol_min(options_.protocol_min);
  hello.set_protocol_max(options_.protocol_max);
  for (const std::string& feature : greeting_.features) hello.add_features(feature);
  hello.set_epoch(greeting_.epoch);
  hello.set_head_offset(head_offset_);
  hello.set_peer_epoch(greeting_.mark.epoch);
  hello.set_peer_mark(greeting_.mark.offset);
  hello.set_schema_version(greeting_.schema_version);
  hello.set_vocabulary_version(greeting_.vocabulary_version);
  hello.set_gate_policy_version(greeting_.gate_policy_version);
  hello.set_policy_generation(greeting_.policy_generation);
  for (const v1::LinkIncarnation& incarnation : greeting_.previous) {
    *hello.add_previous() = incarnation;
  }
  Send(std::move(frame));
}

void LinkProtocol::SendWindow() {
  window_sent_ = true;
  receiver_.Allow(window_);
  v1::LinkFrame frame;
  frame.mutable_window()->set_records(window_.records);
  frame.mutable_window()->set_bytes(window_.bytes);
  Send(std::move(frame));
}

void LinkProtocol::SendHeartbeat(const LinkTime& now, const LinkFigures& figures) {
  heartbeat_sent_ = now.steady;
  sender_.TakeFrames(actions_);  // It says what they name.
  v1::LinkFrame frame;
  v1::LinkHeartbeat& heartbeat = *frame.mutable_heartbeat();
  heartbeat.set_time_ms(ToMillis(now.wall));
  heartbeat.set_head_offset(head_offset_);
  heartbeat.set_sent_offset(sender_.named());
  heartbeat.set_audit_head(figures.audit_head);
  heartbeat.set_audit_entries(figures.audit_entries);
  heartbeat.set_policy_generation(figures.policy_generation);
  Send(std::move(frame));
}

void LinkProtocol::Close(const absl::Status& status) {
  if (!connected_) return;
  actions_.push_back(CloseStream{status});
  Disconnect(status);
}

void LinkProtocol::Disconnect(const absl::Status& status) {
  connected_ = false;
  down_detail_ = status.ok() ? "the peer ended the stream" : std::string(S(status.message()));
  sender_.End();
  receiver_.End();
}

void LinkProtocol::UpdateState() {
  v1::LinkState state = v1::LINK_STATE_UP;
  if (!reincarnated_detail_.empty()) {
    state = v1::LINK_STATE_REINCARNATED;
  } else if (!connected_ || !heard_any_) {
    state = v1::LINK_STATE_DOWN;
  } else if (!directory_known_ || !window_sent_ || !interest_known_ || !window_known_) {
    state = v1::LINK_STATE_GREETING;
  } else if (receiver_.gap_pending() || sender_.gap_pending()) {
    state = v1::LINK_STATE_GAP_PENDING;
  }
  if (state == state_) return;
  state_ = state;
  actions_.push_back(StateChanged{state, Status().detail()});
  SendNotices();
}

}  // namespace corridor

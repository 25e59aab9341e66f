#include "server/broker/retention.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "server/delivery/outlet.h"
#include "server/journal/record_codec.h"
#include "server/journal/stored_link.pb.h"
#include "server/storage/keyspace.h"

namespace corridor {

Retention::Retention(Parts parts)
    : parts_(std::move(parts)), self_(std::make_shared<Retention*>(this)) {}

Retention::~Retention() { *self_ = nullptr; }

absl::Status Retention::Open() {
  for (const std::string& peer : parts_.peers) {
    for (const v1::Lane lane : kLanesUrgentFirst) {
      const std::string key = PeerGapKey(peer, lane);
      ASSIGN_OR_RETURN(const std::optional<stored::StoredPeerGap> gap,
                       GetValue<stored::StoredPeerGap>(parts_.store, key));
      if (!gap || gap->epoch() != parts_.journal.epoch()) continue;
      peers_[{peer, lane}].gap = {gap->after(), gap->through()};
      parts_.on_gap(peer, lane, gap->through());
    }
  }
  return absl::OkStatus();
}

void Retention::Tick() {
  if (busy_) return;
  const auto contents = parts_.journal.ListRetained(at_, kLookedAtPerTick);
  if (!contents.ok()) return parts_.on_failed(contents.status());
  Findings findings;
  for (const Journal::RetainedContent& content : *contents) {
    Look(content, findings);
    at_ = content.place;
  }
  if (!findings.expired.empty()) Expire(std::move(findings));
  if (contents->size() < kLookedAtPerTick) EndRound();
}

void Retention::Look(const Journal::RetainedContent& content, Findings& findings) {
  const RetentionTimes times = TimesOf(parts_.policy, content.retained);
  const absl::Time now = parts_.clock.Now();
  if (now < std::min(times.may_go, times.must_go) || IsHeld(content)) return;
  const std::vector<std::string> lacking = Lacking(content);
  if (now < times.must_go && !lacking.empty()) {
    for (const std::string& peer : lacking) Wait(peer, content.place);
    return;
  }
  findings.expired.push_back(content.place);
  for (const std::string& peer : lacking) {
    findings.unsent.push_back(EndedUnsentKey(peer, content.place.lane, content.place.offset));
  }
}

// Also where that cannot be read: it is tried again.
bool Retention::IsHeld(const Journal::RetainedContent& content) const {
  const auto hold = parts_.store.Get(LegalHoldKey(content.publisher, content.alert_id));
  return !hold.ok() || hold->has_value();
}

std::vector<std::string> Retention::Lacking(const Journal::RetainedContent& content) {
  std::vector<std::string> lacking;
  if (content.retained.origin != parts_.region) return lacking;
  const auto [lane, offset] = content.place;
  std::optional<RecordInContext> record;
  for (const std::string& peer : parts_.peers) {
    if (parts_.progress.PersistedBy(peer, lane) >= offset) continue;
    if (peers_[{peer, lane}].gap.through >= offset) continue;
    if (!record) {
      auto read = parts_.journal.At(lane, offset);
      if (!read.ok()) return lacking;  // Damaged, or gone: nobody will get it.
      auto in_context = InContext(parts_.journal, *std::move(read));
      if (!in_context.ok()) return lacking;
      record = *std::move(in_context);
    }
    const Decision decision = RegionRecipient(peer, parts_.recalls, parts_.interests)
                                  .Decide(*parts_.catalog.facts(), *record, parts_.clock.Now());
    if (decision.allowed || decision.rule == kRuleEnded) lacking.push_back(peer);
  }
  return lacking;
}

void Retention::Wait(const std::string& peer, AlertHead::Place place) {
  Peer& state = peers_[{peer, place.lane}];
  state.waiting.push_back(place.offset);
  if (state.waiting.size() <= parts_.policy.peer_records_max) return;
  state.one_too_many = state.waiting.front();
  state.waiting.pop_front();
}

void Retention::Expire(Findings findings) {
  std::vector<BatchPart> parts;
  for (std::string& key : findings.unsent) parts.push_back(PutPart(std::move(key), ""));
  v1::AuditEntry entry;
  entry.set_actor(parts_.actor);
  entry.set_act(v1::AUDIT_ACT_RETENTION);
  entry.set_object(absl::StrCat(findings.expired.size(), " statements"));
  parts.push_back(parts_.audit(std::move(entry)));
  busy_ = true;
  parts_.journal.Expire(std::move(findings.expired), std::move(parts),
                        [&flow = parts_.flow, self = self_](const absl::Status& written) {
                          flow.Post([self, written] {
                            if (*self != nullptr) (*self)->OnExpired(written);
                          });
                        });
}

void Retention::OnExpired(const absl::Status& written) {
  busy_ = false;
  if (!written.ok()) return parts_.on_failed(written);
  parts_.eraser.Wake();
}

void Retention::EndRound() {
  at_ = {};
  for (auto& [where, peer] : peers_) Judge(where, peer);
}

// What the round showed of one peer's lane.
void Retention::Judge(const PeerLane& where, Peer& peer) {
  const auto& [name, lane] = where;
  peer.kept = peer.waiting.size();
  peer.waiting.clear();
  const bool nearly_full = peer.kept * 5 >= parts_.policy.peer_records_max * 4;
  if (nearly_full && !peer.nearly_full) parts_.on_nearly_full(name, lane, peer.kept);
  peer.nearly_full = nearly_full;
  const uint64_t through = std::exchange(peer.one_too_many, 0);
  if (through <= peer.gap.through) return;
  peer.gap = {parts_.progress.PersistedBy(name, lane), through};
  stored::StoredPeerGap gap;
  gap.set_epoch(parts_.journal.epoch());
  gap.set_after(peer.gap.after);
  gap.set_through(through);
  const std::string key = PeerGapKey(name, lane);
  std::vector<BatchPart> parts;
  parts.push_back(PutPart(key, EncodeValue(key, gap)));
  v1::AuditEntry entry;
  entry.set_actor(parts_.actor);
  entry.set_act(v1::AUDIT_ACT_RETENTION);
  entry.set_object(absl::StrCat(name, ": gap through ", through));
  parts.push_back(parts_.audit(std::move(entry)));
  parts_.journal.Commit(std::move(parts), [](const absl::Status&) {});
  parts_.on_gap(name, lane, through);
}

size_t Retention::KeptFor(const std::string& peer, v1::Lane lane) const {
  const auto found = peers_.find({peer, lane});
  return found == peers_.end() ? 0 : found->second.kept;
}

bool Retention::GaveUp(const std::string& peer, v1::Lane lane, uint64_t offset) const {
  const auto found = peers_.find({peer, lane});
  if (found != peers_.end()) {
    const Gap& gap = found->second.gap;
    if (offset > gap.after && offset <= gap.through) return true;
  }
  const auto ended = parts_.store.Get(EndedUnsentKey(peer, lane, offset));
  return ended.ok() && ended->has_value();
}

}  // namespace corridor

#include "server/broker/unheard_revisions.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/status_macros.h"
#include "server/broker/recipient.h"

namespace corridor {
namespace {

// The rule by which what was signed with a stolen key goes nowhere, and so changes nothing.
constexpr char kNobodysWord[] = "publisher/key-revoked";

}  // namespace

void UnheardRevisions::Review() { next_ = ReviewFrom(*parts_.catalog.facts(), std::move(next_)); }

// A refusal may be on its way to the store: then the next call sees it.
BatchPart UnheardRevisions::PartForSent(const PeerPlace& at, const KeyValue& noted) {
  return [at, noted](CommitContext& context) -> absl::Status {
    ASSIGN_OR_RETURN(const auto refused,
                     context.Get(RefusedByPeerKey(at.region, at.lane, at.offset)));
    if (refused) return absl::OkStatus();
    context.Delete(noted.key);
    context.Put(NarrowedAtPeerKey(at.region, at.lane, at.offset), noted.value);
    return absl::OkStatus();
  };
}

BatchPart UnheardRevisions::PartForRefused(std::string peer, v1::Lane lane, uint64_t offset) {
  return [peer = std::move(peer), lane, offset](CommitContext& context) -> absl::Status {
    const std::string sent = NarrowedAtPeerKey(peer, lane, offset);
    ASSIGN_OR_RETURN(const std::optional<std::string> told_of, context.Get(sent));
    if (!told_of) return absl::OkStatus();
    context.Delete(sent);
    context.Put(NarrowedForPeerKey(peer, lane, offset), *told_of);
    return absl::OkStatus();
  };
}

void UnheardRevisions::OnFactsChanged(const Facts& facts) {
  if (std::exchange(generation_, facts.generation) == facts.generation) return;
  std::string next;
  do next = ReviewFrom(facts, std::move(next));
  while (!next.empty());
}

std::string UnheardRevisions::ReviewFrom(const Facts& facts, std::string next) {
  KeyRange range = PrefixRange(NarrowedForPeerKeyPrefix());
  if (!next.empty()) range.begin = std::move(next);
  const auto pairs = parts_.store.Scan(range, kRevisionsMax);
  if (!pairs.ok()) {
    parts_.on_failed(pairs.status());
    return "";
  }
  for (const KeyValue& pair : *pairs) {
    const absl::Status reviewed = ReviewOne(facts, pair);
    if (!reviewed.ok()) parts_.on_failed(reviewed);
  }
  return pairs->size() == kRevisionsMax ? pairs->back().key + '\0' : "";
}

absl::Status UnheardRevisions::ReviewOne(const Facts& facts, const KeyValue& noted) {
  const PeerPlace at = ParsePeerPlace(noted.key, NarrowedForPeerKeyPrefix());
  ASSIGN_OR_RETURN(const RecordPtr stored, parts_.journal.At(at.lane, at.offset));
  ASSIGN_OR_RETURN(const RecordInContext record, InContext(parts_.journal, stored));
  ASSIGN_OR_RETURN(const Outcome outcome, OutcomeOf(facts, at, record));
  if (outcome == Outcome::kWaiting) return absl::OkStatus();
  std::vector<BatchPart> parts;
  parts.push_back(outcome == Outcome::kSent ? PartForSent(at, noted) : DeletePart(noted.key));
  const bool unheard = outcome == Outcome::kUnheard;
  if (unheard) parts.push_back(parts_.planner.PartForUnheard(stored, noted.value, at.region));
  parts_.journal.Commit(std::move(parts), [this, unheard](const absl::Status& written) {
    if (!written.ok()) return parts_.on_failed(written);
    if (unheard) parts_.on_withdrawn();
  });
  return absl::OkStatus();
}

absl::StatusOr<UnheardRevisions::Outcome> UnheardRevisions::OutcomeOf(
    const Facts& facts, const PeerPlace& at, const RecordInContext& record) const {
  // A later word on the alert has taken its place, and was looked at by itself.
  if (record.record->erased || record.withdrawn || record.superseded) return Outcome::kSettled;
  const RegionRecipient recipient(at.region, parts_.recalls, parts_.interests);
  const Decision decision = recipient.Decide(facts, record, parts_.clock.Now());
  if (decision.rule == kNobodysWord) return Outcome::kSettled;
  if (!decision.allowed) return Outcome::kUnheard;
  ASSIGN_OR_RETURN(const auto refused,
                   parts_.store.Get(RefusedByPeerKey(at.region, at.lane, at.offset)));
  if (refused) return Outcome::kUnheard;
  return parts_.progress.PersistedBy(at.region, at.lane) >= at.offset ? Outcome::kSent
                                                                      : Outcome::kWaiting;
}

}  // namespace corridor

#include "server/broker/unheard_revisions.h"

#include <memory>
#include <utility>
#include <vector>

#include "core/base/status_macros.h"
#include "core/policy/policy.h"
#include "server/broker/recipient.h"
#include "server/journal/disclosure_ledger.h"

namespace corridor {
namespace {

// The rule by which what was signed with a stolen key goes nowhere, and so changes nothing.
constexpr char kNobodysWord[] = "publisher/key-revoked";

}  // namespace

void UnheardRevisions::Review() {
  KeyRange range = PrefixRange(NarrowedForPeerKeyPrefix());
  if (!next_.empty()) range.begin = std::exchange(next_, "");
  const auto pairs = parts_.store.Scan(range, kRevisionsMax);
  if (!pairs.ok()) return parts_.on_failed(pairs.status());
  for (const KeyValue& pair : *pairs) {
    const absl::Status reviewed = ReviewOne(pair);
    if (!reviewed.ok()) parts_.on_failed(reviewed);
  }
  // Whatever is behind that one.
  if (pairs->size() == kRevisionsMax) next_ = pairs->back().key + '\0';
}

absl::Status UnheardRevisions::ReviewOne(const KeyValue& noted) {
  const PeerPlace at = ParsePeerPlace(noted.key, NarrowedForPeerKeyPrefix());
  ASSIGN_OR_RETURN(const RecordPtr stored, parts_.journal.At(at.lane, at.offset));
  ASSIGN_OR_RETURN(const RecordInContext record, InContext(parts_.journal, stored));
  ASSIGN_OR_RETURN(const Outcome outcome, OutcomeOf(at, record));
  if (outcome == Outcome::kWaiting) return absl::OkStatus();
  std::vector<BatchPart> parts;
  parts.push_back(DeletePart(noted.key));
  const bool unheard = outcome == Outcome::kUnheard;
  if (unheard) parts.push_back(parts_.planner.PartForUnheard(stored, noted.value, at.region));
  parts_.journal.Commit(std::move(parts), [this, unheard](const absl::Status& written) {
    if (!written.ok()) return parts_.on_failed(written);
    if (unheard) parts_.on_withdrawn();
  });
  return absl::OkStatus();
}

absl::StatusOr<UnheardRevisions::Outcome> UnheardRevisions::OutcomeOf(
    const PeerPlace& at, const RecordInContext& record) const {
  // A later word on the alert has taken its place, and was looked at by itself.
  if (record.record->erased || record.withdrawn || record.superseded) return Outcome::kSettled;
  const RegionRecipient recipient(at.region, parts_.recalls, parts_.interests);
  const Decision decision = recipient.Decide(*parts_.catalog.facts(), record, parts_.clock.Now());
  if (decision.rule == kNobodysWord) return Outcome::kSettled;
  ASSIGN_OR_RETURN(const auto refused,
                   parts_.store.Get(RefusedByPeerKey(at.region, at.lane, at.offset)));
  if (refused) return Outcome::kUnheard;
  if (parts_.progress.PersistedBy(at.region, at.lane) >= at.offset) {
    ASSIGN_OR_RETURN(const bool sent, WasSent(at, record));
    return sent ? Outcome::kSettled : Outcome::kUnheard;
  }
  return decision.allowed ? Outcome::kWaiting : Outcome::kUnheard;
}

absl::StatusOr<bool> UnheardRevisions::WasSent(const PeerPlace& at,
                                               const RecordInContext& record) const {
  ASSIGN_OR_RETURN(const auto ranges, DisclosureLedger::RangesAt(parts_.store, at.lane, at.offset));
  for (const DisclosureLedger::Range& range : ranges) {
    if (range.holder != at.region) continue;
    ASSIGN_OR_RETURN(const std::shared_ptr<const Facts> facts,
                     parts_.archive.FactsOf(parts_.store, range.generation));
    const absl::Time then = DisclosedAt(*record.record, range);
    if (DecideRegion(*facts, FlowOf(record), at.region, then).allowed) return true;
  }
  return false;
}

}  // namespace corridor

#include "server/broker/agreement_simulation.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/base/status_macros.h"
#include "core/model/errors.h"
#include "core/policy/policy.h"
#include "server/broker/recipient.h"
#include "server/catalog/field_rules.h"
#include "server/delivery/outlet.h"
#include "server/journal/offset_before.h"

namespace corridor {
namespace {

constexpr absl::Duration kSinceDefault = absl::Hours(24 * 30);
constexpr size_t kRecordsPerRead = 256;
constexpr size_t kReadBytesMax = 1 << 20;

// The facts as they would be.
absl::StatusOr<Facts> FactsWith(const Facts& facts, const v1::SimulateAgreementRequest& request) {
  Facts would_be = facts;
  v1::Agreement draft = request.agreement();
  if (request.without()) {
    if (would_be.agreements.erase(draft.agreement_id()) == 0) {
      return Error(v1::ERROR_REASON_NOT_FOUND, "there is no such agreement");
    }
    return would_be;
  }
  const Violations violations = CheckAgreement(draft, facts.region);
  if (!violations.empty()) return InvalidFields(violations);
  draft.set_state(v1::AGREEMENT_STATE_ACTIVE);
  // As if it had been in force all the time.
  if (!draft.has_applies_from()) draft.mutable_applies_from()->set_seconds(0);
  would_be.agreements[draft.agreement_id()] = std::move(draft);
  return would_be;
}

// Whom it reaches: members, and regions of which one is reached. What another region does
// with its own statements is not for us to say.
std::set<std::string> ReachedBy(const Facts& facts, const RecordInContext& record, absl::Time now) {
  std::set<std::string> reached;
  const Flow flow = FlowOf(record);
  for (const auto& [id, member] : facts.members) {
    const std::string region(RegionOf(id));
    if (!record.record->local && region != facts.region) continue;
    if (!DecideMember(facts, flow, id, now).allowed) continue;
    reached.insert(id);
    if (region != facts.region) reached.insert(region);
  }
  return reached;
}

class Comparison {
 public:
  Comparison(const Journal& journal, const Facts& is, const Facts& would_be, absl::Time now)
      : journal_(journal), is_(is), would_be_(would_be), now_(now) {}

  absl::Status Compare(RecordPtr record) {
    ASSIGN_OR_RETURN(const RecordInContext in_context, InContext(journal_, std::move(record)));
    if (in_context.withdrawn || in_context.record->statement->body.has_recall()) {
      return absl::OkStatus();
    }
    result_.set_examined(result_.examined() + 1);
    const std::set<std::string> before = ReachedBy(is_, in_context, now_);
    const std::set<std::string> after = ReachedBy(would_be_, in_context, now_);
    if (before != after) Note(*in_context.record, before, after);
    return absl::OkStatus();
  }

  v1::SimulateAgreementResponse Result() { return std::move(result_); }

 private:
  void Note(const Record& record, const std::set<std::string>& before,
            const std::set<std::string>& after) {
    v1::SimulatedChange change;
    for (const std::string& holder : before) {
      if (!after.contains(holder)) change.add_stops(holder);
    }
    for (const std::string& holder : after) {
      if (!before.contains(holder)) change.add_starts(holder);
    }
    if (!change.stops().empty()) result_.set_stopped(result_.stopped() + 1);
    if (!change.starts().empty()) result_.set_started(result_.started() + 1);
    if (result_.changes_size() >= kSimulatedChangesMax) return;
    change.mutable_position()->set_region(is_.region);
    change.mutable_position()->set_epoch(journal_.epoch());
    change.mutable_position()->set_offset(record.offset);
    change.set_publisher(record.statement->body.publisher());
    change.set_kind(record.statement->kind());
    *result_.add_changes() = std::move(change);
  }

  const Journal& journal_;
  const Facts& is_;
  const Facts& would_be_;
  const absl::Time now_;
  v1::SimulateAgreementResponse result_;
};

// The newest `limit` records of a lane behind `after`.
absl::Status CompareNewest(const Journal& journal, v1::Lane lane, uint64_t after, size_t limit,
                           Comparison& comparison) {
  const uint64_t head = journal.head(lane);
  if (head > limit) after = std::max(after, head - limit);
  while (after < head) {
    ASSIGN_OR_RETURN(const std::vector<RecordPtr> records,
                     journal.Read(lane, after, kRecordsPerRead, kReadBytesMax));
    if (records.empty()) break;
    after = records.back()->offset;
    for (const RecordPtr& record : records) RETURN_IF_ERROR(comparison.Compare(record));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::SimulateAgreementResponse> SimulateAgreement(
    const Journal& journal, const Facts& facts, const v1::SimulateAgreementRequest& request,
    absl::Time now) {
  ASSIGN_OR_RETURN(const Facts would_be, FactsWith(facts, request));
  const int64_t since_ms =
      request.has_since() ? request.since().seconds() * 1000 : ToMillis(now - kSinceDefault);
  Comparison comparison(journal, facts, would_be, now);
  for (const v1::Lane lane : kLanesUrgentFirst) {
    ASSIGN_OR_RETURN(const uint64_t before, OffsetBefore(journal, lane, since_ms));
    RETURN_IF_ERROR(CompareNewest(journal, lane, before, kSimulatedMax / 2, comparison));
  }
  return comparison.Result();
}

}  // namespace corridor

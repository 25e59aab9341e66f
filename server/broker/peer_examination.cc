#include "server/broker/peer_examination.h"

#include "core/base/status_macros.h"
#include "core/model/errors.h"
#include "core/model/principal.h"
#include "core/policy/policy.h"
#include "server/broker/key_check.h"

namespace corridor {
namespace {

// How far a peer's clock may be ahead before its statements are held back.
constexpr absl::Duration kClockAheadMax = absl::Seconds(60);

absl::Status CheckOrigin(const std::string& origin, const ParsedStatement& statement) {
  if (RegionOf(statement.body.publisher()) == origin &&
      RegionOf(AlertOwnerOf(statement.body)) == origin) {
    return absl::OkStatus();
  }
  return Error(v1::ERROR_REASON_ORIGIN_INVALID,
               "a region may send only what its own members have published");
}

// When the publisher's key counts: where an embargo held the statement, that is before
// its release.
absl::StatusOr<absl::Time> SaidAt(const Facts& facts, const std::string& origin,
                                  const std::string& digest, const v1::LinkRecord& record,
                                  VerifiedRoots& roots) {
  if (!record.has_held_acceptance()) {
    return absl::FromUnixMillis(record.acceptance().accept_time_ms());
  }
  RETURN_IF_ERROR(CheckAcceptance(facts, origin, digest, record.held_acceptance(), roots));
  return absl::FromUnixMillis(record.held_acceptance().accept_time_ms());
}

}  // namespace

bool MayHeal(const absl::Status& why) {
  const v1::ErrorReason reason = ReasonOf(why);
  return reason == v1::ERROR_REASON_SIGNING_KEY_UNKNOWN || reason == v1::ERROR_REASON_NOT_READY ||
         // What it is about cannot be read here: an operator mends that.
         reason == v1::ERROR_REASON_RECORD_CORRUPT;
}

std::optional<v1::Acceptance> HeldAcceptanceOf(const v1::LinkRecord& record) {
  if (!record.has_held_acceptance()) return std::nullopt;
  return record.held_acceptance();
}

absl::StatusOr<AcceptedStatement> PeerExamination::ExamineProofs(
    const std::string& origin, const Facts& facts, const v1::LinkRecord& record) const {
  ASSIGN_OR_RETURN(AcceptedStatement accepted, gate_.Examine(record.statement(), GateSide::kLink));
  const ParsedStatement& statement = *accepted.statement();
  RETURN_IF_ERROR(CheckOrigin(origin, statement));
  RETURN_IF_ERROR(CheckAcceptance(facts, origin, statement.digest, record.acceptance(), roots_));
  ASSIGN_OR_RETURN(const absl::Time said_at,
                   SaidAt(facts, origin, statement.digest, record, roots_));
  // The origin has erased what a recall names, whoever held the key by then; so do we.
  RETURN_IF_ERROR(CheckStatementKey(facts, statement, said_at, roots_, StolenKey::kMayRecall));
  return accepted;
}

absl::StatusOr<AcceptedStatement> PeerExamination::Examine(const std::string& origin,
                                                           const Facts& facts,
                                                           const v1::LinkRecord& record,
                                                           absl::Time now) const {
  if (absl::FromUnixMillis(record.acceptance().accept_time_ms()) > now + kClockAheadMax) {
    return Error(v1::ERROR_REASON_NOT_READY, "the acceptance lies ahead of this broker's clock");
  }
  ASSIGN_OR_RETURN(AcceptedStatement accepted, ExamineProofs(origin, facts, record));
  const ParsedStatement& statement = *accepted.statement();
  // The end of content goes wherever the content may be.
  if (statement.body.has_recall()) return accepted;
  ASSIGN_OR_RETURN(RecordPtr target, TargetRecord(journal_, statement));
  Flow flow = FlowOf(statement, record.acceptance().accept_time_ms(),
                     target ? target->statement.get() : nullptr);
  if (record.has_held_acceptance()) flow.said_ms = record.held_acceptance().accept_time_ms();
  // What is about an alert that is not here yet is kept: who may have it is
  // asked again at each delivery.
  if (flow.audience == nullptr) return accepted;
  const Decision decision = DecideRegion(facts, flow, region_, now);
  if (decision.allowed) return accepted;
  return Error(v1::ERROR_REASON_POLICY_DENIED,
               "no rule of the receiving region lets this statement in", "rule", decision.rule);
}

absl::StatusOr<AcceptedStatement> PeerExamination::ExamineReturned(
    const Facts& facts, const v1::LinkRecord& record) const {
  return ExamineProofs(region_, facts, record);
}

}  // namespace corridor

#include "server/broker/intake.h"

#include <optional>
#include <utility>
#include <vector>

#include "core/base/status_macros.h"
#include "core/crypto/statement_proof.h"
#include "core/model/errors.h"
#include "core/policy/policy.h"
#include "server/broker/key_check.h"
#include "server/broker/recipient.h"

namespace corridor {
namespace {

v1::AuditEntry EntryOf(const Principal& sender, const std::string& digest,
                       const v1::GateVerdictStamp& gate) {
  v1::AuditEntry entry;
  entry.set_actor(sender.spiffe_id);
  entry.set_act(v1::AUDIT_ACT_PUBLISH);
  entry.set_digest(digest);
  *entry.mutable_gate() = gate;
  return entry;
}

}  // namespace

Intake::Intake(Parts parts) : parts_(std::move(parts)) {}

void Intake::Accept(const Principal& sender, v1::SignedStatement statement, Answer answer) {
  parts_.executor.Post(
      [this, sender, statement = std::move(statement), answer = std::move(answer)]() mutable {
        AcceptNow(sender, std::move(statement), std::move(answer));
      });
}

void Intake::AcceptNow(const Principal& sender, v1::SignedStatement statement, Answer answer) {
  const ParsedIds ids = IdsOf(statement);
  const std::string& digest = ids.digest;
  if (absl::Status status = parts_.serving(); !status.ok()) return answer(status);
  // A retry of what was accepted gets its receipt, whatever has changed since.
  if (MayHandInFor(*parts_.catalog.facts(), sender, ids.publisher)) {
    auto receipt = parts_.journal.ReceiptOf(ids.publisher, ids.statement_id, digest);
    if (!receipt.ok()) return Refuse(sender, digest, receipt.status(), std::move(answer));
    if (receipt->has_value()) return answer(**std::move(receipt));
  }
  auto accepted =
      Examine(sender, *parts_.catalog.facts(), std::move(statement), parts_.clock.Now());
  if (!accepted.ok()) return Refuse(sender, digest, accepted.status(), std::move(answer));
  const bool recall = accepted->statement()->body.has_recall();
  if (absl::Status room = recall ? absl::OkStatus() : parts_.room(); !room.ok()) {
    parts_.on_verdict(StatementSource::kPublisher, room);
    return answer(room);
  }
  // Ids, revisions and validity are judged in journal order, by the committer,
  // which writes the audit entry in the same batch as the record.
  std::vector<BatchPart> parts;
  parts.push_back(parts_.audit.Entry(EntryOf(sender, digest, parts_.gate.stamp())));
  auto plan = parts_.planner.PartFor(accepted->statement(), nullptr);
  if (plan.has_value()) parts.push_back(*std::move(plan));
  parts_.journal.Append(*std::move(accepted), std::move(parts),
                        [this, sender, digest, recall,
                         answer = std::move(answer)](absl::StatusOr<v1::Receipt> receipt) mutable {
                          if (receipt.ok()) {
                            if (recall) parts_.eraser.Wake();
                            parts_.on_verdict(StatementSource::kPublisher, absl::OkStatus());
                            return answer(std::move(receipt));
                          }
                          if (ReasonOf(receipt.status()) == v1::ERROR_REASON_OUTCOME_UNKNOWN ||
                              ReasonOf(receipt.status()) == v1::ERROR_REASON_QUOTA) {
                            return answer(std::move(receipt));
                          }
                          Refuse(sender, digest, receipt.status(), std::move(answer));
                        });
}

absl::StatusOr<AcceptedStatement> Intake::Examine(const Principal& sender, const Facts& facts,
                                                  v1::SignedStatement statement, absl::Time now) {
  ASSIGN_OR_RETURN(AcceptedStatement accepted,
                   parts_.gate.Examine(std::move(statement), GateSide::kPublisher));
  const ParsedStatement& parsed = *accepted.statement();
  RETURN_IF_ERROR(CheckPublish(facts, sender, parsed));
  RETURN_IF_ERROR(CheckStatementKey(facts, parsed, now, roots_));
  RETURN_IF_ERROR(audiences_.Check(parsed));
  ASSIGN_OR_RETURN(RecordPtr target, TargetRecord(parts_.journal, parsed));
  const ParsedStatement* target_statement = target ? target->statement.get() : nullptr;
  RETURN_IF_ERROR(CheckAudience(facts, FlowOf(parsed, ToMillis(now), target_statement), now));
  return accepted;
}

// The refusal is durable in the audit log before it is answered.
void Intake::Refuse(const Principal& sender, const std::string& digest, absl::Status why,
                    Answer answer) {
  parts_.on_verdict(StatementSource::kPublisher, why);
  v1::AuditEntry entry = EntryOf(sender, digest, parts_.gate.stamp());
  entry.set_refusal(ReasonOf(why));
  entry.set_rule(MetadataOf(why, "rule"));
  std::vector<BatchPart> parts;
  parts.push_back(parts_.audit.Entry(std::move(entry)));
  parts_.journal.Commit(std::move(parts), [why = std::move(why), answer = std::move(answer)](
                                              const absl::Status&) mutable { answer(why); });
}

void Intake::Release(const Journal::Release& held) {
  const absl::StatusOr<RecordPtr> record = parts_.journal.HeldAt(held);
  if (!record.ok()) return;  // Released by now, or damaged: the next call says which.
  v1::AuditEntry entry;
  entry.set_actor(parts_.actor);
  entry.set_act(v1::AUDIT_ACT_RELEASE);
  std::vector<BatchPart> parts;
  parts.push_back(parts_.audit.Entry(std::move(entry)));
  auto plan = parts_.planner.PartFor((*record)->statement, nullptr);
  if (plan.has_value()) parts.push_back(*std::move(plan));
  parts_.journal.AppendHeld(held, std::move(parts), [this, held](const auto& receipt) {
    const v1::ErrorReason reason = ReasonOf(receipt.status());
    if (reason == v1::ERROR_REASON_ALERT_CLOSED || reason == v1::ERROR_REASON_VALIDITY) {
      Drop(held, receipt.status());
    }
    if (receipt.ok()) parts_.eraser.Wake();
  });
}

void Intake::Drop(const Journal::Release& held, const absl::Status& why) {
  v1::AuditEntry entry;
  entry.set_actor(parts_.actor);
  entry.set_act(v1::AUDIT_ACT_RELEASE);
  entry.set_refusal(ReasonOf(why));
  std::vector<BatchPart> parts;
  parts.push_back(parts_.audit.Entry(std::move(entry)));
  parts_.journal.DropHeld(held, std::move(parts), [this](const absl::Status& dropped) {
    if (dropped.ok()) parts_.eraser.Wake();
  });
}

void Intake::Check(const Principal& sender, v1::SignedStatement statement, CheckAnswer answer) {
  parts_.executor.Post(
      [this, sender, statement = std::move(statement), answer = std::move(answer)]() mutable {
        answer(CheckNow(sender, std::move(statement)));
      });
}

v1::CheckStatementResponse Intake::CheckNow(const Principal& sender,
                                            v1::SignedStatement statement) {
  v1::CheckStatementResponse response;
  *response.mutable_gate() = parts_.gate.stamp();
  const absl::Time now = parts_.clock.Now();
  const std::shared_ptr<const Facts> facts = parts_.catalog.facts();
  const auto refuse = [&](const absl::Status& why) {
    parts_.on_verdict(StatementSource::kCheck, why);
    *response.mutable_refusal() = ToRpcStatus(why);
    return response;
  };

  const bool has_proof = statement.has_proof();
  auto accepted = parts_.gate.Examine(std::move(statement), GateSide::kPublisher);
  if (!accepted.ok()) return refuse(accepted.status());
  const ParsedStatement& parsed = *accepted->statement();
  auto target = TargetRecord(parts_.journal, parsed);
  if (!target.ok()) return refuse(target.status());
  const Flow flow = FlowOf(parsed, ToMillis(now), *target ? (*target)->statement.get() : nullptr);

  absl::Status verdict = CheckPublish(*facts, sender, parsed);
  if (verdict.ok() && has_proof) verdict = CheckStatementKey(*facts, parsed, now, roots_);
  if (verdict.ok()) verdict = audiences_.Check(parsed);
  if (verdict.ok()) verdict = CheckAudience(*facts, flow, now);
  // Whose statement it is not, to him its recipients are not explained.
  if (parsed.body.publisher() == sender.member) {
    for (auto& decision : Explain(*facts, flow, now)) {
      *response.add_recipients() = std::move(decision);
    }
  }
  if (!verdict.ok()) return refuse(verdict);
  parts_.on_verdict(StatementSource::kCheck, verdict);
  response.set_acceptable(true);
  return response;
}

}  // namespace corridor

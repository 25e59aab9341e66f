#include "server/broker/peer_intake.h"

#include <utility>
#include <vector>

#include "core/base/status_macros.h"
#include "core/crypto/statement_proof.h"
#include "core/model/errors.h"
#include "core/model/principal.h"
#include "core/policy/policy.h"
#include "server/broker/key_check.h"

namespace corridor {
namespace {

// How far a peer's clock may be ahead before its statements are held back.
constexpr absl::Duration kClockAheadMax = absl::Seconds(60);

// What may mend itself while the record is held: a key that is on its way, a
// clock that is ahead of ours.
bool MayHeal(const absl::Status& why) {
  const v1::ErrorReason reason = ReasonOf(why);
  return reason == v1::ERROR_REASON_SIGNING_KEY_UNKNOWN || reason == v1::ERROR_REASON_NOT_READY;
}

absl::Status CheckOrigin(const std::string& origin, const ParsedStatement& statement) {
  if (RegionOf(statement.body.publisher()) == origin) return absl::OkStatus();
  return Error(v1::ERROR_REASON_ORIGIN_INVALID,
               "a region may send only what its own members have published");
}

// Where the outcome is unknown the broker stops: there is no answer.
void AnswerFailure(const absl::Status& status, PeerIntake::Answer done) {
  if (ReasonOf(status) == v1::ERROR_REASON_OUTCOME_UNKNOWN) return;
  done({.kind = InboxOutcome::Kind::kTryAgain});
}

}  // namespace

PeerIntake::PeerIntake(Parts parts) : parts_(std::move(parts)) {}

Strand& PeerIntake::StrandOf(const std::string& origin, v1::Lane lane) {
  auto& strand = strands_[{origin, lane}];
  if (strand == nullptr) strand = std::make_unique<Strand>(parts_.intake);
  return *strand;
}

void PeerIntake::Accept(Delivery delivery, Answer done) {
  Strand& strand = StrandOf(delivery.origin, delivery.lane);
  strand.Post([this, delivery = std::move(delivery), done = std::move(done)]() mutable {
    AcceptNow(delivery, std::move(done));
  });
}

void PeerIntake::AcceptNow(const Delivery& delivery, Answer done) {
  const v1::LinkRecord& record = *delivery.record;
  const std::string digest = ToString(StatementDigest(record.statement()));
  auto accepted = Examine(delivery.origin, *parts_.catalog.facts(), record, parts_.clock.Now());
  if (!accepted.ok()) return Refuse(delivery, digest, accepted.status(), std::move(done));
  std::vector<BatchPart> parts;
  parts.push_back(parts_.audit.Entry(EntryOf(delivery, digest)));
  Journal::Import import{.origin = delivery.origin,
                         .acceptance = record.acceptance(),
                         .mark_after = delivery.mark_after};
  parts_.journal.AppendImported(
      *std::move(accepted), std::move(import), std::move(parts),
      [this, delivery, digest, done = std::move(done)](absl::Status status) mutable {
        if (status.ok()) {
          parts_.on_verdict(StatementSource::kPeer, status);
          return done({.kind = InboxOutcome::Kind::kPersisted});
        }
        if (ReasonOf(status) == v1::ERROR_REASON_STATEMENT_ID_REUSED) {
          return Refuse(delivery, digest, status, std::move(done));
        }
        AnswerFailure(status, std::move(done));
      });
}

absl::StatusOr<AcceptedStatement> PeerIntake::Examine(const std::string& origin, const Facts& facts,
                                                      const v1::LinkRecord& record,
                                                      absl::Time now) {
  ASSIGN_OR_RETURN(AcceptedStatement accepted,
                   parts_.gate.Examine(record.statement(), GateSide::kLink));
  const ParsedStatement& statement = *accepted.statement();
  RETURN_IF_ERROR(CheckOrigin(origin, statement));
  RETURN_IF_ERROR(CheckAcceptance(facts, origin, statement.digest, record.acceptance()));
  const absl::Time accepted_at = absl::FromUnixMillis(record.acceptance().accept_time_ms());
  if (accepted_at > now + kClockAheadMax) {
    return Error(v1::ERROR_REASON_NOT_READY, "the acceptance lies ahead of this broker's clock");
  }
  RETURN_IF_ERROR(CheckStatementKey(facts, statement, accepted_at));
  ASSIGN_OR_RETURN(RecordPtr target, TargetRecord(parts_.journal, statement));
  const Flow flow = FlowOf(statement, record.acceptance().accept_time_ms(),
                           target ? target->statement.get() : nullptr);
  // What is about an alert that is not here yet is kept: who may have it is
  // asked again at each delivery.
  if (flow.audience == nullptr) return accepted;
  const Decision decision = DecideRegion(facts, flow, parts_.region, now);
  if (decision.allowed) return accepted;
  return Error(v1::ERROR_REASON_POLICY_DENIED,
               "no rule of the receiving region lets this statement in", "rule", decision.rule);
}

void PeerIntake::Refuse(const Delivery& delivery, const std::string& digest,
                        const absl::Status& why, Answer done) {
  if (MayHeal(why) && !delivery.last_try) {
    return done({.kind = InboxOutcome::Kind::kMayHeal, .reason = ReasonOf(why)});
  }
  parts_.on_verdict(StatementSource::kPeer, why);
  v1::AuditEntry entry = EntryOf(delivery, digest);
  entry.set_refusal(ReasonOf(why));
  entry.set_rule(MetadataOf(why, "rule"));
  std::vector<BatchPart> parts;
  parts.push_back(parts_.audit.Entry(std::move(entry)));
  const uint64_t epoch = delivery.record->acceptance().position().epoch();
  parts_.journal.MoveMark(
      delivery.origin, epoch, delivery.lane, delivery.mark_after, std::move(parts),
      [reason = ReasonOf(why), digest, done = std::move(done)](absl::Status status) mutable {
        if (!status.ok()) return AnswerFailure(status, std::move(done));
        done({.kind = InboxOutcome::Kind::kRefused, .reason = reason, .digest = digest});
      });
}

v1::AuditEntry PeerIntake::EntryOf(const Delivery& delivery, const std::string& digest) const {
  v1::AuditEntry entry;
  entry.set_actor(parts_.actor);
  entry.set_act(v1::AUDIT_ACT_IMPORT);
  entry.set_object(delivery.origin);
  entry.set_digest(digest);
  *entry.mutable_gate() = parts_.gate.stamp();
  *entry.mutable_position() = delivery.record->acceptance().position();
  return entry;
}

void PeerIntake::MoveMark(const std::string& origin, v1::Lane lane, const PeerPosition& mark,
                          absl::AnyInvocable<void(absl::Status)> done) {
  parts_.journal.MoveMark(origin, mark.epoch, lane, mark.offset, {}, std::move(done));
}

PeerPosition PeerIntake::MarkOf(const std::string& origin, v1::Lane lane) const {
  const Journal::Mark mark = parts_.journal.MarkOf(origin, lane);
  return {.epoch = mark.epoch, .offset = mark.offset};
}

void PeerIntake::TakeOverDirectory(const std::string& origin, v1::SignedDirectory signed_directory,
                                   absl::AnyInvocable<void(absl::StatusOr<uint64_t>)> done) {
  parts_.intake.Post([this, origin, signed_directory = std::move(signed_directory),
                      done = std::move(done)]() mutable {
    auto verified =
        VerifyPeerDirectory(origin, signed_directory, parts_.verify_key, parts_.clock.Now());
    if (!verified.ok()) return done(verified.status());
    const uint64_t generation = verified->directory.generation();
    parts_.catalog.ApplyDirectory(
        origin, std::move(verified->directory), verified->keys,
        [generation, done = std::move(done)](absl::Status status) mutable {
          if (!status.ok()) return done(std::move(status));
          done(generation);
        });
  });
}

}  // namespace corridor

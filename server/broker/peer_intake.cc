#include "server/broker/peer_intake.h"

#include <utility>
#include <vector>

#include "core/base/status_macros.h"
#include "core/crypto/statement_proof.h"
#include "core/model/errors.h"
#include "server/broker/key_check.h"
#include "server/journal/refusals.h"

namespace corridor {
namespace {

constexpr absl::Duration kNoRoomWait = absl::Milliseconds(200);

// Where the outcome is unknown the broker stops: there is no answer.
void AnswerFailure(const absl::Status& status, PeerIntake::Answer& done) {
  if (ReasonOf(status) == v1::ERROR_REASON_OUTCOME_UNKNOWN) return;
  done({.kind = InboxOutcome::Kind::kTryAgain});
}

// What came back of our own is of no origin but ours.
bool IsReturned(const v1::LinkRecord& record, const std::string& region) {
  return record.acceptance().position().region() == region;
}

}  // namespace

PeerIntake::PeerIntake(Parts parts)
    : parts_(std::move(parts)), examination_(parts_.region, parts_.gate, parts_.journal) {}

Strand& PeerIntake::StrandOf(const std::string& origin, v1::Lane lane) {
  auto& strand = strands_[{origin, lane}];
  if (strand == nullptr) strand = std::make_unique<Strand>(parts_.intake);
  return *strand;
}

void PeerIntake::Accept(Delivery delivery, Answer done) {
  const uint64_t offset = delivery.record->acceptance().position().offset();
  Case what{.place = {delivery.origin, delivery.lane, offset},
            .sender = delivery.origin,
            .record = std::move(delivery.record),
            .digest = {},
            .mark_epoch = delivery.epoch,
            .mark_after = delivery.mark_after,
            .parked = nullptr,
            .done = std::make_shared<Answer>(std::move(done))};
  StrandOf(delivery.origin, delivery.lane).Post([this, what = std::move(what)]() mutable {
    Decide(std::move(what));
  });
}

void PeerIntake::Decide(Case what) {
  what.digest = ToString(StatementDigest(what.record->statement()));
  const std::shared_ptr<const Facts> facts = parts_.catalog.facts();
  auto accepted = what.returned ? examination_.ExamineReturned(*facts, *what.record)
                                : examination_.Examine(what.place.origin, *facts, *what.record,
                                                       parts_.clock.Now());
  if (accepted.ok() && LacksTarget(what, *accepted->statement())) {
    return Park(what, Error(v1::ERROR_REASON_NOT_READY, "what it cancels is not here"));
  }
  if (accepted.ok()) return Append(std::move(what), *std::move(accepted));
  if (MayHeal(accepted.status()) && !MustGiveUp(what)) {
    return Park(what, accepted.status());
  }
  Refuse(what, accepted.status());
}

// A cancellation that overtakes what it cancels waits for it, as long as anything may wait:
// until then nobody can tell for whom it is.
bool PeerIntake::LacksTarget(const Case& what, const ParsedStatement& statement) const {
  if (!statement.body.has_cancel() || what.returned || MustGiveUp(what)) return false;
  const auto target = TargetRecord(parts_.journal, statement);
  return target.ok() && *target == nullptr;
}

bool PeerIntake::MustWaitForRoom(const Case& what, const ParsedStatement& statement) const {
  return what.place.lane != v1::LANE_URGENT && !statement.body.has_recall() && !parts_.room().ok();
}

void PeerIntake::Append(Case what, AcceptedStatement accepted) {
  if (MustWaitForRoom(what, *accepted.statement())) {
    return (*what.done)({.kind = InboxOutcome::Kind::kTryAgain});
  }
  std::vector<BatchPart> parts;
  parts.push_back(parts_.audit.Entry(EntryOf(what)));
  auto plan = parts_.planner.PartFor(accepted.statement(),
                                     what.returned ? nullptr : &what.record->acceptance());
  if (plan.has_value()) parts.push_back(*std::move(plan));
  if (what.mark_after == 0) parts.push_back(NoLongerRefusedPart(what.place));
  if (what.returned) {
    parts.push_back(
        parts_.disclosures.CoverPart(what.sender, what.place.lane, parts_.catalog.facts()));
  }
  const std::shared_ptr<const ParsedStatement> statement = accepted.statement();
  Journal::Import import{.origin = what.place.origin,
                         .acceptance = what.record->acceptance(),
                         .mark_epoch = what.mark_epoch,
                         .mark_after = what.mark_after,
                         .held_acceptance = HeldAcceptanceOf(*what.record),
                         .returned = what.returned,
                         .on_repeat = OnRepeat(what, *accepted.statement())};
  parts_.journal.AppendImported(
      std::move(accepted), std::move(import), std::move(parts),
      [this, what = std::move(what), statement](absl::Status status) mutable {
        const v1::ErrorReason reason = ReasonOf(status);
        if (what.returned && reason == v1::ERROR_REASON_CONTENT_ERASED) {
          return TakeBackReturned(what, statement);
        }
        if (reason == v1::ERROR_REASON_CONTENT_ERASED ||
            reason == v1::ERROR_REASON_STATEMENT_ID_REUSED) {
          return Refuse(what, status);
        }
        if (!status.ok()) return AnswerFailure(status, *what.done);
        if (statement->body.has_recall()) parts_.eraser.Wake();
        if (what.returned) CoverReturned(what);
        parts_.on_verdict(StatementSource::kPeer, status);
        // By itself: the parts of a statement that was here already have not run.
        if (what.parked != nullptr) {
          return Close(what, {}, {.kind = InboxOutcome::Kind::kPersisted});
        }
        (*what.done)({.kind = InboxOutcome::Kind::kPersisted});
      });
}

// Who gives back what was recalled has not heard of that.
void PeerIntake::TakeBackReturned(const Case& what,
                                  std::shared_ptr<const ParsedStatement> statement) {
  std::vector<BatchPart> parts;
  parts.push_back(parts_.planner.PartForReturned(
      std::move(statement), what.record->acceptance().position(), what.sender));
  parts_.journal.Commit(std::move(parts), [this, what](const absl::Status& status) {
    if (!status.ok()) return AnswerFailure(status, *what.done);
    parts_.on_recalls_changed();
    Refuse(what, Error(v1::ERROR_REASON_CONTENT_ERASED, "it was recalled before it came back"));
  });
}

// Who gives back what another has given back before holds it no less.
void PeerIntake::CoverReturned(const Case& what) {
  const ParsedIds ids = IdsOf(what.record->statement());
  const auto place = parts_.journal.Locate(ids.publisher, ids.statement_id);
  if (!place.ok() || !place->has_value() || (*place)->offset == 0) return;
  parts_.disclosures.Cover(what.sender, (*place)->lane, (*place)->offset, parts_.catalog.facts(),
                           [](const absl::Status&) {});
}

// The origin's journal was restored, and took again what is here already: a recall goes by
// its new position from now on.
std::vector<BatchPart> PeerIntake::OnRepeat(const Case& what,
                                            const ParsedStatement& statement) const {
  std::vector<BatchPart> parts;
  if (what.returned || !statement.body.has_recall()) return parts;
  const auto before = parts_.journal.ReceiptOf(statement.body.publisher(),
                                               statement.body.statement_id(), statement.digest);
  if (!before.ok() || !before->has_value()) return parts;
  parts.emplace_back([this, before = (*before)->acceptance().position(),
                      after = what.record->acceptance().position()](CommitContext& context) {
    return parts_.recalls.Move(context, before, after);
  });
  return parts;
}

// For good. What was recalled before it came counts as had: nobody asks for it again.
void PeerIntake::Refuse(const Case& what, const absl::Status& why) {
  const v1::ErrorReason reason = ReasonOf(why);
  const bool dropped = reason == v1::ERROR_REASON_CONTENT_ERASED;
  if (!dropped) parts_.on_verdict(StatementSource::kPeer, why);
  v1::AuditEntry entry = EntryOf(what);
  entry.set_refusal(reason);
  entry.set_rule(MetadataOf(why, "rule"));
  std::vector<BatchPart> parts;
  if (!dropped) {
    parts.push_back(RefusedHerePart(what.place, what.record->acceptance().position().epoch(),
                                    reason, entry.rule(), what.digest));
  }
  parts.push_back(parts_.audit.Entry(std::move(entry)));
  InboxOutcome outcome{.kind = InboxOutcome::Kind::kPersisted};
  if (!dropped) {
    outcome = {.kind = InboxOutcome::Kind::kRefused, .reason = reason, .digest = what.digest};
  }
  Close(what, std::move(parts), std::move(outcome));
}

void PeerIntake::Park(const Case& what, const absl::Status& why) {
  if (what.parked != nullptr) return (*what.done)({.kind = InboxOutcome::Kind::kParked});
  if (!parts_.parking.HasRoom(what.place.origin)) {
    return (*what.done)({.kind = InboxOutcome::Kind::kTryAgain});
  }
  auto park = parts_.parking.ParkPart(what.place, *what.record, ReasonOf(why));
  if (!park.ok()) return (*what.done)({.kind = InboxOutcome::Kind::kTryAgain});
  std::vector<BatchPart> parts;
  parts.push_back(*std::move(park));
  Close(what, std::move(parts), {.kind = InboxOutcome::Kind::kParked});
}

void PeerIntake::Close(const Case& what, std::vector<BatchPart> parts, InboxOutcome outcome) {
  if (what.parked != nullptr) parts.push_back(ParkingLot::LeavePart(*what.parked));
  auto answer = [this, what, outcome = std::move(outcome)](const absl::Status& status) {
    if (!status.ok()) return AnswerFailure(status, *what.done);
    if (outcome.kind == InboxOutcome::Kind::kParked) parts_.parking.OnParked(what.place.origin);
    (*what.done)(outcome);
  };
  if (what.mark_after == 0) return parts_.journal.Commit(std::move(parts), std::move(answer));
  parts_.journal.MoveMark(what.place.origin, what.mark_epoch, what.place.lane, what.mark_after,
                          std::move(parts), std::move(answer));
}

bool PeerIntake::MustGiveUp(const Case& what) const {
  if (what.parked == nullptr) return false;
  const absl::Time since = absl::FromUnixMillis(what.parked->since_ms);
  return parts_.clock.Now() - since >= kParkedMax ||
         parts_.parking.count(what.place.origin) > ParkingLot::kPerOriginMax;
}

void PeerIntake::ReviewParked() {
  parts_.intake.Post([this] {
    const auto parked = parts_.parking.List();
    if (!parked.ok()) return;
    for (const ParkedRecord& one : *parked) {
      Case what{.place = one.place,
                .sender = one.place.origin,
                .record = std::make_shared<const v1::LinkRecord>(one.record),
                .digest = {},
                .parked = std::make_shared<const ParkedRecord>(one),
                .done = nullptr};
      what.returned = IsReturned(one.record, parts_.region);
      what.done = std::make_shared<Answer>([this, one](const InboxOutcome& outcome) {
        if (outcome.kind != InboxOutcome::Kind::kRefused) return;
        v1::LinkRefused refused;
        refused.set_offset(one.place.offset);
        refused.set_reason(outcome.reason);
        refused.set_digest(outcome.digest);
        refused.set_epoch(one.record.acceptance().position().epoch());
        parts_.on_parked_refused(one.place, refused);
      });
      Decide(std::move(what));
    }
  });
}

void PeerIntake::AcceptBackfill(const std::string& origin, v1::Lane lane, v1::LinkBackfill backfill,
                                Taken done) {
  v1::LinkBackfillTaken taken;
  taken.set_ask_id(backfill.ask_id());
  taken.set_sequence(backfill.sequence());
  StrandOf(origin, lane)
      .Post([this, origin, lane, taken,
             backfill = std::make_shared<v1::LinkBackfill>(std::move(backfill)),
             done = std::make_shared<Taken>(std::move(done))]() mutable {
        BackfillNext(origin, lane, std::move(backfill), 0, taken, std::move(done));
      });
}

void PeerIntake::BackfillNext(const std::string& origin, v1::Lane lane,
                              std::shared_ptr<v1::LinkBackfill> backfill, int next,
                              v1::LinkBackfillTaken taken, std::shared_ptr<Taken> done) {
  if (next == backfill->records_size()) return (*done)(std::move(taken));
  const v1::LinkRecord& record = backfill->records(next);
  const bool returned = IsReturned(record, parts_.region);
  Case what{.place = {returned ? parts_.region : origin, record.acceptance().lane(),
                      record.acceptance().position().offset()},
            .sender = origin,
            .record = std::make_shared<const v1::LinkRecord>(record),
            .digest = {},
            .returned = returned,
            .parked = nullptr,
            .done = nullptr};
  const ParsedIds ids = IdsOf(what.record->statement());
  const bool known = parts_.journal.ReceiptOf(ids.publisher, ids.statement_id, ids.digest)
                         .value_or(std::nullopt)
                         .has_value();
  what.done = std::make_shared<Answer>(
      [this, origin, lane, backfill = std::move(backfill), next, taken, known,
       done = std::move(done)](const InboxOutcome& outcome) mutable {
        switch (outcome.kind) {
          case InboxOutcome::Kind::kPersisted:
            known ? taken.set_known(taken.known() + 1) : taken.set_added(taken.added() + 1);
            break;
          case InboxOutcome::Kind::kParked:
            taken.set_parked(taken.parked() + 1);
            break;
          case InboxOutcome::Kind::kRefused:
            taken.set_refused(taken.refused() + 1);
            break;
          case InboxOutcome::Kind::kTryAgain:
            return parts_.intake.PostAfter(
                kNoRoomWait, [this, origin, lane, backfill, next, taken, done] {
                  BackfillNext(origin, lane, backfill, next, taken, done);
                });
        }
        parts_.intake.Post([this, origin, lane, backfill, next, taken, done] {
          BackfillNext(origin, lane, backfill, next + 1, taken, done);
        });
      });
  Decide(std::move(what));
}

void PeerIntake::PassCanary(const std::string& origin, v1::Lane lane,
                            absl::AnyInvocable<void(absl::Status)> done) {
  StrandOf(origin, lane).Post([this, done = std::move(done)]() mutable {
    parts_.journal.Commit({}, std::move(done));
  });
}

v1::AuditEntry PeerIntake::EntryOf(const Case& what) const {
  v1::AuditEntry entry;
  entry.set_actor(parts_.actor);
  entry.set_act(v1::AUDIT_ACT_IMPORT);
  entry.set_object(what.place.origin);
  entry.set_digest(what.digest);
  *entry.mutable_gate() = parts_.gate.stamp();
  *entry.mutable_position() = what.record->acceptance().position();
  return entry;
}

void PeerIntake::MoveMark(const std::string& origin, v1::Lane lane, const PeerPosition& mark,
                          absl::AnyInvocable<void(absl::Status)> done) {
  parts_.journal.MoveMark(origin, mark.epoch, lane, mark.offset, {}, std::move(done));
}

absl::StatusOr<std::vector<Refusal>> PeerIntake::UntoldRefusals(const std::string& origin,
                                                                v1::Lane lane, size_t limit) const {
  // Behind the mark nothing was named on this stream yet, by our greeting.
  return ListUntoldRefusals(parts_.store, origin, lane, MarkOf(origin, lane).offset, limit);
}

void PeerIntake::OnRefusalNoted(const std::string& origin, v1::Lane lane,
                                const v1::LinkRefusedNoted& noted) {
  std::vector<BatchPart> parts;
  parts.push_back(RefusalToldPart({origin, lane, noted.offset()}, noted.epoch()));
  parts_.journal.Commit(std::move(parts), [](const absl::Status&) {});
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

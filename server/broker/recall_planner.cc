#include "server/broker/recall_planner.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/base/status_macros.h"
#include "core/model/errors.h"
#include "core/model/principal.h"
#include "server/broker/recipient.h"
#include "server/journal/recall_register.h"
#include "server/journal/record_codec.h"
#include "server/journal/stored_record.pb.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

// Withdrawals for a revoked key are numbered apart from those of revisions.
constexpr uint64_t kRevokedKeyNumbers = uint64_t{1} << 63;
// And so are those for what peers gave back of what is recalled.
constexpr uint64_t kReturnedNumbers = uint64_t{1} << 62;
// And those from regions that a revision did not reach.
constexpr uint64_t kUnheardNumbers = uint64_t{1} << 61;

// Whether a statement denies somebody for what it says itself: its audience, its
// exclusions, its marking; not for want of an agreement.
bool DeniesByItself(const Decision& decision) {
  return !decision.allowed &&
         (decision.rule == "excluded" || decision.rule.rfind("audience/", 0) == 0 ||
          decision.rule.rfind("tlp/", 0) == 0 || decision.rule.rfind("misuse/", 0) == 0);
}

// Whether a member of the region that may have `flow` is left out by `revision`.
bool LeavesOutMember(const Facts& facts, const Flow& revision, const Flow& flow,
                     std::string_view region, absl::Time then) {
  return std::any_of(facts.members.begin(), facts.members.end(), [&](const auto& member) {
    return RegionOf(member.first) == region &&
           DecideMember(facts, flow, member.first, then).allowed &&
           DeniesByItself(DecideMember(facts, revision, member.first, then));
  });
}

std::vector<std::string> ListOf(const std::set<std::string>& holders) {
  return {holders.begin(), holders.end()};
}

RecalledContent ContentOf(const v1::StatementBody& body) {
  return {AlertOwnerOf(body), body.alert_id(), body.statement_id()};
}

v1::Position OriginOf(const CommitContext& context, const std::optional<v1::Position>& imported) {
  return imported ? *imported : *context.record_position();
}

}  // namespace

std::optional<BatchPart> RecallPlanner::PartFor(std::shared_ptr<const ParsedStatement> statement,
                                                const v1::Acceptance* imported) const {
  std::optional<v1::Position> position;
  if (imported != nullptr) position = imported->position();
  if (statement->body.has_recall()) {
    return [this, statement = std::move(statement), position](CommitContext& context) {
      return OpenRecall(context, *statement, OriginOf(context, position));
    };
  }
  if (statement->body.has_revise()) {
    const int64_t accept_ms = imported == nullptr ? 0 : imported->accept_time_ms();
    return [this, statement = std::move(statement), position,
            accept_ms](CommitContext& context) -> absl::Status {
      // Held by an embargo, it narrows nothing yet.
      if (context.record_position() == nullptr) return absl::OkStatus();
      return OpenWithdrawal(context, *statement, OriginOf(context, position),
                            accept_ms == 0 ? ToMillis(context.now()) : accept_ms);
    };
  }
  return std::nullopt;
}

BatchPart RecallPlanner::PartFor(v1::SignedWithdrawal signed_withdrawal,
                                 v1::Withdrawal withdrawal) const {
  return [this, signed_withdrawal = std::move(signed_withdrawal),
          withdrawal = std::move(withdrawal)](CommitContext& context) -> absl::Status {
    Recall recall;
    recall.cause = withdrawal.cause() == v1::RECALL_CAUSE_KEY_REVOKED ? v1::RECALL_CAUSE_KEY_REVOKED
                                                                      : v1::RECALL_CAUSE_WITHDRAWAL;
    recall.publisher = withdrawal.publisher();
    recall.alert_id = withdrawal.alert_id();
    recall.statement_ids.assign(withdrawal.statement_ids().begin(),
                                withdrawal.statement_ids().end());
    recall.origin.set_region(withdrawal.region());
    recall.origin.set_epoch(withdrawal.epoch());
    recall.origin.set_offset(withdrawal.offset());
    recall.withdrawal = signed_withdrawal;
    ASSIGN_OR_RETURN(const auto here, StatementsOf(context, recall, recall.statement_ids));
    for (const Journal::StatementPlace& at : here) recall.content.push_back(at.place);
    ASSIGN_OR_RETURN(const auto holders, AllHolders(context, recall.content));
    return parts_.ledger.Open(context, std::move(recall), holders);
  };
}

BatchPart RecallPlanner::PartForRevokedKey(RecordPtr record) const {
  return [this, record = std::move(record)](CommitContext& context) -> absl::Status {
    const v1::StatementBody& body = record->statement->body;
    Recall recall;
    recall.cause = v1::RECALL_CAUSE_KEY_REVOKED;
    recall.publisher = body.publisher();
    recall.alert_id = body.alert_id();
    recall.statement_ids = {body.statement_id()};
    recall.origin = record->acceptance.position();
    recall.origin.set_offset(recall.origin.offset() | kRevokedKeyNumbers);
    LeftOut all;
    ASSIGN_OR_RETURN(const RecordPtr found, DurableAt({record->lane, record->offset}));
    RETURN_IF_ERROR(AddHolders(context, found, nullptr, all));
    if (all.holders.empty()) return absl::OkStatus();
    return parts_.ledger.Open(context, std::move(recall), ListOf(all.holders));
  };
}

BatchPart RecallPlanner::PartForReturned(std::shared_ptr<const ParsedStatement> statement,
                                         v1::Position place, std::string holder) const {
  return [this, statement = std::move(statement), place = std::move(place),
          holder = std::move(holder)](CommitContext& context) -> absl::Status {
    const v1::StatementBody& body = statement->body;
    Recall recall;
    recall.cause = v1::RECALL_CAUSE_WITHDRAWAL;
    recall.publisher = AlertOwnerOf(body);
    recall.alert_id = body.alert_id();
    recall.statement_ids = {body.statement_id()};
    recall.origin = place;
    recall.origin.set_offset(place.offset() | kReturnedNumbers);
    ASSIGN_OR_RETURN(const bool open, parts_.ledger.AddHolder(context, recall.origin, holder));
    return open ? absl::OkStatus() : parts_.ledger.Open(context, std::move(recall), {holder});
  };
}

BatchPart RecallPlanner::PartForUnheard(RecordPtr revision, std::string told_of,
                                        std::string peer) const {
  return [this, revision = std::move(revision), told_of = std::move(told_of),
          peer = std::move(peer)](CommitContext& context) -> absl::Status {
    const v1::StatementBody& body = revision->statement->body;
    Recall recall;
    recall.cause = v1::RECALL_CAUSE_WITHDRAWAL;
    recall.publisher = body.publisher();
    recall.alert_id = body.alert_id();
    recall.origin = revision->acceptance.position();
    recall.origin.set_offset(recall.origin.offset() | kUnheardNumbers);
    ASSIGN_OR_RETURN(const bool open, parts_.ledger.AddHolder(context, recall.origin, peer));
    if (open) return absl::OkStatus();
    for (size_t at = 0; at < told_of.size(); at += kIdBytes) {
      recall.statement_ids.push_back(told_of.substr(at, kIdBytes));
    }
    return parts_.ledger.Open(context, std::move(recall), {peer});
  };
}

absl::Status RecallPlanner::OpenRecall(CommitContext& context, const ParsedStatement& statement,
                                       const v1::Position& origin) const {
  Recall recall;
  recall.cause = v1::RECALL_CAUSE_RECALL;
  recall.publisher = AlertOwnerOf(statement.body);
  recall.alert_id = statement.body.alert_id();
  recall.origin = origin;
  recall.record = AlertHead::Place{statement.lane(), context.record_position()->offset()};
  const std::string& target = statement.body.recall().target_statement_id();
  std::vector<std::string> wanted;
  if (!target.empty()) wanted.push_back(target);
  ASSIGN_OR_RETURN(const auto here, StatementsOf(context, recall, wanted));
  for (const Journal::StatementPlace& at : here) {
    recall.statement_ids.push_back(at.statement_id);
    // Offset 0: an embargo held it, and nobody has it.
    if (at.place.offset != 0) recall.content.push_back(at.place);
  }
  ASSIGN_OR_RETURN(const auto holders, AllHolders(context, recall.content));
  return parts_.ledger.Open(context, std::move(recall), holders);
}

absl::Status RecallPlanner::OpenWithdrawal(CommitContext& context, const ParsedStatement& revision,
                                           const v1::Position& origin,
                                           int64_t accept_time_ms) const {
  const v1::StatementBody& body = revision.body;
  const Flow flow = FlowOf(revision, accept_time_ms, nullptr);
  Recall recall;
  recall.cause = v1::RECALL_CAUSE_WITHDRAWAL;
  recall.publisher = body.publisher();
  recall.alert_id = body.alert_id();
  recall.origin = origin;
  ASSIGN_OR_RETURN(const auto here, StatementsOf(context, recall, {}));
  LeftOut all;
  std::string told_of;
  for (const Journal::StatementPlace& at : here) {
    if (at.place.offset == 0 || at.statement_id == body.statement_id()) continue;
    LeftOut left_out;
    ASSIGN_OR_RETURN(const RecordPtr found, DurableAt(at.place));
    RETURN_IF_ERROR(AddHolders(context, found, &flow, left_out));
    if (!left_out.told_by_revision.empty()) told_of += at.statement_id;
    all.told_by_revision.merge(left_out.told_by_revision);
    if (left_out.holders.empty()) continue;
    recall.statement_ids.push_back(at.statement_id);
    all.holders.merge(left_out.holders);
  }
  for (const std::string& peer : all.told_by_revision) {
    if (all.holders.contains(peer)) continue;
    context.Put(NarrowedForPeerKey(peer, revision.lane(), context.record_position()->offset()),
                told_of);
  }
  if (all.holders.empty()) return absl::OkStatus();
  return parts_.ledger.Open(context, std::move(recall), ListOf(all.holders));
}

absl::StatusOr<std::vector<Journal::StatementPlace>> RecallPlanner::StatementsOf(
    const CommitContext& context, const Recall& recall, const std::vector<std::string>& ids) const {
  const std::string prefix = AlertStatementKeyPrefix(recall.publisher, recall.alert_id);
  ASSIGN_OR_RETURN(const std::vector<KeyValue> pairs,
                   context.Scan(PrefixRange(prefix), std::numeric_limits<size_t>::max()));
  std::vector<Journal::StatementPlace> here;
  for (const KeyValue& pair : pairs) {
    std::string id = pair.key.substr(prefix.size());
    if (!ids.empty() && std::find(ids.begin(), ids.end(), id) == ids.end()) continue;
    stored::StoredPlace place;
    RETURN_IF_ERROR(DecodeValue(pair.key, pair.value, place));
    here.push_back({std::move(id), PlaceOf(place)});
  }
  return here;
}

absl::StatusOr<RecordPtr> RecallPlanner::DurableAt(AlertHead::Place place) const {
  absl::StatusOr<RecordPtr> found = parts_.journal.At(place.lane, place.offset);
  if (absl::IsNotFound(found.status())) return nullptr;
  return found;
}

absl::StatusOr<std::vector<std::string>> RecallPlanner::AllHolders(
    const CommitContext& context, const std::vector<AlertHead::Place>& content) const {
  std::set<std::string> all;
  std::vector<RecalledFrom> recalled;
  for (const AlertHead::Place& place : content) {
    ASSIGN_OR_RETURN(const RecordPtr found, DurableAt(place));
    if (found == nullptr) continue;
    const RecalledContent statement = ContentOf(found->statement->body);
    if (found->erased) {
      ASSIGN_OR_RETURN(const auto told, ToldBeforeRestore(statement));
      all.insert(told.begin(), told.end());
      continue;
    }
    LeftOut here;
    RETURN_IF_ERROR(AddHolders(context, found, nullptr, here));
    recalled.push_back({statement, ListOf(here.holders)});
    all.merge(here.holders);
  }
  if (parts_.recalled != nullptr) RETURN_IF_ERROR(RegisterHolders(*parts_.recalled, recalled));
  return ListOf(all);
}

absl::StatusOr<std::vector<std::string>> RecallPlanner::ToldBeforeRestore(
    const RecalledContent& erased) const {
  if (parts_.recalled == nullptr || parts_.journal.previous().empty()) {
    return std::vector<std::string>();
  }
  return ListRegisteredHolders(*parts_.recalled, erased);
}

absl::Status RecallPlanner::AddHolders(const CommitContext& context, const RecordPtr& found,
                                       const Flow* left_out_by, LeftOut& left_out) const {
  if (found == nullptr || found->erased) return absl::OkStatus();
  ASSIGN_OR_RETURN(const RecordInContext record, InContext(parts_.journal, found));
  const Flow flow = FlowOf(record);
  ASSIGN_OR_RETURN(const auto ranges,
                   DisclosureLedger::RangesAt(context, found->lane, found->offset));
  for (const DisclosureLedger::Range& range : ranges) {
    // A region sends only what is its own: to another region this was not disclosed.
    const bool is_region = !ParsePrincipal(range.holder).ok();
    if (left_out.holders.contains(range.holder) || (is_region && !found->local)) continue;
    ASSIGN_OR_RETURN(const std::shared_ptr<const Facts> facts,
                     parts_.archive.FactsOf(context, range.generation));
    const absl::Time then = DisclosedAt(*record.record, range);
    if (!DecideHolder(*facts, flow, range.holder, then).allowed) continue;
    if (left_out_by == nullptr) {
      left_out.holders.insert(range.holder);
    } else {
      AddLeftOut(*left_out_by, flow, range.holder, *facts, then, context.now(), left_out);
    }
  }
  return absl::OkStatus();
}

void RecallPlanner::AddLeftOut(const Flow& revision, const Flow& flow, const std::string& holder,
                               const Facts& facts, absl::Time then, absl::Time now,
                               LeftOut& left_out) const {
  const bool denied = DeniesByItself(DecideHolder(facts, revision, holder, then));
  if (ParsePrincipal(holder).ok()) {
    if (denied) left_out.holders.insert(holder);
    return;
  }
  // Where it goes by now, to one who was suspended then, say, the region is not left out.
  const bool can_go = DecideRegion(*parts_.catalog.facts(), revision, holder, now).allowed;
  if (denied && !can_go) {
    left_out.holders.insert(holder);
  } else if (LeavesOutMember(facts, revision, flow, holder, then)) {
    (can_go ? left_out.told_by_revision : left_out.holders).insert(holder);
  }
}

}  // namespace corridor

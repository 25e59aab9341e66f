#include "server/journal/recall_ledger.h"

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/model/errors.h"
#include "core/model/principal.h"
#include "server/journal/record_codec.h"
#include "server/journal/stored_recall.pb.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

constexpr int kConfirmationsMax = 1000;
constexpr int kMembersToldMax = 4096;

absl::Status Unknown() {
  return Error(v1::ERROR_REASON_RECALL_UNKNOWN, "no recall notice of that number is the caller's");
}

stored::StoredRecall ToStored(const Recall& recall) {
  stored::StoredRecall stored;
  stored.set_cause(recall.cause);
  stored.set_publisher(recall.publisher);
  stored.set_alert_id(recall.alert_id);
  for (const std::string& id : recall.statement_ids) stored.add_statement_ids(id);
  *stored.mutable_origin() = recall.origin;
  if (recall.record) *stored.mutable_record() = StoredPlaceOf(*recall.record);
  if (!recall.withdrawal.withdrawal().empty()) *stored.mutable_withdrawal() = recall.withdrawal;
  stored.set_since_ms(recall.since_ms);
  for (const AlertHead::Place& place : recall.content) *stored.add_content() = StoredPlaceOf(place);
  stored.set_outcome(recall.outcome);
  stored.set_outcome_ms(recall.outcome_ms);
  stored.set_version(recall.version);
  return stored;
}

Recall FromStored(uint64_t number, const stored::StoredRecall& stored) {
  Recall recall;
  recall.number = number;
  recall.cause = stored.cause();
  recall.publisher = stored.publisher();
  recall.alert_id = stored.alert_id();
  recall.statement_ids.assign(stored.statement_ids().begin(), stored.statement_ids().end());
  recall.origin = stored.origin();
  if (stored.has_record()) recall.record = PlaceOf(stored.record());
  recall.withdrawal = stored.withdrawal();
  recall.since_ms = stored.since_ms();
  for (const stored::StoredPlace& place : stored.content()) {
    recall.content.push_back(PlaceOf(place));
  }
  recall.outcome = stored.outcome();
  recall.outcome_ms = stored.outcome_ms();
  recall.version = stored.version();
  return recall;
}

std::string OriginKeyOf(const v1::Position& origin) {
  return RecallOriginKey(origin.region(), origin.epoch(), origin.offset());
}

absl::StatusOr<uint64_t> NextNumber(CommitContext& context) {
  ASSIGN_OR_RETURN(auto counter, GetValue<stored::StoredRecallCounter>(context, RecallNextKey()));
  stored::StoredRecallCounter next = counter.value_or(stored::StoredRecallCounter());
  next.set_last(next.last() + 1);
  context.Put(RecallNextKey(), EncodeValue(RecallNextKey(), next));
  return next.last();
}

void PutRecall(CommitContext& context, uint64_t number, const stored::StoredRecall& recall) {
  context.Put(RecallKey(number), EncodeValue(RecallKey(number), recall));
}

// What its origin is told has changed; nothing where that is this region.
void RaiseVersion(CommitContext& context, uint64_t number, stored::StoredRecall& recall) {
  if (recall.version() == 0) return;
  recall.set_version(recall.version() + 1);
  context.Put(RecallUnnotedKey(recall.origin().region(), number), std::string());
}

absl::Status ChangeRecall(CommitContext& context, uint64_t number,
                          absl::FunctionRef<void(stored::StoredRecall&)> change) {
  ASSIGN_OR_RETURN(auto recall, GetValue<stored::StoredRecall>(context, RecallKey(number)));
  if (!recall) return Unknown();
  change(*recall);
  PutRecall(context, number, *recall);
  return absl::OkStatus();
}

// False where the holder has said so already.
absl::StatusOr<bool> ConfirmOne(CommitContext& context, const std::string& holder, uint64_t number,
                                v1::RecallOutcome outcome) {
  const std::string key = RecallHolderKey(number, holder);
  ASSIGN_OR_RETURN(auto known, GetValue<stored::StoredRecallHolder>(context, key));
  if (!known) return Unknown();
  const v1::RecallOutcome before = known->outcome();
  if (before == v1::RECALL_OUTCOME_ERASED || before == outcome) return false;
  known->set_outcome(outcome);
  known->set_confirmed_ms(ToMillis(context.now()));
  context.Put(key, EncodeValue(key, *known));
  context.Delete(RecallPendingKey(holder, number));
  RETURN_IF_ERROR(ChangeRecall(context, number, [&](stored::StoredRecall& recall) {
    RaiseVersion(context, number, recall);
  }));
  return true;
}

absl::Status CheckConfirmations(const v1::RecallConfirmations& confirmations) {
  const auto wrong = [](std::string field, std::string what) {
    return InvalidFields({{std::move(field), v1::ERROR_REASON_REQUEST_INVALID, std::move(what)}});
  };
  if (confirmations.confirmations().empty() ||
      confirmations.confirmations_size() > kConfirmationsMax) {
    return wrong("confirmations", "holds none or too many; give 1 to 1,000");
  }
  for (const v1::RecallConfirmation& confirmation : confirmations.confirmations()) {
    if (confirmation.outcome() != v1::RECALL_OUTCOME_ERASED &&
        confirmation.outcome() != v1::RECALL_OUTCOME_RETAINED_UNDER_HOLD) {
      return wrong("confirmations.outcome", "is neither ERASED nor RETAINED_UNDER_HOLD");
    }
  }
  return absl::OkStatus();
}

// A member stands as the principal of it that has got least far.
void Worsen(v1::RecallHolder& member, const stored::StoredRecallHolder& principal) {
  const bool confirmed = principal.outcome() != v1::RECALL_OUTCOME_UNSPECIFIED;
  if (!confirmed) {
    member.set_outcome(v1::RECALL_OUTCOME_UNSPECIFIED);
    member.set_confirmed_ms(0);
  } else if (member.outcome() == v1::RECALL_OUTCOME_ERASED) {
    member.set_outcome(principal.outcome());
    member.set_confirmed_ms(std::max(member.confirmed_ms(), principal.confirmed_ms()));
  }
}

}  // namespace

RecallLedger::RecallLedger(const Store& store, CommitQueue& queue, const Clock& clock,
                           AuditPart audit, Options options)
    : store_(store),
      queue_(queue),
      clock_(clock),
      audit_(std::move(audit)),
      options_(std::move(options)) {}

absl::Status RecallLedger::Open(CommitContext& context, Recall recall,
                                const std::vector<std::string>& holders) {
  const std::string origin_key = OriginKeyOf(recall.origin);
  ASSIGN_OR_RETURN(const std::optional<std::string> known, context.Get(origin_key));
  if (known) return absl::OkStatus();
  ASSIGN_OR_RETURN(const uint64_t number, NextNumber(context));
  recall.since_ms = ToMillis(context.now());
  const bool ours = recall.origin.region() == options_.region;
  // Above any that this region told before it was restored from a copy.
  recall.version = ours ? 0 : static_cast<uint64_t>(recall.since_ms);
  if (!ours) context.Put(RecallUnnotedKey(recall.origin.region(), number), std::string());
  if (recall.content.empty()) {
    recall.outcome = v1::RECALL_OUTCOME_ERASED;
    recall.outcome_ms = recall.since_ms;
  } else {
    context.Put(RecallUnfinishedKey(number), std::string());
  }
  PutRecall(context, number, ToStored(recall));
  context.Put(origin_key, KeyNumber(number));
  return PutHolders(context, number, recall.origin, holders);
}

absl::Status RecallLedger::PutHolders(CommitContext& context, uint64_t number,
                                      const v1::Position& origin,
                                      const std::vector<std::string>& holders) {
  for (const std::string& holder : holders) {
    const std::string key = RecallHolderKey(number, holder);
    context.Put(key, EncodeValue(key, stored::StoredRecallHolder()));
    context.Put(RecallPendingKey(holder, number), std::string());
  }
  v1::AuditEntry entry;
  entry.set_actor(options_.actor);
  entry.set_act(v1::AUDIT_ACT_RECALL);
  entry.set_object(absl::StrCat(holders.size(), " holders"));
  *entry.mutable_position() = origin;
  return audit_(std::move(entry))(context);
}

absl::StatusOr<bool> RecallLedger::AddHolder(CommitContext& context, const v1::Position& origin,
                                             const std::string& holder) {
  ASSIGN_OR_RETURN(const std::optional<std::string> known, context.Get(OriginKeyOf(origin)));
  if (!known) return false;
  const uint64_t number = ParseKeyNumber(*known);
  ASSIGN_OR_RETURN(const auto held, context.Get(RecallHolderKey(number, holder)));
  if (!held) RETURN_IF_ERROR(PutHolders(context, number, origin, {holder}));
  return true;
}

absl::Status RecallLedger::Move(CommitContext& context, const v1::Position& before,
                                const v1::Position& after) {
  const std::string key = OriginKeyOf(before);
  ASSIGN_OR_RETURN(const std::optional<std::string> known, context.Get(key));
  if (!known) return absl::OkStatus();
  const uint64_t number = ParseKeyNumber(*known);
  context.Delete(key);
  context.Put(OriginKeyOf(after), *known);
  return ChangeRecall(context, number, [&](stored::StoredRecall& recall) {
    *recall.mutable_origin() = after;
    RaiseVersion(context, number, recall);
  });
}

void RecallLedger::Confirm(const std::string& holder, const v1::RecallConfirmations& confirmations,
                           absl::AnyInvocable<void(absl::Status)> done) {
  std::vector<BatchPart> parts;
  parts.emplace_back([this, holder, confirmations](CommitContext& context) -> absl::Status {
    RETURN_IF_ERROR(CheckConfirmations(confirmations));
    for (const v1::RecallConfirmation& confirmation : confirmations.confirmations()) {
      const uint64_t number = confirmation.notice_id();
      ASSIGN_OR_RETURN(const bool changed,
                       ConfirmOne(context, holder, number, confirmation.outcome()));
      if (!changed) continue;
      ASSIGN_OR_RETURN(const auto recall,
                       GetValue<stored::StoredRecall>(context, RecallKey(number)));
      v1::AuditEntry entry;
      entry.set_actor(holder);
      entry.set_act(v1::AUDIT_ACT_RECALL_CONFIRMED);
      entry.set_object(v1::RecallOutcome_Name(confirmation.outcome()));
      *entry.mutable_position() = recall->origin();
      RETURN_IF_ERROR(audit_(std::move(entry))(context));
    }
    return absl::OkStatus();
  });
  queue_.Commit(std::move(parts), std::move(done));
}

void RecallLedger::ConfirmRegion(const std::string& peer, v1::LinkRecallApplied applied,
                                 absl::AnyInvocable<void(absl::Status)> done) {
  v1::Position origin;
  origin.set_region(options_.region);
  origin.set_epoch(applied.epoch());
  origin.set_offset(applied.offset());
  std::vector<BatchPart> parts;
  parts.emplace_back(
      [this, peer, origin, applied = std::move(applied)](CommitContext& context) -> absl::Status {
        ASSIGN_OR_RETURN(const std::optional<std::string> at, context.Get(OriginKeyOf(origin)));
        if (!at) return Unknown();
        const uint64_t number = ParseKeyNumber(*at);
        const std::string key = RecallHolderKey(number, peer);
        ASSIGN_OR_RETURN(auto known, GetValue<stored::StoredRecallHolder>(context, key));
        if (!known) return Unknown();
        if (known->version() >= applied.version()) return absl::OkStatus();
        known->set_version(applied.version());
        known->set_outcome(applied.outcome());
        known->set_confirmed_ms(ToMillis(context.now()));
        *known->mutable_members() = applied.members();
        context.Put(key, EncodeValue(key, *known));
        if (applied.outcome() == v1::RECALL_OUTCOME_UNSPECIFIED) return absl::OkStatus();
        context.Delete(RecallPendingKey(peer, number));
        v1::AuditEntry entry;
        entry.set_actor(options_.actor);
        entry.set_act(v1::AUDIT_ACT_RECALL_CONFIRMED);
        entry.set_object(absl::StrCat(peer, " ", v1::RecallOutcome_Name(applied.outcome())));
        *entry.mutable_position() = origin;
        return audit_(std::move(entry))(context);
      });
  queue_.Commit(std::move(parts), std::move(done));
}

void RecallLedger::Note(const std::string& origin, const v1::LinkRecallNoted& noted,
                        absl::AnyInvocable<void(absl::Status)> done) {
  std::vector<BatchPart> parts;
  parts.emplace_back([origin, noted](CommitContext& context) -> absl::Status {
    ASSIGN_OR_RETURN(const std::optional<std::string> at,
                     context.Get(RecallOriginKey(origin, noted.epoch(), noted.offset())));
    if (!at) return Unknown();
    const uint64_t number = ParseKeyNumber(*at);
    return ChangeRecall(context, number, [&](stored::StoredRecall& recall) {
      recall.set_noted_version(std::max(recall.noted_version(), noted.version()));
      if (recall.noted_version() < recall.version()) return;
      context.Delete(RecallUnnotedKey(origin, number));
    });
  });
  queue_.Commit(std::move(parts), std::move(done));
}

void RecallLedger::SetOutcome(uint64_t number, v1::RecallOutcome outcome,
                              absl::AnyInvocable<void(absl::Status)> done) {
  std::vector<BatchPart> parts;
  parts.emplace_back([number, outcome](CommitContext& context) -> absl::Status {
    return ChangeRecall(context, number, [&](stored::StoredRecall& recall) {
      if (recall.outcome() == outcome) return;
      recall.set_outcome(outcome);
      recall.set_outcome_ms(ToMillis(context.now()));
      if (outcome == v1::RECALL_OUTCOME_ERASED) context.Delete(RecallUnfinishedKey(number));
      RaiseVersion(context, number, recall);
    });
  });
  queue_.Commit(std::move(parts), std::move(done));
}

absl::StatusOr<Recall> RecallLedger::At(uint64_t number) const {
  ASSIGN_OR_RETURN(const auto stored, GetValue<stored::StoredRecall>(store_, RecallKey(number)));
  if (!stored) return Error(v1::ERROR_REASON_NOT_FOUND, "there is no recall of that number");
  return FromStored(number, *stored);
}

absl::StatusOr<std::optional<Recall>> RecallLedger::AtOrigin(const v1::Position& origin) const {
  ASSIGN_OR_RETURN(const std::optional<std::string> at, store_.Get(OriginKeyOf(origin)));
  if (!at) return std::nullopt;
  ASSIGN_OR_RETURN(Recall recall, At(ParseKeyNumber(*at)));
  return recall;
}

absl::StatusOr<std::vector<Recall>> RecallLedger::AtNumbersBehind(const std::string& prefix,
                                                                  uint64_t after,
                                                                  size_t limit) const {
  KeyRange range = PrefixRange(prefix);
  range.begin = prefix + KeyNumber(after + 1);
  ASSIGN_OR_RETURN(const std::vector<KeyValue> pairs, store_.Scan(range, limit));
  std::vector<Recall> recalls;
  for (const KeyValue& pair : pairs) {
    ASSIGN_OR_RETURN(recalls.emplace_back(),
                     At(ParseKeyNumber(std::string_view(pair.key).substr(prefix.size()))));
  }
  return recalls;
}

absl::StatusOr<std::vector<Recall>> RecallLedger::PendingOf(std::string_view holder, uint64_t after,
                                                            size_t limit) const {
  return AtNumbersBehind(RecallPendingKeyPrefix(holder), after, limit);
}

absl::StatusOr<size_t> RecallLedger::CountPending(std::string_view holder, size_t limit) const {
  ASSIGN_OR_RETURN(const std::vector<KeyValue> pairs,
                   store_.Scan(PrefixRange(RecallPendingKeyPrefix(holder)), limit));
  return pairs.size();
}

absl::StatusOr<bool> RecallLedger::IsAddressedTo(const v1::Position& origin,
                                                 std::string_view holder) const {
  ASSIGN_OR_RETURN(const std::optional<std::string> at, store_.Get(OriginKeyOf(origin)));
  if (!at) return false;
  ASSIGN_OR_RETURN(const std::optional<std::string> known,
                   store_.Get(RecallHolderKey(ParseKeyNumber(*at), holder)));
  return known.has_value();
}

absl::StatusOr<std::vector<Recall>> RecallLedger::UnnotedOf(std::string_view origin,
                                                            size_t limit) const {
  return AtNumbersBehind(RecallUnnotedKeyPrefix(origin), 0, limit);
}

absl::StatusOr<std::vector<Recall>> RecallLedger::Unfinished(size_t limit) const {
  return AtNumbersBehind(RecallUnfinishedKeyPrefix(), 0, limit);
}

absl::StatusOr<std::vector<Recall>> RecallLedger::List(uint64_t after, size_t limit) const {
  return AtNumbersBehind(RecallKeyPrefix(), after, limit);
}

absl::StatusOr<uint64_t> RecallLedger::last() const {
  ASSIGN_OR_RETURN(const auto counter,
                   GetValue<stored::StoredRecallCounter>(store_, RecallNextKey()));
  return counter ? counter->last() : 0;
}

int64_t RecallLedger::DueMs(const Recall& recall) const {
  return recall.since_ms + absl::ToInt64Milliseconds(options_.confirm_within);
}

absl::StatusOr<std::vector<v1::RecallHolder>> RecallLedger::HoldersOf(const Recall& recall) const {
  const std::string prefix = RecallHolderKeyPrefix(recall.number);
  ASSIGN_OR_RETURN(const std::vector<KeyValue> pairs,
                   store_.Scan(PrefixRange(prefix), std::numeric_limits<size_t>::max()));
  const bool late = ToMillis(clock_.Now()) > DueMs(recall);
  std::map<std::string, v1::RecallHolder> holders;
  for (const KeyValue& pair : pairs) {
    std::string_view rest = std::string_view(pair.key).substr(prefix.size());
    std::string name;
    stored::StoredRecallHolder stored;
    RETURN_IF_ERROR(DecodeValue(pair.key, pair.value, stored));
    if (!TakeKeyText(rest, name)) {
      return Error(v1::ERROR_REASON_RECORD_CORRUPT, "a recall's holder has a malformed key");
    }
    const auto principal = ParsePrincipal(name);
    const std::string holder = principal.ok() ? principal->member : name;
    const auto [found, is_new] = holders.try_emplace(holder);
    if (is_new) {
      found->second.set_holder(holder);
      found->second.set_outcome(stored.outcome());
      found->second.set_confirmed_ms(stored.confirmed_ms());
    } else {
      Worsen(found->second, stored);
    }
    for (const v1::RecallHolder& member : stored.members()) {
      v1::RecallHolder& told = holders[member.holder()] = member;
      told.set_region(name);
    }
  }
  std::vector<v1::RecallHolder> result;
  for (auto& [name, holder] : holders) {
    holder.set_overdue(late && holder.outcome() == v1::RECALL_OUTCOME_UNSPECIFIED);
    result.push_back(std::move(holder));
  }
  return result;
}

absl::StatusOr<v1::LinkRecallApplied> RecallLedger::AppliedOf(const Recall& recall) const {
  v1::LinkRecallApplied applied;
  applied.set_offset(recall.origin.offset());
  applied.set_epoch(recall.origin.epoch());
  applied.set_version(recall.version);
  applied.set_outcome(recall.outcome);
  ASSIGN_OR_RETURN(std::vector<v1::RecallHolder> holders, HoldersOf(recall));
  for (v1::RecallHolder& holder : holders) {
    if (applied.members_size() == kMembersToldMax) break;
    *applied.add_members() = std::move(holder);
  }
  return applied;
}

}  // namespace corridor

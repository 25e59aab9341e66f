#include "server/broker/recalls.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/crypto/statement_proof.h"
#include "core/model/errors.h"
#include "server/broker/reader.h"

namespace corridor {
namespace {

constexpr size_t kCountMax = 1000;
constexpr size_t kReviewedMax = 10'000;

absl::Status WrongPage(const char* field, const char* what) {
  return InvalidFields({{field, v1::ERROR_REASON_REQUEST_INVALID, what}});
}

}  // namespace

absl::StatusOr<std::vector<v1::RecallNotice>> Recalls::NoticesFor(const Principal& reader,
                                                                  uint64_t after,
                                                                  size_t limit) const {
  ASSIGN_OR_RETURN(const std::vector<Recall> pending,
                   parts_.ledger.PendingOf(reader.spiffe_id, after, std::min(limit, kNoticesMax)));
  std::vector<v1::RecallNotice> notices;
  for (const Recall& recall : pending) {
    ASSIGN_OR_RETURN(notices.emplace_back(), NoticeOf(recall, reader.member));
  }
  return notices;
}

absl::StatusOr<v1::ListRecallNoticesResponse> Recalls::List(
    const Principal& reader, const v1::ListRecallNoticesRequest& request) const {
  uint64_t after = 0;
  if (!request.page_token().empty() && !absl::SimpleAtoi(request.page_token(), &after)) {
    return WrongPage("page_token", "is not one that a page before gave; begin with an empty one");
  }
  if (request.page_size() < 0 || request.page_size() > static_cast<int32_t>(kNoticesMax)) {
    return WrongPage("page_size", "must be 0 (for 100) or 1 to 100");
  }
  const size_t size =
      request.page_size() == 0 ? kNoticesMax : static_cast<size_t>(request.page_size());
  ASSIGN_OR_RETURN(std::vector<v1::RecallNotice> notices, NoticesFor(reader, after, size));
  v1::ListRecallNoticesResponse page;
  for (v1::RecallNotice& notice : notices) *page.add_notices() = std::move(notice);
  if (notices.size() == size) {
    page.set_next_page_token(absl::StrCat(page.notices().rbegin()->notice_id()));
  }
  return page;
}

size_t Recalls::CountFor(const Principal& reader) const {
  return parts_.ledger.CountPending(reader.spiffe_id, kCountMax).value_or(0);
}

void Recalls::Confirm(const Principal& reader, const v1::RecallConfirmations& confirmations,
                      absl::AnyInvocable<void(absl::Status)> done) {
  parts_.ledger.Confirm(
      reader.spiffe_id, confirmations,
      [changed = parts_.on_changed, done = std::move(done)](const absl::Status& status) mutable {
        if (status.ok()) changed();
        done(status);
      });
}

absl::StatusOr<v1::RecallNotice> Recalls::NoticeOf(const Recall& recall,
                                                   const std::string& member) const {
  v1::RecallNotice notice;
  notice.set_notice_id(recall.number);
  notice.set_cause(recall.cause);
  notice.set_publisher(recall.publisher);
  notice.set_alert_id(recall.alert_id);
  for (const std::string& id : recall.statement_ids) notice.add_statement_ids(id);
  notice.set_since_ms(recall.since_ms);
  notice.set_due_ms(parts_.ledger.DueMs(recall));
  if (recall.record) {
    ASSIGN_OR_RETURN(const RecordPtr record,
                     parts_.journal.At(recall.record->lane, recall.record->offset));
    *notice.mutable_recall() = StoredStatementOf(*record, parts_.region, parts_.journal.epoch());
  } else {
    *notice.mutable_withdrawal() = WithdrawalFrom(recall, member);
  }
  return notice;
}

v1::SignedWithdrawal Recalls::WithdrawalFrom(const Recall& recall,
                                             const std::string& holder) const {
  v1::Withdrawal withdrawal;
  withdrawal.set_region(parts_.region);
  withdrawal.set_offset(recall.origin.offset());
  withdrawal.set_epoch(recall.origin.epoch());
  withdrawal.set_from(holder);
  withdrawal.set_publisher(recall.publisher);
  withdrawal.set_alert_id(recall.alert_id);
  for (const std::string& id : recall.statement_ids) withdrawal.add_statement_ids(id);
  withdrawal.set_time_ms(recall.since_ms);
  if (recall.cause == v1::RECALL_CAUSE_KEY_REVOKED) withdrawal.set_cause(recall.cause);
  return SignWithdrawal(parts_.key, withdrawal);
}

absl::StatusOr<std::vector<v1::LinkFrame>> Recalls::FramesFor(const std::string& peer,
                                                              size_t limit) const {
  std::vector<v1::LinkFrame> frames;
  ASSIGN_OR_RETURN(const std::vector<Recall> pending, parts_.ledger.PendingOf(peer, 0, limit));
  for (const Recall& recall : pending) {
    if (recall.cause == v1::RECALL_CAUSE_RECALL) continue;  // A RECALL goes as a record.
    *frames.emplace_back().mutable_withdrawal() = WithdrawalFrom(recall, peer);
  }
  ASSIGN_OR_RETURN(const std::vector<Recall> unnoted, parts_.ledger.UnnotedOf(peer, limit));
  for (const Recall& recall : unnoted) {
    ASSIGN_OR_RETURN(*frames.emplace_back().mutable_recall_applied(),
                     parts_.ledger.AppliedOf(recall));
  }
  return frames;
}

void Recalls::Withdraw(const std::string& peer, const v1::SignedWithdrawal& signed_withdrawal,
                       absl::AnyInvocable<void(absl::Status)> done) {
  const auto invalid = [&](std::string_view why) {
    done(Error(v1::ERROR_REASON_ORIGIN_INVALID, why));
  };
  v1::Withdrawal withdrawal;
  if (!withdrawal.ParseFromString(signed_withdrawal.withdrawal())) {
    return invalid("the withdrawal does not parse");
  }
  const std::shared_ptr<const Facts> facts = parts_.catalog.facts();
  const auto key = facts->broker_keys.find(signed_withdrawal.key_id());
  if (key == facts->broker_keys.end() || key->second.region != peer ||
      !VerifyWithdrawal(signed_withdrawal, key->second.public_key)) {
    return invalid("the withdrawal is not signed by a broker of that region");
  }
  if (withdrawal.region() != peer || withdrawal.from() != parts_.region ||
      RegionOf(withdrawal.publisher()) != peer || withdrawal.statement_ids().empty()) {
    return invalid("the withdrawal is not that region's to make of this one");
  }
  Journal::HeadChange change{.publisher = withdrawal.publisher(),
                             .alert_id = withdrawal.alert_id(),
                             .quarantined = {},
                             .withdrawn_statement_ids = {withdrawal.statement_ids().begin(),
                                                         withdrawal.statement_ids().end()}};
  std::vector<BatchPart> parts;
  parts.push_back(parts_.planner.PartFor(signed_withdrawal, std::move(withdrawal)));
  parts_.journal.ChangeHead(std::move(change), std::move(parts),
                            [this, done = std::move(done)](const absl::Status& status) mutable {
                              if (status.ok()) parts_.eraser.Wake();
                              done(status);
                              if (status.ok()) parts_.on_changed();
                            });
}

void Recalls::ConfirmRegion(const std::string& peer, const v1::LinkRecallApplied& applied,
                            absl::AnyInvocable<void(absl::Status)> done) {
  parts_.ledger.ConfirmRegion(peer, applied, std::move(done));
}

void Recalls::Note(const std::string& peer, const v1::LinkRecallNoted& noted) {
  parts_.ledger.Note(peer, noted, [](const absl::Status&) {});
}

void Recalls::Review() {
  const absl::StatusOr<std::vector<Recall>> unfinished = parts_.ledger.Unfinished(kReviewedMax);
  if (!unfinished.ok()) return;
  for (const Recall& recall : *unfinished) {
    const absl::StatusOr<v1::RecallOutcome> outcome = OutcomeOf(recall);
    if (!outcome.ok() || *outcome == recall.outcome) continue;
    parts_.ledger.SetOutcome(recall.number, *outcome,
                             [changed = parts_.on_changed](const absl::Status& status) {
                               if (status.ok()) changed();
                             });
  }
}

absl::StatusOr<v1::RecallOutcome> Recalls::OutcomeOf(const Recall& recall) const {
  v1::RecallOutcome outcome = v1::RECALL_OUTCOME_ERASED;
  for (const AlertHead::Place& place : recall.content) {
    ASSIGN_OR_RETURN(const Eraser::State state, parts_.eraser.StateOf(place));
    if (state == Eraser::State::kScheduled) return v1::RECALL_OUTCOME_UNSPECIFIED;
    if (state == Eraser::State::kHeld) outcome = v1::RECALL_OUTCOME_RETAINED_UNDER_HOLD;
  }
  return outcome;
}

}  // namespace corridor

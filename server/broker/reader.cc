#include "server/broker/reader.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/status_macros.h"
#include "core/crypto/digest.h"
#include "core/crypto/statement_proof.h"
#include "core/model/errors.h"
#include "core/policy/policy.h"
#include "google/protobuf/util/time_util.h"
#include "server/broker/recipient.h"
#include "server/routing/subscription_filter.h"

namespace corridor {
namespace {

using google::protobuf::util::TimeUtil;

constexpr int32_t kPageSizeDefault = 50;
constexpr int32_t kPageSizeMax = 500;
// How many alerts one call looks at, at most: a page may be short of its size.
constexpr size_t kLookedAtMax = 5000;
constexpr size_t kHeadsPerRead = 200;
// Where a page of whole statements ends.
constexpr size_t kPageBytesMax = 1024 * 1024;

absl::Status NotFound() {
  return Error(v1::ERROR_REASON_NOT_FOUND, "no such alert, or none that you may see");
}

bool IsClosed(v1::AlertState state) {
  return state != v1::ALERT_STATE_ACTIVE && state != v1::ALERT_STATE_UNSPECIFIED;
}

v1::AlertState StateAt(const AlertHead& head, absl::Time now) {
  if (head.is_quarantined && head.state != v1::ALERT_STATE_RECALLED) {
    return v1::ALERT_STATE_QUARANTINED;
  }
  const bool expired = head.valid_until_ms != 0 && head.valid_until_ms < ToMillis(now);
  return head.state == v1::ALERT_STATE_ACTIVE && expired ? v1::ALERT_STATE_EXPIRED : head.state;
}

absl::StatusOr<uint64_t> BeforeOffset(const std::string& page_token) {
  uint64_t before = 0;
  if (page_token.empty() || absl::SimpleAtoi(page_token, &before)) return before;
  return InvalidFields({{"page_token", v1::ERROR_REASON_REQUEST_INVALID,
                         "is not one that a page before gave; begin with an empty one"}});
}

// Takes the token of a page of ListCurrent apart: where it stands, and where it goes on.
absl::StatusOr<uint64_t> CurrentPageFrom(const std::string& page_token, v1::Position& as_of) {
  const std::vector<std::string> parts = absl::StrSplit(page_token, '.');
  uint64_t epoch = 0;
  uint64_t offset = 0;
  uint64_t before = 0;
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[0], &epoch) ||
      !absl::SimpleAtoi(parts[1], &offset) || !absl::SimpleAtoi(parts[2], &before)) {
    return InvalidFields({{"page_token", v1::ERROR_REASON_REQUEST_INVALID,
                           "is not one that a page before gave; begin with an empty one"}});
  }
  as_of.set_epoch(epoch);
  as_of.set_offset(offset);
  return before;
}

absl::StatusOr<std::optional<DeadLetterPlace>> BehindLetter(const std::string& page_token) {
  if (page_token.empty()) return std::nullopt;
  const auto id = HexDecode(page_token);
  const auto place = id.ok() ? ParseDeadLetterId(*id) : std::nullopt;
  if (place) return place;
  return InvalidFields({{"page_token", v1::ERROR_REASON_REQUEST_INVALID,
                         "is not one that a page before gave; begin with an empty one"}});
}

absl::StatusOr<int32_t> PageSize(int32_t asked) {
  if (asked < 0 || asked > kPageSizeMax) {
    return InvalidFields(
        {{"page_size", v1::ERROR_REASON_REQUEST_INVALID, "must be 0 (for 50) or 1 to 500"}});
  }
  return asked == 0 ? kPageSizeDefault : asked;
}

}  // namespace

v1::StoredStatement StoredStatementOf(const Record& record, const std::string& region,
                                      uint64_t epoch) {
  v1::StoredStatement stored;
  const v1::SignedStatement& bytes = record.statement->bytes;
  *stored.mutable_statement() = ReaderPartOf(bytes, ToString(RoutingHash(bytes)));
  *stored.mutable_acceptance() = record.acceptance;
  stored.mutable_position()->set_region(region);
  stored.mutable_position()->set_epoch(epoch);
  stored.mutable_position()->set_offset(record.offset);
  stored.set_kind(record.statement->kind());
  return stored;
}

Reader::Reader(Parts parts) : parts_(std::move(parts)) {}

template <typename Answer, typename Finder>
void Reader::Ask(const Principal& reader, Finder find,
                 absl::AnyInvocable<void(absl::StatusOr<Answer>)> answer) {
  if (absl::Status status = parts_.serving(); !status.ok()) return answer(status);
  auto found = std::make_shared<absl::StatusOr<Answer>>(absl::UnknownError(""));
  auto question = std::make_shared<Question>();
  question->reader = reader;
  question->find = [found, find = std::move(find)](View& view) { *found = find(view); };
  question->answer = [found, answer = std::move(answer)](const absl::Status& status) mutable {
    if (!status.ok()) return answer(status);
    answer(std::move(*found));
  };
  Serve(std::move(question));
}

void Reader::GetAlert(const Principal& reader, v1::GetAlertRequest request,
                      absl::AnyInvocable<void(absl::StatusOr<v1::Alert>)> answer) {
  Ask<v1::Alert>(
      reader, [this, request = std::move(request)](View& view) { return Get(view, request); },
      std::move(answer));
}

void Reader::ListAlerts(const Principal& reader, v1::ListAlertsRequest request,
                        absl::AnyInvocable<void(absl::StatusOr<v1::ListAlertsResponse>)> answer) {
  Ask<v1::ListAlertsResponse>(
      reader, [this, request = std::move(request)](View& view) { return List(view, request); },
      std::move(answer));
}

void Reader::ListCurrent(const Principal& reader, v1::ListCurrentRequest request,
                         absl::AnyInvocable<void(absl::StatusOr<v1::ListCurrentResponse>)> answer) {
  Ask<v1::ListCurrentResponse>(
      reader, [this, request = std::move(request)](View& view) { return Current(view, request); },
      std::move(answer));
}

void Reader::ListDeadLetters(
    const Principal& reader, v1::ListDeadLettersRequest request,
    absl::AnyInvocable<void(absl::StatusOr<v1::ListDeadLettersResponse>)> answer) {
  Ask<v1::ListDeadLettersResponse>(
      reader,
      [this, request = std::move(request)](View& view) { return DeadLetters(view, request); },
      std::move(answer));
}

// The order that DisclosureLedger asks for; where anything has to be made durable first,
// the answer is found anew afterwards.
void Reader::Serve(std::shared_ptr<Question> question) {
  parts_.executor.Post([this, question = std::move(question)]() mutable {
    View view = ViewFor(question->reader);
    question->find(view);
    const Record* uncovered = Uncovered(view);
    if (uncovered == nullptr) {
      const bool served = std::all_of(
          view.disclosed.begin(), view.disclosed.end(),
          [&](const RecordPtr& record) { return StillServed(parts_.journal, *record->statement); });
      return served ? question->answer(absl::OkStatus()) : Serve(std::move(question));
    }
    parts_.disclosures.Cover(view.reader.spiffe_id, uncovered->lane, uncovered->offset, view.facts,
                             [this, question](const absl::Status& covered) {
                               if (!covered.ok()) return question->answer(covered);
                               Serve(question);
                             });
  });
}

const Record* Reader::Uncovered(const View& view) const {
  for (const RecordPtr& record : view.disclosed) {
    if (!parts_.disclosures.Covers(view.reader.spiffe_id, record->lane, record->offset,
                                   view.facts->generation)) {
      return record.get();
    }
  }
  return nullptr;
}

Reader::View Reader::ViewFor(const Principal& reader) const {
  return {.reader = reader,
          .facts = parts_.catalog.facts(),
          .now = parts_.clock.Now(),
          .disclosed = {}};
}

absl::StatusOr<v1::Alert> Reader::Get(View& view, const v1::GetAlertRequest& request) const {
  if (!IsMemberId(request.publisher()) || request.alert_id().size() != kIdBytes) {
    return InvalidFields({{"publisher", v1::ERROR_REASON_REQUEST_INVALID,
                           "name the publisher's SPIFFE ID and the alert's id of 16 bytes"}});
  }
  ASSIGN_OR_RETURN(std::optional<AlertHead> head,
                   parts_.journal.AlertHeadOf(request.publisher(), request.alert_id()));
  if (!head.has_value()) return NotFound();
  return Visible(view, *head);
}

absl::StatusOr<v1::Alert> Reader::Visible(View& view, const AlertHead& head) const {
  if (!head.current.has_value()) return NotFound();
  ASSIGN_OR_RETURN(RecordPtr content, parts_.journal.At(head.current->lane, head.current->offset));
  const Flow flow = FlowOf(RecordInContext{.record = content});
  if (content->erased ? !MaySeeErased(view, head)
                      : !DecidePrincipal(*view.facts, flow, view.reader, view.now).allowed) {
    return NotFound();
  }

  v1::Alert alert;
  alert.set_publisher(head.publisher);
  alert.set_alert_id(head.alert_id);
  alert.set_revision(head.standing_revision);
  alert.set_state(StateAt(head, view.now));
  alert.set_tlp(head.tlp);
  *alert.mutable_accept_time() =
      TimeUtil::MillisecondsToTimestamp(content->acceptance.accept_time_ms());
  // It may have gone by rule, or just now: behind the head that was read.
  if (!content->erased && !head.withdrawn(head.current_statement_id)) {
    *alert.mutable_current() = Stored(view, content);
  }
  if (head.closing.has_value()) {
    ASSIGN_OR_RETURN(RecordPtr closing,
                     parts_.journal.At(head.closing->lane, head.closing->offset));
    *alert.mutable_closing() = Stored(view, closing);
  }
  return alert;
}

// Once the content is gone nobody can say for whom it was: the publisher sees what became
// of its alert, and so does who was told to erase it.
bool Reader::MaySeeErased(const View& view, const AlertHead& head) const {
  if (view.reader.member == head.publisher) return true;
  if (!head.closing) return false;
  const absl::StatusOr<RecordPtr> closing =
      parts_.journal.At(head.closing->lane, head.closing->offset);
  return closing.ok() &&
         parts_.recalls.IsAddressedTo((*closing)->acceptance.position(), view.reader.spiffe_id)
             .value_or(false);
}

v1::StoredStatement Reader::Stored(View& view, RecordPtr record) const {
  v1::StoredStatement stored =
      StoredStatementOf(*record, view.facts->region, parts_.journal.epoch());
  view.disclosed.push_back(std::move(record));
  return stored;
}

absl::StatusOr<Reader::Found> Reader::Find(View& view, const Wanted& wanted) const {
  Found found{.alerts = {}, .before = wanted.before};
  size_t bytes = 0;
  for (size_t looked_at = 0; looked_at < kLookedAtMax;) {
    ASSIGN_OR_RETURN(std::vector<AlertHead> heads,
                     parts_.journal.ListAlertHeads(found.before, kHeadsPerRead));
    if (heads.empty()) {
      found.before = 0;
      return found;
    }
    for (const AlertHead& head : heads) {
      if (std::ssize(found.alerts) == wanted.alerts_max || bytes >= wanted.bytes_max) return found;
      ++looked_at;
      found.before = head.list_offset();
      if (!wanted.include_closed && IsClosed(StateAt(head, view.now))) continue;
      ASSIGN_OR_RETURN(RecordPtr content,
                       parts_.journal.At(head.current->lane, head.current->offset));
      // Of what was erased nothing is left that a filter could ask.
      const bool asked =
          content->erased || ((content->statement->body.status() == v1::ALERT_STATUS_ACTUAL ||
                               wanted.include_non_actual) &&
                              wanted.filter.Matches(*content->statement, nullptr));
      if (!asked) continue;
      auto alert = Visible(view, head);
      if (!alert.ok()) continue;
      bytes += content->statement->bytes.body().size();
      found.alerts.push_back(*std::move(alert));
    }
  }
  return found;
}

absl::StatusOr<v1::ListAlertsResponse> Reader::List(View& view,
                                                    const v1::ListAlertsRequest& request) const {
  ASSIGN_OR_RETURN(const int32_t page_size, PageSize(request.page_size()));
  ASSIGN_OR_RETURN(const uint64_t before, BeforeOffset(request.page_token()));
  ASSIGN_OR_RETURN(const SubscriptionFilter filter, SubscriptionFilter::Compile(request.filter()));
  ASSIGN_OR_RETURN(Found found, Find(view, {.filter = filter,
                                            .include_closed = request.include_closed(),
                                            .include_non_actual = request.include_non_actual(),
                                            .before = before,
                                            .alerts_max = page_size,
                                            .bytes_max = std::numeric_limits<size_t>::max()}));
  v1::ListAlertsResponse page;
  for (v1::Alert& alert : found.alerts) *page.add_alerts() = std::move(alert);
  if (found.before != 0) page.set_next_page_token(absl::StrCat(found.before));
  return page;
}

absl::StatusOr<v1::ListCurrentResponse> Reader::Current(
    View& view, const v1::ListCurrentRequest& request) const {
  ASSIGN_OR_RETURN(const int32_t page_size, PageSize(request.page_size()));
  ASSIGN_OR_RETURN(const v1::Subscription subscription,
                   parts_.catalog.GetSubscription(view.reader.spiffe_id, request.subscription()));
  ASSIGN_OR_RETURN(const SubscriptionFilter filter,
                   SubscriptionFilter::Compile(subscription.filter()));
  v1::ListCurrentResponse page;
  v1::Position& as_of = *page.mutable_as_of();
  uint64_t before = 0;
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(before, CurrentPageFrom(request.page_token(), as_of));
    if (as_of.epoch() != parts_.journal.epoch()) {
      return Error(v1::ERROR_REASON_JOURNAL_REINCARNATED,
                   "the journal is another since the first page; begin anew");
    }
  } else {
    as_of.set_epoch(parts_.journal.epoch());
    as_of.set_offset(parts_.journal.head());
  }
  as_of.set_region(view.facts->region);
  ASSIGN_OR_RETURN(Found found, Find(view, {.filter = filter,
                                            .include_closed = false,
                                            .include_non_actual = subscription.include_non_actual(),
                                            .before = before,
                                            .alerts_max = page_size,
                                            .bytes_max = kPageBytesMax}));
  for (v1::Alert& alert : found.alerts) {
    // Whoever published what is erased still sees that it was there, but not as current.
    if (alert.has_current()) *page.add_alerts() = std::move(alert);
  }
  if (found.before != 0) {
    page.set_next_page_token(absl::StrCat(as_of.epoch(), ".", as_of.offset(), ".", found.before));
  }
  return page;
}

absl::StatusOr<v1::ListDeadLettersResponse> Reader::DeadLetters(
    View& view, const v1::ListDeadLettersRequest& request) const {
  ASSIGN_OR_RETURN(const int32_t page_size, PageSize(request.page_size()));
  ASSIGN_OR_RETURN(const std::optional<DeadLetterPlace> after, BehindLetter(request.page_token()));
  RETURN_IF_ERROR(
      parts_.catalog.GetSubscription(view.reader.spiffe_id, request.subscription()).status());
  ASSIGN_OR_RETURN(const std::vector<KeptDeadLetter> letters,
                   ReadDeadLetters(parts_.store, view.reader.spiffe_id, request.subscription(),
                                   after, static_cast<size_t>(page_size) + 1));
  v1::ListDeadLettersResponse page;
  size_t bytes = 0;
  size_t looked_at = 0;
  for (; looked_at < letters.size() && std::cmp_less(looked_at, page_size); ++looked_at) {
    if (bytes >= kPageBytesMax) break;
    ASSIGN_OR_RETURN(std::optional<v1::DeadLetter> shown, Shown(view, letters[looked_at]));
    if (!shown) continue;
    bytes += shown->statement().statement().body().size();
    *page.add_dead_letters() = *std::move(shown);
  }
  if (looked_at < letters.size()) {
    page.set_next_page_token(HexEncode(DeadLetterId(letters[looked_at - 1].place)));
  }
  return page;
}

absl::StatusOr<std::optional<v1::DeadLetter>> Reader::Shown(View& view,
                                                            const KeptDeadLetter& letter) const {
  const auto [lane, offset] = letter.place;
  ASSIGN_OR_RETURN(RecordPtr record, parts_.journal.At(lane, offset));
  ASSIGN_OR_RETURN(const RecordInContext in_context, InContext(parts_.journal, record));
  if (in_context.withdrawn) return std::nullopt;
  v1::DeadLetter shown;
  shown.set_id(DeadLetterId(letter.place));
  shown.set_lane(lane);
  shown.set_reason(letter.stored.reason());
  shown.set_note(letter.stored.note());
  shown.set_attempts(letter.stored.attempts());
  *shown.mutable_time() = TimeUtil::MillisecondsToTimestamp(letter.stored.time_ms());
  shown.set_redriven(letter.stored.redriven());
  if (DecidePrincipal(*view.facts, FlowOf(in_context), view.reader, view.now).allowed) {
    *shown.mutable_statement() = Stored(view, std::move(record));
  }
  return shown;
}

}  // namespace corridor

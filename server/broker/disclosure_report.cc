#include "server/broker/disclosure_report.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/clock.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/model/errors.h"
#include "core/model/principal.h"
#include "core/model/statement.h"
#include "google/protobuf/util/time_util.h"
#include "server/broker/recipient.h"

namespace corridor {
namespace {

using google::protobuf::util::TimeUtil;

// Blocks without this holder that one page passes over.
constexpr int kBlocksPassedMax = 256;
constexpr size_t kReadRecordsMax = 256;
constexpr size_t kReadBytesMax = 4 * 1024 * 1024;

absl::Status WrongField(std::string_view field, std::string_view what) {
  return InvalidFields({{std::string(field), v1::ERROR_REASON_REQUEST_INVALID, std::string(what)}});
}

}  // namespace

absl::StatusOr<v1::DisclosureCertainty> DisclosureReport::CertaintyOf(
    const RecordPtr& record, const DisclosureLedger::Range& range) const {
  if (record->erased) return v1::DISCLOSURE_CERTAINTY_POSSIBLE;
  ASSIGN_OR_RETURN(const RecordInContext in_context, InContext(parts_.journal, record));
  ASSIGN_OR_RETURN(const std::shared_ptr<const Facts> facts,
                   parts_.archive.FactsOf(parts_.store, range.generation));
  const absl::Time then = DisclosedAt(*record, range);
  const bool allowed = DecideHolder(*facts, FlowOf(in_context), range.holder, then).allowed;
  return allowed ? v1::DISCLOSURE_CERTAINTY_ALLOWED : v1::DISCLOSURE_CERTAINTY_UNSPECIFIED;
}

absl::StatusOr<std::optional<v1::StatementDisclosure>> DisclosureReport::Describe(
    const RecordPtr& record, const std::vector<DisclosureLedger::Range>& ranges,
    std::string_view holder) const {
  std::map<std::string, v1::DisclosedTo> disclosed;  // By holder.
  for (const DisclosureLedger::Range& range : ranges) {
    if (!holder.empty() && range.holder != holder) continue;
    ASSIGN_OR_RETURN(const v1::DisclosureCertainty certainty, CertaintyOf(record, range));
    if (certainty == v1::DISCLOSURE_CERTAINTY_UNSPECIFIED) continue;
    const auto since = TimeUtil::MillisecondsToTimestamp(ToMillis(DisclosedAt(*record, range)));
    v1::DisclosedTo& to = disclosed[range.holder];
    const bool earlier = !to.has_since() || since.seconds() < to.since().seconds();
    to.set_holder(range.holder);
    to.set_certainty(certainty);
    if (earlier) *to.mutable_since() = since;
  }
  if (disclosed.empty()) return std::optional<v1::StatementDisclosure>();
  const v1::StatementBody& body = record->statement->body;
  v1::StatementDisclosure statement;
  statement.set_publisher(body.publisher());
  statement.set_alert_id(body.alert_id());
  statement.set_statement_id(body.statement_id());
  if (!record->erased) statement.set_kind(record->statement->kind());
  statement.mutable_position()->set_region(parts_.region);
  statement.mutable_position()->set_epoch(parts_.journal.epoch());
  statement.mutable_position()->set_offset(record->offset);
  statement.set_erased(record->erased);
  for (auto& [name, to] : disclosed) *statement.add_disclosed_to() = std::move(to);
  return std::optional(std::move(statement));
}

absl::StatusOr<v1::ReportAlertDisclosuresResponse> DisclosureReport::OfAlert(
    const v1::ReportAlertDisclosuresRequest& request) const {
  if (!IsMemberId(request.publisher())) {
    return WrongField("publisher", "give the SPIFFE ID of the alert's publisher");
  }
  if (request.alert_id().size() != kIdBytes) return WrongField("alert_id", "give 16 bytes");
  ASSIGN_OR_RETURN(std::vector<Journal::StatementPlace> here,
                   parts_.journal.StatementsOf(request.publisher(), request.alert_id()));
  if (here.empty()) return Error(v1::ERROR_REASON_NOT_FOUND, "nothing of this alert is here");
  std::sort(here.begin(), here.end(),
            [](const auto& a, const auto& b) { return a.place.offset < b.place.offset; });
  v1::ReportAlertDisclosuresResponse response;
  for (const Journal::StatementPlace& at : here) {
    if (at.place.offset == 0) continue;  // An embargo holds it: nobody has it.
    ASSIGN_OR_RETURN(const RecordPtr record, parts_.journal.At(at.place.lane, at.place.offset));
    ASSIGN_OR_RETURN(const auto ranges,
                     DisclosureLedger::RangesAt(parts_.store, at.place.lane, at.place.offset));
    ASSIGN_OR_RETURN(auto statement, Describe(record, ranges, ""));
    if (statement.has_value()) *response.add_statements() = *std::move(statement);
  }
  return response;
}

absl::StatusOr<DisclosureReport::Place> DisclosureReport::PlaceFrom(const std::string& token) {
  Place place;
  if (token.empty()) return place;
  const bool urgent = token.front() == 'u';
  if ((!urgent && token.front() != 'r') || !absl::SimpleAtoi(token.substr(1), &place.block)) {
    return WrongField("page_token", "give the next_page_token of the page before, or nothing");
  }
  if (urgent) place.lane = v1::LANE_URGENT;
  return place;
}

std::optional<DisclosureReport::Place> DisclosureReport::After(Place place) const {
  ++place.block;
  if (place.block <= parts_.journal.head(place.lane) / DisclosureLedger::kBlockOffsets)
    return place;
  if (place.lane == v1::LANE_URGENT) return std::nullopt;
  return Place{v1::LANE_URGENT, 0};
}

absl::Status DisclosureReport::AddBlock(Place place, const std::string& holder,
                                        v1::ReportHolderDisclosuresResponse& response) const {
  const uint64_t first = place.block * DisclosureLedger::kBlockOffsets;
  ASSIGN_OR_RETURN(const auto ranges, DisclosureLedger::RangesAt(parts_.store, place.lane, first));
  if (std::none_of(ranges.begin(), ranges.end(),
                   [&](const auto& range) { return range.holder == holder; })) {
    return absl::OkStatus();
  }
  uint64_t after = first == 0 ? 0 : first - 1;
  while (true) {
    ASSIGN_OR_RETURN(const std::vector<RecordPtr> records,
                     parts_.journal.Read(place.lane, after, kReadRecordsMax, kReadBytesMax));
    for (const RecordPtr& record : records) {
      if (record->offset / DisclosureLedger::kBlockOffsets != place.block) return absl::OkStatus();
      ASSIGN_OR_RETURN(auto statement, Describe(record, ranges, holder));
      if (statement.has_value()) *response.add_statements() = *std::move(statement);
      after = record->offset;
    }
    if (records.empty()) return absl::OkStatus();
  }
}

absl::StatusOr<v1::ReportHolderDisclosuresResponse> DisclosureReport::OfHolder(
    const v1::ReportHolderDisclosuresRequest& request) const {
  if (!ParsePrincipal(request.holder()).ok() && !IsRegionId(request.holder())) {
    return WrongField("holder", "give the SPIFFE ID of a principal, or a region id");
  }
  ASSIGN_OR_RETURN(Place place, PlaceFrom(request.page_token()));
  v1::ReportHolderDisclosuresResponse response;
  std::optional<Place> next = place;
  for (int passed = 0; next.has_value() && passed < kBlocksPassedMax; ++passed) {
    RETURN_IF_ERROR(AddBlock(*next, request.holder(), response));
    next = After(*next);
    if (!response.statements().empty()) break;
  }
  if (next.has_value()) {
    response.set_next_page_token(
        absl::StrCat(next->lane == v1::LANE_URGENT ? "u" : "r", next->block));
  }
  return response;
}

}  // namespace corridor

#include "server/broker/recipient.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/status_macros.h"
#include "server/broker/key_check.h"

namespace corridor {

absl::StatusOr<RecordInContext> InContext(const Journal& journal, RecordPtr record) {
  RecordInContext in_context{.record = std::move(record)};
  const ParsedStatement& statement = *in_context.record->statement;
  if (in_context.record->erased) {
    in_context.withdrawn = true;
    return in_context;
  }
  ASSIGN_OR_RETURN(in_context.target, TargetRecord(journal, statement));
  if (statement.content() == nullptr && !IsRemark(statement.body)) return in_context;
  ASSIGN_OR_RETURN(std::optional<AlertHead> head,
                   journal.AlertHeadOf(statement.body.publisher(), statement.body.alert_id()));
  if (!head.has_value()) return in_context;
  in_context.withdrawn = head->withdrawn(statement.body.statement_id());
  in_context.superseded = head->standing_revision > statement.body.revision();
  if (in_context.superseded && head->current.has_value()) {
    ASSIGN_OR_RETURN(in_context.current, journal.At(head->current->lane, head->current->offset));
  }
  return in_context;
}

bool StillServed(const Journal& journal, const ParsedStatement& statement) {
  if (statement.content() == nullptr && !IsRemark(statement.body)) return true;
  const auto head = journal.AlertHeadOf(statement.body.publisher(), statement.body.alert_id());
  return head.ok() && (!head->has_value() || !(*head)->withdrawn(statement.body.statement_id()));
}

Flow FlowOf(const RecordInContext& record) {
  const ParsedStatement* target = record.target ? record.target->statement.get() : nullptr;
  Flow flow = FlowOf(*record.record->statement, record.record->acceptance.accept_time_ms(), target);
  if (record.record->held_acceptance) {
    flow.said_ms = record.record->held_acceptance->accept_time_ms();
  }
  return flow;
}

absl::Time DisclosedAt(const Record& record, const DisclosureLedger::Range& range) {
  return absl::FromUnixMillis(std::max(range.time_ms, record.append_time_ms));
}

Decision DecideHolder(const Facts& facts, const Flow& flow, const std::string& holder,
                      absl::Time time) {
  const auto principal = ParsePrincipal(holder);
  if (principal.ok()) return DecidePrincipal(facts, flow, *principal, time);
  return DecideRegion(facts, flow, holder, time);
}

SubscriberRecipient::SubscriberRecipient(Principal principal, SubscriptionFilter filter,
                                         bool include_non_actual)
    : principal_(std::move(principal)),
      filter_(std::move(filter)),
      include_non_actual_(include_non_actual) {}

bool HasEnded(const ParsedStatement& statement, absl::Time now) {
  const v1::StatementBody& body = statement.body;
  return body.has_valid_until() && now >= absl::FromUnixSeconds(body.valid_until().seconds());
}

bool SubscriberRecipient::MayHave(const Facts& facts, const RecordInContext& record,
                                  absl::Time now) const {
  const ParsedStatement& statement = *record.record->statement;
  if (record.superseded || record.withdrawn || statement.body.has_recall()) return false;
  if (HasEnded(statement, now)) return false;
  if (statement.body.status() != v1::ALERT_STATUS_ACTUAL && !include_non_actual_) return false;
  const ParsedStatement* target = record.target ? record.target->statement.get() : nullptr;
  return filter_.Matches(statement, target) &&
         DecidePrincipal(facts, FlowOf(record), principal_, now).allowed;
}

Decision RegionRecipient::Decide(const Facts& facts, const RecordInContext& record,
                                 absl::Time now) const {
  if (!record.record->local) {
    return {.rule = "origin/other-region", .explanation = "A region sends only what is its own."};
  }
  if (record.withdrawn) {
    return {.rule = "content/withdrawn",
            .explanation = "It was recalled or withdrawn, or is quarantined."};
  }
  if (!record.record->statement->body.has_recall()) {
    // A revision may have left it out before this came to be sent.
    if (record.current != nullptr) {
      Decision current = DecideRegion(facts, FlowOf({.record = record.current}), region_, now);
      if (!current.allowed) return current;
    }
    Decision decision = DecideRegion(facts, FlowOf(record), region_, now);
    if (!decision.allowed) return decision;
    if (HasEnded(*record.record->statement, now)) {
      return {.rule = std::string(kRuleEnded),
              .explanation = "It ended to hold before it could be sent."};
    }
    if (interests_.Wants(region_, *record.record)) return decision;
    return {.rule = std::string(kRuleNotWanted),
            .explanation = "No subscription of the region asks for it."};
  }
  const bool addressed =
      recalls_.IsAddressedTo(record.record->acceptance.position(), region_).value_or(false);
  return {.allowed = addressed,
          .rule = addressed ? "recall/addressed" : "recall/never-had-it",
          .explanation = addressed ? "What is recalled may have gone there."
                                   : "What is recalled never went there."};
}

bool RegionRecipient::MayHave(const Facts& facts, const RecordInContext& record,
                              absl::Time now) const {
  return Decide(facts, record, now).allowed;
}

}  // namespace corridor

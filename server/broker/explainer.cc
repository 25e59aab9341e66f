#include "server/broker/explainer.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/clock.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/model/errors.h"
#include "core/policy/policy.h"
#include "google/protobuf/util/time_util.h"
#include "server/broker/subscriber_sessions.h"
#include "server/delivery/cursor_codec.h"
#include "server/journal/refusals.h"
#include "server/routing/subscription_filter.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

using google::protobuf::util::TimeUtil;

constexpr size_t kIdSize = 16;
constexpr uint32_t kCountriesShownMax = 3;

absl::Status NotHere() {
  return Error(v1::ERROR_REASON_NOT_FOUND, "no such statement is here, or none of yours");
}

v1::RecipientReport Said(v1::RecipientState state, std::string_view rule,
                         std::string_view explanation) {
  v1::RecipientReport report;
  report.set_state(state);
  report.set_rule(std::string(rule));
  report.set_explanation(std::string(explanation));
  return report;
}

// The further a subscription has got, the better it speaks for its member.
int Rank(v1::RecipientState state) {
  switch (state) {
    case v1::RECIPIENT_STATE_DELIVERED:
      return 4;
    case v1::RECIPIENT_STATE_QUEUED:
      return 3;
    case v1::RECIPIENT_STATE_SUPERSEDED:
    case v1::RECIPIENT_STATE_EXPIRED_UNSENT:
      return 2;
    case v1::RECIPIENT_STATE_FILTERED:
      return 1;
    default:
      return 0;
  }
}

v1::RecipientState StateOfDenied(const Decision& decision) {
  if (decision.rule == kRuleEnded) return v1::RECIPIENT_STATE_EXPIRED_UNSENT;
  if (decision.rule == kRuleNotWanted) return v1::RECIPIENT_STATE_FILTERED;
  return v1::RECIPIENT_STATE_WITHHELD;
}

// Content that ended: how the holder stands towards its recall.
std::optional<v1::RecipientReport> Recalled(const std::vector<v1::RecallHolder>& holders,
                                            const std::string& holder) {
  for (const v1::RecallHolder& known : holders) {
    if (known.holder() != holder) continue;
    v1::RecipientReport report =
        Said(v1::RECIPIENT_STATE_RECALLED, "", "It may have had the content, which was recalled.");
    report.set_recall_outcome(known.outcome());
    report.set_recall_overdue(known.overdue());
    if (known.confirmed_ms() != 0)
      *report.mutable_time() = TimeUtil::MillisecondsToTimestamp(known.confirmed_ms());
    return report;
  }
  return std::nullopt;
}

}  // namespace

// Offset 0: an embargo holds it.
absl::StatusOr<AlertHead::Place> Explainer::PlaceOf(
    const v1::DeliveryReportRequest& request) const {
  if (request.statement_id().size() == kIdSize) {
    ASSIGN_OR_RETURN(const auto place,
                     parts_.journal.Locate(request.publisher(), request.statement_id()));
    if (!place) return NotHere();
    return *place;
  }
  if (request.alert_id().size() != kIdSize || !request.statement_id().empty()) {
    return InvalidFields({{"statement_id", v1::ERROR_REASON_REQUEST_INVALID,
                           "give the statement's id, or the alert's: 16 bytes"}});
  }
  ASSIGN_OR_RETURN(const auto head,
                   parts_.journal.AlertHeadOf(request.publisher(), request.alert_id()));
  if (!head || !head->current) return NotHere();
  return *head->current;
}

absl::StatusOr<Explainer::Subject> Explainer::SubjectAt(AlertHead::Place place) const {
  Subject subject{.facts = parts_.catalog.facts(), .record = {}, .now = parts_.clock.Now()};
  ASSIGN_OR_RETURN(RecordPtr record, parts_.journal.At(place.lane, place.offset));
  const v1::StatementBody& body = record->statement->body;
  ASSIGN_OR_RETURN(const auto head, parts_.journal.AlertHeadOf(body.publisher(), body.alert_id()));
  if (head) subject.state = head->state;
  if (head && head->is_quarantined) subject.state = v1::ALERT_STATE_QUARANTINED;
  if (head && head->closing) {
    ASSIGN_OR_RETURN(const RecordPtr closing,
                     parts_.journal.At(head->closing->lane, head->closing->offset));
    ASSIGN_OR_RETURN(const auto recall, parts_.recalls.AtOrigin(closing->acceptance.position()));
    if (recall) {
      ASSIGN_OR_RETURN(subject.holders, parts_.recalls.HoldersOf(*recall));
    }
  }
  ASSIGN_OR_RETURN(subject.record, InContext(parts_.journal, std::move(record)));
  return subject;
}

void Explainer::Explain(const v1::DeliveryReportRequest& request, Done done) {
  const auto place = PlaceOf(request);
  if (!place.ok()) return done(place.status());
  if (place->offset == 0) return done(HeldReport());
  const auto subject = SubjectAt(*place);
  if (!subject.ok()) return done(subject.status());
  AskRegions(*subject, ReportOn(*subject, request.recipient()), std::move(done));
}

// Of what an embargo holds: nobody has it.
v1::DeliveryReport Explainer::HeldReport() const {
  v1::DeliveryReport report;
  report.mutable_position()->set_region(parts_.region);
  report.mutable_position()->set_epoch(parts_.journal.epoch());
  v1::RecipientReport& everybody = *report.add_recipients();
  everybody = Said(v1::RECIPIENT_STATE_HELD, "", "An embargo holds it: nobody has it yet.");
  everybody.set_region(parts_.region);
  return report;
}

v1::DeliveryReport Explainer::ReportOn(const Subject& subject, const std::string& recipient) const {
  const Record& record = *subject.record.record;
  v1::DeliveryReport report;
  *report.mutable_position() = record.acceptance.position();
  report.set_kind(record.statement->kind());
  report.set_lane(record.lane);
  report.set_state(subject.state);
  const auto wanted = [&](const std::string& who) { return recipient.empty() || recipient == who; };
  for (const std::string& peer : parts_.peers) {
    if (record.local && wanted(peer)) *report.add_recipients() = RegionReport(subject, peer);
  }
  const Subscriptions subscriptions = SubscriptionsNow();
  for (const auto& [id, member] : subject.facts->members) {
    const bool ours = RegionOf(id) == parts_.region;
    if (!wanted(id) || (!ours && !record.local) || report.recipients_size() >= kRecipientsMax) {
      continue;
    }
    *report.add_recipients() = MemberReport(subject, id, subscriptions);
  }
  AddRemarks(subject, report);
  return report;
}

v1::RecipientReport Explainer::RegionReport(const Subject& subject, const std::string& peer) const {
  const Record& record = *subject.record.record;
  v1::RecipientReport report;
  const auto refused = FindRefusedByPeer(parts_.store, peer, record.lane, record.offset);
  const Decision decision = RegionRecipient(peer, parts_.recalls, parts_.interests)
                                .Decide(*subject.facts, subject.record, subject.now);
  const bool persisted = record.offset <= parts_.progress.PersistedBy(peer, record.lane);
  if (auto recalled = Recalled(subject.holders, peer)) {
    report = *std::move(recalled);
  } else if (refused.ok() && refused->has_value()) {
    report = Said(v1::RECIPIENT_STATE_REFUSED, (*refused)->rule,
                  "The region refused it for good; its operator may ask for it again.");
    report.set_refusal((*refused)->reason);
    *report.mutable_time() = TimeUtil::MillisecondsToTimestamp((*refused)->time_ms);
  } else if (parts_.retention.GaveUp(peer, record.lane, record.offset)) {
    report = Said(v1::RECIPIENT_STATE_EXPIRED_UNSENT, "",
                  "The region was waited for no longer; it has it only by a snapshot.");
  } else if (!decision.allowed && !(persisted && decision.rule == kRuleEnded)) {
    report = Said(StateOfDenied(decision), decision.rule, decision.explanation);
  } else if (persisted) {
    report = Said(v1::RECIPIENT_STATE_PERSISTED, decision.rule, "It is in the region's journal.");
  } else {
    report = Said(v1::RECIPIENT_STATE_QUEUED, decision.rule, "It waits for the link.");
    report.set_queued_behind(parts_.progress.WaitingBefore(peer, record.lane, record.offset));
  }
  report.set_region(peer);
  return report;
}

v1::RecipientReport Explainer::MemberReport(const Subject& subject, const std::string& member,
                                            const Subscriptions& subscriptions) const {
  const std::string region(RegionOf(member));
  v1::RecipientReport report;
  const Decision decision =
      DecideMember(*subject.facts, FlowOf(subject.record), member, subject.now);
  if (auto recalled = Recalled(subject.holders, member)) {
    report = *std::move(recalled);
  } else if (subject.record.withdrawn) {
    report = Said(v1::RECIPIENT_STATE_WITHHELD, "content/withdrawn",
                  "It was recalled or withdrawn, or is quarantined.");
  } else if (!decision.allowed) {
    report = Said(v1::RECIPIENT_STATE_WITHHELD, decision.rule, decision.explanation);
  } else if (region == parts_.region) {
    report = Said(v1::RECIPIENT_STATE_NO_SUBSCRIPTION, decision.rule,
                  "It may read the statement, and no subscription of it receives it.");
    const auto owned = subscriptions.find(member);
    if (owned != subscriptions.end()) AddSubscriptions(subject, owned->second, report);
  } else {
    report = RegionReport(subject, region);
  }
  report.set_member(member);
  report.set_region(region);
  return report;
}

Explainer::Subscriptions Explainer::SubscriptionsNow() const {
  Subscriptions by_member;
  for (v1::Subscription& subscription : parts_.catalog.AllSubscriptions()) {
    const auto owner = ParsePrincipal(subscription.owner());
    if (owner.ok()) by_member[owner->member].push_back(std::move(subscription));
  }
  return by_member;
}

void Explainer::AddSubscriptions(const Subject& subject, const std::vector<v1::Subscription>& owned,
                                 v1::RecipientReport& report) const {
  for (const v1::Subscription& subscription : owned) {
    v1::RecipientReport one = SubscriptionReport(subject, subscription);
    if (Rank(one.state()) <= Rank(report.state())) continue;
    if (one.rule().empty()) one.set_rule(report.rule());
    report = std::move(one);
  }
}

v1::RecipientReport Explainer::SubscriptionReport(const Subject& subject,
                                                  const v1::Subscription& subscription) const {
  const Record& record = *subject.record.record;
  const auto owner = ParsePrincipal(subscription.owner());
  const auto filter = SubscriptionFilter::Compile(subscription.filter());
  if (!owner.ok() || !filter.ok()) return {};
  const Decision decision =
      DecidePrincipal(*subject.facts, FlowOf(subject.record), *owner, subject.now);
  if (!decision.allowed) {
    return Said(v1::RECIPIENT_STATE_FILTERED, decision.rule, decision.explanation);
  }
  const bool exercise = record.statement->body.status() != v1::ALERT_STATUS_ACTUAL;
  if (exercise && !subscription.include_non_actual()) {
    return Said(v1::RECIPIENT_STATE_FILTERED, "",
                absl::StrCat(subscription.name(), " does not take exercises and tests."));
  }
  const ParsedStatement* target =
      subject.record.target ? subject.record.target->statement.get() : nullptr;
  const std::string why_not = filter->WhyNot(*record.statement, target);
  if (!why_not.empty()) {
    return Said(
        v1::RECIPIENT_STATE_FILTERED, "",
        absl::StrCat("The filter of ", subscription.name(), " does not take it: ", why_not));
  }
  const auto cursor = StoredCursor(parts_.store, parts_.journal, subscription);
  if (!cursor.ok()) return {};
  const LaneCursor& lane = cursor->lane(record.lane);
  if (lane.Contains(record.offset)) {
    return Said(v1::RECIPIENT_STATE_DELIVERED, "",
                absl::StrCat(subscription.name(), " is done with it."));
  }
  if (HasEnded(*record.statement, subject.now)) {
    return Said(v1::RECIPIENT_STATE_EXPIRED_UNSENT, kRuleEnded,
                absl::StrCat("It ended to hold before ", subscription.name(), " got it."));
  }
  if (subject.record.superseded) {
    return Said(v1::RECIPIENT_STATE_SUPERSEDED, "", "A higher revision took its place.");
  }
  v1::RecipientReport report =
      Said(v1::RECIPIENT_STATE_QUEUED, "",
           subscription.paused() ? absl::StrCat("It waits: ", subscription.name(), " is paused.")
                                 : absl::StrCat("It waits for ", subscription.name(), "."));
  report.set_queued_behind(record.offset - lane.floor() - 1);
  return report;
}

void Explainer::AddRemarks(const Subject& subject, v1::DeliveryReport& report) const {
  const v1::StatementBody& body = subject.record.record->statement->body;
  const auto places = parts_.journal.RemarksOn(body.publisher(), body.alert_id(), kRemarksMax);
  if (!places.ok()) return;
  std::set<std::string> countries;
  for (const AlertHead::Place& place : *places) {
    const auto remark = SubjectAt(place);
    if (!remark.ok() || remark->record.withdrawn) continue;
    const Record& record = *remark->record.record;
    const bool may_have =
        DecideMember(*remark->facts, FlowOf(remark->record), body.publisher(), remark->now).allowed;
    if (!may_have) continue;
    const v1::StatementBody& said = record.statement->body;
    v1::RemarkReport& one = *report.add_remarks();
    one.set_publisher(said.publisher());
    one.set_kind(record.statement->kind());
    one.set_sighting(said.sighting().kind());
    one.set_response(said.response().kind());
    one.set_alert_id(said.alert_id());
    *one.mutable_accept_time() =
        TimeUtil::MillisecondsToTimestamp(record.acceptance.accept_time_ms());
    if (said.sighting().kind() == v1::SIGHTING_KIND_SEEN) {
      countries.insert(said.publisher_country());
    }
  }
  report.set_corroborating_countries(
      std::min(kCountriesShownMax, static_cast<uint32_t>(countries.size())));
}

// What is gathered until every region has answered.
struct Explainer::Answer {
  v1::DeliveryReport report;
  size_t open = 0;
  Done done;

  void Add(const std::string& peer,
           const absl::StatusOr<std::vector<v1::RecipientReport>>& recipients) {
    std::map<std::string, const v1::RecipientReport*> by_member;
    if (recipients.ok()) {
      for (const v1::RecipientReport& one : *recipients) by_member[one.member()] = &one;
    }
    for (v1::RecipientReport& known : *report.mutable_recipients()) {
      if (known.region() != peer || known.member().empty()) continue;
      if (known.state() != v1::RECIPIENT_STATE_PERSISTED) continue;
      const auto told = by_member.find(known.member());
      if (told != by_member.end()) {
        const std::string region = known.region();
        known = *told->second;
        known.set_region(region);
      } else if (!recipients.ok()) {
        known.set_explanation(
            "It is in the region's journal; more cannot be told while the link is down.");
      }
    }
    if (--open == 0) done(std::move(report));
  }
};

void Explainer::AskRegions(const Subject& subject, v1::DeliveryReport report, Done done) {
  std::set<std::string> peers;
  for (const v1::RecipientReport& one : report.recipients()) {
    const bool persisted = one.state() == v1::RECIPIENT_STATE_PERSISTED;
    if (persisted && !one.member().empty()) peers.insert(one.region());
  }
  if (peers.empty()) return done(std::move(report));
  const v1::StatementBody& body = subject.record.record->statement->body;
  auto answer = std::make_shared<Answer>();
  answer->report = std::move(report);
  answer->open = peers.size();
  answer->done = std::move(done);
  for (const std::string& peer : peers) {
    v1::LinkQuery query;
    query.set_publisher(body.publisher());
    query.set_statement_id(body.statement_id());
    parts_.correspondence.Query(
        peer, std::move(query),
        [answer, peer](const absl::StatusOr<std::vector<v1::RecipientReport>>& recipients) {
          answer->Add(peer, recipients);
        });
  }
}

std::vector<v1::RecipientReport> Explainer::ReportFor(const std::string& peer,
                                                      const v1::LinkQuery& query) const {
  if (RegionOf(query.publisher()) != peer) return {};
  v1::DeliveryReportRequest request;
  request.set_publisher(query.publisher());
  request.set_statement_id(query.statement_id());
  const auto place = PlaceOf(request);
  if (!place.ok() || place->offset == 0) return {};
  const auto subject = SubjectAt(*place);
  if (!subject.ok()) return {};
  const Subscriptions subscriptions = SubscriptionsNow();
  std::vector<v1::RecipientReport> reports;
  for (const auto& [id, member] : subject->facts->members) {
    if (RegionOf(id) != parts_.region || reports.size() >= kRecipientsMax) continue;
    if (!DecideMember(*subject->facts, FlowOf(subject->record), id, subject->now).allowed) continue;
    v1::RecipientReport& report = reports.emplace_back(MemberReport(*subject, id, subscriptions));
    // How a member sorts what it receives is its own affair.
    if (report.state() == v1::RECIPIENT_STATE_FILTERED) {
      report.set_explanation("No filter of its subscriptions takes it.");
    }
  }
  return reports;
}

}  // namespace corridor

#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/ctl/commands.h"
#include "client/ctl/output.h"
#include "client/ctl/textproto.h"
#include "core/base/status_macros.h"
#include "core/model/principal.h"
#include "corridor/federation_client.h"
#include "corridor/publisher_connection.h"

namespace corridor {
namespace {

struct ExplainFlags {
  std::string alert_id;
  std::string statement_id;
  std::string publisher;
  std::string to;
};

absl::StatusOr<v1::DeliveryReportRequest> RequestOf(const ExplainFlags& flags) {
  v1::DeliveryReportRequest request;
  ASSIGN_OR_RETURN(*request.mutable_alert_id(), IdFromText(flags.alert_id));
  if (!flags.statement_id.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_statement_id(), IdFromText(flags.statement_id));
  }
  if (!flags.publisher.empty()) request.set_publisher(MemberFromShort(flags.publisher));
  // A member has an @ in it, or is a SPIFFE ID; a region is neither.
  request.set_recipient(MemberFromShort(flags.to));
  return request;
}

// Operators ask for any statement, publishers for their own.
absl::StatusOr<v1::DeliveryReport> Ask(Context& context, const v1::DeliveryReportRequest& request) {
  ASSIGN_OR_RETURN(std::shared_ptr<Channel> channel, context.OpenChannel());
  ASSIGN_OR_RETURN(const Principal caller, ParsePrincipal(channel->principal()));
  if (caller.is_member()) {
    return MakePublisherConnection(std::move(channel))->GetDeliveryReport(request);
  }
  return FederationClient(std::move(channel)).ExplainStatement(request);
}

std::string StateText(const v1::RecipientReport& report) {
  std::string text = ShortName(report.state());
  if (report.state() == v1::RECIPIENT_STATE_QUEUED) {
    absl::StrAppend(&text, " behind ", report.queued_behind());
  }
  if (report.state() == v1::RECIPIENT_STATE_RECALLED) {
    const bool confirmed = report.recall_outcome() != v1::RECALL_OUTCOME_UNSPECIFIED;
    absl::StrAppend(&text, ", ",
                    confirmed                 ? ShortName(report.recall_outcome())
                    : report.recall_overdue() ? "overdue"
                                              : "not confirmed yet");
  }
  if (report.state() == v1::RECIPIENT_STATE_REFUSED) {
    absl::StrAppend(&text, ", ", ShortName(report.refusal()));
  }
  return text;
}

int Explain(Context& context, const ExplainFlags& flags) {
  const auto request = RequestOf(flags);
  if (!request.ok()) return context.Fail(request.status());
  const auto report = Ask(context, *request);
  if (!report.ok()) return context.Fail(report.status());
  if (context.json()) {
    context.out << MessageToJson(*report).dump() << "\n";
    return kExitOk;
  }
  context.out << ShortName(report->kind()) << " at offset " << report->position().offset() << " of "
              << report->position().region() << ", lane " << ShortName(report->lane())
              << "; the alert is " << ShortName(report->state()) << "\n";
  Table table({"RECIPIENT", "STATE", "RULE", "WHY"});
  for (const v1::RecipientReport& one : report->recipients()) {
    table.Add({one.member().empty() ? one.region() : ShortMember(one.member()), StateText(one),
               Printable(one.rule()), Printable(one.explanation())});
  }
  table.Print(context.out, "No such recipient is known here.");
  for (const v1::RemarkReport& remark : report->remarks()) {
    const bool sighting = remark.kind() == v1::STATEMENT_KIND_SIGHTING;
    context.out << ShortMember(remark.publisher()) << ": "
                << (sighting ? ShortName(remark.sighting()) : ShortName(remark.response())) << ", "
                << TimeText(remark.accept_time(), context.time_zone()) << "\n";
  }
  return kExitOk;
}

}  // namespace

void AddExplainCommand(CLI::App& app, Context& context) {
  auto flags = std::make_shared<ExplainFlags>();
  CLI::App* explain =
      app.add_subcommand("explain", "Who has an alert, who will, who will not, and why");
  explain->add_option("ALERT", flags->alert_id, "the alert's id")->required();
  explain->add_option("--to", flags->to,
                      "only this recipient: th-desk@sea.example, or a region: sea.example");
  explain->add_option("--publisher", flags->publisher,
                      "its publisher (default: the caller's own member)");
  explain->add_option("--statement", flags->statement_id,
                      "this statement of it (default: the latest content)");
  explain->footer(
      "Publishers ask about their own alerts, operators about any that is here.\n\n"
      "Examples:\n"
      "  corridorctl explain 0190c6f1-1111-7111-8111-111111111111\n"
      "  corridorctl explain 0190c6f1-1111-7111-8111-111111111111 --to th-desk@sea.example\n");
  context.OnRun(*explain, [&context, flags] { return Explain(context, *flags); });
}

}  // namespace corridor

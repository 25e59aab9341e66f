#include "tests/support/test_statements.h"

#include "core/crypto/digest.h"
#include "core/crypto/statement_proof.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace corridor {
namespace {

std::string CanonicalBytes(const google::protobuf::Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  return bytes;
}

// "TH" of "spiffe://sea.example/agency/th-desk" gives THA.
std::string CountryOf(std::string_view publisher) {
  static constexpr struct {
    std::string_view prefix, country;
  } kCountries[] = {{"th-", "THA"}, {"ke-", "KEN"}, {"ug-", "UGA"}, {"ph-", "PHL"},
                    {"id-", "IDN"}, {"tz-", "TZA"}, {"et-", "ETH"}, {"bi-", "BDI"}};
  const std::string_view agency = publisher.substr(publisher.rfind('/') + 1);
  for (const auto& row : kCountries) {
    if (agency.substr(0, row.prefix.size()) == row.prefix) return std::string(row.country);
  }
  return "KEN";
}

v1::StatementBody Envelope(std::string_view publisher, std::string alert_id, uint32_t revision,
                           uint64_t statement) {
  v1::StatementBody body;
  body.set_schema_version("1");
  body.set_vocabulary_version("1");
  body.set_publisher(std::string(publisher));
  body.set_publisher_country(CountryOf(publisher));
  body.set_publisher_type(v1::PUBLISHER_TYPE_CENTRAL_GOVERNMENT);
  body.set_attribution(v1::ATTRIBUTION_NAMED);
  body.set_statement_id(ExampleId("statement", statement));
  body.set_alert_id(std::move(alert_id));
  body.set_revision(revision);
  body.set_tlp(v1::TLP_GREEN);
  body.set_status(v1::ALERT_STATUS_ACTUAL);
  body.set_urgency(v1::URGENCY_EXPECTED);
  body.mutable_published_at()->set_seconds(kExamplePublishedSeconds);
  return body;
}

v1::StatementBody WithValidity(v1::StatementBody body) {
  body.mutable_valid_until()->set_seconds(kExampleValidUntilSeconds);
  return body;
}

v1::AlertReference Target(std::string_view publisher, uint64_t alert) {
  v1::AlertReference target;
  target.set_publisher(std::string(publisher));
  target.set_alert_id(ExampleAlertId(alert));
  return target;
}

v1::RouteLeg Leg(v1::RouteStage stage, std::string_view country) {
  v1::RouteLeg leg;
  leg.set_stage(stage);
  leg.set_country(std::string(country));
  return leg;
}

}  // namespace

std::string ExampleId(std::string_view tag, uint64_t number) {
  const std::string text = std::to_string(number);
  return ToString(Sha256(tag, std::string_view("/"), std::string_view(text))).substr(0, 16);
}

v1::AlertContent ExampleContent() {
  v1::AlertContent content;
  content.set_severity(v1::SEVERITY_SEVERE);
  content.set_certainty(v1::CERTAINTY_OBSERVED);
  auto& period = *content.mutable_observed_period();
  period.mutable_start()->set_year(2025);
  period.mutable_start()->set_month(1);
  period.mutable_end()->set_year(2025);
  period.mutable_end()->set_month(3);
  *content.add_legs() = Leg(v1::ROUTE_STAGE_RECRUITMENT, "KEN");
  *content.add_legs() = Leg(v1::ROUTE_STAGE_TRANSIT, "THA");
  v1::RouteLeg compound = Leg(v1::ROUTE_STAGE_EXPLOITATION, "MMR");
  compound.set_venue(v1::VENUE_GUARDED_COMPOUND);
  *content.add_legs() = compound;
  auto& pattern = *content.mutable_pattern();
  pattern.add_acts(v1::TRAFFICKING_ACT_RECRUITMENT);
  pattern.add_means(v1::TRAFFICKING_MEANS_DECEPTION);
  pattern.add_purposes(v1::TRAFFICKING_PURPOSE_FORCED_CRIMINALITY);
  pattern.add_forced_criminality_kinds(v1::FORCED_CRIMINALITY_KIND_JOB_OR_TASK_SCAM);
  auto& recruitment = *content.mutable_recruitment();
  recruitment.add_recruitment_methods(v1::RECRUITMENT_METHOD_ONLINE_SOCIAL_NETWORK);
  recruitment.add_lures(v1::LURE_CUSTOMER_SERVICE);
  recruitment.set_claimed_destination("THA");
  content.set_verification(v1::VERIFICATION_POSSIBLE);
  return content;
}

v1::StatementBody ExampleIssue(std::string_view publisher, uint64_t alert, uint64_t statement) {
  v1::StatementBody body = WithValidity(Envelope(publisher, ExampleAlertId(alert), 1, statement));
  *body.mutable_issue()->mutable_content() = ExampleContent();
  return body;
}

v1::StatementBody ExampleRevise(std::string_view publisher, uint64_t alert, uint32_t revision,
                                uint64_t statement) {
  v1::StatementBody body =
      WithValidity(Envelope(publisher, ExampleAlertId(alert), revision, statement));
  *body.mutable_revise()->mutable_content() = ExampleContent();
  body.mutable_revise()->set_reason(v1::REVISION_REASON_NEW_INFORMATION);
  return body;
}

v1::StatementBody ExampleCancel(std::string_view publisher, uint64_t alert, uint32_t revision,
                                uint64_t statement) {
  v1::StatementBody body = Envelope(publisher, ExampleAlertId(alert), revision, statement);
  body.mutable_cancel()->set_reason(v1::CANCEL_REASON_OVER);
  return body;
}

v1::StatementBody ExampleRecall(std::string_view publisher, uint64_t alert, uint32_t revision,
                                uint64_t statement) {
  v1::StatementBody body = Envelope(publisher, ExampleAlertId(alert), revision, statement);
  body.mutable_recall()->set_reason(v1::RECALL_REASON_WRONG_AUDIENCE);
  return body;
}

v1::StatementBody ExampleSighting(std::string_view publisher, std::string_view target_publisher,
                                  uint64_t alert, uint64_t statement) {
  v1::StatementBody body = Envelope(publisher, ExampleId("remark", statement), 1, statement);
  auto& sighting = *body.mutable_sighting();
  *sighting.mutable_target() = Target(target_publisher, alert);
  sighting.set_kind(v1::SIGHTING_KIND_SEEN);
  sighting.set_place("THA");
  sighting.mutable_month()->set_year(2025);
  sighting.mutable_month()->set_month(3);
  return body;
}

v1::StatementBody ExampleResponse(std::string_view publisher, std::string_view target_publisher,
                                  uint64_t alert, uint64_t statement) {
  v1::StatementBody body = Envelope(publisher, ExampleId("remark", statement), 1, statement);
  *body.mutable_response()->mutable_target() = Target(target_publisher, alert);
  body.mutable_response()->set_kind(v1::RESPONSE_KIND_ACTED);
  return body;
}

v1::StatementRouting RoutingToAll() {
  v1::StatementRouting routing;
  routing.mutable_audience()->mutable_all_members();
  return routing;
}

v1::StatementRouting RoutingToMembers(std::initializer_list<std::string_view> members) {
  v1::StatementRouting routing;
  auto& organisations = *routing.mutable_audience()->mutable_organisations();
  for (std::string_view member : members) organisations.add_members(std::string(member));
  return routing;
}

v1::StatementRouting RoutingToRegions(std::initializer_list<std::string_view> regions) {
  v1::StatementRouting routing;
  auto& audience = *routing.mutable_audience()->mutable_regions();
  for (std::string_view region : regions) audience.add_regions(std::string(region));
  return routing;
}

v1::StatementRouting RoutingToPublisher() {
  v1::StatementRouting routing;
  routing.mutable_audience()->mutable_to_publisher();
  return routing;
}

v1::StatementRouting RoutingSameAsTarget() {
  v1::StatementRouting routing;
  routing.mutable_audience()->mutable_same_as_target();
  return routing;
}

v1::SignedStatement Unsigned(const v1::StatementBody& body, const v1::StatementRouting& routing,
                             Random& random) {
  v1::SignedStatement statement;
  statement.set_routing(CanonicalBytes(routing));
  statement.set_routing_salt(random.Bytes(16));
  statement.set_body(CanonicalBytes(body));
  statement.set_body_salt(random.Bytes(16));
  return statement;
}

v1::SignedStatement Sign(const v1::StatementBody& body, const v1::StatementRouting& routing,
                         const SigningKey& key, Random& random) {
  v1::SignedStatement statement = Unsigned(body, routing, random);
  SignStatement(key, statement);
  return statement;
}

}  // namespace corridor

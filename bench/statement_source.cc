#include "bench/statement_source.h"

#include <cstring>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/crypto/statement_proof.h"
#include "core/gate/canonical_bytes.h"

namespace corridor {
namespace {

constexpr char kHeadline[] =
    "Customer service jobs abroad end in guarded compounds; passports are kept there.";
constexpr char kNoteSentence[] =
    "Recruiters offer customer service work to graduates of several counties. On arrival they are "
    "driven across the river, passports are kept, and relatives are asked for ransom. ";
constexpr int kNoteSentences = 3;

// 16 bytes that no other (first, second) gives.
std::string IdOf(uint64_t first, uint64_t second) {
  std::string id(16, '\0');
  std::memcpy(id.data(), &first, sizeof first);
  std::memcpy(id.data() + sizeof first, &second, sizeof second);
  return id;
}

void AddText(Payload payload, v1::AlertContent& content) {
  if (payload == Payload::kCoded) return;
  v1::LocalizedText& headline = *content.add_headlines();
  headline.set_language("en");
  headline.set_text(kHeadline);
  if (payload == Payload::kHeadline) return;
  v1::LocalizedText& note = *content.add_notes();
  note.set_language("en");
  for (int i = 0; i < kNoteSentences; ++i) note.mutable_text()->append(kNoteSentence);
  note.mutable_text()->pop_back();
}

void AddLeg(v1::RouteStage stage, const char* country, v1::AlertContent& content) {
  v1::RouteLeg& leg = *content.add_legs();
  leg.set_stage(stage);
  leg.set_country(country);
}

}  // namespace

std::optional<Payload> PayloadFrom(std::string_view name) {
  if (name == "coded") return Payload::kCoded;
  if (name == "headline") return Payload::kHeadline;
  if (name == "note") return Payload::kNote;
  return std::nullopt;
}

v1::StatementBody ExampleAlert(Payload payload) {
  const int64_t now = absl::ToUnixSeconds(SystemClock().Now());
  v1::StatementBody body;
  body.set_schema_version("1");
  body.set_vocabulary_version("1");
  body.set_publisher_country("THA");
  body.set_publisher_type(v1::PUBLISHER_TYPE_CENTRAL_GOVERNMENT);
  body.set_attribution(v1::ATTRIBUTION_NAMED);
  body.set_revision(1);
  body.set_tlp(v1::TLP_GREEN);
  body.set_status(v1::ALERT_STATUS_ACTUAL);
  body.set_urgency(v1::URGENCY_EXPECTED);
  body.mutable_published_at()->set_seconds(now);
  body.mutable_valid_until()->set_seconds(now + absl::ToInt64Seconds(60 * absl::Hours(24)));
  v1::AlertContent& content = *body.mutable_issue()->mutable_content();
  content.set_severity(v1::SEVERITY_SEVERE);
  content.set_certainty(v1::CERTAINTY_OBSERVED);
  AddLeg(v1::ROUTE_STAGE_RECRUITMENT, "KEN", content);
  AddLeg(v1::ROUTE_STAGE_TRANSIT, "THA", content);
  AddLeg(v1::ROUTE_STAGE_EXPLOITATION, "MMR", content);
  content.mutable_legs(2)->set_venue(v1::VENUE_GUARDED_COMPOUND);
  v1::PatternBlock& pattern = *content.mutable_pattern();
  pattern.add_acts(v1::TRAFFICKING_ACT_RECRUITMENT);
  pattern.add_means(v1::TRAFFICKING_MEANS_DECEPTION);
  pattern.add_purposes(v1::TRAFFICKING_PURPOSE_FORCED_CRIMINALITY);
  pattern.add_forced_criminality_kinds(v1::FORCED_CRIMINALITY_KIND_JOB_OR_TASK_SCAM);
  v1::RecruitmentBlock& recruitment = *content.mutable_recruitment();
  recruitment.add_recruitment_methods(v1::RECRUITMENT_METHOD_ONLINE_SOCIAL_NETWORK);
  recruitment.add_lures(v1::LURE_CUSTOMER_SERVICE);
  recruitment.set_claimed_destination("THA");
  content.set_verification(v1::VERIFICATION_POSSIBLE);
  AddText(payload, content);
  return body;
}

v1::StatementRouting ToAllMembers() {
  v1::StatementRouting routing;
  routing.mutable_audience()->mutable_all_members();
  return routing;
}

StatementSource::StatementSource(std::string publisher, SigningKey key, Payload payload,
                                 uint64_t run)
    : key_(std::move(key)),
      run_(run),
      body_(ExampleAlert(payload)),
      routing_(CanonicalBytes(ToAllMembers())) {
  body_.set_publisher(std::move(publisher));
}

v1::SignedStatement StatementSource::Next(int64_t stamp) {
  ++made_;
  body_.set_statement_id(IdOf(run_, made_));
  body_.set_alert_id(IdOf(static_cast<uint64_t>(stamp), run_ + made_));
  return Serialised(body_, routing_);
}

v1::SignedStatement StatementSource::Serialised(const v1::StatementBody& body,
                                                const std::string& routing) {
  v1::SignedStatement statement;
  statement.set_routing(routing);
  statement.set_routing_salt(IdOf(made_, run_));
  statement.set_body(CanonicalBytes(body));
  statement.set_body_salt(IdOf(run_, ~made_));
  return statement;
}

v1::PublishRequest StatementSource::RecallOf(uint64_t number, int64_t stamp) {
  ++made_;
  v1::StatementBody body = body_;
  body.set_statement_id(IdOf(run_, made_));
  body.set_alert_id(IdOf(static_cast<uint64_t>(stamp), run_ + number));
  body.set_revision(2);
  body.clear_tlp();
  body.clear_valid_until();
  body.mutable_recall()->set_reason(v1::RECALL_REASON_OTHER);
  v1::PublishRequest request;
  v1::SignedStatement& statement = *request.add_statements();
  statement = Serialised(body, "");
  SignStatement(key_, statement);
  return request;
}

v1::PublishRequest StatementSource::Signed(int count, int64_t stamp) {
  v1::PublishRequest request;
  for (int i = 0; i < count; ++i) {
    v1::SignedStatement& statement = *request.add_statements();
    statement = Next(stamp);
    SignStatement(key_, statement);
  }
  return request;
}

v1::PublishRequest StatementSource::SignedTogether(int count, int64_t stamp) {
  std::vector<v1::SignedStatement> statements;
  for (int i = 0; i < count; ++i) statements.push_back(Next(stamp));
  SignBatch(key_, statements);
  v1::PublishRequest request;
  for (v1::SignedStatement& statement : statements)
    *request.add_statements() = std::move(statement);
  return request;
}

int64_t StampOf(std::string_view alert_id) {
  int64_t stamp = 0;
  if (alert_id.size() >= sizeof stamp) std::memcpy(&stamp, alert_id.data(), sizeof stamp);
  return stamp;
}

}  // namespace corridor

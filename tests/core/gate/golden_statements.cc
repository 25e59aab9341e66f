#include "tests/core/gate/golden_statements.h"

#include <cstdlib>
#include <utility>

#include "core/base/random.h"
#include "google/protobuf/text_format.h"
#include "tests/support/test_statements.h"

namespace corridor {
namespace {

// Salts that everybody can make: 16 times the same byte.
class CountingRandom final : public Random {
 public:
  explicit CountingRandom(uint8_t first) : next_(first) {}
  void Fill(std::span<uint8_t> bytes) override {
    for (uint8_t& byte : bytes) byte = next_;
    ++next_;
  }

 private:
  uint8_t next_;
};

template <typename Message>
Message FromText(const std::string& text) {
  Message message;
  if (!google::protobuf::TextFormat::ParseFromString(text, &message)) std::abort();
  return message;
}

// What every body here begins with: an agency of Kenya, TLP:GREEN, ACTUAL.
constexpr char kKenya[] = R"pb(
  schema_version: "1"
  vocabulary_version: "1"
  gate_policy_version: "1"
  publisher: "spiffe://eac.example/agency/ke-desk"
  publisher_country: "KEN"
  publisher_type: PUBLISHER_TYPE_CENTRAL_GOVERNMENT
  attribution: ATTRIBUTION_NAMED
  alert_id: "ALERT-0123456789"
  tlp: TLP_GREEN
  status: ALERT_STATUS_ACTUAL
  published_at { seconds: 1743494400 nanos: 250000000 }
)pb";

constexpr char kThailand[] = R"pb(
  schema_version: "1"
  vocabulary_version: "1"
  publisher: "spiffe://sea.example/agency/th-desk"
  publisher_country: "THA"
  publisher_type: PUBLISHER_TYPE_LAW_ENFORCEMENT
  attribution: ATTRIBUTION_NAMED
  alert_id: "REMARK-012345678"
  revision: 1
  tlp: TLP_AMBER
  status: ALERT_STATUS_ACTUAL
  urgency: URGENCY_EXPECTED
  published_at { seconds: 1743580800 }
)pb";

constexpr char kIssue[] = R"pb(
  statement_id: "STATEMENT-ISSUE1"
  revision: 1
  urgency: URGENCY_IMMEDIATE
  valid_from { seconds: 1743494400 }
  valid_until { seconds: 1746057600 }
  references {
    target { publisher: "spiffe://sea.example/agency/th-desk" alert_id: "ALERT-OF-THAIDSK" }
    relation: REFERENCE_RELATION_SAME_PATTERN
  }
  issue {
    content {
      severity: SEVERITY_SEVERE
      certainty: CERTAINTY_OBSERVED
      observed_period {
        start { year: 2025 month: 1 }
        end { year: 2025 month: 3 }
      }
      legs { stage: ROUTE_STAGE_RECRUITMENT country: "KEN" }
      legs { stage: ROUTE_STAGE_TRANSIT country: "THA" entry_mode: ENTRY_MODE_VISA_EXEMPT }
      legs { stage: ROUTE_STAGE_EXPLOITATION area: "035" venue: VENUE_GUARDED_COMPOUND }
      pattern {
        acts: TRAFFICKING_ACT_RECRUITMENT
        acts: TRAFFICKING_ACT_TRANSPORTATION
        means: TRAFFICKING_MEANS_DECEPTION
        purposes: TRAFFICKING_PURPOSE_FORCED_CRIMINALITY
        forced_criminality_kinds: FORCED_CRIMINALITY_KIND_ROMANCE_INVESTMENT_SCAM
        controls: CONTROL_METHOD_WITHHOLDS_DOCUMENTS
        controls: CONTROL_METHOD_TARGET_QUOTAS
        duration: EXPLOITATION_DURATION_M0_TO_12
      }
      recruitment {
        recruitment_methods: RECRUITMENT_METHOD_ONLINE_SOCIAL_NETWORK
        platforms: PLATFORM_TELEGRAM
        lures: LURE_CUSTOMER_SERVICE
        claimed_destination: "THA"
        fee_band: FEE_BAND_500_TO_1999
        perpetrator_kinds: PERPETRATOR_KIND_ORGANISED_GROUP
        languages_sought: "eng"
      }
      basis: BASIS_HOTLINE
      verification: VERIFICATION_POSSIBLE
      source_reliability: SOURCE_RELIABILITY_B_USUALLY_RELIABLE
      information_credibility: INFORMATION_CREDIBILITY_2_PROBABLY_TRUE
      handling: HANDLING_CODE_NO_COURT_USE_WITHOUT_CONSENT
      permitted_action: PERMITTED_ACTION_AMBER
      response_pillars: RESPONSE_PILLAR_PREVENTION
      recommended_actions: RECOMMENDED_ACTION_WARN_JOBSEEKERS
      headlines { language: "en" text: "Customer service offers lead graduates into a compound" }
      headlines { language: "sw" text: "Ajira za huduma kwa wateja zinawapeleka kwenye kambi" }
      notes { language: "en" text: "Offers name a city in Thailand.\nNobody arrives there." }
    }
  }
)pb";

constexpr char kRevise[] = R"pb(
  statement_id: "STATEMENT-REVISE"
  revision: 2
  urgency: URGENCY_EXPECTED
  valid_until { seconds: 1748736000 }
  revise {
    content {
      severity: SEVERITY_SEVERE
      certainty: CERTAINTY_OBSERVED
      legs { stage: ROUTE_STAGE_RECRUITMENT country: "KEN" }
      legs { stage: ROUTE_STAGE_EXPLOITATION country: "MMR" }
      pattern {
        acts: TRAFFICKING_ACT_RECRUITMENT
        means: TRAFFICKING_MEANS_FRAUD
        purposes: TRAFFICKING_PURPOSE_FORCED_CRIMINALITY
      }
      affected_group {
        group_size: GROUP_SIZE_25_TO_49
        gender: GENDER_MIXED
        age_band: AGE_BAND_21_TO_23
        citizenships: "KEN"
        citizenships: "UGA"
      }
      verification: VERIFICATION_CONFIRMED
    }
    reason: REVISION_REASON_NEW_INFORMATION
  }
)pb";

constexpr char kCancel[] = R"pb(
  statement_id: "STATEMENT-CANCEL"
  revision: 3
  urgency: URGENCY_PAST
  cancel { reason: CANCEL_REASON_OVER }
)pb";

constexpr char kRecall[] = R"pb(
  statement_id: "STATEMENT-RECALL"
  revision: 4
  urgency: URGENCY_IMMEDIATE
  recall { reason: RECALL_REASON_SAFETY target_statement_id: "STATEMENT-REVISE" }
)pb";

constexpr char kSighting[] = R"pb(
  statement_id: "STATEMENT-SIGHTS"
  sighting {
    target {
      publisher: "spiffe://eac.example/agency/ke-desk"
      alert_id: "ALERT-0123456789"
      revision: 1
    }
    kind: SIGHTING_KIND_SEEN
    place: "035"
    month { year: 2025 month: 3 }
    size: GROUP_SIZE_LT_11
  }
)pb";

constexpr char kResponse[] = R"pb(
  statement_id: "STATEMENT-ANSWER"
  response {
    target { publisher: "spiffe://eac.example/agency/ke-desk" alert_id: "ALERT-0123456789" }
    kind: RESPONSE_KIND_INFORMATION_REQUESTED
    channel: EXTERNAL_CHANNEL_LIAISON_OFFICER
  }
)pb";

constexpr char kCorridorAudience[] = R"pb(
  audience { corridor { from_countries: "KEN" from_countries: "UGA" to_countries: "THA" } }
  excluded { country: "MMR" }
  excluded { member: "spiffe://sea.example/agency/th-other" }
)pb";

GoldenStatement Make(uint8_t number, std::string name, const std::string& routing,
                     const std::string& body) {
  GoldenStatement golden{.name = std::move(name),
                         .routing = FromText<v1::StatementRouting>(routing),
                         .body = FromText<v1::StatementBody>(body)};
  CountingRandom salts(static_cast<uint8_t>(2 * number));
  golden.statement = Sign(golden.body, golden.routing, GoldenKey(), salts);
  return golden;
}

}  // namespace

SigningKey GoldenKey() {
  std::string seed;
  for (char byte = 0; byte < 32; ++byte) seed.push_back(byte);
  return *SigningKey::FromSeed(seed);
}

std::vector<GoldenStatement> GoldenStatements() {
  const std::string kenya = kKenya;
  const std::string thailand = kThailand;
  return {Make(1, "issue", kCorridorAudience, kenya + kIssue),
          Make(2, "revise", "audience { all_members {} }", kenya + kRevise),
          Make(3, "cancel", "", kenya + kCancel),
          Make(4, "recall", "", kenya + kRecall),
          Make(5, "sighting", "audience { to_publisher {} }", thailand + kSighting),
          Make(6, "response", "audience { same_as_target {} }", thailand + kResponse)};
}

}  // namespace corridor

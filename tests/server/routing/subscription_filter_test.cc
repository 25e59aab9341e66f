// A desk in Bangkok wants scams that end in its neighbourhood; what it subscribes to is
// what it gets, and it learns of the end of everything it got.

#include "server/routing/subscription_filter.h"

#include <string>

#include "core/model/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/test_statements.h"

namespace corridor {
namespace {

using testing::ElementsAre;

constexpr char kKenya[] = "spiffe://ea.example/agency/ke-desk";
constexpr char kThailand[] = "spiffe://sea.example/agency/th-desk";

// Kenya > Thailand > Myanmar, TLP:GREEN, EXPECTED or slower.
ParsedStatement Alert() {
  ParsedStatement statement;
  statement.body = ExampleIssue(kKenya, 1);
  return statement;
}

ParsedStatement Of(v1::StatementBody body) {
  ParsedStatement statement;
  statement.body = std::move(body);
  return statement;
}

class SubscriptionFilterTest : public testing::Test {
 protected:
  v1::FilterClause& clause() { return *filter_.mutable_clauses(0); }

  bool Matches(const ParsedStatement& statement, const ParsedStatement* target = nullptr) {
    const auto filter = SubscriptionFilter::Compile(filter_);
    EXPECT_TRUE(filter.ok()) << filter.status();
    const bool matches = filter->Matches(statement, target);
    EXPECT_EQ(filter->WhyNot(statement, target).empty(), matches);
    return matches;
  }
  std::string WhyNot(const ParsedStatement& statement) {
    return SubscriptionFilter::Compile(filter_)->WhyNot(statement, nullptr);
  }

  SubscriptionFilterTest() { filter_.add_clauses(); }

  v1::Filter filter_;
};

TEST_F(SubscriptionFilterTest, WithoutClausesWantsEverything) {
  filter_.clear_clauses();
  EXPECT_TRUE(Matches(Alert()));
  EXPECT_TRUE(Matches(Of(ExampleSighting(kThailand, kKenya, 1))));
}

TEST_F(SubscriptionFilterTest, ACountryMatchesItsAreasAndBack) {
  for (const char* place : {"KEN", "014", "002", "001", "MMR", "035"}) {
    clause().clear_places();
    clause().add_places(place);
    EXPECT_TRUE(Matches(Alert())) << place;
  }
  for (const char* place : {"UGA", "150", "039"}) {
    clause().clear_places();
    clause().add_places(place);
    EXPECT_FALSE(Matches(Alert())) << place;
  }
  // The alert names an area only: whoever wants a country in it is told.
  ParsedStatement vague = Alert();
  vague.body.mutable_issue()->mutable_content()->mutable_legs(0)->set_area("014");
  clause().clear_places();
  clause().add_places("UGA");
  EXPECT_TRUE(Matches(vague));
}

TEST_F(SubscriptionFilterTest, PlacesOfAStageAreAskedOfThatStage) {
  clause().add_exploitation_places("KEN");
  EXPECT_FALSE(Matches(Alert()));
  EXPECT_EQ(WhyNot(Alert()), "clause 1: exploitation_places");
  clause().clear_exploitation_places();
  clause().add_recruitment_places("014");
  EXPECT_TRUE(Matches(Alert()));
  clause().add_transit_places("VNM");
  EXPECT_EQ(WhyNot(Alert()), "clause 1: transit_places");
}

TEST_F(SubscriptionFilterTest, IsAnyOfItsClausesAndAllOfTheConditionsInOne) {
  clause().add_publisher_countries("KEN");
  clause().add_tlps(v1::TLP_RED);
  EXPECT_FALSE(Matches(Alert()));
  filter_.add_clauses()->add_claimed_destinations("LAO");
  EXPECT_EQ(WhyNot(Alert()), "clause 1: tlps; clause 2: claimed_destinations");
  filter_.add_clauses()->add_publishers(kKenya);
  EXPECT_TRUE(Matches(Alert()));
}

TEST_F(SubscriptionFilterTest, SeverityIsAFloor) {
  ParsedStatement alert = Alert();
  v1::AlertContent& content = *alert.body.mutable_issue()->mutable_content();
  clause().set_severity_min(v1::SEVERITY_SEVERE);
  content.set_severity(v1::SEVERITY_EXTREME);
  EXPECT_TRUE(Matches(alert));
  content.set_severity(v1::SEVERITY_SEVERE);
  EXPECT_TRUE(Matches(alert));
  content.set_severity(v1::SEVERITY_MODERATE);
  EXPECT_FALSE(Matches(alert));
  content.set_severity(v1::SEVERITY_UNKNOWN);
  EXPECT_FALSE(Matches(alert));
}

TEST_F(SubscriptionFilterTest, CodesOfTheContentAreAsked) {
  ParsedStatement alert = Alert();
  v1::PatternBlock& pattern = *alert.body.mutable_issue()->mutable_content()->mutable_pattern();
  pattern.clear_purposes();
  pattern.add_purposes(v1::TRAFFICKING_PURPOSE_FORCED_LABOUR);
  pattern.add_purposes(v1::TRAFFICKING_PURPOSE_FORCED_CRIMINALITY);
  clause().add_purposes(v1::TRAFFICKING_PURPOSE_FORCED_CRIMINALITY);
  EXPECT_TRUE(Matches(alert));
  pattern.clear_purposes();
  EXPECT_FALSE(Matches(alert));
}

TEST_F(SubscriptionFilterTest, RemarksAreJudgedByTheirEnvelopeAlone) {
  const ParsedStatement sighting = Of(ExampleSighting(kThailand, kKenya, 1));
  clause().add_places("PER");
  clause().set_severity_min(v1::SEVERITY_EXTREME);
  EXPECT_TRUE(Matches(sighting));
  clause().add_publishers(kKenya);
  EXPECT_FALSE(Matches(sighting));
  clause().clear_publishers();
  clause().add_kinds(v1::STATEMENT_KIND_RESPONSE);
  EXPECT_FALSE(Matches(sighting));
}

// Who has an alert must learn that it is over, without having asked for that.
TEST_F(SubscriptionFilterTest, TheEndOfAnAlertFollowsTheAlert) {
  const ParsedStatement alert = Alert();
  const ParsedStatement cancel = Of(ExampleCancel(kKenya, 1, 2));
  const ParsedStatement recall = Of(ExampleRecall(kKenya, 1, 2));
  clause().add_kinds(v1::STATEMENT_KIND_ISSUE);
  clause().add_places("MMR");
  EXPECT_TRUE(Matches(cancel, &alert));
  EXPECT_TRUE(Matches(recall, &alert));
  clause().set_places(0, "PER");
  EXPECT_FALSE(Matches(cancel, &alert));
  // The first revision may have spoken of Peru.
  ParsedStatement revised = Of(ExampleRevise(kKenya, 1, 2));
  EXPECT_FALSE(Matches(revised));
  EXPECT_TRUE(Matches(cancel, &revised));
  clause().add_publishers(kThailand);
  EXPECT_FALSE(Matches(cancel, &revised));
}

TEST_F(SubscriptionFilterTest, WhoWantsRemarksOnlyIsNotToldOfTheEnd) {
  const ParsedStatement alert = Alert();
  const ParsedStatement cancel = Of(ExampleCancel(kKenya, 1, 2));
  clause().add_kinds(v1::STATEMENT_KIND_SIGHTING);
  EXPECT_FALSE(Matches(cancel, &alert));
  clause().add_kinds(v1::STATEMENT_KIND_CANCEL);
  EXPECT_TRUE(Matches(cancel, &alert));
}

TEST_F(SubscriptionFilterTest, SaysEveryFaultAtOnce) {
  clause().add_places("Kenya");
  clause().add_claimed_destinations("035");
  clause().add_publishers("spiffe://ea.example/agency/ke-desk/integration/feed");
  clause().add_purposes(v1::TRAFFICKING_PURPOSE_UNSPECIFIED);
  clause().add_tlps(static_cast<v1::Tlp>(77));
  clause().add_kinds(v1::STATEMENT_KIND_ISSUE);
  clause().add_kinds(v1::STATEMENT_KIND_ISSUE);
  clause().set_severity_min(v1::SEVERITY_UNKNOWN);
  const absl::Status status = SubscriptionFilter::Compile(filter_).status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_REQUEST_INVALID);
  std::vector<std::string> fields;
  for (const FieldViolation& violation : ViolationsOf(status)) fields.push_back(violation.field);
  EXPECT_THAT(fields, ElementsAre("filter.clauses[0].kinds[1]", "filter.clauses[0].publishers[0]",
                                  "filter.clauses[0].places[0]",
                                  "filter.clauses[0].claimed_destinations[0]",
                                  "filter.clauses[0].purposes[0]", "filter.clauses[0].tlps[0]",
                                  "filter.clauses[0].severity_min"));
}

TEST_F(SubscriptionFilterTest, HasABound) {
  for (int i = 0; i < 32; ++i) filter_.add_clauses();
  EXPECT_FALSE(SubscriptionFilter::Compile(filter_).ok());
}

}  // namespace
}  // namespace corridor

// Two regions agree; what the operator leaves out is filled in, and what must never be
// missing is added.

#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "tests/server/catalog/catalog_fixture.h"

namespace corridor {
namespace {

using google::protobuf::util::MessageDifferencer;
using testing::ElementsAre;
using testing::SizeIs;

class AgreementActsTest : public CatalogFixture {};

TEST_F(AgreementActsTest, AlwaysExcludesImmigrationEnforcementAndRefoulement) {
  v1::Agreement agreement = ExampleAgreement("sea-to-ea");
  agreement.add_excluded_uses(v1::EXCLUDED_USE_PUNISHING_VICTIMS);
  const auto created = Create(agreement);
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_THAT(created->excluded_uses(),
              ElementsAre(v1::EXCLUDED_USE_IMMIGRATION_ENFORCEMENT, v1::EXCLUDED_USE_REFOULEMENT,
                          v1::EXCLUDED_USE_PUNISHING_VICTIMS));
  EXPECT_EQ(created->state(), v1::AGREEMENT_STATE_ACTIVE);
  EXPECT_EQ(created->applies_from().seconds(), absl::ToUnixSeconds(clock_.Now()))
      << "an agreement does not reach back unless it says so";
}

TEST_F(AgreementActsTest, TheSameAgainIsReturned) {
  const auto first = Create(ExampleAgreement("sea-to-ea"));
  clock_.Advance(absl::Hours(1));
  const auto second = Create(ExampleAgreement("sea-to-ea"));
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_TRUE(MessageDifferencer::Equals(*first, *second));
  v1::Agreement other = ExampleAgreement("sea-to-ea");
  other.set_tlp_max(v1::TLP_GREEN);
  EXPECT_EQ(ReasonOf(Create(other).status()), v1::ERROR_REASON_ALREADY_EXISTS);
}

TEST_F(AgreementActsTest, AnEndedOneKeepsItsId) {
  const auto created = Create(ExampleAgreement("sea-to-ea"));
  EXPECT_EQ(ReasonOf(End("sea-to-ea", "stale").status()), v1::ERROR_REASON_ETAG_MISMATCH);
  const auto ended = End("sea-to-ea", created->etag());
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(ended->state(), v1::AGREEMENT_STATE_ENDED);
  EXPECT_TRUE(End("sea-to-ea").ok()) << "ending again is safe";
  EXPECT_EQ(catalog_->facts()->generation, 2u);
  EXPECT_EQ(ReasonOf(Create(ExampleAgreement("sea-to-ea")).status()),
            v1::ERROR_REASON_ALREADY_EXISTS);
  EXPECT_EQ(ReasonOf(End("another").status()), v1::ERROR_REASON_NOT_FOUND);
  Reopen();
  EXPECT_EQ(catalog_->GetAgreement("sea-to-ea")->state(), v1::AGREEMENT_STATE_ENDED);
  EXPECT_THAT(catalog_->ListAgreements({})->agreements(), SizeIs(1));
}

TEST_F(AgreementActsTest, EveryFaultIsToldAtOnce) {
  v1::Agreement agreement;
  agreement.set_agreement_id("No Spaces");
  agreement.mutable_from()->set_region("ea.example");
  agreement.mutable_from()->add_countries("Kenya");
  agreement.mutable_from()->add_members(kThai);
  agreement.mutable_to()->set_region("wa.example");
  agreement.add_kinds(v1::STATEMENT_KIND_UNSPECIFIED);
  agreement.mutable_applies_from()->set_seconds(100);
  agreement.mutable_valid_until()->set_seconds(100);
  agreement.set_state(v1::AGREEMENT_STATE_ENDED);
  EXPECT_THAT(FaultsOf(Create(agreement).status()),
              ElementsAre("agreement.agreement_id", "agreement.title",
                          "agreement.from.countries[0]", "agreement.from.members[0]",
                          "agreement.to.region", "agreement.kinds[0]", "agreement.tlp_max",
                          "agreement.use", "agreement.valid_until", "agreement.state"));
  EXPECT_THAT(FaultsOf(Create(v1::Agreement()).status()),
              ElementsAre("agreement.agreement_id", "agreement.title", "agreement.from",
                          "agreement.to", "agreement.tlp_max", "agreement.use"));
}

}  // namespace
}  // namespace corridor

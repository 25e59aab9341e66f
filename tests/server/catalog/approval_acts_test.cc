// A new agreement opens the region: where the rules ask for it, it waits until a second operator
// approves it, and is dropped when nobody does. An office of one person waits for time to pass
// instead.

#include "gmock/gmock.h"
#include "tests/server/catalog/catalog_fixture.h"

namespace corridor {
namespace {

using testing::SizeIs;

class ApprovalActsTest : public CatalogFixture {
 protected:
  ApprovalActsTest() {
    approvals_ = {.needed = true, .expires_after = absl::Hours(48)};
    Reopen();
  }

  absl::StatusOr<v1::PendingAct> Approve(const Principal& actor) {
    std::optional<absl::StatusOr<v1::PendingAct>> answer;
    catalog_->ApproveAct(actor, kId, Into(answer));
    return *std::move(answer);
  }
  absl::StatusOr<v1::PendingAct> Refuse(const Principal& actor) {
    std::optional<absl::StatusOr<v1::PendingAct>> answer;
    catalog_->RefuseAct(actor, kId, Into(answer));
    return *std::move(answer);
  }
  absl::StatusOr<v1::PendingAct> Approve(const std::string& id) {
    std::optional<absl::StatusOr<v1::PendingAct>> answer;
    catalog_->ApproveAct(second_, id, Into(answer));
    return *std::move(answer);
  }
  // As the broker does when it has read its configuration.
  void Configure(const std::vector<std::string>& ids) {
    std::vector<v1::PendingAct> configured;
    for (const std::string& id : ids) configured.emplace_back().set_approval_id(id);
    catalog_->ReviewOpenings(std::move(configured), [](const absl::Status& status) {
      EXPECT_TRUE(status.ok()) << status;
    });
  }
  bool IsInForce() { return catalog_->facts()->agreements.contains("sea-to-ea"); }

  static constexpr char kId[] = "agreements/sea-to-ea";
  const Principal second_ = *ParsePrincipal("spiffe://sea.example/operator/second");
};

TEST_F(ApprovalActsTest, WhatWaitsIsListedByThePage) {
  for (const char* id : {"first", "second", "third"}) {
    EXPECT_EQ(ReasonOf(Create(ExampleAgreement(id)).status()), v1::ERROR_REASON_APPROVAL_PENDING);
  }
  v1::ListPendingActsRequest request;
  request.set_page_size(2);
  const auto page = catalog_->ListPendingActs(request);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_THAT(page->acts(), SizeIs(2));
  request.set_page_token(page->next_page_token());
  const auto last = catalog_->ListPendingActs(request);
  ASSERT_TRUE(last.ok()) << last.status();
  ASSERT_THAT(last->acts(), SizeIs(1));
  EXPECT_EQ(last->acts(0).approval_id(), "agreements/third");
  EXPECT_EQ(last->next_page_token(), "");
  request.set_page_token("no token");
  EXPECT_EQ(ReasonOf(catalog_->ListPendingActs(request).status()),
            v1::ERROR_REASON_REQUEST_INVALID);
}

TEST_F(ApprovalActsTest, ANewAgreementWaitsForASecondOperator) {
  const absl::Status proposed = Create(ExampleAgreement("sea-to-ea")).status();
  EXPECT_EQ(ReasonOf(proposed), v1::ERROR_REASON_APPROVAL_PENDING);
  EXPECT_EQ(MetadataOf(proposed, "approval"), kId);
  EXPECT_FALSE(IsInForce());
  ASSERT_THAT(catalog_->ListPendingActs().acts(), SizeIs(1));
  EXPECT_EQ(catalog_->ListPendingActs().acts(0).proposed_by(), operator_.spiffe_id);

  const absl::Status own = Approve(operator_).status();
  EXPECT_EQ(ReasonOf(own), v1::ERROR_REASON_POLICY_DENIED);
  EXPECT_EQ(MetadataOf(own, "rule"), "approval/own");
  EXPECT_FALSE(IsInForce());
  EXPECT_EQ(audited_.back().refusal(), v1::ERROR_REASON_POLICY_DENIED) << "trying it is on record";

  Reopen();  // It waits across a restart.
  ASSERT_TRUE(Approve(second_).ok());
  EXPECT_TRUE(IsInForce());
  EXPECT_THAT(catalog_->ListPendingActs().acts(), SizeIs(0));
  ASSERT_GE(audited_.size(), 2u);
  EXPECT_EQ(audited_.back().rule(), "approved");
  EXPECT_EQ(audited_[audited_.size() - 2].act(), v1::AUDIT_ACT_AGREEMENT);
  Reopen();
  EXPECT_TRUE(IsInForce());
  EXPECT_EQ(Approve(second_).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(ApprovalActsTest, ProposingTheSameAgainIsTheSameProposalAndAnotherIsRefused) {
  EXPECT_FALSE(Create(ExampleAgreement("sea-to-ea")).ok());
  EXPECT_EQ(ReasonOf(Create(ExampleAgreement("sea-to-ea")).status()),
            v1::ERROR_REASON_APPROVAL_PENDING);
  EXPECT_THAT(catalog_->ListPendingActs().acts(), SizeIs(1));
  v1::Agreement other = ExampleAgreement("sea-to-ea");
  other.set_title("Another");
  EXPECT_EQ(ReasonOf(Create(other).status()), v1::ERROR_REASON_ALREADY_EXISTS);
  ASSERT_TRUE(Approve(second_).ok());
  EXPECT_TRUE(Create(ExampleAgreement("sea-to-ea")).ok()) << "set-up scripts may run again";
}

TEST_F(ApprovalActsTest, WhatIsRefusedIsGoneAndWhatNobodyApprovesExpires) {
  EXPECT_FALSE(Create(ExampleAgreement("sea-to-ea")).ok());
  ASSERT_TRUE(Refuse(operator_).ok()) << "one may take back one's own";
  EXPECT_EQ(Approve(second_).status().code(), absl::StatusCode::kNotFound);

  EXPECT_FALSE(Create(ExampleAgreement("sea-to-ea")).ok());
  clock_.Advance(absl::Hours(48));
  EXPECT_EQ(Approve(second_).status().code(), absl::StatusCode::kNotFound) << "too late";
  EXPECT_FALSE(IsInForce());
  catalog_->ReviewPendingActs();
  EXPECT_THAT(catalog_->ListPendingActs().acts(), SizeIs(0));
  EXPECT_EQ(audited_.back().rule(), "expired");
}

TEST_F(ApprovalActsTest, ANewLinkAndANewRootWaitAndTheFirstOnesDoNot) {
  Configure({"links/ea.example", "roots/ea.example/aa"});
  EXPECT_TRUE(catalog_->IsOpen("links/ea.example"));
  EXPECT_TRUE(catalog_->IsOpen("roots/ea.example/aa"));
  Reopen();
  Configure(
      {"links/ea.example", "roots/ea.example/aa", "roots/ea.example/bb", "links/west.example"});
  Configure(
      {"links/ea.example", "roots/ea.example/aa", "roots/ea.example/bb", "links/west.example"});
  EXPECT_TRUE(catalog_->IsOpen("roots/ea.example/aa"));
  EXPECT_FALSE(catalog_->IsOpen("roots/ea.example/bb"));
  EXPECT_FALSE(catalog_->IsOpen("links/west.example"));
  ASSERT_THAT(catalog_->ListPendingActs().acts(), SizeIs(2)) << "once each";
  Reopen();
  ASSERT_TRUE(Approve("roots/ea.example/bb").ok());
  EXPECT_TRUE(catalog_->IsOpen("roots/ea.example/bb"));
  EXPECT_EQ(audited_.back().rule(), "approved");
  EXPECT_EQ(audited_.back().object(), "roots/ea.example/bb");
  Reopen();
  EXPECT_TRUE(catalog_->IsOpen("roots/ea.example/bb"));
  EXPECT_FALSE(catalog_->IsOpen("links/west.example"));
  EXPECT_FALSE(Approve("links/unheard.example").ok());
}

TEST_F(ApprovalActsTest, ALinkAlsoTakesEffectByTimeWhereTheRulesSaySo) {
  approvals_.takes_effect_after = absl::Hours(24);
  Reopen();
  Configure({});
  Configure({"links/west.example"});
  EXPECT_FALSE(catalog_->IsOpen("links/west.example"));
  clock_.Advance(absl::Hours(24));
  catalog_->ReviewPendingActs();
  EXPECT_TRUE(catalog_->IsOpen("links/west.example"));
}

TEST_F(ApprovalActsTest, WhereNobodyNeedsToApproveEveryLinkIsOpen) {
  approvals_ = {};
  Reopen();
  Configure({"links/ea.example"});
  EXPECT_TRUE(catalog_->IsOpen("links/ea.example"));
  EXPECT_TRUE(catalog_->IsOpen("links/other.example"));
  EXPECT_THAT(catalog_->ListPendingActs().acts(), SizeIs(0));
}

TEST_F(ApprovalActsTest, AnOfficeOfOnePersonWaitsForTimeToPass) {
  approvals_.takes_effect_after = absl::Hours(24);
  Reopen();
  EXPECT_FALSE(Create(ExampleAgreement("sea-to-ea")).ok());
  clock_.Advance(absl::Hours(24) - absl::Seconds(1));
  catalog_->ReviewPendingActs();
  EXPECT_FALSE(IsInForce());
  clock_.Advance(absl::Seconds(1));
  catalog_->ReviewPendingActs();
  EXPECT_TRUE(IsInForce());
  EXPECT_EQ(audited_.back().rule(), "delay passed");
  EXPECT_EQ(audited_.back().actor(), broker_.spiffe_id);
}

}  // namespace
}  // namespace corridor

// An operator sets up a region with a script, runs the script again, and two operators
// change the same member at once.

#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "tests/server/catalog/catalog_fixture.h"

namespace corridor {
namespace {

using google::protobuf::util::MessageDifferencer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class MemberActsTest : public CatalogFixture {};

TEST_F(MemberActsTest, AMemberIsInTheFactsWhenTheAnswerComes) {
  const auto created = Create(ExampleMember(kThai, "THA"));
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->state(), v1::MEMBER_STATE_ACTIVE);
  EXPECT_EQ(created->entitled_from().seconds(), absl::ToUnixSeconds(clock_.Now()));
  EXPECT_FALSE(created->etag().empty());
  ASSERT_NE(catalog_->facts()->FindMember(kThai), nullptr);
  EXPECT_EQ(catalog_->facts()->generation, 1u);
  EXPECT_EQ(changes_, 1);
  ASSERT_THAT(audited_, SizeIs(1));
  EXPECT_EQ(audited_[0].actor(), operator_.spiffe_id);
  EXPECT_EQ(audited_[0].act(), v1::AUDIT_ACT_MEMBER);
  EXPECT_EQ(audited_[0].object(), kThai);
  EXPECT_EQ(audited_[0].refusal(), v1::ERROR_REASON_UNSPECIFIED);
}

TEST_F(MemberActsTest, ASnapshotNeverChanges) {
  const std::shared_ptr<const Facts> before = catalog_->facts();
  ASSERT_TRUE(Create(ExampleMember(kThai, "THA")).ok());
  EXPECT_EQ(before->FindMember(kThai), nullptr);
  EXPECT_EQ(before->generation, 0u);
}

TEST_F(MemberActsTest, TheSameAgainChangesNothing) {
  v1::Member member = ExampleMember(kThai, "THA");
  member.add_countries("LAO");
  const auto first = Create(member);
  clock_.Advance(absl::Hours(1));
  member.mutable_countries()->SwapElements(0, 1);
  const auto second = Create(member);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_TRUE(MessageDifferencer::Equals(*first, *second));
  EXPECT_EQ(catalog_->facts()->generation, 1u);
  EXPECT_EQ(changes_, 1);
  ASSERT_THAT(audited_, SizeIs(2)) << "who asks is on record, whatever comes of it";
  EXPECT_EQ(audited_[1].rule(), "unchanged");
}

TEST_F(MemberActsTest, OtherValuesUnderTheSameIdAreRefusedAndAudited) {
  ASSERT_TRUE(Create(ExampleMember(kThai, "THA")).ok());
  const auto other = Create(ExampleMember(kThai, "LAO"));
  EXPECT_EQ(ReasonOf(other.status()), v1::ERROR_REASON_ALREADY_EXISTS);
  ASSERT_THAT(audited_, SizeIs(2));
  EXPECT_EQ(audited_[1].refusal(), v1::ERROR_REASON_ALREADY_EXISTS);
}

TEST_F(MemberActsTest, EveryFaultIsToldAtOnce) {
  v1::Member member;
  member.set_spiffe_id(kKenyan);
  member.set_display_name("two\nlines");
  member.add_countries("Thailand");
  member.add_countries("THA");
  member.add_countries("THA");
  member.set_type(static_cast<v1::PublisherType>(99));
  member.mutable_entitled_from()->set_nanos(-1);
  const auto refused = Create(member);
  EXPECT_THAT(FaultsOf(refused.status()),
              ElementsAre("member.spiffe_id", "member.display_name", "member.countries[0]",
                          "member.countries[2]", "member.type", "member.entitled_from"));
  ASSERT_THAT(audited_, SizeIs(1));
  EXPECT_EQ(audited_[0].refusal(), v1::ERROR_REASON_REQUEST_INVALID);
  EXPECT_EQ(audited_[0].object(), "") << "what is malformed is not repeated";
}

TEST_F(MemberActsTest, ANameThatCouldIdentifySomebodyIsRefusedAndNotRepeated) {
  v1::Member member = ExampleMember(kThai, "THA");
  member.set_display_name("Desk 0712345678");
  const auto refused = Create(member);
  EXPECT_EQ(ReasonOf(refused.status()), v1::ERROR_REASON_PERSONAL_DATA);
  EXPECT_THAT(FaultsOf(refused.status()), ElementsAre("member.display_name"));
  EXPECT_THAT(refused.status().ToString(), Not(HasSubstr("0712345678")));
  ASSERT_THAT(audited_, SizeIs(1));
  EXPECT_EQ(audited_[0].refusal(), v1::ERROR_REASON_PERSONAL_DATA);
  v1::Member renamed = *Create(ExampleMember(kThai, "THA"));
  renamed.set_display_name("Desk 0712345678");
  EXPECT_EQ(ReasonOf(Update(renamed).status()), v1::ERROR_REASON_PERSONAL_DATA);
}

TEST_F(MemberActsTest, OfTwoUpdatesOnOneEtagTheSecondIsRefused) {
  const auto created = Create(ExampleMember(kThai, "THA"));
  v1::Member mine = *created;
  mine.set_state(v1::MEMBER_STATE_SUSPENDED);
  v1::Member theirs = *created;
  theirs.set_display_name("Another name");
  const auto updated = Update(mine);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_NE(updated->etag(), created->etag());
  EXPECT_EQ(catalog_->facts()->FindMember(kThai)->state(), v1::MEMBER_STATE_SUSPENDED);
  EXPECT_EQ(ReasonOf(Update(theirs).status()), v1::ERROR_REASON_ETAG_MISMATCH);
  theirs.clear_etag();
  EXPECT_TRUE(Update(theirs).ok());
}

TEST_F(MemberActsTest, AnEtagNeverComesBack) {
  const auto first = Create(ExampleMember(kThai, "THA"));
  v1::Member member = *first;
  member.set_state(v1::MEMBER_STATE_SUSPENDED);
  ASSERT_TRUE(Update(member).ok());
  member.set_state(v1::MEMBER_STATE_ACTIVE);
  member.clear_etag();
  const auto back = Update(member);
  EXPECT_NE(back->etag(), first->etag());
  EXPECT_EQ(ReasonOf(Update(*first).status()), v1::ERROR_REASON_ETAG_MISMATCH);
}

TEST_F(MemberActsTest, AnUpdateNeedsAStateAndCannotMoveTheEntitlement) {
  v1::Member member = *Create(ExampleMember(kThai, "THA"));
  member.clear_etag();
  member.mutable_entitled_from()->set_seconds(1);
  EXPECT_THAT(FaultsOf(Update(member).status()), ElementsAre("member.entitled_from"));
  member.clear_entitled_from();
  member.clear_state();
  EXPECT_THAT(FaultsOf(Update(member).status()), ElementsAre("member.state"));
  EXPECT_EQ(ReasonOf(Update([] {
                       v1::Member other = ExampleMember(kIndonesian, "IDN");
                       other.set_state(v1::MEMBER_STATE_ACTIVE);
                       return other;
                     }())
                         .status()),
            v1::ERROR_REASON_NOT_FOUND);
}

TEST_F(MemberActsTest, ListsComeInPages) {
  for (const char* name : {"a", "b", "c"}) {
    ASSERT_TRUE(
        Create(ExampleMember(std::string("spiffe://sea.example/agency/") + name, "THA")).ok());
  }
  v1::ListMembersRequest request;
  request.set_page_size(2);
  auto page = catalog_->ListMembers(request);
  ASSERT_TRUE(page.ok());
  EXPECT_THAT(page->members(), SizeIs(2));
  request.set_page_token(page->next_page_token());
  page = catalog_->ListMembers(request);
  ASSERT_THAT(page->members(), SizeIs(1));
  EXPECT_EQ(page->members(0).spiffe_id(), "spiffe://sea.example/agency/c");
  EXPECT_EQ(page->next_page_token(), "");
  request.set_page_size(1001);
  request.set_page_token("zz");
  EXPECT_THAT(FaultsOf(catalog_->ListMembers(request).status()),
              ElementsAre("page_size", "page_token"));
}

TEST_F(MemberActsTest, AGrantNeedsItsMemberAndReplacesTheOneBefore) {
  v1::Grant grant;
  grant.set_principal(kThai);
  grant.add_roles(v1::ROLE_READER);
  EXPECT_EQ(ReasonOf(Set(grant).status()), v1::ERROR_REASON_NOT_FOUND);
  ASSERT_TRUE(Create(ExampleMember(kThai, "THA")).ok());
  const auto first = Set(grant);
  ASSERT_TRUE(first.ok()) << first.status();
  grant.add_roles(v1::ROLE_PUBLISHER);
  grant.set_publish_tlp_max(v1::TLP_AMBER);
  grant.set_etag("stale");
  EXPECT_EQ(ReasonOf(Set(grant).status()), v1::ERROR_REASON_ETAG_MISMATCH);
  grant.set_etag(first->etag());
  ASSERT_TRUE(Set(grant).ok());
  EXPECT_THAT(catalog_->facts()->FindGrant(kThai)->roles(),
              UnorderedElementsAre(v1::ROLE_READER, v1::ROLE_PUBLISHER));
  EXPECT_THAT(catalog_->ListGrants({})->grants(), SizeIs(1));
  EXPECT_TRUE(DeleteGrant(kThai).ok());
  EXPECT_EQ(catalog_->facts()->FindGrant(kThai), nullptr);
  EXPECT_EQ(ReasonOf(DeleteGrant(kThai)), v1::ERROR_REASON_NOT_FOUND);
}

TEST_F(MemberActsTest, RolesThatMakeNoSenseAreRefused) {
  ASSERT_TRUE(Create(ExampleMember(kThai, "THA")).ok());
  v1::Grant grant;
  grant.set_principal(kThai);
  EXPECT_THAT(FaultsOf(Set(grant).status()), ElementsAre("grant.roles"));
  grant.add_roles(v1::ROLE_IMMEDIATE_PUBLISHER);
  EXPECT_THAT(FaultsOf(Set(grant).status()), ElementsAre("grant.roles"));
  grant.set_roles(0, v1::ROLE_PUBLISHER);
  EXPECT_THAT(FaultsOf(Set(grant).status()), ElementsAre("grant.publish_tlp_max"));
  grant.set_roles(0, v1::ROLE_READER);
  grant.add_roles(v1::ROLE_STRICT_READER);
  EXPECT_THAT(FaultsOf(Set(grant).status()), ElementsAre("grant.roles"));
  grant.set_principal(std::string(kThai) + "/integration/feed");
  EXPECT_TRUE(Set(grant).ok());
  grant.set_principal("spiffe://sea.example/operator/first");
  EXPECT_THAT(FaultsOf(Set(grant).status()), ElementsAre("grant.principal"));
}

TEST_F(MemberActsTest, AllIsThereAfterARestart) {
  const auto member = Create(ExampleMember(kThai, "THA"));
  v1::Grant grant;
  grant.set_principal(kThai);
  grant.add_roles(v1::ROLE_READER);
  ASSERT_TRUE(Set(grant).ok());
  Reopen();
  const auto facts = catalog_->facts();
  EXPECT_EQ(facts->region, "sea.example");
  EXPECT_EQ(facts->generation, 2u);
  ASSERT_NE(facts->FindMember(kThai), nullptr);
  EXPECT_TRUE(MessageDifferencer::Equals(*facts->FindMember(kThai), *member));
  EXPECT_NE(facts->FindGrant(kThai), nullptr);
}

// A failed sync must not show in the facts what may not be on disk.
TEST_F(MemberActsTest, WhatMayNotBeDurableIsNotShown) {
  store_.FailSyncAfter(0);
  const auto answer = Create(ExampleMember(kThai, "THA"));
  EXPECT_EQ(ReasonOf(answer.status()), v1::ERROR_REASON_OUTCOME_UNKNOWN);
  EXPECT_EQ(catalog_->facts()->FindMember(kThai), nullptr);
  EXPECT_EQ(changes_, 0);
}

}  // namespace
}  // namespace corridor

// Who said it is proved by the keys that regions replicate: a statement under another's key, a key
// that was in wrong hands, or a certificate that the publisher's region has not made is not the
// publisher's word.
#include "client/internal/signer_check.h"

#include <memory>
#include <string>
#include <utility>

#include "core/crypto/statement_proof.h"
#include "corridor/mocks/mock_subscriber_connection.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"
#include "tests/support/seeded_random.h"
#include "tests/support/test_certs.h"
#include "tests/support/test_statements.h"

namespace corridor {
namespace {

using testing::Return;

constexpr char kThailand[] = "spiffe://sea.example/agency/th-desk";

class SignerCheckTest : public testing::Test {
 protected:
  SignerCheckTest() {
    const KeyId id = signer_.key.key_id();
    key_.set_key_id(std::string(id.begin(), id.end()));
    key_.set_member(kThailand);
    key_.set_certificate_chain_pem(signer_.certificate_pem);
    key_.set_state(v1::SIGNING_KEY_STATE_ACTIVE);
    key_.mutable_not_before()->set_seconds(kExamplePublishedSeconds - 3600);
    key_.mutable_not_after()->set_seconds(kExamplePublishedSeconds + 3600);
  }

  Delivery Signed() {
    Delivery delivery;
    delivery.body = ExampleIssue(kThailand, 1);
    const v1::SignedStatement statement = Sign(delivery.body, RoutingToAll(), signer_.key, random_);
    delivery.digest = ToString(StatementDigest(statement));
    *delivery.stored.mutable_statement()->mutable_proof() = statement.proof();
    delivery.stored.mutable_acceptance()->set_accept_time_ms(kExamplePublishedSeconds * 1000);
    return delivery;
  }

  v1::GetSigningKeysResponse Keys() const {
    v1::GetSigningKeysResponse response;
    *response.add_signing_keys() = key_;
    return response;
  }
  void Offer() {
    EXPECT_CALL(*connection_, GetSigningKeys).WillRepeatedly([this](const auto&) {
      return Keys();
    });
  }
  std::optional<TrustStore> Roots() const { return *TrustStore::Create({sea_.Bundle()}); }

  const TestPki sea_{"sea.example"};
  const TestSigner signer_ = sea_.Signer("/agency/th-desk");
  FakeClock clock_;
  SeededRandom random_{1};
  v1::SigningKey key_;
  std::shared_ptr<MockSubscriberConnection> connection_ =
      std::make_shared<MockSubscriberConnection>();
};

TEST_F(SignerCheckTest, AStatementIsProvedByItsRegionsCertificateOrOnTheBrokersWord) {
  Offer();
  SignerCheck with_roots(connection_, clock_, Roots());
  EXPECT_EQ(with_roots.Check(Signed()).value(), PublisherProof::kCertified);
  SignerCheck without(connection_, clock_, std::nullopt);
  EXPECT_EQ(without.Check(Signed()).value(), PublisherProof::kOnBrokersWord);
}

TEST_F(SignerCheckTest, AProofThatDoesNotVerifyIsNobodysWord) {
  Offer();
  SignerCheck check(connection_, clock_, std::nullopt);
  Delivery delivery = Signed();
  delivery.digest[0] ^= 1;
  EXPECT_EQ(check.Check(delivery).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(SignerCheckTest, AnotherMembersKeySpeaksForNobodyElse) {
  key_.set_member("spiffe://sea.example/agency/id-desk");
  Offer();
  SignerCheck check(connection_, clock_, std::nullopt);
  EXPECT_EQ(check.Check(Signed()).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(SignerCheckTest, ACertificateOfAnotherRootIsNoneOfTheRegion) {
  const TestPki impostor{"sea.example"};
  Offer();
  SignerCheck check(connection_, clock_, *TrustStore::Create({impostor.Bundle()}));
  EXPECT_EQ(check.Check(Signed()).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(SignerCheckTest, ARevocationShowsWithinAMinute) {
  Offer();
  SignerCheck check(connection_, clock_, std::nullopt);
  EXPECT_TRUE(check.Check(Signed()).ok());
  key_.set_state(v1::SIGNING_KEY_STATE_REVOKED);
  key_.mutable_compromised_at()->set_seconds(kExamplePublishedSeconds - 60);
  EXPECT_TRUE(check.Check(Signed()).ok()) << "what was learnt holds for a moment";
  clock_.Advance(SignerCheck::kKeyHolds);
  EXPECT_EQ(check.Check(Signed()).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(SignerCheckTest, WhatWasAcceptedBeforeTheCompromiseStaysGood) {
  key_.set_state(v1::SIGNING_KEY_STATE_REVOKED);
  key_.mutable_compromised_at()->set_seconds(kExamplePublishedSeconds + 60);
  Offer();
  SignerCheck check(connection_, clock_, std::nullopt);
  EXPECT_TRUE(check.Check(Signed()).ok());
}

TEST_F(SignerCheckTest, AKeyThatCannotBeHadProvesNothingAndIsNotAskedForEachTime) {
  EXPECT_CALL(*connection_, GetSigningKeys)
      .WillOnce(Return(absl::UnavailableError("no broker")))
      .WillOnce(Return(v1::GetSigningKeysResponse()))
      .WillOnce([this](const auto&) { return Keys(); });
  SignerCheck check(connection_, clock_, std::nullopt);
  EXPECT_EQ(check.Check(Signed()).value(), PublisherProof::kKeyUnknown);
  EXPECT_EQ(check.Check(Signed()).value(), PublisherProof::kKeyUnknown);
  clock_.Advance(SignerCheck::kUnknownHolds);
  EXPECT_EQ(check.Check(Signed()).value(), PublisherProof::kKeyUnknown);
  clock_.Advance(SignerCheck::kUnknownHolds);
  EXPECT_EQ(check.Check(Signed()).value(), PublisherProof::kOnBrokersWord);
}

}  // namespace
}  // namespace corridor

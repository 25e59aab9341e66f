// A desk that has much to say signs it at once. Each statement arrives in both regions with a proof
// of its own; the signature does not outlive its key; and none of them may be for somebody else.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/crypto/statement_proof.h"
#include "core/model/errors.h"
#include "tests/scenarios/region_world.h"

namespace corridor {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class BatchScenario : public TwoLinkedRegions {
 protected:
  void SetUp() override {
    TwoLinkedRegions::SetUp();
    AgreeEastToSouth();
  }

  v1::SignedStatement Statement(uint64_t number, const v1::StatementRouting& routing) {
    return east().SignedBy("ke-desk", ExampleIssue(publisher(), number, number), routing);
  }
  std::vector<v1::SignedStatement> BatchToAll(uint64_t count) {
    std::vector<v1::SignedStatement> statements;
    for (uint64_t i = 1; i <= count; ++i) statements.push_back(Statement(i, RoutingToAll()));
    east().SignTogether("ke-desk", statements);
    return statements;
  }
  v1::ErrorReason Publish(v1::SignedStatement statement) {
    auto receipt = east().PublishBytes(east().Desk("ke-desk"), std::move(statement));
    world_.Run();
    return ReasonOf(receipt.status());
  }
  std::string PublicKey() {
    const auto facts = east().flow().catalog().facts();
    for (const auto& [id, key] : facts->signing_keys) {
      if (key.member() == publisher()) return facts->signing_public_keys.at(id);
    }
    return "";
  }
};

constexpr v1::ErrorReason kNoError = v1::ERROR_REASON_UNSPECIFIED;

TEST_F(BatchScenario, EachStatementArrivesEverywhereWithAProofOfItsOwn) {
  auto kampala = east().Attach("ug-desk");
  auto bangkok = south().Attach("th-desk");
  for (v1::SignedStatement& statement : BatchToAll(5)) {
    EXPECT_EQ(Publish(std::move(statement)), kNoError);
  }
  for (const auto& reader : {kampala, bangkok}) {
    const std::vector<v1::Delivery> deliveries = reader->Deliveries();
    ASSERT_THAT(deliveries, SizeIs(5));
    for (const v1::Delivery& delivery : deliveries) {
      const v1::ReaderStatement& statement = delivery.statement().statement();
      EXPECT_TRUE(VerifyStatementProof(ReaderDigest(statement), statement.proof(), PublicKey()));
    }
  }
}

TEST_F(BatchScenario, AKeyThatIsRevokedInTheMiddleEndsTheRest) {
  std::vector<v1::SignedStatement> batch = BatchToAll(3);
  ASSERT_EQ(Publish(batch[0]), kNoError);
  v1::RevokeSigningKeyRequest request;
  request.set_key_id(batch[0].proof().key_id());
  request.mutable_compromised_at()->set_seconds(absl::ToUnixSeconds(world_.sim().clock().Now()));
  const auto revoked = world_.Await<absl::StatusOr<v1::SigningKey>>([&](auto done) {
    east().flow().catalog().RevokeSigningKey(east().Operator(), request, std::move(done));
  });
  ASSERT_TRUE(revoked.ok()) << revoked.status();
  EXPECT_EQ(Publish(batch[1]), v1::ERROR_REASON_SIGNING_KEY_REVOKED);
}

TEST_F(BatchScenario, AStatementForSomebodyElseIsRefusedAndTheOthersStand) {
  auto bangkok = south().Attach("th-desk");
  std::vector<v1::SignedStatement> mixed;
  mixed.push_back(Statement(1, RoutingToMembers({east().MemberId("ug-desk")})));
  mixed.push_back(Statement(2, RoutingToAll()));
  mixed.push_back(Statement(3, RoutingToMembers({east().MemberId("ug-desk")})));
  east().SignTogether("ke-desk", mixed);
  EXPECT_EQ(Publish(mixed[0]), kNoError);
  EXPECT_EQ(Publish(mixed[1]), v1::ERROR_REASON_MISUSE_RULE);
  EXPECT_EQ(Publish(mixed[2]), kNoError);
  EXPECT_THAT(bangkok->Deliveries(), IsEmpty()) << "nothing of it shows abroad";
}

TEST_F(BatchScenario, APathOfANeighbourIsNoProof) {
  std::vector<v1::SignedStatement> batch = BatchToAll(2);
  ASSERT_EQ(Publish(batch[0]), kNoError);
  v1::SignedStatement forged = Statement(3, RoutingToAll());
  *forged.mutable_proof() = batch[1].proof();
  EXPECT_EQ(Publish(forged), v1::ERROR_REASON_SIGNATURE_INVALID);
}

}  // namespace
}  // namespace corridor

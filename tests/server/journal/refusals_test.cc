// What was refused of a peer's journal is told until the peer has noted it: that refusal, and not
// another that stands at the same offset by then.
#include "server/journal/refusals.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "tests/server/journal/journal_fixture.h"

namespace corridor {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class RefusalsTest : public JournalFixture {
 protected:
  void SetUp() override { ASSERT_TRUE(Open().ok()); }
  void Write(BatchPart part) {
    std::vector<BatchPart> parts;
    parts.push_back(std::move(part));
    const absl::Status written = Commit(std::move(parts));
    ASSERT_TRUE(written.ok()) << written;
  }
  void Refuse(uint64_t epoch) {
    Write(RefusedHerePart(kPlace, epoch, v1::ERROR_REASON_POLICY_DENIED, "", std::string(32, 'd')));
  }
  std::vector<Refusal> Untold(uint64_t through = 7) {
    auto untold = ListUntoldRefusals(store_, kPlace.origin, kPlace.lane, through, 10);
    EXPECT_TRUE(untold.ok()) << untold.status();
    return untold.value_or(std::vector<Refusal>());
  }

  const PeerRecordPlace kPlace{"east-africa.example", v1::LANE_ROUTINE, 7};
};

TEST_F(RefusalsTest, OneIsToldUntilItIsNoted) {
  Refuse(/*epoch=*/4);
  ASSERT_THAT(Untold(), SizeIs(1));
  EXPECT_EQ(Untold()[0].epoch, 4u);
  EXPECT_THAT(Untold(/*through=*/6), IsEmpty()) << "its peer may not know of it";
  Write(RefusalToldPart(kPlace, 4));
  EXPECT_THAT(Untold(), IsEmpty());
}

TEST_F(RefusalsTest, WhatIsNotedOfAnEarlierJournalIsNotThatOne) {
  Refuse(/*epoch=*/4);
  Refuse(/*epoch=*/5);
  Write(RefusalToldPart(kPlace, 4));
  ASSERT_THAT(Untold(), SizeIs(1));
  EXPECT_EQ(Untold()[0].epoch, 5u);
}

TEST_F(RefusalsTest, WhatIsTakenAfterAllIsToldNoMore) {
  Refuse(/*epoch=*/4);
  Write(NoLongerRefusedPart(kPlace));
  EXPECT_THAT(Untold(), IsEmpty());
}

}  // namespace
}  // namespace corridor

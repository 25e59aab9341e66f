// Identity is place, not content: the same row has the same ids on every machine and run.

#include "client/import/row_identity.h"

#include <gtest/gtest.h>

#include <set>

#include "core/crypto/digest.h"

namespace corridor {
namespace {

TEST(RowIdentityTest, IdsStayAsTheyWere) {
  // Fixed for ever: an import that runs again must not double what is published.
  const RowIds ids = IdsOfRow("du-routes", "invented", 1);
  EXPECT_EQ(HexEncode(ids.statement_id), "775ca9c6e3448b9f9369f9e5152868cc");
  EXPECT_EQ(HexEncode(ids.alert_id), "66270149f6fd892c9c2efa581ea34350");
}

TEST(RowIdentityTest, EachRowHasItsOwn) {
  std::set<std::string> seen;
  for (const char* mapping : {"a", "ab"}) {
    for (const char* dataset : {"b", "bc"}) {
      for (uint64_t row = 1; row <= 300; ++row) {
        const RowIds ids = IdsOfRow(mapping, dataset, row);
        ASSERT_EQ(ids.statement_id.size(), 16u);
        EXPECT_EQ(ids.statement_id[6] & 0xF0, 0x80);
        EXPECT_EQ(ids.statement_id[8] & 0xC0, 0x80);
        seen.insert(ids.statement_id);
        seen.insert(ids.alert_id);
      }
    }
  }
  EXPECT_EQ(seen.size(), 2400u);
}

TEST(RowIdentityTest, SaltsNeedTheSecret) {
  const RowSalts salts = SaltsOfRow("secret", 7);
  EXPECT_EQ(salts.body.size(), 16u);
  EXPECT_EQ(salts.routing.size(), 16u);
  EXPECT_NE(salts.body, salts.routing);
  EXPECT_EQ(salts.body, SaltsOfRow("secret", 7).body);
  EXPECT_NE(salts.body, SaltsOfRow("another", 7).body);
  EXPECT_NE(salts.body, SaltsOfRow("secret", 8).body);
}

TEST(RowIdentityTest, FingerprintsFollowTheCells) {
  const std::string fingerprint = FingerprintOf("secret", {"ab", "c"});
  EXPECT_EQ(fingerprint.size(), 16u);
  EXPECT_EQ(fingerprint, FingerprintOf("secret", {"ab", "c"}));
  EXPECT_NE(fingerprint, FingerprintOf("secret", {"a", "bc"}));
  EXPECT_NE(fingerprint, FingerprintOf("another", {"ab", "c"}));
}

}  // namespace
}  // namespace corridor

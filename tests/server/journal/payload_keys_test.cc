// A key seals one payload in its life: none is given out twice, not across
// restarts either, and each is durable before it is used.
#include "server/journal/payload_keys.h"

#include <set>
#include <string>

#include "gtest/gtest.h"
#include "server/storage/memory_store.h"

namespace corridor {
namespace {

constexpr KeyStore::Options kSmall = {.block_keys = 8, .low_water_keys = 3};

TEST(KeyStoreTest, NoKeyIsGivenOutTwiceAcrossRestarts) {
  MemoryStore disk;
  std::set<uint64_t> numbers;
  std::set<std::string> secrets;
  for (int start = 0; start < 5; ++start) {
    const auto keys = KeyStore::Open(disk, kSmall);
    ASSERT_TRUE(keys.ok());
    for (int i = 0; i < 11; ++i) {
      const auto taken = (*keys)->Take();
      ASSERT_TRUE(taken.ok());
      EXPECT_TRUE(numbers.insert(taken->number).second);
      EXPECT_TRUE(secrets.insert(std::string(taken->key.bytes())).second);
    }
    disk.CrashLosingUnsynced();
  }
}

TEST(KeyStoreTest, AKeyIsDurableBeforeItIsGivenOut) {
  MemoryStore disk;
  const auto keys = KeyStore::Open(disk, kSmall);
  const auto taken = (*keys)->Take();
  disk.CrashLosingUnsynced();
  const auto reopened = KeyStore::Open(disk, kSmall);
  const auto found = (*reopened)->Find(taken->number);
  ASSERT_TRUE(found.ok() && found->has_value());
  EXPECT_EQ((*found)->bytes(), taken->key.bytes());
}

TEST(KeyStoreTest, TakingWaitsForNoSyncWhilePrepareIsCalled) {
  MemoryStore disk;
  const auto keys = KeyStore::Open(disk, kSmall);
  for (int i = 0; i < 30; ++i) {
    const size_t before = disk.apply_count();
    ASSERT_TRUE((*keys)->Take().ok());
    EXPECT_EQ(disk.apply_count(), before);
    ASSERT_TRUE((*keys)->Prepare().ok());
  }
}

TEST(KeyStoreTest, AFailedSyncGivesNoKey) {
  MemoryStore disk;
  const auto keys = KeyStore::Open(disk, kSmall);
  for (int i = 0; i < 8; ++i) ASSERT_TRUE((*keys)->Take().ok());
  disk.FailSyncAfter(0);
  EXPECT_FALSE((*keys)->Take().ok());
}

TEST(KeyStoreTest, ThatAKeyWasDestroyedStaysKnown) {
  MemoryStore disk;
  const auto keys = KeyStore::Open(disk, kSmall);
  const auto taken = (*keys)->Take();
  ASSERT_TRUE((*keys)->Destroy({taken->number}).ok());
  const auto found = (*keys)->Find(taken->number);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_FALSE(found->has_value());
  EXPECT_TRUE(absl::IsDataLoss((*keys)->Find(1000).status())) << "that one never was";
}

}  // namespace
}  // namespace corridor

// What the broker relies on in a store, asked of every kind there is: order, whole
// batches, and that nothing acknowledged is gone after a crash.
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/storage/memory_store.h"
#include "server/storage/rocksdb_store.h"
#include "server/storage/store.h"
#include "tests/support/temp_dir.h"

namespace corridor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// One kind of store, and what a crash and a restart do to it.
class Harness {
 public:
  virtual ~Harness() = default;
  virtual Store& store() = 0;
  virtual void CrashAndReopen() = 0;
};

class MemoryHarness final : public Harness {
 public:
  Store& store() override { return store_; }
  void CrashAndReopen() override { store_.CrashLosingUnsynced(); }

 private:
  MemoryStore store_;
};

class RocksDbHarness final : public Harness {
 public:
  RocksDbHarness() { Reopen(); }
  Store& store() override { return *store_; }
  void CrashAndReopen() override {
    store_.reset();
    Reopen();
  }

 private:
  void Reopen() {
    absl::StatusOr<std::unique_ptr<Store>> opened = OpenRocksDbStore(dir_.File("store"));
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }

  TempDir dir_;
  std::unique_ptr<Store> store_;
};

struct Kind {
  const char* name;
  std::function<std::unique_ptr<Harness>()> make;
};

class StoreConformanceTest : public ::testing::TestWithParam<Kind> {
 protected:
  StoreConformanceTest() : harness_(GetParam().make()) {}

  Store& store() { return harness_->store(); }

  void Put(std::vector<KeyValue> pairs) {
    WriteBatch batch;
    for (KeyValue& pair : pairs) batch.Put(std::move(pair.key), std::move(pair.value));
    ASSERT_TRUE(store().Apply(batch).ok());
  }

  std::string Get(std::string_view key) {
    const auto value = store().Get(key);
    if (!value.ok()) return value.status().ToString();
    return value->value_or("(none)");
  }

  std::vector<std::string> Keys(const KeyRange& range, ScanLimit limit,
                                ScanOrder order = ScanOrder::kAscending) {
    std::vector<std::string> keys;
    const auto pairs = store().Scan(range, limit, order);
    if (!pairs.ok()) return {pairs.status().ToString()};
    for (const KeyValue& pair : *pairs) keys.push_back(pair.key);
    return keys;
  }

  std::unique_ptr<Harness> harness_;
};

TEST_P(StoreConformanceTest, AnAbsentKeyIsNoError) { EXPECT_EQ(Get("a"), "(none)"); }

TEST_P(StoreConformanceTest, TheLastWriteToAKeyHolds) {
  WriteBatch batch;
  batch.Put("a", "1");
  batch.Put("a", "2");
  batch.Put("b", "1");
  batch.Delete("b");
  batch.Delete("never there");
  ASSERT_TRUE(store().Apply(batch).ok());
  EXPECT_EQ(Get("a"), "2");
  EXPECT_EQ(Get("b"), "(none)");
}

TEST_P(StoreConformanceTest, AnEmptyBatchIsFine) { EXPECT_TRUE(store().Apply({}).ok()); }

TEST_P(StoreConformanceTest, KeysAndValuesAreAnyBytes) {
  const std::string key("\x00\xff\x00", 3);
  const std::string value("\x00\x01\xff", 3);
  Put({{key, value}, {"empty", ""}});
  EXPECT_EQ(Get(key), value);
  EXPECT_EQ(Get("empty"), "");
}

TEST_P(StoreConformanceTest, ScansInUnsignedByteOrderWithoutTheEnd) {
  Put({{"\xff", "4"}, {"b", "2"}, {"a", "1"}, {"\x7f", "3"}});
  EXPECT_THAT(Keys({"", "\xff"}, 10), ElementsAre("a", "b", "\x7f"));
  EXPECT_THAT(Keys({"b", "\xff\xff"}, 10), ElementsAre("b", "\x7f", "\xff"));
  EXPECT_THAT(Keys({"b", "b"}, 10), IsEmpty());
  EXPECT_THAT(Keys({"c", "b"}, 10), IsEmpty());
}

TEST_P(StoreConformanceTest, ScansBackwardsFromTheEnd) {
  Put({{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4"}});
  EXPECT_THAT(Keys({"a", "d"}, 2, ScanOrder::kDescending), ElementsAre("c", "b"));
  EXPECT_THAT(Keys({"a", "z"}, 9, ScanOrder::kDescending), ElementsAre("d", "c", "b", "a"));
}

TEST_P(StoreConformanceTest, AScanStopsAtItsBoundsButAlwaysMoves) {
  Put({{"a", "12345"}, {"b", "12345"}, {"c", "12345"}});
  EXPECT_THAT(Keys({"a", "z"}, 2), ElementsAre("a", "b"));
  EXPECT_THAT(Keys({"a", "z"}, {10, 12}), ElementsAre("a", "b"));
  EXPECT_THAT(Keys({"a", "z"}, {10, 1}), ElementsAre("a"));
  EXPECT_THAT(Keys({"a", "z"}, 0), IsEmpty());
}

TEST_P(StoreConformanceTest, WhatWasAppliedSurvivesACrash) {
  Put({{"a", "1"}, {"b", "2"}});
  WriteBatch batch;
  batch.Delete("a");
  batch.Put("c", "3");
  ASSERT_TRUE(store().Apply(batch).ok());
  harness_->CrashAndReopen();
  EXPECT_THAT(Keys({"", "z"}, 10), ElementsAre("b", "c"));
}

TEST_P(StoreConformanceTest, ManyPairsSurviveACrashInOrder) {
  WriteBatch batch;
  for (int i = 0; i < 5000; ++i) {
    batch.Put("k" + std::to_string(100000 + i), std::string(100, static_cast<char>(i)));
  }
  ASSERT_TRUE(store().Apply(batch).ok());
  harness_->CrashAndReopen();
  EXPECT_EQ(Keys(PrefixRange("k"), 10000).size(), 5000u);
  EXPECT_THAT(Keys(PrefixRange("k"), 1, ScanOrder::kDescending), ElementsAre("k104999"));
}

INSTANTIATE_TEST_SUITE_P(
    Stores, StoreConformanceTest,
    ::testing::Values(Kind{"Memory", [] { return std::make_unique<MemoryHarness>(); }},
                      Kind{"RocksDb", [] { return std::make_unique<RocksDbHarness>(); }}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace corridor

// The memory store as a faulty disk: a failed sync leaves the batch unreadable and
// the store refusing, and a crash decides either way.
#include "server/storage/memory_store.h"

#include <string>

#include "core/model/errors.h"
#include "gtest/gtest.h"

namespace corridor {
namespace {

WriteBatch PutOne(std::string key) {
  WriteBatch batch;
  batch.Put(std::move(key), "value");
  return batch;
}

TEST(MemoryStoreTest, AFailedSyncIsUnknownAndStopsAllWrites) {
  MemoryStore store;
  store.FailSyncAfter(1);
  EXPECT_TRUE(store.Apply(PutOne("before")).ok());

  const absl::Status failed = store.Apply(PutOne("unknown"));
  EXPECT_EQ(failed.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(ReasonOf(failed), v1::ERROR_REASON_OUTCOME_UNKNOWN);
  EXPECT_EQ(store.Get("unknown")->has_value(), false);
  EXPECT_EQ(store.Apply(PutOne("later")).code(), absl::StatusCode::kFailedPrecondition);
}

TEST(MemoryStoreTest, ACrashMayLoseTheUnsyncedBatch) {
  MemoryStore store;
  store.FailSyncAfter(0);
  EXPECT_FALSE(store.Apply(PutOne("unknown")).ok());
  store.CrashLosingUnsynced();
  EXPECT_FALSE(store.Get("unknown")->has_value());
  EXPECT_TRUE(store.Apply(PutOne("after")).ok());
}

TEST(MemoryStoreTest, OrItHadReachedTheDisk) {
  MemoryStore store;
  store.FailSyncAfter(0);
  EXPECT_FALSE(store.Apply(PutOne("unknown")).ok());
  store.CrashKeepingUnsynced();
  EXPECT_TRUE(store.Get("unknown")->has_value());
}

TEST(MemoryStoreTest, ReadsFailWhenToldTo) {
  MemoryStore store;
  store.FailReads(absl::DataLossError("bad sector"));
  EXPECT_EQ(store.Get("a").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(store.Scan({"a", "b"}, 1, ScanOrder::kAscending).status().code(),
            absl::StatusCode::kDataLoss);
  store.FailReads(absl::OkStatus());
  EXPECT_TRUE(store.Get("a").ok());
}

}  // namespace
}  // namespace corridor

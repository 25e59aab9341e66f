// What only files can do wrong: two processes at one directory, a log cut short by
// a crash, bytes that rotted.
#include "server/storage/rocksdb_store.h"

#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "core/model/errors.h"
#include "gtest/gtest.h"
#include "tests/support/temp_dir.h"

namespace corridor {
namespace {

void Put(Store& store, std::string key) {
  WriteBatch batch;
  batch.Put(std::move(key), std::string(500, 'v'));
  ASSERT_TRUE(store.Apply(batch).ok());
}

std::filesystem::path LogFile(const std::string& dir) {
  std::filesystem::path log;
  for (const auto& file : std::filesystem::directory_iterator(dir)) {
    const bool larger = log.empty() || std::filesystem::file_size(file) > 0;
    if (file.path().extension() == ".log" && larger) log = file.path();
  }
  return log;
}

// A copy of the directory as a crash would leave it: the store is still open.
void CopyAsAfterCrash(const std::string& from, const std::string& to) {
  std::filesystem::copy(from, to);
  std::filesystem::remove(to + "/LOCK");
}

TEST(RocksDbStoreTest, ASecondOpenIsRefusedWhileTheFirstLives) {
  TempDir dir;
  const auto first = OpenRocksDbStore(dir.File("store"));
  ASSERT_TRUE(first.ok());
  const auto second = OpenRocksDbStore(dir.File("store"));
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable) << second.status();
}

TEST(RocksDbStoreTest, ACheckpointIsTheStoreAsItWasAndWritesGoOn) {
  TempDir dir;
  const auto store = OpenRocksDbStore(dir.File("store"));
  ASSERT_TRUE(store.ok());
  Put(**store, "before");
  ASSERT_TRUE((*store)->Checkpoint(dir.File("copy")).ok());
  Put(**store, "after");
  EXPECT_FALSE((*store)->Checkpoint(dir.File("copy")).ok()) << "it is there already";
  const auto copy = OpenRocksDbStore(dir.File("copy"));
  ASSERT_TRUE(copy.ok()) << copy.status();
  EXPECT_TRUE((*copy)->Get("before")->has_value());
  EXPECT_FALSE((*copy)->Get("after")->has_value());
  EXPECT_TRUE((*store)->Get("after")->has_value());
}

TEST(RocksDbStoreTest, AParentThatIsNotThereIsAnError) {
  TempDir dir;
  EXPECT_FALSE(OpenRocksDbStore(dir.File("no/such/parent")).ok());
}

TEST(RocksDbStoreTest, ATornLastWriteIsLeftOutAndTheOthersStay) {
  TempDir dir;
  const auto store = OpenRocksDbStore(dir.File("store"));
  ASSERT_TRUE(store.ok());
  Put(**store, "first");
  Put(**store, "torn");
  CopyAsAfterCrash(dir.File("store"), dir.File("crashed"));
  const std::filesystem::path log = LogFile(dir.File("crashed"));
  std::filesystem::resize_file(log, std::filesystem::file_size(log) - 100);

  const auto reopened = OpenRocksDbStore(dir.File("crashed"));
  ASSERT_TRUE(reopened.ok()) << reopened.status();
  EXPECT_TRUE((*reopened)->Get("first")->has_value());
  EXPECT_FALSE((*reopened)->Get("torn")->has_value());
}

TEST(RocksDbStoreTest, ARottenByteInTheLogIsNotPassedOver) {
  TempDir dir;
  const auto store = OpenRocksDbStore(dir.File("store"));
  ASSERT_TRUE(store.ok());
  Put(**store, "first");
  Put(**store, "second");
  CopyAsAfterCrash(dir.File("store"), dir.File("crashed"));
  {
    std::fstream log(LogFile(dir.File("crashed")), std::ios::binary | std::ios::in | std::ios::out);
    log.seekp(100);
    log.put('X');
  }
  const auto reopened = OpenRocksDbStore(dir.File("crashed"));
  EXPECT_EQ(reopened.status().code(), absl::StatusCode::kDataLoss) << reopened.status();
}

// What a full disk does, in a process of its own: no file may grow past `bytes`.
void FillUntilRefused(const std::string& dir, rlim_t bytes) {
  std::signal(SIGXFSZ, SIG_IGN);  // The write fails with EFBIG instead.
  absl::StatusOr<std::unique_ptr<Store>> store = OpenRocksDbStore(dir);
  const rlimit limit{bytes, bytes};
  if (!store.ok() || setrlimit(RLIMIT_FSIZE, &limit) != 0) std::exit(10);
  WriteBatch batch;
  batch.Put("key", std::string(1000, 'v'));
  absl::Status status;
  for (rlim_t written = 0; status.ok() && written < 2 * bytes; written += 1000) {
    status = (*store)->Apply(batch);
  }
  if (ReasonOf(status) != v1::ERROR_REASON_OUTCOME_UNKNOWN) std::exit(11);
  if (!absl::IsFailedPrecondition((*store)->Apply(batch))) std::exit(12);
  if (!(*store)->Get("key").ok()) std::exit(13);
  store->reset();
  std::exit(0);
}

TEST(RocksDbStoreDeathTest, AFullDiskIsAnErrorAndTheStoreReopens) {
  TempDir dir;
  EXPECT_EXIT(FillUntilRefused(dir.File("store"), 20000), testing::ExitedWithCode(0), "");
  const auto store = OpenRocksDbStore(dir.File("store"));
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ((*store)->Get("key")->value_or("").size(), 1000U);
}

}  // namespace
}  // namespace corridor

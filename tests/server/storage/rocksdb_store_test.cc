// What only files can do wrong: two processes at one directory, a log cut short by
// a crash, bytes that rotted.
#include "server/storage/rocksdb_store.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

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

}  // namespace
}  // namespace corridor

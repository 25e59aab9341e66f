// Somebody copies the broker's data directory; then the alert is recalled. The copy, with
// the key store as it is afterwards, opens nothing of what was recalled, and no file of that
// key store has the key any more.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "server/journal/payload_keys.h"
#include "server/journal/record_codec.h"
#include "server/storage/keyspace.h"
#include "server/storage/rocksdb_store.h"
#include "tests/scenarios/region_world.h"
#include "tests/support/temp_dir.h"

namespace corridor {
namespace {

using ::testing::HasSubstr;

constexpr char kEast[] = "east-africa.example";

std::unique_ptr<Store> OpenStore(const std::string& path) {
  auto store = OpenRocksDbStore(path);
  EXPECT_TRUE(store.ok()) << store.status();
  return store.ok() ? *std::move(store) : nullptr;
}

// As a copy of the files is that somebody takes while the broker runs.
void CopyFiles(const std::string& from, const std::string& to) {
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
  std::filesystem::remove(to + "/LOCK");
}

std::string AllBytesOf(const std::string& directory) {
  std::string bytes;
  for (const auto& file : std::filesystem::recursive_directory_iterator(directory)) {
    if (!file.is_regular_file()) continue;
    std::ifstream in(file.path(), std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(in), {});
  }
  return bytes;
}

class CopiedDirectory : public ::testing::Test {
 protected:
  void SetUp() override {
    OpenStores();
    world_.Add(kEast, {}).UseStores(*store_, *key_store_);
    east().Start();
    east().AddMember("ke-desk", "KEN");
    east().AddMember("ug-desk", "UGA");
    east().Agree("within", kEast, kEast);
  }

  TestRegion& east() { return world_.at(kEast); }
  std::string publisher() { return east().MemberId("ke-desk"); }
  void OpenStores() {
    store_ = OpenStore(dir_.File("journal"));
    key_store_ = OpenStore(dir_.File("keys"));
  }
  void CopyDirectory() {
    CopyFiles(dir_.File("journal"), dir_.File("copied-journal"));
    CopyFiles(dir_.File("keys"), dir_.File("copied-keys"));
  }
  // Ends the broker, and lets go of its files.
  void Stop() {
    east().Crash();
    store_.reset();
    key_store_.reset();
  }
  void Publish(const v1::StatementBody& body, const v1::StatementRouting& routing) {
    const auto receipt = east().Publish("ke-desk", body, routing);
    ASSERT_TRUE(receipt.ok()) << receipt.status();
    world_.Run(absl::Minutes(1));
  }

  // The first record in a copy of the journal, opened with the keys in that directory.
  absl::StatusOr<RecordPtr> FirstRecord(const std::string& journal, const std::string& keys) {
    const auto store = OpenStore(dir_.File(journal));
    const auto key_disk = OpenStore(dir_.File(keys));
    const auto opened = KeyStore::Open(*key_disk);
    EXPECT_TRUE(opened.ok()) << opened.status();
    const auto value = store->Get(RecordKey(v1::LANE_ROUTINE, 1));
    EXPECT_TRUE(value.ok() && value->has_value());
    return DecodeRecord(v1::LANE_ROUTINE, 1, **value, **opened);
  }
  // The bytes of the key that seals the first record of the copy.
  std::string FirstKey() {
    const auto store = OpenStore(dir_.File("copied-journal"));
    const auto key_disk = OpenStore(dir_.File("copied-keys"));
    const auto header =
        DecodeRecordHeader(v1::LANE_ROUTINE, 1, **store->Get(RecordKey(v1::LANE_ROUTINE, 1)));
    EXPECT_TRUE(header.ok()) << header.status();
    const auto key = (*KeyStore::Open(*key_disk))->Find(header->key_number());
    EXPECT_TRUE(key.ok() && key->has_value());
    return std::string((*key)->bytes());
  }

  TempDir dir_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Store> key_store_;
  RegionWorld world_;
};

TEST_F(CopiedDirectory, FromBeforeARecallOpensWithNoKeyOfAfter) {
  const v1::StatementBody issue = ExampleIssue(publisher(), 1, 1);
  const std::string body = issue.SerializeAsString();
  Publish(issue, RoutingToAll());
  CopyDirectory();
  const std::string key = FirstKey();
  ASSERT_THAT(AllBytesOf(dir_.File("keys")), HasSubstr(key));

  Publish(ExampleRecall(publisher(), 1, 2, 2), NoRouting());
  Stop();

  EXPECT_FALSE(AllBytesOf(dir_.File("keys")).find(key) != std::string::npos)
      << "a file of the key store still has the key";
  const auto with_keys_of_then = FirstRecord("copied-journal", "copied-keys");
  ASSERT_TRUE(with_keys_of_then.ok()) << with_keys_of_then.status();
  EXPECT_EQ((*with_keys_of_then)->statement->bytes.body(), body) << "the copy has the content";
  const auto with_keys_of_now = FirstRecord("copied-journal", "keys");
  ASSERT_TRUE(with_keys_of_now.ok()) << with_keys_of_now.status();
  EXPECT_TRUE((*with_keys_of_now)->erased);
  EXPECT_EQ((*with_keys_of_now)->statement->bytes.body(), "");
}

TEST_F(CopiedDirectory, HasNoContentInClear) {
  const v1::StatementBody issue = ExampleIssue(publisher(), 1, 1);
  Publish(issue, RoutingToAll());
  const std::string files = AllBytesOf(dir_.File("journal"));
  EXPECT_TRUE(files.find(issue.SerializeAsString()) == std::string::npos);
  EXPECT_TRUE(files.find(issue.issue().SerializeAsString()) == std::string::npos);
}

TEST_F(CopiedDirectory, ABrokerRestoredFromItServesNothingOfWhatWasRecalled) {
  Publish(ExampleIssue(publisher(), 1, 1), RoutingToAll());
  Publish(ExampleIssue(publisher(), 3, 3), RoutingToAll());
  CopyDirectory();
  Publish(ExampleRecall(publisher(), 1, 2, 2), NoRouting());
  Stop();
  std::filesystem::remove_all(dir_.File("journal"));
  std::filesystem::rename(dir_.File("copied-journal"), dir_.File("journal"));
  OpenStores();
  east().UseStores(*store_, *key_store_);
  east().Start(/*accept_lost_tail=*/true);

  const auto recalled = east().flow().journal().At(v1::LANE_ROUTINE, 1);
  ASSERT_TRUE(recalled.ok()) << recalled.status();
  EXPECT_TRUE((*recalled)->erased);
  const auto other = east().flow().journal().At(v1::LANE_ROUTINE, 2);
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_FALSE((*other)->erased);
  const auto session = east().Attach("ug-desk");
  ASSERT_EQ(session->Deliveries().size(), 1u);
  v1::StatementBody delivered;
  ASSERT_TRUE(delivered.ParseFromString(session->Deliveries()[0].statement().statement().body()));
  EXPECT_EQ(delivered.alert_id(), ExampleAlertId(3));
}

}  // namespace
}  // namespace corridor

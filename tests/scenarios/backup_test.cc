// A region is backed up while it runs, loses its disk, and comes back from the backup under a new
// epoch: with what it had, without what was recalled, and from nothing that was changed, is too
// old, or is not its own.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/crypto/backup_manifest.h"
#include "server/backup_files.h"
#include "server/backup_maker.h"
#include "server/backup_restore.h"
#include "server/journal/head_marker.h"
#include "server/journal/journal_state.h"
#include "server/journal/recall_register.h"
#include "server/storage/rocksdb_store.h"
#include "tests/scenarios/region_world.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"

namespace corridor {
namespace {

constexpr char kSouth[] = "south-east-asia.example";
const absl::Time kNoon = absl::FromUnixSeconds(1'772'452'800);

class BackupTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* folder : {"data", "backups", "keys"}) {
      ASSERT_TRUE(MakeFolder(dir_.File(folder)).ok());
    }
    OpenStores("data");
    world_.Add(kSouth, {});
    south().UseStores(*journal_, *keys_);
    south().Start();
    south().AddMember("ph-desk", "PHL");
    south().AddMember("th-desk", "THA");
    south().Agree("within", kSouth, kSouth);
    signer_.emplace(south().pki().Signer("/broker/b1"));
    plan_ = {.folder = dir_.File("backups"),
             .keys_folder = dir_.File("keys"),
             .recipient = key_.public_key()};
    maker_.emplace(MakerParts());
  }

  void OpenStores(const std::string& folder) {
    auto journal = OpenRocksDbStore(dir_.File(folder + "/journal"));
    auto keys = OpenRocksDbStore(dir_.File(folder + "/keys"));
    ASSERT_TRUE(journal.ok() && keys.ok()) << journal.status() << keys.status();
    journal_ = *std::move(journal);
    keys_ = *std::move(keys);
  }
  BackupMaker::Parts MakerParts() {
    return {.plan = plan_,
            .store = *journal_,
            .key_store = *keys_,
            .work_folder = dir_.File("data/backup"),
            .clock = clock_,
            .acceptance_key = signer_->key,
            .acceptance_chain_pem = signer_->certificate_pem,
            .region = kSouth,
            .version = "test"};
  }

  TestRegion& south() { return world_.at(kSouth); }
  std::string publisher() { return south().MemberId("ph-desk"); }
  void Issue(uint64_t number) {
    const auto receipt =
        south().Publish("ph-desk", ExampleIssue(publisher(), number, number), RoutingToAll());
    ASSERT_TRUE(receipt.ok()) << receipt.status();
  }
  void Recall(uint64_t number) {
    const auto receipt = south().Publish(
        "ph-desk", ExampleRecall(publisher(), number, 2, number + 100), NoRouting());
    ASSERT_TRUE(receipt.ok()) << receipt.status();
    world_.Run();
  }
  // Its id; a second passes.
  std::string Backup() {
    clock_.Advance(absl::Seconds(1));
    const auto made = maker_->Make();
    EXPECT_TRUE(made.ok()) << made.status();
    return made.ok() ? made->manifest().backup_id() : "";
  }
  absl::StatusOr<v1::RestoreReport> Restore(const std::string& id) { return Restore(id, key_); }
  absl::StatusOr<v1::RestoreReport> Restore(const std::string& id, const BackupKey& key) {
    return corridor::Restore(
        {.region = region_,
         .data_dir = dir_.File("restored"),
         .plan = plan_,
         .backup_id = id,
         .key = key,
         .recalled_folder = recalled_folder_,
         .verify_key = MakeRegionKeyVerifier([this] { return world_.Trust(); }),
         .now = clock_.Now()},
        random_);
  }
  bool Restored() { return std::filesystem::exists(dir_.File("restored")); }
  // The broker on what was put back.
  void StartRestored() {
    south().Crash();
    OpenStores("restored");
    south().UseStores(*journal_, *keys_);
    south().Start(/*accept_lost_tail=*/true);
  }
  bool CanRead(uint64_t number) {
    const auto alert = south().Read(south().Desk("th-desk"), publisher(), number);
    return alert.ok() && alert->has_current();
  }

  const TempDir dir_;
  RegionWorld world_;
  SeededRandom random_{7};
  FakeClock clock_{kNoon};
  const BackupKey key_ = BackupKey::Generate();
  std::string region_ = kSouth;
  std::string recalled_folder_;
  std::unique_ptr<Store> journal_;
  std::unique_ptr<Store> keys_;
  std::optional<TestSigner> signer_;
  BackupPlan plan_;
  std::optional<BackupMaker> maker_;
};

TEST_F(BackupTest, WhatWasThereComesBackUnderANewEpoch) {
  Issue(1);
  Issue(2);
  const uint64_t epoch = south().flow().journal().epoch();
  const std::string id = Backup();
  Issue(3);

  const auto report = Restore(id);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->readable_records(), 2u);
  EXPECT_EQ(report->erased_records(), 0u);
  EXPECT_EQ(report->backup().head_offset(), 2u);
  EXPECT_EQ(report->backup().epoch(), epoch);
  EXPECT_EQ(report->keys_of(), id);
  EXPECT_NE(report->epoch(), epoch);
  const auto mark = MakeFileHeadMarker(dir_.File("restored/head"))->Read();
  ASSERT_TRUE(mark.ok() && mark->has_value());
  EXPECT_EQ((*mark)->epoch, report->epoch()) << "it starts without a word about a lost tail";
  EXPECT_EQ((*mark)->offset, 2u);

  StartRestored();
  EXPECT_TRUE(CanRead(2));
  EXPECT_FALSE(CanRead(3)) << "it was accepted after the backup";
  EXPECT_THAT(south().flow().journal().previous(), testing::Contains(Journal::Mark{epoch, 2}))
      << "peers are told where it goes on from";
}

TEST_F(BackupTest, NothingOfItLiesThereInClear) {
  Issue(1);
  const std::string id = Backup();
  for (const std::string& file :
       {dir_.File("backups/" + id + "/journal.sealed"), dir_.File("keys/" + id + "/keys.sealed")}) {
    const auto bytes = ReadWhole(file);
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    EXPECT_EQ(bytes->find("ph-desk"), std::string::npos);
    EXPECT_EQ(bytes->find("rocksdb"), std::string::npos);
  }
  EXPECT_FALSE(std::filesystem::exists(dir_.File("data/backup"))) << "no copy stays";
}

TEST_F(BackupTest, WhatWasRecalledBeforeALaterBackupOfKeysStaysErased) {
  Issue(1);
  Issue(2);
  const std::string before = Backup();
  Recall(1);
  const std::string after = Backup();
  const auto report = Restore(before);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->keys_of(), after);
  EXPECT_EQ(report->readable_records(), 1u);
  EXPECT_EQ(report->erased_records(), 1u);
}

TEST_F(BackupTest, WhatIsLeftOfTheRecallsIsTakenOver) {
  Issue(1);
  const std::string id = Backup();
  {
    auto lost = OpenRocksDbStore(dir_.File("recalled"));
    ASSERT_TRUE(lost.ok());
    ASSERT_TRUE(
        RegisterRecalled(
            **lost, {{.publisher = publisher(), .alert_id = ExampleAlertId(1), .statement_id = ""}})
            .ok());
  }
  recalled_folder_ = dir_.File("recalled");
  const auto report = Restore(id);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->recalled_taken_over(), 1u);
  const auto ours = OpenRocksDbStore(dir_.File("restored/recalled"));
  ASSERT_TRUE(ours.ok());
  EXPECT_EQ(ListRecalled(**ours)->size(), 1u);
}

TEST_F(BackupTest, AFolderThatHoldsSomethingIsLeftAlone) {
  Issue(1);
  const std::string id = Backup();
  ASSERT_TRUE(MakeFolder(dir_.File("restored")).ok());
  ASSERT_TRUE(WriteSynced(dir_.File("restored/head"), "x").ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(Restore(id).status()));
  EXPECT_EQ(*ReadWhole(dir_.File("restored/head")), "x");
  std::filesystem::remove(dir_.File("restored/head"));
  EXPECT_TRUE(Restore(id).ok()) << "an empty one is taken";
}

TEST_F(BackupTest, NothingIsPutInPlaceOfWhatDoesNotProveWhole) {
  Issue(1);
  const std::string id = Backup();
  EXPECT_TRUE(absl::IsNotFound(Restore("20200101T000000Z").status()));
  EXPECT_TRUE(absl::IsNotFound(Restore("../keys").status()));
  EXPECT_TRUE(absl::IsDataLoss(Restore(id, BackupKey::Generate()).status()));
  region_ = "east-africa.example";
  EXPECT_TRUE(absl::IsFailedPrecondition(Restore(id).status()));
  region_ = kSouth;
  for (const std::string& file :
       {dir_.File("backups/" + id + "/manifest"), dir_.File("backups/" + id + "/journal.sealed"),
        dir_.File("keys/" + id + "/keys.sealed")}) {
    const std::string whole = *ReadWhole(file);
    std::string changed = whole;
    changed[changed.size() / 2] = static_cast<char>(changed[changed.size() / 2] ^ 1);
    ASSERT_TRUE(WriteSynced(file, changed).ok());
    EXPECT_FALSE(Restore(id).ok()) << file;
    ASSERT_TRUE(WriteSynced(file, whole).ok());
  }
  EXPECT_FALSE(Restored());
  EXPECT_FALSE(std::filesystem::exists(dir_.File("restored.restoring")));
  EXPECT_TRUE(Restore(id).ok()) << "unchanged it is";
}

TEST_F(BackupTest, AManifestOfAnotherSignerIsNotBelieved) {
  Issue(1);
  const std::string id = Backup();
  const std::string path = dir_.File("backups/" + id + "/manifest");
  const auto ours = OpenBackupManifest(*ReadWhole(path));
  ASSERT_TRUE(ours.ok());
  const TestPki foreign("elsewhere.example");
  const TestSigner signer = foreign.Signer("/broker/b1");
  ASSERT_TRUE(
      WriteSynced(path, SignBackupManifest(ours->manifest, signer.key, signer.certificate_pem))
          .ok());
  EXPECT_TRUE(absl::IsDataLoss(Restore(id).status()));
}

TEST_F(BackupTest, ANewerStorageFormatIsRefusedByName) {
  Issue(1);
  const std::string id = Backup();
  const std::string path = dir_.File("backups/" + id + "/manifest");
  v1::BackupManifest newer = OpenBackupManifest(*ReadWhole(path))->manifest;
  newer.set_storage_format(kStorageFormat + 1);
  newer.set_version("9.1");
  ASSERT_TRUE(
      WriteSynced(path, SignBackupManifest(newer, signer_->key, signer_->certificate_pem)).ok());
  const absl::Status refused = Restore(id).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(refused));
  EXPECT_THAT(std::string(refused.message()), testing::HasSubstr("9.1"));
}

TEST_F(BackupTest, KeysGoWhenTheirTimeIsOverAndNothingIsRestoredWithoutThem) {
  Issue(1);
  const std::string id = Backup();
  EXPECT_EQ(*maker_->ExpireKeys(), 0u);
  clock_.Advance(absl::Hours(7 * 24));
  EXPECT_TRUE(absl::IsFailedPrecondition(Restore(id).status())) << "also before they are deleted";
  EXPECT_EQ(*maker_->ExpireKeys(), 1u);
  ASSERT_EQ(maker_->List().size(), 1u);
  EXPECT_FALSE(maker_->List()[0].keys_present());
  EXPECT_TRUE(absl::IsNotFound(Restore(id).status()));
  Backup();
  EXPECT_TRUE(Restore(id).ok()) << "later keys open an older journal";
}

TEST_F(BackupTest, TheNewestIsListedFirstAndOnlyWhatIsWhole) {
  const std::string first = Backup();
  const std::string second = Backup();
  ASSERT_TRUE(MakeFolder(dir_.File("backups/notes")).ok());
  const auto listed = maker_->List();
  ASSERT_EQ(listed.size(), 2u);
  EXPECT_EQ(listed[0].manifest().backup_id(), second);
  EXPECT_EQ(listed[1].manifest().backup_id(), first);
  EXPECT_TRUE(listed[0].keys_present());
  EXPECT_TRUE(absl::IsAlreadyExists(maker_->Make().status())) << "one in a second";
}

TEST_F(BackupTest, WhatIsGivenUpOrCutShortLeavesNothing) {
  Issue(1);
  BackupMaker::Parts parts = MakerParts();
  int asked = 0;
  parts.go_on = [&asked] {
    return ++asked > 5 ? absl::CancelledError("stopping") : absl::OkStatus();
  };
  EXPECT_TRUE(absl::IsCancelled(BackupMaker(parts).Make().status()));
  EXPECT_TRUE(NamesIn(plan_.folder).empty());
  EXPECT_TRUE(NamesIn(plan_.keys_folder).empty());
  EXPECT_FALSE(std::filesystem::exists(dir_.File("data/backup")));

  // As a crash leaves it.
  for (const char* half :
       {"backups/20260302T110004Z.half", "keys/20260302T110004Z.half", "data/backup"}) {
    ASSERT_TRUE(MakeFolder(dir_.File(half)).ok());
    ASSERT_TRUE(WriteSynced(dir_.File(half) + "/keys", "x").ok());
  }
  ASSERT_TRUE(maker_->ClearHalfMade().ok());
  EXPECT_TRUE(NamesIn(plan_.folder).empty());
  EXPECT_TRUE(NamesIn(plan_.keys_folder).empty());
  EXPECT_FALSE(std::filesystem::exists(dir_.File("data/backup")));
}

TEST_F(BackupTest, AFolderThatIsNotThereIsSaid) {
  plan_.folder = dir_.File("unmounted");
  EXPECT_FALSE(BackupMaker(MakerParts()).Make().ok());
  EXPECT_TRUE(NamesIn(plan_.keys_folder).empty());
}

}  // namespace
}  // namespace corridor

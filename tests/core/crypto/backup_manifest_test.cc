// What a backup says of itself is signed by the broker that made it.

#include "core/crypto/backup_manifest.h"

#include <gtest/gtest.h>

#include "tests/support/test_certs.h"

namespace corridor {
namespace {

class BackupManifestTest : public testing::Test {
 protected:
  BackupManifestTest() {
    manifest_.set_format(kBackupFormat);
    manifest_.set_region("sea.example");
    manifest_.set_backup_id("20260302T110004Z");
    manifest_.set_head_offset(7);
  }
  std::string File() { return SignBackupManifest(manifest_, signer_.key, signer_.certificate_pem); }

  const TestPki pki_{"sea.example"};
  const TestSigner signer_ = pki_.Signer("/broker/b1");
  v1::BackupManifest manifest_;
};

TEST_F(BackupManifestTest, OpensAsItWasSigned) {
  const auto opened = OpenBackupManifest(File());
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->manifest.SerializeAsString(), manifest_.SerializeAsString());
  EXPECT_EQ(opened->chain_pem, signer_.certificate_pem);
}

TEST_F(BackupManifestTest, WhatWasChangedIsNotBelieved) {
  v1::SignedBackupManifest changed;
  ASSERT_TRUE(changed.ParseFromString(File()));
  manifest_.set_head_offset(8);
  changed.set_manifest(manifest_.SerializeAsString());
  EXPECT_TRUE(absl::IsDataLoss(OpenBackupManifest(changed.SerializeAsString()).status()));
  EXPECT_FALSE(OpenBackupManifest("no manifest").ok());
  EXPECT_FALSE(OpenBackupManifest("").ok());
}

TEST_F(BackupManifestTest, ANewerFormatIsRefusedAndSaysWhoCanReadIt) {
  manifest_.set_format(kBackupFormat + 1);
  manifest_.set_version("9.1");
  const absl::Status refused = OpenBackupManifest(File()).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(refused));
  EXPECT_NE(refused.message().find("9.1"), absl::string_view::npos);
}

TEST_F(BackupManifestTest, PartsAreBoundToTheirBackup) {
  const std::string first = BackupContext(manifest_, kBackupKeysFile);
  EXPECT_NE(first, BackupContext(manifest_, kBackupJournalFile));
  manifest_.set_backup_id("20260303T110004Z");
  EXPECT_NE(first, BackupContext(manifest_, kBackupKeysFile));
}

}  // namespace
}  // namespace corridor

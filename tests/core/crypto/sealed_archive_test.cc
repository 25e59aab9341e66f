// A backup lies on a disk that others reach. Only the holder of the secret key reads it, and a
// byte that was changed, moved, cut off or added is seen.

#include "core/crypto/sealed_archive.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace corridor {
namespace {

class Collected final : public ArchiveVisitor {
 public:
  absl::Status OnFile(std::string_view name) override {
    names.emplace_back(name);
    return absl::OkStatus();
  }
  absl::Status OnData(std::string_view bytes) override {
    content[names.back()].append(bytes);
    return absl::OkStatus();
  }

  std::vector<std::string> names;
  std::map<std::string, std::string> content;
};

class SealedArchiveTest : public testing::Test {
 protected:
  std::string Sealed(const std::string& context = "sea 1 journal") {
    std::string bytes;
    ArchiveSealer sealer(key_.public_key(), context, [&bytes](std::string_view more) {
      bytes.append(more);
      return absl::OkStatus();
    });
    EXPECT_TRUE(sealer.File("CURRENT").ok());
    EXPECT_TRUE(sealer.Data("MANIFEST-000001").ok());
    EXPECT_TRUE(sealer.File("empty").ok());
    EXPECT_TRUE(sealer.File("000007.sst").ok());
    EXPECT_TRUE(sealer.Data(large_).ok());
    EXPECT_TRUE(sealer.Finish().ok());
    return bytes;
  }
  absl::Status Open(const std::string& bytes, const BackupKey& key, std::string_view context,
                    Collected& found) {
    size_t at = 0;
    return OpenArchive(
        key, context,
        [&bytes, &at](size_t size) -> absl::StatusOr<std::string> {
          const std::string piece = bytes.substr(at, size);
          at += piece.size();
          return piece;
        },
        found);
  }
  absl::Status Open(const std::string& bytes) {
    Collected found;
    return Open(bytes, key_, "sea 1 journal", found);
  }

  const BackupKey key_ = BackupKey::Generate();
  const std::string large_ = std::string(3 * kArchivePartMax + 17, 'x');
};

TEST_F(SealedArchiveTest, GivesBackTheFilesInTheirOrder) {
  Collected found;
  const std::string sealed = Sealed();
  ASSERT_TRUE(Open(sealed, key_, "sea 1 journal", found).ok());
  EXPECT_EQ(found.names, (std::vector<std::string>{"CURRENT", "empty", "000007.sst"}));
  EXPECT_EQ(found.content["CURRENT"], "MANIFEST-000001");
  EXPECT_EQ(found.content["empty"], "");
  EXPECT_EQ(found.content["000007.sst"], large_);
  EXPECT_EQ(sealed.find("MANIFEST-000001"), std::string::npos) << "nothing lies there in clear";
  EXPECT_EQ(sealed.find("xxxxxxxx"), std::string::npos);
}

TEST_F(SealedArchiveTest, OpensForItsKeyAndInItsContextAlone) {
  Collected found;
  const std::string sealed = Sealed();
  EXPECT_TRUE(absl::IsDataLoss(Open(sealed, BackupKey::Generate(), "sea 1 journal", found)));
  EXPECT_TRUE(absl::IsDataLoss(Open(sealed, key_, "sea 2 journal", found)));
  EXPECT_TRUE(found.names.empty());
}

TEST_F(SealedArchiveTest, EveryChangedByteIsSeen) {
  const std::string sealed = Sealed();
  for (size_t i = 0; i < sealed.size(); i += i < 400 ? 1 : 997) {
    std::string wrong = sealed;
    wrong[i] = static_cast<char>(wrong[i] ^ 1);
    EXPECT_TRUE(absl::IsDataLoss(Open(wrong))) << "byte " << i;
  }
}

TEST_F(SealedArchiveTest, WhatIsCutOffOrAddedIsSeen) {
  const std::string sealed = Sealed();
  for (const size_t size : {size_t{0}, size_t{10}, size_t{100}, size_t{140}, sealed.size() - 1}) {
    EXPECT_TRUE(absl::IsDataLoss(Open(sealed.substr(0, size)))) << size;
  }
  // Cut between two parts: the last is missing, and all that is there is whole.
  EXPECT_TRUE(absl::IsDataLoss(Open(sealed.substr(0, sealed.size() - 4 - 1 - 17))));
  EXPECT_TRUE(absl::IsDataLoss(Open(sealed + "x")));
}

TEST_F(SealedArchiveTest, AVisitorOrADiskThatFailsEndsIt) {
  class Full final : public ArchiveVisitor {
    absl::Status OnFile(std::string_view) override { return absl::InternalError("disk full"); }
    absl::Status OnData(std::string_view) override { return absl::OkStatus(); }
  } full;
  const std::string sealed = Sealed();
  size_t at = 0;
  const auto source = [&](size_t size) -> absl::StatusOr<std::string> {
    const std::string piece = sealed.substr(at, size);
    at += piece.size();
    return piece;
  };
  EXPECT_TRUE(absl::IsInternal(OpenArchive(key_, "sea 1 journal", source, full)));
  ArchiveSealer sealer(key_.public_key(), "c",
                       [](std::string_view) { return absl::InternalError("disk full"); });
  EXPECT_TRUE(absl::IsInternal(sealer.File("a")));
}

TEST_F(SealedArchiveTest, NoNameLeadsOutOfTheFolder) {
  for (const char* name : {"../x", "a/b", "..", ".", ""}) {
    std::string bytes;
    ArchiveSealer sealer(key_.public_key(), "sea 1 journal", [&bytes](std::string_view more) {
      bytes.append(more);
      return absl::OkStatus();
    });
    ASSERT_TRUE(sealer.File(name).ok());
    ASSERT_TRUE(sealer.Finish().ok());
    EXPECT_TRUE(absl::IsDataLoss(Open(bytes))) << name;
  }
}

TEST(BackupKeyTest, IsReadBackFromItsTextAndNothingElseIs) {
  const BackupKey key = BackupKey::Generate();
  const auto again = BackupKey::FromText(key.ToText());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->public_key(), key.public_key());
  const std::string open = BackupKey::PublicText(key.public_key());
  EXPECT_EQ(*BackupKey::PublicFromText(open), key.public_key());
  EXPECT_FALSE(BackupKey::FromText(open).ok()) << "the public key opens nothing";
  EXPECT_FALSE(BackupKey::PublicFromText(key.ToText()).ok()) << "the secret is not to lie there";
  EXPECT_FALSE(BackupKey::FromText("").ok());
  EXPECT_FALSE(BackupKey::PublicFromText(open.substr(0, open.size() - 3)).ok());
}

}  // namespace
}  // namespace corridor

// Somebody with access to the disk would like an entry not to have been. Whatever they do to the
// exported log, the chain says where; and a tail that is gone is missed by whoever noted its head.

#include "core/crypto/audit_chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "absl/strings/str_replace.h"
#include "corridor/v1/audit_log.pb.h"

namespace corridor {
namespace {

using testing::HasSubstr;

std::vector<std::string> ExportedLog(int entries) {
  AuditChain chain;
  std::vector<std::string> lines;
  for (int i = 1; i <= entries; ++i) {
    v1::AuditEntry entry;
    entry.set_sequence(static_cast<uint64_t>(i));
    entry.set_time_ms(1'900'000'000'000 + i);
    entry.set_actor("spiffe://sea.example/operator/o1");
    entry.set_act(v1::AUDIT_ACT_GRANT);
    entry.set_object("grant-" + std::to_string(i));
    lines.push_back(chain.Export(entry.SerializeAsString()).value());
  }
  return lines;
}

std::string Complaint(const std::vector<std::string>& lines) {
  AuditChain chain;
  for (const std::string& line : lines) {
    const absl::Status status = chain.Follow(line);
    if (!status.ok()) return std::string(status.message());
  }
  return "";
}

TEST(AuditChainTest, AWholeLogLeadsToItsHead) {
  AuditChain chain;
  for (const std::string& line : ExportedLog(5)) ASSERT_TRUE(chain.Follow(line).ok());
  EXPECT_EQ(chain.head().entries, 5u);
  EXPECT_EQ(AuditHeadFrom(ToString(chain.head())).value(), chain.head());
  EXPECT_THAT(ExportedLog(1)[0], HasSubstr(R"("object":"grant-1")"));
}

TEST(AuditChainTest, WhatIsDeletedOrReorderedIsMissed) {
  std::vector<std::string> lines = ExportedLog(4);
  std::swap(lines[1], lines[2]);
  EXPECT_THAT(Complaint(lines), HasSubstr("audit entry 2 is missing: entry 3"));
  lines = ExportedLog(4);
  lines.erase(lines.begin());
  EXPECT_THAT(Complaint(lines), HasSubstr("audit entry 1 is missing"));
  lines = ExportedLog(4);
  lines.insert(lines.begin() + 2, lines[1]);
  EXPECT_THAT(Complaint(lines), HasSubstr("audit entry 3 is missing"));
}

TEST(AuditChainTest, WhatIsAlteredIsSeen) {
  std::vector<std::string> lines = ExportedLog(3);
  // Only what people read.
  lines[1] = absl::StrReplaceAll(lines[1], {{"grant-2", "grant-9"}});
  EXPECT_THAT(Complaint(lines), HasSubstr("audit entry 2 does not say what its bytes say"));
  // All of it, by somebody who knows the format, but not the entries behind it.
  v1::AuditEntry forged;
  forged.set_sequence(2);
  AuditChain chain;
  lines = ExportedLog(3);
  ASSERT_TRUE(chain.Follow(lines[0]).ok());
  lines[1] = chain.Export(forged.SerializeAsString()).value();
  EXPECT_THAT(Complaint(lines), HasSubstr("audit entry 3 is altered"));
  EXPECT_THAT(Complaint({"{}"}), HasSubstr("audit entry 1 is missing"));
  EXPECT_THAT(Complaint({"garbage"}), HasSubstr("is not a line"));
}

TEST(AuditChainTest, AHeadIsReadOnlyInItsForm) {
  const std::string hash(64, 'a');
  EXPECT_TRUE(AuditHeadFrom("12:" + hash).ok());
  for (const std::string& bad :
       {"12" + hash, ":" + hash, "12:" + hash + "a", "x:" + hash, "12:" + std::string(64, 'g')}) {
    EXPECT_FALSE(AuditHeadFrom(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace corridor

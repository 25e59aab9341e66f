// An auditor's program: an export ends where the log was when it began and must lead to the head
// that the broker says, and a tail goes on where it was.
#include "corridor/audit_client.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/model/errors.h"
#include "corridor/mocks/mock_audit_connection.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"
#include "tests/support/seeded_random.h"

namespace corridor {
namespace {

using testing::_;

// Lets time pass whenever somebody waits for it.
class PatientExecutor final : public Executor {
 public:
  explicit PatientExecutor(FakeClock& clock) : clock_(clock) {}
  void Post(Task task) override { task(); }
  void PostAfter(absl::Duration delay, Task task) override {
    clock_.Advance(delay);
    task();
  }

 private:
  FakeClock& clock_;
};

class AuditClientTest : public testing::Test {
 protected:
  AuditClientTest() {
    for (uint64_t sequence = 1; sequence <= 4; ++sequence) {
      v1::StoredAuditEntry& entry = log_.emplace_back();
      entry.mutable_says()->set_sequence(sequence);
      entry.mutable_says()->set_act(v1::AUDIT_ACT_MEMBER);
      entry.set_entry(entry.says().SerializeAsString());
    }
  }

  // Entries [from, to] of a log that has `head` entries.
  v1::QueryEntriesResponse Page(size_t from, size_t to, size_t head) {
    v1::QueryEntriesResponse page;
    for (size_t i = from; i <= to; ++i) *page.add_entries() = log_[i - 1];
    if (to < head) page.set_next_page_token(std::to_string(to + 1));
    std::string hash(32, '\0');
    for (size_t i = 0; i < head; ++i) hash = NextAuditHead(hash, log_[i].entry());
    page.set_head_entries(head);
    page.set_head(hash);
    return page;
  }

  FakeClock clock_;
  SeededRandom random_{1};
  PatientExecutor executor_{clock_};
  const Environment environment_{.clock = &clock_, .random = &random_, .executor = &executor_};
  std::vector<v1::StoredAuditEntry> log_;
  std::shared_ptr<MockAuditConnection> connection_ = std::make_shared<MockAuditConnection>();
  AuditClient audit_{connection_, environment_};
};

TEST_F(AuditClientTest, AnExportEndsWhereTheLogWasAndIsProvedByItsOwnLines) {
  EXPECT_CALL(*connection_, QueryEntries)
      .WillOnce([&](const auto&) { return Page(1, 2, 3); })
      .WillOnce([&](const auto& request) {
        EXPECT_EQ(request.page_token(), "3");
        return Page(3, 4, 4);  // It has grown.
      });
  std::vector<std::string> lines;
  const auto head = audit_.Export([&](std::string_view line) { lines.emplace_back(line); });
  ASSERT_TRUE(head.ok()) << head.status();
  EXPECT_EQ(head->entries, 3u);
  AuditChain chain;
  for (const std::string& line : lines) ASSERT_TRUE(chain.Follow(line).ok());
  EXPECT_EQ(chain.head(), *head);
}

TEST_F(AuditClientTest, AnExportThatDoesNotLeadToTheHeadIsNone) {
  EXPECT_CALL(*connection_, QueryEntries).WillOnce([&](const auto&) {
    auto page = Page(1, 3, 3);
    page.mutable_entries()->SwapElements(1, 2);
    return page;
  });
  EXPECT_EQ(audit_.Export([](std::string_view) {}).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(AuditClientTest, AQueryReadsUntilItHasEnough) {
  EXPECT_CALL(*connection_, QueryEntries)
      .WillOnce([&](const auto& request) {
        EXPECT_TRUE(request.newest_first());
        EXPECT_EQ(request.page_size(), 3);
        return Page(1, 2, 4);
      })
      .WillOnce([&](const auto& request) {
        EXPECT_EQ(request.page_size(), 1);
        return Page(3, 3, 4);
      });
  const auto entries = audit_.Newest({}, 3);
  ASSERT_TRUE(entries.ok());
  EXPECT_EQ(entries->size(), 3u);
}

TEST_F(AuditClientTest, ATailGoesOnWhereItWasWhenTheConnectionIsLost) {
  EXPECT_CALL(*connection_, TailEntries(_, _))
      .WillOnce([&](const auto& request, auto sink) {
        EXPECT_EQ(request.after_sequence(), 1u);
        v1::TailEntriesResponse response;
        *response.add_entries() = log_[1];
        sink(response);
        return absl::UnavailableError("gone");
      })
      .WillOnce([&](const auto& request, auto sink) {
        EXPECT_EQ(request.after_sequence(), 2u);
        v1::TailEntriesResponse response;
        *response.add_entries() = log_[2];
        *response.add_entries() = log_[3];
        EXPECT_FALSE(sink(response));
        return absl::OkStatus();
      });
  std::vector<uint64_t> seen;
  EXPECT_TRUE(audit_
                  .Tail({}, 1,
                        [&](const v1::StoredAuditEntry& entry) {
                          seen.push_back(entry.says().sequence());
                          return seen.size() < 2;
                        })
                  .ok());
  EXPECT_THAT(seen, testing::ElementsAre(2, 3));
}

TEST_F(AuditClientTest, ATailFromNowOnAsksWhereNowIs) {
  EXPECT_CALL(*connection_, QueryEntries).WillOnce([&](const auto&) { return Page(4, 4, 4); });
  EXPECT_CALL(*connection_, TailEntries(_, _)).WillOnce([&](const auto& request, auto) {
    EXPECT_EQ(request.after_sequence(), 4u);
    return Error(v1::ERROR_REASON_POLICY_DENIED, "no such role");
  });
  EXPECT_EQ(audit_.Tail({}, 0, [](const auto&) { return true; }).code(),
            absl::StatusCode::kPermissionDenied);
}

}  // namespace
}  // namespace corridor

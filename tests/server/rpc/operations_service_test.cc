// An operator drains a broker, takes members back and changes what is logged: each act is durable
// in the audit log before it takes effect, and a dry run does neither.

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "core/model/errors.h"
#include "corridor/v1/backup.grpc.pb.h"
#include "corridor/v1/operations.grpc.pb.h"
#include "server/rpc/grpc_status.h"
#include "tests/server/rpc/broker_fixture.h"

namespace corridor {
namespace {

class OperationsServiceTest : public BrokerFixture {
 protected:
  OperationsServiceTest() {
    operations_door_.streams = [] { return size_t{3}; };
    operations_door_.drain = [this](bool then_stop) { ++(then_stop ? stopped_ : drained_); };
    operations_door_.undrain = [this] { return undrain_; };
    operations_door_.log_level = [this](v1::LogLevel level) { level_ = level; };
    Restart();
    stub_ = v1::Operations::NewStub(ChannelWith(sea_.Operator("operations")));
  }

  absl::StatusOr<uint32_t> Drain(bool dry_run, bool then_stop) {
    v1::DrainRequest request;
    request.set_dry_run(dry_run);
    request.set_then_stop(then_stop);
    v1::DrainResponse response;
    const auto status = stub_->Drain(Context().get(), request, &response);
    if (!status.ok()) return FromGrpcStatus(status);
    return response.streams();
  }
  absl::Status SetLogLevel(int level) {
    v1::SetLogLevelRequest request;
    request.set_level(static_cast<v1::LogLevel>(level));
    v1::SetLogLevelResponse response;
    return FromGrpcStatus(stub_->SetLogLevel(Context().get(), request, &response));
  }
  // What operators did to the broker as a whole, as the audit log has it.
  std::vector<std::string> Audited() {
    std::vector<std::string> objects;
    const auto entries = region_->audit().Read(0, 1000);
    EXPECT_TRUE(entries.ok()) << entries.status();
    if (!entries.ok()) return {};
    for (const v1::AuditEntry& entry : *entries) {
      if (entry.act() == v1::AUDIT_ACT_SESSION) objects.push_back(entry.object());
    }
    return objects;
  }

  std::atomic<int> drained_ = 0;
  std::atomic<int> stopped_ = 0;
  std::atomic<v1::LogLevel> level_ = v1::LOG_LEVEL_UNSPECIFIED;
  absl::Status undrain_;
  std::unique_ptr<v1::Operations::Stub> stub_;
};

TEST_F(OperationsServiceTest, ADrainSaysWhatItEndsAndIsAudited) {
  EXPECT_EQ(Drain(false, false).value_or(0), 3u);
  EXPECT_EQ(drained_, 1);
  EXPECT_EQ(Drain(false, true).value_or(0), 3u);
  EXPECT_EQ(stopped_, 1);
  EXPECT_EQ(Audited(), (std::vector<std::string>{"drain", "drain and stop"}));
}

TEST_F(OperationsServiceTest, ADryRunDoesNothingAndLeavesNoEntry) {
  EXPECT_EQ(Drain(true, true).value_or(0), 3u);
  EXPECT_EQ(drained_ + stopped_, 0);
  EXPECT_TRUE(Audited().empty());
}

TEST_F(OperationsServiceTest, ABrokerThatStopsIsNotTakenBack) {
  v1::UndrainResponse response;
  EXPECT_TRUE(stub_->Undrain(Context().get(), {}, &response).ok());
  undrain_ = Error(v1::ERROR_REASON_DRAINING, "it stops");
  EXPECT_EQ(ReasonOf(FromGrpcStatus(stub_->Undrain(Context().get(), {}, &response))),
            v1::ERROR_REASON_DRAINING);
}

TEST_F(OperationsServiceTest, ALevelIsOneOfThoseThatThereAre) {
  EXPECT_TRUE(SetLogLevel(v1::LOG_LEVEL_DEBUG).ok());
  EXPECT_EQ(level_, v1::LOG_LEVEL_DEBUG);
  for (const int level : {0, 99, -1}) {
    EXPECT_EQ(ReasonOf(SetLogLevel(level)), v1::ERROR_REASON_REQUEST_INVALID) << level;
  }
  EXPECT_EQ(level_, v1::LOG_LEVEL_DEBUG);
  EXPECT_EQ(Audited(), (std::vector<std::string>{"log-level LOG_LEVEL_DEBUG"}));
}

TEST_F(OperationsServiceTest, BackupsAreListedByThePageTheNewestFirst) {
  backup_door_.list = []() -> absl::StatusOr<v1::ListBackupsResponse> {
    v1::ListBackupsResponse all;
    for (const char* id : {"20260303T110000Z", "20260302T110000Z", "20260301T110000Z"}) {
      all.add_backups()->mutable_manifest()->set_backup_id(id);
    }
    return all;
  };
  Restart();
  auto backups = v1::Backups::NewStub(ChannelWith(sea_.Operator("operations")));
  v1::ListBackupsRequest request;
  request.set_page_size(2);
  v1::ListBackupsResponse page;
  ASSERT_TRUE(backups->ListBackups(Context().get(), request, &page).ok());
  ASSERT_EQ(page.backups_size(), 2);
  EXPECT_EQ(page.backups(0).manifest().backup_id(), "20260303T110000Z");
  request.set_page_token(page.next_page_token());
  ASSERT_TRUE(backups->ListBackups(Context().get(), request, &page).ok());
  ASSERT_EQ(page.backups_size(), 1);
  EXPECT_EQ(page.backups(0).manifest().backup_id(), "20260301T110000Z");
  EXPECT_EQ(page.next_page_token(), "");
  request.set_page_size(-1);
  EXPECT_EQ(backups->ListBackups(Context().get(), request, &page).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST(ReadinessTest, MembersAreSentAwayWhilePeersAndOperatorsAreServed) {
  Readiness readiness;
  EXPECT_FALSE(readiness.Drain()) << "it only starts";
  readiness.Set(Readiness::State::kServing);
  EXPECT_TRUE(readiness.Drain());
  EXPECT_TRUE(readiness.Drain()) << "repeating is no error";
  EXPECT_EQ(ReasonOf(readiness.Check()), v1::ERROR_REASON_DRAINING);
  EXPECT_TRUE(readiness.CheckOffice().ok());
  EXPECT_TRUE(readiness.Undrain());
  EXPECT_TRUE(readiness.Check().ok());
  readiness.Set(Readiness::State::kDraining);
  EXPECT_FALSE(readiness.Undrain()) << "it stops";
  EXPECT_EQ(ReasonOf(readiness.CheckOffice()), v1::ERROR_REASON_DRAINING);
}

}  // namespace
}  // namespace corridor

// An auditor asks over the wire: what was done and what was refused is there, reading it is there
// too, the whole of it is proved by the program that proves an export, and a tail ends when its
// reader may no longer read.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/crypto/audit_chain.h"
#include "core/model/errors.h"
#include "corridor/v1/audit_log.grpc.pb.h"
#include "server/rpc/grpc_status.h"
#include "tests/server/rpc/broker_fixture.h"

namespace corridor {
namespace {

constexpr char kAuditor[] = "spiffe://sea.example/operator/auditor";

class AuditLogServiceTest : public BrokerFixture {
 protected:
  AuditLogServiceTest() : stub_(v1::AuditLog::NewStub(ChannelWith(sea_.Operator("auditor")))) {
    RegisterAgencies();
  }

  v1::QueryEntriesResponse Query(const v1::QueryEntriesRequest& request) {
    v1::QueryEntriesResponse response;
    const auto status = stub_->QueryEntries(Context().get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  absl::Status Refused(const v1::QueryEntriesRequest& request) {
    v1::QueryEntriesResponse response;
    return FromGrpcStatus(stub_->QueryEntries(Context().get(), request, &response));
  }

  std::unique_ptr<v1::AuditLog::Stub> stub_;
};

TEST_F(AuditLogServiceTest, WhatWasDoneIsThereAndReadingItToo) {
  v1::QueryEntriesRequest request;
  request.mutable_filter()->add_acts(v1::AUDIT_ACT_GRANT);
  request.mutable_filter()->set_object(kIndonesia);
  const auto response = Query(request);
  ASSERT_EQ(response.entries_size(), 1);
  EXPECT_EQ(response.entries(0).says().actor(), "spiffe://sea.example/operator/ops");

  request.Clear();
  request.mutable_filter()->add_acts(v1::AUDIT_ACT_AUDIT_READ);
  request.set_newest_first(true);
  const auto readings = Query(request);
  ASSERT_EQ(readings.entries_size(), 2) << "the one before, and this one";
  EXPECT_EQ(readings.entries(0).says().object(), "from the newest back");
  EXPECT_EQ(readings.entries(1).says().object(), "from 1 on");
  EXPECT_EQ(readings.entries(1).says().actor(), kAuditor);
}

TEST_F(AuditLogServiceTest, APolicyIsThereFromTheStart) {
  v1::QueryEntriesRequest request;
  request.mutable_filter()->add_acts(v1::AUDIT_ACT_START);
  request.mutable_filter()->add_acts(v1::AUDIT_ACT_GATE_POLICY);
  EXPECT_EQ(Query(request).entries_size(), 2);
}

TEST_F(AuditLogServiceTest, PagesFromTheFirstOnAreTheLogThatAnExportProves) {
  v1::QueryEntriesRequest request;
  request.set_page_size(3);
  AuditChain chain;
  AuditHead end;
  do {
    const auto page = Query(request);
    if (end.entries == 0) end = {page.head_entries(), page.head()};
    for (const auto& entry : page.entries()) {
      if (chain.head().entries == end.entries) break;
      ASSERT_TRUE(chain.Export(entry.entry()).ok());
    }
    request.set_page_token(page.next_page_token());
  } while (chain.head().entries < end.entries);
  EXPECT_EQ(chain.head(), end);
}

TEST_F(AuditLogServiceTest, AWrongQuestionIsToldWhatIsWrong) {
  v1::QueryEntriesRequest request;
  request.set_page_size(1001);
  request.set_page_token("x");
  request.mutable_filter()->set_digest("short");
  const absl::Status status = Refused(request);
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_REQUEST_INVALID);
  EXPECT_EQ(ViolationsOf(status).size(), 3u);
}

TEST_F(AuditLogServiceTest, ATailBringsWhatIsBehindItsStartAndThenWhatComes) {
  auto context = Context();
  v1::TailEntriesRequest request;
  request.set_after_sequence(1);
  request.mutable_filter()->add_acts(v1::AUDIT_ACT_MEMBER);
  const auto tail = stub_->TailEntries(context.get(), request);
  v1::TailEntriesResponse response;
  ASSERT_TRUE(tail->Read(&response));
  EXPECT_EQ(response.entries_size(), 2);
  Register("spiffe://sea.example/agency/mm-desk");
  ASSERT_TRUE(tail->Read(&response));
  ASSERT_EQ(response.entries_size(), 1);
  EXPECT_EQ(response.entries(0).says().object(), "spiffe://sea.example/agency/mm-desk");
  context->TryCancel();
  EXPECT_EQ(tail->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(AuditLogServiceTest, ATailEndsWithTheTrustInItsReader) {
  const std::string crl =
      sea_.Crl({}, {clock_.Now() - absl::Hours(2), clock_.Now() + absl::Hours(1)});
  trust_.Replace(*TrustStore::Create({sea_.Bundle(crl), eastafrica_.Bundle()}));
  auto context = Context();
  v1::TailEntriesRequest request;
  request.set_after_sequence(1);
  const auto tail = stub_->TailEntries(context.get(), request);
  v1::TailEntriesResponse response;
  ASSERT_TRUE(tail->Read(&response));
  clock_.Advance(absl::Hours(2));
  calls_.Review();
  while (tail->Read(&response)) {
  }
  EXPECT_EQ(tail->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(AuditLogServiceTest, TailsAreBoundedAndEndWhenTheBrokerDrains) {
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<v1::TailEntriesResponse>>> tails;
  v1::TailEntriesRequest request;
  request.set_after_sequence(1);
  v1::TailEntriesResponse response;
  for (size_t i = 0; i < AuditLogService::kTailsMax; ++i) {
    contexts.push_back(Context());
    tails.push_back(stub_->TailEntries(contexts.back().get(), request));
    ASSERT_TRUE(tails.back()->Read(&response));
  }
  auto context = Context();
  const absl::Status refused = FromGrpcStatus(stub_->TailEntries(context.get(), request)->Finish());
  EXPECT_EQ(ReasonOf(refused), v1::ERROR_REASON_QUOTA);
  EXPECT_TRUE(RetryDelayOf(refused).has_value());

  readiness_.Set(Readiness::State::kDraining);
  audit_log_->Drain();
  for (auto& tail : tails) {
    while (tail->Read(&response)) {
    }
    EXPECT_EQ(ReasonOf(FromGrpcStatus(tail->Finish())), v1::ERROR_REASON_DRAINING);
  }
}

}  // namespace
}  // namespace corridor

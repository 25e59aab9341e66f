// Thailand publishes over the wire: what is accepted has a receipt, and what is not has a reason,
// statement by statement.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "core/model/errors.h"
#include "core/model/statement.h"
#include "corridor/v1/publisher.grpc.pb.h"
#include "server/rpc/grpc_status.h"
#include "tests/server/rpc/broker_fixture.h"

namespace corridor {
namespace {

class PublishTest : public BrokerFixture {
 protected:
  PublishTest()
      : signer_(RegisterAgencies()),
        stub_(v1::Publisher::NewStub(ChannelWith(sea_.Agency("th-desk")))) {}

  v1::SignedStatement Issue(uint64_t number) {
    return Sign(ExampleIssue(kThailand, number, number), RoutingToAll(), signer_.key, random_);
  }

  v1::PublishResponse Publish(const v1::PublishRequest& request) {
    v1::PublishResponse response;
    const auto status = stub_->Publish(Context().get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  // What became of one statement: "OK", or the reason.
  static std::string Outcome(const v1::PublishResult& result) {
    if (result.has_receipt()) return "OK";
    return ReasonName(ReasonOf(FromRpcStatus(result.error())));
  }

  TestSigner signer_;
  std::unique_ptr<v1::Publisher::Stub> stub_;
};

TEST_F(PublishTest, StatementsOfOneRequestStandOrFallAlone) {
  v1::PublishRequest request;
  *request.add_statements() = Issue(1);
  v1::SignedStatement tampered = Issue(2);
  tampered.mutable_proof()->mutable_ed25519_signature()->front() ^= 1;
  *request.add_statements() = tampered;
  v1::SignedStatement oversized = Issue(3);
  oversized.mutable_body()->append(kStatementBytesMax, 'x');
  *request.add_statements() = oversized;
  *request.add_statements() = v1::SignedStatement();
  const auto response = Publish(request);
  ASSERT_EQ(response.results_size(), 4);
  EXPECT_EQ(Outcome(response.results(0)), "OK");
  EXPECT_EQ(Outcome(response.results(1)), "SIGNATURE_INVALID");
  EXPECT_EQ(Outcome(response.results(2)), "STATEMENT_TOO_LARGE");
  EXPECT_NE(Outcome(response.results(3)), "OK");
  EXPECT_EQ(response.results(0).receipt().acceptance().position().region(), "sea.example");
}

TEST_F(PublishTest, ARetryGetsTheFirstReceiptAgain) {
  v1::PublishRequest request;
  *request.add_statements() = Issue(1);
  const auto first = Publish(request).results(0).receipt();
  const auto second = Publish(request).results(0).receipt();
  EXPECT_TRUE(second.repeated());
  EXPECT_EQ(second.acceptance().position().offset(), first.acceptance().position().offset());
}

TEST_F(PublishTest, ARequestWithoutStatementsIsRefusedAsAWhole) {
  v1::PublishResponse response;
  const auto status = stub_->Publish(Context().get(), {}, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(FromGrpcStatus(status)), v1::ERROR_REASON_REQUEST_INVALID);
}

TEST_F(PublishTest, APipelineAnswersEachRequestByItsSequence) {
  constexpr uint64_t kRequests = 200;
  auto context = Context();
  auto stream = stub_->PublishStream(context.get());
  for (uint64_t i = 1; i <= kRequests; ++i) {
    v1::PublishRequest request;
    request.set_request_sequence(i);
    *request.add_statements() = Issue(i);
    ASSERT_TRUE(stream->Write(request));
  }
  stream->WritesDone();
  std::set<uint64_t> answered;
  v1::PublishResponse response;
  while (stream->Read(&response)) {
    EXPECT_EQ(Outcome(response.results(0)), "OK");
    answered.insert(response.request_sequence());
  }
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(answered.size(), kRequests);
  EXPECT_EQ(region_->journal().head(), kRequests);
}

TEST_F(PublishTest, AWrongRequestEndsAPipelineAfterTheAnswersItOwes) {
  auto context = Context();
  auto stream = stub_->PublishStream(context.get());
  v1::PublishRequest good;
  *good.add_statements() = Issue(1);
  ASSERT_TRUE(stream->Write(good));
  stream->Write(v1::PublishRequest());
  v1::PublishResponse response;
  EXPECT_TRUE(stream->Read(&response));
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(ReasonOf(FromGrpcStatus(stream->Finish())), v1::ERROR_REASON_REQUEST_INVALID);
}

TEST_F(PublishTest, ADrainingBrokerSaysSoAndEndsPipelines) {
  auto context = Context();
  auto stream = stub_->PublishStream(context.get());
  v1::PublishRequest request;
  *request.add_statements() = Issue(1);
  ASSERT_TRUE(stream->Write(request));
  v1::PublishResponse response;
  ASSERT_TRUE(stream->Read(&response));

  readiness_.Set(Readiness::State::kDraining);
  publisher_->Drain();
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(ReasonOf(FromGrpcStatus(stream->Finish())), v1::ERROR_REASON_DRAINING);
  const auto refused = stub_->Publish(Context().get(), request, &response);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_TRUE(RetryDelayOf(FromGrpcStatus(refused)).has_value());
}

TEST_F(PublishTest, AClientThatVanishesInAPipelineLeavesNothingOpen) {
  auto context = Context();
  auto stream = stub_->PublishStream(context.get());
  v1::PublishRequest request;
  *request.add_statements() = Issue(1);
  ASSERT_TRUE(stream->Write(request));
  context->TryCancel();
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  // The fixture's end waits for every call.
}

TEST_F(PublishTest, CheckStatementExplainsAndStoresNothing) {
  v1::CheckStatementRequest request;
  *request.mutable_statement() = Unsigned(ExampleIssue(kThailand, 1), RoutingToAll(), random_);
  v1::CheckStatementResponse response;
  const auto status = stub_->CheckStatement(Context().get(), request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_TRUE(response.acceptable()) << response.refusal().message();
  EXPECT_GE(response.recipients_size(), 2);
  EXPECT_EQ(region_->journal().head(), 0u);
}

}  // namespace
}  // namespace corridor

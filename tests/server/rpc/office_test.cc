// The data-protection officer holds back what reaches an agency, and lets it through again without
// a loss; a program that asks for too much is told when to come back; and what an agency may not
// know of looks as if it were not there.

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/text_format.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"
#include "core/model/errors.h"
#include "corridor/v1/data_protection.grpc.pb.h"
#include "corridor/v1/publisher.grpc.pb.h"
#include "corridor/v1/quota.grpc.pb.h"
#include "corridor/v1/subscriber.grpc.pb.h"
#include "server/rpc/grpc_status.h"
#include "tests/server/rpc/broker_fixture.h"

namespace corridor {
namespace {

constexpr char kMyanmar[] = "spiffe://sea.example/agency/mm-desk";
constexpr char kAll[] = "subscriptions/all";

using Session = grpc::ClientReaderWriter<v1::AttachRequest, v1::AttachResponse>;

class OfficeTest : public BrokerFixture {
 protected:
  OfficeTest() : signer_(RegisterAgencies()) {
    Register(kMyanmar);
    Grant(kMyanmar, {v1::ROLE_READER});
    publisher_ = v1::Publisher::NewStub(ChannelWith(sea_.Agency("th-desk")));
    indonesia_ = v1::Subscriber::NewStub(ChannelWith(sea_.Agency("id-desk")));
    myanmar_ = v1::Subscriber::NewStub(ChannelWith(sea_.Agency("mm-desk")));
    officer_ = v1::DataProtection::NewStub(ChannelWith(sea_.Operator("dpo")));
    quotas_stub_ = v1::Quotas::NewStub(ChannelWith(sea_.Operator("operations")));
    Subscribe(*indonesia_, kAll);
  }

  absl::Status Publish(uint64_t number, const v1::StatementRouting& routing = RoutingToAll()) {
    v1::PublishRequest request;
    *request.add_statements() =
        Sign(ExampleIssue(kThailand, number, number), routing, signer_.key, random_);
    v1::PublishResponse response;
    const auto status = publisher_->Publish(Context().get(), request, &response);
    if (!status.ok()) return FromGrpcStatus(status);
    return FromRpcStatus(response.results(0).error());
  }

  static void Subscribe(v1::Subscriber::Stub& stub, const std::string& name) {
    v1::CreateSubscriptionRequest request;
    request.mutable_subscription()->set_name(name);
    v1::Subscription created;
    const auto status = stub.CreateSubscription(Context().get(), request, &created);
    EXPECT_TRUE(status.ok()) << status.error_message();
  }

  static std::unique_ptr<Session> Attach(v1::Subscriber::Stub& stub, grpc::ClientContext& context) {
    auto session = stub.Attach(&context);
    v1::AttachRequest request;
    request.mutable_start()->set_subscription(kAll);
    session->Write(request);
    request.mutable_window()->set_lane(v1::LANE_ROUTINE);
    request.mutable_window()->set_messages(100);
    request.mutable_window()->set_bytes(1 << 20);
    session->Write(request);
    return session;
  }
  // Ids of the alerts delivered, until there are `count`, or the session ends.
  static size_t Deliveries(Session& session, size_t count) {
    size_t delivered = 0;
    for (v1::AttachResponse response; delivered < count && session.Read(&response);) {
      delivered += static_cast<size_t>(response.deliveries().deliveries_size());
    }
    return delivered;
  }

  absl::Status Get(v1::Subscriber::Stub& stub, uint64_t number) {
    v1::GetAlertRequest request;
    request.set_publisher(kThailand);
    request.set_alert_id(ExampleAlertId(number));
    v1::Alert alert;
    return FromGrpcStatus(stub.GetAlert(Context().get(), request, &alert));
  }

  absl::Status SuspendIndonesia() {
    v1::SuspendReachRequest request;
    request.set_member(kIndonesia);
    v1::SuspendedReach suspended;
    return FromGrpcStatus(officer_->SuspendReach(Context().get(), request, &suspended));
  }
  absl::Status RestoreIndonesia() {
    v1::RestoreReachRequest request;
    request.set_member(kIndonesia);
    v1::RestoreReachResponse restored;
    return FromGrpcStatus(officer_->RestoreReach(Context().get(), request, &restored));
  }

  absl::Status SetQuota(v1::Quota quota) {
    v1::SetQuotaRequest request;
    *request.mutable_quota() = std::move(quota);
    v1::Quota set;
    return FromGrpcStatus(quotas_stub_->SetQuota(Context().get(), request, &set));
  }

  TestSigner signer_;
  std::unique_ptr<v1::Publisher::Stub> publisher_;
  std::unique_ptr<v1::Subscriber::Stub> indonesia_;
  std::unique_ptr<v1::Subscriber::Stub> myanmar_;
  std::unique_ptr<v1::DataProtection::Stub> officer_;
  std::unique_ptr<v1::Quotas::Stub> quotas_stub_;
};

TEST_F(OfficeTest, WhatReachesAnAgencyIsHeldBackAndNothingOfItIsLost) {
  auto context = Context();
  auto session = Attach(*indonesia_, *context);
  ASSERT_TRUE(Publish(1).ok());
  ASSERT_EQ(Deliveries(*session, 1), 1u);
  ASSERT_TRUE(SuspendIndonesia().ok());
  v1::AttachResponse response;
  while (session->Read(&response)) {
    EXPECT_FALSE(response.has_deliveries());
  }
  EXPECT_EQ(ReasonOf(FromGrpcStatus(session->Finish())), v1::ERROR_REASON_REACH_SUSPENDED);

  ASSERT_TRUE(Publish(2).ok());
  const absl::Status read = Get(*indonesia_, 2);
  EXPECT_EQ(read.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(std::string(read.message()), testing::StartsWith("REACH_SUSPENDED: "));
  v1::ListRecallNoticesResponse notices;
  EXPECT_TRUE(indonesia_->ListRecallNotices(Context().get(), {}, &notices).ok())
      << "recalls reach it all the same";
  EXPECT_TRUE(Get(*myanmar_, 2).ok()) << "others do not notice";

  ASSERT_TRUE(RestoreIndonesia().ok());
  auto again = Context();
  session = Attach(*indonesia_, *again);
  EXPECT_EQ(Deliveries(*session, 2), 2u) << "the one not acknowledged, and the one held back";
  again->TryCancel();
}

TEST_F(OfficeTest, SuspendingTwiceChangesNothingAndRestoringWhatIsNotSuspendedIsTold) {
  ASSERT_TRUE(SuspendIndonesia().ok());
  ASSERT_TRUE(SuspendIndonesia().ok());
  v1::ListSuspendedReachResponse suspended;
  ASSERT_TRUE(officer_->ListSuspendedReach(Context().get(), {}, &suspended).ok());
  ASSERT_EQ(suspended.suspended_size(), 1);
  EXPECT_EQ(suspended.suspended(0).suspended_by(), "spiffe://sea.example/operator/dpo");
  ASSERT_TRUE(RestoreIndonesia().ok());
  EXPECT_EQ(RestoreIndonesia().code(), absl::StatusCode::kNotFound);
}

TEST_F(OfficeTest, EachQuestionOfTheOfficerIsOnRecord) {
  ASSERT_TRUE(Publish(1).ok());
  ASSERT_TRUE(Get(*indonesia_, 1).ok());
  v1::ReportAlertDisclosuresRequest request;
  request.set_publisher(kThailand);
  request.set_alert_id(ExampleAlertId(1));
  v1::ReportAlertDisclosuresResponse report;
  ASSERT_TRUE(officer_->ReportAlertDisclosures(Context().get(), request, &report).ok());
  ASSERT_EQ(report.statements_size(), 1);
  EXPECT_EQ(report.statements(0).disclosed_to(0).holder(), kIndonesia);
  const auto entries = region_->audit().Read(0, 1000);
  ASSERT_TRUE(entries.ok());
  EXPECT_EQ(entries->back().act(), v1::AUDIT_ACT_DISCLOSURE_REPORT);
  EXPECT_THAT(entries->back().object(), testing::StartsWith(kThailand));
}

TEST_F(OfficeTest, APublisherBeyondItsQuotaIsToldWhenToComeBack) {
  v1::Quota quota;
  quota.set_principal(kThailand);
  quota.set_statements_per_second(1);
  ASSERT_TRUE(SetQuota(quota).ok());
  absl::Status status;
  for (uint64_t number = 1; number <= 11; ++number) status = Publish(number);
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_QUOTA);
  EXPECT_EQ(RetryDelayOf(status), absl::Seconds(1));
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(Publish(11).ok());
}

TEST_F(OfficeTest, SessionsAndSubscriptionsHaveAQuotaToo) {
  v1::Quota quota;
  quota.set_principal(kIndonesia);
  quota.set_sessions(1);
  quota.set_subscriptions(1);
  quota.set_calls_per_second(1);
  ASSERT_TRUE(SetQuota(quota).ok());
  auto first = Context();
  auto session = Attach(*indonesia_, *first);
  v1::AttachResponse started;
  ASSERT_TRUE(session->Read(&started));
  auto second = Context();
  auto refused = Attach(*indonesia_, *second);
  EXPECT_FALSE(refused->Read(&started));
  const absl::Status full = FromGrpcStatus(refused->Finish());
  EXPECT_EQ(ReasonOf(full), v1::ERROR_REASON_QUOTA);
  EXPECT_TRUE(RetryDelayOf(full).has_value());

  v1::CreateSubscriptionRequest create;
  create.mutable_subscription()->set_name("subscriptions/second");
  v1::Subscription created;
  absl::Status status =
      FromGrpcStatus(indonesia_->CreateSubscription(Context().get(), create, &created));
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_QUOTA);
  for (int i = 0; i < 10; ++i) status = Get(*indonesia_, 1);
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_QUOTA);
  EXPECT_TRUE(RetryDelayOf(status).has_value());
  first->TryCancel();
}

TEST_F(OfficeTest, AQuotaOutOfRangeOrForNobodyIsRefused) {
  v1::Quota quota;
  quota.set_principal("spiffe://sea.example/operator/ops");
  quota.set_statements_per_second(100'001);
  EXPECT_EQ(ViolationsOf(SetQuota(quota)).size(), 2u);
  quota.set_principal("spiffe://sea.example/agency/nobody");
  quota.set_statements_per_second(1);
  EXPECT_EQ(SetQuota(quota).code(), absl::StatusCode::kNotFound);
}

TEST_F(OfficeTest, ReadersGetTheKeysThatPublishersSignWith) {
  v1::GetSigningKeysRequest request;
  const KeyId id = signer_.key.key_id();
  request.add_key_ids(std::string(id.begin(), id.end()));
  request.add_key_ids(std::string(16, 'x'));
  v1::GetSigningKeysResponse keys;
  ASSERT_TRUE(indonesia_->GetSigningKeys(Context().get(), request, &keys).ok());
  ASSERT_EQ(keys.signing_keys_size(), 1);
  EXPECT_EQ(keys.signing_keys(0).member(), kThailand);
  request.add_key_ids("short");
  EXPECT_EQ(ReasonOf(FromGrpcStatus(indonesia_->GetSigningKeys(Context().get(), request, &keys))),
            v1::ERROR_REASON_REQUEST_INVALID);
}

// What is there and hidden, and what is not there, must not be told apart: code, reason and text.
class HiddenObjectTest : public OfficeTest {
 protected:
  HiddenObjectTest() {
    EXPECT_TRUE(Publish(1, RoutingToMembers({kIndonesia})).ok());
    Subscribe(*indonesia_, "subscriptions/own");
  }

  static std::string Told(const absl::Status& status) {
    return absl::StrCat(absl::StatusCodeToString(status.code()), " ", ReasonName(ReasonOf(status)),
                        " ", std::string(status.message()));
  }
  // Of the service Subscriber, but for the streams.
  static std::vector<const google::protobuf::MethodDescriptor*> MethodsOnASubscription() {
    std::vector<const google::protobuf::MethodDescriptor*> methods;
    const auto* service =
        v1::Subscription::descriptor()->file()->pool()->FindServiceByName("corridor.v1.Subscriber");
    for (int i = 0; i < service->method_count(); ++i) {
      const auto* method = service->method(i);
      const auto* input = method->input_type();
      const bool names_one = input->FindFieldByName("subscription") != nullptr ||
                             input->FindFieldByName("name") != nullptr;
      const bool makes_one = method->name() == "CreateSubscription";
      if (names_one && !makes_one && !method->client_streaming()) methods.push_back(method);
    }
    return methods;
  }
  static absl::Status Call(const std::shared_ptr<grpc::Channel>& channel,
                           const google::protobuf::MethodDescriptor& method,
                           const std::string& request_text) {
    const std::unique_ptr<google::protobuf::Message> request(
        google::protobuf::MessageFactory::generated_factory()
            ->GetPrototype(method.input_type())
            ->New());
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(request_text, request.get()));
    const grpc::Slice bytes(request->SerializeAsString());
    const grpc::ByteBuffer sent(&bytes, 1);
    grpc::ByteBuffer response;
    grpc::CompletionQueue queue;
    grpc::GenericStub stub(channel);
    auto context = Context();
    const std::string path = absl::StrCat("/", method.service()->full_name(), "/", method.name());
    auto call = stub.PrepareUnaryCall(context.get(), path, sent, &queue);
    call->StartCall();
    grpc::Status status;
    call->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    return FromGrpcStatus(status);
  }
};

TEST_F(HiddenObjectTest, AnAlertForSomebodyElse) {
  ASSERT_TRUE(Get(*indonesia_, 1).ok());
  EXPECT_EQ(Told(Get(*myanmar_, 1)), Told(Get(*myanmar_, 99)));
  v1::ListAlertsResponse alerts;
  ASSERT_TRUE(myanmar_->ListAlerts(Context().get(), {}, &alerts).ok());
  EXPECT_EQ(alerts.alerts_size(), 0);
}

// Each call that names a subscription, with what it needs beside: a method that is missing here
// fails the test.
TEST_F(HiddenObjectTest, ASubscriptionOfSomebodyElse) {
  const std::map<std::string, std::string> asked = {
      {"GetSubscription", "name: '$0'"},
      {"UpdateSubscription", "subscription { name: '$0' }"},
      {"DeleteSubscription", "name: '$0'"},
      {"ListCurrent", "subscription: '$0'"},
      {"Pull", "subscription: '$0' messages_max: 1"},
      {"Settle", "subscription: '$0' settlement { acknowledged: 'lease' }"},
      {"Seek", "subscription: '$0' end: true"},
      {"ListDeadLetters", "subscription: '$0'"},
      {"RedriveDeadLetters", "subscription: '$0' selection { all: true }"},
      {"DiscardDeadLetters", "subscription: '$0' selection { all: true }"}};
  const auto channel = ChannelWith(sea_.Agency("mm-desk"));
  for (const google::protobuf::MethodDescriptor* method : MethodsOnASubscription()) {
    const auto found = asked.find(method->name());
    ASSERT_NE(found, asked.end()) << method->name() << " is not in the table of this test";
    const std::string absent =
        Told(Call(channel, *method, absl::Substitute(found->second, "subscriptions/absent")));
    EXPECT_THAT(absent, testing::StartsWith("NOT_FOUND ")) << method->name();
    EXPECT_EQ(Told(Call(channel, *method, absl::Substitute(found->second, "subscriptions/own"))),
              absent)
        << method->name();
  }
}

TEST_F(HiddenObjectTest, ASessionOnASubscriptionOfSomebodyElse) {
  const auto attach = [&](const std::string& name) {
    auto context = Context();
    auto session = myanmar_->Attach(context.get());
    v1::AttachRequest request;
    request.mutable_start()->set_subscription(name);
    session->Write(request);
    v1::AttachResponse response;
    EXPECT_FALSE(session->Read(&response));
    return Told(FromGrpcStatus(session->Finish()));
  };
  EXPECT_EQ(attach("subscriptions/own"), attach("subscriptions/absent"));
}

TEST_F(HiddenObjectTest, ARemarkAboutAnAlertForSomebodyElse) {
  Grant(kMyanmar, {v1::ROLE_READER, v1::ROLE_PUBLISHER});
  const TestSigner signer = RegisterKey("/agency/mm-desk");
  const auto stub = v1::Publisher::NewStub(ChannelWith(sea_.Agency("mm-desk")));
  const auto sighting = [&](uint64_t alert, uint64_t number) {
    v1::StatementBody body = ExampleSighting(kMyanmar, kThailand, alert, number);
    body.set_publisher_country("THA");
    return Sign(body, RoutingSameAsTarget(), signer.key, random_);
  };
  const auto sight = [&](uint64_t alert, uint64_t number) {
    v1::PublishRequest request;
    *request.add_statements() = sighting(alert, number);
    v1::PublishResponse response;
    EXPECT_TRUE(stub->Publish(Context().get(), request, &response).ok());
    return Told(FromRpcStatus(response.results(0).error()));
  };
  EXPECT_EQ(sight(1, 50), sight(99, 51));
  const auto check = [&](uint64_t alert, uint64_t number) {
    v1::CheckStatementRequest request;
    *request.mutable_statement() = sighting(alert, number);
    v1::CheckStatementResponse response;
    EXPECT_TRUE(stub->CheckStatement(Context().get(), request, &response).ok());
    return absl::StrCat(response.acceptable(), " ", Told(FromRpcStatus(response.refusal())), " ",
                        response.recipients_size());
  };
  EXPECT_EQ(check(1, 52), check(99, 53));
}

TEST_F(HiddenObjectTest, WhereSomebodyElsesStatementStands) {
  Grant(kMyanmar, {v1::ROLE_PUBLISHER});
  const auto stub = v1::Publisher::NewStub(ChannelWith(sea_.Agency("mm-desk")));
  const auto report = [&](uint64_t number) {
    v1::DeliveryReportRequest request;
    request.set_publisher(kThailand);
    request.set_statement_id(ExampleIssue(kThailand, number, number).statement_id());
    v1::DeliveryReport found;
    return Told(FromGrpcStatus(stub->GetDeliveryReport(Context().get(), request, &found)));
  };
  EXPECT_EQ(report(1), report(99));
}

TEST_F(HiddenObjectTest, ARecallNoticeForSomebodyElse) {
  ASSERT_TRUE(Get(*indonesia_, 1).ok());
  v1::PublishRequest request;
  *request.add_statements() =
      Sign(ExampleRecall(kThailand, 1, 2, 40), NoRouting(), signer_.key, random_);
  v1::PublishResponse response;
  ASSERT_TRUE(publisher_->Publish(Context().get(), request, &response).ok());
  v1::ListRecallNoticesResponse notices;
  ASSERT_TRUE(indonesia_->ListRecallNotices(Context().get(), {}, &notices).ok());
  ASSERT_EQ(notices.notices_size(), 1);
  const auto confirm = [&](uint64_t notice) {
    v1::ConfirmRecallsRequest request;
    auto& confirmation = *request.mutable_confirmations()->add_confirmations();
    confirmation.set_notice_id(notice);
    confirmation.set_outcome(v1::RECALL_OUTCOME_ERASED);
    v1::ConfirmRecallsResponse confirmed;
    return Told(FromGrpcStatus(myanmar_->ConfirmRecalls(Context().get(), request, &confirmed)));
  };
  EXPECT_EQ(confirm(notices.notices(0).notice_id()), confirm(9999));
}

}  // namespace
}  // namespace corridor

// Strangers knock at a real port: each gets the documented answer, and the broker knows who was
// refused and why.

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "corridor/v1/publisher.grpc.pb.h"
#include "corridor/v1/subscriber.grpc.pb.h"
#include "tests/server/rpc/broker_fixture.h"

namespace corridor {
namespace {

using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

class ConnectionTest : public BrokerFixture {
 protected:
  static std::string Told(const grpc::Status& status) {
    return status.ok() ? "OK" : absl::StrCat(status.error_code(), " ", status.error_message());
  }
  static grpc::Status ListAlerts(const std::shared_ptr<grpc::Channel>& channel) {
    v1::ListAlertsResponse response;
    return v1::Subscriber::NewStub(channel)->ListAlerts(Context().get(), {}, &response);
  }
  static grpc::Status Publish(const std::shared_ptr<grpc::Channel>& channel) {
    v1::PublishResponse response;
    return v1::Publisher::NewStub(channel)->Publish(Context().get(), {}, &response);
  }
  static grpc::Status GetStatus(const std::shared_ptr<grpc::Channel>& channel) {
    v1::GetStatusResponse response;
    return v1::Administration::NewStub(channel)->GetStatus(Context().get(), {}, &response);
  }
  // A method that no stub of ours knows, with an empty request.
  static grpc::Status Call(const std::shared_ptr<grpc::Channel>& channel, const char* method) {
    grpc::GenericStub stub(channel);
    grpc::CompletionQueue queue;
    auto context = Context();
    grpc::ByteBuffer request(nullptr, 0);
    grpc::ByteBuffer response;
    grpc::Status status;
    auto call = stub.PrepareUnaryCall(context.get(), method, request, &queue);
    call->StartCall();
    call->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    return status;
  }

  void ExpectRefusedHandshake(const std::shared_ptr<grpc::Channel>& channel,
                              const std::string& reason, const std::string& uri) {
    EXPECT_EQ(ListAlerts(channel).error_code(), grpc::StatusCode::UNAVAILABLE);
    const auto refused = refusals();
    ASSERT_FALSE(refused.empty()) << "the broker must name it";
    EXPECT_THAT(refused.back().reason, StartsWith(reason));
    EXPECT_EQ(refused.back().claimed_uri, uri);
    EXPECT_FALSE(refused.back().claimed_serial.empty());
  }
};

TEST_F(ConnectionTest, WithoutACertificateNobodyConnects) {
  EXPECT_EQ(ListAlerts(ChannelWithoutCertificate()).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(ConnectionTest, PlainTextAndGarbageGetNowhereAndHarmNobody) {
  EXPECT_EQ(
      ListAlerts(grpc::CreateChannel(address(), grpc::InsecureChannelCredentials())).error_code(),
      grpc::StatusCode::UNAVAILABLE);
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(server_->ports().front()));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  const std::string garbage(4096, '\x7f');
  EXPECT_EQ(write(fd, garbage.data(), garbage.size()), static_cast<ssize_t>(garbage.size()));
  close(fd);
  EXPECT_EQ(Told(GetStatus(ChannelWith(sea_.Operator("ops")))), "OK");
}

TEST_F(ConnectionTest, AnotherAuthorityUnderTheSameNameIsRefused) {
  const TestPki impostor("sea.example");
  ExpectRefusedHandshake(ChannelWith(impostor.Agency("th-desk")), "UNTRUSTED_ISSUER", kThailand);
}

TEST_F(ConnectionTest, AnotherRegionsAuthorityCannotSpeakForThisOne) {
  const TestPki stranger("west.example");
  ExpectRefusedHandshake(ChannelWith(stranger.Broker("b1")), "UNKNOWN_TRUST_DOMAIN",
                         "spiffe://west.example/broker/b1");
}

TEST_F(ConnectionTest, AnExpiredCertificateIsRefused) {
  const auto expired = sea_.Issue(CertificateProfile::kAgency, "/agency/th-desk",
                                  {clock_.Now() - absl::Hours(48), clock_.Now() - absl::Hours(1)});
  ExpectRefusedHandshake(ChannelWith(expired), "CERTIFICATE_EXPIRED", kThailand);
}

TEST_F(ConnectionTest, WhoseCallsNeverHaveAMessageIsShutOutForAWhile) {
  const IssuedCertificate desk = sea_.Agency("th-desk");
  while (flood_.Begin(desk.certificate_pem)) continue;
  ExpectRefusedHandshake(ChannelWith(desk), "FLOODING", kThailand);
  clock_.Advance(absl::Seconds(10));
  EXPECT_THAT(ListAlerts(ChannelWith(desk)).error_message(), StartsWith("MEMBER_UNKNOWN: "));
}

// Its streams reach their service, and bring it nothing.
TEST_F(ConnectionTest, AMemberWhoseCallsNeverHaveAMessageIsRefusedThem) {
  Register(kThailand);
  Grant(kThailand, {v1::ROLE_READER});
  auto stub = v1::Subscriber::NewStub(ChannelWith(sea_.Agency("th-desk")));
  const auto attach_and_say_nothing = [&stub] {
    auto context = Context();
    auto stream = stub->Attach(context.get());
    stream->WritesDone();
    return stream->Finish();
  };
  int calls = 0;
  while (attach_and_say_nothing().error_code() != grpc::StatusCode::RESOURCE_EXHAUSTED) {
    ASSERT_LT(++calls, 3000);
  }
  EXPECT_EQ(calls, 2000);
}

TEST_F(ConnectionTest, AMemberMayMakeAsManyCallsAsItLikesThatAskSomething) {
  Register(kThailand);
  Grant(kThailand, {v1::ROLE_READER});
  auto channel = ChannelWith(sea_.Agency("th-desk"));
  // An empty request is one, too.
  for (int call = 0; call < 2500; ++call) ASSERT_EQ(Told(ListAlerts(channel)), "OK") << call;
}

TEST_F(ConnectionTest, AMemberOfAnotherRegionMustUseItsOwnBroker) {
  ExpectRefusedHandshake(ChannelWith(eastafrica_.Agency("ke-desk")), "FOREIGN_PRINCIPAL",
                         "spiffe://eastafrica.example/agency/ke-desk");
}

TEST_F(ConnectionTest, ASigningCertificateCannotConnect) {
  const auto signing = sea_.Issue(CertificateProfile::kSigning, "/agency/th-desk");
  ExpectRefusedHandshake(ChannelWith(signing), "WRONG_KEY_USAGE", kThailand);
}

TEST_F(ConnectionTest, WhoIsNoMemberIsTold) {
  const auto told = ListAlerts(ChannelWith(sea_.Agency("nobody")));
  EXPECT_EQ(told.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(told.error_message(), StartsWith("MEMBER_UNKNOWN: "));
  ASSERT_THAT(refused_calls(), SizeIs(1));
  EXPECT_EQ(refused_calls()[0].caller, "spiffe://sea.example/agency/nobody");
  EXPECT_EQ(refused_calls()[0].method, "/corridor.v1.Subscriber/ListAlerts");
}

TEST_F(ConnectionTest, ASuspendedMemberIsToldOnTheConnectionItHasOpen) {
  Register(kThailand);
  Grant(kThailand, {v1::ROLE_READER});
  auto channel = ChannelWith(sea_.Agency("th-desk"));
  EXPECT_EQ(Told(ListAlerts(channel)), "OK");
  Suspend(kThailand);
  const auto told = ListAlerts(channel);
  EXPECT_EQ(told.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_THAT(told.error_message(), StartsWith("MEMBER_SUSPENDED: "));
}

TEST_F(ConnectionTest, WithoutAGrantAMemberMayDoNothing) {
  Register(kThailand);
  auto channel = ChannelWith(sea_.Agency("th-desk"));
  for (const grpc::Status& told : {ListAlerts(channel), Publish(channel), GetStatus(channel)}) {
    EXPECT_EQ(told.error_code(), grpc::StatusCode::PERMISSION_DENIED);
    EXPECT_THAT(told.error_message(), StartsWith("POLICY_DENIED: "));
  }
}

TEST_F(ConnectionTest, OperatorsRunTheRegionAndReadNothing) {
  auto channel = ChannelWith(sea_.Operator("ops"));
  EXPECT_EQ(Told(GetStatus(channel)), "OK");
  EXPECT_THAT(ListAlerts(channel).error_message(), StartsWith("POLICY_DENIED: "));
  EXPECT_THAT(GetStatus(ChannelWith(sea_.Operator("other"))).error_message(),
              StartsWith("POLICY_DENIED: "));
}

TEST_F(ConnectionTest, ABrokerOfALinkedRegionMayLinkAndNothingElse) {
  auto channel = ChannelWith(eastafrica_.Broker("b1"));
  EXPECT_THAT(Publish(channel).error_message(), StartsWith("POLICY_DENIED: "));
  EXPECT_THAT(GetStatus(channel).error_message(), StartsWith("POLICY_DENIED: "));
}

TEST_F(ConnectionTest, HealthIsForAnyoneWithACertificate) {
  EXPECT_EQ(Told(Call(ChannelWith(sea_.Agency("nobody")), "/grpc.health.v1.Health/Check")), "OK");
}

TEST_F(ConnectionTest, WhatIsNotInTheTableIsRefusedBeforeAnyService) {
  for (const char* method : {"/corridor.v1.Publisher/Recall", "/nothing",
                             "/grpc.health.v1.Health/X", "/grpc.channelz.v1.Channelz/GetServers"}) {
    const auto told = Call(ChannelWith(sea_.Operator("ops")), method);
    EXPECT_EQ(told.error_code(), grpc::StatusCode::PERMISSION_DENIED) << method;
    EXPECT_THAT(told.error_message(), HasSubstr("there is no such method"));
  }
}

TEST_F(ConnectionTest, TwoBrokersCannotShareAPort) {
  RpcServerOptions options;
  options.addresses = {address()};
  options.credentials = grpc::InsecureServerCredentials();  // Never gets so far.
  Log log(LogLevel::kError, clock_);
  const auto second = RpcServer::Start(options, {}, log, clock_);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(address()));
}

// Connections that say nothing, in number; closed when this goes.
class Crowd {
 public:
  Crowd(int count, int port) {
    sockaddr_in to = {};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < count; ++i) {
      fds_.push_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      EXPECT_EQ(connect(fds_.back(), reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
    }
  }
  ~Crowd() {
    for (int fd : fds_) close(fd);
  }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  // Waits until the server has closed this one.
  bool Closed(size_t index) const {
    char byte;
    return read(fds_[index], &byte, 1) <= 0;
  }

 private:
  std::vector<int> fds_;
};

TEST_F(ConnectionTest, SilentOnesMakeRoomAndWhoCallsIsServed) {
  limits_ = {.connections = 12, .per_address = 12, .unproven = 8};
  Restart();
  auto before = ChannelWith(sea_.Operator("ops"));
  ASSERT_EQ(Told(GetStatus(before)), "OK");
  const Crowd crowd(40, server_->ports().front());
  EXPECT_TRUE(crowd.Closed(0)) << "the oldest silent one went first";
  EXPECT_EQ(Told(GetStatus(before)), "OK");
  EXPECT_EQ(Told(GetStatus(ChannelWith(sea_.Operator("ops")))), "OK") << "and a newcomer comes in";
  EXPECT_LE(server_->connections(), 12u);
}

}  // namespace
}  // namespace corridor

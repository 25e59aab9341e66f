// The SDK against real gRPC with real certificates, on this machine's loopback: what is
// published comes out of a session, errors keep their reasons, and only a broker of the
// region that was asked for is spoken to.
#include <memory>
#include <utility>

#include "absl/synchronization/blocking_counter.h"
#include "client/internal/broker_verifier.h"
#include "core/model/errors.h"
#include "corridor/admin_client.h"
#include "corridor/channel.h"
#include "corridor/publisher.h"
#include "corridor/subscriber.h"
#include "gtest/gtest.h"
#include "tests/client/fake_broker.h"
#include "tests/support/test_statements.h"

namespace corridor {
namespace {

constexpr char kPublisher[] = "spiffe://sea.example/agency/th-desk";

StatementDraft Draft(uint64_t alert) {
  StatementDraft draft;
  draft.body = ExampleIssue(kPublisher, alert, alert);
  draft.routing = RoutingToAll();
  return draft;
}

class LoopbackTest : public testing::Test {
 protected:
  std::shared_ptr<Channel> OpenAs(const FakeBroker& broker, const IssuedCertificate& client) {
    auto channel = Channel::Open(broker.OptionsFor(client));
    EXPECT_TRUE(channel.ok()) << channel.status();
    return *channel;
  }
  // How a first call to a server with this certificate ends.
  absl::Status CallWith(const IssuedCertificate& server) {
    const FakeBroker broker(pki_, server);
    return MakeAdminConnection(OpenAs(broker, pki_.Operator("op")))->ListMembers({}).status();
  }

  const TestPki pki_{"sea.example"};
  const TestPki other_{"eastafrica.example"};
};

TEST_F(LoopbackTest, WhatIsPublishedComesOutOfASession) {
  const FakeBroker broker(pki_, pki_.Broker("b1"));
  const auto channel = OpenAs(broker, pki_.Agency("th-desk"));
  EXPECT_EQ(channel->principal(), kPublisher);

  Publisher publisher(MakePublisherConnection(channel), SigningKey::Generate(), {});
  constexpr int kCount = 200;
  std::vector<std::future<absl::StatusOr<v1::Receipt>>> receipts;
  for (int i = 1; i <= kCount; ++i) receipts.push_back(publisher.PublishAsync(Draft(i)));
  publisher.Flush();
  for (auto& receipt : receipts) EXPECT_TRUE(receipt.get().ok());

  Subscriber subscriber(MakeSubscriberConnection(channel));
  absl::BlockingCounter durable(kCount);
  const auto session = subscriber.Start({.subscription = "subscriptions/all"},
                                        [&](const Delivery& /*delivery*/, AckHandle handle) {
                                          handle.Acknowledge([&](absl::Status status) {
                                            EXPECT_TRUE(status.ok()) << status;
                                            durable.DecrementCount();
                                          });
                                        });
  durable.Wait();
  session->Shutdown();
  EXPECT_TRUE(session->Wait().ok());
}

TEST_F(LoopbackTest, ErrorsKeepTheirReasons) {
  FakeBroker broker(pki_, pki_.Broker("b1"));
  const auto channel = OpenAs(broker, pki_.Agency("th-desk"));
  Subscriber subscriber(MakeSubscriberConnection(channel));
  EXPECT_EQ(ReasonOf(subscriber.GetAlert(kPublisher, std::string(16, 'a')).status()),
            v1::ERROR_REASON_NOT_FOUND);

  broker.RefuseWith(Error(v1::ERROR_REASON_POLICY_DENIED, "no grant", "rule", "grant/publisher"));
  Publisher publisher(MakePublisherConnection(channel), SigningKey::Generate(), {});
  const auto refused = publisher.Publish(Draft(1));
  EXPECT_EQ(ReasonOf(refused.status()), v1::ERROR_REASON_POLICY_DENIED);
  EXPECT_EQ(MetadataOf(refused.status(), "rule"), "grant/publisher");
}

// Whoever has the answer may drop everything at once, while gRPC still ends the call.
TEST_F(LoopbackTest, AChannelMayGoWhileItsLastCallEnds) {
  const FakeBroker broker(pki_, pki_.Broker("b1"));
  for (int i = 0; i < 50; ++i) {
    Publisher publisher(MakePublisherConnection(OpenAs(broker, pki_.Agency("th-desk"))),
                        SigningKey::Generate(), {});
    EXPECT_TRUE(publisher.Publish(Draft(1)).ok());
  }
}

TEST_F(LoopbackTest, OnlyABrokerOfTheRegionIsSpokenTo) {
  EXPECT_TRUE(CallWith(pki_.Broker("b1")).ok());
  // Signed by the right root, but no broker: an agency cannot pose as one.
  EXPECT_TRUE(absl::IsUnavailable(CallWith(pki_.Agency("th-desk"))));
  // A broker, but of another region.
  EXPECT_TRUE(absl::IsUnavailable(CallWith(other_.Broker("b1"))));
}

TEST_F(LoopbackTest, TheVerifierNamesWhatIsWrong) {
  const absl::Time now = absl::FromUnixSeconds(1772438400);
  const auto verify = [&](const std::string& pem) { return VerifyBroker(pem, pki_.Bundle(), now); };
  EXPECT_TRUE(verify(pki_.Broker("b1").certificate_pem).ok());
  EXPECT_EQ(PeerRefusalOf(verify(other_.Broker("b1").certificate_pem)),
            PeerRefusal::kWrongTrustDomain);
  EXPECT_EQ(PeerRefusalOf(verify(pki_.Agency("th-desk").certificate_pem)),
            PeerRefusal::kWrongKeyUsage);
  const IssuedCertificate expired = pki_.Issue(CertificateProfile::kBroker, "/broker/b1",
                                               {now - absl::Hours(48), now - absl::Hours(24)});
  EXPECT_EQ(PeerRefusalOf(verify(expired.certificate_pem)), PeerRefusal::kExpired);
  EXPECT_FALSE(verify("").ok());
}

TEST_F(LoopbackTest, WithoutACertificateOfTheRegionNobodyIsServed) {
  const FakeBroker broker(pki_, pki_.Broker("b1"));
  const auto stranger = OpenAs(broker, other_.Agency("ke-desk"));
  EXPECT_TRUE(absl::IsUnavailable(MakeAdminConnection(stranger)->ListMembers({}).status()));
}

TEST_F(LoopbackTest, OpenRefusesWhatCannotWork) {
  const FakeBroker broker(pki_, pki_.Broker("b1"));
  const ConnectionOptions good = broker.OptionsFor(pki_.Agency("th-desk"));
  ConnectionOptions options = good;
  options.endpoint.clear();
  EXPECT_TRUE(absl::IsInvalidArgument(Channel::Open(options).status()));
  options = good;
  options.trust_bundle_pem = "garbage";
  EXPECT_TRUE(absl::IsInvalidArgument(Channel::Open(options).status()));
  options = good;
  options.certificate_chain_pem = pki_.root_pem();
  EXPECT_FALSE(Channel::Open(options).ok()) << "a root is nobody's identity";
}

}  // namespace
}  // namespace corridor

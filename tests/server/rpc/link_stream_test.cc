// A peer's broker dials ours over real TLS, with the dialler that a broker uses.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/synchronization/notification.h"
#include "core/model/errors.h"
#include "tests/server/rpc/broker_fixture.h"

namespace corridor {
namespace {

// Waits for the first frame and for the end.
class Events final : public LinkStreamEvents {
 public:
  void OnFrame(v1::LinkFrame frame) override {
    if (first.HasBeenNotified()) return;
    first_frame = std::move(frame);
    first.Notify();
  }
  void OnClosed(absl::Status status) override {
    closed_status = std::move(status);
    closed.Notify();
  }

  absl::Notification first;
  absl::Notification closed;
  v1::LinkFrame first_frame;
  absl::Status closed_status;
};

class LinkStreamTest : public BrokerFixture {
 protected:
  // A dialler of `peer`, with that certificate, that expects `expected` at our
  // port.
  std::unique_ptr<GrpcLinkDialler> DiallerOf(const IssuedCertificate& certificate,
                                             const std::string& expected) {
    TransportIdentity identity{"eastafrica.example", certificate.certificate_pem,
                               certificate.private_key_pem};
    auto credentials = MakePeerCredentials(
        identity, dialled_, expected,
        [this](const HandshakeRefusal& refusal) { server_refused_ = refusal.reason; });
    return std::make_unique<GrpcLinkDialler>(std::map<std::string, DialTarget>{
        {expected, {address(), [credentials] { return credentials; }}}});
  }

  static v1::LinkFrame Hello() {
    v1::LinkFrame frame;
    frame.mutable_hello()->set_region("eastafrica.example");
    frame.mutable_hello()->set_lane(v1::LANE_ROUTINE);
    frame.mutable_hello()->set_protocol_min(1);
    frame.mutable_hello()->set_protocol_max(1);
    frame.mutable_hello()->set_epoch(7);
    return frame;
  }

  std::string server_refused_;
};

TEST_F(LinkStreamTest, BothSidesGreet) {
  auto dialler = DiallerOf(eastafrica_.Broker("b1"), "sea.example");
  auto events = std::make_shared<Events>();
  auto stream = dialler->Dial("sea.example", v1::LANE_ROUTINE, events);
  stream->Send(Hello());
  events->first.WaitForNotification();
  EXPECT_EQ(events->first_frame.hello().region(), "sea.example");
  EXPECT_EQ(events->first_frame.hello().lane(), v1::LANE_ROUTINE);
  stream->Close(absl::OkStatus());
  events->closed.WaitForNotification();
}

TEST_F(LinkStreamTest, AFirstFrameThatIsNoHelloIsABrokenProtocol) {
  auto dialler = DiallerOf(eastafrica_.Broker("b1"), "sea.example");
  auto events = std::make_shared<Events>();
  auto stream = dialler->Dial("sea.example", v1::LANE_ROUTINE, events);
  v1::LinkFrame frame;
  frame.mutable_heartbeat();
  stream->Send(frame);
  events->closed.WaitForNotification();
  EXPECT_EQ(ReasonOf(events->closed_status), v1::ERROR_REASON_LINK_PROTOCOL)
      << events->closed_status;
}

TEST_F(LinkStreamTest, OnlyBrokersOfLinkedRegionsMayLink) {
  auto dialler = DiallerOf(sea_.Broker("b2"), "sea.example");
  auto events = std::make_shared<Events>();
  auto stream = dialler->Dial("sea.example", v1::LANE_ROUTINE, events);
  stream->Send(Hello());
  events->closed.WaitForNotification();
  EXPECT_EQ(events->closed_status.code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(LinkStreamTest, AServerOfAnotherRegionIsNotSpokenTo) {
  auto dialler = DiallerOf(eastafrica_.Broker("b1"), "west.example");
  auto events = std::make_shared<Events>();
  auto stream = dialler->Dial("west.example", v1::LANE_ROUTINE, events);
  stream->Send(Hello());
  events->closed.WaitForNotification();
  EXPECT_EQ(events->closed_status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(server_refused_, testing::StartsWith("WRONG_PEER"));
}

TEST_F(LinkStreamTest, StoppingTheDiallerTellsEveryStreamAndDialsNoMore) {
  auto dialler = DiallerOf(eastafrica_.Broker("b1"), "sea.example");
  auto events = std::make_shared<Events>();
  auto stream = dialler->Dial("sea.example", v1::LANE_ROUTINE, events);
  dialler->Stop();
  EXPECT_TRUE(events->closed.HasBeenNotified());
  auto late = std::make_shared<Events>();
  auto silent = dialler->Dial("sea.example", v1::LANE_URGENT, late);
  silent->Send(Hello());
  silent->Close(absl::OkStatus());
  EXPECT_FALSE(late->closed.HasBeenNotified());
}

}  // namespace
}  // namespace corridor

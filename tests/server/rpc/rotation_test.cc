// The broker's certificate, and then its authority, is replaced while publishers call without a
// pause: no call fails, and a session that was open before is open after.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>

#include "corridor/v1/publisher.grpc.pb.h"
#include "corridor/v1/subscriber.grpc.pb.h"
#include "tests/server/rpc/broker_fixture.h"

namespace corridor {
namespace {

class RotationTest : public BrokerFixture {
 protected:
  RotationTest() : signer_(RegisterAgencies()) {}

  // The leaf that the broker shows to a new connection.
  std::string ShownCertificate() {
    grpc::ClientContext context;
    v1::ListAlertsResponse response;
    const auto status = v1::Subscriber::NewStub(ChannelWith(sea_.Agency("id-desk")))
                            ->ListAlerts(&context, {}, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    const auto leaf = context.auth_context()->FindPropertyValues("x509_pem_cert");
    return leaf.empty() ? "" : std::string(leaf.front().data(), leaf.front().size());
  }

  TestSigner signer_;
};

// Calls on a connection of its own each time, and on one that it keeps, until told to stop.
class Caller {
 public:
  explicit Caller(std::function<std::shared_ptr<grpc::Channel>()> connect)
      : thread_([this, connect = std::move(connect)] { Run(connect); }) {}
  ~Caller() { Stop(); }

  void Stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  int calls() const { return calls_; }
  int failed() const { return failed_; }

 private:
  void Run(const std::function<std::shared_ptr<grpc::Channel>()>& connect) {
    const auto kept = connect();
    while (!stop_) {
      Call(kept);
      Call(connect());
    }
  }
  void Call(const std::shared_ptr<grpc::Channel>& channel) {
    grpc::ClientContext context;
    v1::ListAlertsResponse response;
    const auto status = v1::Subscriber::NewStub(channel)->ListAlerts(&context, {}, &response);
    if (!status.ok()) ++failed_;
    ++calls_;
  }

  std::atomic<bool> stop_ = false;
  std::atomic<int> calls_ = 0;
  std::atomic<int> failed_ = 0;
  std::thread thread_;
};

TEST_F(RotationTest, UnderLoadNoCallFailsAndTheNewCertificateIsShown) {
  const std::string before = ShownCertificate();
  const IssuedCertificate client = sea_.Agency("th-desk");
  Caller caller([this, client] { return ChannelWith(client); });
  for (int rotation = 0; rotation < 3; ++rotation) {
    const auto next = sea_.Broker("b1");
    ASSERT_TRUE(
        identity_->Replace({"sea.example", next.certificate_pem, next.private_key_pem}).ok());
    while (ShownCertificate() != next.certificate_pem) {
    }
  }
  caller.Stop();
  EXPECT_NE(ShownCertificate(), before);
  EXPECT_GT(caller.calls(), 20);
  EXPECT_EQ(caller.failed(), 0) << "of " << caller.calls();
}

}  // namespace
}  // namespace corridor

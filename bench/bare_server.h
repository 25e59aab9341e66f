#ifndef CORRIDOR_BENCH_BARE_SERVER_H_
#define CORRIDOR_BENCH_BARE_SERVER_H_

#include <grpcpp/server.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "bench/broker_access.h"
#include "corridor/v1/publisher.grpc.pb.h"
#include "corridor/v1/subscriber.grpc.pb.h"

namespace corridor {

// What gRPC with mutual TLS can do when nothing is done with what it carries: answers each publish
// request at once and hands out copies of one statement. It speaks the broker's protocol, so that
// broker and bare server are measured by the same client. Thread-safe.
class BareServer {
 public:
  // Subscriptions: one that never gets anything, and one with so many statements stored.
  static constexpr char kIdle[] = "subscriptions/idle";
  static std::string Stored(int count);

  // Listens on a free port of 127.0.0.1 with the certificate broker.pem of `access.folder`.
  static absl::StatusOr<std::unique_ptr<BareServer>> Start(const BrokerAccess& access);

  int port() const { return port_; }

 private:
  class PublisherService final : public v1::Publisher::CallbackService {
    grpc::ServerUnaryReactor* Publish(grpc::CallbackServerContext* context,
                                      const v1::PublishRequest* request,
                                      v1::PublishResponse* response) override;
    grpc::ServerBidiReactor<v1::PublishRequest, v1::PublishResponse>* PublishStream(
        grpc::CallbackServerContext* context) override;
  };
  class SubscriberService final : public v1::Subscriber::CallbackService {
    grpc::ServerBidiReactor<v1::AttachRequest, v1::AttachResponse>* Attach(
        grpc::CallbackServerContext* context) override;
  };

  BareServer() = default;

  PublisherService publisher_;
  SubscriberService subscriber_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace corridor

#endif  // CORRIDOR_BENCH_BARE_SERVER_H_

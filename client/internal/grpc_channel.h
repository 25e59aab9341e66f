#ifndef CORRIDOR_CLIENT_INTERNAL_GRPC_CHANNEL_H_
#define CORRIDOR_CLIENT_INTERNAL_GRPC_CHANNEL_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <memory>
#include <string>

#include "corridor/channel.h"

namespace corridor {

// The Channel that there is: a gRPC channel with our credentials.
class GrpcChannel final : public Channel {
 public:
  GrpcChannel(ConnectionOptions options, std::string principal,
              std::shared_ptr<grpc::Channel> channel);

  // Every Channel is one of these: only Open() makes them.
  static std::shared_ptr<GrpcChannel> Of(std::shared_ptr<Channel> channel) {
    return std::static_pointer_cast<GrpcChannel>(std::move(channel));
  }

  const ConnectionOptions& options() const override { return options_; }
  const std::string& principal() const override { return principal_; }
  const std::shared_ptr<grpc::Channel>& grpc() const { return channel_; }

  // Gives a call the deadline of the options.
  void Prepare(grpc::ClientContext& context) const;

 private:
  const ConnectionOptions options_;
  const std::string principal_;
  const std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_INTERNAL_GRPC_CHANNEL_H_

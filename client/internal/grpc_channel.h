#ifndef CORRIDOR_CLIENT_INTERNAL_GRPC_CHANNEL_H_
#define CORRIDOR_CLIENT_INTERNAL_GRPC_CHANNEL_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "client/internal/credential_watch.h"
#include "corridor/channel.h"

namespace corridor {

// The Channel that there is: a gRPC channel with our credentials, and another one
// when these were renewed. gRPC 1.51 takes renewed credentials for a channel from
// files alone, and ends the process over one that it finds empty; so a renewal is a
// new connection for what is called from then on, and calls under way keep theirs.
class GrpcChannel final : public Channel {
 public:
  // `options` were checked.
  GrpcChannel(ConnectionOptions options, std::string principal);

  // Every Channel is one of these: only Open() makes them.
  static std::shared_ptr<GrpcChannel> Of(std::shared_ptr<Channel> channel) {
    return std::static_pointer_cast<GrpcChannel>(std::move(channel));
  }

  const ConnectionOptions& options() const override { return options_; }
  const std::string& principal() const override { return principal_; }

  // For one call.
  std::shared_ptr<grpc::Channel> grpc();

  // Gives a call the deadline of the options, or a later one.
  void Prepare(grpc::ClientContext& context, absl::Duration longer = absl::ZeroDuration()) const;

 private:
  const ConnectionOptions options_;
  const std::string principal_;
  absl::Mutex mutex_;
  ConnectionOptions held_ ABSL_GUARDED_BY(mutex_);  // options_, or what took its place.
  CredentialWatch watch_ ABSL_GUARDED_BY(mutex_);
  absl::Duration looked_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<grpc::Channel> channel_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_INTERNAL_GRPC_CHANNEL_H_

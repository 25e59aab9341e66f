#ifndef CORRIDOR_BENCH_BROKER_ACCESS_H_
#define CORRIDOR_BENCH_BROKER_ACCESS_H_

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/crypto/signature.h"
#include "corridor/channel.h"

namespace corridor {

// The broker that is measured, and where the credentials lie that reach it: `folder` holds
// roots.pem, NAME.pem and NAME.key of each agency, and NAME-signing.key of the publisher.
struct BrokerAccess {
  std::string endpoint;
  std::string region;
  std::string folder;
  std::string publisher;
  std::string reader;
};

// A new connection of its own, by the public SDK.
absl::StatusOr<std::shared_ptr<Channel>> OpenChannel(const BrokerAccess& access,
                                                     const std::string& agency);
// The same for generated stubs, where the SDK's bookkeeping would be what is measured.
absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenStubChannel(const BrokerAccess& access,
                                                               const std::string& agency);

absl::StatusOr<SigningKey> ReadSigningKey(const BrokerAccess& access);
std::string PrincipalOf(const BrokerAccess& access, const std::string& agency);

absl::StatusOr<std::string> ReadWhole(const std::string& file);

}  // namespace corridor

#endif  // CORRIDOR_BENCH_BROKER_ACCESS_H_

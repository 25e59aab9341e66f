#ifndef CORRIDOR_SERVER_LINK_GRPC_LINK_DIALLER_H_
#define CORRIDOR_SERVER_LINK_GRPC_LINK_DIALLER_H_

#include <grpcpp/security/credentials.h>

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/link/link_stream.h"

namespace corridor {

// Where a peer's broker is, and what proves that it is the peer's.
struct DialTarget {
  std::string address;  // "host:port"
  // Asked for each connection. They MUST accept no server but a `/broker/`
  // principal of the peer's region.
  std::function<std::shared_ptr<grpc::ChannelCredentials>()> credentials;
};

// Gives the broker at `target` these revocation lists (PEM) and returns its own, on a
// connection for this alone. Blocks for `timeout` at most; not on a thread of gRPC's.
absl::StatusOr<std::string> ExchangeRevocations(const DialTarget& target,
                                                const std::string& crls_pem,
                                                absl::Duration timeout);

// Dials peers over gRPC. Each lane has a connection of its own, so that the
// urgent one never waits behind routine bytes in one socket. A stream that is
// dialled again finds its connection anew, without gRPC's own long backoff: the
// link has one. Thread-safe.
class GrpcLinkDialler final : public LinkTransport {
 public:
  // Peers by region.
  explicit GrpcLinkDialler(std::map<std::string, DialTarget> peers);
  ~GrpcLinkDialler() override;  // Stops.

  // REQUIRES: the region is one of the peers.
  std::shared_ptr<LinkStream> Dial(const std::string& peer_region, v1::Lane lane,
                                   std::shared_ptr<LinkStreamEvents> events) override;

  // Ends the streams to one region, at once: the link dials again.
  void Cut(const std::string& peer_region);

  // Ends every stream, and waits until each has told of it: what is told must
  // still have an executor to run on. Nothing is dialled any more: a stream that
  // is asked for later stays silent.
  void Stop();

 private:
  class Streams;

  const std::map<std::string, DialTarget> peers_;
  const std::shared_ptr<Streams> streams_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_LINK_GRPC_LINK_DIALLER_H_

#ifndef CORRIDOR_SERVER_RPC_REGION_LINK_SERVICE_H_
#define CORRIDOR_SERVER_RPC_REGION_LINK_SERVICE_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "corridor/v1/region_link.grpc.pb.h"
#include "server/identity/live_calls.h"
#include "server/link/link_stream.h"
#include "server/rpc/readiness.h"

namespace corridor {

// Takes a stream that a broker of a linked region opened, and says where its
// events go. From any thread.
using LinkAcceptor = std::function<std::shared_ptr<LinkStreamEvents>(
    const std::string& peer_region, std::shared_ptr<LinkStream> stream)>;

// Links that peers dialled. region_link.proto says what travels on them.
class RegionLinkService final : public v1::RegionLink::CallbackService {
 public:
  // Both references must outlive this.
  RegionLinkService(LinkAcceptor acceptor, LiveCalls& calls, const Readiness& readiness)
      : acceptor_(std::move(acceptor)), calls_(calls), readiness_(readiness) {}

  grpc::ServerBidiReactor<v1::LinkFrame, v1::LinkFrame>* Link(
      grpc::CallbackServerContext* context) override;

 private:
  const LinkAcceptor acceptor_;
  LiveCalls& calls_;
  const Readiness& readiness_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_RPC_REGION_LINK_SERVICE_H_

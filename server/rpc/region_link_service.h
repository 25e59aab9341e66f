#ifndef CORRIDOR_SERVER_RPC_REGION_LINK_SERVICE_H_
#define CORRIDOR_SERVER_RPC_REGION_LINK_SERVICE_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "core/base/executor.h"
#include "corridor/v1/region_link.grpc.pb.h"
#include "server/identity/live_calls.h"
#include "server/link/link_stream.h"
#include "server/rpc/readiness.h"

namespace corridor {

// Takes a stream that a broker of a linked region opened, and says where its
// events go. From any thread.
using LinkAcceptor = std::function<std::shared_ptr<LinkStreamEvents>(
    const std::string& peer_region, std::shared_ptr<LinkStream> stream)>;

// The revocation lists of regions. Both may be called from any thread.
struct RevocationDoor {
  // This region's own.
  std::function<std::string()> own_crls_pem;
  // What a broker of `region` brought, which showed `chain_pem`.
  std::function<absl::Status(const std::string& region, const std::string& crls_pem,
                             const std::string& chain_pem)>
      take;
};

// Links that peers dialled. region_link.proto says what travels on them.
class RegionLinkService final : public v1::RegionLink::CallbackService {
 public:
  // The references must outlive this. `executor` runs what looks at lists.
  RegionLinkService(LinkAcceptor acceptor, RevocationDoor revocations, Executor& executor,
                    LiveCalls& calls, const Readiness& readiness)
      : acceptor_(std::move(acceptor)),
        revocations_(std::move(revocations)),
        executor_(executor),
        calls_(calls),
        readiness_(readiness) {}

  grpc::ServerBidiReactor<v1::LinkFrame, v1::LinkFrame>* Link(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* ExchangeRevocations(grpc::CallbackServerContext* context,
                                                const v1::RevocationLists* request,
                                                v1::RevocationLists* response) override;

 private:
  const LinkAcceptor acceptor_;
  const RevocationDoor revocations_;
  Executor& executor_;
  LiveCalls& calls_;
  const Readiness& readiness_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_RPC_REGION_LINK_SERVICE_H_

#ifndef CORRIDOR_SERVER_LINK_LINK_HUB_H_
#define CORRIDOR_SERVER_LINK_LINK_HUB_H_

#include <map>
#include <memory>
#include <string>

#include "core/base/executor.h"
#include "server/link/link_stream.h"
#include "server/link/region_link.h"

namespace corridor {

// Where streams that peers dialled come in, and find their link. Its state lives
// on the executor of the links.
class LinkHub {
 public:
  // `executor` must outlive this and every stream accepted.
  explicit LinkHub(Executor& executor);
  ~LinkHub();  // Closes nothing; streams not yet matched are refused.

  // On the executor, or before anything runs on it.
  void Add(std::shared_ptr<RegionLink> link);

  // A stream from a broker of `peer_region`, as its certificate says. Returns
  // where its events go. From any thread. It is closed with PERMISSION_DENIED
  // when the region is not linked, with ABORTED (LINK_PROTOCOL) when its first
  // frame is no Hello that names a lane.
  std::shared_ptr<LinkStreamEvents> Accept(const std::string& peer_region,
                                           std::shared_ptr<LinkStream> stream);

 private:
  class Accepted;
  using Links = std::map<std::string, std::shared_ptr<RegionLink>>;

  Executor& executor_;
  const std::shared_ptr<Links> links_;  // Streams may outlive the hub.
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_LINK_LINK_HUB_H_

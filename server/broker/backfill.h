#ifndef CORRIDOR_SERVER_BROKER_BACKFILL_H_
#define CORRIDOR_SERVER_BROKER_BACKFILL_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/executor.h"
#include "corridor/v1/federation.pb.h"
#include "corridor/v1/region_link.pb.h"
#include "server/broker/peer_intake.h"

namespace corridor {

// The asking side of what comes outside the order of a lane: asks a peer, has what comes
// judged like everything else, and says in the end what became of it. Lives on the flow
// executor.
class Backfill {
 public:
  // All must outlive this.
  struct Parts {
    PeerIntake& peer_intake;
    Executor& flow;
    // Sends a frame to a peer; false where it cannot be now.
    std::function<bool(const std::string& peer, v1::Lane lane, v1::LinkFrame frame)> send;
  };
  using Done = absl::AnyInvocable<void(absl::StatusOr<v1::BackfillReport>)>;

  explicit Backfill(Parts parts);
  ~Backfill();

  // `what` without its id. `done` once all has come and is decided, or not any more: NOT_READY
  // when the lane is not up, or went down before the end. What came by then stays.
  void Ask(const std::string& peer, v1::Lane lane, v1::LinkAsk what, Done done);

  void OnBackfill(const std::string& peer, v1::Lane lane, v1::LinkBackfill backfill);
  void OnDown(const std::string& peer, v1::Lane lane);

 private:
  using PeerLane = std::pair<std::string, v1::Lane>;
  struct Pending {
    PeerLane where;
    v1::BackfillReport report;
    Done done;
  };

  void Taken(const PeerLane& where, bool last, const v1::LinkBackfillTaken& taken);

  Parts parts_;
  uint64_t last_id_ = 0;
  std::map<uint64_t, Pending> pending_;
  std::shared_ptr<Backfill*> self_;  // Null inside once destroyed.
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_BACKFILL_H_

#ifndef CORRIDOR_SERVER_BROKER_RETENTION_H_
#define CORRIDOR_SERVER_BROKER_RETENTION_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "core/base/clock.h"
#include "core/base/executor.h"
#include "core/policy/retention.h"
#include "server/broker/link_progress.h"
#include "server/broker/peer_interests.h"
#include "server/broker/recipient.h"
#include "server/catalog/catalog.h"
#include "server/journal/eraser.h"
#include "server/journal/journal.h"
#include "server/journal/recall_ledger.h"
#include "server/storage/commit.h"
#include "server/storage/store.h"

namespace corridor {

// Has content erased whose time is over, by the rules of core/policy/retention.h. Content
// that may go is kept while a peer region may have it and has not persisted it yet, but for
// no more than so many records of a lane (a gap, which the peer's operator must accept), and
// never past its own end: then it is noted as ended before it was sent. Walks over all
// content again and again, a stretch each second. Lives on the flow executor.
class Retention {
 public:
  // All must outlive this.
  struct Parts {
    std::string region;
    const Store& store;
    Journal& journal;
    Catalog& catalog;
    const RecallLedger& recalls;
    const PeerInterests& interests;
    LinkProgress& progress;
    Eraser& eraser;
    Executor& flow;
    AuditPart audit;
    std::string actor;  // For audit entries: the broker's own SPIFFE ID.
    const Clock& clock;
    std::vector<std::string> peers;
    RetentionPolicy policy;
    // Records up to `through` are not waited for any more.
    std::function<void(const std::string& peer, v1::Lane lane, uint64_t through)> on_gap;
    // So many records are kept for the peer alone: four fifths of what is allowed.
    std::function<void(const std::string& peer, v1::Lane lane, size_t records)> on_nearly_full;
    // A record cannot be read, or a batch was not written; it is tried again.
    std::function<void(const absl::Status&)> on_failed;
  };
  // Content looked at in one call.
  static constexpr size_t kLookedAtPerTick = 1024;

  explicit Retention(Parts parts);
  ~Retention();

  // Reads the gaps that stand, and tells of each.
  absl::Status Open();
  // Call each second.
  void Tick();

  // How many records were kept for the peer alone when all was last looked at.
  size_t KeptFor(const std::string& peer, v1::Lane lane) const;
  // Whether the peer was given up on that record of ours: it lies in a gap, or ended
  // before it could be sent.
  bool GaveUp(const std::string& peer, v1::Lane lane, uint64_t offset) const;

 private:
  struct Gap {
    uint64_t after = 0;
    uint64_t through = 0;
  };
  struct Peer {
    Gap gap;
    // In this round: the newest records that wait for the peer alone, and the newest
    // that is one too many.
    std::deque<uint64_t> waiting;
    uint64_t one_too_many = 0;
    // In the last round.
    size_t kept = 0;
    bool nearly_full = false;
  };
  using PeerLane = std::pair<std::string, v1::Lane>;
  // What one stretch comes to.
  struct Findings {
    std::vector<AlertHead::Place> expired;
    std::vector<std::string> unsent;  // Keys.
  };

  void Look(const Journal::RetainedContent& content, Findings& findings);
  bool IsHeld(const Journal::RetainedContent& content) const;
  // Peers that may have it but for its end, and have not persisted it.
  std::vector<std::string> Lacking(const Journal::RetainedContent& content);
  void Wait(const std::string& peer, AlertHead::Place place);
  void Expire(Findings findings);
  void OnExpired(const absl::Status& written);
  void EndRound();
  void Judge(const PeerLane& where, Peer& peer);

  Parts parts_;
  std::map<PeerLane, Peer> peers_;
  AlertHead::Place at_;               // Up to here in this round.
  bool busy_ = false;                 // A batch is being written.
  std::shared_ptr<Retention*> self_;  // Null inside once destroyed.
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_RETENTION_H_

#ifndef CORRIDOR_SERVER_BROKER_LINK_PROGRESS_H_
#define CORRIDOR_SERVER_BROKER_LINK_PROGRESS_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "core/base/clock.h"
#include "corridor/v1/administration.pb.h"
#include "server/broker/peer_interests.h"
#include "server/broker/recipient.h"
#include "server/catalog/catalog.h"
#include "server/journal/journal.h"
#include "server/journal/recall_ledger.h"
#include "server/storage/store.h"

namespace corridor {

// How far each peer is behind, by what the journal holds and what the peer has persisted,
// whatever the link itself believes of its own progress: which records behind its mark it
// may have, since when the oldest of them waits, and what policy withholds by which rule.
// The marks are kept in the store, so that a link that never came up since the start has
// no lag of zero. Lives on the flow executor.
class LinkProgress {
 public:
  // All must outlive this.
  struct Parts {
    const Store& store;
    Journal& journal;
    Catalog& catalog;
    const RecallLedger& recalls;
    const PeerInterests& interests;
    const Clock& clock;
    // A record cannot be read.
    std::function<void(const absl::Status&)> on_damage;
  };
  // Records looked at in one call; rules told apart; records counted as waiting.
  static constexpr size_t kRecordsPerLook = 1024;
  static constexpr size_t kRulesMax = 64;
  static constexpr size_t kWaitingMax = 100'000;

  explicit LinkProgress(Parts parts) : parts_(std::move(parts)) {}

  // Call each second for each lane of each link. `status`: what the link says of it.
  void Look(const std::string& peer, const v1::LinkLaneStatus& status);

  // Adds lag and what was withheld.
  void Describe(const std::string& peer, v1::LinkLaneStatus& status) const;

  // How many records wait for the peer before that one, as far as they were looked at.
  uint64_t WaitingBefore(const std::string& peer, v1::Lane lane, uint64_t offset) const;

  // Up to where the peer's lane is persisted, as far as was ever known.
  uint64_t PersistedBy(const std::string& peer, v1::Lane lane) const;

 private:
  struct Waiting {
    uint64_t offset;
    int64_t since_ms;
    int64_t end_ms;  // When it ends to hold; the largest where it does not.
  };
  struct Lane {
    bool loaded = false;
    uint64_t persisted = 0;
    uint64_t saved = 0;     // Of `persisted`, in the store.
    uint64_t examined = 0;  // Everything up to here was looked at.
    uint64_t counted = 0;   // And counted, where policy withheld it.
    uint64_t generation = 0;
    std::deque<Waiting> waiting;
    int64_t next_end_ms = std::numeric_limits<int64_t>::max();  // Of those that wait.
    std::map<std::string, uint64_t> withheld;
  };

  void Load(const std::string& peer, v1::Lane lane, Lane& state) const;
  void Save(const std::string& peer, v1::Lane lane, Lane& state);
  void Examine(const std::string& peer, v1::Lane lane, Lane& state);
  void DropEnded(Lane& state) const;
  void Note(Lane& state, const Record& record, const Decision& decision);

  Parts parts_;
  std::map<std::pair<std::string, v1::Lane>, Lane> lanes_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_LINK_PROGRESS_H_

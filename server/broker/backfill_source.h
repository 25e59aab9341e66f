#ifndef CORRIDOR_SERVER_BROKER_BACKFILL_SOURCE_H_
#define CORRIDOR_SERVER_BROKER_BACKFILL_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "core/base/clock.h"
#include "core/base/executor.h"
#include "corridor/v1/region_link.pb.h"
#include "server/broker/peer_interests.h"
#include "server/broker/recipient.h"
#include "server/catalog/catalog.h"
#include "server/journal/disclosure_ledger.h"
#include "server/journal/journal.h"
#include "server/journal/recall_ledger.h"
#include "server/storage/store.h"

namespace corridor {

// The answering side: sends a peer, outside the order of a lane, what it asks for and may
// have, and of its own accord what an agreement that reaches back lets it have. One frame
// at a time is on its way to a peer; the next goes when that was taken. Travels in the
// routine lane, whatever lane its records are of. Lives on the flow executor.
class BackfillSource {
 public:
  // All must outlive this.
  struct Parts {
    std::string region;
    const Store& store;
    Journal& journal;
    Catalog& catalog;
    DisclosureLedger& disclosures;
    const RecallLedger& recalls;
    const PeerInterests& interests;
    Executor& flow;
    const Clock& clock;
    std::function<bool(const std::string& peer, v1::Lane lane, v1::LinkFrame frame)> send;
    // A record cannot be read.
    std::function<void(const absl::Status&)> on_damage;
  };
  // Offsets that one ask may name.
  static constexpr int kOffsetsMax = 1024;
  // Asks of one peer that wait; what comes beyond is not heard.
  static constexpr size_t kJobsMax = 64;

  explicit BackfillSource(Parts parts);
  ~BackfillSource();

  void OnAsk(const std::string& peer, const v1::LinkAsk& ask);
  void OnTaken(const std::string& peer, const v1::LinkBackfillTaken& taken);
  void OnUp(const std::string& peer);
  // What was under way is forgotten: the peer asks again, and what reaches back begins anew.
  void OnDown(const std::string& peer);
  // Agreements may have come that reach back.
  void OnFactsChanged();

 private:
  // A stretch of one lane to look through.
  struct Stretch {
    v1::Lane lane = v1::LANE_UNSPECIFIED;
    uint64_t after = 0;
    uint64_t through = 0;
  };
  struct Job {
    uint64_t ask_id = 0;
    std::deque<Stretch> stretches;
    // Whether a record is one of those meant; policy is asked beside it.
    std::function<bool(const Record&)> wanted;
    bool returns = false;   // Records of the peer's own region.
    std::string agreement;  // Not empty: what it reaches back to.
  };
  struct Peer {
    bool up = false;
    bool sent = false;      // A frame is on its way.
    bool covering = false;  // A disclosure range is.
    uint64_t sequence = 0;
    std::deque<Job> jobs;
  };
  // What comes next: another record, another slice, or nothing until somebody answers.
  enum class Step { kOn, kFull, kWait };

  Job JobFor(const std::string& peer, const v1::LinkAsk& ask) const;
  void AddReachingBack(const std::string& name, Peer& peer);
  void Go(const std::string& name);
  // Looks through one slice, and sends what is meant of it; kOn where that is nothing.
  Step Work(const std::string& name, Peer& peer);
  Step GatherSlice(const std::string& name, Job& job, v1::LinkBackfill& frame);
  // Adds what is meant of `record`. kFull, kWait: it is to be looked at again, once the
  // frame is sent, or a disclosure range is written.
  Step Gather(const std::string& name, const Job& job, const RecordPtr& record,
              v1::LinkBackfill& frame);
  bool MayHave(const std::string& name, const Job& job, const RecordInContext& record) const;
  void Cover(const std::string& name, const Record& record, std::shared_ptr<const Facts> facts);
  void Finish(const std::string& name, const Job& job);
  Task Later(std::string name) const;

  Parts parts_;
  std::map<std::string, Peer> peers_;
  std::shared_ptr<BackfillSource*> self_;  // Null inside once destroyed.
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_BACKFILL_SOURCE_H_

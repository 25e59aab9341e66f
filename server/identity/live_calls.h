#ifndef CORRIDOR_SERVER_IDENTITY_LIVE_CALLS_H_
#define CORRIDOR_SERVER_IDENTITY_LIVE_CALLS_H_

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "core/base/clock.h"
#include "server/identity/call_judge.h"
#include "server/identity/peer_admission.h"
#include "server/identity/quota_keeper.h"

namespace corridor {

// The streams that are open now, Attach, PublishStream and Link alike, with whoever
// opened them. Each was judged when it began and is judged again whenever trust,
// members or grants change, and as certificates expire: who may no longer make the
// call is cut off, and nobody else notices. Thread-safe.
class LiveCalls {
 public:
  struct Call {
    uint64_t id = 0;     // Unique while the broker runs.
    std::string method;  // "/corridor.v1.Subscriber/Attach".
    std::string peer_address;
    std::string chain_pem;
    AdmittedPeer peer;
    absl::Time opened;
  };
  // Ends the stream at once, with this status; called again with each review until
  // the stream has left. Any thread; must not block.
  using Cut = std::function<void(const absl::Status& why)>;
  // A stream's place in the list: it leaves when this goes.
  using Place = std::shared_ptr<void>;

  // Told once of each stream that was cut. Must not block.
  using CutObserver = std::function<void(const Call& call, const absl::Status& why)>;

  // The references must outlive this and every place.
  LiveCalls(const CallJudge& judge, const Clock& clock, QuotaKeeper& quotas, CutObserver observer);

  // What callers may still ask for.
  QuotaKeeper& quotas() const { return quotas_; }

  // Lists a stream, unless it may not be: then what the judge says, or QUOTA.
  absl::StatusOr<Place> Add(std::string method, std::string peer_address, std::string chain_pem,
                            Cut cut);

  // Judges each again.
  void Review();

  // By id, the oldest first: at most `max` behind the id `after`.
  std::vector<Call> List(uint64_t after = 0, size_t max = std::numeric_limits<size_t>::max()) const;

  // Ends those that `which` names; how many.
  size_t End(absl::FunctionRef<bool(const Call&)> which, const absl::Status& why);

 private:
  struct Entry {
    Call call;
    Cut cut;
    bool was_cut = false;
  };
  class Listing;
  struct State {
    absl::Mutex mutex;
    uint64_t next_id ABSL_GUARDED_BY(mutex) = 1;
    std::map<uint64_t, Entry> entries ABSL_GUARDED_BY(mutex);
    std::map<std::string, size_t> open ABSL_GUARDED_BY(mutex);  // By principal.
  };

  std::vector<Entry> Copy() const;
  void CutOff(const Entry& entry, const absl::Status& why);

  const CallJudge& judge_;
  const Clock& clock_;
  QuotaKeeper& quotas_;
  const CutObserver observer_;
  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_IDENTITY_LIVE_CALLS_H_

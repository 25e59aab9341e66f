#ifndef CORRIDOR_TESTS_SIMULATION_SIM_SUBSCRIBER_H_
#define CORRIDOR_TESTS_SIMULATION_SIM_SUBSCRIBER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/broker/session_hub.h"
#include "tests/simulation/dice.h"
#include "tests/simulation/promises.h"
#include "tests/simulation/sim_region.h"

namespace corridor {

// An agency that reads: one subscription to everything, attached again whenever
// its session ends. Settles most of what it gets, late or never the rest; confirms
// recalls, but for a few that are silent.
class SimSubscriber {
 public:
  // All must outlive this.
  struct Parts {
    SimScheduler& scheduler;
    EventLog& log;
    Promises& promises;
    Defect* defect = nullptr;
  };

  SimSubscriber(Parts parts, SimRegion& region, size_t agency, Dice dice);
  ~SimSubscriber();

  const SimMember& member() const { return member_; }
  // Begins to read; again after the broker came back.
  void Attach();
  // The connection breaks, or the broker has crashed.
  void Lose();
  // From now on it settles all it gets, at once.
  void BecomePatient() { patient_ = true; }

 private:
  class Stream;

  void AttachLater();
  void Subscribe();
  void Open();
  void Handle(uint64_t session, const v1::AttachResponse& response);
  void OnDelivery(uint64_t session, const v1::Delivery& delivery);
  void Settle(uint64_t session, const std::string& lease, bool acknowledge);
  void OnNotices(uint64_t session, const v1::RecallNotices& notices);
  // Runs `task` in the world, unless the session is another one by then.
  void After(absl::Duration delay, uint64_t session, std::function<void()> task);

  const Parts parts_;
  SimRegion& region_;
  const SimMember member_;
  const Principal principal_;
  Dice dice_;
  bool patient_ = false;
  const bool silent_;  // Towards recalls.
  bool attach_scheduled_ = false;
  uint64_t session_ = 0;  // 0: none. Each one of a world has its own number.
  SessionHub::SessionId hub_session_ = 0;
  std::map<std::string, size_t> leases_;  // What was handed over on each.
  std::shared_ptr<SimSubscriber*> self_;  // Null inside once destroyed.
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SIMULATION_SIM_SUBSCRIBER_H_

#ifndef CORRIDOR_TESTS_SIMULATION_SIM_REGION_H_
#define CORRIDOR_TESTS_SIMULATION_SIM_REGION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/broker/region.h"
#include "tests/simulation/sim_disk.h"
#include "tests/simulation/sim_identities.h"
#include "tests/simulation/sim_network.h"
#include "tests/simulation/sim_scheduler.h"
#include "tests/support/seeded_random.h"

namespace corridor {

// Wall time of every world when it begins.
absl::Time StartOfWorlds();

// One region of a world: its machine (disk, clock, threads) for the whole time,
// and its broker while it is up. The broker is the real one, from intake to outlets.
class SimRegion final : private RegionObserver {
 public:
  struct Disk {
    SimStore::Pairs store;
    SimStore::Pairs keys;
  };
  // What the world is told. Called while the broker's tasks run.
  struct Events {
    std::function<void(SimRegion&)> committed;  // After each task of the committer.
    std::function<void(SimRegion&, const std::string& what)> alarm;
    // It stopped by itself, as a broker does whose disk failed.
    std::function<void(SimRegion&)> died;
  };
  // All must outlive this.
  struct Parts {
    SimScheduler& scheduler;
    SimNetwork& network;
    EventLog& log;
    Defect* defect = nullptr;
    Events events;
  };

  SimRegion(Parts parts, size_t index, size_t regions, Dice dice);
  ~SimRegion() override;

  // Starts the broker on what the disk holds.
  absl::Status Boot();
  // The machine stops, at once. Not from within a task of the broker.
  void Crash(bool keep_unsynced);

  bool up() const { return flow_ != nullptr; }
  bool is_restored() const { return is_restored_; }
  Region& flow() { return *flow_; }
  const std::string& name() const { return identity_.region; }
  const SimIdentity& identity() const { return identity_; }
  size_t index() const { return index_; }
  // How often it was started; what a client held of an earlier start is void.
  uint64_t boots() const { return boots_; }

  SimStore& store() { return store_; }
  SimHeadMarker& marker() { return marker_; }
  SimClock& clock() { return clock_; }
  // The disk is slow: nothing is committed for so long.
  void StallCommits(absl::Duration by) { commit_queue_.Stall(by); }
  // What is on the disk now, past any defect.
  const SimStore::Pairs& disk() const { return store_.pairs(); }
  Disk CopyDisk() const { return {store_.pairs(), key_store_.pairs()}; }
  // A copy takes the place of the journal's store, and begins a new epoch; the keys stay.
  // REQUIRES: !up().
  absl::Status RestoreStore(SimStore::Pairs copy);

 private:
  void OnLinkState(const std::string& peer, v1::Lane lane, v1::LinkState state,
                   const std::string& detail) override;
  void OnLinkAlarm(const std::string& peer, v1::Lane lane, v1::ErrorReason reason,
                   const std::string& detail) override;
  void OnDamage(const absl::Status& status) override;
  void OnStorageFailed(const absl::Status& status) override;

  const Parts parts_;
  const size_t index_;
  const size_t regions_;
  const SimIdentity& identity_;
  SimStore store_;
  SimStore key_store_;
  SimStore recalled_;  // Outside of backups.
  SimHeadMarker marker_;
  SimClock clock_;
  SeededRandom random_;
  SimQueue flow_queue_;
  SimQueue commit_queue_;
  SimQueue intake_queue_;
  std::unique_ptr<LinkTransport> transport_;
  std::unique_ptr<Region> flow_;
  uint64_t boots_ = 0;
  bool is_restored_ = false;  // And not started since.
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SIMULATION_SIM_REGION_H_

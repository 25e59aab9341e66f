#ifndef CORRIDOR_TESTS_SIMULATION_WORLD_H_
#define CORRIDOR_TESTS_SIMULATION_WORLD_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulation/defect.h"
#include "tests/simulation/dice.h"
#include "tests/simulation/event_log.h"
#include "tests/simulation/promises.h"
#include "tests/simulation/sim_network.h"
#include "tests/simulation/sim_region.h"
#include "tests/simulation/sim_scheduler.h"
#include "tests/simulation/sim_subscriber.h"

namespace corridor {

struct WorldOptions {
  uint64_t seed = 1;
  size_t regions = 0;  // 0: two to four, by the seed.
  // Frames, deliveries, statements and faults, about; then faults end.
  size_t events_max = 2000;
  size_t log_lines_kept = 60;  // 0: all.
  // In some worlds a backup is put back.
  bool restores = false;
  Defect* defect = nullptr;  // May be null.
};

struct WorldReport {
  uint64_t seed = 0;
  size_t regions = 0;
  size_t events = 0;
  uint64_t hash = 0;  // Of all that happened.
  size_t statements = 0;
  uint64_t imports = 0;
  uint64_t deliveries = 0;
  uint64_t notices = 0;                  // Of recalls and withdrawals, to subscribers.
  std::map<std::string, size_t> spoken;  // How many statements, by kind.
  std::map<std::string, size_t> faults;  // How many, by kind.
  absl::Duration simulated;
  std::string broken;  // Empty: all promises were kept.
  std::string log;     // Its last lines.
};

// One simulated world: regions that serve, agencies that publish and read, and
// whatever goes wrong by the seed's dice. After the faults all heal, everything
// has time to arrive, and the promises are checked in full.
class World {
 public:
  explicit World(const WorldOptions& options);
  ~World();

  WorldReport Run();

 private:
  // What goes wrong in this world; most worlds have some faults only.
  struct Climate {
    bool partitions = false;
    bool flapping = false;
    bool losses = false;
    bool crashes = false;
    bool failing_disks = false;
    bool stalls = false;
    bool policy_changes = false;
    bool lost_sessions = false;
    bool recalls = false;
    bool clock_jumps = false;
    bool restores = false;
    bool revocations = false;
    bool rot = false;
    bool endings = false;
    bool suspensions = false;
  };
  // A byte on the disk of a region that is not what was written.
  struct Rot {
    SimRegion* region = nullptr;
    std::string key;
    std::string written;
    std::string rotten;
  };

  void Build();
  void SetUpRegion(SimRegion& region);
  void SetUpAgency(SimRegion& region, const SimAgency& agency);
  void RunScript();
  void Step();
  void Settle();

  // Faults and other acts.
  void Publish();
  void Partition();
  void Flap();
  void ChangeWeather();
  void LoseConnections();
  void Crash(SimRegion& region);
  void Stop(SimRegion& region);
  void BootLater(SimRegion& region);
  void FailDisk();
  void ChangePolicy();
  void LoseSession();
  void JumpClock();
  // Some publisher's key has been in wrong hands; it goes on with another.
  void RevokeKey();
  void SuspendMember();
  void Resume(const SimMember& member);
  bool IsActiveEverywhere(const SimMember& member) const;
  void SetState(const SimMember& member, v1::MemberState state, std::function<void()> done);
  void RotDisk();
  void BootRotten(const Rot& rot);
  void MendRot(const Rot& rot);
  std::string WhatRotDoes(const Rot& rot);
  void Restore();
  void RestoreFrom(SimRegion& region, const SimStore::Pairs& store, const Promises::Copy& copy);
  // What the operators of the other regions do until all links to it are in order.
  void Reconcile(SimRegion& restored);

  void Say(const SimMember& publisher);
  // What it says, each filling in `said`; false where there is nothing to say it about.
  void Issue(const SimMember& publisher, Said& said, v1::StatementBody& body,
             v1::StatementRouting& routing);
  void Revise(const Said& before, Said& said, v1::StatementBody& body,
              v1::StatementRouting& routing);
  void Cancel(const Said& before, Said& said, v1::StatementBody& body);
  void Recall(const Said& before, Said& said, v1::StatementBody& body);
  bool Remark(const SimMember& publisher, Said& said, v1::StatementBody& body,
              v1::StatementRouting& routing);
  // The newest word on one of its alerts, where that may be followed; null: none.
  const Said* AnyToFollow(const SimMember& publisher);
  bool MayBeRefused(const Said& said, v1::ErrorReason reason) const;
  void ChooseAudience(Said& said, v1::StatementRouting& routing);
  void Narrow(Said& said, v1::StatementRouting& routing);
  void Submit(Said& said);
  void Agree(const FlowRule& rule);
  void EndAgreement(const FlowRule& rule);
  void Boot(SimRegion& region);
  void Note(const std::string& what) { log_.Add(scheduler_.now(), what); }
  void Fault(const std::string& kind, const std::string& what);
  void After(absl::Duration delay, std::function<void()> task);
  // Lets time pass until `done`; breaks the world where that takes too long.
  void AwaitSetUp(const std::function<bool()>& done);
  SimRegion& AnyRegion() { return *regions_[dice_.Below(regions_.size())]; }
  std::pair<size_t, size_t> AnyPair();
  std::vector<SimRegion*> Regions() const;
  // Of the statement that is said next.
  size_t NextNumber() const { return promises_.all().size() + 1; }

  const WorldOptions options_;
  Dice dice_;
  EventLog log_;
  SimScheduler scheduler_;
  WorldReport report_;
  Climate climate_;
  Promises promises_;
  SimNetwork network_;
  SeededRandom salts_;
  std::vector<std::unique_ptr<SimRegion>> regions_;
  std::vector<std::unique_ptr<SimSubscriber>> subscribers_;
  std::map<FlowRule, std::string> agreements_;  // Ids of those that hold.
  size_t agreements_made_ = 0;
  size_t setting_up_ = 0;  // Changes not answered yet.
  size_t alerts_ = 0;
  bool healing_ = false;
  bool restoring_ = false;  // A backup was made.
  std::set<SimMember> revoked_;
  std::set<SimMember> suspended_;
  std::set<SimMember> resumed_;  // Of those, whose resumption was answered.
  SimRegion* rotten_ = nullptr;
};

WorldReport RunWorld(const WorldOptions& options);

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SIMULATION_WORLD_H_

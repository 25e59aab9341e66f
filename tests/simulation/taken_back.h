#ifndef CORRIDOR_TESTS_SIMULATION_TAKEN_BACK_H_
#define CORRIDOR_TESTS_SIMULATION_TAKEN_BACK_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/journal/journal.h"
#include "tests/simulation/policy_history.h"
#include "tests/simulation/said.h"
#include "tests/simulation/sim_region.h"

namespace corridor {

// For messages.
std::string NameOf(const Said& said);
std::string NameOf(const SimMember& member);

// Promise P6: what was recalled, or withdrawn by a narrower audience, is taken back from
// everybody who had it; each confirms or is named overdue; and its content opens no more.
class TakenBack {
 public:
  // Both must outlive this.
  TakenBack(const std::deque<Said>& said, const PolicyHistory& policy)
      : said_(said), policy_(policy) {}

  // --- What the script did ----------------------------------------------------

  // Whether the script has taken `said` back, or may have (it was not answered yet),
  // from all of a region, or from a member.
  bool FromRegion(const Said& said, size_t region) const;
  bool FromMember(const Said& said, const SimMember& member) const;

  // It was signed when the publisher's key was in wrong hands.
  void OnNobodysWord(const Said& said) {
    nobodys_.insert(said.number);
    nobodys_alerts_.insert(said.alert);
  }
  bool IsNobodysWord(const Said& said) const { return nobodys_.contains(said.number); }
  // The member's region has revoked its key.
  void OnRevoked(const SimMember& member) { revoked_.insert(member); }
  // Something of the alert is.
  bool HasNobodysWord(size_t alert) const { return nobodys_alerts_.contains(alert); }

  // --- What is seen of the brokers ----------------------------------------------

  // A region has the content; keeps how it is written.
  void OnHeld(const SimRegion& region, const Said& said, const Record& record);
  void OnHanded(const SimMember& to, const Said& said) { handed_[to].insert(said.number); }
  void OnTold(const SimMember& to, const Said& said) { told_[to].insert(said.number); }
  bool WasTold(const SimMember& member, const Said& said) const;
  // Whether a member was handed content of the alert.
  bool HadAny(const SimMember& member, size_t alert) const;
  void OnSilent(const SimMember& member) { silent_.insert(member); }
  // What members were handed or told.
  using Known = std::map<SimMember, std::set<size_t>>;
  struct Copy {
    Known handed;  // Of the region's members.
    Known told;    // Of all.
  };
  // A region's disk is copied, and put back to where it knew that.
  Copy OnCopied(size_t region) const;
  void OnRestored(size_t region, const Copy& copy);

  // --- At the end -----------------------------------------------------------------

  // Whom nobody told, who has not confirmed and is not named. Empty: nobody.
  std::string WhatIsMissing(const std::vector<SimRegion*>& regions) const;
  // What opens in a copy of the disk as it was before, with the keys there are now.
  std::string WhatIsReadable(const std::vector<SimRegion*>& regions) const;

 private:
  struct Sealed {
    v1::Lane lane = v1::LANE_UNSPECIFIED;
    uint64_t offset = 0;
    std::string value;
  };
  using Place = std::pair<size_t, size_t>;  // Region, statement.

  // Whether policy, or its own end, may have kept a revision from a region.
  bool MayNotReach(const Said& revision, size_t region) const;
  // Whether a later word takes `said` back from all of a region: a recall, a revision that
  // leaves it out, or one that cannot reach it and leaves out one of its members.
  bool EndsFor(const Said& later, const Said& said, size_t region) const;

  // The highest revision of an alert that its publisher has a receipt for.
  const Said* Standing(size_t alert) const;
  std::string MissingOfRecall(const Said& recall, const std::vector<SimRegion*>& regions) const;
  std::string MissingOfNarrowed(const Said& standing, const std::vector<SimRegion*>& regions) const;
  std::string MissingOfNobodysWord() const;
  bool WasToldAll(const SimMember& member, size_t alert) const;
  bool HeldAny(size_t region, size_t alert) const;
  bool EntitledToAny(const std::string& holder, size_t alert) const;

  const std::deque<Said>& said_;
  const PolicyHistory& policy_;
  std::map<Place, Sealed> sealed_;
  Known handed_;
  Known told_;
  std::set<SimMember> silent_;
  std::set<size_t> nobodys_;
  std::set<size_t> nobodys_alerts_;
  std::set<SimMember> revoked_;
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SIMULATION_TAKEN_BACK_H_

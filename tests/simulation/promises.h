#ifndef CORRIDOR_TESTS_SIMULATION_PROMISES_H_
#define CORRIDOR_TESTS_SIMULATION_PROMISES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/journal/journal.h"
#include "tests/simulation/policy_history.h"
#include "tests/simulation/said.h"
#include "tests/simulation/sim_network.h"
#include "tests/simulation/sim_region.h"
#include "tests/simulation/taken_back.h"

namespace corridor {

// Watches a world and says which promise it breaks (DESIGN.md, section 5). Knows
// what was said and what the agreements were from the script alone, and asks no
// broker for a judgement.
//
//   P1  what was acknowledged is in its journal, and what a journal showed stays
//   P2  one record per statement and journal
//   P3  no subscription gets a lower revision of an alert after a higher one
//   P4  everyone entitled gets it, or a higher revision, by the end
//   P5  nothing leaves, enters or is handed over that agreements forbid
//   P6  what was recalled or withdrawn is taken back everywhere (taken_back.h)
//   P7  what was settled never comes again
//   P8  each admission has its audit entry, and the audit chain holds
//   P9  bytes are those that were signed
class Promises {
 public:
  // `broken` is called once, with the first promise broken.
  Promises(const SimScheduler& scheduler, std::function<void(const std::string&)> broken)
      : scheduler_(scheduler), broken_(std::move(broken)), taken_back_(said_, policy_) {}

  PolicyHistory& policy() { return policy_; }
  const PolicyHistory& policy() const { return policy_; }

  // --- What the script does -------------------------------------------------

  // The reference holds; fill in what comes later.
  Said& Says(Said said);
  const std::deque<Said>& all() const { return said_; }
  // The highest revision of an alert that was not refused; null when there is none.
  const Said* NewestOf(size_t alert) const;
  const Said* Find(const v1::SignedStatement& statement) const;
  // Clocks were wrong: when an embargo ends is not checked.
  void DistrustClocks() { clocks_are_right_ = false; }

  // The first key of `member` was in wrong hands from `compromised_ms` on: its region is
  // asked to revoke it.
  void RevocationIsAsked(const SimMember& member, int64_t compromised_ms);
  // A byte of the region's disk rots while it is stopped, and is mended.
  void OnRot(size_t region) { rotten_.insert(region); }
  void OnMended(size_t region) { rotten_.erase(region); }

  // --- What is seen of the brokers ------------------------------------------

  void OnAcknowledged(Said& said, const v1::Receipt& receipt);
  // The committer of `region` has done something.
  void OnCommitted(SimRegion& region);
  // It was started on the disk it had, or on an older copy.
  void OnRebooted(SimRegion& region, bool on_older_disk);
  // What its disk says at this moment, of which a copy is made; and that copy is put in
  // place of the disk. It declares a new epoch when it starts: what happened since is
  // forgotten there, but for what its peers give back.
  struct Copy;
  std::shared_ptr<const Copy> OnCopied(const SimRegion& region) const;
  void OnRestored(const SimRegion& region, const Copy& copy);
  void OnFrameSent(const FrameRoute& route, const v1::LinkFrame& frame);
  // Which statement it is; absent for none.
  std::optional<size_t> OnDelivered(const SimMember& to, const v1::Delivery& delivery);
  void OnAcknowledgedBy(const SimMember& by, size_t said);
  void OnSettled(const SimMember& by, size_t said);
  void OnNotice(const SimMember& to, const v1::RecallNotice& notice);
  // It never confirms a recall.
  void OnSilent(const SimMember& member) { taken_back_.OnSilent(member); }
  // Whether something said of the alert was lost in a restore.
  bool HasLost(size_t alert) const;

  // --- At the end -----------------------------------------------------------

  // Faults are over and all had time to catch up.
  void CheckEnd(const std::vector<SimRegion*>& regions);
  // Whether all that must arrive has: then CheckEnd finds nothing missing.
  bool Complete(const std::vector<SimRegion*>& regions) const;

  uint64_t deliveries() const { return deliveries_; }
  // Records of other regions, over all journals.
  uint64_t imports() const { return imports_; }
  uint64_t notices() const { return notices_; }

 private:
  // What is known of one region's journal.
  struct Known {
    std::array<uint64_t, 2> read = {0, 0};  // By lane.
    std::map<size_t, uint64_t> offsets;     // By statement.
    std::set<size_t> judged;                // Entered rightly, at its time.
    uint64_t epoch = 0;
    // Where each of its own stands, and has stood: epoch and offset, by statement.
    std::map<size_t, std::set<std::pair<uint64_t, uint64_t>>> positions;
  };
  // What is known of one subscription.
  struct Reader {
    std::map<size_t, uint32_t> revisions;  // Highest handed over, by alert.
    std::set<size_t> acknowledged;         // By the reader; perhaps it never arrived.
    std::set<size_t> settled;              // The broker said so.
  };

  // A signing key that was revoked.
  struct Revocation {
    int64_t compromised_ms = 0;
    std::map<size_t, absl::Duration> known;  // Since when, by region.
  };

  void Break(const std::string& what);
  // A record goes out; `in_order`, or as backfill, which also gives back.
  void CheckSent(const FrameRoute& route, const v1::LinkRecord& record, bool in_order);
  void LookForNobodysWord(const Said& said);
  void SeeWhoKnows(SimRegion& region);
  // Whether the region has known for a while that it is nobody's word.
  bool HasEnded(const Said& said, absl::Duration by) const {
    return clocks_are_right_ && said.ends_at && *said.ends_at <= by;
  }
  bool KnowsItForNobodys(size_t region, const Said& said) const;
  void ReadNew(SimRegion& region);
  void OnRecord(SimRegion& region, const Record& record);
  void CheckImport(SimRegion& region, const Said& said, const v1::Position& at_origin);
  bool IsElsewhere(const Said& said) const;
  const Said* FindRecord(const Record& record) const;
  bool TargetIsIn(size_t region, const Said& said) const;
  bool MayKnow(const Said& cancel, const SimMember& member) const;
  std::string WhatAuditLacks(const std::vector<SimRegion*>& regions) const;
  void CheckDelivery(const SimMember& to, const Said& said);
  bool MayFlow(size_t viewer, const Said& said, size_t to) const;
  bool MustFlow(size_t viewer, const Said& said, size_t to) const;
  bool MustReachRegion(const Said& said, size_t region) const;
  bool MustReach(const Said& said, const SimMember& member) const;
  bool Superseded(const Reader& reader, const Said& said) const;
  std::string WhatIsMissing(const std::vector<SimRegion*>& regions) const;

  const SimScheduler& scheduler_;
  const std::function<void(const std::string&)> broken_;
  bool is_broken_ = false;
  PolicyHistory policy_;
  std::deque<Said> said_;
  std::map<std::string, size_t, std::less<>> by_body_;
  std::map<std::string, size_t, std::less<>> by_id_;  // Of the statement.
  std::map<size_t, Known> journals_;
  std::map<SimMember, Reader> readers_;
  TakenBack taken_back_;
  std::map<SimMember, Revocation> revocations_;
  std::set<size_t> rotten_;  // Regions.
  bool clocks_are_right_ = true;
  uint64_t deliveries_ = 0;
  uint64_t imports_ = 0;
  uint64_t notices_ = 0;
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SIMULATION_PROMISES_H_

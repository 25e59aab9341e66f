#include "tests/simulation/promises.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/crypto/statement_proof.h"
#include "server/link/link_values.h"
#include "tests/support/test_statements.h"

namespace corridor {
namespace {

// How long after a change of agreements is known something may still go: what was
// decided a moment before.
constexpr absl::Duration kOnItsWay = absl::Seconds(1);

constexpr size_t kAuditPage = 1000;

size_t IndexOf(const std::string& region) {
  size_t index = 0;
  while (SimRegionName(index) != region) ++index;
  return index;
}

}  // namespace

void Promises::Break(const std::string& what) {
  if (!std::exchange(is_broken_, true)) broken_(what);
}

Said& Promises::Says(Said said) {
  said.number = said_.size();
  by_body_[said.statement.body()] = said.number;
  by_id_[ExampleId("statement", said.number + 1)] = said.number;
  said_.push_back(std::move(said));
  return said_.back();
}

const Said* Promises::Find(const v1::SignedStatement& statement) const {
  const auto found = by_body_.find(statement.body());
  if (found == by_body_.end()) return nullptr;
  const Said& said = said_[found->second];
  return statement.routing() == said.statement.routing() ? &said : nullptr;
}

// Of content that was erased the ids are left.
const Said* Promises::FindRecord(const Record& record) const {
  if (!record.erased) return Find(record.statement->bytes);
  const auto found = by_id_.find(record.statement->body.statement_id());
  return found == by_id_.end() ? nullptr : &said_[found->second];
}

const Said* Promises::NewestOf(size_t alert) const {
  const Said* newest = nullptr;
  for (const Said& said : said_) {
    if (said.alert != alert || said.refused) continue;
    if (newest == nullptr || said.revision > newest->revision) newest = &said;
  }
  return newest;
}

bool Promises::MayFlow(size_t viewer, const Said& said, size_t to) const {
  const absl::Duration now = scheduler_.now();
  return policy_.MayHaveHeld({viewer, said.publisher.region, to}, now - kOnItsWay, now);
}

bool Promises::MustFlow(size_t viewer, const Said& said, size_t to) const {
  return policy_.HeldThroughout({viewer, said.publisher.region, to}, said.said_at,
                                scheduler_.now());
}

bool Promises::MustReachRegion(const Said& said, size_t region) const {
  return said.acknowledged_at && said.IsForRegion(region) && !said.IsRecall() &&
         !taken_back_.FromRegion(said, region) && MustFlow(said.publisher.region, said, region) &&
         MustFlow(region, said, region);
}

bool Promises::MustReach(const Said& said, const SimMember& member) const {
  if (said.IsRecall() || taken_back_.FromMember(said, member)) return false;
  if (!said.IsRemark() && !MustReachSome(said, member)) return false;
  if (member == said.publisher) return said.acknowledged_at && !said.IsRemark();
  return said.IsFor(member) && MustReachRegion(said, member.region);
}

// An alert that was cancelled before it came need not be shown to anybody; who has it
// must learn that it is cancelled.
bool Promises::MustReachSome(const Said& said, const SimMember& member) const {
  const bool cancelled = std::any_of(said_.begin(), said_.end(), [&](const Said& other) {
    return other.alert == said.alert && !other.refused && other.kind == v1::STATEMENT_KIND_CANCEL;
  });
  if (!cancelled) return true;
  return !said.IsContent() && taken_back_.HadAny(member, said.alert);
}

bool Promises::Superseded(const Reader& reader, const Said& said) const {
  const auto highest = reader.revisions.find(said.alert);
  return highest != reader.revisions.end() && highest->second > said.revision;
}

void Promises::OnAcknowledged(Said& said, const v1::Receipt& receipt) {
  if (!said.acknowledged_at) said.acknowledged_at = scheduler_.now();
  const Known& known = journals_[said.publisher.region];
  const auto offset = known.offsets.find(said.number);
  if (receipt.held()) return;
  said.position = receipt.acceptance().position();
  if (offset != known.offsets.end() && offset->second != receipt.acceptance().position().offset()) {
    Break(absl::StrCat("P2: the receipt of ", NameOf(said), " names another position"));
  }
}

void Promises::OnCommitted(SimRegion& region) { ReadNew(region); }

void Promises::ReadNew(SimRegion& region) {
  const Journal& journal = region.flow().journal();
  Known& known = journals_[region.index()];
  for (const v1::Lane lane : kLanesUrgentFirst) {
    uint64_t& read = known.read[LaneIndex(lane)];
    while (read < journal.head(lane)) {
      auto records = journal.Read(lane, read, 64, 1 << 20);
      if (!records.ok() || records->empty()) {
        return Break(absl::StrCat("P9: ", region.name(),
                                  " cannot read its journal: ", records.status().ToString()));
      }
      for (const RecordPtr& record : *records) {
        OnRecord(region, *record);
        read = record->offset;
      }
    }
  }
}

void Promises::OnRecord(SimRegion& region, const Record& record) {
  const Said* said = FindRecord(record);
  if (said == nullptr) {
    return Break(absl::StrCat("P9: ", region.name(), " holds what nobody said"));
  }
  if (record.erased && !taken_back_.FromRegion(*said, region.index())) {
    return Break(absl::StrCat("P1: ", region.name(), " erased ", NameOf(*said),
                              ", which nobody takes back"));
  }
  if (!record.erased) taken_back_.OnHeld(region, *said, record);
  Known& known = journals_[region.index()];
  const auto [at, is_new] = known.offsets.emplace(said->number, record.offset);
  if (!is_new) {
    if (at->second != record.offset) {
      Break(absl::StrCat("P2: ", region.name(), " holds ", NameOf(*said), " twice"));
    }
    return;
  }
  if (record.local != (said->publisher.region == region.index())) {
    return Break(absl::StrCat("P5: ", region.name(), " took ", NameOf(*said), " as its own"));
  }
  if (said->release_at && clocks_are_right_ && scheduler_.now() < *said->release_at) {
    return Break(
        absl::StrCat("P5: ", region.name(), " shows ", NameOf(*said), " before its embargo ends"));
  }
  if (record.local || !known.judged.insert(said->number).second) return;
  ++imports_;
  CheckImport(region, *said, record.acceptance.position().offset());
}

void Promises::CheckImport(SimRegion& region, const Said& said, uint64_t origin_offset) {
  const auto& origin = journals_[said.publisher.region].offsets;
  const auto there = origin.find(said.number);
  if (there == origin.end() || there->second != origin_offset) {
    return Break(absl::StrCat("P1: ", region.name(), " holds ", NameOf(said),
                              ", which its origin holds not, or elsewhere"));
  }
  // A recall goes where content may be, whatever agreements say by then; and what is
  // about an alert that is not there yet is kept until it is.
  const bool asks_policy =
      !said.IsRecall() && (said.IsContent() || TargetIsIn(region.index(), said));
  if (!said.MayBeForRegion(region.index()) ||
      (asks_policy && !MayFlow(region.index(), said, region.index()))) {
    Break(absl::StrCat("P5: ", region.name(), " stores ", NameOf(said),
                       ", which it is not entitled to"));
  }
}

bool Promises::TargetIsIn(size_t region, const Said& said) const {
  const auto journal = journals_.find(region);
  if (journal == journals_.end()) return false;
  return std::any_of(
      journal->second.offsets.begin(), journal->second.offsets.end(), [&](const auto& held) {
        const Said& other = said_[held.first];
        return other.IsContent() && other.alert == (said.IsRemark() ? said.target : said.alert);
      });
}

void Promises::OnRebooted(SimRegion& region, bool on_older_disk) {
  Known& known = journals_[region.index()];
  Known before = std::exchange(known, {});
  known.judged = before.judged;
  ReadNew(region);
  if (on_older_disk) return;
  for (const auto& [number, offset] : before.offsets) {
    const auto now = known.offsets.find(number);
    if (now == known.offsets.end() || now->second != offset) {
      return Break(absl::StrCat("P1: ", region.name(), " held ", NameOf(said_[number]),
                                " before it stopped, and does not any more"));
    }
  }
}

void Promises::OnFrameSent(const FrameRoute& route, const v1::LinkFrame& frame) {
  if (frame.frame_case() != v1::LinkFrame::kRecords) return;
  const size_t from = IndexOf(route.from);
  const size_t to = IndexOf(route.to);
  for (const v1::LinkRecord& record : frame.records().records()) {
    const Said* said = Find(record.statement());
    if (said == nullptr) return Break(absl::StrCat("P9: ", route.from, " sends what nobody said"));
    if (said->publisher.region != from) {
      return Break(absl::StrCat("D7: ", route.from, " relays ", NameOf(*said)));
    }
    if (!journals_[from].offsets.contains(said->number)) {
      return Break(
          absl::StrCat("P1: ", route.from, " sends ", NameOf(*said), " before it is durable"));
    }
    if (!said->MayBeForRegion(to) || (!said->IsRecall() && !MayFlow(from, *said, to))) {
      return Break(absl::StrCat("P5: ", route.from, " sends ", NameOf(*said), " to ", route.to,
                                ", which is not entitled to it"));
    }
    if (said->urgent != (route.lane == v1::LANE_URGENT)) {
      return Break(absl::StrCat("D8: ", NameOf(*said), " goes in the wrong lane"));
    }
  }
}

std::optional<size_t> Promises::OnDelivered(const SimMember& to, const v1::Delivery& delivery) {
  ++deliveries_;
  const auto found = by_body_.find(delivery.statement().statement().body());
  if (found == by_body_.end()) {
    Break(absl::StrCat("P9: ", NameOf(to), " gets what nobody said"));
    return std::nullopt;
  }
  CheckDelivery(to, said_[found->second]);
  return found->second;
}

void Promises::CheckDelivery(const SimMember& to, const Said& said) {
  Reader& reader = readers_[to];
  if (said.IsRecall()) {
    return Break(absl::StrCat("P6: ", NameOf(to), " is delivered a recall, ", NameOf(said)));
  }
  if (taken_back_.WasTold(to, said)) {
    return Break(
        absl::StrCat("P3: ", NameOf(to), " gets ", NameOf(said), " after it was told to erase it"));
  }
  taken_back_.OnHanded(to, said);
  if (reader.settled.contains(said.number)) {
    return Break(absl::StrCat("P7: ", NameOf(to), " gets ", NameOf(said), " after settling it"));
  }
  uint32_t& highest = reader.revisions[said.alert];
  if (said.revision < highest) {
    return Break(
        absl::StrCat("P3: ", NameOf(to), " gets ", NameOf(said), " after revision ", highest));
  }
  highest = said.revision;
  if (!journals_[to.region].offsets.contains(said.number)) {
    return Break(
        absl::StrCat("P1: ", NameOf(to), " gets ", NameOf(said), " before its region holds it"));
  }
  if (to == said.publisher) return;
  if (!said.MayBeFor(to) || !MayFlow(to.region, said, to.region)) {
    Break(
        absl::StrCat("P5: ", NameOf(to), " gets ", NameOf(said), ", which it is not entitled to"));
  }
}

void Promises::OnAcknowledgedBy(const SimMember& by, size_t said) {
  readers_[by].acknowledged.insert(said);
}

void Promises::OnSettled(const SimMember& by, size_t said) { readers_[by].settled.insert(said); }

void Promises::OnNotice(const SimMember& to, const v1::RecallNotice& notice) {
  ++notices_;
  for (const std::string& id : notice.statement_ids()) {
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) {
      return Break(absl::StrCat("P6: ", NameOf(to), " is told to erase what nobody said"));
    }
    const Said& said = said_[found->second];
    // One statement named may be another that was for the reader.
    if (!taken_back_.FromMember(said, to)) {
      return Break(absl::StrCat("P6: ", NameOf(to), " is told to erase ", NameOf(said),
                                ", which nobody takes back from it"));
    }
    taken_back_.OnTold(to, said);
  }
}

std::string Promises::WhatIsMissing(const std::vector<SimRegion*>& regions) const {
  for (const Said& said : said_) {
    if (!said.acknowledged_at && !said.refused) {
      return absl::StrCat("P10: ", NameOf(said), " was never answered");
    }
    for (const SimRegion* region : regions) {
      const auto journal = journals_.find(region->index());
      const bool held = journal != journals_.end() && journal->second.offsets.contains(said.number);
      if (!held && MustReachRegion(said, region->index())) {
        return absl::StrCat("P4: ", NameOf(said), " never reached ", region->name());
      }
      for (size_t agency = 0; agency < kAgenciesPerRegion; ++agency) {
        const SimMember member{region->index(), agency};
        const auto reader = readers_.find(member);
        const bool had =
            reader != readers_.end() &&
            (reader->second.acknowledged.contains(said.number) || Superseded(reader->second, said));
        if (!had && MustReach(said, member)) {
          return absl::StrCat("P4: ", NameOf(said), " never reached ", NameOf(member));
        }
      }
    }
  }
  return taken_back_.WhatIsMissing(regions);
}

std::string Promises::WhatAuditLacks(const std::vector<SimRegion*>& regions) const {
  for (SimRegion* region : regions) {
    AuditLog& audit = region->flow().audit();
    if (const auto head = audit.Verify(); !head.ok()) {
      return absl::StrCat("P8: the audit chain of ", region->name(), ": ",
                          head.status().ToString());
    }
    std::set<std::string> admitted;
    uint64_t after = 0;
    for (auto page = audit.Read(after, kAuditPage); page.ok() && !page->empty();
         page = audit.Read(after, kAuditPage)) {
      for (const v1::AuditEntry& entry : *page) {
        after = entry.sequence();
        const bool admits =
            entry.act() == v1::AUDIT_ACT_PUBLISH || entry.act() == v1::AUDIT_ACT_IMPORT;
        if (admits && entry.refusal() == v1::ERROR_REASON_UNSPECIFIED) {
          admitted.insert(entry.digest());
        }
      }
    }
    for (const auto& [number, offset] : journals_.at(region->index()).offsets) {
      if (!admitted.contains(ToString(StatementDigest(said_[number].statement)))) {
        return absl::StrCat("P8: ", region->name(), " holds ", NameOf(said_[number]),
                            " without an audit entry");
      }
    }
  }
  return "";
}

bool Promises::Complete(const std::vector<SimRegion*>& regions) const {
  return WhatIsMissing(regions).empty();
}

void Promises::CheckEnd(const std::vector<SimRegion*>& regions) {
  if (const std::string missing = WhatIsMissing(regions); !missing.empty()) Break(missing);
  if (const std::string readable = taken_back_.WhatIsReadable(regions); !readable.empty()) {
    Break(readable);
  }
  if (const std::string lacking = WhatAuditLacks(regions); !lacking.empty()) Break(lacking);
}

}  // namespace corridor

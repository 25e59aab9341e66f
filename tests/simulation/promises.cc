#include "tests/simulation/promises.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/link/link_values.h"

namespace corridor {
namespace {

// How long after a change of agreements is known something may still go: what was
// decided a moment before.
constexpr absl::Duration kOnItsWay = absl::Seconds(1);

std::string NameOf(const Said& said) {
  return absl::StrCat("statement ", said.number, " (alert ", said.alert, " revision ",
                      said.revision, said.urgent ? ", urgent" : "", ")");
}

std::string NameOf(const SimMember& member) {
  return absl::StrCat(IdentityOf(member.region).agencies[member.agency].name, " of ",
                      SimRegionName(member.region));
}

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
  said_.push_back(std::move(said));
  return said_.back();
}

const Said* Promises::Find(const v1::SignedStatement& statement) const {
  const auto found = by_body_.find(statement.body());
  if (found == by_body_.end()) return nullptr;
  const Said& said = said_[found->second];
  return statement.routing() == said.statement.routing() ? &said : nullptr;
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
  return said.acknowledged_at && said.IsForRegion(region) &&
         MustFlow(said.publisher.region, said, region) && MustFlow(region, said, region);
}

bool Promises::MustReach(const Said& said, const SimMember& member) const {
  if (member == said.publisher) return said.acknowledged_at.has_value();
  return said.IsFor(member) && MustReachRegion(said, member.region);
}

bool Promises::Superseded(const Reader& reader, const Said& said) const {
  const auto highest = reader.revisions.find(said.alert);
  return highest != reader.revisions.end() && highest->second > said.revision;
}

void Promises::OnAcknowledged(Said& said, const v1::Receipt& receipt) {
  if (!said.acknowledged_at) said.acknowledged_at = scheduler_.now();
  const Known& known = journals_[said.publisher.region];
  const auto offset = known.offsets.find(said.number);
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
  const Said* said = Find(record.statement->bytes);
  if (said == nullptr) {
    return Break(absl::StrCat("P9: ", region.name(), " holds what nobody said"));
  }
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
  if (record.local || !known.judged.insert(said->number).second) return;
  ++imports_;
  const auto& origin = journals_[said->publisher.region].offsets;
  const auto there = origin.find(said->number);
  if (there == origin.end() || there->second != record.acceptance.position().offset()) {
    Break(absl::StrCat("P1: ", region.name(), " holds ", NameOf(*said),
                       ", which its origin holds not, or elsewhere"));
  } else if (!said->IsForRegion(region.index()) ||
             !MayFlow(region.index(), *said, region.index())) {
    Break(absl::StrCat("P5: ", region.name(), " stores ", NameOf(*said),
                       ", which it is not entitled to"));
  }
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
    if (!said->IsForRegion(to) || !MayFlow(from, *said, to)) {
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
  if (!said.IsFor(to) || !MayFlow(to.region, said, to.region)) {
    Break(
        absl::StrCat("P5: ", NameOf(to), " gets ", NameOf(said), ", which it is not entitled to"));
  }
}

void Promises::OnAcknowledgedBy(const SimMember& by, size_t said) {
  readers_[by].acknowledged.insert(said);
}

void Promises::OnSettled(const SimMember& by, size_t said) { readers_[by].settled.insert(said); }

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
  return "";
}

bool Promises::Complete(const std::vector<SimRegion*>& regions) const {
  return WhatIsMissing(regions).empty();
}

void Promises::CheckEnd(const std::vector<SimRegion*>& regions) {
  if (const std::string missing = WhatIsMissing(regions); !missing.empty()) Break(missing);
}

}  // namespace corridor

#include "tests/simulation/taken_back.h"

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "server/journal/record_codec.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

const std::string& IdOf(const SimMember& member) {
  return IdentityOf(member.region).agencies[member.agency].id;
}

// The keys that a region has now, beside its broker.
absl::StatusOr<std::unique_ptr<KeyStore>> KeysOf(const SimRegion& region, SimStore& copy) {
  copy.Replace(region.CopyDisk().keys);
  return KeyStore::Open(copy, {.block_keys = 1, .low_water_keys = 0});
}

}  // namespace

std::string NameOf(const Said& said) {
  return absl::StrCat("statement ", said.number, " (", v1::StatementKind_Name(said.kind), " alert ",
                      said.alert, " revision ", said.revision, said.urgent ? ", urgent" : "", ")");
}

std::string NameOf(const SimMember& member) {
  return absl::StrCat(IdentityOf(member.region).agencies[member.agency].name, " of ",
                      SimRegionName(member.region));
}

bool TakenBack::MayNotReach(const Said& revision, size_t region) const {
  const size_t origin = revision.publisher.region;
  const auto held = [&](size_t viewer) {
    return policy_.agreements.HeldThroughout({viewer, origin, region}, revision.said_at,
                                             absl::InfiniteDuration());
  };
  return region != origin &&
         (revision.ends_at || !(held(origin) && held(region)) ||
          !policy_.HasActiveReader(revision, region, revision.said_at, absl::InfiniteDuration()));
}

bool TakenBack::EndsFor(const Said& later, const Said& said, size_t region) const {
  if (later.alert != said.alert || later.revision <= said.revision || later.refused) return false;
  if (later.IsRecall()) return !said.IsRecall();
  if (!later.IsForRegion(region)) return true;
  const auto is_left_out = [&](size_t agency) {
    return said.MayBeFor({region, agency}) && !later.IsFor({region, agency});
  };
  for (size_t agency = 0; agency < kAgenciesPerRegion; ++agency) {
    if (is_left_out(agency) && MayNotReach(later, region)) return true;
  }
  return false;
}

bool TakenBack::FromRegion(const Said& said, size_t region) const {
  return IsNobodysWord(said) || std::any_of(said_.begin(), said_.end(), [&](const Said& later) {
           return EndsFor(later, said, region);
         });
}

bool TakenBack::FromMember(const Said& said, const SimMember& member) const {
  if (FromRegion(said, member.region)) return true;
  return std::any_of(said_.begin(), said_.end(), [&](const Said& later) {
    return later.alert == said.alert && later.revision > said.revision && !later.refused &&
           !later.IsRecall() && !later.IsFor(member);
  });
}

void TakenBack::OnHeld(const SimRegion& region, const Said& said, const Record& record) {
  if (!said.IsContent() && !said.IsRemark()) return;
  const auto& pairs = region.disk();
  const auto found = pairs.find(RecordKey(record.lane, record.offset));
  if (found == pairs.end()) return;
  sealed_[{region.index(), said.number}] = {record.lane, record.offset, found->second};
}

bool TakenBack::WasTold(const SimMember& member, const Said& said) const {
  const auto told = told_.find(member);
  return told != told_.end() && told->second.contains(said.number);
}

bool TakenBack::HadAny(const SimMember& member, size_t alert) const {
  const auto handed = handed_.find(member);
  return handed != handed_.end() &&
         std::any_of(handed->second.begin(), handed->second.end(), [&](size_t number) {
           const Said& said = said_[number];
           return said.alert == alert && (said.IsContent() || said.IsRemark());
         });
}

TakenBack::Copy TakenBack::OnCopied(size_t region) const {
  return {.handed = {handed_.lower_bound({region, 0}), handed_.lower_bound({region + 1, 0})},
          .told = told_};
}

// Whom a recall reaches after a restore: docs/decisions/0006. And what was told since by what
// is lost now may be untold.
void TakenBack::OnRestored(size_t region, const Copy& copy) {
  for (size_t agency = 0; agency < kAgenciesPerRegion; ++agency) {
    handed_.erase({region, agency});
  }
  handed_.insert(copy.handed.begin(), copy.handed.end());
  std::erase_if(sealed_, [&](const auto& held) { return held.first.first == region; });
  std::set<size_t> alerts;
  for (const Said& said : said_) {
    if (said.lost) alerts.insert(said.alert);
  }
  for (auto& [member, told] : told_) {
    const auto then = copy.told.find(member);
    std::set<size_t> kept;
    for (const size_t number : told) {
      const bool was_told = then != copy.told.end() && then->second.contains(number);
      if (was_told || !alerts.contains(said_[number].alert)) kept.insert(number);
    }
    told = std::move(kept);
  }
}

bool TakenBack::WasToldAll(const SimMember& member, size_t alert) const {
  const auto handed = handed_.find(member);
  return handed == handed_.end() ||
         std::all_of(handed->second.begin(), handed->second.end(), [&](size_t number) {
           const Said& said = said_[number];
           return said.alert != alert || (!said.IsContent() && !said.IsRemark()) ||
                  WasTold(member, said);
         });
}

bool TakenBack::HeldAny(size_t region, size_t alert) const {
  return std::any_of(sealed_.lower_bound({region, 0}), sealed_.lower_bound({region + 1, 0}),
                     [&](const auto& held) { return said_[held.first.second].alert == alert; });
}

bool TakenBack::EntitledToAny(const std::string& holder, size_t alert) const {
  return std::any_of(said_.begin(), said_.end(), [&](const Said& said) {
    if (said.alert != alert || said.IsRecall()) return false;
    const auto is_holder = [&](const SimMember& member) {
      return IdOf(member) == holder || SimRegionName(member.region) == holder;
    };
    return is_holder(said.publisher) ||
           std::any_of(said.audience.begin(), said.audience.end(), is_holder);
  });
}

const Said* TakenBack::Standing(size_t alert) const {
  const Said* standing = nullptr;
  for (const Said& said : said_) {
    if (said.alert != alert || !said.acknowledged_at || said.lost) continue;
    if (standing == nullptr || said.revision > standing->revision) standing = &said;
  }
  return standing;
}

std::string TakenBack::WhatIsMissing(const std::vector<SimRegion*>& regions) const {
  for (const Said& said : said_) {
    if (!said.acknowledged_at || said.lost) continue;
    std::string missing;
    if (said.IsRecall() && said.restored) continue;  // Who has confirmed it is not known any more.
    if (said.IsRecall()) {
      missing = MissingOfRecall(said, regions);
    } else if (said.kind == v1::STATEMENT_KIND_REVISE && Standing(said.alert) == &said &&
               !HasNobodysWord(said.alert)) {
      missing = MissingOfNarrowed(said, regions);
    }
    if (!missing.empty()) return missing;
  }
  return MissingOfNobodysWord();
}

std::string TakenBack::MissingOfNobodysWord() const {
  for (const auto& [member, handed] : handed_) {
    for (const size_t number : handed) {
      const Said& said = said_[number];
      if (!IsNobodysWord(said) || !revoked_.contains(said.publisher)) continue;
      if (WasTold(member, said) || (!said.IsContent() && !said.IsRemark())) continue;
      return absl::StrCat("P6: ", NameOf(member), " was not told that ", NameOf(said),
                          " is nobody's word");
    }
  }
  return "";
}

std::string TakenBack::MissingOfRecall(const Said& recall,
                                       const std::vector<SimRegion*>& regions) const {
  Region& origin = regions[recall.publisher.region]->flow();
  const auto opened = origin.recall_ledger().AtOrigin(recall.position);
  if (!opened.ok() || !opened->has_value()) {
    return absl::StrCat("P6: nobody is to confirm ", NameOf(recall));
  }
  const auto listed = origin.recall_ledger().HoldersOf(**opened);
  if (!listed.ok()) return absl::StrCat("P6: ", listed.status().ToString());
  std::map<std::string, v1::RecallHolder> holders;
  for (const v1::RecallHolder& holder : *listed) {
    if (!EntitledToAny(holder.holder(), recall.alert)) {
      return absl::StrCat("P6: ", NameOf(recall), " names ", holder.holder(),
                          ", for whom the alert never was");
    }
    holders[holder.holder()] = holder;
  }
  for (const SimRegion* region : regions) {
    const bool is_origin = region->index() == recall.publisher.region;
    if (!is_origin && HeldAny(region->index(), recall.alert) &&
        holders[region->name()].outcome() != v1::RECALL_OUTCOME_ERASED) {
      return absl::StrCat("P6: ", region->name(), " has not confirmed ", NameOf(recall));
    }
    for (size_t agency = 0; agency < kAgenciesPerRegion; ++agency) {
      const SimMember member{region->index(), agency};
      if (!HadAny(member, recall.alert)) continue;
      const auto holder = holders.find(IdOf(member));
      // What was withdrawn from it before is asked of it there.
      if (holder == holders.end() && WasToldAll(member, recall.alert)) continue;
      if (holder == holders.end()) {
        return absl::StrCat("P6: ", NameOf(recall), " does not name ", NameOf(member),
                            ", which had the content");
      }
      const bool confirmed = holder->second.outcome() != v1::RECALL_OUTCOME_UNSPECIFIED;
      if (!confirmed && !(silent_.contains(member) && holder->second.overdue())) {
        return absl::StrCat("P6: ", NameOf(member), " neither confirms ", NameOf(recall),
                            " nor is overdue");
      }
    }
  }
  return "";
}

// Who is left out by the revision that stands now must have been told of what it had.
std::string TakenBack::MissingOfNarrowed(const Said& standing,
                                         const std::vector<SimRegion*>& regions) const {
  for (const SimRegion* region : regions) {
    for (size_t agency = 0; agency < kAgenciesPerRegion; ++agency) {
      const SimMember member{region->index(), agency};
      const auto handed = handed_.find(member);
      if (standing.IsFor(member) || handed == handed_.end()) continue;
      for (const size_t number : handed->second) {
        const Said& said = said_[number];
        if (said.alert == standing.alert && said.IsContent() && !WasTold(member, said)) {
          return absl::StrCat("P6: ", NameOf(member), " still has ", NameOf(said), ", from which ",
                              NameOf(standing), " leaves it out");
        }
      }
    }
  }
  return "";
}

std::string TakenBack::WhatIsReadable(const std::vector<SimRegion*>& regions) const {
  for (const SimRegion* region : regions) {
    SimStore copy(region->name(), nullptr);
    std::unique_ptr<KeyStore> keys;
    for (auto at = sealed_.lower_bound({region->index(), 0});
         at != sealed_.end() && at->first.first == region->index(); ++at) {
      const Said& said = said_[at->first.second];
      const Said* standing = Standing(said.alert);
      if (standing == nullptr || standing == &said) continue;
      if (!standing->IsRecall() && standing->IsForRegion(region->index())) continue;
      if (keys == nullptr) {
        auto opened = KeysOf(*region, copy);
        if (!opened.ok()) return absl::StrCat("P6: ", opened.status().ToString());
        keys = *std::move(opened);
      }
      const Sealed& sealed = at->second;
      const auto record = DecodeRecord(sealed.lane, sealed.offset, sealed.value, *keys);
      if (record.ok() && !(*record)->erased) {
        return absl::StrCat("P6: ", region->name(), " can still open ", NameOf(said),
                            ", which was taken back");
      }
    }
  }
  return "";
}

}  // namespace corridor

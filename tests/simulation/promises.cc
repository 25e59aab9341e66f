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
  return policy_.agreements.MayHaveHeld({viewer, said.publisher.region, to}, now - kOnItsWay, now);
}

bool Promises::MustFlow(size_t viewer, const Said& said, size_t to) const {
  return policy_.agreements.HeldThroughout({viewer, said.publisher.region, to}, said.said_at,
                                           scheduler_.now());
}

bool Promises::MustReachRegion(const Said& said, size_t region) const {
  if (taken_back_.HasNobodysWord(said.alert) || HasEnded(said, scheduler_.now())) return false;
  // What it cancels is not there: perhaps it never goes there.
  if (said.IsCancel() && !TargetIsIn(region, said)) return false;
  return said.acknowledged_at && !said.lost && said.IsForRegion(region) && !said.IsRecall() &&
         !taken_back_.FromRegion(said, region) &&
         policy_.HasActiveReader(said, region, said.said_at, scheduler_.now()) &&
         MustFlow(said.publisher.region, said, region) && MustFlow(region, said, region);
}

bool Promises::MustReach(const Said& said, const SimMember& member) const {
  if (said.IsRecall() || said.lost || taken_back_.FromMember(said, member)) return false;
  if (taken_back_.HasNobodysWord(said.alert) || HasEnded(said, scheduler_.now())) return false;
  if (policy_.suspensions.MayHaveHeld(member, said.said_at, scheduler_.now())) return false;
  if (member == said.publisher) return said.acknowledged_at && !said.IsRemark();
  if (said.IsCancel() && !MayKnow(said, member)) return false;
  return said.IsFor(member) && MustReachRegion(said, member.region);
}

// Whether the member has had what is cancelled, or agreements have let it come ever since.
bool Promises::MayKnow(const Said& cancel, const SimMember& member) const {
  if (taken_back_.HadAny(member, cancel.alert)) return true;
  const Said* content = nullptr;
  for (const Said& said : said_) {
    if (said.alert == cancel.alert && said.IsContent() && said.acknowledged_at) content = &said;
  }
  return content != nullptr &&
         !policy_.suspensions.MayHaveHeld(member, content->said_at, scheduler_.now()) &&
         MustFlow(content->publisher.region, *content, member.region) &&
         MustFlow(member.region, *content, member.region);
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
  const v1::Position& position = receipt.acceptance().position();
  said.position = position;
  if (offset != known.offsets.end() &&
      !known.positions.at(said.number).contains({position.epoch(), position.offset()})) {
    Break(absl::StrCat("P2: the receipt of ", NameOf(said), " names another position"));
  }
}

void Promises::OnCommitted(SimRegion& region) {
  SeeWhoKnows(region);
  ReadNew(region);
}

void Promises::RevocationIsAsked(const SimMember& member, int64_t compromised_ms) {
  revocations_[member].compromised_ms = compromised_ms;
  for (const Said& said : said_) LookForNobodysWord(said);
}

void Promises::LookForNobodysWord(const Said& said) {
  const auto revoked = revocations_.find(said.publisher);
  if (revoked == revocations_.end() || !said.first_key || said.IsRecall()) return;
  if (said.accepted_ms == 0 || said.accepted_ms < revoked->second.compromised_ms) return;
  taken_back_.OnNobodysWord(said);
}

// What the catalog of a region says.
void Promises::SeeWhoKnows(SimRegion& region) {
  for (auto& [member, revocation] : revocations_) {
    if (revocation.known.contains(region.index())) continue;
    const std::shared_ptr<const Facts> facts = region.flow().catalog().facts();
    const std::string& id = IdentityOf(member.region).agencies[member.agency].id;
    const bool knows =
        std::any_of(facts->signing_keys.begin(), facts->signing_keys.end(), [&](const auto& key) {
          return key.second.member() == id && key.second.state() == v1::SIGNING_KEY_STATE_REVOKED;
        });
    if (!knows) continue;
    revocation.known[region.index()] = scheduler_.now();
    if (member.region == region.index()) taken_back_.OnRevoked(member);
  }
}

bool Promises::KnowsItForNobodys(size_t region, const Said& said) const {
  if (!taken_back_.IsNobodysWord(said)) return false;
  const auto& known = revocations_.at(said.publisher).known;
  const auto since = known.find(region);
  return since != known.end() && since->second + kOnItsWay < scheduler_.now();
}

void Promises::ReadNew(SimRegion& region) {
  const Journal& journal = region.flow().journal();
  Known& known = journals_[region.index()];
  known.epoch = journal.epoch();
  for (const v1::Lane lane : kLanesUrgentFirst) {
    uint64_t& read = known.read[LaneIndex(lane)];
    while (read < journal.head(lane)) {
      auto records = journal.Read(lane, read, 64, 1 << 20);
      if (!records.ok() && rotten_.contains(region.index())) break;
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
  if (record.local) {
    said_[said->number].position = record.acceptance.position();
    said_[said->number].accepted_ms =
        (record.held_acceptance ? *record.held_acceptance : record.acceptance).accept_time_ms();
    LookForNobodysWord(*said);
    known.positions[said->number].insert({said->position.epoch(), said->position.offset()});
  }
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
  CheckImport(region, *said, record.acceptance.position());
}

void Promises::CheckImport(SimRegion& region, const Said& said, const v1::Position& at_origin) {
  const auto& origin = journals_[said.publisher.region].positions;
  const auto there = origin.find(said.number);
  if (there == origin.end() || !there->second.contains({at_origin.epoch(), at_origin.offset()})) {
    return Break(absl::StrCat("P1: ", region.name(), " holds ", NameOf(said),
                              ", which its origin holds not, or elsewhere"));
  }
  // A recall goes where content may be, whatever agreements say by then; and what is
  // about an alert that is not there yet is kept until it is.
  const bool asks_policy =
      !said.IsRecall() && (said.IsContent() || TargetIsIn(region.index(), said));
  if (KnowsItForNobodys(region.index(), said)) {
    return Break(absl::StrCat("P5: ", region.name(), " stores ", NameOf(said),
                              ", whose key was in wrong hands"));
  }
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
  known.positions = before.positions;
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

struct Promises::Copy {
  absl::Duration at;
  std::set<size_t> held;  // In the journal.
  std::map<SimMember, Reader> readers;
  TakenBack::Copy taken_back;
};

std::shared_ptr<const Promises::Copy> Promises::OnCopied(const SimRegion& region) const {
  auto copy = std::make_shared<Copy>();
  copy->at = scheduler_.now();
  if (const auto journal = journals_.find(region.index()); journal != journals_.end()) {
    for (const auto& [number, offset] : journal->second.offsets) copy->held.insert(number);
  }
  for (size_t agency = 0; agency < kAgenciesPerRegion; ++agency) {
    const SimMember member{region.index(), agency};
    if (const auto reader = readers_.find(member); reader != readers_.end()) {
      copy->readers.insert(*reader);
    }
  }
  copy->taken_back = taken_back_.OnCopied(region.index());
  return copy;
}

void Promises::OnRestored(const SimRegion& region, const Copy& copy) {
  for (Said& said : said_) {
    if (said.publisher.region != region.index() || !said.acknowledged_at) continue;
    said.restored = true;
    // What an embargo held in the copy, and holds still, is there.
    const bool was_released = journals_[region.index()].offsets.contains(said.number);
    if (*said.acknowledged_at <= copy.at && !was_released) continue;
    if (!copy.held.contains(said.number)) said.lost = said.lost || !IsElsewhere(said);
  }
  for (size_t agency = 0; agency < kAgenciesPerRegion; ++agency) {
    const SimMember member{region.index(), agency};
    const auto then = copy.readers.find(member);
    Reader& reader = readers_[member];
    // What a reader has, it has; what the broker knows of it is what it knew then.
    std::set<size_t> acknowledged = std::move(reader.acknowledged);
    reader = then == copy.readers.end() ? Reader() : then->second;
    reader.acknowledged = std::move(acknowledged);
    reader.settled.clear();  // The new epoch may go back to the last that all before it were.
  }
  taken_back_.OnRestored(region.index(), copy.taken_back);
}

// Whether another region has it, and will give it back.
bool Promises::IsElsewhere(const Said& said) const {
  return std::any_of(journals_.begin(), journals_.end(), [&](const auto& journal) {
    return journal.first != said.publisher.region && journal.second.offsets.contains(said.number) &&
           !taken_back_.FromRegion(said, journal.first);
  });
}

bool Promises::HasLost(size_t alert) const {
  return std::any_of(said_.begin(), said_.end(),
                     [&](const Said& said) { return said.alert == alert && said.lost; });
}

void Promises::OnFrameSent(const FrameRoute& route, const v1::LinkFrame& frame) {
  for (const v1::LinkRecord& record : frame.records().records()) CheckSent(route, record, true);
  for (const v1::LinkRecord& record : frame.backfill().records()) CheckSent(route, record, false);
}

void Promises::CheckSent(const FrameRoute& route, const v1::LinkRecord& record, bool in_order) {
  const size_t from = IndexOf(route.from);
  const size_t to = IndexOf(route.to);
  const Said* said = Find(record.statement());
  if (said == nullptr) return Break(absl::StrCat("P9: ", route.from, " sends what nobody said"));
  if (!in_order && said->publisher.region == to) return;  // It gives back.
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
  if (KnowsItForNobodys(from, *said)) {
    return Break(absl::StrCat("P5: ", route.from, " sends ", NameOf(*said),
                              ", whose key was in wrong hands"));
  }
  if (HasEnded(*said, scheduler_.now() - kOnItsWay)) {
    return Break(absl::StrCat("P5: ", route.from, " sends ", NameOf(*said), ", which has ended"));
  }
  if (in_order && said->urgent != (route.lane == v1::LANE_URGENT)) {
    return Break(absl::StrCat("D8: ", NameOf(*said), " goes in the wrong lane"));
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
  if (KnowsItForNobodys(to.region, said)) {
    return Break(
        absl::StrCat("P5: ", NameOf(to), " gets ", NameOf(said), ", whose key was in wrong hands"));
  }
  if (HasEnded(said, scheduler_.now() - kOnItsWay)) {
    return Break(absl::StrCat("P5: ", NameOf(to), " gets ", NameOf(said), ", which has ended"));
  }
  const absl::Duration now = scheduler_.now();
  if (policy_.suspensions.HeldThroughout(to, now - kOnItsWay, now)) {
    return Break(absl::StrCat("P5: ", NameOf(to), " gets ", NameOf(said), " while suspended"));
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
  for (const auto& [member, revocation] : revocations_) {
    if (!revocation.known.contains(member.region)) continue;  // It was never answered.
    for (const SimRegion* region : regions) {
      if (revocation.known.contains(region->index())) continue;
      return absl::StrCat("P5: ", region->name(), " has not heard that the key of ", NameOf(member),
                          " is revoked");
    }
  }
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

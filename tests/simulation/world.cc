#include "tests/simulation/world.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/model/errors.h"
#include "server/journal/record_codec.h"
#include "server/storage/keyspace.h"
#include "tests/support/test_statements.h"

namespace corridor {
namespace {

// Which agency of each region is its office.
constexpr size_t kOffice = 1;
// "STATEMENT_KIND_".
constexpr size_t kKindPrefix = 15;
constexpr absl::Duration kRetryAfter = absl::Seconds(3);
constexpr absl::Duration kClockWrongMax = absl::Minutes(3);
constexpr absl::Duration kSettleMax = absl::Minutes(20);
// How long after everything has arrived it is watched for more.
constexpr absl::Duration kQuiet = absl::Seconds(20);

const std::string& IdOf(const SimMember& member) {
  return IdentityOf(member.region).agencies[member.agency].id;
}

// A record that says another time of acceptance, under a checksum that fits.
std::string RottenWithItsChecksum(const std::string& key, const std::string& written) {
  stored::StoredRecord record;
  if (!DecodeValue(key, written, record).ok()) return written;
  record.set_append_time_ms(record.append_time_ms() ^ 1);
  return EncodeValue(key, record);
}

size_t RegionsOf(const WorldOptions& options, Dice& dice) {
  const auto by_seed = static_cast<size_t>(dice.Between(2, 4));
  return options.regions == 0 ? by_seed : options.regions;
}

}  // namespace

World::World(const WorldOptions& options)
    : options_(options),
      dice_(options.seed),
      log_(options.log_lines_kept),
      scheduler_(dice_.Fork()),
      promises_(scheduler_,
                [this](const std::string& what) {
                  report_.broken = what;
                  Note(absl::StrCat("BROKEN ", what));
                  scheduler_.Stop();
                }),
      network_(scheduler_, log_, dice_.Fork(), options.defect,
               {.sent = [this](const FrameRoute& route,
                               const v1::LinkFrame& frame) { promises_.OnFrameSent(route, frame); },
                .arrives = [](const FrameRoute&, const v1::LinkFrame&) {},
                .region = [this](const std::string& name) -> Region* {
                  for (const auto& region : regions_) {
                    if (region->name() == name && region->up()) return &region->flow();
                  }
                  return nullptr;
                }}),
      salts_(dice_.Next()) {
  report_.seed = options.seed;
  report_.regions = RegionsOf(options, dice_);
  climate_ = {.partitions = dice_.Chance(0.7),
              .flapping = dice_.Chance(0.3),
              .losses = dice_.Chance(0.6),
              .crashes = dice_.Chance(0.6),
              .failing_disks = dice_.Chance(0.3),
              .stalls = dice_.Chance(0.3),
              .policy_changes = dice_.Chance(0.4),
              .lost_sessions = dice_.Chance(0.5),
              .recalls = dice_.Chance(0.6),
              .clock_jumps = dice_.Chance(0.2),
              .restores = dice_.Chance(0.2) && options.restores,
              .revocations = dice_.Chance(0.3),
              .rot = dice_.Chance(0.2),
              .endings = dice_.Chance(0.4),
              .suspensions = dice_.Chance(0.3)};
  // What operators did since the copy, they would have to do again.
  if (climate_.restores) climate_.policy_changes = climate_.clock_jumps = false;
  if (climate_.restores) climate_.revocations = climate_.rot = climate_.suspensions = false;
  // So is by which clock a key was in wrong hands.
  if (climate_.clock_jumps) climate_.revocations = climate_.endings = false;
  // By which clock an agreement begins and ends would be another question.
  if (climate_.clock_jumps) climate_.policy_changes = false;
  if (climate_.clock_jumps) promises_.DistrustClocks();
}

World::~World() {
  subscribers_.clear();
  regions_.clear();
}

WorldReport World::Run() {
  Build();
  RunScript();
  Settle();
  report_.events = log_.count();
  report_.hash = log_.hash();
  report_.statements = promises_.all().size();
  report_.imports = promises_.imports();
  report_.deliveries = promises_.deliveries();
  report_.notices = promises_.notices();
  report_.simulated = scheduler_.now();
  report_.log = log_.Tail();
  return std::move(report_);
}

void World::After(absl::Duration delay, std::function<void()> task) {
  scheduler_.world().PostAfter(delay, std::move(task));
}

void World::Fault(const std::string& kind, const std::string& what) {
  ++report_.faults[kind];
  Note(absl::StrCat("FAULT ", kind, " ", what));
}

std::vector<SimRegion*> World::Regions() const {
  std::vector<SimRegion*> regions;
  for (const auto& region : regions_) regions.push_back(region.get());
  return regions;
}

std::pair<size_t, size_t> World::AnyPair() {
  const size_t a = dice_.Below(regions_.size());
  const size_t b = dice_.Below(regions_.size() - 1);
  return {a, b < a ? b : b + 1};
}

// --- Building ----------------------------------------------------------------

void World::Build() {
  const SimRegion::Events events{
      .committed = [this](SimRegion& region) { promises_.OnCommitted(region); },
      .alarm = [this](
                   SimRegion& region,
                   const std::string& what) { Note(absl::StrCat(region.name(), " ALARM ", what)); },
      .died = [this](SimRegion& region) { Crash(region); }};
  for (size_t i = 0; i < report_.regions; ++i) {
    regions_.push_back(std::make_unique<SimRegion>(
        SimRegion::Parts{scheduler_, network_, log_, options_.defect, events}, i, report_.regions,
        dice_.Fork()));
  }
  for (const auto& region : regions_) {
    Boot(*region);
    SetUpRegion(*region);
  }
  AwaitSetUp([this] { return setting_up_ == 0; });
  for (const auto& region : regions_) {
    for (size_t agency = 0; agency < kAgenciesPerRegion; ++agency) {
      subscribers_.push_back(std::make_unique<SimSubscriber>(
          SimSubscriber::Parts{scheduler_, log_, promises_, options_.defect}, *region, agency,
          dice_.Fork()));
      subscribers_.back()->Attach();
    }
  }
  scheduler_.Advance(absl::Seconds(2));
}

void World::AwaitSetUp(const std::function<bool()>& done) {
  for (int i = 0; i < 1000 && !done(); ++i) scheduler_.Advance(absl::Milliseconds(10));
  if (!done() && report_.broken.empty()) report_.broken = "the world could not be set up";
}

void World::SetUpRegion(SimRegion& region) {
  for (const SimAgency& agency : region.identity().agencies) SetUpAgency(region, agency);
  const size_t here = region.index();
  Agree({here, here, here});
  for (size_t other = 0; other < report_.regions; ++other) {
    if (other == here) continue;
    // Now and then one side wants nothing of the other from the start.
    if (!dice_.Chance(0.05)) Agree({here, here, other});
    if (!dice_.Chance(0.05)) Agree({here, other, here});
  }
}

void World::SetUpAgency(SimRegion& region, const SimAgency& agency) {
  const Principal admin = SimOperator(region.name());
  const auto done = [this](const auto& result) {
    if (!result.ok()) report_.broken = absl::StrCat("setting up: ", result.status().ToString());
    --setting_up_;
  };
  v1::Member member;
  member.set_spiffe_id(agency.id);
  member.set_display_name("Example agency");
  member.add_countries(agency.name == "th-desk" ? "THA" : "KEN");
  member.set_type(v1::PUBLISHER_TYPE_CENTRAL_GOVERNMENT);
  v1::Grant grant;
  grant.set_principal(agency.id);
  grant.add_roles(v1::ROLE_PUBLISHER);
  grant.add_roles(v1::ROLE_IMMEDIATE_PUBLISHER);
  grant.add_roles(v1::ROLE_READER);
  if (agency.name == region.identity().agencies[kOffice].name) grant.add_roles(v1::ROLE_OFFICE);
  grant.set_publish_tlp_max(v1::TLP_RED);
  setting_up_ += 3;
  region.flow().catalog().CreateMember(admin, member, done);
  region.flow().catalog().SetGrant(admin, grant, done);
  region.flow().catalog().RegisterSigningKey(admin, agency.signer.certificate_pem, done);
}

void World::Agree(const FlowRule& rule) {
  SimRegion& region = *regions_[rule.viewer];
  v1::Agreement agreement;
  agreement.set_agreement_id(absl::StrCat("agreement-", ++agreements_made_));
  agreement.set_title("Example agreement");
  agreement.mutable_from()->set_region(SimRegionName(rule.from));
  agreement.mutable_to()->set_region(SimRegionName(rule.to));
  agreement.set_tlp_max(v1::TLP_AMBER);
  agreement.set_use(v1::USE_PURPOSE_COUNTER_TRAFFICKING);
  agreements_[rule] = agreement.agreement_id();
  promises_.policy().agreements.BeginIsAsked(rule, scheduler_.now());
  ++setting_up_;
  region.flow().catalog().CreateAgreement(
      SimOperator(region.name()), agreement,
      [this, rule](const absl::StatusOr<v1::Agreement>& created) {
        --setting_up_;
        if (created.ok()) promises_.policy().agreements.BeginIsDurable(rule, scheduler_.now());
      });
}

// --- The script --------------------------------------------------------------

void World::RunScript() {
  // What comes after takes its share, too.
  const size_t script_events = options_.events_max * 2 / 3;
  while (!scheduler_.stopped() && log_.count() < script_events) {
    Step();
    scheduler_.Advance(dice_.Chance(0.3)
                           ? dice_.Time(absl::ZeroDuration(), absl::Seconds(8))
                           : dice_.Time(absl::ZeroDuration(), absl::Milliseconds(500)));
  }
}

void World::Step() {
  const size_t roll = dice_.Below(109);
  if (roll < 50) return Publish();
  if (roll < 60 && climate_.partitions) return Partition();
  if (roll < 63 && climate_.flapping) return Flap();
  if (roll < 68) return ChangeWeather();
  if (roll < 75 && climate_.losses) return LoseConnections();
  if (roll < 80 && climate_.crashes) return Crash(AnyRegion());
  if (roll < 82 && climate_.failing_disks) return FailDisk();
  if (roll < 86 && climate_.stalls) {
    SimRegion& region = AnyRegion();
    Fault("slow disk", region.name());
    return region.StallCommits(dice_.Time(absl::Milliseconds(10), absl::Seconds(5)));
  }
  if (roll < 92 && climate_.policy_changes) return ChangePolicy();
  if (roll < 95 && climate_.lost_sessions) return LoseSession();
  if (roll < 97 && climate_.clock_jumps) return JumpClock();
  if (roll < 100 && climate_.restores) return Restore();
  if (roll < 103 && climate_.revocations) return RevokeKey();
  if (roll < 106 && climate_.rot) return RotDisk();
  if (roll < 109 && climate_.suspensions) return SuspendMember();
}

void World::Publish() {
  const SimMember publisher{dice_.Below(regions_.size()), dice_.Below(kAgenciesPerRegion)};
  for (int left = dice_.Between(1, 8); left > 0; --left) Say(publisher);
}

void World::Partition() {
  const auto [a, b] = AnyPair();
  const std::string from = SimRegionName(a);
  const std::string to = SimRegionName(b);
  const bool one_way = dice_.Chance(0.4);
  const absl::Duration time = dice_.Time(absl::Milliseconds(100), absl::Seconds(60));
  Fault(one_way ? "one-way partition" : "partition", absl::StrCat(from, " ", to));
  network_.Block(from, to);
  if (!one_way) network_.Block(to, from);
  After(time, [this, from = from, to = to] {
    Note(absl::StrCat("heals ", from, " ", to));
    network_.Unblock(from, to);
    network_.Unblock(to, from);
  });
}

void World::Flap() {
  const auto [a, b] = AnyPair();
  const std::string from = SimRegionName(a);
  const std::string to = SimRegionName(b);
  Fault("flapping", absl::StrCat(from, " ", to));
  absl::Duration at = absl::ZeroDuration();
  for (int i = 0; i < 6; ++i) {
    After(at, [this, from, to] { network_.Block(from, to); });
    at += dice_.Time(absl::Milliseconds(20), absl::Seconds(12));
    After(at, [this, from, to] { network_.Unblock(from, to); });
    at += dice_.Time(absl::Milliseconds(20), absl::Seconds(3));
  }
}

void World::ChangeWeather() {
  NetworkWeather weather;
  weather.latency_min = dice_.Time(absl::ZeroDuration(), absl::Milliseconds(50));
  weather.latency_max =
      weather.latency_min +
      dice_.Time(absl::ZeroDuration(), absl::Milliseconds(dice_.Chance(0.2) ? 5000 : 300));
  if (climate_.losses && dice_.Chance(0.3)) weather.loss_probability = 0.02;
  network_.SetWeather(weather);
}

void World::LoseConnections() {
  const auto [a, b] = AnyPair();
  const std::string from = SimRegionName(a);
  const std::string to = SimRegionName(b);
  Fault("lost connection", absl::StrCat(from, " ", to));
  dice_.Chance(0.5) ? network_.LoseOne(from, to) : network_.LoseAll(from, to);
}

void World::Crash(SimRegion& region) {
  if (!region.up()) return;
  Fault("crash", region.name());
  Stop(region);
  BootLater(region);
}

void World::Stop(SimRegion& region) {
  region.Crash(dice_.Chance(0.5));
  for (const auto& subscriber : subscribers_) {
    if (subscriber->member().region == region.index()) subscriber->Lose();
  }
}

void World::BootLater(SimRegion& region) {
  if (healing_) return Boot(region);
  After(dice_.Time(absl::Milliseconds(100), absl::Seconds(20)), [this, &region] { Boot(region); });
}

void World::Boot(SimRegion& region) {
  if (region.up() || rotten_ == &region) return;
  Note(absl::StrCat("starts ", region.name()));
  const bool is_restored = region.is_restored();
  if (const absl::Status status = region.Boot(); !status.ok()) {
    report_.broken = absl::StrCat("P1: ", region.name(), " cannot start: ", status.ToString());
    return scheduler_.Stop();
  }
  promises_.OnRebooted(region, is_restored);
  for (const auto& subscriber : subscribers_) {
    if (subscriber->member().region == region.index()) subscriber->Attach();
  }
}

void World::FailDisk() {
  SimRegion& region = AnyRegion();
  if (!region.up()) return;
  Fault("failing disk", region.name());
  region.store().FailNextSync();
}

void World::ChangePolicy() {
  const auto [a, b] = AnyPair();
  const FlowRule rule{dice_.Chance(0.5) ? a : b, a, b};
  if (!regions_[rule.viewer]->up()) return;
  if (!agreements_.contains(rule)) {
    Fault("agreement", absl::StrCat(rule.viewer, ": ", a, " to ", b));
    Agree(rule);
  } else if (promises_.policy().agreements.HoldsNow(rule)) {
    Fault("agreement ended", absl::StrCat(rule.viewer, ": ", a, " to ", b));
    EndAgreement(rule);
  }
}

void World::EndAgreement(const FlowRule& rule) {
  SimRegion& region = *regions_[rule.viewer];
  promises_.policy().agreements.EndIsAsked(rule, scheduler_.now());
  v1::EndAgreementRequest request;
  request.set_agreement_id(agreements_.at(rule));
  region.flow().catalog().EndAgreement(SimOperator(region.name()), request,
                                       [this, rule](const absl::StatusOr<v1::Agreement>& ended) {
                                         if (!ended.ok()) return;
                                         promises_.policy().agreements.EndIsDurable(
                                             rule, scheduler_.now());
                                         agreements_.erase(rule);
                                       });
}

void World::LoseSession() {
  SimSubscriber& subscriber = *subscribers_[dice_.Below(subscribers_.size())];
  Fault("lost session", SimRegionName(subscriber.member().region));
  subscriber.Lose();
}

// Someone sets it ahead, and right again later.
void World::JumpClock() {
  SimRegion& region = AnyRegion();
  Fault("clock jump", region.name());
  region.clock().SetWrongBy(dice_.Time(absl::ZeroDuration(), kClockWrongMax));
  After(dice_.Time(absl::Seconds(1), absl::Minutes(2)),
        [&region] { region.clock().SetWrongBy(absl::ZeroDuration()); });
}

void World::RevokeKey() {
  const SimMember member{dice_.Below(regions_.size()), dice_.Below(kAgenciesPerRegion)};
  SimRegion& region = *regions_[member.region];
  if (!region.up() || !revoked_.insert(member).second) return;
  const std::string& id = IdOf(member);
  v1::RevokeSigningKeyRequest request;
  for (const auto& [key_id, key] : region.flow().catalog().facts()->signing_keys) {
    if (key.member() == id) request.set_key_id(key_id);
  }
  const absl::Time since =
      region.clock().Now() - dice_.Time(absl::ZeroDuration(), absl::Minutes(1));
  request.mutable_compromised_at()->set_seconds(absl::ToUnixSeconds(since));
  Fault("revoked key", absl::StrCat(NameOf(member), " since ", absl::ToUnixSeconds(since)));
  promises_.RevocationIsAsked(member, absl::ToUnixSeconds(since) * 1000);
  const Principal op = SimOperator(region.name());
  const SimAgency& agency = region.identity().agencies[member.agency];
  region.flow().catalog().RegisterSigningKey(op, agency.spare.certificate_pem, [](const auto&) {});
  region.flow().catalog().RevokeSigningKey(op, request, [](const auto&) {});
}

// For a while.
void World::SuspendMember() {
  const SimMember member{dice_.Below(regions_.size()), dice_.Below(kAgenciesPerRegion)};
  if (!regions_[member.region]->up() || !suspended_.insert(member).second) return;
  Fault("suspended member", NameOf(member));
  promises_.policy().suspensions.BeginIsAsked(member, scheduler_.now());
  SetState(member, v1::MEMBER_STATE_SUSPENDED, [this, member] {
    promises_.policy().suspensions.BeginIsDurable(member, scheduler_.now());
  });
  After(dice_.Time(absl::Seconds(1), absl::Minutes(1)), [this, member] {
    Note(absl::StrCat("resumes ", NameOf(member)));
    promises_.policy().suspensions.EndIsAsked(member, scheduler_.now());
    Resume(member);
  });
}

// Asked again until every region knows: one that does not may still keep things from it.
void World::Resume(const SimMember& member) {
  if (resumed_.contains(member) && IsActiveEverywhere(member)) {
    resumed_.erase(member);
    promises_.policy().suspensions.EndIsDurable(member, scheduler_.now());
    suspended_.erase(member);
    return;
  }
  After(kRetryAfter, [this, member] { Resume(member); });
  if (!regions_[member.region]->up()) return;
  SetState(member, v1::MEMBER_STATE_ACTIVE, [this, member] { resumed_.insert(member); });
}

bool World::IsActiveEverywhere(const SimMember& member) const {
  return std::all_of(regions_.begin(), regions_.end(), [&](const auto& region) {
    if (!region->up()) return false;
    const std::shared_ptr<const Facts> facts = region->flow().catalog().facts();
    const v1::Member* seen = facts->FindMember(IdOf(member));
    return seen != nullptr && seen->state() == v1::MEMBER_STATE_ACTIVE;
  });
}

void World::SetState(const SimMember& member, v1::MemberState state, std::function<void()> done) {
  Catalog& catalog = regions_[member.region]->flow().catalog();
  absl::StatusOr<v1::Member> present = catalog.GetMember(IdOf(member));
  if (!present.ok()) return;
  present->set_state(state);
  catalog.UpdateMember(SimOperator(SimRegionName(member.region)), *std::move(present),
                       [done = std::move(done)](const absl::StatusOr<v1::Member>& updated) {
                         if (updated.ok()) done();
                       });
}

// A stopped machine's disk: a byte of a record, or of a mark, turns over.
void World::RotDisk() {
  SimRegion& region = AnyRegion();
  if (!region.up() || rotten_ != nullptr) return;
  Stop(region);
  std::vector<std::string> keys;
  const std::string prefix = dice_.Chance(0.8) ? "r/" : "m/";
  for (auto at = region.disk().lower_bound(prefix);
       at != region.disk().end() && at->first.rfind(prefix, 0) == 0; ++at) {
    keys.push_back(at->first);
  }
  if (keys.empty()) return BootLater(region);
  Rot rot{.region = &region, .key = dice_.Pick(keys)};
  rot.written = rot.rotten = region.disk().find(rot.key)->second;
  rot.rotten[dice_.Below(rot.rotten.size())] ^= static_cast<char>(1 << dice_.Below(8));
  if (options_.defect != nullptr && options_.defect->OverlooksRot(region.name())) {
    rot.rotten = RottenWithItsChecksum(rot.key, rot.written);
  }
  Fault("rot", absl::StrCat(region.name(), prefix == "r/" ? " record" : " mark"));
  region.store().Overwrite(rot.key, rot.rotten);
  rotten_ = &region;
  promises_.OnRot(region.index());
  After(dice_.Time(absl::Milliseconds(100), absl::Seconds(10)), [this, rot] { BootRotten(rot); });
}

// It starts and serves what it can read, or says that it cannot.
void World::BootRotten(const Rot& rot) {
  SimRegion& region = *rot.region;
  const absl::Status started = region.Boot();
  Note(absl::StrCat(region.name(), " starts on what rotted: ", started.ToString()));
  if (started.ok()) {
    for (const auto& subscriber : subscribers_) {
      if (subscriber->member().region == region.index()) subscriber->Attach();
    }
  }
  After(dice_.Time(absl::Seconds(1), absl::Seconds(20)), [this, rot] { MendRot(rot); });
}

void World::MendRot(const Rot& rot) {
  SimRegion& region = *rot.region;
  if (const std::string what = WhatRotDoes(rot); !what.empty() && report_.broken.empty()) {
    report_.broken = absl::StrCat("P9: ", region.name(), " ", what);
    return scheduler_.Stop();
  }
  Stop(region);
  // Where the broker has written it anew meanwhile, that holds.
  const auto now = region.disk().find(rot.key);
  if (now != region.disk().end() && now->second == rot.rotten) {
    region.store().Overwrite(rot.key, rot.written);
  }
  rotten_ = nullptr;
  promises_.OnMended(region.index());
  Boot(region);
}

// Empty: it was noticed.
std::string World::WhatRotDoes(const Rot& rot) {
  SimRegion& region = *rot.region;
  if (!region.up()) return "";
  if (rot.key[0] == 'm') return "starts on a mark that rotted";
  const auto lane = static_cast<v1::Lane>(rot.key[2]);
  const uint64_t offset = ParseKeyNumber(std::string_view(rot.key).substr(3));
  const auto record = region.flow().journal().At(lane, offset);
  if (ReasonOf(record.status()) == v1::ERROR_REASON_RECORD_CORRUPT) return "";
  return absl::StrCat("reads a record that rotted: ", record.status().ToString());
}

// A backup is made, and put in place some time later: once in a world.
void World::Restore() {
  SimRegion& region = AnyRegion();
  if (!region.up() || std::exchange(restoring_, true)) return;
  Fault("backup", region.name());
  After(dice_.Time(absl::Seconds(5), absl::Minutes(1)),
        [this, &region, store = region.CopyDisk().store, copy = promises_.OnCopied(region)] {
          RestoreFrom(region, store, *copy);
        });
}

void World::RestoreFrom(SimRegion& region, const SimStore::Pairs& store,
                        const Promises::Copy& copy) {
  Fault("restore", region.name());
  Stop(region);
  if (const absl::Status begun = region.RestoreStore(store); !begun.ok()) {
    report_.broken = absl::StrCat("P1: ", region.name(), " cannot be restored: ", begun.ToString());
    return scheduler_.Stop();
  }
  promises_.OnRestored(region, copy);
  BootLater(region);
  Reconcile(region);
}

void World::Reconcile(SimRegion& restored) {
  for (const auto& region : regions_) {
    if (!region->up() || region.get() == &restored) continue;
    v1::ReconcileLinkRequest request;
    request.set_peer_region(restored.name());
    region->flow().OnLinks([op = SimOperator(region->name()), request](LinkAdministration& links) {
      links.Reconcile(op, request, [&links, op, request](const auto& found) mutable {
        if (!found.ok() || found->forgotten().empty()) return;
        request.set_confirm(true);
        links.Reconcile(op, request, [](const auto&) {});
      });
    });
  }
  After(dice_.Time(absl::Seconds(2), absl::Seconds(8)), [this, &restored] { Reconcile(restored); });
}

// --- Publishing --------------------------------------------------------------

void World::Say(const SimMember& publisher) {
  Said said;
  said.publisher = publisher;
  said.said_at = scheduler_.now();
  v1::StatementBody body;
  v1::StatementRouting routing;
  const Said* before = dice_.Chance(0.4) ? AnyToFollow(publisher) : nullptr;
  if (before != nullptr) {
    said.alert = before->alert;
    said.revision = before->revision + 1;
    const bool is_open = before->IsContent();
    const size_t roll = dice_.Below(20);
    if (climate_.recalls && (roll < 5 || !is_open)) {
      Recall(*before, said, body);
    } else if (!is_open) {
      return;
    } else if (roll < 7) {
      Cancel(*before, said, body);
    } else {
      Revise(*before, said, body, routing);
    }
  } else if (!dice_.Chance(0.1) || !Remark(publisher, said, body, routing)) {
    Issue(publisher, said, body, routing);
  }
  said.routing = routing;
  ++report_.spoken[v1::StatementKind_Name(said.kind).substr(kKindPrefix)];
  const SimMember& speaker = said.publisher;
  const SimAgency& agency = IdentityOf(speaker.region).agencies[speaker.agency];
  said.first_key = !revoked_.contains(speaker);
  said.statement = Sign(body, routing, (said.first_key ? agency.signer : agency.spare).key, salts_);
  Submit(promises_.Says(std::move(said)));
}

const Said* World::AnyToFollow(const SimMember& publisher) {
  if (promises_.all().empty()) return nullptr;
  const Said& any = promises_.all()[dice_.Below(promises_.all().size())];
  if (any.publisher != publisher) return nullptr;
  const Said* newest = promises_.NewestOf(any.alert);
  // What is known of the office may be a recall that was refused: the alert is not its own.
  if (newest == nullptr || newest->publisher != publisher) return nullptr;
  if (!newest->acknowledged_at || newest->IsRecall()) return nullptr;
  if (promises_.HasLost(newest->alert)) return nullptr;
  // One that an embargo holds is let alone.
  return newest->position.epoch() != 0 ? newest : nullptr;
}

void World::Issue(const SimMember& publisher, Said& said, v1::StatementBody& body,
                  v1::StatementRouting& routing) {
  said.kind = v1::STATEMENT_KIND_ISSUE;
  said.alert = ++alerts_;
  said.revision = 1;
  body = ExampleIssue(IdOf(publisher), said.alert, NextNumber());
  said.urgent = dice_.Chance(0.2);
  if (said.urgent) body.set_urgency(v1::URGENCY_IMMEDIATE);
  ChooseAudience(said, routing);
  if (climate_.endings && dice_.Chance(0.2)) {
    const absl::Time end =
        StartOfWorlds() + scheduler_.now() + dice_.Time(absl::Seconds(1), absl::Seconds(90));
    body.mutable_valid_until()->set_seconds(absl::ToUnixSeconds(end) + 1);
    said.ends_at = absl::FromUnixSeconds(body.valid_until().seconds()) - StartOfWorlds();
    return;
  }
  if (!dice_.Chance(0.1)) return;
  // Under an embargo.
  said.release_at = scheduler_.now() + dice_.Time(absl::Seconds(1), absl::Minutes(1));
  const absl::Time release = StartOfWorlds() + *said.release_at;
  routing.mutable_release_not_before()->set_seconds(absl::ToUnixSeconds(release) + 1);
  body.clear_published_at();
}

void World::Revise(const Said& before, Said& said, v1::StatementBody& body,
                   v1::StatementRouting& routing) {
  said.kind = v1::STATEMENT_KIND_REVISE;
  body = ExampleRevise(IdOf(said.publisher), said.alert, said.revision, NextNumber());
  said.urgent = dice_.Chance(0.2);
  if (said.urgent) body.set_urgency(v1::URGENCY_IMMEDIATE);
  routing = before.routing;
  routing.clear_release_not_before();
  said.audience = before.audience;
  if (climate_.recalls && dice_.Chance(0.25)) Narrow(said, routing);
}

void World::Cancel(const Said& before, Said& said, v1::StatementBody& body) {
  said.kind = v1::STATEMENT_KIND_CANCEL;
  body = ExampleCancel(IdOf(said.publisher), said.alert, said.revision, NextNumber());
  said.audience = before.audience;
  for (const Said& other : promises_.all()) {
    if (other.alert == said.alert) said.wider.insert(other.audience.begin(), other.audience.end());
  }
}

// Now and then by the region's office, for a publisher who cannot.
void World::Recall(const Said& before, Said& said, v1::StatementBody& body) {
  said.kind = v1::STATEMENT_KIND_RECALL;
  said.urgent = true;
  const SimMember owner = before.publisher;
  if (owner.agency != kOffice && dice_.Chance(0.2)) said.publisher.agency = kOffice;
  body = ExampleRecall(IdOf(said.publisher), said.alert, said.revision, NextNumber());
  if (said.publisher != owner) body.mutable_recall()->set_on_behalf_of(IdOf(owner));
  for (const Said& other : promises_.all()) {
    if (other.alert != said.alert) continue;
    said.wider.insert(other.audience.begin(), other.audience.end());
    if (other.IsRemark()) body.set_alert_id(ExampleId("remark", other.number + 1));
  }
}

// About somebody else's alert, to its publisher.
bool World::Remark(const SimMember& publisher, Said& said, v1::StatementBody& body,
                   v1::StatementRouting& routing) {
  if (promises_.all().empty()) return false;
  const Said& target = promises_.all()[dice_.Below(promises_.all().size())];
  if (target.publisher == publisher || target.kind != v1::STATEMENT_KIND_ISSUE) return false;
  if (!target.audience.contains(publisher)) return false;
  const bool sighting = dice_.Chance(0.5);
  said.kind = sighting ? v1::STATEMENT_KIND_SIGHTING : v1::STATEMENT_KIND_RESPONSE;
  said.alert = ++alerts_;
  said.target = target.alert;
  said.revision = 1;
  said.audience = {target.publisher};
  const auto& make = sighting ? ExampleSighting : ExampleResponse;
  body = make(IdOf(publisher), IdOf(target.publisher), target.alert, NextNumber());
  routing = RoutingToPublisher();
  return true;
}

void World::ChooseAudience(Said& said, v1::StatementRouting& routing) {
  std::set<SimMember> everyone;
  for (size_t region = 0; region < regions_.size(); ++region) {
    for (size_t agency = 0; agency < kAgenciesPerRegion; ++agency) {
      everyone.insert({region, agency});
    }
  }
  const size_t roll = dice_.Below(10);
  if (roll < 5) {
    routing = RoutingToAll();
    said.audience = everyone;
    return;
  }
  if (roll < 8) {
    routing = RoutingToRegions({SimRegionName(said.publisher.region)});
    const size_t other = dice_.Below(regions_.size());
    if (other != said.publisher.region) {
      routing.mutable_audience()->mutable_regions()->add_regions(SimRegionName(other));
    }
    for (const SimMember& member : everyone) {
      if (member.region == other || member.region == said.publisher.region) {
        said.audience.insert(member);
      }
    }
    return;
  }
  routing = RoutingToMembers({});
  for (const SimMember& member : everyone) {
    // One of its own region always: an audience may not be empty.
    if (member.region != said.publisher.region && !dice_.Chance(0.4)) continue;
    said.audience.insert(member);
    routing.mutable_audience()->mutable_organisations()->add_members(IdOf(member));
  }
}

// Leaves out one member, or a whole region; the publisher's own region stays.
void World::Narrow(Said& said, v1::StatementRouting& routing) {
  std::vector<SimMember> others;
  for (const SimMember& member : said.audience) {
    if (member.region != said.publisher.region) others.push_back(member);
  }
  if (others.empty()) return;
  const SimMember out = dice_.Pick(others);
  const bool whole_region = dice_.Chance(0.5);
  std::erase_if(said.audience, [&](const SimMember& member) {
    return member == out || (whole_region && member.region == out.region);
  });
  routing = RoutingToMembers({});
  for (const SimMember& member : said.audience) {
    routing.mutable_audience()->mutable_organisations()->add_members(IdOf(member));
  }
}

bool World::MayBeRefused(const Said& said, v1::ErrorReason reason) const {
  // Nobody else may have it by the agreements of now.
  if (reason == v1::ERROR_REASON_AUDIENCE_EMPTY) return true;
  // Its key is revoked, or its next one not registered yet.
  if (reason == v1::ERROR_REASON_SIGNING_KEY_REVOKED ||
      reason == v1::ERROR_REASON_SIGNING_KEY_UNKNOWN) {
    return revoked_.contains(said.publisher);
  }
  if (reason == v1::ERROR_REASON_MEMBER_SUSPENDED) {
    return promises_.policy().suspensions.MayHaveHeld(said.publisher, said.said_at,
                                                      scheduler_.now());
  }
  if (reason == v1::ERROR_REASON_RECORD_CORRUPT) return climate_.rot;
  if (reason == v1::ERROR_REASON_VALIDITY) return said.ends_at.has_value();
  if (reason == v1::ERROR_REASON_ALERT_UNKNOWN) return promises_.HasLost(said.alert);
  // The alert was closed by its office meanwhile.
  return reason == v1::ERROR_REASON_REVISION_CONFLICT || reason == v1::ERROR_REASON_ALERT_CLOSED
             ? promises_.NewestOf(said.alert) != nullptr
             : false;
}

void World::Submit(Said& said) {
  if (said.acknowledged_at || said.refused || scheduler_.stopped()) return;
  SimRegion& region = *regions_[said.publisher.region];
  // Whoever gets no answer asks again: the id stays the same.
  After(kRetryAfter, [this, &said] { Submit(said); });
  if (!region.up()) return;
  Note(absl::StrCat(region.name(), " says ", NameOf(said)));
  const SimAgency& agency = region.identity().agencies[said.publisher.agency];
  region.flow().intake().Accept(
      PrincipalOf(agency.id), said.statement,
      [this, &said](const absl::StatusOr<v1::Receipt>& receipt) {
        if (receipt.ok()) return promises_.OnAcknowledged(said, *receipt);
        const v1::ErrorReason reason = ReasonOf(receipt.status());
        Note(absl::StrCat("no receipt for ", said.number, ": ", ReasonName(reason)));
        said.refused = reason != v1::ERROR_REASON_OUTCOME_UNKNOWN &&
                       reason != v1::ERROR_REASON_QUOTA && reason != v1::ERROR_REASON_NOT_READY;
        if (said.refused && report_.broken.empty() && !MayBeRefused(said, reason)) {
          report_.broken = absl::StrCat("refused: ", receipt.status().ToString());
          scheduler_.Stop();
        }
      });
}

// --- The end -----------------------------------------------------------------

void World::Settle() {
  healing_ = true;
  Note("all heals");
  network_.UnblockAll();
  network_.SetWeather({});
  for (const auto& region : regions_) region->clock().SetWrongBy(absl::ZeroDuration());
  for (const auto& region : regions_) Boot(*region);
  for (const auto& subscriber : subscribers_) subscriber->BecomePatient();
  const absl::Duration until = scheduler_.now() + kSettleMax;
  // First what the script has still in store.
  scheduler_.Advance(absl::Minutes(2));
  while (!scheduler_.stopped() && scheduler_.now() < until && !promises_.Complete(Regions())) {
    scheduler_.Advance(absl::Seconds(5));
  }
  scheduler_.Advance(kQuiet);
  if (!scheduler_.stopped()) promises_.CheckEnd(Regions());
}

WorldReport RunWorld(const WorldOptions& options) { return World(options).Run(); }

}  // namespace corridor

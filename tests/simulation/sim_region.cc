#include "tests/simulation/sim_region.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/gate/gate.h"
#include "core/model/errors.h"
#include "server/journal/journal_state.h"
#include "tests/support/test_statements.h"

namespace corridor {
namespace {

constexpr absl::Duration kConfirmWithin = absl::Minutes(2);

// Pure, and slow to make.
const Gate& SharedGate() {
  static const Gate& gate = *new Gate(DefaultGatePolicy());
  return gate;
}

}  // namespace

absl::Time StartOfWorlds() {
  return absl::FromUnixSeconds(kExamplePublishedSeconds) + absl::Hours(1);
}

SimRegion::SimRegion(Parts parts, size_t index, size_t regions, Dice dice)
    : parts_(std::move(parts)),
      index_(index),
      regions_(regions),
      identity_(IdentityOf(index)),
      store_(identity_.region, parts_.defect),
      key_store_(identity_.region, parts_.defect, SimStore::Holds::kPayloadKeys),
      recalled_(identity_.region, nullptr),
      clock_(parts_.scheduler, StartOfWorlds(), dice.Time(absl::ZeroDuration(), absl::Hours(90))),
      random_(dice.Next()),
      flow_queue_(parts_.scheduler, 1),
      commit_queue_(parts_.scheduler, 1),
      intake_queue_(parts_.scheduler, 2) {
  commit_queue_.AfterEachTask([this] {
    if (up()) parts_.events.committed(*this);
  });
  transport_ = parts_.network.TransportOf(name());
  parts_.network.AddRegion(
      name(), [this](const std::string& from, v1::Lane, std::shared_ptr<LinkStream> stream) {
        return up() ? flow_->AcceptLink(from, std::move(stream)) : nullptr;
      });
}

SimRegion::~SimRegion() { Crash(false); }

absl::Status SimRegion::Boot() {
  Region::Options options;
  options.region = name();
  options.broker = identity_.pki.SpiffeIdOf("/broker/b1");
  options.acceptance_chain_pem = identity_.broker.certificate_pem;
  options.version = "simulated";
  options.payload_keys = {.block_keys = 32, .low_water_keys = 8};
  options.recall_confirm_within = kConfirmWithin;
  for (size_t i = 0; i < regions_; ++i) {
    // Some pairs dial from both sides, some from one.
    if (i != index_) options.peers.push_back({SimRegionName(i), i < index_ || (i + index_) % 2});
  }
  auto region = Region::Open({.store = store_,
                              .key_store = key_store_,
                              .head_marker = marker_,
                              .recalled = &recalled_,
                              .flow = flow_queue_,
                              .commit = commit_queue_,
                              .intake = intake_queue_,
                              .upkeep = intake_queue_,
                              .clock = clock_,
                              .random = random_,
                              .acceptance_key = identity_.broker.key,
                              .gate = SharedGate(),
                              .transport = *transport_,
                              .verify_key = VerifierOf(regions_),
                              .observer = *this},
                             std::move(options));
  if (!region.ok()) return region.status();
  flow_ = *std::move(region);
  is_restored_ = false;
  ++boots_;
  flow_->Start();
  return absl::OkStatus();
}

void SimRegion::Crash(bool keep_unsynced) {
  if (!up()) return;
  parts_.network.Vanish(name());
  for (SimQueue* queue : {&flow_queue_, &commit_queue_, &intake_queue_}) queue->DropAll();
  flow_.reset();
  for (SimQueue* queue : {&flow_queue_, &commit_queue_, &intake_queue_}) queue->DropAll();
  store_.Crash(keep_unsynced);
  key_store_.Crash(keep_unsynced);
  recalled_.Crash(keep_unsynced);
}

absl::Status SimRegion::RestoreStore(SimStore::Pairs copy) {
  store_.Replace(std::move(copy));
  is_restored_ = true;
  return BeginRestoredJournal(store_, marker_, random_, name()).status();
}

void SimRegion::OnLinkState(const std::string& peer, v1::Lane lane, v1::LinkState state,
                            const std::string& detail) {
  parts_.log.Add(parts_.scheduler.now(),
                 absl::StrCat(name(), " link ", peer, " ", v1::Lane_Name(lane), " ",
                              v1::LinkState_Name(state), " ", detail));
}

void SimRegion::OnLinkAlarm(const std::string& peer, v1::Lane lane, v1::ErrorReason reason,
                            const std::string& detail) {
  parts_.events.alarm(*this, absl::StrCat("link ", peer, " ", v1::Lane_Name(lane), " ",
                                          ReasonName(reason), " ", detail));
}

void SimRegion::OnDamage(const absl::Status& status) {
  parts_.events.alarm(*this, absl::StrCat("damage ", status.ToString()));
}

void SimRegion::OnStorageFailed(const absl::Status& status) {
  parts_.log.Add(parts_.scheduler.now(), absl::StrCat(name(), " dies: ", status.ToString()));
  parts_.scheduler.world().Post([this, boots = boots_] {
    if (up() && boots_ == boots) parts_.events.died(*this);
  });
}

}  // namespace corridor

#include "server/broker/dispatch.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace corridor {
namespace {

constexpr size_t kRecordsPerRead = 64;

}  // namespace

Dispatch::Dispatch(Parts parts)
    : parts_(std::move(parts)), self_(std::make_shared<Dispatch*>(this)) {}

Dispatch::~Dispatch() { *self_ = nullptr; }

void Dispatch::Add(Outlet& outlet, std::shared_ptr<const Recipient> recipient) {
  const auto [served, is_new] = outlets_.try_emplace(&outlet);
  if (is_new) served->second.turn = ++turns_;
  served->second.recipient = std::move(recipient);
  for (v1::Lane lane : kLanesUrgentFirst) OnWanted(outlet, lane);
}

void Dispatch::Remove(Outlet& outlet) {
  outlets_.erase(&outlet);
  for (v1::Lane lane : kLanesUrgentFirst) {
    waiting_.erase({&outlet, lane});
    awaiting_disclosure_.erase({&outlet, lane});
  }
}

void Dispatch::Wake() {
  for (auto& [outlet, served] : outlets_) {
    for (v1::Lane lane : kLanesUrgentFirst) waiting_.insert({outlet, lane});
  }
  Schedule();
}

void Dispatch::OnWanted(Outlet& outlet, v1::Lane lane) {
  if (!outlets_.contains(&outlet)) return;
  waiting_.insert({&outlet, lane});
  Schedule();
}

void Dispatch::Schedule() {
  if (scheduled_ || waiting_.empty()) return;
  scheduled_ = true;
  parts_.flow.Post([self = self_] {
    if (*self != nullptr) (*self)->ServeWaiting();
  });
}

void Dispatch::ServeWaiting() {
  scheduled_ = false;
  const std::vector<Key> round = InTurn(std::exchange(waiting_, {}));
  for (v1::Lane lane : kLanesUrgentFirst) {
    for (const Key& key : round) {
      if (key.second != lane || awaiting_disclosure_.contains(key)) continue;
      auto found = outlets_.find(key.first);
      if (found == outlets_.end()) continue;
      const std::shared_ptr<const Recipient> recipient = found->second.recipient;
      if (ServeOnce(*key.first, *recipient, lane)) waiting_.insert(key);
    }
  }
  Schedule();
}

std::vector<Dispatch::Key> Dispatch::InTurn(const std::set<Key>& keys) const {
  std::vector<std::pair<uint64_t, Key>> turns;
  for (const Key& key : keys) {
    const auto found = outlets_.find(key.first);
    if (found != outlets_.end()) turns.emplace_back(found->second.turn, key);
  }
  std::sort(turns.begin(), turns.end());
  std::vector<Key> in_turn;
  in_turn.reserve(turns.size());
  for (const auto& [turn, key] : turns) in_turn.push_back(key);
  return in_turn;
}

bool Dispatch::ServeOnce(Outlet& outlet, const Recipient& recipient, v1::Lane lane) {
  const OutletDemand demand = outlet.Demand(lane);
  if (!demand.wants()) return false;
  auto records = parts_.journal.Read(lane, demand.after, std::min(demand.records, kRecordsPerRead),
                                     demand.bytes);
  if (!records.ok()) {
    parts_.on_damage(records.status());
    return false;
  }
  const std::shared_ptr<const Facts> facts = parts_.catalog.facts();
  uint64_t after = demand.after;
  for (const RecordPtr& record : *records) {
    auto in_context = InContext(parts_.journal, record);
    if (!in_context.ok()) {
      parts_.on_damage(in_context.status());
      return false;
    }
    if (!HandOrSkip(outlet, recipient, facts, *in_context, after)) {
      return !awaiting_disclosure_.contains({&outlet, lane}) && outlet.Demand(lane).wants();
    }
    after = record->offset;
  }
  return !records->empty();
}

bool Dispatch::HandOrSkip(Outlet& outlet, const Recipient& recipient,
                          const std::shared_ptr<const Facts>& facts,
                          const RecordInContext& in_context, uint64_t after) {
  const Record& record = *in_context.record;
  if (!recipient.MayHave(*facts, in_context, parts_.clock.Now())) {
    return outlet.Skip(record.lane, after, record.offset);
  }
  if (!Disclosed({&outlet, record.lane}, recipient, facts, record.offset)) return false;
  // Asked last: see DisclosureLedger.
  if (!StillServed(parts_.journal, *record.statement)) {
    return outlet.Skip(record.lane, after, record.offset);
  }
  return outlet.Hand({.lane = record.lane,
                      .after = after,
                      .offset = record.offset,
                      .statement = record.statement,
                      .acceptance = record.acceptance,
                      .gate = record.gate,
                      .held_acceptance = record.held_acceptance});
}

bool Dispatch::Disclosed(const Key& key, const Recipient& recipient,
                         const std::shared_ptr<const Facts>& facts, uint64_t offset) {
  if (parts_.disclosures.Covers(recipient.holder(), key.second, offset, facts->generation)) {
    return true;
  }
  awaiting_disclosure_.insert(key);
  parts_.disclosures.Cover(recipient.holder(), key.second, offset, facts,
                           [&flow = parts_.flow, key, self = self_](const absl::Status&) {
                             flow.Post([key, self] {
                               if (*self == nullptr) return;
                               (*self)->awaiting_disclosure_.erase(key);
                               (*self)->OnWanted(*key.first, key.second);
                             });
                           });
  return false;
}

}  // namespace corridor

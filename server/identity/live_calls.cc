#include "server/identity/live_calls.h"

#include <utility>

#include "core/base/status_macros.h"

namespace corridor {

class LiveCalls::Listing {
 public:
  Listing(std::shared_ptr<State> state, uint64_t id) : state_(std::move(state)), id_(id) {}
  ~Listing() {
    Entry gone;  // What it holds goes outside the lock.
    absl::MutexLock lock(&state_->mutex);
    auto found = state_->entries.find(id_);
    if (found == state_->entries.end()) return;
    gone = std::move(found->second);
    state_->entries.erase(found);
    const auto open = state_->open.find(gone.call.peer.principal.spiffe_id);
    if (open != state_->open.end() && --open->second == 0) state_->open.erase(open);
  }
  Listing(const Listing&) = delete;
  Listing& operator=(const Listing&) = delete;

 private:
  const std::shared_ptr<State> state_;
  const uint64_t id_;
};

LiveCalls::LiveCalls(const CallJudge& judge, const Clock& clock, QuotaKeeper& quotas,
                     CutObserver observer)
    : judge_(judge), clock_(clock), quotas_(quotas), observer_(std::move(observer)) {}

absl::StatusOr<LiveCalls::Place> LiveCalls::Add(std::string method, std::string peer_address,
                                                std::string chain_pem, Cut cut) {
  Entry entry{.call = {.method = std::move(method),
                       .peer_address = std::move(peer_address),
                       .chain_pem = std::move(chain_pem),
                       .opened = clock_.Now()},
              .cut = std::move(cut)};
  uint64_t id;
  {
    absl::MutexLock lock(&state_->mutex);
    id = state_->next_id++;
    entry.call.id = id;
    state_->entries[id] = entry;
  }
  auto place = std::make_shared<Listing>(state_, id);
  // Only now: what changes from here on is seen by a review.
  ASSIGN_OR_RETURN(AdmittedPeer peer, judge_.Judge(entry.call.method, entry.call.chain_pem));
  absl::Status quota;
  {
    absl::MutexLock lock(&state_->mutex);
    size_t& open = state_->open[peer.principal.spiffe_id];
    quota = quotas_.CheckSessions(peer.principal, open);
    ++open;
    state_->entries[id].call.peer = std::move(peer);
  }
  if (!quota.ok()) return quota;
  return place;
}

std::vector<LiveCalls::Entry> LiveCalls::Copy() const {
  std::vector<Entry> entries;
  absl::MutexLock lock(&state_->mutex);
  entries.reserve(state_->entries.size());
  for (const auto& [id, entry] : state_->entries) entries.push_back(entry);
  return entries;
}

void LiveCalls::Review() {
  for (const Entry& entry : Copy()) {
    auto peer = judge_.Judge(entry.call.method, entry.call.chain_pem);
    if (peer.ok()) continue;
    CutOff(entry, peer.status());
  }
}

void LiveCalls::CutOff(const Entry& entry, const absl::Status& why) {
  {
    absl::MutexLock lock(&state_->mutex);
    auto found = state_->entries.find(entry.call.id);
    if (found != state_->entries.end()) found->second.was_cut = true;
  }
  entry.cut(why);
  if (!entry.was_cut) observer_(entry.call, why);
}

std::vector<LiveCalls::Call> LiveCalls::List(uint64_t after, size_t max) const {
  std::vector<Call> calls;
  absl::MutexLock lock(&state_->mutex);
  for (auto it = state_->entries.upper_bound(after);
       it != state_->entries.end() && calls.size() < max; ++it) {
    calls.push_back(it->second.call);
  }
  return calls;
}

size_t LiveCalls::End(absl::FunctionRef<bool(const Call&)> which, const absl::Status& why) {
  size_t ended = 0;
  for (const Entry& entry : Copy()) {
    if (!which(entry.call)) continue;
    CutOff(entry, why);
    ++ended;
  }
  return ended;
}

}  // namespace corridor

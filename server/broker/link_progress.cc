#include "server/broker/link_progress.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/clock.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

constexpr size_t kReadBytesMax = 4 << 20;
constexpr char kOtherRules[] = "others";

}  // namespace

void LinkProgress::Load(const std::string& peer, v1::Lane lane, Lane& state) const {
  state.loaded = true;
  const auto saved = parts_.store.Get(PeerPersistedKey(peer, lane, parts_.journal.epoch()));
  if (!saved.ok()) return parts_.on_damage(saved.status());
  if (saved->has_value()) state.persisted = state.saved = ParseKeyNumber(**saved);
  state.examined = state.counted = state.persisted;
}

void LinkProgress::Save(const std::string& peer, v1::Lane lane, Lane& state) {
  if (state.saved == state.persisted) return;
  state.saved = state.persisted;
  std::vector<BatchPart> parts;
  parts.push_back(
      PutPart(PeerPersistedKey(peer, lane, parts_.journal.epoch()), KeyNumber(state.persisted)));
  parts_.journal.Commit(std::move(parts), [](const absl::Status&) {});
}

void LinkProgress::Look(const std::string& peer, const v1::LinkLaneStatus& status) {
  Lane& state = lanes_[{peer, status.lane()}];
  if (!state.loaded) Load(peer, status.lane(), state);
  // Before a greeting the link knows nothing of the peer's mark.
  const bool known = status.state() == v1::LINK_STATE_UP || status.persisted_offset() > 0;
  if (known) state.persisted = status.persisted_offset();
  const uint64_t generation = parts_.catalog.facts()->generation;
  if (state.persisted < state.saved || generation != state.generation) {
    // The peer holds less than it did, or others may have what it lacks.
    state.examined = state.persisted;
    state.waiting.clear();
    state.generation = generation;
  }
  state.examined = std::max(state.examined, state.persisted);
  while (!state.waiting.empty() && state.waiting.front().offset <= state.persisted) {
    state.waiting.pop_front();
  }
  DropEnded(state);
  Examine(peer, status.lane(), state);
  Save(peer, status.lane(), state);
}

void LinkProgress::Examine(const std::string& peer, v1::Lane lane, Lane& state) {
  if (state.examined >= parts_.journal.head(lane) || state.waiting.size() >= kWaitingMax) return;
  const auto records = parts_.journal.Read(lane, state.examined, kRecordsPerLook, kReadBytesMax);
  if (!records.ok()) return parts_.on_damage(records.status());
  const std::shared_ptr<const Facts> facts = parts_.catalog.facts();
  const RegionRecipient recipient(peer, parts_.recalls, parts_.interests);
  for (const RecordPtr& record : *records) {
    state.examined = record->offset;
    const auto in_context = InContext(parts_.journal, record);
    if (!in_context.ok()) return parts_.on_damage(in_context.status());
    if (record->local)
      Note(state, *record, recipient.Decide(*facts, *in_context, parts_.clock.Now()));
  }
}

// What ended to hold before it was sent waits no more.
void LinkProgress::DropEnded(Lane& state) const {
  const int64_t now_ms = ToMillis(parts_.clock.Now());
  if (now_ms < state.next_end_ms) return;
  state.next_end_ms = std::numeric_limits<int64_t>::max();
  std::erase_if(state.waiting, [now_ms](const Waiting& one) { return one.end_ms <= now_ms; });
  for (const Waiting& one : state.waiting) {
    state.next_end_ms = std::min(state.next_end_ms, one.end_ms);
  }
}

void LinkProgress::Note(Lane& state, const Record& record, const Decision& decision) {
  if (decision.allowed) {
    const v1::StatementBody& body = record.statement->body;
    const int64_t end_ms = body.has_valid_until() ? body.valid_until().seconds() * 1000
                                                  : std::numeric_limits<int64_t>::max();
    state.waiting.push_back({record.offset, record.append_time_ms, end_ms});
    state.next_end_ms = std::min(state.next_end_ms, end_ms);
    return;
  }
  if (record.offset <= state.counted) return;
  state.counted = record.offset;
  const bool known =
      state.withheld.contains(decision.rule) || state.withheld.size() < kRulesMax - 1;
  ++state.withheld[known ? decision.rule : kOtherRules];
}

void LinkProgress::Describe(const std::string& peer, v1::LinkLaneStatus& status) const {
  const auto found = lanes_.find({peer, status.lane()});
  if (found == lanes_.end()) return;
  const Lane& state = found->second;
  status.set_persisted_offset(std::max(status.persisted_offset(), state.persisted));
  status.set_lag_records(state.waiting.size());
  if (!state.waiting.empty()) {
    status.set_lag_ms(
        std::max<int64_t>(1, ToMillis(parts_.clock.Now()) - state.waiting.front().since_ms));
  }
  for (const auto& [rule, records] : state.withheld) {
    v1::WithheldCount& count = *status.add_withheld_by_rule();
    count.set_rule(rule);
    count.set_records(records);
  }
}

uint64_t LinkProgress::WaitingBefore(const std::string& peer, v1::Lane lane,
                                     uint64_t offset) const {
  const auto found = lanes_.find({peer, lane});
  if (found == lanes_.end()) return 0;
  const std::deque<Waiting>& waiting = found->second.waiting;
  return static_cast<uint64_t>(
      std::count_if(waiting.begin(), waiting.end(),
                    [offset](const Waiting& one) { return one.offset < offset; }));
}

uint64_t LinkProgress::PersistedBy(const std::string& peer, v1::Lane lane) const {
  const auto found = lanes_.find({peer, lane});
  return found == lanes_.end() ? 0 : found->second.persisted;
}

}  // namespace corridor

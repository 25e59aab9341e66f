#include "server/broker/backfill_source.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/base/clock.h"
#include "server/delivery/outlet.h"
#include "server/journal/offset_before.h"
#include "server/link/link_values.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

constexpr size_t kRecordsPerSlice = 64;
constexpr size_t kFrameBytesMax = 64 * 1024;

// Whether a journal that went on from those incarnations still has what stood there.
bool StillHas(const v1::LinkReturn& what, const v1::Position& position) {
  for (const v1::LinkIncarnation& kept : what.have()) {
    if (kept.epoch() == position.epoch()) return position.offset() <= kept.head_offset();
  }
  return false;
}

}  // namespace

BackfillSource::BackfillSource(Parts parts)
    : parts_(std::move(parts)), self_(std::make_shared<BackfillSource*>(this)) {}

BackfillSource::~BackfillSource() { *self_ = nullptr; }

Task BackfillSource::Later(std::string name) const {
  return [self = self_, name = std::move(name)] {
    if (*self != nullptr) (*self)->Go(name);
  };
}

void BackfillSource::OnAsk(const std::string& peer, const v1::LinkAsk& ask) {
  if (peers_[peer].jobs.size() >= kJobsMax) return;
  peers_[peer].jobs.push_back(JobFor(peer, ask));
  Go(peer);
}

BackfillSource::Job BackfillSource::JobFor(const std::string& peer, const v1::LinkAsk& ask) const {
  Job job{.ask_id = ask.ask_id(), .wanted = [](const Record&) { return true; }};
  if (ask.has_offsets()) {
    const bool urgent = ask.offsets().lane() == v1::LANE_URGENT;
    const v1::Lane lane = urgent ? v1::LANE_URGENT : v1::LANE_ROUTINE;
    std::set<uint64_t> offsets;
    for (int i = 0; i < std::min(ask.offsets().offsets_size(), kOffsetsMax); ++i) {
      offsets.insert(ask.offsets().offsets(i));
    }
    for (const uint64_t offset : offsets) {
      if (offset != 0) job.stretches.push_back({lane, offset - 1, offset});
    }
    return job;
  }
  for (const v1::Lane each : kLanesUrgentFirst) {
    const uint64_t head = parts_.journal.head(each);
    const uint64_t through = ask.has_return_mine() ? head : std::min(head, ask.snapshot_through());
    job.stretches.push_back({each, 0, through});
  }
  if (!ask.has_return_mine()) return job;
  job.returns = true;
  job.wanted = [peer, mine = ask.return_mine()](const Record& record) {
    const v1::Position& position = record.acceptance.position();
    return position.region() == peer && !StillHas(mine, position);
  };
  return job;
}

void BackfillSource::OnUp(const std::string& peer) {
  Peer& state = peers_[peer];
  state.up = true;
  AddReachingBack(peer, state);
  Go(peer);
}

void BackfillSource::OnDown(const std::string& peer) { peers_[peer] = Peer{}; }

void BackfillSource::OnFactsChanged() {
  for (auto& [name, peer] : peers_) {
    if (!peer.up) continue;
    AddReachingBack(name, peer);
    Go(name);
  }
}

// What an agreement lets the peer have that was passed by before the agreement was there.
void BackfillSource::AddReachingBack(const std::string& name, Peer& peer) {
  const std::shared_ptr<const Facts> facts = parts_.catalog.facts();
  for (const auto& entry : facts->agreements) {
    const std::string& id = entry.first;  // No binding: a lambda takes it.
    const v1::Agreement& agreement = entry.second;
    const bool concerns = agreement.state() == v1::AGREEMENT_STATE_ACTIVE &&
                          agreement.from().region() == parts_.region &&
                          agreement.to().region() == name;
    const bool under_way = std::any_of(peer.jobs.begin(), peer.jobs.end(),
                                       [&](const Job& job) { return job.agreement == id; });
    if (!concerns || under_way) continue;
    const auto done = parts_.store.Get(BackfillKey(name, id));
    if (!done.ok() || done->has_value()) continue;
    const int64_t since_ms = agreement.applies_from().seconds() * 1000;
    Job job{.wanted =
                [since_ms](const Record& record) {
                  return record.acceptance.accept_time_ms() >= since_ms;
                },
            .agreement = id};
    for (const v1::Lane lane : kLanesUrgentFirst) {
      const auto before = OffsetBefore(parts_.journal, lane, since_ms);
      if (!before.ok()) return parts_.on_damage(before.status());
      job.stretches.push_back({lane, *before, parts_.journal.head(lane)});
    }
    peer.jobs.push_back(std::move(job));
  }
}

void BackfillSource::Go(const std::string& name) {
  Peer& peer = peers_[name];
  if (!peer.up || peer.sent || peer.covering || peer.jobs.empty()) return;
  if (Work(name, peer) == Step::kOn) parts_.flow.Post(Later(name));
}

BackfillSource::Step BackfillSource::Work(const std::string& name, Peer& peer) {
  Job& job = peer.jobs.front();
  v1::LinkBackfill frame;
  if (GatherSlice(name, job, frame) == Step::kWait) return Step::kWait;
  frame.set_last(job.stretches.empty());
  if (frame.records().empty() && !frame.last()) return Step::kOn;
  frame.set_ask_id(job.ask_id);
  frame.set_sequence(++peer.sequence);
  v1::LinkFrame out;
  *out.mutable_backfill() = std::move(frame);
  peer.sent = parts_.send(name, v1::LANE_ROUTINE, std::move(out));
  return Step::kWait;
}

BackfillSource::Step BackfillSource::GatherSlice(const std::string& name, Job& job,
                                                 v1::LinkBackfill& frame) {
  for (size_t looked_at = 0; !job.stretches.empty() && looked_at < kRecordsPerSlice;) {
    Stretch& stretch = job.stretches.front();
    const auto records = parts_.journal.Read(stretch.lane, stretch.after,
                                             kRecordsPerSlice - looked_at, kFrameBytesMax);
    if (!records.ok()) parts_.on_damage(records.status());
    if (!records.ok() || records->empty() || records->front()->offset > stretch.through) {
      job.stretches.pop_front();
      continue;
    }
    for (const RecordPtr& record : *records) {
      if (record->offset > stretch.through) break;
      const Step step = Gather(name, job, record, frame);
      if (step != Step::kOn) return step;
      stretch.after = record->offset;
      ++looked_at;
    }
  }
  return Step::kOn;
}

BackfillSource::Step BackfillSource::Gather(const std::string& name, const Job& job,
                                            const RecordPtr& record, v1::LinkBackfill& frame) {
  if (!job.wanted(*record)) return Step::kOn;
  const auto in_context = InContext(parts_.journal, record);
  if (!in_context.ok()) {
    parts_.on_damage(in_context.status());
    return Step::kOn;
  }
  if (!MayHave(name, job, *in_context)) return Step::kOn;
  const std::shared_ptr<const Facts> facts = parts_.catalog.facts();
  const bool covered = job.returns || parts_.disclosures.Covers(name, record->lane, record->offset,
                                                                facts->generation);
  if (!covered || frame.ByteSizeLong() >= kFrameBytesMax) {
    if (!frame.records().empty()) return Step::kFull;
    Cover(name, *record, facts);
    return Step::kWait;
  }
  // Asked last: see DisclosureLedger.
  if (!StillServed(parts_.journal, *record->statement)) return Step::kOn;
  *frame.add_records() = LinkRecordOf(*record);
  return Step::kOn;
}

void BackfillSource::Cover(const std::string& name, const Record& record,
                           std::shared_ptr<const Facts> facts) {
  peers_[name].covering = true;
  parts_.disclosures.Cover(name, record.lane, record.offset, std::move(facts),
                           [&flow = parts_.flow, self = self_, name](const absl::Status&) {
                             flow.Post([self, name] {
                               if (*self == nullptr) return;
                               (*self)->peers_[name].covering = false;
                               (*self)->Go(name);
                             });
                           });
}

// A region may have back whatever was its own.
bool BackfillSource::MayHave(const std::string& name, const Job& job,
                             const RecordInContext& record) const {
  if (job.returns) return !record.withdrawn;
  return RegionRecipient(name, parts_.recalls, parts_.interests)
      .MayHave(*parts_.catalog.facts(), record, parts_.clock.Now());
}

void BackfillSource::OnTaken(const std::string& peer, const v1::LinkBackfillTaken& taken) {
  Peer& state = peers_[peer];
  if (!state.sent || taken.sequence() != state.sequence || state.jobs.empty()) return;
  state.sent = false;
  if (state.jobs.front().stretches.empty()) {
    Finish(peer, state.jobs.front());
    state.jobs.pop_front();
  }
  Go(peer);
}

void BackfillSource::Finish(const std::string& name, const Job& job) {
  if (job.agreement.empty()) return;
  std::vector<BatchPart> parts;
  parts.push_back(PutPart(BackfillKey(name, job.agreement), ""));
  parts_.journal.Commit(std::move(parts), [](const absl::Status&) {});
}

}  // namespace corridor

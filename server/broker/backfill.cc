#include "server/broker/backfill.h"

#include <vector>

#include "core/model/errors.h"

namespace corridor {
namespace {

absl::Status LinkIsDown() {
  return Error(v1::ERROR_REASON_NOT_READY,
               "the link is not up, or its peer speaks an older protocol; see the link's status");
}

}  // namespace

Backfill::Backfill(Parts parts)
    : parts_(std::move(parts)), self_(std::make_shared<Backfill*>(this)) {}

Backfill::~Backfill() { *self_ = nullptr; }

void Backfill::Ask(const std::string& peer, v1::Lane lane, v1::LinkAsk what, Done done) {
  const uint64_t id = ++last_id_;
  what.set_ask_id(id);
  v1::LinkFrame frame;
  *frame.mutable_ask() = std::move(what);
  if (!parts_.send(peer, lane, std::move(frame))) return done(LinkIsDown());
  pending_.emplace(id, Pending{{peer, lane}, {}, std::move(done)});
}

void Backfill::OnBackfill(const std::string& peer, v1::Lane lane, v1::LinkBackfill backfill) {
  const bool last = backfill.last();
  parts_.peer_intake.AcceptBackfill(
      peer, lane, std::move(backfill),
      [&flow = parts_.flow, self = self_, where = PeerLane(peer, lane),
       last](v1::LinkBackfillTaken taken) {
        flow.Post([self, where, last, taken = std::move(taken)] {
          if (*self != nullptr) (*self)->Taken(where, last, taken);
        });
      });
}

void Backfill::Taken(const PeerLane& where, bool last, const v1::LinkBackfillTaken& taken) {
  v1::LinkFrame frame;
  *frame.mutable_backfill_taken() = taken;
  parts_.send(where.first, where.second, std::move(frame));
  const auto found = pending_.find(taken.ask_id());
  if (found == pending_.end() || found->second.where != where) return;
  v1::BackfillReport& report = found->second.report;
  report.set_added(report.added() + taken.added());
  report.set_known(report.known() + taken.known());
  report.set_refused(report.refused() + taken.refused());
  report.set_parked(report.parked() + taken.parked());
  if (!last) return;
  report.set_complete(true);
  Pending ended = std::move(found->second);
  pending_.erase(found);
  ended.done(std::move(ended.report));
}

void Backfill::OnDown(const std::string& peer, v1::Lane lane) {
  std::vector<Pending> ended;
  for (auto it = pending_.begin(); it != pending_.end();) {
    const bool concerned = it->second.where == PeerLane(peer, lane);
    if (concerned) ended.push_back(std::move(it->second));
    it = concerned ? pending_.erase(it) : std::next(it);
  }
  for (Pending& one : ended) one.done(LinkIsDown());
}

}  // namespace corridor

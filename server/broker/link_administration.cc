#include "server/broker/link_administration.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/model/errors.h"
#include "google/protobuf/util/time_util.h"
#include "server/broker/backfill_source.h"
#include "server/catalog/paging.h"
#include "server/journal/refusals.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

using google::protobuf::util::TimeUtil;

absl::Status Wrong(const char* field, const char* what) {
  return InvalidFields({{field, v1::ERROR_REASON_REQUEST_INVALID, what}});
}

absl::StatusOr<Refusal> AfterToken(std::string_view token) {
  Refusal after;
  if (token.empty()) return after;
  const size_t half = KeyNumber(0).size();
  if (token.size() != 2 * half) return WrongPageToken();
  const uint64_t lane = ParseKeyNumber(token);
  if (lane > v1::Lane_MAX) return WrongPageToken();
  after.lane = static_cast<v1::Lane>(lane);
  after.offset = ParseKeyNumber(token.substr(half));
  return after;
}

std::string TokenAfter(const Refusal& last) {
  return PageTokenAfter(KeyNumber(static_cast<uint64_t>(last.lane)) + KeyNumber(last.offset));
}

v1::RefusedRecord Described(const Refusal& refusal, const std::string& origin) {
  v1::RefusedRecord said;
  said.mutable_position()->set_region(origin);
  said.mutable_position()->set_epoch(refusal.epoch);
  said.mutable_position()->set_offset(refusal.offset);
  said.set_lane(refusal.lane);
  said.set_digest(refusal.digest);
  said.set_reason(refusal.reason);
  said.set_rule(refusal.rule);
  *said.mutable_time() = TimeUtil::MillisecondsToTimestamp(refusal.time_ms);
  return said;
}

}  // namespace

LinkAdministration::LinkAdministration(Parts parts)
    : parts_(std::move(parts)), self_(std::make_shared<LinkAdministration*>(this)) {}

LinkAdministration::~LinkAdministration() { *self_ = nullptr; }

absl::Status LinkAdministration::Open() {
  const std::string prefix = PausedLinkKeyPrefix();
  ASSIGN_OR_RETURN(const std::vector<KeyValue> pairs,
                   parts_.store.Scan(PrefixRange(prefix), std::numeric_limits<size_t>::max(),
                                     ScanOrder::kAscending));
  for (const KeyValue& pair : pairs) {
    std::string_view rest = std::string_view(pair.key).substr(prefix.size());
    std::string peer;
    if (!TakeKeyText(rest, peer)) continue;
    if (RegionLink* link = parts_.link(peer)) link->SetPaused(true);
  }
  return absl::OkStatus();
}

absl::StatusOr<RegionLink*> LinkAdministration::Find(const std::string& peer) const {
  RegionLink* link = parts_.link(peer);
  if (link != nullptr) return link;
  return Error(v1::ERROR_REASON_NOT_FOUND,
               "no such region is linked; the configuration names those that are");
}

void LinkAdministration::Audited(const Principal& actor, const std::string& peer,
                                 const std::string& act, std::vector<BatchPart> parts,
                                 absl::AnyInvocable<void(absl::Status)> next) {
  v1::AuditEntry entry;
  entry.set_actor(actor.spiffe_id);
  entry.set_act(v1::AUDIT_ACT_LINK);
  entry.set_object(peer);
  entry.set_rule(act);
  parts.push_back(parts_.audit(std::move(entry)));
  parts_.journal.Commit(std::move(parts), [&flow = parts_.flow, self = self_,
                                           next = std::move(next)](absl::Status status) mutable {
    flow.Post([self, status = std::move(status), next = std::move(next)]() mutable {
      if (*self != nullptr) next(status);
    });
  });
}

void LinkAdministration::SetPaused(const Principal& actor, const std::string& peer, bool paused,
                                   Done<v1::LinkStatus> done) {
  const auto link = Find(peer);
  if (!link.ok()) return done(link.status());
  std::vector<BatchPart> parts;
  parts.push_back(paused ? PutPart(PausedLinkKey(peer), "") : DeletePart(PausedLinkKey(peer)));
  Audited(actor, peer, paused ? "pause" : "resume", std::move(parts),
          [link = *link, paused, done = std::move(done)](const absl::Status& written) mutable {
            if (!written.ok()) return done(written);
            link->SetPaused(paused);
            done(link->Status());
          });
}

// Answers once, with what is known by then.
LinkAdministration::Done<v1::BackfillReport> LinkAdministration::Patiently(
    Done<v1::BackfillReport> done) {
  auto once = std::make_shared<Done<v1::BackfillReport>>(std::move(done));
  const auto answer = [once](absl::StatusOr<v1::BackfillReport> report) {
    if (*once != nullptr) std::exchange(*once, nullptr)(std::move(report));
  };
  parts_.flow.PostAfter(kPatience, [answer] { answer(v1::BackfillReport()); });
  return answer;
}

void LinkAdministration::AskPatiently(const std::string& peer, v1::LinkAsk ask,
                                      Done<v1::BackfillReport> done) {
  parts_.backfill.Ask(peer, v1::LANE_ROUTINE, std::move(ask), Patiently(std::move(done)));
}

// All below what comes by itself.
v1::LinkAsk LinkAdministration::SnapshotOf(const RegionLink& link) const {
  v1::LinkAsk ask;
  ask.set_snapshot_through(link.HeldThrough());
  return ask;
}

void LinkAdministration::AcceptGap(const Principal& actor, const v1::AcceptLinkGapRequest& request,
                                   Done<v1::BackfillReport> done) {
  const auto link = Find(request.peer_region());
  if (!link.ok()) return done(link.status());
  if (request.lane() != v1::LANE_ROUTINE && request.lane() != v1::LANE_URGENT) {
    return done(Wrong("lane", "must be ROUTINE or URGENT: the one that stands still"));
  }
  Audited(actor, request.peer_region(), "accept-gap", {},
          [this, link = *link, request, done = std::move(done)](absl::Status status) mutable {
            const uint64_t through = link->GapThrough(request.lane());
            if (status.ok()) status = link->AcceptGap(request.lane());
            if (!status.ok()) return done(status);
            if (request.without_snapshot()) {
              v1::BackfillReport report;
              report.set_complete(true);
              return done(report);
            }
            v1::LinkAsk ask = SnapshotOf(*link);
            ask.set_snapshot_through(std::max(ask.snapshot_through(), through));
            AskPatiently(request.peer_region(), std::move(ask), std::move(done));
          });
}

void LinkAdministration::AskAgain(const Principal& actor, const v1::AskAgainRequest& request,
                                  Done<v1::BackfillReport> done) {
  const auto link = Find(request.peer_region());
  if (!link.ok()) return done(link.status());
  if (request.offsets_size() > BackfillSource::kOffsetsMax) {
    return done(Wrong("offsets", "holds too many; give at most 1,024"));
  }
  Audited(actor, request.peer_region(), "ask-again", {},
          [this, link = *link, request, done = std::move(done)](absl::Status status) mutable {
            if (!status.ok()) return done(status);
            v1::LinkAsk ask = SnapshotOf(*link);
            if (!request.offsets().empty()) {
              *ask.mutable_offsets()->mutable_offsets() = request.offsets();
              ask.mutable_offsets()->set_lane(request.lane());
            }
            AskPatiently(request.peer_region(), std::move(ask), std::move(done));
          });
}

v1::ReconcileLinkResponse LinkAdministration::Finding(const RegionLink& link) const {
  v1::ReconcileLinkResponse found;
  bool peer_must = false;
  for (const v1::Lane lane : kLanesUrgentFirst) {
    peer_must = peer_must || link.PeerMustReconcile(lane);
    if (!link.AdoptableMark(lane)) continue;
    v1::ForgottenMark& forgotten = *found.add_forgotten();
    forgotten.set_lane(lane);
    forgotten.set_epoch(link.HeldMark(lane).epoch);
    forgotten.set_offset(link.HeldMark(lane).offset);
  }
  std::string& finding = *found.mutable_finding();
  if (!found.forgotten().empty()) {
    absl::StrAppend(&finding,
                    "The peer's journal is another one than that of which we hold a part: our "
                    "marks start anew, and it sends what we may have. ");
  }
  if (peer_must) {
    absl::StrAppend(&finding,
                    "The peer holds a part of another journal of ours: its operator must reconcile "
                    "too, and it gives back what we lack. ");
  } else if (parts_.recovery.IsDue(link.peer_region())) {
    absl::StrAppend(&finding, "The peer has not given back all that we lack. ");
  }
  return found;
}

void LinkAdministration::Reconcile(const Principal& actor, const v1::ReconcileLinkRequest& request,
                                   Done<v1::ReconcileLinkResponse> done) {
  const auto link = Find(request.peer_region());
  if (!link.ok()) return done(link.status());
  v1::ReconcileLinkResponse found = Finding(**link);
  if (!request.confirm()) return done(std::move(found));
  Audited(actor, request.peer_region(),
          request.without_peer() ? "reconcile-without-peer" : "reconcile", {},
          [this, actor, request, found = std::move(found),
           done = std::move(done)](const absl::Status& status) mutable {
            if (!status.ok()) return done(status);
            if (!request.without_peer()) {
              return Confirmed(request.peer_region(), std::move(found), std::move(done));
            }
            parts_.recovery.GiveUp(request.peer_region(), actor.spiffe_id,
                                   [found = std::move(found),
                                    done = std::move(done)](const absl::Status& given_up) mutable {
                                     if (!given_up.ok()) return done(given_up);
                                     found.set_confirmed(true);
                                     done(std::move(found));
                                   });
          });
}

void LinkAdministration::Confirmed(const std::string& peer, v1::ReconcileLinkResponse found,
                                   Done<v1::ReconcileLinkResponse> done) {
  found.set_confirmed(true);
  Adopt(peer, found,
        [this, peer, found, done = std::move(done)](const absl::Status& adopted) mutable {
          if (!adopted.ok()) return done(adopted);
          parts_.link(peer)->DialNow();
          parts_.recovery.Require(peer,
                                  Patiently([found = std::move(found), done = std::move(done)](
                                                absl::StatusOr<v1::BackfillReport> report) mutable {
                                    if (!report.ok()) return done(report.status());
                                    *found.mutable_returned() = *std::move(report);
                                    done(std::move(found));
                                  }));
        });
}

// Both lanes, one after the other; the streams go on from there.
void LinkAdministration::Adopt(const std::string& peer, const v1::ReconcileLinkResponse& found,
                               absl::AnyInvocable<void(absl::Status)> done) {
  if (found.forgotten().empty()) return done(absl::OkStatus());
  v1::ReconcileLinkResponse rest = found;
  const v1::Lane lane = rest.forgotten(rest.forgotten_size() - 1).lane();
  rest.mutable_forgotten()->RemoveLast();
  const std::optional<PeerPosition> mark = parts_.link(peer)->AdoptableMark(lane);
  if (!mark) return Adopt(peer, rest, std::move(done));
  parts_.journal.MoveMark(
      peer, mark->epoch, lane, mark->offset, {},
      [&flow = parts_.flow, self = self_, peer, rest = std::move(rest),
       done = std::move(done)](const absl::Status& moved) mutable {
        flow.Post([self, peer, rest = std::move(rest), moved, done = std::move(done)]() mutable {
          if (*self == nullptr) return;
          if (!moved.ok()) return done(moved);
          (*self)->Adopt(peer, rest, std::move(done));
        });
      });
}

absl::StatusOr<v1::ListRefusedRecordsResponse> LinkAdministration::ListRefused(
    const v1::ListRefusedRecordsRequest& request) const {
  ASSIGN_OR_RETURN(const PageRequest wanted,
                   ReadPageRequest(request.page_size(), request.page_token()));
  ASSIGN_OR_RETURN(const Refusal after, AfterToken(wanted.after));
  ASSIGN_OR_RETURN(const std::vector<Refusal> refusals,
                   ListRefusedHere(parts_.store, request.peer_region(), after, wanted.size + 1));
  v1::ListRefusedRecordsResponse page;
  for (size_t i = 0; i < std::min(wanted.size, refusals.size()); ++i) {
    *page.add_records() = Described(refusals[i], request.peer_region());
  }
  if (refusals.size() > wanted.size) {
    page.set_next_page_token(TokenAfter(refusals[wanted.size - 1]));
  }
  return page;
}

}  // namespace corridor

#ifndef CORRIDOR_SERVER_BROKER_PEER_INTAKE_H_
#define CORRIDOR_SERVER_BROKER_PEER_INTAKE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/base/executor.h"
#include "core/gate/gate.h"
#include "server/audit/audit_log.h"
#include "server/broker/directory_check.h"
#include "server/broker/peer_examination.h"
#include "server/broker/recall_planner.h"
#include "server/broker/strand.h"
#include "server/broker/verdict_observer.h"
#include "server/catalog/catalog.h"
#include "server/journal/disclosure_ledger.h"
#include "server/journal/eraser.h"
#include "server/journal/journal.h"
#include "server/journal/parking_lot.h"
#include "server/journal/recall_ledger.h"
#include "server/journal/refusals.h"
#include "server/link/region_link.h"

namespace corridor {

// The way in for what a peer region sends: the same gate and policy as for our
// own publishers, and beside them the proof that a broker of the origin accepted
// it. A region trusts its neighbour's publishers' signatures, not its
// neighbour's judgement.
//
// Called on the flow executor; the work of one (origin, lane) is done in order,
// on the intake executor, and answers come on the commit thread or there.
class PeerIntake final : public Inbox {
 public:
  // All must outlive this.
  struct Parts {
    std::string region;
    // The broker's own SPIFFE ID, for audit entries.
    std::string actor;
    const Store& store;
    Journal& journal;
    Catalog& catalog;
    AuditLog& audit;
    const RecallPlanner& planner;
    Eraser& eraser;
    ParkingLot& parking;
    RecallLedger& recalls;
    DisclosureLedger& disclosures;
    const Gate& gate;
    Executor& intake;
    const Clock& clock;
    RegionKeyVerifier verify_key;
    // Whether the disk has room for more content. Where it has not, what is not urgent is
    // tried again later; the urgent lane is taken, because recalls come there, in order.
    std::function<absl::Status()> room;
    VerdictObserver on_verdict;
    // There is more that a peer has to erase. On the commit thread.
    std::function<void()> on_recalls_changed;
    // A record that was parked is refused for good. On the commit thread.
    std::function<void(const PeerRecordPlace&, const v1::LinkRefused&)> on_parked_refused;
  };
  using Answer = absl::AnyInvocable<void(InboxOutcome)>;

  // How long a record may wait for what it lacks.
  static constexpr absl::Duration kParkedMax = absl::Minutes(10);

  explicit PeerIntake(Parts parts);

  void Accept(Delivery delivery, Answer done) override;
  void MoveMark(const std::string& origin, v1::Lane lane, const PeerPosition& mark,
                absl::AnyInvocable<void(absl::Status)> done) override;
  void TakeOverDirectory(const std::string& origin, v1::SignedDirectory directory,
                         absl::AnyInvocable<void(absl::StatusOr<uint64_t>)> done) override;
  PeerPosition MarkOf(const std::string& origin, v1::Lane lane) const override;

  // Statements outside the order of a lane: of `origin`, or, where it gives them back,
  // of this region. Answers when each is decided, durably. What finds no room now is
  // tried again until it does.
  using Taken = absl::AnyInvocable<void(v1::LinkBackfillTaken)>;
  void AcceptBackfill(const std::string& origin, v1::Lane lane, v1::LinkBackfill backfill,
                      Taken done);

  // Passes through the queues and executors that a record of that lane passes, up to the
  // committer, and writes nothing.
  void PassCanary(const std::string& origin, v1::Lane lane,
                  absl::AnyInvocable<void(absl::Status)> done);

  // What was refused here of `origin`, at most `limit`, and it has not noted yet; and it has one.
  absl::StatusOr<std::vector<Refusal>> UntoldRefusals(const std::string& origin, v1::Lane lane,
                                                      size_t limit) const;
  void OnRefusalNoted(const std::string& origin, v1::Lane lane, const v1::LinkRefusedNoted& noted);

  // Judges again what is parked: call every few seconds, and when facts have changed.
  void ReviewParked();

 private:
  // What is made of one record.
  struct Case {
    PeerRecordPlace place;
    // The region that sent it: `place.origin`, or the one that gives it back.
    std::string sender;
    std::shared_ptr<const v1::LinkRecord> record;
    std::string digest;
    uint64_t mark_epoch = 0;
    uint64_t mark_after = 0;  // 0: it comes outside the order of the lane.
    bool returned = false;
    std::shared_ptr<const ParkedRecord> parked;  // Null: it comes from the link.
    std::shared_ptr<Answer> done;
  };

  void Decide(Case what);
  void Append(Case what, AcceptedStatement accepted);
  bool MustWaitForRoom(const Case& what, const ParsedStatement& statement) const;
  void Refuse(const Case& what, const absl::Status& why);
  void Park(const Case& what, const absl::Status& why);
  // Writes what `parts` say, with the mark where it moves, then answers with `outcome`.
  void Close(const Case& what, std::vector<BatchPart> parts, InboxOutcome outcome);
  bool MustGiveUp(const Case& what) const;
  void CoverReturned(const Case& what);
  void TakeBackReturned(const Case& what, std::shared_ptr<const ParsedStatement> statement);
  bool LacksTarget(const Case& what, const ParsedStatement& statement) const;
  std::vector<BatchPart> OnRepeat(const Case& what, const ParsedStatement& statement) const;
  void BackfillNext(const std::string& origin, v1::Lane lane,
                    std::shared_ptr<v1::LinkBackfill> backfill, int next,
                    v1::LinkBackfillTaken taken, std::shared_ptr<Taken> done);
  v1::AuditEntry EntryOf(const Case& what) const;
  Strand& StrandOf(const std::string& origin, v1::Lane lane);

  Parts parts_;
  const PeerExamination examination_;
  std::map<std::pair<std::string, v1::Lane>, std::unique_ptr<Strand>> strands_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_PEER_INTAKE_H_

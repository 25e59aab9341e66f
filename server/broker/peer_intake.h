#ifndef CORRIDOR_SERVER_BROKER_PEER_INTAKE_H_
#define CORRIDOR_SERVER_BROKER_PEER_INTAKE_H_

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "core/base/clock.h"
#include "core/base/executor.h"
#include "core/gate/gate.h"
#include "core/model/facts.h"
#include "server/audit/audit_log.h"
#include "server/broker/directory_check.h"
#include "server/broker/strand.h"
#include "server/broker/verdict_observer.h"
#include "server/catalog/catalog.h"
#include "server/journal/journal.h"
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
    Journal& journal;
    Catalog& catalog;
    AuditLog& audit;
    const Gate& gate;
    Executor& intake;
    const Clock& clock;
    RegionKeyVerifier verify_key;
    VerdictObserver on_verdict;
  };
  using Answer = absl::AnyInvocable<void(InboxOutcome)>;

  explicit PeerIntake(Parts parts);

  void Accept(Delivery delivery, Answer done) override;
  void MoveMark(const std::string& origin, v1::Lane lane, const PeerPosition& mark,
                absl::AnyInvocable<void(absl::Status)> done) override;
  void TakeOverDirectory(const std::string& origin, v1::SignedDirectory directory,
                         absl::AnyInvocable<void(absl::StatusOr<uint64_t>)> done) override;
  PeerPosition MarkOf(const std::string& origin, v1::Lane lane) const override;

 private:
  void AcceptNow(const Delivery& delivery, Answer done);
  absl::StatusOr<AcceptedStatement> Examine(const std::string& origin, const Facts& facts,
                                            const v1::LinkRecord& record, absl::Time now);
  void Refuse(const Delivery& delivery, const std::string& digest, const absl::Status& why,
              Answer done);
  v1::AuditEntry EntryOf(const Delivery& delivery, const std::string& digest) const;
  Strand& StrandOf(const std::string& origin, v1::Lane lane);

  Parts parts_;
  std::map<std::pair<std::string, v1::Lane>, std::unique_ptr<Strand>> strands_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_PEER_INTAKE_H_

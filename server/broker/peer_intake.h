#ifndef CORRIDOR_SERVER_BROKER_PEER_INTAKE_H_
#define CORRIDOR_SERVER_BROKER_PEER_INTAKE_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "core/base/clock.h"
#include "core/base/executor.h"
#include "core/gate/gate.h"
#include "core/model/facts.h"
#include "server/audit/audit_log.h"
#include "server/broker/strand.h"
#include "server/catalog/catalog.h"
#include "server/journal/journal.h"
#include "server/link/region_link.h"

namespace corridor {

// A certificate chain of a region, verified against that region's own roots.
struct VerifiedKey {
  std::string spiffe_id;
  std::string public_key;  // Raw Ed25519, 32 bytes.
  absl::Time not_before;
  absl::Time not_after;
};
// UNAUTHENTICATED when the chain is not one of `region` for signing at `time`.
using RegionKeyVerifier = std::function<absl::StatusOr<VerifiedKey>(
    const std::string& region, const std::string& chain_pem, absl::Time time)>;

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
  };
  explicit PeerIntake(Parts parts);

  void Accept(const std::string& origin, v1::Lane lane, v1::LinkRecord record, uint64_t mark_after,
              InboxAnswer done) override;
  void MoveMark(const std::string& origin, uint64_t epoch, v1::Lane lane, uint64_t offset,
                absl::AnyInvocable<void(absl::Status)> done) override;
  void TakeOverDirectory(const std::string& origin, v1::SignedDirectory directory,
                         absl::AnyInvocable<void(absl::StatusOr<uint64_t>)> done) override;
  Journal::Mark MarkOf(const std::string& origin, v1::Lane lane) const override;

 private:
  void AcceptNow(const std::string& origin, v1::LinkRecord record, uint64_t mark_after,
                 InboxAnswer done);
  absl::StatusOr<AcceptedStatement> Examine(const std::string& origin, const Facts& facts,
                                            const v1::LinkRecord& record, absl::Time now);
  void Refuse(const std::string& origin, const v1::Acceptance& acceptance,
              const std::string& digest, uint64_t mark_after, const absl::Status& why,
              InboxAnswer done);
  v1::AuditEntry EntryOf(const std::string& origin, const v1::Acceptance& acceptance,
                         const std::string& digest) const;
  Strand& StrandOf(const std::string& origin, v1::Lane lane);

  Parts parts_;
  std::map<std::pair<std::string, v1::Lane>, std::unique_ptr<Strand>> strands_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_PEER_INTAKE_H_

#ifndef CORRIDOR_SERVER_BROKER_INTAKE_H_
#define CORRIDOR_SERVER_BROKER_INTAKE_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/base/executor.h"
#include "core/crypto/verified_roots.h"
#include "core/gate/gate.h"
#include "core/model/facts.h"
#include "core/model/principal.h"
#include "corridor/v1/publisher.pb.h"
#include "server/audit/audit_log.h"
#include "server/broker/batch_audiences.h"
#include "server/broker/recall_planner.h"
#include "server/broker/verdict_observer.h"
#include "server/catalog/catalog.h"
#include "server/journal/eraser.h"
#include "server/journal/journal.h"

namespace corridor {

// The way in, for a region's own publishers: signature, gate, policy, journal.
// Thread-safe; the work is done on the intake executor, and answers come on the
// commit thread or the intake executor.
class Intake {
 public:
  // All must outlive this.
  struct Parts {
    Journal& journal;
    Catalog& catalog;
    AuditLog& audit;
    // The broker's own SPIFFE ID, for audit entries of what it does by itself.
    std::string actor;
    const RecallPlanner& planner;
    Eraser& eraser;
    const Gate& gate;
    Executor& executor;
    const Clock& clock;
    // Whether this broker serves anybody now.
    std::function<absl::Status()> serving;
    // Whether the disk has room for more content: OK, or DISK_WATERMARK.
    std::function<absl::Status()> room;
    VerdictObserver on_verdict;
  };
  using Answer = absl::AnyInvocable<void(absl::StatusOr<v1::Receipt>)>;
  using CheckAnswer = absl::AnyInvocable<void(absl::StatusOr<v1::CheckStatementResponse>)>;

  explicit Intake(Parts parts);

  // Accepts or refuses a statement of `sender`. An OK answer means: on stable
  // storage. A statement that was accepted before gets its first receipt,
  // whatever has changed since. Refusals are audited, without content, but for those for
  // want of room: a queue that is full (QUOTA), a disk that nearly is (DISK_WATERMARK; a
  // RECALL is taken all the same).
  void Accept(const Principal& sender, v1::SignedStatement statement, Answer answer);

  // The embargo of a held statement has ended: it takes its position, or is dropped
  // where its alert was closed or it does not hold any more. Both are audited.
  void Release(const Journal::Release& held);

  // What Accept would say of it now, and who would receive it by which rule.
  // Nothing is stored. A missing proof is not held against it.
  void Check(const Principal& sender, v1::SignedStatement statement, CheckAnswer answer);

 private:
  // A statement that passed key, gate and policy.
  absl::StatusOr<AcceptedStatement> Examine(const Principal& sender, const Facts& facts,
                                            v1::SignedStatement statement, absl::Time now);
  void AcceptNow(const Principal& sender, v1::SignedStatement statement, Answer answer);
  void Refuse(const Principal& sender, const std::string& digest, absl::Status why, Answer answer);
  void Drop(const Journal::Release& held, const absl::Status& why);
  v1::CheckStatementResponse CheckNow(const Principal& sender, v1::SignedStatement statement);

  Parts parts_;
  VerifiedRoots roots_;
  BatchAudiences audiences_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_INTAKE_H_

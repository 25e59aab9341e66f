#ifndef CORRIDOR_SERVER_BROKER_PROTECTION_DESK_H_
#define CORRIDOR_SERVER_BROKER_PROTECTION_DESK_H_

#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "core/model/principal.h"
#include "corridor/v1/federation.pb.h"
#include "server/broker/recalls.h"
#include "server/journal/eraser.h"
#include "server/journal/journal.h"
#include "server/journal/recall_ledger.h"
#include "server/storage/commit.h"
#include "server/storage/store.h"

namespace corridor {

// What the data-protection office of a region does: withholds alerts, holds what is to be
// erased, and sees how recalls stand. federation.proto says what each act does.
// Thread-safe.
class ProtectionDesk {
 public:
  // All must outlive this.
  struct Parts {
    const Store& store;
    Journal& journal;
    RecallLedger& ledger;
    Recalls& recalls;
    Eraser& eraser;
    AuditPart audit;
  };
  template <typename T>
  using Done = absl::AnyInvocable<void(absl::StatusOr<T>)>;

  explicit ProtectionDesk(Parts parts) : parts_(std::move(parts)) {}

  void Quarantine(const Principal& actor, const v1::QuarantineAlertRequest& request,
                  Done<v1::Quarantine> done);
  absl::StatusOr<v1::ListQuarantinesResponse> ListQuarantines(
      const v1::ListQuarantinesRequest& request) const;
  void SetLegalHold(const Principal& actor, const v1::SetLegalHoldRequest& request,
                    Done<v1::LegalHold> done);
  absl::StatusOr<v1::ListLegalHoldsResponse> ListLegalHolds(
      const v1::ListLegalHoldsRequest& request) const;
  absl::StatusOr<v1::ListRecallsResponse> ListRecalls(const v1::ListRecallsRequest& request) const;

 private:
  absl::StatusOr<v1::Quarantine> QuarantineOf(const std::string& publisher,
                                              const std::string& alert_id) const;
  absl::StatusOr<v1::RecallSummary> SummaryOf(const Recall& recall) const;

  const Parts parts_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_PROTECTION_DESK_H_

#ifndef CORRIDOR_SERVER_BROKER_LINK_ADMINISTRATION_H_
#define CORRIDOR_SERVER_BROKER_LINK_ADMINISTRATION_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/executor.h"
#include "core/model/principal.h"
#include "corridor/v1/federation.pb.h"
#include "server/broker/backfill.h"
#include "server/broker/recovery.h"
#include "server/journal/journal.h"
#include "server/link/region_link.h"
#include "server/storage/commit.h"
#include "server/storage/store.h"

namespace corridor {

// What operators do with links; federation.proto says what each act does. Lives on the flow
// executor, except where said. Each act is audited before it begins.
class LinkAdministration {
 public:
  // All must outlive this.
  struct Parts {
    const Store& store;
    Journal& journal;
    Backfill& backfill;
    Recovery& recovery;
    Executor& flow;
    AuditPart audit;
    // Null: no such region is linked.
    std::function<RegionLink*(const std::string& peer)> link;
  };
  template <typename T>
  using Done = absl::AnyInvocable<void(absl::StatusOr<T>)>;
  // How long a call waits for a peer before it answers that more is to come.
  static constexpr absl::Duration kPatience = absl::Seconds(10);

  explicit LinkAdministration(Parts parts);
  ~LinkAdministration();

  // Pauses the links that were paused when the broker last ran.
  absl::Status Open();

  void SetPaused(const Principal& actor, const std::string& peer, bool paused,
                 Done<v1::LinkStatus> done);
  void AcceptGap(const Principal& actor, const v1::AcceptLinkGapRequest& request,
                 Done<v1::BackfillReport> done);
  void AskAgain(const Principal& actor, const v1::AskAgainRequest& request,
                Done<v1::BackfillReport> done);
  void Reconcile(const Principal& actor, const v1::ReconcileLinkRequest& request,
                 Done<v1::ReconcileLinkResponse> done);
  // From any thread.
  absl::StatusOr<v1::ListRefusedRecordsResponse> ListRefused(
      const v1::ListRefusedRecordsRequest& request) const;

 private:
  absl::StatusOr<RegionLink*> Find(const std::string& peer) const;
  // Writes `parts` with the entry, then goes on with `next` on the flow executor.
  void Audited(const Principal& actor, const std::string& peer, const std::string& act,
               std::vector<BatchPart> parts, absl::AnyInvocable<void(absl::Status)> next);
  // Asks, and answers at the latest when the patience is over.
  void AskPatiently(const std::string& peer, v1::LinkAsk ask, Done<v1::BackfillReport> done);
  Done<v1::BackfillReport> Patiently(Done<v1::BackfillReport> done);
  v1::LinkAsk SnapshotOf(const RegionLink& link) const;
  v1::ReconcileLinkResponse Finding(const RegionLink& link) const;
  void Confirmed(const std::string& peer, v1::ReconcileLinkResponse found,
                 Done<v1::ReconcileLinkResponse> done);
  void Adopt(const std::string& peer, const v1::ReconcileLinkResponse& found,
             absl::AnyInvocable<void(absl::Status)> done);

  Parts parts_;
  std::shared_ptr<LinkAdministration*> self_;  // Null inside once destroyed.
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_LINK_ADMINISTRATION_H_

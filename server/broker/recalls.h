#ifndef CORRIDOR_SERVER_BROKER_RECALLS_H_
#define CORRIDOR_SERVER_BROKER_RECALLS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/base/executor.h"
#include "core/crypto/signature.h"
#include "core/model/principal.h"
#include "corridor/v1/record.pb.h"
#include "corridor/v1/region_link.pb.h"
#include "corridor/v1/subscriber.pb.h"
#include "server/broker/recall_planner.h"
#include "server/catalog/catalog.h"
#include "server/journal/eraser.h"
#include "server/journal/journal.h"
#include "server/journal/recall_ledger.h"

namespace corridor {

// What goes out and comes in about recalls and withdrawals: the notices for principals
// and regions, their confirmations, and whether the content here is erased.
// Thread-safe.
class Recalls {
 public:
  // All must outlive this.
  struct Parts {
    std::string region;
    Journal& journal;
    Catalog& catalog;
    RecallLedger& ledger;
    RecallPlanner& planner;
    Eraser& eraser;
    const SigningKey& key;  // Signs withdrawals.
    // Something changed that links have to tell. Any thread.
    std::function<void()> on_changed;
  };
  static constexpr size_t kNoticesMax = 100;

  explicit Recalls(Parts parts) : parts_(std::move(parts)) {}

  // --- Principals of this region ----------------------------------------------

  // What `reader` has to confirm, the oldest first, behind notice `after`.
  absl::StatusOr<std::vector<v1::RecallNotice>> NoticesFor(const Principal& reader, uint64_t after,
                                                           size_t limit) const;
  // A page of the same. REQUEST_INVALID: a wrong size or token.
  absl::StatusOr<v1::ListRecallNoticesResponse> List(
      const Principal& reader, const v1::ListRecallNoticesRequest& request) const;
  // How many wait for `reader`, counted up to 1,000.
  size_t CountFor(const Principal& reader) const;
  // See RecallLedger::Confirm.
  void Confirm(const Principal& reader, const v1::RecallConfirmations& confirmations,
               absl::AnyInvocable<void(absl::Status)> done);

  // --- Peer regions -----------------------------------------------------------

  // What `peer` is to be told now, at most `limit`: withdrawals that it has not
  // confirmed, and how its recalls stand here where it has not noted that.
  absl::StatusOr<std::vector<v1::LinkFrame>> FramesFor(const std::string& peer, size_t limit) const;
  // Its broker withdraws from this region. ORIGIN_INVALID: it did not sign that, or
  // speaks for another region's publisher.
  void Withdraw(const std::string& peer, const v1::SignedWithdrawal& signed_withdrawal,
                absl::AnyInvocable<void(absl::Status)> done);
  void ConfirmRegion(const std::string& peer, const v1::LinkRecallApplied& applied,
                     absl::AnyInvocable<void(absl::Status)> done);
  void Note(const std::string& peer, const v1::LinkRecallNoted& noted);

  // --- This broker ------------------------------------------------------------

  // A round of erasure has ended, or a legal hold has changed: says of each recall what
  // became of the content here.
  void Review();

 private:
  absl::StatusOr<v1::RecallNotice> NoticeOf(const Recall& recall, const std::string& member) const;
  v1::SignedWithdrawal WithdrawalFrom(const Recall& recall, const std::string& holder) const;
  absl::StatusOr<v1::RecallOutcome> OutcomeOf(const Recall& recall) const;

  const Parts parts_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_RECALLS_H_

#ifndef CORRIDOR_SERVER_BROKER_RECIPIENT_H_
#define CORRIDOR_SERVER_BROKER_RECIPIENT_H_

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "core/model/facts.h"
#include "core/model/principal.h"
#include "core/policy/policy.h"
#include "server/broker/peer_interests.h"
#include "server/journal/disclosure_ledger.h"
#include "server/journal/journal.h"
#include "server/journal/recall_ledger.h"
#include "server/routing/subscription_filter.h"

namespace corridor {

// A record, and what must be known beside it to decide who may have it.
struct RecordInContext {
  RecordPtr record;
  // The current content of the alert that a CANCEL, RECALL, SIGHTING or
  // RESPONSE is about; null for the others, and while it is not here.
  RecordPtr target;
  // Content of which a higher revision is here.
  bool superseded = false;
  // Of such content, the current one; null where that is not here.
  RecordPtr current;
  // Content that was recalled: it is served to nobody any more.
  bool withdrawn = false;
};

// Looks that up. DATA_LOSS when a record is damaged.
absl::StatusOr<RecordInContext> InContext(const Journal& journal, RecordPtr record);

// Whether its content was not recalled, withdrawn or quarantined by now: what is asked
// last before it is handed out (DisclosureLedger). False also where that cannot be read.
bool StillServed(const Journal& journal, const ParsedStatement& statement);

// What policy says to a holder as the disclosure ledger names it: a principal or a region.
Decision DecideHolder(const Facts& facts, const Flow& flow, const std::string& holder,
                      absl::Time time);

// When a holder may first have been given the record, by a range of the ledger: what policy
// said at that time counts, since agreements and rights only end with time.
absl::Time DisclosedAt(const Record& record, const DisclosureLedger::Range& range);

// The flow of a record, for policy.
Flow FlowOf(const RecordInContext& record);

// The rule of content that ended to hold (`valid_until`) before it was handed out: nobody
// gets it any more, but by asking for it.
inline constexpr std::string_view kRuleEnded = "validity/ended";
bool HasEnded(const ParsedStatement& statement, absl::Time now);

// Who stands behind an outlet, and what it may have.
class Recipient {
 public:
  virtual ~Recipient() = default;
  // For the disclosure ledger: a SPIFFE ID, or a region id.
  virtual const std::string& holder() const = 0;
  virtual bool MayHave(const Facts& facts, const RecordInContext& record, absl::Time now) const = 0;
};

// A principal with a subscription.
class SubscriberRecipient final : public Recipient {
 public:
  SubscriberRecipient(Principal principal, SubscriptionFilter filter, bool include_non_actual);
  const std::string& holder() const override { return principal_.spiffe_id; }
  // Never a RECALL: who must know of one gets a notice (Recalls).
  bool MayHave(const Facts& facts, const RecordInContext& record, absl::Time now) const override;

 private:
  Principal principal_;
  SubscriptionFilter filter_;
  bool include_non_actual_;
};

// A peer region: gets records of this region's own members only. A RECALL goes to it
// when it was addressed to it, whatever policy says by then.
class RegionRecipient final : public Recipient {
 public:
  // Both must outlive this.
  RegionRecipient(std::string region, const RecallLedger& recalls, const PeerInterests& interests)
      : region_(std::move(region)), recalls_(recalls), interests_(interests) {}
  const std::string& holder() const override { return region_; }
  Decision Decide(const Facts& facts, const RecordInContext& record, absl::Time now) const;
  bool MayHave(const Facts& facts, const RecordInContext& record, absl::Time now) const override;

 private:
  std::string region_;
  const RecallLedger& recalls_;
  const PeerInterests& interests_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_RECIPIENT_H_

#ifndef CORRIDOR_SERVER_ROUTING_SUBSCRIPTION_FILTER_H_
#define CORRIDOR_SERVER_ROUTING_SUBSCRIPTION_FILTER_H_

#include <string>

#include "absl/status/statusor.h"
#include "core/model/statement.h"
#include "corridor/v1/subscription.pb.h"

namespace corridor {

// Whether a subscription wants a statement, as subscription.proto says beside each
// condition. It narrows what policy allows and decides nothing about rights. An
// immutable value: any thread.
//
// ISSUE and REVISE are judged by every condition; SIGHTING and RESPONSE by kind,
// publisher, country of publication, TLP and urgency; CANCEL and RECALL by the alert's
// content, so that who has an alert learns its end. An alert that was revised may have
// matched in an earlier revision: its end is then judged only by what no revision can
// change, and may also reach a subscription that never saw it.
class SubscriptionFilter {
 public:
  // InvalidFields (REQUEST_INVALID), each fault with its path, when the filter names
  // codes, places or identities that cannot be, or has too many clauses.
  static absl::StatusOr<SubscriptionFilter> Compile(v1::Filter filter);

  // `target`: current content of the alert that a CANCEL or RECALL ends; null when it
  // is not here: then they are judged by kind, publisher and its country.
  bool Matches(const ParsedStatement& statement, const ParsedStatement* target) const;

  // Why it does not match, by the condition that failed in each clause: "clause 1:
  // places; clause 2: severity_min". Empty when it matches. Names no content.
  std::string WhyNot(const ParsedStatement& statement, const ParsedStatement* target) const;

 private:
  explicit SubscriptionFilter(v1::Filter filter) : filter_(std::move(filter)) {}

  v1::Filter filter_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_ROUTING_SUBSCRIPTION_FILTER_H_

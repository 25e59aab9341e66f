#ifndef CORRIDOR_SERVER_BROKER_PEER_INTERESTS_H_
#define CORRIDOR_SERVER_BROKER_PEER_INTERESTS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "corridor/v1/region_link.pb.h"
#include "server/journal/journal.h"
#include "server/routing/subscription_filter.h"
#include "server/storage/store.h"

namespace corridor {

// The rule of content that a peer region may have and does not want.
inline constexpr std::string_view kRuleNotWanted = "interest/not-wanted";

// What each peer region wants, as it said last; kept in the store, so that lag is told
// truly while the link is down. It narrows ISSUE and REVISE, and nothing else: who has an
// alert learns its end, and what others say of one's own alerts comes. A revision of an
// alert of which the peer may have an earlier one is always wanted. Lives on the flow
// executor.
class PeerInterests {
 public:
  // All must outlive this.
  struct Parts {
    const Store& store;
    Journal& journal;
    // Something stored cannot be read.
    std::function<void(const absl::Status&)> on_damage;
  };

  explicit PeerInterests(Parts parts) : parts_(std::move(parts)) {}

  // Reads what they said last.
  absl::Status Open(const std::vector<std::string>& peers);

  // The peer says what it wants. What does not compile as a filter counts as everything:
  // policy alone decides then.
  void Set(const std::string& peer, const v1::LinkInterest& interest);

  bool Wants(const std::string& peer, const Record& record) const;

 private:
  struct Interest {
    v1::LinkInterest said;
    std::vector<SubscriptionFilter> filters;
  };

  void Take(const std::string& peer, const v1::LinkInterest& interest);
  bool MayHaveEarlier(const std::string& peer, const Record& record) const;

  const Parts parts_;
  std::map<std::string, Interest> narrowed_;  // Who wants everything is not here.
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_PEER_INTERESTS_H_

#ifndef CORRIDOR_SERVER_IDENTITY_AUTHORISATION_TABLE_H_
#define CORRIDOR_SERVER_IDENTITY_AUTHORISATION_TABLE_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "core/model/facts.h"
#include "core/model/principal.h"
#include "corridor/v1/operator.pb.h"

namespace corridor {

// What a caller must be to call a method.
enum class Right {
  kPublisher,      // A principal of an active member here, with ROLE_PUBLISHER.
  kReader,         // The same, with ROLE_READER.
  kReached,        // The same, and the reach of its member is not suspended.
  kOperator,       // An operator named in the configuration, with one of the roles named.
  kBroker,         // A broker of a region linked in the configuration.
  kAuthenticated,  // Anyone whose certificate passed.
};

// The table of methods: "/corridor.v1.Publisher/Publish" and so on. Absent for
// a method that is not in it: nobody may call that.
std::optional<Right> RightFor(std::string_view method);

// Who counts as operator and as peer, from the configuration.
struct Parties {
  std::string region;
  // By SPIFFE ID.
  std::map<std::string, std::set<v1::OperatorRole>, std::less<>> operators;
  std::set<std::string, std::less<>> linked_regions;  // Region ids.
};

// Whether `caller` may call `method`, as far as that can be said before the
// request is read. Pure. Denies by default:
//   MEMBER_UNKNOWN    a principal whose member is not registered here
//   MEMBER_SUSPENDED  its member is suspended
//   REACH_SUSPENDED   the data-protection officer holds back what reaches it
//   POLICY_DENIED     anything else; "rule" in the metadata says which right is
//                     missing ("grant/publisher", "operator/trust"), or "method/unknown"
// The message begins with the reason, because the connection check can send no
// details.
absl::Status Authorise(std::string_view method, const Principal& caller, const Facts& facts,
                       const Parties& parties);

// MEMBER_SUSPENDED where `caller` acts for a member that is suspended here.
absl::Status RefuseSuspended(const Principal& caller, const Facts& facts, const Parties& parties);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_IDENTITY_AUTHORISATION_TABLE_H_

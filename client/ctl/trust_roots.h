#ifndef CORRIDOR_CLIENT_CTL_TRUST_ROOTS_H_
#define CORRIDOR_CLIENT_CTL_TRUST_ROOTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/ctl/context.h"

namespace corridor {

// What --trust-domain NAME=FILE says: a region, and the content of the file with its roots.
struct TrustRoots {
  std::string trust_domain;
  std::string pem;
};

// Each of `items` read; a usage error where one has not that form.
absl::StatusOr<std::vector<TrustRoots>> ReadTrustRoots(Context& context,
                                                       const std::vector<std::string>& items);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_TRUST_ROOTS_H_

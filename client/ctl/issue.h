#ifndef CORRIDOR_CLIENT_CTL_ISSUE_H_
#define CORRIDOR_CLIENT_CTL_ISSUE_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/ctl/context.h"
#include "client/ctl/region_pki.h"

namespace corridor {

// Makes a key, certifies it for `entry`'s identity, profile, names and days, writes both files at
// its prefix and the entry into the register. Until when the certificate is valid.
absl::StatusOr<absl::Time> IssueTo(Context& context, RegionPki& pki, IssuedEntry entry);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_ISSUE_H_

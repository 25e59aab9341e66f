#ifndef CORRIDOR_CLIENT_INTERNAL_BROKER_VERIFIER_H_
#define CORRIDOR_CLIENT_INTERNAL_BROKER_VERIFIER_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/crypto/peer_verification.h"

namespace corridor {

// Whether the chain a server showed (PEM, leaf first) is that of a broker of the
// bundle's region at `now`. kUnauthenticated says why not.
absl::Status VerifyBroker(std::string_view chain_pem, const TrustBundle& bundle, absl::Time now);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_INTERNAL_BROKER_VERIFIER_H_

#ifndef CORRIDOR_CLIENT_CTL_STORED_PROOF_H_
#define CORRIDOR_CLIENT_CTL_STORED_PROOF_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/crypto/certificate.h"
#include "core/crypto/peer_verification.h"
#include "corridor/v1/record.pb.h"

namespace corridor {

// What a stored statement proves without any broker.
struct ProvedStatement {
  std::string publisher;  // SPIFFE ID of the member
  std::string signer;     // SPIFFE ID in the signing certificate: the member, or its integration
  std::string broker;     // SPIFFE ID of the broker that accepted it
  absl::Time accept_time;
  std::string digest;  // 32 bytes
};

// That the publisher named in the statement signed these bytes, and that a broker of its region
// accepted them at the time it says, each with a signing certificate among `signers` that one of
// the trusted regions certified and that was valid at that time. Pure.
//
// It cannot know that a key was revoked or reported stolen later: that stands in the region's
// registry of keys. kUnauthenticated: not proved; the message says what fails.
absl::StatusOr<ProvedStatement> ProveStored(const v1::StoredStatement& stored,
                                            const std::vector<CertificateChain>& signers,
                                            const TrustStore& trust);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_STORED_PROOF_H_

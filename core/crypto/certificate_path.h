#ifndef CORRIDOR_CORE_CRYPTO_CERTIFICATE_PATH_H_
#define CORRIDOR_CORE_CRYPTO_CERTIFICATE_PATH_H_

// For the sources of this folder only: the one place that asks OpenSSL whether certificates lead to
// a root.

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/crypto/certificate.h"
#include "core/crypto/peer_refusal.h"
#include "core/crypto/trust_bundle.h"

namespace corridor {

// The path from the leaf to a root of `bundle`, leaf first, as OpenSSL built and accepted it:
// signatures, dates, path lengths, name constraints, critical extensions, CRLs.
// kUnauthenticated: a RefusePeer() status.
absl::StatusOr<std::vector<Certificate>> BuildPath(const CertificateChain& chain,
                                                   const TrustBundle& bundle, PeerPurpose purpose,
                                                   absl::Time time);
}  // namespace corridor

#endif  // CORRIDOR_CORE_CRYPTO_CERTIFICATE_PATH_H_

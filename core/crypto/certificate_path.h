#ifndef CORRIDOR_CORE_CRYPTO_CERTIFICATE_PATH_H_
#define CORRIDOR_CORE_CRYPTO_CERTIFICATE_PATH_H_

// For the sources of this folder only: how certificates lead to a root.

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/crypto/certificate.h"

namespace corridor {

// Leaf first, root last.
using CertificatePath = std::vector<Certificate>;
using PathCheck = std::function<absl::Status(const CertificatePath&)>;

// The first path from the leaf of `chain` to one of `roots` whose signatures hold and that `check`
// accepts. Issuers may be shown in any order, and several may bear the same name: each is tried,
// within a bound on steps and signatures. kUnauthenticated: a RefusePeer() status; that of `check`
// on the first whole path, where there is one.
absl::StatusOr<CertificatePath> FindPath(const CertificateChain& chain,
                                         const std::vector<Certificate>& roots,
                                         const PathCheck& check);

// That no issuer has more issuers below it than its path length says (RFC 5280 section 4.2.1.9).
absl::Status CheckPathLengths(const CertificatePath& path);

// That the path has the certificate policies that its issuers ask for (RFC 5280 section 6.1).
absl::Status CheckPolicies(const CertificatePath& path);
}  // namespace corridor

#endif  // CORRIDOR_CORE_CRYPTO_CERTIFICATE_PATH_H_

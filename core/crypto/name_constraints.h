#ifndef CORRIDOR_CORE_CRYPTO_NAME_CONSTRAINTS_H_
#define CORRIDOR_CORE_CRYPTO_NAME_CONSTRAINTS_H_

// For the sources of this folder only: RFC 5280 section 4.2.1.10.

#include <vector>

#include "absl/status/status.h"
#include "core/crypto/certificate.h"

namespace corridor {

// That every certificate of `path` (leaf first, root last) has only names that every issuer above
// it, the root included, may certify. Self-issued issuers are exempt, as the RFC says. A constraint
// on a kind of name that is not understood refuses the names of that kind. kUnauthenticated: a
// RefusePeer() status.
absl::Status CheckNameConstraints(const std::vector<Certificate>& path);
}  // namespace corridor

#endif  // CORRIDOR_CORE_CRYPTO_NAME_CONSTRAINTS_H_

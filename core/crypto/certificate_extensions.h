#ifndef CORRIDOR_CORE_CRYPTO_CERTIFICATE_EXTENSIONS_H_
#define CORRIDOR_CORE_CRYPTO_CERTIFICATE_EXTENSIONS_H_

// For the sources of this folder only: what RFC 5280 section 4.2 asks of each extension of a
// certificate, by its place in a path.

#include "absl/status/status.h"
#include "core/crypto/certificate.h"

namespace corridor {

enum class PathRole { kLeaf, kIssuer, kRoot };

// Presence, criticality and inner form of the extensions, and that the key identifiers agree with
// the certificate's place. kUnauthenticated: a RefusePeer() status.
absl::Status CheckExtensions(const Certificate& certificate, PathRole role);

// Its subject is its issuer: a root, or a CA that changed its key.
bool IsSelfIssued(const Certificate& certificate);

// By names and key identifiers, `issuer` may have signed `child`; nothing is proved yet.
bool MayHaveIssued(const Certificate& issuer, const Certificate& child);
}  // namespace corridor

#endif  // CORRIDOR_CORE_CRYPTO_CERTIFICATE_EXTENSIONS_H_

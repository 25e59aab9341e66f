#ifndef CORRIDOR_CORE_CRYPTO_CERTIFICATE_RULES_H_
#define CORRIDOR_CORE_CRYPTO_CERTIFICATE_RULES_H_

// For the sources of this folder only: what each certificate of a path must satisfy, apart from the
// signatures that bind them. peer_verification.h lists the rules.

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/crypto/certificate.h"
#include "core/crypto/peer_refusal.h"
#include "core/crypto/spiffe_id.h"

struct x509_st;  // OpenSSL's X509

namespace corridor {

// Version, serial, how dates are written, signature algorithm and key: for leaf, issuers and root
// alike.
absl::Status CheckForm(const Certificate& certificate);

// That it is no CA, and its usages.
absl::Status CheckLeafUsages(const Certificate& leaf, PeerPurpose purpose);
absl::Status CheckIssuer(const Certificate& issuer, PeerPurpose purpose, bool is_root);
absl::Status CheckDates(const Certificate& certificate, absl::Time time);
absl::Status CheckLifetime(const Certificate& leaf, absl::Duration longest);

// Who the leaf says it is: nothing is proved yet.
absl::StatusOr<SpiffeId> ClaimedIdentity(const Certificate& leaf);

// A CA certificate that may sign certificates.
bool MayIssue(const Certificate& certificate);

// `nid` is OpenSSL's name of a signature algorithm. Where it is RSA-PSS, `x509` tells the digest;
// null refuses it.
bool IsAllowedSignature(int nid, x509_st* x509);
}  // namespace corridor

#endif  // CORRIDOR_CORE_CRYPTO_CERTIFICATE_RULES_H_

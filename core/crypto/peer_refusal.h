#ifndef CORRIDOR_CORE_CRYPTO_PEER_REFUSAL_H_
#define CORRIDOR_CORE_CRYPTO_PEER_REFUSAL_H_

#include <optional>
#include <string_view>

#include "absl/status/status.h"

namespace corridor {

// What the certificate is shown for.
enum class PeerPurpose {
  kTlsClient,  // needs clientAuth
  kTlsServer,  // needs serverAuth
  kSigning,    // needs kStatementSigningOid, no TLS usage, and an Ed25519 key
};

// Why a chain was refused. Names are stable: they go into logs and into `corridorctl certs verify`.
enum class PeerRefusal {
  kMalformedCertificate,      // MALFORMED_CERTIFICATE: not parsable, version, serial, extensions
  kNoSpiffeId,                // NO_SPIFFE_ID: no URI name, or one that is no SPIFFE ID with a path
  kSeveralUriNames,           // SEVERAL_URI_SANS
  kUnknownTrustDomain,        // UNKNOWN_TRUST_DOMAIN: no roots are known for it
  kWrongTrustDomain,          // WRONG_TRUST_DOMAIN: another than the bundle's
  kCaAsLeaf,                  // CA_AS_LEAF
  kWrongKeyUsage,             // WRONG_KEY_USAGE: key usage or extended key usage absent or wrong
  kBadKeyType,                // BAD_KEY_TYPE: type, curve or size of a key
  kWeakSignature,             // WEAK_SIGNATURE: signed with an algorithm that is not allowed
  kNotYetValid,               // CERTIFICATE_NOT_YET_VALID
  kExpired,                   // CERTIFICATE_EXPIRED
  kLifetimeTooLong,           // LIFETIME_TOO_LONG: more than the roots' owner allows
  kUntrustedIssuer,           // UNTRUSTED_ISSUER: no path to a root of this trust domain
  kIssuerNotCa,               // ISSUER_NOT_CA: an issuer that may not issue, or not this deep
  kSignatureInvalid,          // SIGNATURE_INVALID
  kChainTooLong,              // CHAIN_TOO_LONG
  kNameConstraint,            // NAME_CONSTRAINT: a name that an issuer may not certify
  kPolicy,                    // POLICY: issuers ask for a certificate policy that the path lacks
  kUnknownCriticalExtension,  // UNKNOWN_CRITICAL_EXTENSION
  kRevoked,                   // CERTIFICATE_REVOKED
  kRevocationUnknown,         // REVOCATION_UNKNOWN: no usable CRL for an issuer in the path
  kRevocationStale,           // REVOCATION_STALE: the CRL is past its next update, or not yet valid
};

std::string_view ToString(PeerRefusal refusal);
std::string_view ToString(PeerPurpose purpose);

// A status that says so: kUnauthenticated, "<NAME>: <detail>", with the reason inside.
absl::Status RefusePeer(PeerRefusal refusal, std::string_view detail);

// The reason inside a status of RefusePeer(); none for any other status.
std::optional<PeerRefusal> PeerRefusalOf(const absl::Status& status);

// Gives `to` the reason inside `from`, where there is one.
void CopyRefusal(const absl::Status& from, absl::Status& to);
}  // namespace corridor

#endif  // CORRIDOR_CORE_CRYPTO_PEER_REFUSAL_H_

#ifndef CORRIDOR_CORE_CRYPTO_PEER_VERIFICATION_H_
#define CORRIDOR_CORE_CRYPTO_PEER_VERIFICATION_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/crypto/certificate.h"
#include "core/crypto/spiffe_id.h"

struct x509_store_st;  // OpenSSL's X509_STORE

namespace corridor {

// Who a peer is, proved by its certificate. OpenSSL builds and checks the path; the rules that it
// does not have (or has too mildly) are checked here: the X509-SVID rules of SPIFFE, one set of
// roots per trust domain, the usages, the key types. Pure: the time is an argument.
//
// What a peer must show:
//   the leaf   version 3, a positive serial of at most 20 bytes; exactly one URI name, a SPIFFE ID
//              with a path; not a CA; key usage digitalSignature, without keyCertSign or cRLSign;
//              the extended key usage of the purpose; within its dates
//   issuers    CA certificates with keyCertSign, allowed for the purpose, within their dates, at
//   most
//              three between leaf and root
//   the root   one of the roots of the leaf's trust domain, and of no other
//   every key  P-256, P-384, Ed25519, or RSA of 2,048 to 8,192 bits
//   every signature  SHA-256, SHA-384, SHA-512 or Ed25519
//   revocation where the bundle has a CRL: a current one for every issuer in the path, not naming
//   it

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
  kUntrustedIssuer,           // UNTRUSTED_ISSUER: no path to a root of this trust domain
  kIssuerNotCa,               // ISSUER_NOT_CA: an issuer that may not issue, or not this deep
  kSignatureInvalid,          // SIGNATURE_INVALID
  kChainTooLong,              // CHAIN_TOO_LONG
  kNameConstraint,            // NAME_CONSTRAINT: a name that an issuer may not certify
  kUnknownCriticalExtension,  // UNKNOWN_CRITICAL_EXTENSION
  kRevoked,                   // CERTIFICATE_REVOKED
  kRevocationUnknown,         // REVOCATION_UNKNOWN: no usable CRL for an issuer in the path
  kRevocationStale,           // REVOCATION_STALE: the CRL is past its next update, or not yet valid
};

std::string_view ToString(PeerRefusal refusal);
std::string_view ToString(PeerPurpose purpose);

// The reason inside a status that VerifyPeerChain() or TrustStore::Verify() answered with; none for
// any other status.
std::optional<PeerRefusal> PeerRefusalOf(const absl::Status& status);

struct VerifiedIdentity {
  SpiffeId spiffe_id;
  std::string serial;  // of the leaf, as Certificate::serial()
  // What holds for the whole path: the latest beginning and the earliest end.
  absl::Time not_before;
  absl::Time not_after;
  // Where the leaf has an Ed25519 key; always for kSigning.
  std::optional<PublicKey> ed25519_public_key;
};

// The roots and CRLs of one trust domain. Immutable; thread-safe; cheap to copy.
class TrustBundle {
 public:
  // `roots_pem`: one or more self-signed CA certificates (two while one is replaced by the next).
  // `crls_pem`: none, or CRLs of these roots and of CAs below them; once there is one, every issuer
  // in a path must have one. kInvalidArgument says what is wrong with which item.
  static absl::StatusOr<TrustBundle> Create(std::string_view trust_domain,
                                            std::string_view roots_pem,
                                            std::string_view crls_pem = "");

  const std::string& trust_domain() const;
  const std::vector<Certificate>& roots() const;
  bool has_crls() const;
  // The earliest next update among the CRLs: from then on every peer is refused. InfiniteFuture()
  // without CRLs.
  absl::Time crls_expire() const;

  // The OpenSSL object, for the sources of this folder. Lives as long as this value or a copy.
  x509_store_st* x509_store() const;

 private:
  struct Parts;
  explicit TrustBundle(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}
  std::shared_ptr<const Parts> parts_;
};

// Verifies `chain` against one trust domain at `time`.
// kUnauthenticated: refused; the message begins with the reason's name, and PeerRefusalOf() gives
// it. Messages name a certificate by its depth in the chain and its serial, never by its subject,
// which a stranger chose.
//
// A CRL speaks for the present. To judge a signing certificate at a time in the past, verify it
// when it is registered, and later compare the time with `not_before`, `not_after` and the
// registry's own revocation.
absl::StatusOr<VerifiedIdentity> VerifyPeerChain(const CertificateChain& chain,
                                                 const TrustBundle& bundle, PeerPurpose purpose,
                                                 absl::Time time);

// The bundles of all trust domains that are known. Each peer is verified against the roots of the
// trust domain that its certificate claims, so that one region's CA cannot speak for another.
// Immutable: to change trust, make a new store and swap it. Thread-safe; cheap to copy.
class TrustStore {
 public:
  TrustStore() = default;  // trusts nobody
  // kInvalidArgument: two bundles of the same trust domain (two roots go into one bundle).
  static absl::StatusOr<TrustStore> Create(std::vector<TrustBundle> bundles);

  // Null where the trust domain is not known. Lives as long as this store or a copy.
  const TrustBundle* Find(std::string_view trust_domain) const;
  std::vector<std::string> trust_domains() const;

  // As VerifyPeerChain(), with the bundle that the leaf's SPIFFE ID asks for.
  absl::StatusOr<VerifiedIdentity> Verify(const CertificateChain& chain, PeerPurpose purpose,
                                          absl::Time time) const;
  // From PEM as a peer sends it, the leaf first. What cannot be parsed is refused as
  // kMalformedCertificate.
  absl::StatusOr<VerifiedIdentity> VerifyPem(std::string_view chain_pem, PeerPurpose purpose,
                                             absl::Time time) const;

 private:
  using Bundles = std::map<std::string, TrustBundle, std::less<>>;
  std::shared_ptr<const Bundles> bundles_ = std::make_shared<const Bundles>();
};

}  // namespace corridor

#endif  // CORRIDOR_CORE_CRYPTO_PEER_VERIFICATION_H_

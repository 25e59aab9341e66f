#ifndef CORRIDOR_CORE_CRYPTO_PEER_VERIFICATION_H_
#define CORRIDOR_CORE_CRYPTO_PEER_VERIFICATION_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/crypto/certificate.h"
#include "core/crypto/peer_refusal.h"
#include "core/crypto/signature.h"
#include "core/crypto/spiffe_id.h"
#include "core/crypto/trust_bundle.h"

namespace corridor {

// Who a peer is, proved by its certificate, by rules of our own: those of RFC 5280, all that its
// profile asks of a conforming authority included; the X509-SVID rules of SPIFFE; one set of roots
// per trust domain. OpenSSL reads the certificates and checks signatures, and decides nothing.
// Pure: the time is an argument.
//
// What a peer must show:
//   the leaf   exactly one URI name, a SPIFFE ID with a path; not a CA; key usage
//              digitalSignature, without keyCertSign or cRLSign; the extended key usage of the
//              purpose, and not anyExtendedKeyUsage; within its dates, which have an end and lie no
//              further apart than the bundle allows; no common name that is a host which its other
//              names do not have
//   issuers    CA certificates with critical basic constraints, keyCertSign and a subject key
//              identifier, allowed for the purpose, within their dates and path lengths; at most
//              five between leaf and root, in any order; every name below within their name
//              constraints, and every policy they ask for present
//   the root   one of the roots of the leaf's trust domain, and of no other; it obeys the rules of
//              issuers, and has no extended key usage
//   every key  P-256 or P-384 by the curve's name, Ed25519, or RSA of 2,048 to 8,192 bits in whole
//              bytes with an odd exponent of 17 to 64 bits
//   every certificate  DER and nothing else; version 3; a positive serial of at most 20 bytes; no
//              extension twice, none unreadable, none critical that is unknown or must not be, none
//              uncritical that must be; an authority key identifier that fits its issuer (a
//              self-signed root may go without); names that are well formed
//   every signature  SHA-256, SHA-384, SHA-512 or Ed25519, the same algorithm inside and outside
//   revocation where the bundle has a CRL: a current one for every issuer in the path, and none
//              that names a certificate of the path

// A peer whose certificate was found good.
struct VerifiedIdentity {
  SpiffeId spiffe_id;
  std::string serial;  // of the leaf, as Certificate::serial()
  // What holds for the whole path: the latest beginning and the earliest end.
  absl::Time not_before;
  absl::Time not_after;
  // Where the leaf has an Ed25519 key; always for kSigning.
  std::optional<PublicKey> ed25519_public_key;
  // A CRL of the path is past its next update, and the bundle's grace still lets it count: to be
  // audited.
  bool revocation_in_grace = false;
};

// What VerifiedIdentity holds, of a certificate that need not name a peer of ours.
struct VerifiedCertificate {
  absl::Time not_before;
  absl::Time not_after;
  bool revocation_in_grace = false;
};

// Every rule but SPIFFE's of naming: exactly one URI name, a SPIFFE ID, of the bundle's trust
// domain. For diagnosis; a broker has no use for it. Else as VerifyPeerChain().
absl::StatusOr<VerifiedCertificate> VerifyUnnamedChain(const CertificateChain& chain,
                                                       const TrustBundle& bundle,
                                                       PeerPurpose purpose, absl::Time time);

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

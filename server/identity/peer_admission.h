#ifndef CORRIDOR_SERVER_IDENTITY_PEER_ADMISSION_H_
#define CORRIDOR_SERVER_IDENTITY_PEER_ADMISSION_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/crypto/peer_verification.h"
#include "core/model/principal.h"

namespace corridor {

// Who may complete a TLS handshake with this broker, by certificate alone.
// Pure; thread-safe.

// A peer whose certificate passed.
struct AdmittedPeer {
  Principal principal;
  std::string serial;      // Of its certificate.
  absl::Time not_after;    // When its certificate, or one above it, expires.
  absl::Time judge_again;  // Until when the judgement holds: not_after, or a CRL's next update.
  // A broker of another region whose CRLs have run out here: it may exchange CRLs, and
  // nothing else.
  bool crls_only = false;
};

// A client of our server. Its chain is verified against the roots of the trust
// domain that it names, and of no other; then it must be one of the four kinds of
// principal, and of a foreign region only a broker.
// kUnauthenticated: the message begins with the refusal's name.
absl::StatusOr<AdmittedPeer> AdmitClient(std::string_view chain_pem, const TrustStore& trust,
                                         std::string_view own_region, absl::Time now);

// The server that we dialled: a broker of `peer_region`. Where its CRLs have run out it
// is refused (PeerRefusal::kRevocationStale).
absl::StatusOr<AdmittedPeer> AdmitServer(std::string_view chain_pem, const TrustStore& trust,
                                         std::string_view peer_region, absl::Time now);

// The same, to exchange CRLs and nothing else: whose CRLs have run out is admitted.
absl::Status AdmitServerForCrls(std::string_view chain_pem, const TrustStore& trust,
                                std::string_view peer_region, absl::Time now);

// The bundle of `region` with the CRLs that a broker of it brought, which showed
// `chain_pem`: where they are whole, no older than those held, and current for that
// chain, be it that they revoke it. Absent: they bring nothing new, or the region's are
// not looked at here. kInvalidArgument, kFailedPrecondition: as region_link.proto says.
absl::StatusOr<std::optional<TrustBundle>> BundleWithCrls(const TrustStore& trust,
                                                          std::string_view region,
                                                          std::string_view crls_pem,
                                                          std::string_view chain_pem,
                                                          PeerPurpose purpose, absl::Time now);

// A handshake that was refused, for the log. What the certificate claims has
// not been proved.
struct HandshakeRefusal {
  std::string reason;          // "UNTRUSTED_ISSUER: ..."
  std::string claimed_uri;     // The first URI name, at most 256 bytes; may be empty.
  std::string claimed_serial;  // May be empty.
};
HandshakeRefusal DescribeRefusal(const absl::Status& status, std::string_view chain_pem);

using HandshakeRefusalObserver = std::function<void(const HandshakeRefusal&)>;

}  // namespace corridor

#endif  // CORRIDOR_SERVER_IDENTITY_PEER_ADMISSION_H_

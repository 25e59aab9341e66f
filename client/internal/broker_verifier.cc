#include "client/internal/broker_verifier.h"

#include "core/base/status_macros.h"
#include "core/model/principal.h"

namespace corridor {

absl::Status VerifyBroker(std::string_view chain_pem, const TrustBundle& bundle, absl::Time now) {
  ASSIGN_OR_RETURN(const CertificateChain chain, CertificateChain::FromPem(chain_pem));
  ASSIGN_OR_RETURN(const VerifiedIdentity identity,
                   VerifyPeerChain(chain, bundle, PeerPurpose::kTlsServer, now));
  ASSIGN_OR_RETURN(const Principal principal, ParsePrincipal(identity.spiffe_id.ToString()));
  if (principal.kind != PrincipalKind::kBroker) {
    return absl::UnauthenticatedError("the server's certificate is not that of a broker");
  }
  return absl::OkStatus();
}

}  // namespace corridor

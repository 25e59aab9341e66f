#include "server/identity/peer_admission.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/crypto/certificate.h"

namespace corridor {
namespace {

constexpr size_t kClaimBytesMax = 256;

absl::StatusOr<AdmittedPeer> Verified(std::string_view chain_pem, const TrustStore& trust,
                                      PeerPurpose purpose, absl::Time now) {
  ASSIGN_OR_RETURN(const VerifiedIdentity identity, trust.VerifyPem(chain_pem, purpose, now));
  auto principal = ParsePrincipal(identity.spiffe_id.ToString());
  if (!principal.ok()) {
    return absl::UnauthenticatedError(
        absl::StrCat("IDENTITY_INVALID: ", principal.status().message()));
  }
  const TrustBundle* bundle = trust.Find(principal->region);
  const absl::Time crls_expire = bundle == nullptr ? now : bundle->crls_expire();
  return AdmittedPeer{.principal = *std::move(principal),
                      .serial = identity.serial,
                      .not_after = identity.not_after,
                      .judge_again = std::min(identity.not_after, crls_expire)};
}

}  // namespace

absl::StatusOr<AdmittedPeer> AdmitClient(std::string_view chain_pem, const TrustStore& trust,
                                         std::string_view own_region, absl::Time now) {
  ASSIGN_OR_RETURN(AdmittedPeer client, Verified(chain_pem, trust, PeerPurpose::kTlsClient, now));
  if (client.principal.region != own_region && client.principal.kind != PrincipalKind::kBroker) {
    return absl::UnauthenticatedError(
        "FOREIGN_PRINCIPAL: of another region only brokers may connect");
  }
  return client;
}

absl::StatusOr<AdmittedPeer> AdmitServer(std::string_view chain_pem, const TrustStore& trust,
                                         std::string_view peer_region, absl::Time now) {
  ASSIGN_OR_RETURN(AdmittedPeer server, Verified(chain_pem, trust, PeerPurpose::kTlsServer, now));
  if (server.principal.region != peer_region || server.principal.kind != PrincipalKind::kBroker) {
    return absl::UnauthenticatedError(absl::StrCat("WRONG_PEER: not a broker of ", A(peer_region)));
  }
  return server;
}

HandshakeRefusal DescribeRefusal(const absl::Status& status, std::string_view chain_pem) {
  HandshakeRefusal refusal{std::string(status.message()), "", ""};
  auto leaf = Certificate::FromPem(chain_pem);
  if (!leaf.ok()) return refusal;
  if (!leaf->uris().empty()) refusal.claimed_uri = leaf->uris().front().substr(0, kClaimBytesMax);
  refusal.claimed_serial = leaf->serial();
  return refusal;
}

}  // namespace corridor

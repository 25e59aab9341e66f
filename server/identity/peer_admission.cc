#include "server/identity/peer_admission.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/crypto/certificate.h"
#include "core/crypto/peer_refusal.h"

namespace corridor {
namespace {

constexpr size_t kCrlsBytesMax = size_t{4} << 20U;
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

// A broker whose region's CRLs have run out, and are all that is wrong with it.
absl::StatusOr<AdmittedPeer> VerifiedForCrls(std::string_view chain_pem, const TrustStore& trust,
                                             PeerPurpose purpose, absl::Time now) {
  ASSIGN_OR_RETURN(const CertificateChain chain, CertificateChain::FromPem(chain_pem));
  if (chain.leaf.uris().empty()) return RefusePeer(PeerRefusal::kNoSpiffeId, "no URI name");
  ASSIGN_OR_RETURN(Principal principal, ParsePrincipal(chain.leaf.uris().front()));
  const TrustBundle* bundle = trust.Find(principal.region);
  if (principal.kind != PrincipalKind::kBroker || bundle == nullptr) {
    return RefusePeer(PeerRefusal::kRevocationStale, "only brokers bring newer lists");
  }
  ASSIGN_OR_RETURN(const VerifiedIdentity identity,
                   VerifyPeerChain(chain, bundle->WithAnyGrace(), purpose, now));
  return AdmittedPeer{.principal = std::move(principal),
                      .serial = identity.serial,
                      .not_after = identity.not_after,
                      .judge_again = identity.not_after,
                      .crls_only = true};
}

bool IsStale(const absl::Status& status) {
  return PeerRefusalOf(status) == PeerRefusal::kRevocationStale;
}

}  // namespace

absl::StatusOr<AdmittedPeer> AdmitClient(std::string_view chain_pem, const TrustStore& trust,
                                         std::string_view own_region, absl::Time now) {
  auto verified = Verified(chain_pem, trust, PeerPurpose::kTlsClient, now);
  if (IsStale(verified.status())) {
    auto for_crls = VerifiedForCrls(chain_pem, trust, PeerPurpose::kTlsClient, now);
    if (for_crls.ok() && for_crls->principal.region != own_region) return for_crls;
  }
  ASSIGN_OR_RETURN(AdmittedPeer client, std::move(verified));
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

absl::Status AdmitServerForCrls(std::string_view chain_pem, const TrustStore& trust,
                                std::string_view peer_region, absl::Time now) {
  const absl::Status admitted = AdmitServer(chain_pem, trust, peer_region, now).status();
  if (!IsStale(admitted)) return admitted;
  ASSIGN_OR_RETURN(const AdmittedPeer server,
                   VerifiedForCrls(chain_pem, trust, PeerPurpose::kTlsServer, now));
  return server.principal.region == peer_region ? absl::OkStatus() : admitted;
}

absl::StatusOr<std::optional<TrustBundle>> BundleWithCrls(const TrustStore& trust,
                                                          std::string_view region,
                                                          std::string_view crls_pem,
                                                          std::string_view chain_pem,
                                                          PeerPurpose purpose, absl::Time now) {
  const TrustBundle* held = trust.Find(region);
  if (held == nullptr) return absl::FailedPreconditionError("no roots of that region are here");
  if (!held->has_crls() || crls_pem.empty() || crls_pem == held->crls_pem()) return std::nullopt;
  if (crls_pem.size() > kCrlsBytesMax) {
    return absl::InvalidArgumentError("revocation lists are at most 4 MiB");
  }
  ASSIGN_OR_RETURN(TrustBundle brought, held->WithCrls(crls_pem));
  if (!brought.CrlsAreAsNewAs(*held)) return std::nullopt;
  ASSIGN_OR_RETURN(const CertificateChain chain, CertificateChain::FromPem(chain_pem));
  const absl::Status current = VerifyPeerChain(chain, brought, purpose, now).status();
  if (current.ok() || PeerRefusalOf(current) == PeerRefusal::kRevoked) return brought;
  return absl::InvalidArgumentError(
      absl::StrCat("the lists do not hold for who brought them: ", current.message()));
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

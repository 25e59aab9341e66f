#include "core/crypto/peer_verification.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/crypto/certificate_path.h"
#include "core/crypto/certificate_rules.h"

namespace corridor {

absl::StatusOr<VerifiedIdentity> VerifyPeerChain(const CertificateChain& chain,
                                                 const TrustBundle& bundle, PeerPurpose purpose,
                                                 absl::Time time) {
  ASSIGN_OR_RETURN(SpiffeId id, ClaimedIdentity(chain.leaf));
  if (id.trust_domain() != bundle.trust_domain()) {
    return RefusePeer(PeerRefusal::kWrongTrustDomain,
                      "the SPIFFE ID belongs to another trust domain than these roots");
  }
  if (chain.others.size() >= CertificateChain::kCertificatesMax) {
    return RefusePeer(PeerRefusal::kChainTooLong, "more than 6 certificates are shown");
  }
  RETURN_IF_ERROR(CheckForm(chain.leaf));
  RETURN_IF_ERROR(CheckLeafUsages(chain.leaf, purpose));
  RETURN_IF_ERROR(CheckDates(chain.leaf, time));
  ASSIGN_OR_RETURN(const std::vector<Certificate> path, BuildPath(chain, bundle, purpose, time));

  VerifiedIdentity identity{std::move(id), chain.leaf.serial(), chain.leaf.not_before(),
                            chain.leaf.not_after(), chain.leaf.ed25519_public_key()};
  for (auto issuer = path.begin() + 1; issuer != path.end(); ++issuer) {
    RETURN_IF_ERROR(CheckIssuer(*issuer, purpose));
    identity.not_before = std::max(identity.not_before, issuer->not_before());
    identity.not_after = std::min(identity.not_after, issuer->not_after());
  }
  return identity;
}

absl::StatusOr<TrustStore> TrustStore::Create(std::vector<TrustBundle> bundles) {
  Bundles by_domain;
  for (TrustBundle& bundle : bundles) {
    std::string trust_domain = bundle.trust_domain();
    if (!by_domain.emplace(trust_domain, std::move(bundle)).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("trust domain ", trust_domain, " has two bundles; put both roots in one"));
    }
  }
  TrustStore store;
  store.bundles_ = std::make_shared<const Bundles>(std::move(by_domain));
  return store;
}

const TrustBundle* TrustStore::Find(std::string_view trust_domain) const {
  const auto found = bundles_->find(trust_domain);
  return found == bundles_->end() ? nullptr : &found->second;
}

std::vector<std::string> TrustStore::trust_domains() const {
  std::vector<std::string> names;
  for (const auto& [name, bundle] : *bundles_) names.push_back(name);
  return names;
}

absl::StatusOr<VerifiedIdentity> TrustStore::Verify(const CertificateChain& chain,
                                                    PeerPurpose purpose, absl::Time time) const {
  ASSIGN_OR_RETURN(const SpiffeId id, ClaimedIdentity(chain.leaf));
  const TrustBundle* const bundle = Find(id.trust_domain());
  if (bundle == nullptr) {
    return RefusePeer(PeerRefusal::kUnknownTrustDomain,
                      "no roots are configured for its trust domain");
  }
  return VerifyPeerChain(chain, *bundle, purpose, time);
}

absl::StatusOr<VerifiedIdentity> TrustStore::VerifyPem(std::string_view chain_pem,
                                                       PeerPurpose purpose, absl::Time time) const {
  const absl::StatusOr<CertificateChain> chain = CertificateChain::FromPem(chain_pem);
  if (!chain.ok()) {
    return RefusePeer(PeerRefusal::kMalformedCertificate, S(chain.status().message()));
  }
  return Verify(*chain, purpose, time);
}

}  // namespace corridor

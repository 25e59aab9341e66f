#include "core/crypto/peer_verification.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/crypto/certificate_extensions.h"
#include "core/crypto/certificate_path.h"
#include "core/crypto/certificate_rules.h"
#include "core/crypto/name_constraints.h"
#include "core/crypto/revocation_lists.h"

namespace corridor {

namespace {

absl::Status CheckLeaf(const Certificate& leaf, const TrustBundle& bundle, PeerPurpose purpose,
                       absl::Time time) {
  RETURN_IF_ERROR(CheckForm(leaf));
  RETURN_IF_ERROR(CheckLeafUsages(leaf, purpose));
  RETURN_IF_ERROR(CheckExtensions(leaf, PathRole::kLeaf));
  RETURN_IF_ERROR(CheckLifetime(leaf, bundle.limits().leaf_lifetime_max));
  return CheckDates(leaf, time);
}

// All but revocation.
absl::Status CheckPath(const CertificatePath& path, PeerPurpose purpose, absl::Time time) {
  for (size_t i = 1; i < path.size(); ++i) {
    const bool is_root = i + 1 == path.size();
    RETURN_IF_ERROR(CheckForm(path[i]));
    RETURN_IF_ERROR(CheckIssuer(path[i], purpose, is_root));
    RETURN_IF_ERROR(CheckExtensions(path[i], is_root ? PathRole::kRoot : PathRole::kIssuer));
    RETURN_IF_ERROR(CheckDates(path[i], time));
  }
  RETURN_IF_ERROR(CheckPathLengths(path));
  RETURN_IF_ERROR(CheckNameConstraints(path));
  return CheckPolicies(path);
}

absl::StatusOr<Freshness> CheckRevocation(const CertificatePath& path, const TrustBundle& bundle,
                                          absl::Time time) {
  Freshness oldest = Freshness::kCurrent;
  for (size_t i = 0; bundle.has_crls() && i + 1 < path.size(); ++i) {
    ASSIGN_OR_RETURN(
        const Freshness freshness,
        bundle.revocation_lists().Check(path[i], path[i + 1], time, bundle.limits().crl_grace));
    if (freshness == Freshness::kInGrace) oldest = freshness;
  }
  return oldest;
}

}  // namespace

absl::StatusOr<VerifiedCertificate> VerifyUnnamedChain(const CertificateChain& chain,
                                                       const TrustBundle& bundle,
                                                       PeerPurpose purpose, absl::Time time) {
  if (chain.others.size() >= CertificateChain::kCertificatesMax) {
    return RefusePeer(PeerRefusal::kChainTooLong, "too many certificates are shown");
  }
  RETURN_IF_ERROR(CheckLeaf(chain.leaf, bundle, purpose, time));
  VerifiedCertificate verified;
  const PathCheck check = [&](const CertificatePath& path) {
    RETURN_IF_ERROR(CheckPath(path, purpose, time));
    ASSIGN_OR_RETURN(const Freshness freshness, CheckRevocation(path, bundle, time));
    verified.revocation_in_grace = freshness == Freshness::kInGrace;
    return absl::OkStatus();
  };
  ASSIGN_OR_RETURN(const CertificatePath path, FindPath(chain, bundle.roots(), check));
  verified.not_before = chain.leaf.not_before();
  verified.not_after = chain.leaf.not_after();
  for (const Certificate& certificate : path) {
    verified.not_before = std::max(verified.not_before, certificate.not_before());
    verified.not_after = std::min(verified.not_after, certificate.not_after());
  }
  return verified;
}

absl::StatusOr<VerifiedIdentity> VerifyPeerChain(const CertificateChain& chain,
                                                 const TrustBundle& bundle, PeerPurpose purpose,
                                                 absl::Time time) {
  ASSIGN_OR_RETURN(SpiffeId id, ClaimedIdentity(chain.leaf));
  if (id.trust_domain() != bundle.trust_domain()) {
    return RefusePeer(PeerRefusal::kWrongTrustDomain,
                      "the SPIFFE ID belongs to another trust domain than these roots");
  }
  ASSIGN_OR_RETURN(const VerifiedCertificate verified,
                   VerifyUnnamedChain(chain, bundle, purpose, time));
  return VerifiedIdentity{std::move(id),
                          chain.leaf.serial(),
                          verified.not_before,
                          verified.not_after,
                          chain.leaf.ed25519_public_key(),
                          verified.revocation_in_grace};
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

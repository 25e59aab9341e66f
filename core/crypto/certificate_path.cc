#include "core/crypto/certificate_path.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "core/base/status_macros.h"
#include "core/crypto/certificate_extensions.h"
#include "core/crypto/openssl_handles.h"
#include "core/crypto/peer_refusal.h"

namespace corridor {
namespace {

constexpr size_t kIntermediatesMax = 5;
// An honest peer shows one or two ways up. A stranger can draw a maze.
constexpr int kSignaturesMax = 64;
constexpr int kPathsMax = 64;

bool IsSame(const Certificate& a, const Certificate& b) { return a.der() == b.der(); }

// The same CA, whoever certified it: coming back to it leads nowhere.
bool IsSameEntity(const Certificate& a, const Certificate& b) {
  return X509_NAME_cmp(X509_get_subject_name(a.x509()), X509_get_subject_name(b.x509())) == 0 &&
         EVP_PKEY_eq(X509_get0_pubkey(a.x509()), X509_get0_pubkey(b.x509())) == 1;
}

class PathFinder {
 public:
  PathFinder(const CertificateChain& chain, const std::vector<Certificate>& roots,
             const PathCheck& check)
      : roots_(roots), check_(check), path_{chain.leaf} {
    for (const Certificate& other : chain.others) {
      if (!IsRoot(other)) others_.push_back(other);
    }
  }

  absl::StatusOr<CertificatePath> Find() {
    if (Extend()) return path_;
    if (first_refusal_.has_value()) return *first_refusal_;
    if (steps_ended_ || too_deep_) {
      return RefusePeer(PeerRefusal::kChainTooLong,
                        "no root is reached within the bounds of a path");
    }
    if (bad_signature_) {
      return RefusePeer(PeerRefusal::kSignatureInvalid, "a signature is not its issuer's");
    }
    return RefusePeer(PeerRefusal::kUntrustedIssuer,
                      "no path leads to a root of this trust domain");
  }

 private:
  bool IsRoot(const Certificate& certificate) const {
    return std::any_of(roots_.begin(), roots_.end(),
                       [&](const Certificate& root) { return IsSame(root, certificate); });
  }

  // True: `path_` is whole and good. Else `path_` is as it was.
  bool Extend() {
    for (const Certificate& root : roots_) {
      if (!IsIssuer(root)) continue;
      path_.push_back(root);
      if (IsGood()) return true;
      path_.pop_back();
    }
    if (path_.size() > kIntermediatesMax) {
      too_deep_ = true;
      return false;
    }
    for (const Certificate& other : others_) {
      if (IsOnPath(other) || !IsIssuer(other)) continue;
      path_.push_back(other);
      if (Extend()) return true;
      path_.pop_back();
    }
    return false;
  }

  bool IsOnPath(const Certificate& other) const {
    return std::any_of(path_.begin(), path_.end(),
                       [&](const Certificate& on) { return IsSameEntity(on, other); });
  }

  bool IsIssuer(const Certificate& candidate) {
    if (steps_ended_ || !MayHaveIssued(candidate, path_.back())) return false;
    if (++signatures_ > kSignaturesMax) {
      steps_ended_ = true;
      return false;
    }
    const bool signed_by_it =
        X509_verify(path_.back().x509(), X509_get0_pubkey(candidate.x509())) == 1;
    ERR_clear_error();
    // A self-signed stranger bears a root's name, and is not a damaged certificate of that root.
    if (!signed_by_it && !IsSelfIssued(path_.back())) bad_signature_ = true;
    return signed_by_it;
  }

  bool IsGood() {
    if (++paths_ > kPathsMax) {
      steps_ended_ = true;
      return false;
    }
    const absl::Status status = check_(path_);
    if (!status.ok() && !first_refusal_.has_value()) first_refusal_ = status;
    return status.ok();
  }

  const std::vector<Certificate>& roots_;
  const PathCheck& check_;
  std::vector<Certificate> others_;
  CertificatePath path_;
  std::optional<absl::Status> first_refusal_;
  int signatures_ = 0;
  int paths_ = 0;
  bool steps_ended_ = false;
  bool too_deep_ = false;
  bool bad_signature_ = false;
};

}  // namespace

absl::StatusOr<CertificatePath> FindPath(const CertificateChain& chain,
                                         const std::vector<Certificate>& roots,
                                         const PathCheck& check) {
  return PathFinder(chain, roots, check).Find();
}

absl::Status CheckPathLengths(const CertificatePath& path) {
  long issuers_below = 0;
  for (size_t i = 1; i < path.size(); ++i) {
    const long allowed = X509_get_pathlen(path[i].x509());
    if (allowed >= 0 && issuers_below > allowed) {
      return RefusePeer(PeerRefusal::kIssuerNotCa, "an issuer may not issue this deep");
    }
    if (!IsSelfIssued(path[i])) ++issuers_below;
  }
  return absl::OkStatus();
}

absl::Status CheckPolicies(const CertificatePath& path) {
  // Owns the list only; the certificates belong to `path`.
  struct FreeList {
    void operator()(STACK_OF(X509) * list) const { sk_X509_free(list); }
  };
  struct FreeObjects {
    void operator()(STACK_OF(ASN1_OBJECT) * objects) const { sk_ASN1_OBJECT_free(objects); }
  };
  const std::unique_ptr<STACK_OF(X509), FreeList> list(sk_X509_new_null());
  for (const Certificate& certificate : path) sk_X509_push(list.get(), certificate.x509());
  X509_POLICY_TREE* tree = nullptr;
  int explicit_policy = 0;
  // Any policy will do; without this OpenSSL finds none that does.
  const std::unique_ptr<STACK_OF(ASN1_OBJECT), FreeObjects> wanted(sk_ASN1_OBJECT_new_null());
  sk_ASN1_OBJECT_push(wanted.get(), OBJ_nid2obj(NID_any_policy));
  const int result = X509_policy_check(&tree, &explicit_policy, list.get(), wanted.get(), 0);
  X509_policy_tree_free(tree);
  ERR_clear_error();
  if (result == X509_PCY_TREE_VALID || result == X509_PCY_TREE_EMPTY) return absl::OkStatus();
  if (result == X509_PCY_TREE_FAILURE) {
    return RefusePeer(PeerRefusal::kPolicy, "issuers ask for a policy that the path has not");
  }
  return RefusePeer(PeerRefusal::kMalformedCertificate, "a policy extension is not well formed");
}

}  // namespace corridor

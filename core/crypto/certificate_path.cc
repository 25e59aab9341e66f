#include "core/crypto/certificate_path.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "core/crypto/certificate_rules.h"
#include "core/crypto/openssl_handles.h"

namespace corridor {
namespace {

constexpr int kIntermediatesMax = 3;

PeerRefusal RefusalOf(int x509_error, int depth) {
  switch (x509_error) {
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return PeerRefusal::kNotYetValid;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return PeerRefusal::kExpired;
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    case X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE:
      return PeerRefusal::kSignatureInvalid;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
    case X509_V_ERR_CERT_REJECTED:
      return PeerRefusal::kUntrustedIssuer;
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
    case X509_V_ERR_CA_CERT_MISSING_KEY_USAGE:
    case X509_V_ERR_CA_BCONS_NOT_CRITICAL:
      return PeerRefusal::kIssuerNotCa;
    case X509_V_ERR_INVALID_PURPOSE:
      return depth == 0 ? PeerRefusal::kWrongKeyUsage : PeerRefusal::kIssuerNotCa;
    case X509_V_ERR_CERT_CHAIN_TOO_LONG:
      return PeerRefusal::kChainTooLong;
    case X509_V_ERR_PERMITTED_VIOLATION:
    case X509_V_ERR_EXCLUDED_VIOLATION:
    case X509_V_ERR_SUBTREE_MINMAX:
    case X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE:
    case X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX:
    case X509_V_ERR_UNSUPPORTED_NAME_SYNTAX:
      return PeerRefusal::kNameConstraint;
    case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
      return PeerRefusal::kUnknownCriticalExtension;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_EC_KEY_EXPLICIT_PARAMS:
      return PeerRefusal::kBadKeyType;
    case X509_V_ERR_CA_MD_TOO_WEAK:
      return PeerRefusal::kWeakSignature;
    case X509_V_ERR_CERT_REVOKED:
      return PeerRefusal::kRevoked;
    case X509_V_ERR_CRL_HAS_EXPIRED:
    case X509_V_ERR_CRL_NOT_YET_VALID:
      return PeerRefusal::kRevocationStale;
    case X509_V_ERR_UNABLE_TO_GET_CRL:
    case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
    case X509_V_ERR_CRL_SIGNATURE_FAILURE:
    case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
    case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
    case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
    case X509_V_ERR_DIFFERENT_CRL_SCOPE:
      return PeerRefusal::kRevocationUnknown;
    default:
      return PeerRefusal::kMalformedCertificate;
  }
}

// OpenSSL passes over an issuer that may not issue and then misses one; name the real cause.
bool NamesAnIssuerThatIsNoCa(const CertificateChain& chain) {
  return std::any_of(chain.others.begin(), chain.others.end(), [&](const Certificate& other) {
    return !MayIssue(other) && X509_NAME_cmp(X509_get_subject_name(other.x509()),
                                             X509_get_issuer_name(chain.leaf.x509())) == 0;
  });
}

absl::Status RefusedPath(X509_STORE_CTX* context, const CertificateChain& chain) {
  const int error = X509_STORE_CTX_get_error(context);
  const int depth = X509_STORE_CTX_get_error_depth(context);
  PeerRefusal refusal = RefusalOf(error, depth);
  if (refusal == PeerRefusal::kUntrustedIssuer && NamesAnIssuerThatIsNoCa(chain)) {
    refusal = PeerRefusal::kIssuerNotCa;
  }
  return RefusePeer(refusal, absl::StrCat(X509_verify_cert_error_string(error), " (depth ", depth,
                                          ", leaf serial ", chain.leaf.serial(), ")"));
}

int OpensslPurposeOf(PeerPurpose purpose) {
  switch (purpose) {
    case PeerPurpose::kTlsClient:
      return X509_PURPOSE_SSL_CLIENT;
    case PeerPurpose::kTlsServer:
      return X509_PURPOSE_SSL_SERVER;
    case PeerPurpose::kSigning:
      break;
  }
  return X509_PURPOSE_ANY;  // our own usage is checked by CheckIssuer() and CheckLeafUsages()
}

bool SetParameters(X509_STORE_CTX* context, PeerPurpose purpose, absl::Time time) {
  X509_VERIFY_PARAM* const parameters = X509_STORE_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_time(parameters, absl::ToTimeT(time));
  X509_VERIFY_PARAM_set_depth(parameters, kIntermediatesMax);
  X509_VERIFY_PARAM_set_auth_level(parameters, 2);
  return X509_VERIFY_PARAM_set_purpose(parameters, OpensslPurposeOf(purpose)) == 1;
}

// The certificate that an object of the built path belongs to: the path shares what we put in.
const Certificate* FindIn(const CertificateChain& chain, const TrustBundle& bundle, X509* x509) {
  if (chain.leaf.x509() == x509) return &chain.leaf;
  for (const std::vector<Certificate>* list : {&chain.others, &bundle.roots()}) {
    for (const Certificate& certificate : *list) {
      if (certificate.x509() == x509) return &certificate;
    }
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<std::vector<Certificate>> BuildPath(const CertificateChain& chain,
                                                   const TrustBundle& bundle, PeerPurpose purpose,
                                                   absl::Time time) {
  // Owns the list only; the certificates belong to `chain`.
  struct FreeList {
    void operator()(STACK_OF(X509) * list) const { sk_X509_free(list); }
  };
  const std::unique_ptr<STACK_OF(X509), FreeList> others(sk_X509_new_null());
  const StoreContextPtr context(X509_STORE_CTX_new());
  for (const Certificate& other : chain.others) sk_X509_push(others.get(), other.x509());
  if (context == nullptr ||
      X509_STORE_CTX_init(context.get(), bundle.x509_store(), chain.leaf.x509(), others.get()) !=
          1 ||
      !SetParameters(context.get(), purpose, time)) {
    DieOfOpenssl("preparing a verification");
  }
  const bool accepted = X509_verify_cert(context.get()) == 1;
  ERR_clear_error();
  if (!accepted) return RefusedPath(context.get(), chain);

  std::vector<Certificate> path;
  STACK_OF(X509)* const built = X509_STORE_CTX_get0_chain(context.get());
  for (int i = 0; i < sk_X509_num(built); ++i) {
    const Certificate* certificate = FindIn(chain, bundle, sk_X509_value(built, i));
    if (certificate == nullptr) DieOfOpenssl("a path holds a certificate from nowhere");
    path.push_back(*certificate);
  }
  return path;
}

}  // namespace corridor

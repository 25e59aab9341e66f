#include "core/crypto/peer_refusal.h"

#include <array>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "core/base/strings.h"

namespace corridor {
namespace {

constexpr char kRefusalPayload[] = "corridor/peer-refusal";

struct RefusalName {
  PeerRefusal refusal;
  std::string_view name;
};

constexpr std::array<RefusalName, 22> kRefusalNames = {{
    {PeerRefusal::kMalformedCertificate, "MALFORMED_CERTIFICATE"},
    {PeerRefusal::kNoSpiffeId, "NO_SPIFFE_ID"},
    {PeerRefusal::kSeveralUriNames, "SEVERAL_URI_SANS"},
    {PeerRefusal::kUnknownTrustDomain, "UNKNOWN_TRUST_DOMAIN"},
    {PeerRefusal::kWrongTrustDomain, "WRONG_TRUST_DOMAIN"},
    {PeerRefusal::kCaAsLeaf, "CA_AS_LEAF"},
    {PeerRefusal::kWrongKeyUsage, "WRONG_KEY_USAGE"},
    {PeerRefusal::kBadKeyType, "BAD_KEY_TYPE"},
    {PeerRefusal::kWeakSignature, "WEAK_SIGNATURE"},
    {PeerRefusal::kNotYetValid, "CERTIFICATE_NOT_YET_VALID"},
    {PeerRefusal::kExpired, "CERTIFICATE_EXPIRED"},
    {PeerRefusal::kLifetimeTooLong, "LIFETIME_TOO_LONG"},
    {PeerRefusal::kUntrustedIssuer, "UNTRUSTED_ISSUER"},
    {PeerRefusal::kIssuerNotCa, "ISSUER_NOT_CA"},
    {PeerRefusal::kSignatureInvalid, "SIGNATURE_INVALID"},
    {PeerRefusal::kChainTooLong, "CHAIN_TOO_LONG"},
    {PeerRefusal::kNameConstraint, "NAME_CONSTRAINT"},
    {PeerRefusal::kPolicy, "POLICY"},
    {PeerRefusal::kUnknownCriticalExtension, "UNKNOWN_CRITICAL_EXTENSION"},
    {PeerRefusal::kRevoked, "CERTIFICATE_REVOKED"},
    {PeerRefusal::kRevocationUnknown, "REVOCATION_UNKNOWN"},
    {PeerRefusal::kRevocationStale, "REVOCATION_STALE"},
}};

}  // namespace

std::string_view ToString(PeerRefusal refusal) {
  for (const RefusalName& entry : kRefusalNames) {
    if (entry.refusal == refusal) return entry.name;
  }
  return "";
}

std::string_view ToString(PeerPurpose purpose) {
  switch (purpose) {
    case PeerPurpose::kTlsClient:
      return "TLS client";
    case PeerPurpose::kTlsServer:
      return "TLS server";
    case PeerPurpose::kSigning:
      return "statement signing";
  }
  return "";
}

absl::Status RefusePeer(PeerRefusal refusal, std::string_view detail) {
  const std::string_view name = ToString(refusal);
  absl::Status status = absl::UnauthenticatedError(absl::StrCat(A(name), ": ", A(detail)));
  status.SetPayload(kRefusalPayload, absl::Cord(A(name)));
  return status;
}

std::optional<PeerRefusal> PeerRefusalOf(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kRefusalPayload);
  if (!payload.has_value()) return std::nullopt;
  for (const RefusalName& entry : kRefusalNames) {
    if (*payload == A(entry.name)) return entry.refusal;
  }
  return std::nullopt;
}

void CopyRefusal(const absl::Status& from, absl::Status& to) {
  const absl::optional<absl::Cord> payload = from.GetPayload(kRefusalPayload);
  if (payload.has_value()) to.SetPayload(kRefusalPayload, *payload);
}

}  // namespace corridor

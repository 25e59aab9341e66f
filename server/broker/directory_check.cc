#include "server/broker/directory_check.h"

#include <algorithm>
#include <utility>

#include "core/base/status_macros.h"
#include "core/crypto/signature.h"
#include "core/crypto/statement_proof.h"
#include "core/model/errors.h"
#include "core/model/principal.h"

namespace corridor {
namespace {

absl::Status Invalid(std::string_view message) {
  return Error(v1::ERROR_REASON_ORIGIN_INVALID, message);
}

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

absl::StatusOr<std::string> KeyIdOfRaw(const std::string& public_key) {
  ASSIGN_OR_RETURN(const PublicKey key, PublicKeyFrom(public_key));
  return ToString(KeyIdOf(key));
}

bool IsBrokerOf(const std::string& spiffe_id, const std::string& region) {
  auto principal = ParsePrincipal(spiffe_id);
  return principal.ok() && principal->kind == PrincipalKind::kBroker && principal->region == region;
}

// The directory's signer must be a broker of the region now.
absl::Status CheckSignature(const std::string& region, const v1::SignedDirectory& directory,
                            const RegionKeyVerifier& verify, absl::Time now) {
  ASSIGN_OR_RETURN(const SigningCertificate signer,
                   verify(region, directory.certificate_chain_pem(), now));
  if (!IsBrokerOf(signer.spiffe_id, region)) {
    return Invalid("the directory is not signed by a broker of its region");
  }
  if (!VerifyDirectory(directory, signer.public_key)) {
    return Invalid("the signature of the directory does not verify");
  }
  return absl::OkStatus();
}

absl::Status AddMemberKey(const std::string& region, const v1::SigningKey& key,
                          const RegionKeyVerifier& verify, absl::Time now, DirectoryKeys& keys) {
  const absl::Time as_of = std::min(now, TimeOf(key.not_after()));
  ASSIGN_OR_RETURN(const SigningCertificate certificate,
                   verify(region, key.certificate_chain_pem(), as_of));
  ASSIGN_OR_RETURN(const std::string key_id, KeyIdOfRaw(certificate.public_key));
  const bool fits = certificate.spiffe_id == key.member() && IsMemberId(key.member()) &&
                    key_id == key.key_id() && certificate.not_before == TimeOf(key.not_before()) &&
                    certificate.not_after == TimeOf(key.not_after());
  if (!fits) return Invalid("a signing key in the directory differs from its certificate");
  keys.signing[key_id] = certificate.public_key;
  return absl::OkStatus();
}

absl::Status AddBrokerKey(const std::string& region, const std::string& chain_pem,
                          const RegionKeyVerifier& verify, absl::Time now, DirectoryKeys& keys) {
  ASSIGN_OR_RETURN(const SigningCertificate certificate, verify(region, chain_pem, now));
  if (!IsBrokerOf(certificate.spiffe_id, region)) {
    return Invalid("a broker key in the directory is not one of a broker of the region");
  }
  ASSIGN_OR_RETURN(const std::string key_id, KeyIdOfRaw(certificate.public_key));
  keys.brokers[key_id] = certificate.public_key;
  return absl::OkStatus();
}

}  // namespace

RegionKeyVerifier MakeRegionKeyVerifier(std::function<TrustStore()> trust) {
  return [trust = std::move(trust)](const std::string& region, const std::string& chain_pem,
                                    absl::Time time) -> absl::StatusOr<SigningCertificate> {
    ASSIGN_OR_RETURN(const VerifiedIdentity identity,
                     trust().VerifyPem(chain_pem, PeerPurpose::kSigning, time));
    if (identity.spiffe_id.trust_domain() != region) {
      return Invalid("the signing certificate is of another region");
    }
    return SigningCertificate{.spiffe_id = identity.spiffe_id.ToString(),
                              .public_key = ToString(*identity.ed25519_public_key),
                              .not_before = identity.not_before,
                              .not_after = identity.not_after};
  };
}

absl::StatusOr<VerifiedDirectory> VerifyPeerDirectory(const std::string& region,
                                                      const v1::SignedDirectory& signed_directory,
                                                      const RegionKeyVerifier& verify,
                                                      absl::Time now) {
  RETURN_IF_ERROR(CheckSignature(region, signed_directory, verify, now));
  VerifiedDirectory verified;
  if (!verified.directory.ParseFromString(signed_directory.directory()) ||
      verified.directory.region() != region) {
    return Invalid("the directory does not parse, or is of another region");
  }
  for (const v1::SigningKey& key : verified.directory.signing_keys()) {
    RETURN_IF_ERROR(AddMemberKey(region, key, verify, now, verified.keys));
  }
  for (const std::string& chain : verified.directory.broker_certificate_chains_pem()) {
    RETURN_IF_ERROR(AddBrokerKey(region, chain, verify, now, verified.keys));
  }
  return verified;
}

}  // namespace corridor

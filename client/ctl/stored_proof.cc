#include "client/ctl/stored_proof.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/crypto/signature.h"
#include "core/crypto/statement_proof.h"
#include "core/model/principal.h"
#include "corridor/v1/statement.pb.h"

namespace corridor {
namespace {

absl::Status Unproved(std::string_view what) { return absl::UnauthenticatedError(A(what)); }

std::string_view KeyBytes(const PublicKey& key) {
  return {reinterpret_cast<const char*>(key.data()), key.size()};
}

// The identity of the certified key, as it was at `time`.
absl::StatusOr<VerifiedIdentity> SignerOf(std::string_view key_id, std::string_view whose,
                                          const std::vector<CertificateChain>& signers,
                                          const TrustStore& trust, absl::Time time) {
  const auto found =
      std::find_if(signers.begin(), signers.end(), [&](const CertificateChain& signer) {
        const std::optional<PublicKey>& key = signer.leaf.ed25519_public_key();
        return key.has_value() && ToString(KeyIdOf(*key)) == key_id;
      });
  if (found == signers.end()) {
    return Unproved(absl::StrCat("no signing certificate is given for the ", A(whose), "'s key"));
  }
  absl::StatusOr<VerifiedIdentity> identity = trust.Verify(*found, PeerPurpose::kSigning, time);
  if (identity.ok()) return identity;
  return Unproved(absl::StrCat("the ", A(whose), "'s signing certificate, at the accept time: ",
                               identity.status().message()));
}

}  // namespace

absl::StatusOr<ProvedStatement> ProveStored(const v1::StoredStatement& stored,
                                            const std::vector<CertificateChain>& signers,
                                            const TrustStore& trust) {
  const v1::ReaderStatement& statement = stored.statement();
  v1::StatementBody body;
  if (!body.ParseFromString(statement.body())) return Unproved("the statement is malformed");
  const Digest digest = ReaderDigest(statement);
  const absl::Time time = absl::FromUnixMillis(stored.acceptance().accept_time_ms());

  ASSIGN_OR_RETURN(const VerifiedIdentity signer,
                   SignerOf(statement.proof().key_id(), "publisher", signers, trust, time));
  const std::string signer_id = signer.spiffe_id.ToString();
  const auto principal = ParsePrincipal(signer_id);
  if (!principal.ok() || principal->member != body.publisher()) {
    return Unproved("the signing certificate is not of the publisher that the statement names");
  }
  if (!VerifyStatementProof(digest, statement.proof(), KeyBytes(*signer.ed25519_public_key))) {
    return Unproved("the publisher did not sign this: a signature does not verify");
  }

  ASSIGN_OR_RETURN(const VerifiedIdentity broker,
                   SignerOf(stored.acceptance().key_id(), "broker", signers, trust, time));
  const std::string& region = stored.acceptance().position().region();
  if (broker.spiffe_id.segments().front() != "broker" ||
      broker.spiffe_id.trust_domain() != region || signer.spiffe_id.trust_domain() != region) {
    return Unproved("it was not accepted by a broker of the publisher's region");
  }
  if (!VerifyAcceptance(ToString(digest), stored.acceptance(),
                        KeyBytes(*broker.ed25519_public_key))) {
    return Unproved("the broker did not accept this: a signature does not verify");
  }
  return ProvedStatement{body.publisher(), signer_id, broker.spiffe_id.ToString(), time,
                         ToString(digest)};
}

}  // namespace corridor

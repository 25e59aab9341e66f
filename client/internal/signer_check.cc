#include "client/internal/signer_check.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/base/status_macros.h"
#include "core/crypto/certificate.h"
#include "core/crypto/statement_proof.h"
#include "core/model/principal.h"
#include "core/model/signing_key.h"

namespace corridor {
namespace {

absl::Status NotItsWord(std::string_view why) { return absl::DataLossError(std::string(why)); }

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

struct Proved {
  std::string public_key;
  PublisherProof proof;
};

// The public key in the certificate, which the publisher's region vouches for where its roots are
// known.
absl::StatusOr<Proved> PublicKeyOf(const v1::SigningKey& key,
                                   const std::optional<TrustStore>& trust, absl::Time accepted_at) {
  if (!trust.has_value() || trust->Find(RegionOf(key.member())) == nullptr) {
    const auto leaf = Certificate::FromPem(key.certificate_chain_pem());
    if (!leaf.ok() || !leaf->ed25519_public_key().has_value()) {
      return NotItsWord("the publisher's signing certificate cannot be read");
    }
    return Proved{ToString(*leaf->ed25519_public_key()), PublisherProof::kOnBrokersWord};
  }
  // Expired since, it was good when the origin accepted the statement.
  const absl::Time time =
      std::max(TimeOf(key.not_before()), std::min(accepted_at, TimeOf(key.not_after())));
  const auto identity = trust->VerifyPem(key.certificate_chain_pem(), PeerPurpose::kSigning, time);
  if (!identity.ok() || identity->spiffe_id.ToString() != key.member()) {
    return NotItsWord("the publisher's region has not certified the signing key");
  }
  return Proved{ToString(*identity->ed25519_public_key), PublisherProof::kCertified};
}

}  // namespace

const std::optional<v1::SigningKey>& SignerCheck::KeyOf(const std::string& key_id) {
  const absl::Duration now = clock_.Steady();
  const auto known = keys_.find(key_id);
  if (known != keys_.end() && now < known->second.until) return known->second.key;
  if (known == keys_.end() && keys_.size() >= kKeysMax) keys_.clear();
  v1::GetSigningKeysRequest request;
  request.add_key_ids(key_id);
  auto answer = connection_->GetSigningKeys(request);
  Known& entry = keys_[key_id];
  entry.until = now + kUnknownHolds;
  if (!answer.ok()) return entry.key;  // What was known before holds meanwhile.
  entry.key.reset();
  for (v1::SigningKey& key : *answer->mutable_signing_keys()) {
    if (key.key_id() == key_id) entry.key = std::move(key);
  }
  if (entry.key.has_value()) entry.until = now + kKeyHolds;
  return entry.key;
}

absl::StatusOr<PublisherProof> SignerCheck::Check(const Delivery& delivery) {
  const v1::StatementProof& proof = delivery.stored.statement().proof();
  const std::optional<v1::SigningKey>& key = KeyOf(proof.key_id());
  if (!key.has_value()) return PublisherProof::kKeyUnknown;
  if (key->member() != delivery.body.publisher()) {
    return NotItsWord("the signing key is another member's");
  }
  const absl::Time accepted_at =
      absl::FromUnixMillis(delivery.stored.acceptance().accept_time_ms());
  const KeyStanding standing = StandingAt(*key, accepted_at);
  // After an embargo the acceptance is that of the release; the key was judged before.
  const bool was_held = !delivery.body.has_published_at();
  if (standing == KeyStanding::kCompromised || (standing == KeyStanding::kNotValid && !was_held)) {
    return NotItsWord("the signing key was not the publisher's own when this was accepted");
  }
  ASSIGN_OR_RETURN(const Proved proved, PublicKeyOf(*key, trust_, accepted_at));
  const auto digest = DigestFrom(delivery.digest);
  if (!digest.ok() || !VerifyStatementProof(*digest, proof, proved.public_key, &roots_)) {
    return NotItsWord("the publisher's proof does not verify");
  }
  return proved.proof;
}

}  // namespace corridor

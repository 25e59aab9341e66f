#include "server/broker/key_check.h"

#include <optional>
#include <string>

#include "core/base/status_macros.h"
#include "core/crypto/statement_proof.h"
#include "core/model/errors.h"
#include "core/model/signing_key.h"

namespace corridor {

ParsedIds IdsOf(const v1::SignedStatement& statement) {
  ParsedIds ids{
      .publisher = {}, .statement_id = {}, .digest = ToString(StatementDigest(statement))};
  v1::StatementBody body;
  if (!body.ParseFromString(statement.body())) return ids;
  ids.publisher = body.publisher();
  ids.statement_id = body.statement_id();
  return ids;
}

absl::Status CheckStatementKey(const Facts& facts, const ParsedStatement& statement,
                               absl::Time accepted_at, VerifiedRoots& roots, StolenKey stolen) {
  const v1::StatementProof& proof = statement.bytes.proof();
  const auto key = facts.signing_keys.find(proof.key_id());
  if (key == facts.signing_keys.end() || key->second.member() != statement.body.publisher()) {
    return Error(v1::ERROR_REASON_SIGNING_KEY_UNKNOWN,
                 "the signing key is not registered for the publisher; register its certificate");
  }
  const KeyStanding standing = StandingAt(key->second, accepted_at);
  const bool may_end = stolen == StolenKey::kMayRecall && statement.body.has_recall();
  if (standing == KeyStanding::kCompromised && !may_end) {
    return Error(v1::ERROR_REASON_SIGNING_KEY_REVOKED,
                 "the signing key is revoked, and was in wrong hands by then; make a new key");
  }
  if (standing != KeyStanding::kGood && standing != KeyStanding::kCompromised) {
    return Error(v1::ERROR_REASON_SIGNING_KEY_UNKNOWN,
                 "the signing key is retired or not valid at this time; sign with a current key");
  }
  auto digest = DigestFrom(statement.digest);
  const std::string& public_key = facts.signing_public_keys.at(proof.key_id());
  if (!digest.ok() || !VerifyStatementProof(*digest, proof, public_key, &roots)) {
    return Error(v1::ERROR_REASON_SIGNATURE_INVALID,
                 "the proof does not verify under the publisher's key");
  }
  return absl::OkStatus();
}

absl::Status CheckAcceptance(const Facts& facts, const std::string& origin,
                             const std::string& digest, const v1::Acceptance& acceptance,
                             VerifiedRoots& roots) {
  const auto key = facts.broker_keys.find(acceptance.key_id());
  if (key == facts.broker_keys.end()) {
    return Error(v1::ERROR_REASON_SIGNING_KEY_UNKNOWN,
                 "the broker key that signed the acceptance is not known here");
  }
  if (key->second.region != origin || acceptance.position().region() != origin) {
    return Error(v1::ERROR_REASON_ORIGIN_INVALID,
                 "the statement was not accepted by a broker of the region that sent it");
  }
  if (!VerifyAcceptance(digest, acceptance, key->second.public_key, &roots)) {
    return Error(v1::ERROR_REASON_ORIGIN_INVALID, "the acceptance proof does not verify");
  }
  return absl::OkStatus();
}

absl::StatusOr<RecordPtr> TargetRecord(const Journal& journal, const ParsedStatement& statement) {
  std::string publisher = AlertOwnerOf(statement.body);
  std::string alert_id = statement.body.alert_id();
  if (statement.content() != nullptr) return RecordPtr();
  if (const v1::AlertReference* target = TargetOf(statement.body)) {
    publisher = target->publisher();
    alert_id = target->alert_id();
  }
  ASSIGN_OR_RETURN(std::optional<AlertHead> head, journal.AlertHeadOf(publisher, alert_id));
  if (!head.has_value() || !head->current.has_value()) return RecordPtr();
  return journal.At(head->current->lane, head->current->offset);
}

}  // namespace corridor

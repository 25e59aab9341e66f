#include "server/broker/batch_audiences.h"

#include "absl/strings/str_cat.h"
#include "core/model/errors.h"

namespace corridor {
namespace {

bool NamesAnAudience(const v1::StatementRouting& routing) {
  return routing.has_audience() && !routing.audience().has_to_publisher() &&
         !routing.audience().has_same_as_target();
}

// The alert whose readers a statement goes to that names none of its own.
Digest FollowedAlert(const ParsedStatement& statement) {
  if (NamesAnAudience(statement.routing)) return Digest{};
  if (const v1::AlertReference* target = TargetOf(statement.body)) {
    return Sha256(target->alert_id(), target->publisher());
  }
  return Sha256(statement.body.alert_id(), AlertOwnerOf(statement.body));
}

// Whom the signer meant. The ids of alerts have a fixed length, so nothing runs together.
Digest AudienceOf(const ParsedStatement& statement) {
  const Digest routing = Sha256(statement.bytes.routing());
  const Digest alert = FollowedAlert(statement);
  return Sha256(routing, alert, absl::StrCat(static_cast<int>(statement.body.tlp())));
}

}  // namespace

absl::Status BatchAudiences::Check(const ParsedStatement& statement) {
  const v1::StatementProof& proof = statement.bytes.proof();
  if (!proof.has_batch()) return absl::OkStatus();
  const std::string root = absl::StrCat(proof.key_id(), proof.batch().root());
  const Digest audience = AudienceOf(statement);
  const absl::MutexLock lock(&mutex_);
  const Digest* first = audiences_.Find(root);
  if (first == nullptr) first = audiences_.Put(root, audience);
  if (*first == audience) return absl::OkStatus();
  return Error(v1::ERROR_REASON_MISUSE_RULE,
               "statements under one signature must be for one audience; sign this one apart",
               "rule", "batch.one_audience");
}

size_t BatchAudiences::size() const {
  const absl::MutexLock lock(&mutex_);
  return audiences_.size();
}

}  // namespace corridor

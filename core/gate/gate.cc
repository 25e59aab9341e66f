#include "core/gate/gate.h"

#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "core/gate/canonical_bytes.h"
#include "core/gate/content_rules.h"
#include "core/gate/envelope_rules.h"
#include "core/gate/text_rules.h"
#include "core/model/structure_rules.h"

namespace corridor {
namespace {

// A verdict travels in the trailing metadata of an RPC, which is small.
constexpr size_t kViolationsMax = 24;

v1::GateVerdictStamp StampOf(const GatePolicy& policy) {
  v1::GateVerdictStamp stamp;
  stamp.set_policy_version(policy.version);
  stamp.set_policy_digest(GatePolicyDigest(policy));
  return stamp;
}

struct Content {
  const v1::AlertContent* content = nullptr;
  std::string_view path;
};

// The content that a statement carries, be it an alert's or a proposal's.
Content ContentOf(const v1::StatementBody& body) {
  if (body.issue().has_content()) return {&body.issue().content(), "body.issue.content"};
  if (body.revise().has_content()) return {&body.revise().content(), "body.revise.content"};
  if (body.response().has_proposal())
    return {&body.response().proposal(), "body.response.proposal"};
  return {};
}

}  // namespace

absl::Status Stamped(absl::Status refusal, const v1::GateVerdictStamp& stamp) {
  absl::Status status =
      WithMetadata(std::move(refusal), "gate_policy_version", stamp.policy_version());
  return WithMetadata(std::move(status), "gate_policy_digest",
                      absl::BytesToHexString(stamp.policy_digest()));
}

Gate::Gate(GatePolicy policy)
    : policy_(std::move(policy)), stamp_(StampOf(policy_)), scanner_(policy_.phone_regions) {}

absl::StatusOr<AcceptedStatement> Gate::Examine(v1::SignedStatement statement,
                                                GateSide side) const {
  auto canonical = ParseCanonical(std::move(statement));
  if (!canonical.ok()) return Stamped(canonical.status(), stamp_);
  ParsedStatement& parsed = *canonical;
  const v1::StatementBody& body = parsed.body;
  const UnknownCodes unknown = UnknownCodesOf(body, side == GateSide::kLink);
  std::vector<FieldViolation> violations;
  CheckEnvelope(body, unknown, violations);
  CheckRouting(parsed.routing, body, violations);
  CheckProofShape(parsed.bytes.proof(), violations);
  if (body.has_sighting()) CheckSightingRules(body.sighting(), policy_, violations);
  if (const auto [content, path] = ContentOf(body); content != nullptr) {
    const std::vector<FieldViolation> faults = CheckStructure(*content, unknown, path);
    violations.insert(violations.end(), faults.begin(), faults.end());
    if (faults.empty()) {
      CheckContentRules(*content, policy_, path, violations);
      CheckTexts(*content, body.tlp(), policy_, scanner_, path, violations);
    }
  }
  if (violations.size() > kViolationsMax) violations.resize(kViolationsMax);
  if (!violations.empty()) return Stamped(InvalidFields(violations), stamp_);
  return AcceptedStatement(std::make_shared<const ParsedStatement>(std::move(parsed)), stamp_,
                           policy_.group_size_min);
}

}  // namespace corridor

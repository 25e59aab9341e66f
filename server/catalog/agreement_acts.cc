// Agreements.

#include <algorithm>

#include "core/model/errors.h"
#include "server/catalog/agreement_acts.h"
#include "server/catalog/answer.h"
#include "server/catalog/catalog.h"
#include "server/catalog/field_rules.h"
#include "server/catalog/paging.h"
#include "server/catalog/stored_values.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

template <typename Values>
void Sort(Values* values) {
  std::sort(values->begin(), values->end());
}

void AddExcludedUse(v1::ExcludedUse use, v1::Agreement& agreement) {
  const auto& uses = agreement.excluded_uses();
  if (std::find(uses.begin(), uses.end(), use) == uses.end()) agreement.add_excluded_uses(use);
}

// With what every agreement carries, and its sets in order.
v1::Agreement Normalised(v1::Agreement agreement) {
  agreement.set_state(v1::AGREEMENT_STATE_ACTIVE);
  agreement.clear_etag();
  AddExcludedUse(v1::EXCLUDED_USE_IMMIGRATION_ENFORCEMENT, agreement);
  AddExcludedUse(v1::EXCLUDED_USE_REFOULEMENT, agreement);
  for (v1::Party* party : {agreement.mutable_from(), agreement.mutable_to()}) {
    Sort(party->mutable_countries());
    Sort(party->mutable_members());
  }
  Sort(agreement.mutable_kinds());
  Sort(agreement.mutable_purposes());
  Sort(agreement.mutable_excluded_uses());
  return agreement;
}

absl::StatusOr<bool> WriteEnded(v1::Agreement& agreement, std::string_view etag,
                                CommitContext& context, uint64_t generation) {
  const std::string key = AgreementKey(agreement.agreement_id());
  ASSIGN_OR_RETURN(auto present, ReadEntry<v1::Agreement>(context, key));
  if (!present.has_value()) {
    return Error(v1::ERROR_REASON_NOT_FOUND, "there is no such agreement");
  }
  RETURN_IF_ERROR(CheckEtag(etag, present->etag()));
  const bool changes = present->state() != v1::AGREEMENT_STATE_ENDED;
  if (changes) {
    present->set_state(v1::AGREEMENT_STATE_ENDED);
    SetEtag(*present, generation);
    context.Put(key, present->SerializeAsString());
  }
  agreement = std::move(*present);
  return changes;
}

}  // namespace

absl::StatusOr<bool> WriteNewAgreement(v1::Agreement& agreement, CommitContext& context,
                                       uint64_t generation) {
  const std::string key = AgreementKey(agreement.agreement_id());
  ASSIGN_OR_RETURN(auto present, ReadEntry<v1::Agreement>(context, key));
  if (!agreement.has_applies_from()) {
    *agreement.mutable_applies_from() =
        present.has_value() ? present->applies_from() : ToTimestamp(context.now());
  }
  if (present.has_value()) {
    const v1::Agreement whole = *present;
    present->clear_etag();
    if (!AreEqual(agreement, *present)) {
      return Error(v1::ERROR_REASON_ALREADY_EXISTS,
                   "an agreement of this id exists, with other values or ended; take another id");
    }
    agreement = whole;
    return false;
  }
  SetEtag(agreement, generation);
  context.Put(key, agreement.SerializeAsString());
  return true;
}

void Catalog::CreateAgreement(const Principal& actor, v1::Agreement agreement,
                              Done<v1::Agreement> done) {
  const Violations violations = CheckAgreement(agreement, broker_.region);
  if (!violations.empty()) {
    return Refuse(Entry(actor, v1::AUDIT_ACT_AGREEMENT, ""), InvalidFields(violations),
                  AnswerWith<v1::Agreement>(nullptr, std::move(done)));
  }
  agreement = Normalised(std::move(agreement));
  if (parts_.approvals.needed) {
    return ProposeAgreement(actor, std::move(agreement), std::move(done));
  }
  auto result = std::make_shared<v1::Agreement>(std::move(agreement));
  Act act{.entry = Entry(actor, v1::AUDIT_ACT_AGREEMENT, result->agreement_id())};
  act.write = [result](CommitContext& context, uint64_t generation) {
    return WriteNewAgreement(*result, context, generation);
  };
  act.apply_to_facts = [result](Facts& facts) {
    facts.agreements[result->agreement_id()] = *result;
  };
  Perform(std::move(act), AnswerWith(result, std::move(done)));
}

void Catalog::EndAgreement(const Principal& actor, const v1::EndAgreementRequest& request,
                           Done<v1::Agreement> done) {
  if (!IsSimpleName(request.agreement_id())) {
    return Refuse(Entry(actor, v1::AUDIT_ACT_AGREEMENT, ""),
                  InvalidFields({{"agreement_id", v1::ERROR_REASON_REQUEST_INVALID,
                                  "give 1 to 63 of a-z 0-9 and hyphen"}}),
                  AnswerWith<v1::Agreement>(nullptr, std::move(done)));
  }
  auto result = std::make_shared<v1::Agreement>();
  result->set_agreement_id(request.agreement_id());
  Act act{.entry = Entry(actor, v1::AUDIT_ACT_AGREEMENT, request.agreement_id())};
  act.write = [result, etag = request.etag()](CommitContext& context, uint64_t generation) {
    return WriteEnded(*result, etag, context, generation);
  };
  act.apply_to_facts = [result](Facts& facts) {
    facts.agreements[result->agreement_id()] = *result;
  };
  Perform(std::move(act), AnswerWith(result, std::move(done)));
}

absl::StatusOr<v1::Agreement> Catalog::GetAgreement(std::string_view agreement_id) const {
  const std::shared_ptr<const Facts> facts = this->facts();
  auto found = facts->agreements.find(agreement_id);
  if (found == facts->agreements.end()) {
    return Error(v1::ERROR_REASON_NOT_FOUND, "there is no such agreement");
  }
  return found->second;
}

absl::StatusOr<v1::ListAgreementsResponse> Catalog::ListAgreements(
    const v1::ListAgreementsRequest& request) const {
  ASSIGN_OR_RETURN(const PageRequest page,
                   ReadPageRequest(request.page_size(), request.page_token()));
  const std::shared_ptr<const Facts> facts = this->facts();
  std::map<std::string, const v1::Agreement*> agreements;
  for (const auto& [id, agreement] : facts->agreements) agreements[id] = &agreement;
  v1::ListAgreementsResponse response;
  response.set_next_page_token(FillPage(
      agreements, page,
      [&response](const v1::Agreement* agreement) { *response.add_agreements() = *agreement; }));
  return response;
}

}  // namespace corridor

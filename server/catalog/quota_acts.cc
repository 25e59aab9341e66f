// How much principals may ask.

#include "core/model/errors.h"
#include "core/model/principal.h"
#include "server/catalog/answer.h"
#include "server/catalog/catalog.h"
#include "server/catalog/field_rules.h"
#include "server/catalog/paging.h"
#include "server/catalog/stored_values.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

absl::StatusOr<bool> WriteQuota(v1::Quota& quota, std::string_view etag, CommitContext& context,
                                uint64_t generation) {
  ASSIGN_OR_RETURN(const Principal principal, ParsePrincipal(quota.principal()));
  ASSIGN_OR_RETURN(const auto member, context.Get(MemberKey(principal.member)));
  if (!member.has_value()) {
    return Error(v1::ERROR_REASON_NOT_FOUND, "there is no such member; register it first");
  }
  const std::string key = QuotaKey(quota.principal());
  ASSIGN_OR_RETURN(auto present, ReadEntry<v1::Quota>(context, key));
  RETURN_IF_ERROR(CheckEtag(etag, present.has_value() ? present->etag() : "none"));
  if (present.has_value()) {
    const v1::Quota whole = *present;
    present->clear_etag();
    if (AreEqual(quota, *present)) {
      quota = whole;
      return false;
    }
  }
  SetEtag(quota, generation);
  context.Put(key, quota.SerializeAsString());
  return true;
}

}  // namespace

void Catalog::SetQuota(const Principal& actor, v1::Quota quota, Done<v1::Quota> done) {
  const Violations violations = CheckQuota(quota, broker_.region);
  if (!violations.empty()) {
    return Refuse(Entry(actor, v1::AUDIT_ACT_QUOTA, ""), InvalidFields(violations),
                  AnswerWith<v1::Quota>(nullptr, std::move(done)));
  }
  const std::string etag = quota.etag();
  quota.clear_etag();
  auto result = std::make_shared<v1::Quota>(std::move(quota));
  Act act{.entry = Entry(actor, v1::AUDIT_ACT_QUOTA, result->principal())};
  act.write = [result, etag](CommitContext& context, uint64_t generation) {
    return WriteQuota(*result, etag, context, generation);
  };
  act.apply_to_facts = [result](Facts& facts) { facts.quotas[result->principal()] = *result; };
  Perform(std::move(act), AnswerWith(result, std::move(done)));
}

void Catalog::DeleteQuota(const Principal& actor, const std::string& principal, DoneVoid done) {
  if (!ParsePrincipal(principal).ok()) {
    return Refuse(Entry(actor, v1::AUDIT_ACT_QUOTA, ""),
                  InvalidFields({{"principal", v1::ERROR_REASON_REQUEST_INVALID,
                                  "give the SPIFFE ID of a principal"}}),
                  std::move(done));
  }
  Act act{.entry = Entry(actor, v1::AUDIT_ACT_QUOTA, principal)};
  act.write = [principal](CommitContext& context, uint64_t) -> absl::StatusOr<bool> {
    const std::string key = QuotaKey(principal);
    ASSIGN_OR_RETURN(const auto present, context.Get(key));
    if (!present.has_value()) {
      return Error(v1::ERROR_REASON_NOT_FOUND, "the principal has no quota of its own");
    }
    context.Delete(key);
    return true;
  };
  act.apply_to_facts = [principal](Facts& facts) { facts.quotas.erase(principal); };
  Perform(std::move(act), std::move(done));
}

absl::StatusOr<v1::ListQuotasResponse> Catalog::ListQuotas(
    const v1::ListQuotasRequest& request) const {
  ASSIGN_OR_RETURN(const PageRequest page,
                   ReadPageRequest(request.page_size(), request.page_token()));
  const std::shared_ptr<const Facts> facts = this->facts();
  std::map<std::string, const v1::Quota*> quotas;
  for (const auto& [id, quota] : facts->quotas) quotas[id] = &quota;
  v1::ListQuotasResponse response;
  response.set_next_page_token(FillPage(
      quotas, page, [&response](const v1::Quota* quota) { *response.add_quotas() = *quota; }));
  return response;
}

}  // namespace corridor

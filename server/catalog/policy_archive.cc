#include "server/catalog/policy_archive.h"

#include <optional>
#include <string>
#include <utility>

#include "core/base/status_macros.h"
#include "core/model/errors.h"
#include "server/catalog/stored_catalog.pb.h"
#include "server/catalog/stored_values.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

stored::StoredPolicy PolicyOf(const Facts& facts) {
  stored::StoredPolicy policy;
  policy.set_region(facts.region);
  for (const auto& [id, member] : facts.members) *policy.add_members() = member;
  for (const auto& [principal, grant] : facts.grants) *policy.add_grants() = grant;
  for (const auto& [id, agreement] : facts.agreements) *policy.add_agreements() = agreement;
  return policy;
}

std::shared_ptr<const Facts> FactsFrom(stored::StoredPolicy policy, uint64_t generation) {
  auto facts = std::make_shared<Facts>();
  facts->region = policy.region();
  facts->generation = generation;
  for (v1::Member& member : *policy.mutable_members()) {
    facts->members[member.spiffe_id()] = std::move(member);
  }
  for (v1::Grant& grant : *policy.mutable_grants()) {
    facts->grants[grant.principal()] = std::move(grant);
  }
  for (v1::Agreement& agreement : *policy.mutable_agreements()) {
    facts->agreements[agreement.agreement_id()] = std::move(agreement);
  }
  return facts;
}

}  // namespace

BatchPart PolicyArchive::KeepPart(std::shared_ptr<const Facts> facts) {
  return [facts = std::move(facts)](CommitContext& context) -> absl::Status {
    const std::string key = PolicySnapshotKey(facts->generation);
    ASSIGN_OR_RETURN(const std::optional<std::string> kept, context.Get(key));
    if (!kept.has_value()) context.Put(key, PolicyOf(*facts).SerializeAsString());
    return absl::OkStatus();
  };
}

template <typename Source>
absl::StatusOr<std::shared_ptr<const Facts>> PolicyArchive::Find(const Source& source,
                                                                 uint64_t generation) const {
  absl::MutexLock lock(&mutex_);
  if (const auto found = cached_.find(generation); found != cached_.end()) return found->second;
  ASSIGN_OR_RETURN(const std::optional<std::string> bytes,
                   source.Get(PolicySnapshotKey(generation)));
  if (!bytes.has_value()) {
    return Error(v1::ERROR_REASON_NOT_FOUND, "nothing was disclosed in that generation");
  }
  stored::StoredPolicy policy;
  if (!policy.ParseFromString(*bytes)) return CorruptEntry();
  if (cached_.size() >= kCachedMax) cached_.erase(cached_.begin());
  return cached_[generation] = FactsFrom(std::move(policy), generation);
}

absl::StatusOr<std::shared_ptr<const Facts>> PolicyArchive::FactsOf(const CommitContext& context,
                                                                    uint64_t generation) const {
  return Find(context, generation);
}

absl::StatusOr<std::shared_ptr<const Facts>> PolicyArchive::FactsOf(const Store& store,
                                                                    uint64_t generation) const {
  return Find(store, generation);
}

}  // namespace corridor

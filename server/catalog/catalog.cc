#include "server/catalog/catalog.h"

#include "core/base/status_macros.h"
#include "core/model/errors.h"
#include "server/catalog/directory_facts.h"
#include "server/catalog/stored_catalog.pb.h"
#include "server/catalog/stored_values.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

// Whether a failed change was refused, rather than not tried or its outcome unknown.
bool IsRefusal(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsNotFound(status) ||
         absl::IsAlreadyExists(status) || absl::IsAborted(status) ||
         absl::IsPermissionDenied(status);
}

}  // namespace

Catalog::Catalog(Principal broker, Parts parts)
    : broker_(std::move(broker)), parts_(std::move(parts)) {}

absl::StatusOr<std::unique_ptr<Catalog>> Catalog::Open(Principal broker, Parts parts) {
  std::unique_ptr<Catalog> catalog(new Catalog(std::move(broker), std::move(parts)));
  RETURN_IF_ERROR(catalog->Load());
  return catalog;
}

absl::Status Catalog::Load() {
  auto facts = std::make_shared<Facts>();
  State state;
  facts->region = broker_.region;
  const Store& store = parts_.store;
  RETURN_IF_ERROR(ReadAllEntries<stored::CatalogGenerations>(
      store, CatalogGenerationKey(), [&](const stored::CatalogGenerations& generations) {
        facts->generation = generations.generation();
        state.directory_generation = generations.directory_generation();
      }));
  RETURN_IF_ERROR(ReadAllEntries<v1::Member>(store, MemberKeyPrefix(), [&](v1::Member member) {
    facts->members[member.spiffe_id()] = std::move(member);
  }));
  RETURN_IF_ERROR(ReadAllEntries<v1::Grant>(store, GrantKeyPrefix(), [&](v1::Grant grant) {
    facts->grants[grant.principal()] = std::move(grant);
  }));
  RETURN_IF_ERROR(ReadAllEntries<v1::Quota>(store, QuotaKeyPrefix(), [&](v1::Quota quota) {
    facts->quotas[quota.principal()] = std::move(quota);
  }));
  RETURN_IF_ERROR(ReadAllEntries<v1::SuspendedReach>(
      store, SuspendedReachKeyPrefix(), [&](v1::SuspendedReach reach) {
        facts->suspended_reach[reach.member()] = std::move(reach);
      }));
  RETURN_IF_ERROR(
      ReadAllEntries<v1::Agreement>(store, AgreementKeyPrefix(), [&](v1::Agreement agreement) {
        facts->agreements[agreement.agreement_id()] = std::move(agreement);
      }));
  RETURN_IF_ERROR(ReadAllEntries<stored::StoredSigningKey>(
      store, SigningKeyKeyPrefix(), [&](stored::StoredSigningKey key) {
        facts->signing_public_keys[key.signing_key().key_id()] = key.public_key();
        facts->signing_keys[key.signing_key().key_id()] = std::move(*key.mutable_signing_key());
      }));
  RETURN_IF_ERROR(ReadAllEntries<stored::StoredDirectory>(
      store, DirectoryKeyPrefix(), [&](const stored::StoredDirectory& directory) {
        if (directory.directory().region() == broker_.region) {
          PutBrokerKeys(directory, *facts);
          const auto& chains = directory.directory().broker_certificate_chains_pem();
          state.broker_chains.assign(chains.begin(), chains.end());
        } else {
          PutDirectory(directory, *facts);
        }
      }));
  RETURN_IF_ERROR(ReadAllEntries<v1::Subscription>(
      store, SubscriptionKeyPrefix(), [&](v1::Subscription subscription) {
        state.subscriptions[{subscription.owner(), subscription.name()}] = std::move(subscription);
      }));
  RETURN_IF_ERROR(ReadAllEntries<v1::PendingAct>(
      store, PendingActKeyPrefix(),
      [&](v1::PendingAct act) { state.pending_acts[act.approval_id()] = std::move(act); }));
  RETURN_IF_ERROR(ReadAllEntries<v1::PendingAct>(
      store, OpeningKeyPrefix(),
      [&](const v1::PendingAct& act) { state.openings.insert(act.approval_id()); }));
  state.facts = std::move(facts);
  absl::MutexLock lock(&mutex_);
  state_ = std::move(state);
  return absl::OkStatus();
}

std::shared_ptr<const Facts> Catalog::facts() const {
  absl::MutexLock lock(&mutex_);
  return state_.facts;
}

void Catalog::OnChanged(std::function<void()> changed) { listeners_.push_back(std::move(changed)); }

void Catalog::Perform(Act act, DoneVoid done) {
  auto shared = std::make_shared<Act>(std::move(act));
  auto generation = std::make_shared<uint64_t>(0);  // After the change; 0 while there is none.
  std::vector<BatchPart> parts;
  parts.emplace_back([this, shared, generation](CommitContext& context) -> absl::Status {
    ASSIGN_OR_RETURN(auto stored,
                     ReadEntry<stored::CatalogGenerations>(context, CatalogGenerationKey()));
    stored::CatalogGenerations generations = stored.value_or(stored::CatalogGenerations());
    const uint64_t next = generations.generation() + 1;
    ASSIGN_OR_RETURN(const bool changed, shared->write(context, next));
    if (!changed) return AuditUnchanged(shared->entry)(context);
    generations.set_generation(next);
    if (shared->in_directory) generations.set_directory_generation(next);
    context.Put(CatalogGenerationKey(), generations.SerializeAsString());
    *generation = next;
    return parts_.audit(shared->entry)(context);
  });
  parts_.commits.Commit(std::move(parts), [this, shared, generation,
                                           done = std::move(done)](absl::Status status) mutable {
    if (IsRefusal(status)) return Refuse(shared->entry, std::move(status), std::move(done));
    if (status.ok() && *generation != 0) Publish(*shared, *generation);
    done(std::move(status));
  });
}

void Catalog::Refuse(v1::AuditEntry entry, absl::Status why, DoneVoid done) {
  entry.set_refusal(ReasonOf(why));
  std::vector<BatchPart> parts;
  parts.push_back(parts_.audit(std::move(entry)));
  parts_.commits.Commit(std::move(parts),
                        [why = std::move(why), done = std::move(done)](
                            const absl::Status&) mutable { done(std::move(why)); });
}

void Catalog::Publish(Act& act, uint64_t generation) {
  {
    absl::MutexLock lock(&mutex_);
    if (act.apply_to_facts) {
      auto next = std::make_shared<Facts>(*state_.facts);
      next->generation = generation;
      act.apply_to_facts(*next);
      state_.facts = std::move(next);
    }
    if (act.apply_to_state) act.apply_to_state(state_);
    if (act.in_directory) state_.directory_generation = generation;
  }
  for (const auto& listener : listeners_) listener();
}

// Who asked for what is there already is on record too; what the broker does by itself, such as
// taking over a directory that it has, is not.
BatchPart Catalog::AuditUnchanged(v1::AuditEntry entry) const {
  if (entry.actor() == broker_.spiffe_id) {
    return [](CommitContext&) { return absl::OkStatus(); };
  }
  entry.set_rule("unchanged");
  return parts_.audit(std::move(entry));
}

v1::AuditEntry Catalog::Entry(const Principal& actor, v1::AuditAct act,
                              std::string_view object) const {
  v1::AuditEntry entry;
  entry.set_actor(actor.spiffe_id);
  entry.set_act(act);
  entry.set_object(std::string(object));
  return entry;
}

}  // namespace corridor

// Subscriptions.

#include <set>

#include "absl/strings/str_cat.h"
#include "core/model/errors.h"
#include "server/catalog/answer.h"
#include "server/catalog/catalog.h"
#include "server/catalog/field_rules.h"
#include "server/catalog/paging.h"
#include "server/catalog/stored_values.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

constexpr int64_t kAckTimeoutSecondsDefault = 60;
constexpr uint32_t kUnsettledDefault = 10000;

absl::Status NoSuchSubscription() {
  return Error(v1::ERROR_REASON_NOT_FOUND, "the caller has no subscription of this name");
}

// Only what the owner sets, with the defaults for what it left out.
v1::Subscription SettablePart(v1::Subscription subscription) {
  subscription.clear_owner();
  subscription.clear_create_time();
  subscription.clear_filter_from_offset();
  subscription.clear_etag();
  if (!subscription.has_ack_timeout()) {
    subscription.mutable_ack_timeout()->set_seconds(kAckTimeoutSecondsDefault);
  }
  if (subscription.unsettled_max() == 0) subscription.set_unsettled_max(kUnsettledDefault);
  if (subscription.session_sharing() == v1::SESSION_SHARING_UNSPECIFIED) {
    subscription.set_session_sharing(v1::SESSION_SHARING_TAKEOVER);
  }
  if (subscription.start_from() == v1::START_FROM_UNSPECIFIED) {
    subscription.set_start_from(v1::START_FROM_NOW);
  }
  if (subscription.filter().clauses().empty()) subscription.clear_filter();
  return subscription;
}

using FieldNames = std::set<std::string, std::less<>>;

FieldNames SettableFields() {
  return {"filter", "ack_timeout",  "unsettled_max",  "include_non_actual",
          "paused", "failures_max", "session_sharing"};
}

Violations CheckUpdate(const v1::UpdateSubscriptionRequest& request) {
  Violations violations = CheckSubscription(request.subscription());
  const FieldNames settable = SettableFields();
  for (int i = 0; i < request.update_mask().paths_size(); ++i) {
    if (!settable.contains(request.update_mask().paths(i))) {
      AddViolation(violations, absl::StrCat("update_mask.paths[", i, "]"),
                   "give filter, ack_timeout, unsettled_max, include_non_actual, paused, "
                   "failures_max or session_sharing");
    }
  }
  return violations;
}

// `present` with the fields of the mask taken from `wanted`.
v1::Subscription Merged(const v1::Subscription& present, const v1::Subscription& wanted,
                        const FieldNames& mask) {
  v1::Subscription merged = present;
  if (mask.contains("filter")) *merged.mutable_filter() = wanted.filter();
  if (mask.contains("ack_timeout")) *merged.mutable_ack_timeout() = wanted.ack_timeout();
  if (mask.contains("unsettled_max")) merged.set_unsettled_max(wanted.unsettled_max());
  if (mask.contains("include_non_actual")) {
    merged.set_include_non_actual(wanted.include_non_actual());
  }
  if (mask.contains("paused")) merged.set_paused(wanted.paused());
  if (mask.contains("failures_max")) merged.set_failures_max(wanted.failures_max());
  if (mask.contains("session_sharing")) merged.set_session_sharing(wanted.session_sharing());
  if (merged.filter().clauses().empty()) merged.clear_filter();
  return merged;
}

absl::Status CheckRoomForOneMore(const std::string& owner, const CommitContext& context) {
  ASSIGN_OR_RETURN(const auto quota, ReadEntry<v1::Quota>(context, QuotaKey(owner)));
  const size_t most = quota.has_value() && quota->subscriptions() > 0
                          ? quota->subscriptions()
                          : Catalog::kSubscriptionsPerOwnerMax;
  ASSIGN_OR_RETURN(const auto owned, context.Scan(PrefixRange(SubscriptionKeyPrefix(owner)), most));
  if (owned.size() < most) return absl::OkStatus();
  return WithRetry(
      Error(v1::ERROR_REASON_QUOTA, absl::StrCat("an owner may have at most ", most,
                                                 " subscriptions; delete one, or ask an operator")),
      absl::Minutes(1));
}

absl::StatusOr<bool> WriteNew(v1::Subscription& subscription, const std::string& owner,
                              uint64_t head_offset, BatchPart& begin, CommitContext& context,
                              uint64_t generation) {
  const std::string key = SubscriptionKey(owner, subscription.name());
  ASSIGN_OR_RETURN(const auto present, ReadEntry<v1::Subscription>(context, key));
  if (present.has_value()) {
    if (!AreEqual(subscription, SettablePart(*present))) {
      return Error(v1::ERROR_REASON_ALREADY_EXISTS,
                   "a subscription of this name exists with other values; use UpdateSubscription");
    }
    subscription = *present;
    return false;
  }
  RETURN_IF_ERROR(CheckRoomForOneMore(owner, context));
  subscription.set_owner(owner);
  *subscription.mutable_create_time() = ToTimestamp(context.now());
  subscription.set_filter_from_offset(head_offset + 1);
  SetEtag(subscription, generation);
  context.Put(key, subscription.SerializeAsString());
  if (begin) RETURN_IF_ERROR(begin(context));
  return true;
}

absl::StatusOr<bool> WriteChanged(const v1::UpdateSubscriptionRequest& request,
                                  const std::string& owner, uint64_t head_offset,
                                  v1::Subscription& result, CommitContext& context,
                                  uint64_t generation) {
  const std::string key = SubscriptionKey(owner, request.subscription().name());
  ASSIGN_OR_RETURN(const auto present, ReadEntry<v1::Subscription>(context, key));
  if (!present.has_value()) return NoSuchSubscription();
  RETURN_IF_ERROR(CheckEtag(request.subscription().etag(), present->etag()));
  const auto& paths = request.update_mask().paths();
  const FieldNames mask = paths.empty() ? SettableFields() : FieldNames(paths.begin(), paths.end());
  result = Merged(*present, SettablePart(request.subscription()), mask);
  if (AreEqual(result, *present)) return false;
  if (!AreEqual(result.filter(), present->filter())) {
    result.set_filter_from_offset(head_offset + 1);
  }
  SetEtag(result, generation);
  context.Put(key, result.SerializeAsString());
  return true;
}

}  // namespace

void Catalog::CreateSubscription(const Principal& owner, v1::Subscription subscription,
                                 uint64_t head_offset, BatchPart begin,
                                 Done<v1::Subscription> done) {
  const Violations violations = CheckSubscription(subscription);
  if (!violations.empty()) {
    return Refuse(Entry(owner, v1::AUDIT_ACT_SUBSCRIPTION, ""), InvalidFields(violations),
                  AnswerWith<v1::Subscription>(nullptr, std::move(done)));
  }
  auto result = std::make_shared<v1::Subscription>(SettablePart(std::move(subscription)));
  Act act{.entry = Entry(owner, v1::AUDIT_ACT_SUBSCRIPTION, result->name())};
  act.write = [result, id = owner.spiffe_id, head_offset, begin = std::move(begin)](
                  CommitContext& context, uint64_t generation) mutable {
    return WriteNew(*result, id, head_offset, begin, context, generation);
  };
  act.apply_to_state = [result](State& state) {
    state.subscriptions[{result->owner(), result->name()}] = *result;
  };
  Perform(std::move(act), AnswerWith(result, std::move(done)));
}

void Catalog::UpdateSubscription(const Principal& owner, v1::UpdateSubscriptionRequest request,
                                 uint64_t head_offset, Done<v1::Subscription> done) {
  const Violations violations = CheckUpdate(request);
  if (!violations.empty()) {
    return Refuse(Entry(owner, v1::AUDIT_ACT_SUBSCRIPTION, ""), InvalidFields(violations),
                  AnswerWith<v1::Subscription>(nullptr, std::move(done)));
  }
  auto result = std::make_shared<v1::Subscription>();
  Act act{.entry = Entry(owner, v1::AUDIT_ACT_SUBSCRIPTION, request.subscription().name())};
  act.write = [result, id = owner.spiffe_id, head_offset, request = std::move(request)](
                  CommitContext& context, uint64_t generation) {
    return WriteChanged(request, id, head_offset, *result, context, generation);
  };
  act.apply_to_state = [result](State& state) {
    state.subscriptions[{result->owner(), result->name()}] = *result;
  };
  Perform(std::move(act), AnswerWith(result, std::move(done)));
}

void Catalog::DeleteSubscription(const Principal& owner,
                                 const v1::DeleteSubscriptionRequest& request, BatchPart end,
                                 DoneVoid done) {
  if (!IsSubscriptionName(request.name())) {
    return Refuse(
        Entry(owner, v1::AUDIT_ACT_SUBSCRIPTION, ""),
        InvalidFields({{"name", v1::ERROR_REASON_REQUEST_INVALID, "give subscriptions/<id>"}}),
        std::move(done));
  }
  const std::string id = owner.spiffe_id;
  Act act{.entry = Entry(owner, v1::AUDIT_ACT_SUBSCRIPTION, request.name())};
  act.write = [id, request, end = std::move(end)](CommitContext& context,
                                                  uint64_t) mutable -> absl::StatusOr<bool> {
    const std::string key = SubscriptionKey(id, request.name());
    ASSIGN_OR_RETURN(const auto present, ReadEntry<v1::Subscription>(context, key));
    if (!present.has_value()) return NoSuchSubscription();
    RETURN_IF_ERROR(CheckEtag(request.etag(), present->etag()));
    context.Delete(key);
    if (end) RETURN_IF_ERROR(end(context));
    return true;
  };
  act.apply_to_state = [id, name = request.name()](State& state) {
    state.subscriptions.erase({id, name});
  };
  Perform(std::move(act), std::move(done));
}

absl::StatusOr<v1::Subscription> Catalog::GetSubscription(std::string_view owner,
                                                          std::string_view name) const {
  absl::MutexLock lock(&mutex_);
  auto found = state_.subscriptions.find({std::string(owner), std::string(name)});
  if (found == state_.subscriptions.end()) return NoSuchSubscription();
  return found->second;
}

absl::StatusOr<v1::ListSubscriptionsResponse> Catalog::ListSubscriptions(
    std::string_view owner, const v1::ListSubscriptionsRequest& request) const {
  ASSIGN_OR_RETURN(const PageRequest page,
                   ReadPageRequest(request.page_size(), request.page_token()));
  absl::MutexLock lock(&mutex_);
  std::map<std::string, const v1::Subscription*> owned;
  for (auto it = state_.subscriptions.lower_bound({std::string(owner), ""});
       it != state_.subscriptions.end() && it->first.first == owner; ++it) {
    owned[it->first.second] = &it->second;
  }
  v1::ListSubscriptionsResponse response;
  response.set_next_page_token(
      FillPage(owned, page, [&response](const v1::Subscription* subscription) {
        *response.add_subscriptions() = *subscription;
      }));
  return response;
}

std::vector<v1::Subscription> Catalog::AllSubscriptions() const {
  std::vector<v1::Subscription> all;
  absl::MutexLock lock(&mutex_);
  for (const auto& [key, subscription] : state_.subscriptions) all.push_back(subscription);
  return all;
}

}  // namespace corridor

// Whose reach the data-protection officer suspends.

#include "core/model/errors.h"
#include "core/model/principal.h"
#include "server/catalog/answer.h"
#include "server/catalog/catalog.h"
#include "server/catalog/stored_values.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

absl::Status NotAMember() {
  return InvalidFields({{"member", v1::ERROR_REASON_REQUEST_INVALID,
                         "give the SPIFFE ID of a member of this region"}});
}

}  // namespace

void Catalog::SuspendReach(const Principal& actor, const std::string& member,
                           Done<v1::SuspendedReach> done) {
  if (!IsMemberId(member) || RegionOf(member) != broker_.region) {
    return Refuse(Entry(actor, v1::AUDIT_ACT_REACH, ""), NotAMember(),
                  AnswerWith<v1::SuspendedReach>(nullptr, std::move(done)));
  }
  auto result = std::make_shared<v1::SuspendedReach>();
  result->set_member(member);
  result->set_suspended_by(actor.spiffe_id);
  Act act{.entry = Entry(actor, v1::AUDIT_ACT_REACH, member)};
  act.entry.set_rule("suspended");
  act.write = [result](CommitContext& context, uint64_t) -> absl::StatusOr<bool> {
    ASSIGN_OR_RETURN(const auto known, context.Get(MemberKey(result->member())));
    if (!known.has_value()) {
      return Error(v1::ERROR_REASON_NOT_FOUND, "there is no such member");
    }
    const std::string key = SuspendedReachKey(result->member());
    ASSIGN_OR_RETURN(auto present, ReadEntry<v1::SuspendedReach>(context, key));
    if (present.has_value()) {
      *result = *std::move(present);
      return false;
    }
    *result->mutable_suspended_at() = ToTimestamp(context.now());
    context.Put(key, result->SerializeAsString());
    return true;
  };
  act.apply_to_facts = [result](Facts& facts) {
    facts.suspended_reach[result->member()] = *result;
  };
  Perform(std::move(act), AnswerWith(result, std::move(done)));
}

void Catalog::RestoreReach(const Principal& actor, const std::string& member, DoneVoid done) {
  if (!IsMemberId(member) || RegionOf(member) != broker_.region) {
    return Refuse(Entry(actor, v1::AUDIT_ACT_REACH, ""), NotAMember(), std::move(done));
  }
  Act act{.entry = Entry(actor, v1::AUDIT_ACT_REACH, member)};
  act.entry.set_rule("restored");
  act.write = [member](CommitContext& context, uint64_t) -> absl::StatusOr<bool> {
    const std::string key = SuspendedReachKey(member);
    ASSIGN_OR_RETURN(const auto present, context.Get(key));
    if (!present.has_value()) {
      return Error(v1::ERROR_REASON_NOT_FOUND, "the member's reach is not suspended");
    }
    context.Delete(key);
    return true;
  };
  act.apply_to_facts = [member](Facts& facts) { facts.suspended_reach.erase(member); };
  Perform(std::move(act), std::move(done));
}

}  // namespace corridor

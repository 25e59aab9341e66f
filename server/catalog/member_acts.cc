// Members and grants.

#include <algorithm>

#include "core/model/errors.h"
#include "server/catalog/answer.h"
#include "server/catalog/catalog.h"
#include "server/catalog/field_rules.h"
#include "server/catalog/paging.h"
#include "server/catalog/stored_values.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

absl::Status NoSuchMember() {
  return Error(v1::ERROR_REASON_NOT_FOUND, "there is no such member; register it first");
}

// Lists are sets: their order makes no difference.
v1::Member Normalised(v1::Member member) {
  std::sort(member.mutable_countries()->begin(), member.mutable_countries()->end());
  member.clear_etag();
  return member;
}

v1::Grant Normalised(v1::Grant grant) {
  std::sort(grant.mutable_roles()->begin(), grant.mutable_roles()->end());
  std::sort(grant.mutable_publish_purposes()->begin(), grant.mutable_publish_purposes()->end());
  std::sort(grant.mutable_publish_on_behalf_of()->begin(),
            grant.mutable_publish_on_behalf_of()->end());
  grant.clear_etag();
  return grant;
}

// Whether `wanted` asks for what is there.
template <typename Message>
bool SaysTheSame(const Message& wanted, Message present) {
  present.clear_etag();
  return AreEqual(wanted, present);
}

absl::StatusOr<bool> WriteNewMember(v1::Member& member, CommitContext& context,
                                    uint64_t generation) {
  const std::string key = MemberKey(member.spiffe_id());
  if (member.state() == v1::MEMBER_STATE_UNSPECIFIED) member.set_state(v1::MEMBER_STATE_ACTIVE);
  ASSIGN_OR_RETURN(const auto present, ReadEntry<v1::Member>(context, key));
  if (!member.has_entitled_from()) {
    *member.mutable_entitled_from() =
        present.has_value() ? present->entitled_from() : ToTimestamp(context.now());
  }
  if (present.has_value()) {
    if (!SaysTheSame(member, *present)) {
      return Error(v1::ERROR_REASON_ALREADY_EXISTS,
                   "a member of this id exists with other values; use UpdateMember");
    }
    member = *present;
    return false;
  }
  SetEtag(member, generation);
  context.Put(key, member.SerializeAsString());
  return true;
}

absl::StatusOr<bool> WriteChangedMember(v1::Member& member, std::string_view etag,
                                        CommitContext& context, uint64_t generation) {
  const std::string key = MemberKey(member.spiffe_id());
  ASSIGN_OR_RETURN(const auto present, ReadEntry<v1::Member>(context, key));
  if (!present.has_value()) return NoSuchMember();
  RETURN_IF_ERROR(CheckEtag(etag, present->etag()));
  if (!member.has_entitled_from()) *member.mutable_entitled_from() = present->entitled_from();
  if (!AreEqual(member.entitled_from(), present->entitled_from())) {
    return InvalidFields({{"member.entitled_from", v1::ERROR_REASON_REQUEST_INVALID,
                           "cannot be changed; leave it, or give the present value"}});
  }
  if (SaysTheSame(member, *present)) {
    member = *present;
    return false;
  }
  SetEtag(member, generation);
  context.Put(key, member.SerializeAsString());
  return true;
}

absl::StatusOr<bool> WriteGrant(v1::Grant& grant, std::string_view etag, CommitContext& context,
                                uint64_t generation) {
  ASSIGN_OR_RETURN(const Principal principal, ParsePrincipal(grant.principal()));
  ASSIGN_OR_RETURN(const auto member, ReadEntry<v1::Member>(context, MemberKey(principal.member)));
  if (!member.has_value()) return NoSuchMember();
  const std::string key = GrantKey(grant.principal());
  ASSIGN_OR_RETURN(const auto present, ReadEntry<v1::Grant>(context, key));
  RETURN_IF_ERROR(CheckEtag(etag, present.has_value() ? present->etag() : "none"));
  if (present.has_value() && SaysTheSame(grant, *present)) {
    grant = *present;
    return false;
  }
  SetEtag(grant, generation);
  context.Put(key, grant.SerializeAsString());
  return true;
}

}  // namespace

void Catalog::CreateMember(const Principal& actor, v1::Member member, Done<v1::Member> done) {
  const Violations violations = CheckMember(member, broker_.region);
  if (!violations.empty()) {
    return Refuse(Entry(actor, v1::AUDIT_ACT_MEMBER, ""), InvalidFields(violations),
                  AnswerWith<v1::Member>(nullptr, std::move(done)));
  }
  auto result = std::make_shared<v1::Member>(Normalised(std::move(member)));
  Act act{.entry = Entry(actor, v1::AUDIT_ACT_MEMBER, result->spiffe_id()), .in_directory = true};
  act.write = [result](CommitContext& context, uint64_t generation) {
    return WriteNewMember(*result, context, generation);
  };
  act.apply_to_facts = [result](Facts& facts) { facts.members[result->spiffe_id()] = *result; };
  Perform(std::move(act), AnswerWith(result, std::move(done)));
}

void Catalog::UpdateMember(const Principal& actor, v1::Member member, Done<v1::Member> done) {
  Violations violations = CheckMember(member, broker_.region);
  if (member.state() == v1::MEMBER_STATE_UNSPECIFIED) {
    AddViolation(violations, "member.state", "give ACTIVE or SUSPENDED");
  }
  if (!violations.empty()) {
    return Refuse(Entry(actor, v1::AUDIT_ACT_MEMBER, ""), InvalidFields(violations),
                  AnswerWith<v1::Member>(nullptr, std::move(done)));
  }
  const std::string etag = member.etag();
  auto result = std::make_shared<v1::Member>(Normalised(std::move(member)));
  Act act{.entry = Entry(actor, v1::AUDIT_ACT_MEMBER, result->spiffe_id()), .in_directory = true};
  act.write = [result, etag](CommitContext& context, uint64_t generation) {
    return WriteChangedMember(*result, etag, context, generation);
  };
  act.apply_to_facts = [result](Facts& facts) { facts.members[result->spiffe_id()] = *result; };
  Perform(std::move(act), AnswerWith(result, std::move(done)));
}

absl::StatusOr<v1::Member> Catalog::GetMember(std::string_view spiffe_id) const {
  const std::shared_ptr<const Facts> facts = this->facts();
  const v1::Member* member = facts->FindMember(spiffe_id);
  if (member == nullptr) return Error(v1::ERROR_REASON_NOT_FOUND, "there is no such member");
  return *member;
}

absl::StatusOr<v1::ListMembersResponse> Catalog::ListMembers(
    const v1::ListMembersRequest& request) const {
  ASSIGN_OR_RETURN(const PageRequest page,
                   ReadPageRequest(request.page_size(), request.page_token()));
  const std::shared_ptr<const Facts> facts = this->facts();
  std::map<std::string, const v1::Member*> members;
  for (const auto& [id, member] : facts->members) {
    if (request.include_linked_regions() || RegionOf(id) == broker_.region) members[id] = &member;
  }
  v1::ListMembersResponse response;
  response.set_next_page_token(FillPage(
      members, page, [&response](const v1::Member* member) { *response.add_members() = *member; }));
  return response;
}

void Catalog::SetGrant(const Principal& actor, v1::Grant grant, Done<v1::Grant> done) {
  const Violations violations = CheckGrant(grant, broker_.region);
  if (!violations.empty()) {
    return Refuse(Entry(actor, v1::AUDIT_ACT_GRANT, ""), InvalidFields(violations),
                  AnswerWith<v1::Grant>(nullptr, std::move(done)));
  }
  const std::string etag = grant.etag();
  auto result = std::make_shared<v1::Grant>(Normalised(std::move(grant)));
  Act act{.entry = Entry(actor, v1::AUDIT_ACT_GRANT, result->principal())};
  act.write = [result, etag](CommitContext& context, uint64_t generation) {
    return WriteGrant(*result, etag, context, generation);
  };
  act.apply_to_facts = [result](Facts& facts) { facts.grants[result->principal()] = *result; };
  Perform(std::move(act), AnswerWith(result, std::move(done)));
}

void Catalog::DeleteGrant(const Principal& actor, const std::string& principal, DoneVoid done) {
  if (!ParsePrincipal(principal).ok()) {
    return Refuse(Entry(actor, v1::AUDIT_ACT_GRANT, ""),
                  InvalidFields({{"principal", v1::ERROR_REASON_REQUEST_INVALID,
                                  "give the SPIFFE ID of a principal"}}),
                  std::move(done));
  }
  Act act{.entry = Entry(actor, v1::AUDIT_ACT_GRANT, principal)};
  act.write = [principal](CommitContext& context, uint64_t) -> absl::StatusOr<bool> {
    const std::string key = GrantKey(principal);
    ASSIGN_OR_RETURN(const auto present, context.Get(key));
    if (!present.has_value()) {
      return Error(v1::ERROR_REASON_NOT_FOUND, "the principal has no grant");
    }
    context.Delete(key);
    return true;
  };
  act.apply_to_facts = [principal](Facts& facts) { facts.grants.erase(principal); };
  Perform(std::move(act), std::move(done));
}

absl::StatusOr<v1::ListGrantsResponse> Catalog::ListGrants(
    const v1::ListGrantsRequest& request) const {
  ASSIGN_OR_RETURN(const PageRequest page,
                   ReadPageRequest(request.page_size(), request.page_token()));
  const std::shared_ptr<const Facts> facts = this->facts();
  std::map<std::string, const v1::Grant*> grants;
  for (const auto& [id, grant] : facts->grants) grants[id] = &grant;
  v1::ListGrantsResponse response;
  response.set_next_page_token(FillPage(
      grants, page, [&response](const v1::Grant* grant) { *response.add_grants() = *grant; }));
  return response;
}

}  // namespace corridor

// Acts that open the region and wait for a second person.

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/model/errors.h"
#include "core/model/principal.h"
#include "server/catalog/agreement_acts.h"
#include "server/catalog/answer.h"
#include "server/catalog/catalog.h"
#include "server/catalog/paging.h"
#include "server/catalog/stored_values.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

constexpr size_t kPendingMax = 1000;
constexpr std::string_view kAgreementsPrefix = "agreements/";
constexpr std::string_view kLinksPrefix = "links/";
constexpr std::string_view kRootsPrefix = "roots/";
constexpr size_t kApprovalIdBytesMax = 512;

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

absl::Status NoSuchAct() {
  return Error(v1::ERROR_REASON_NOT_FOUND, "nothing of that id waits for approval");
}

bool IsApprovalId(std::string_view id) {
  if (id.starts_with(kAgreementsPrefix)) return IsSimpleName(id.substr(kAgreementsPrefix.size()));
  return id.size() <= kApprovalIdBytesMax &&
         (id.starts_with(kLinksPrefix) || id.starts_with(kRootsPrefix));
}

// False: it waits already, or is there already.
absl::StatusOr<bool> WriteProposal(v1::PendingAct& act, const Catalog::ApprovalRules& rules,
                                   CommitContext& context) {
  ASSIGN_OR_RETURN(const auto waiting,
                   ReadEntry<v1::PendingAct>(context, PendingActKey(act.approval_id())));
  if (waiting.has_value()) {
    if (waiting->has_agreement() && !AreEqual(waiting->agreement(), act.agreement())) {
      return Error(v1::ERROR_REASON_ALREADY_EXISTS,
                   "another agreement of this id waits for approval; refuse it, or take another "
                   "id");
    }
    act = *waiting;
    return false;
  }
  ASSIGN_OR_RETURN(const auto all, context.Scan(PrefixRange(PendingActKeyPrefix()), kPendingMax));
  if (all.size() >= kPendingMax) {
    return WithRetry(Error(v1::ERROR_REASON_QUOTA, "1,000 acts wait for approval already"),
                     absl::Hours(1));
  }
  *act.mutable_proposed_at() = ToTimestamp(context.now());
  *act.mutable_expires_at() = ToTimestamp(context.now() + rules.expires_after);
  if (rules.takes_effect_after != absl::InfiniteDuration()) {
    *act.mutable_takes_effect_at() = ToTimestamp(context.now() + rules.takes_effect_after);
  }
  context.Put(PendingActKey(act.approval_id()), act.SerializeAsString());
  return true;
}

}  // namespace

void Catalog::ProposeAgreement(const Principal& actor, v1::Agreement agreement,
                               Done<v1::Agreement> done) {
  auto proposal = std::make_shared<v1::PendingAct>();
  proposal->set_approval_id(absl::StrCat("agreements/", agreement.agreement_id()));
  proposal->set_proposed_by(actor.spiffe_id);
  *proposal->mutable_agreement() = agreement;
  auto result = std::make_shared<v1::Agreement>(std::move(agreement));
  auto is_there = std::make_shared<bool>(false);
  Act act{.entry = Entry(actor, v1::AUDIT_ACT_APPROVAL, proposal->approval_id())};
  act.entry.set_rule("proposed");
  act.write = [this, proposal, result, is_there](CommitContext& context,
                                                 uint64_t generation) -> absl::StatusOr<bool> {
    ASSIGN_OR_RETURN(const auto present,
                     context.Get(AgreementKey(proposal->agreement().agreement_id())));
    *is_there = present.has_value();
    if (*is_there) return WriteNewAgreement(*result, context, generation);
    return WriteProposal(*proposal, parts_.approvals, context);
  };
  act.apply_to_state = [proposal](State& state) {
    state.pending_acts[proposal->approval_id()] = *proposal;
  };
  Perform(std::move(act),
          [proposal, result, is_there, done = std::move(done)](const absl::Status& status) mutable {
            if (!status.ok()) return done(status);
            if (*is_there) return done(*result);
            done(Error(v1::ERROR_REASON_APPROVAL_PENDING,
                       "a new agreement opens the region: another operator must approve it",
                       "approval", proposal->approval_id()));
          });
}

void Catalog::DecideAct(const Principal& actor, const std::string& approval_id, bool takes_effect,
                        std::string_view rule, Done<v1::PendingAct> done) {
  if (!IsApprovalId(approval_id)) {
    return Refuse(Entry(actor, v1::AUDIT_ACT_APPROVAL, ""),
                  InvalidFields({{"approval_id", v1::ERROR_REASON_REQUEST_INVALID,
                                  "give the id as ListPendingActs shows it"}}),
                  AnswerWith<v1::PendingAct>(nullptr, std::move(done)));
  }
  auto result = std::make_shared<v1::PendingAct>();
  auto agreement = std::make_shared<v1::Agreement>();
  Act act{.entry = Entry(actor, v1::AUDIT_ACT_APPROVAL, approval_id)};
  act.entry.set_rule(std::string(rule));
  act.write = [this, actor, approval_id, takes_effect, result, agreement](
                  CommitContext& context, uint64_t generation) -> absl::StatusOr<bool> {
    const std::string key = PendingActKey(approval_id);
    ASSIGN_OR_RETURN(auto pending, ReadEntry<v1::PendingAct>(context, key));
    if (!pending.has_value()) return NoSuchAct();
    *result = *std::move(pending);
    context.Delete(key);
    if (!takes_effect) return true;
    if (actor.spiffe_id == result->proposed_by()) {
      return Error(v1::ERROR_REASON_POLICY_DENIED, "another operator must approve it", "rule",
                   "approval/own");
    }
    if (context.now() >= TimeOf(result->expires_at())) return NoSuchAct();
    if (!result->has_agreement()) {
      context.Put(OpeningKey(approval_id), result->SerializeAsString());
      return true;
    }
    *agreement = result->agreement();
    RETURN_IF_ERROR(WriteNewAgreement(*agreement, context, generation).status());
    v1::AuditEntry entry = Entry(actor, v1::AUDIT_ACT_AGREEMENT, agreement->agreement_id());
    RETURN_IF_ERROR(parts_.audit(std::move(entry))(context));
    return true;
  };
  if (takes_effect && approval_id.starts_with(kAgreementsPrefix)) {
    act.apply_to_facts = [agreement](Facts& facts) {
      facts.agreements[agreement->agreement_id()] = *agreement;
    };
  }
  act.apply_to_state = [approval_id, takes_effect](State& state) {
    state.pending_acts.erase(approval_id);
    if (takes_effect && !approval_id.starts_with(kAgreementsPrefix)) {
      state.openings.insert(approval_id);
    }
  };
  Perform(std::move(act), AnswerWith(result, std::move(done)));
}

void Catalog::ApproveAct(const Principal& actor, const std::string& approval_id,
                         Done<v1::PendingAct> done) {
  DecideAct(actor, approval_id, true, "approved", std::move(done));
}

void Catalog::RefuseAct(const Principal& actor, const std::string& approval_id,
                        Done<v1::PendingAct> done) {
  DecideAct(actor, approval_id, false, "refused", std::move(done));
}

absl::StatusOr<v1::ListPendingActsResponse> Catalog::ListPendingActs(
    const v1::ListPendingActsRequest& request) const {
  ASSIGN_OR_RETURN(const PageRequest page,
                   ReadPageRequest(request.page_size(), request.page_token()));
  v1::ListPendingActsResponse response;
  absl::MutexLock lock(&mutex_);
  response.set_next_page_token(
      FillPage(state_.pending_acts, page,
               [&response](const v1::PendingAct& act) { *response.add_acts() = act; }));
  return response;
}

v1::ListPendingActsResponse Catalog::ListPendingActs() const {
  v1::ListPendingActsResponse response;
  absl::MutexLock lock(&mutex_);
  for (const auto& [id, act] : state_.pending_acts) *response.add_acts() = act;
  return response;
}

bool Catalog::IsOpen(const std::string& approval_id) const {
  if (!parts_.approvals.needed) return true;
  absl::MutexLock lock(&mutex_);
  return state_.openings.contains(approval_id);
}

void Catalog::ReviewOpenings(std::vector<v1::PendingAct> configured, DoneVoid done) {
  if (!parts_.approvals.needed) return done(absl::OkStatus());
  auto acts = std::make_shared<std::vector<v1::PendingAct>>(std::move(configured));
  bool first = false;
  {
    absl::MutexLock lock(&mutex_);
    first = !state_.openings.contains("");
    std::erase_if(*acts, [this](const v1::PendingAct& act) {
      mutex_.AssertHeld();
      return state_.openings.contains(act.approval_id()) ||
             state_.pending_acts.contains(act.approval_id());
    });
  }
  if (first) acts->emplace_back();
  if (acts->empty()) return done(absl::OkStatus());
  Act act{.entry = Entry(broker_, v1::AUDIT_ACT_APPROVAL, "")};
  act.entry.set_rule(first ? "first" : "configured");
  act.write = [this, acts, first](CommitContext& context, uint64_t) -> absl::StatusOr<bool> {
    for (v1::PendingAct& opening : *acts) {
      if (first) {
        context.Put(OpeningKey(opening.approval_id()), opening.SerializeAsString());
      } else {
        ASSIGN_OR_RETURN(const bool proposed, WriteProposal(opening, parts_.approvals, context));
        if (!proposed) continue;
      }
      v1::AuditEntry entry = Entry(broker_, v1::AUDIT_ACT_APPROVAL, opening.approval_id());
      entry.set_rule(first ? "first" : "proposed");
      if (!opening.approval_id().empty()) RETURN_IF_ERROR(parts_.audit(entry)(context));
    }
    return true;
  };
  act.apply_to_state = [acts, first](State& state) {
    for (const v1::PendingAct& opening : *acts) {
      if (first) {
        state.openings.insert(opening.approval_id());
      } else {
        state.pending_acts[opening.approval_id()] = opening;
      }
    }
  };
  Perform(std::move(act), std::move(done));
}

void Catalog::ReviewPendingActs() {
  const absl::Time now = parts_.clock.Now();
  const v1::ListPendingActsResponse pending = ListPendingActs();
  for (const v1::PendingAct& act : pending.acts()) {
    const bool effective = act.has_takes_effect_at() && now >= TimeOf(act.takes_effect_at());
    if (now >= TimeOf(act.expires_at())) {
      DecideAct(broker_, act.approval_id(), false, "expired", [](const auto&) {});
    } else if (effective) {
      DecideAct(broker_, act.approval_id(), true, "delay passed", [](const auto&) {});
    }
  }
}

}  // namespace corridor

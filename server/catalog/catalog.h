#ifndef CORRIDOR_SERVER_CATALOG_CATALOG_H_
#define CORRIDOR_SERVER_CATALOG_CATALOG_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/model/facts.h"
#include "core/model/principal.h"
#include "corridor/v1/administration.pb.h"
#include "corridor/v1/approvals.pb.h"
#include "corridor/v1/region_link.pb.h"
#include "corridor/v1/subscriber.pb.h"
#include "server/storage/commit.h"
#include "server/storage/store.h"

namespace corridor {

// What a signing certificate proves.
struct SigningCertificate {
  std::string spiffe_id;
  std::string public_key;  // Raw Ed25519: 32 bytes.
  absl::Time not_before;
  absl::Time not_after;
};

// Verifies a PEM chain, leaf first, as a signing certificate at a time. Thread-safe.
// An error's message tells what is wrong and may be shown.
using SigningCertificateVerifier =
    std::function<absl::StatusOr<SigningCertificate>(std::string_view chain_pem, absl::Time time)>;

// The keys of a peer's directory, as its certificates prove them: raw Ed25519 public
// keys (32 bytes) by key id (16 bytes).
struct DirectoryKeys {
  std::map<std::string, std::string, std::less<>> signing;
  std::map<std::string, std::string, std::less<>> brokers;
};

// What operators manage: members, grants, signing keys and agreements of this region,
// the directories of linked regions, and what members manage: their subscriptions.
//
// Reads are answered from memory. A change is judged and written on the commit thread,
// in commit order, in one batch with its audit entry; refusals of changes are audited
// too. When `done` is called with OK the change is durable and facts() shows it.
// Creating or setting what is there already, with equal values, changes nothing and
// answers with it. `done` runs once, on the commit thread. Errors of every change:
//
//   INVALID_ARGUMENT (REQUEST_INVALID)  all faulty fields, as the proto says beside them
//   NOT_FOUND, ALREADY_EXISTS, ABORTED (ETAG_MISMATCH)
//   those of CommitQueue::Commit
//
// Thread-safe. Must outlive every `done`.
class Catalog {
 public:
  // How a new agreement takes effect.
  struct ApprovalRules {
    // A second operator must approve it.
    bool needed = false;
    // After this it takes effect by itself; infinite: never.
    absl::Duration takes_effect_after = absl::InfiniteDuration();
    // After this it is dropped.
    absl::Duration expires_after = absl::Hours(168);
  };
  struct Parts {
    const Store& store;  // Must outlive the catalog, as the others.
    CommitQueue& commits;
    const Clock& clock;
    AuditPart audit;
    SigningCertificateVerifier verify_signing_certificate;
    ApprovalRules approvals = {};
  };
  template <typename T>
  using Done = absl::AnyInvocable<void(absl::StatusOr<T>)>;
  using DoneVoid = absl::AnyInvocable<void(absl::Status)>;

  // Reads what `store` holds. `broker` is this broker's own principal: its region is the
  // catalog's, and it is the actor of what no operator did. DATA_LOSS (RECORD_CORRUPT):
  // an entry cannot be read.
  static absl::StatusOr<std::unique_ptr<Catalog>> Open(Principal broker, Parts parts);

  // The present facts: a value that never changes.
  std::shared_ptr<const Facts> facts() const;

  // `changed` is called after each change of facts or subscriptions, on the commit
  // thread, when they can be read already. REQUIRES: before the first change.
  void OnChanged(std::function<void()> changed);

  // Members of this region.
  void CreateMember(const Principal& actor, v1::Member member, Done<v1::Member> done);
  void UpdateMember(const Principal& actor, v1::Member member, Done<v1::Member> done);
  absl::StatusOr<v1::Member> GetMember(std::string_view spiffe_id) const;
  absl::StatusOr<v1::ListMembersResponse> ListMembers(const v1::ListMembersRequest& request) const;

  // Grants. The principal's member must be registered.
  void SetGrant(const Principal& actor, v1::Grant grant, Done<v1::Grant> done);
  void DeleteGrant(const Principal& actor, const std::string& principal, DoneVoid done);
  absl::StatusOr<v1::ListGrantsResponse> ListGrants(const v1::ListGrantsRequest& request) const;

  // Quotas. The principal's member must be registered.
  void SetQuota(const Principal& actor, v1::Quota quota, Done<v1::Quota> done);
  void DeleteQuota(const Principal& actor, const std::string& principal, DoneVoid done);
  absl::StatusOr<v1::ListQuotasResponse> ListQuotas(const v1::ListQuotasRequest& request) const;

  // What reaches a member of this region, held back or not.
  void SuspendReach(const Principal& actor, const std::string& member,
                    Done<v1::SuspendedReach> done);
  void RestoreReach(const Principal& actor, const std::string& member, DoneVoid done);

  // Members' signing keys. A key registered before is answered as it is, also when it
  // was retired; a key cannot change its certificate.
  void RegisterSigningKey(const Principal& actor, std::string certificate_chain_pem,
                          Done<v1::SigningKey> done);
  void RetireSigningKey(const Principal& actor, std::string key_id, Done<v1::SigningKey> done);
  void RevokeSigningKey(const Principal& actor, const v1::RevokeSigningKeyRequest& request,
                        Done<v1::SigningKey> done);
  absl::StatusOr<v1::ListSigningKeysResponse> ListSigningKeys(
      const v1::ListSigningKeysRequest& request) const;

  // Agreements; one side must be this region. An ended one keeps its id. A new one waits
  // for approval where the rules ask for it (APPROVAL_PENDING); at most 1,000 wait
  // (QUOTA).
  void CreateAgreement(const Principal& actor, v1::Agreement agreement, Done<v1::Agreement> done);
  void EndAgreement(const Principal& actor, const v1::EndAgreementRequest& request,
                    Done<v1::Agreement> done);
  absl::StatusOr<v1::Agreement> GetAgreement(std::string_view agreement_id) const;
  absl::StatusOr<v1::ListAgreementsResponse> ListAgreements(
      const v1::ListAgreementsRequest& request) const;

  // What waits for approval; approvals.proto says more.
  void ApproveAct(const Principal& actor, const std::string& approval_id,
                  Done<v1::PendingAct> done);
  void RefuseAct(const Principal& actor, const std::string& approval_id, Done<v1::PendingAct> done);
  absl::StatusOr<v1::ListPendingActsResponse> ListPendingActs(
      const v1::ListPendingActsRequest& request) const;
  // All of them, on one page.
  v1::ListPendingActsResponse ListPendingActs() const;
  // Links and roots that are configured now, as approvals.proto names them. The first
  // ones ever count as approved; of later ones, each that is neither approved nor waits
  // is proposed. Where no approval is needed, changes nothing.
  void ReviewOpenings(std::vector<v1::PendingAct> configured, DoneVoid done);
  // Whether a link or root may be used.
  bool IsOpen(const std::string& approval_id) const;
  // Lets take effect what may by itself now, and drops what has expired. Call each second.
  void ReviewPendingActs();

  // Subscriptions of one owner, by `subscriptions/<id>`; at most 1,000, or as its quota
  // says (QUOTA).
  // `head_offset` is the journal's head as the caller sees it: a new or changed filter
  // holds from the offset behind it. `begin` and `end` may be null; they run in the same
  // batch, only when a subscription is really created or deleted, and set up or clear
  // what delivery keeps of it. An update changes the settable fields of the mask; a
  // field that cannot be set is a fault.
  static constexpr size_t kSubscriptionsPerOwnerMax = 1000;
  void CreateSubscription(const Principal& owner, v1::Subscription subscription,
                          uint64_t head_offset, BatchPart begin, Done<v1::Subscription> done);
  void UpdateSubscription(const Principal& owner, v1::UpdateSubscriptionRequest request,
                          uint64_t head_offset, Done<v1::Subscription> done);
  void DeleteSubscription(const Principal& owner, const v1::DeleteSubscriptionRequest& request,
                          BatchPart end, DoneVoid done);
  absl::StatusOr<v1::Subscription> GetSubscription(std::string_view owner,
                                                   std::string_view name) const;
  absl::StatusOr<v1::ListSubscriptionsResponse> ListSubscriptions(
      std::string_view owner, const v1::ListSubscriptionsRequest& request) const;
  // Those of every owner, by owner and name: for status.
  std::vector<v1::Subscription> AllSubscriptions() const;

  // Makes a broker key of this region known, here and in the directory. Keys are added,
  // never taken away: what they signed must stay verifiable. A key known already with
  // the same chain changes nothing. The certificate must be this broker's.
  void RegisterBrokerKey(std::string certificate_chain_pem, DoneVoid done);

  // What linked regions are told of this one. Its generation is that of the last change
  // of what is in it.
  v1::Directory BuildDirectory() const;

  // Puts a peer region's directory in place of the one held, when its generation is
  // higher; an older or equal one changes nothing and is OK. The caller has verified
  // directory and keys. ORIGIN_INVALID: it speaks for members or keys of another region,
  // or a key is missing in `keys`.
  void ApplyDirectory(const std::string& region, v1::Directory directory, const DirectoryKeys& keys,
                      DoneVoid done);

 private:
  using SubscriptionKeyPair = std::pair<std::string, std::string>;  // Owner and name.
  using Subscriptions = std::map<SubscriptionKeyPair, v1::Subscription>;

  // What is in memory: replaced or changed only under the lock, on the commit thread.
  struct State {
    std::shared_ptr<const Facts> facts;
    uint64_t directory_generation = 0;
    std::vector<std::string> broker_chains;
    Subscriptions subscriptions;
    std::map<std::string, v1::PendingAct> pending_acts;  // By id.
    std::set<std::string> openings;  // Approved links and roots; "" once the first ones were.
  };
  // One change.
  struct Act {
    v1::AuditEntry entry;
    bool in_directory = false;
    // Judges and writes, on the commit thread. False: there is nothing to change.
    absl::AnyInvocable<absl::StatusOr<bool>(CommitContext&, uint64_t generation)> write;
    // How memory changes once it is durable: a copy of the facts, which is then
    // published, or, where that is empty, the rest of the state.
    absl::AnyInvocable<void(Facts&)> apply_to_facts;
    absl::AnyInvocable<void(State&)> apply_to_state;
  };

  Catalog(Principal broker, Parts parts);
  absl::Status Load();

  void ProposeAgreement(const Principal& actor, v1::Agreement agreement, Done<v1::Agreement> done);
  // Drops a pending act, or lets it take effect first.
  void DecideAct(const Principal& actor, const std::string& approval_id, bool takes_effect,
                 std::string_view rule, Done<v1::PendingAct> done);

  void Perform(Act act, DoneVoid done);
  // Audits that it was refused; then `done` gets `why`.
  void Refuse(v1::AuditEntry entry, absl::Status why, DoneVoid done);
  void Publish(Act& act, uint64_t generation);

  BatchPart AuditUnchanged(v1::AuditEntry entry) const;
  v1::AuditEntry Entry(const Principal& actor, v1::AuditAct act, std::string_view object) const;

  const Principal broker_;
  const Parts parts_;
  std::vector<std::function<void()>> listeners_;
  mutable absl::Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_CATALOG_CATALOG_H_

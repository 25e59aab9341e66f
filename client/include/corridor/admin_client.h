#ifndef CORRIDOR_CLIENT_ADMIN_CLIENT_H_
#define CORRIDOR_CLIENT_ADMIN_CLIENT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "corridor/admin_connection.h"
#include "corridor/environment.h"
#include "corridor/v1/administration.pb.h"
#include "corridor/v1/data_protection.pb.h"
#include "corridor/v1/quota.pb.h"

namespace corridor {

// Runs a region: members, grants, signing keys, agreements, links, quotas, status, and
// what the data-protection officer asks. The caller is an operator with the role that
// each act needs. administration.proto says what each act does.
//
// Thread safety: thread-safe.
//
// Idempotency: creating what is already there with the same values returns it, so
// set-up programs may run again. Those acts, and reads, are tried again for some
// seconds while the broker is unavailable; the others are tried once.
//
// Lists follow the pages of the broker, all of them or until there are `limit` items; 0: all.
//
// Errors: core/model/errors.h reads reason and fields. ETAG_MISMATCH: read again,
// then change.
//
// Example: client/samples/admin.cc.
class AdminClient {
 public:
  explicit AdminClient(std::shared_ptr<AdminConnection> connection,
                       Environment environment = Environment::Default());

  absl::StatusOr<v1::Member> CreateMember(v1::Member member);
  absl::StatusOr<v1::Member> GetMember(std::string_view spiffe_id);
  // By SPIFFE ID.
  absl::StatusOr<std::vector<v1::Member>> ListMembers(bool include_linked_regions = false,
                                                      size_t limit = 0);
  // `member` whole, with the etag it was read with.
  absl::StatusOr<v1::Member> UpdateMember(v1::Member member);

  absl::StatusOr<v1::Grant> SetGrant(v1::Grant grant);
  absl::Status DeleteGrant(std::string_view principal);
  absl::StatusOr<std::vector<v1::Grant>> ListGrants(size_t limit = 0);

  absl::StatusOr<v1::SigningKey> RegisterSigningKey(std::string_view certificate_chain_pem);
  // `key_id` is 16 bytes.
  absl::StatusOr<v1::SigningKey> RetireSigningKey(std::string_view key_id);
  // `compromised_at`: from when it may have been in wrong hands; InfiniteFuture: now.
  absl::StatusOr<v1::SigningKey> RevokeSigningKey(std::string_view key_id,
                                                  absl::Time compromised_at);
  // Of one member, or of all where `member` is empty.
  absl::StatusOr<std::vector<v1::SigningKey>> ListSigningKeys(std::string_view member = "",
                                                              size_t limit = 0);

  absl::StatusOr<v1::Agreement> CreateAgreement(v1::Agreement agreement);
  absl::StatusOr<v1::Agreement> GetAgreement(std::string_view agreement_id);
  absl::StatusOr<std::vector<v1::Agreement>> ListAgreements(size_t limit = 0);
  absl::StatusOr<v1::Agreement> EndAgreement(std::string_view agreement_id,
                                             std::string_view etag = "");

  absl::StatusOr<std::vector<v1::LinkStatus>> ListLinks();
  // With all subscriptions.
  absl::StatusOr<v1::GetStatusResponse> GetStatus();

  // The streams open now, the oldest first.
  absl::StatusOr<std::vector<v1::OpenSession>> ListSessions(size_t limit = 0);
  // One stream, or all of a principal: exactly one field set. How many ended.
  absl::StatusOr<uint32_t> EndSessions(const v1::EndSessionsRequest& which);
  // Has the broker read certificate, key, roots and CRLs from their files. What it
  // did not take over.
  absl::StatusOr<std::vector<v1::TrustMistake>> ReloadTrust();
  // What of the broker's own trust expires, the soonest first.
  absl::StatusOr<std::vector<v1::ExpiringItem>> ListExpiring();

  // What waits for a second person, where the broker's configuration asks for one: then
  // CreateAgreement answers APPROVAL_PENDING, with the id in the metadata as "approval".
  absl::StatusOr<std::vector<v1::PendingAct>> ListPendingActs(size_t limit = 0);
  absl::StatusOr<v1::PendingAct> ApproveAct(std::string_view approval_id);
  absl::StatusOr<v1::PendingAct> RefuseAct(std::string_view approval_id);

  absl::StatusOr<v1::Quota> SetQuota(v1::Quota quota);
  absl::Status DeleteQuota(std::string_view principal);
  // Those that were set.
  absl::StatusOr<std::vector<v1::Quota>> ListQuotas(size_t limit = 0);

  // What the data-protection officer does; data_protection.proto says more.
  // Who may have received an alert, by its publisher and id (16 bytes).
  absl::StatusOr<std::vector<v1::StatementDisclosure>> ReportAlertDisclosures(
      std::string_view publisher, std::string_view alert_id);
  // What a principal (SPIFFE ID) or region may have received: all pages.
  absl::StatusOr<std::vector<v1::StatementDisclosure>> ReportHolderDisclosures(
      std::string_view holder);
  absl::StatusOr<v1::ProcessingRecord> GetProcessingRecord(std::string_view agreement_id);
  absl::StatusOr<v1::SuspendedReach> SuspendReach(std::string_view member);
  absl::Status RestoreReach(std::string_view member);
  absl::StatusOr<std::vector<v1::SuspendedReach>> ListSuspendedReach(size_t limit = 0);

 private:
  const std::shared_ptr<AdminConnection> connection_;
  const Environment environment_;
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_ADMIN_CLIENT_H_

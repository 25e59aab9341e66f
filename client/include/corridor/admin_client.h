#ifndef CORRIDOR_CLIENT_ADMIN_CLIENT_H_
#define CORRIDOR_CLIENT_ADMIN_CLIENT_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "corridor/admin_connection.h"
#include "corridor/environment.h"
#include "corridor/v1/administration.pb.h"

namespace corridor {

// Runs a region: members, grants, signing keys, agreements, links, status. The
// caller is an operator. administration.proto says what each act does.
//
// Thread safety: thread-safe.
//
// Idempotency: creating what is already there with the same values returns it, so
// set-up programs may run again. Those acts, and reads, are tried again for some
// seconds while the broker is unavailable; the others are tried once.
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
  // All of them.
  absl::StatusOr<std::vector<v1::Member>> ListMembers(bool include_linked_regions = false);
  // `member` whole, with the etag it was read with.
  absl::StatusOr<v1::Member> UpdateMember(v1::Member member);

  absl::StatusOr<v1::Grant> SetGrant(v1::Grant grant);
  absl::Status DeleteGrant(std::string_view principal);
  absl::StatusOr<std::vector<v1::Grant>> ListGrants();

  absl::StatusOr<v1::SigningKey> RegisterSigningKey(std::string_view certificate_chain_pem);
  // `key_id` is 16 bytes.
  absl::StatusOr<v1::SigningKey> RetireSigningKey(std::string_view key_id);
  // Of one member, or of all where `member` is empty.
  absl::StatusOr<std::vector<v1::SigningKey>> ListSigningKeys(std::string_view member = "");

  absl::StatusOr<v1::Agreement> CreateAgreement(v1::Agreement agreement);
  absl::StatusOr<v1::Agreement> GetAgreement(std::string_view agreement_id);
  absl::StatusOr<std::vector<v1::Agreement>> ListAgreements();
  absl::StatusOr<v1::Agreement> EndAgreement(std::string_view agreement_id,
                                             std::string_view etag = "");

  absl::StatusOr<std::vector<v1::LinkStatus>> ListLinks();
  absl::StatusOr<v1::GetStatusResponse> GetStatus();

  // The streams open now, the oldest first.
  absl::StatusOr<std::vector<v1::OpenSession>> ListSessions();
  // One stream, or all of a principal: exactly one field set. How many ended.
  absl::StatusOr<uint32_t> EndSessions(const v1::EndSessionsRequest& which);
  // Has the broker read certificate, key, roots and CRLs from their files. What it
  // did not take over.
  absl::StatusOr<std::vector<v1::TrustMistake>> ReloadTrust();
  // What of the broker's own trust expires, the soonest first.
  absl::StatusOr<std::vector<v1::ExpiringItem>> ListExpiring();

 private:
  const std::shared_ptr<AdminConnection> connection_;
  const Environment environment_;
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_ADMIN_CLIENT_H_

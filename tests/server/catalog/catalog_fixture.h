#ifndef CORRIDOR_TESTS_SERVER_CATALOG_CATALOG_FIXTURE_H_
#define CORRIDOR_TESTS_SERVER_CATALOG_CATALOG_FIXTURE_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/model/errors.h"
#include "gtest/gtest.h"
#include "server/catalog/catalog.h"
#include "server/storage/memory_store.h"
#include "tests/support/direct_commit_queue.h"
#include "tests/support/fake_clock.h"

namespace corridor {

inline constexpr char kThai[] = "spiffe://sea.example/agency/th-desk";
inline constexpr char kIndonesian[] = "spiffe://sea.example/agency/id-desk";
inline constexpr char kKenyan[] = "spiffe://ea.example/agency/ke-desk";

// A catalog of the region sea.example over a store in memory. Certificates are plain
// words here: "<SPIFFE ID> <seed>" proves a key of 32 times the seed's first character.
class CatalogFixture : public testing::Test {
 protected:
  CatalogFixture() { Reopen(); }

  // What a restart does.
  void Reopen() {
    catalog_.reset();
    auto opened = Catalog::Open(
        broker_, {.store = store_,
                  .commits = commits_,
                  .clock = clock_,
                  .audit = [this](v1::AuditEntry entry) { return Audit(std::move(entry)); },
                  .verify_signing_certificate = Verify,
                  .approvals = approvals_});
    ASSERT_TRUE(opened.ok()) << opened.status();
    catalog_ = *std::move(opened);
    catalog_->OnChanged([this] { ++changes_; });
  }

  // The answer of a change; it has come, because the commit queue is inline.
  template <typename T>
  static Catalog::Done<T> Into(std::optional<absl::StatusOr<T>>& answer) {
    return [&answer](absl::StatusOr<T> result) { answer = std::move(result); };
  }

  absl::StatusOr<v1::Member> Create(v1::Member member) {
    std::optional<absl::StatusOr<v1::Member>> answer;
    catalog_->CreateMember(operator_, std::move(member), Into(answer));
    return *std::move(answer);
  }
  absl::StatusOr<v1::Member> Update(v1::Member member) {
    std::optional<absl::StatusOr<v1::Member>> answer;
    catalog_->UpdateMember(operator_, std::move(member), Into(answer));
    return *std::move(answer);
  }
  absl::StatusOr<v1::Grant> Set(v1::Grant grant) {
    std::optional<absl::StatusOr<v1::Grant>> answer;
    catalog_->SetGrant(operator_, std::move(grant), Into(answer));
    return *std::move(answer);
  }
  absl::Status DeleteGrant(const std::string& principal) {
    absl::Status answer;
    catalog_->DeleteGrant(operator_, principal,
                          [&answer](absl::Status status) { answer = std::move(status); });
    return answer;
  }
  absl::StatusOr<v1::SigningKey> RegisterKey(std::string chain) {
    std::optional<absl::StatusOr<v1::SigningKey>> answer;
    catalog_->RegisterSigningKey(operator_, std::move(chain), Into(answer));
    return *std::move(answer);
  }
  absl::StatusOr<v1::SigningKey> RetireKey(std::string key_id) {
    std::optional<absl::StatusOr<v1::SigningKey>> answer;
    catalog_->RetireSigningKey(operator_, std::move(key_id), Into(answer));
    return *std::move(answer);
  }
  absl::StatusOr<v1::Agreement> Create(v1::Agreement agreement) {
    std::optional<absl::StatusOr<v1::Agreement>> answer;
    catalog_->CreateAgreement(operator_, std::move(agreement), Into(answer));
    return *std::move(answer);
  }
  absl::StatusOr<v1::Agreement> End(const std::string& id, const std::string& etag = "") {
    v1::EndAgreementRequest request;
    request.set_agreement_id(id);
    request.set_etag(etag);
    std::optional<absl::StatusOr<v1::Agreement>> answer;
    catalog_->EndAgreement(operator_, request, Into(answer));
    return *std::move(answer);
  }
  absl::Status RegisterBrokerKey(std::string chain) {
    absl::Status answer;
    catalog_->RegisterBrokerKey(std::move(chain),
                                [&answer](absl::Status status) { answer = std::move(status); });
    return answer;
  }
  absl::Status Apply(const std::string& region, v1::Directory directory,
                     const DirectoryKeys& keys) {
    absl::Status answer;
    catalog_->ApplyDirectory(region, std::move(directory), keys,
                             [&answer](absl::Status status) { answer = std::move(status); });
    return answer;
  }

  static v1::Member ExampleMember(const std::string& id, const std::string& country) {
    v1::Member member;
    member.set_spiffe_id(id);
    member.set_display_name("Example counter-trafficking desk");
    member.add_countries(country);
    member.set_type(v1::PUBLISHER_TYPE_CENTRAL_GOVERNMENT);
    return member;
  }
  static v1::Agreement ExampleAgreement(const std::string& id) {
    v1::Agreement agreement;
    agreement.set_agreement_id(id);
    agreement.set_title("Between the two regions");
    agreement.mutable_from()->set_region("sea.example");
    agreement.mutable_to()->set_region("ea.example");
    agreement.set_tlp_max(v1::TLP_AMBER);
    agreement.set_use(v1::USE_PURPOSE_COUNTER_TRAFFICKING);
    return agreement;
  }

  static std::vector<std::string> FaultsOf(const absl::Status& status) {
    std::vector<std::string> fields;
    for (const FieldViolation& violation : ViolationsOf(status)) fields.push_back(violation.field);
    return fields;
  }

  static absl::StatusOr<SigningCertificate> Verify(std::string_view chain, absl::Time time) {
    const size_t space = chain.find(' ');
    if (space == std::string_view::npos) return absl::UnauthenticatedError("not a certificate");
    return SigningCertificate{.spiffe_id = std::string(chain.substr(0, space)),
                              .public_key = std::string(32, chain[space + 1]),
                              .not_before = time - absl::Hours(1),
                              .not_after = time + absl::Hours(24)};
  }

  Catalog::ApprovalRules approvals_;
  FakeClock clock_;
  MemoryStore store_;
  DirectCommitQueue commits_{store_, clock_};
  std::vector<v1::AuditEntry> audited_;
  int changes_ = 0;
  const Principal broker_ = *ParsePrincipal("spiffe://sea.example/broker/a");
  const Principal operator_ = *ParsePrincipal("spiffe://sea.example/operator/first");
  const Principal desk_ = *ParsePrincipal(kThai);
  std::unique_ptr<Catalog> catalog_;

 private:
  BatchPart Audit(v1::AuditEntry entry) {
    return [this, entry = std::move(entry)](CommitContext&) {
      audited_.push_back(entry);
      return absl::OkStatus();
    };
  }
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SERVER_CATALOG_CATALOG_FIXTURE_H_

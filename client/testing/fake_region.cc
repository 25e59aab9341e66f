#include "corridor/testing/fake_region.h"

#include <map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "client/testing/answer.h"
#include "client/testing/fake_connections.h"
#include "client/testing/region_in_process.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "server/catalog/catalog.h"

namespace corridor {
namespace {

v1::Member MemberOf(const FakeRegion::Desk& desk, const std::string& spiffe_id) {
  v1::Member member;
  member.set_spiffe_id(spiffe_id);
  member.set_display_name(absl::StrCat("Example desk ", desk.id));
  member.add_countries(desk.country);
  member.set_type(desk.type);
  return member;
}

v1::Grant EveryRight(const std::string& principal) {
  v1::Grant grant;
  grant.set_principal(principal);
  for (const v1::Role role : {v1::ROLE_PUBLISHER, v1::ROLE_IMMEDIATE_PUBLISHER, v1::ROLE_READER}) {
    grant.add_roles(role);
  }
  grant.set_publish_tlp_max(v1::TLP_RED);
  return grant;
}

v1::Agreement Within(const std::string& region) {
  v1::Agreement agreement;
  agreement.set_agreement_id("within-region");
  agreement.set_title("The members of a test warn one another");
  agreement.mutable_from()->set_region(region);
  agreement.mutable_to()->set_region(region);
  agreement.set_tlp_max(v1::TLP_RED);
  agreement.set_use(v1::USE_PURPOSE_COUNTER_TRAFFICKING);
  return agreement;
}

}  // namespace

class FakeRegion::Impl {
 public:
  Impl(std::string region, std::shared_ptr<RegionInProcess> inner)
      : region_(std::move(region)), inner_(std::move(inner)) {}

  const std::shared_ptr<RegionInProcess>& inner() const { return inner_; }
  std::string SpiffeIdOf(std::string_view desk) const {
    return absl::StrCat("spiffe://", region_, "/agency/", A(desk));
  }

  // An operator's change: `act(catalog, operator, answer)`.
  template <typename T, typename Act>
  absl::StatusOr<T> Change(Act act) {
    return Await<T>([&](Answer<T> answer) {
      inner_->Within(
          [&](Region& region) { act(region.catalog(), inner_->operations(), std::move(answer)); });
    });
  }

  absl::Status AddMember(const Desk& desk) {
    const std::string id = SpiffeIdOf(desk.id);
    ASSIGN_OR_RETURN(const v1::Member member,
                     Change<v1::Member>([&](Catalog& catalog, const Principal& ops, auto answer) {
                       catalog.CreateMember(ops, MemberOf(desk, id), std::move(answer));
                     }));
    RETURN_IF_ERROR(SetGrant(EveryRight(id)));
    ASSIGN_OR_RETURN(IssuedCertificate signer, inner_->IssueSigner(id));
    RETURN_IF_ERROR(
        Change<v1::SigningKey>([&](Catalog& catalog, const Principal& ops, auto answer) {
          catalog.RegisterSigningKey(ops, signer.certificate_pem, std::move(answer));
        }).status());
    absl::MutexLock lock(&mutex_);
    signers_[std::string(desk.id)] = {desk, std::move(signer.private_key_pem)};
    return absl::OkStatus();
  }

  absl::Status SetGrant(const v1::Grant& grant) {
    return Change<v1::Grant>([&](Catalog& catalog, const Principal& ops, auto answer) {
             catalog.SetGrant(ops, grant, std::move(answer));
           })
        .status();
  }

  struct Signer {
    Desk desk;
    std::string key_pem;  // Secret.
  };
  absl::StatusOr<Signer> SignerOf(std::string_view desk) const {
    absl::MutexLock lock(&mutex_);
    const auto found = signers_.find(desk);
    if (found == signers_.end()) return absl::NotFoundError("no such member was added");
    return found->second;
  }

  // What is published is dated by the region's clock.
  Environment PublishersEnvironment() const {
    Environment environment = Environment::Default();
    environment.clock = &inner_->clock();
    return environment;
  }

 private:
  const std::string region_;
  const std::shared_ptr<RegionInProcess> inner_;
  mutable absl::Mutex mutex_;
  std::map<std::string, Signer, std::less<>> signers_ ABSL_GUARDED_BY(mutex_);
};

FakeRegion::FakeRegion(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
FakeRegion::~FakeRegion() { impl_->inner()->Stop(); }

absl::StatusOr<std::unique_ptr<FakeRegion>> FakeRegion::Start(const std::string& region) {
  ASSIGN_OR_RETURN(auto inner, RegionInProcess::Start(region));
  std::unique_ptr<FakeRegion> started(
      new FakeRegion(std::make_shared<Impl>(region, std::move(inner))));
  RETURN_IF_ERROR(started->AddAgreement(Within(region)));
  return started;
}

absl::Status FakeRegion::AddMember(const Desk& desk) { return impl_->AddMember(desk); }
absl::Status FakeRegion::SetGrant(const v1::Grant& grant) { return impl_->SetGrant(grant); }

absl::Status FakeRegion::SetMemberState(std::string_view desk, v1::MemberState state) {
  const std::string id = SpiffeIdOf(desk);
  return impl_
      ->Change<v1::Member>([&](Catalog& catalog, const Principal& ops, auto answer) {
        auto member = catalog.GetMember(id);
        if (!member.ok()) return answer(member.status());
        member->set_state(state);
        catalog.UpdateMember(ops, *std::move(member), std::move(answer));
      })
      .status();
}

absl::Status FakeRegion::AddAgreement(const v1::Agreement& agreement) {
  return impl_
      ->Change<v1::Agreement>([&](Catalog& catalog, const Principal& ops, auto answer) {
        catalog.CreateAgreement(ops, agreement, std::move(answer));
      })
      .status();
}

absl::Status FakeRegion::EndAgreement(std::string_view agreement_id) {
  v1::EndAgreementRequest request;
  request.set_agreement_id(std::string(agreement_id));
  return impl_
      ->Change<v1::Agreement>([&](Catalog& catalog, const Principal& ops, auto answer) {
        catalog.EndAgreement(ops, request, std::move(answer));
      })
      .status();
}

std::string FakeRegion::SpiffeIdOf(std::string_view desk) const { return impl_->SpiffeIdOf(desk); }

std::unique_ptr<Publisher> FakeRegion::NewPublisher(std::string_view desk) {
  const std::string id = SpiffeIdOf(desk);
  auto signer = impl_->SignerOf(desk);
  auto key = SigningKeyOf(desk);
  return std::make_unique<Publisher>(PublisherConnectionOf(id), *std::move(key),
                                     PublisherOptions{.publisher = id,
                                                      .publisher_country = signer->desk.country,
                                                      .publisher_type = signer->desk.type},
                                     impl_->PublishersEnvironment());
}

std::unique_ptr<Subscriber> FakeRegion::NewSubscriber(std::string_view desk) {
  return std::make_unique<Subscriber>(SubscriberConnectionOf(SpiffeIdOf(desk)));
}

std::shared_ptr<PublisherConnection> FakeRegion::PublisherConnectionOf(
    const std::string& principal) {
  return MakeFakePublisherConnection(impl_->inner(), principal);
}

std::shared_ptr<SubscriberConnection> FakeRegion::SubscriberConnectionOf(
    const std::string& principal) {
  return MakeFakeSubscriberConnection(impl_->inner(), principal);
}

absl::StatusOr<SigningKey> FakeRegion::SigningKeyOf(std::string_view desk) const {
  ASSIGN_OR_RETURN(const auto signer, impl_->SignerOf(desk));
  return SigningKey::FromPkcs8Pem(signer.key_pem);
}

TrustStore FakeRegion::Trust() const { return impl_->inner()->Trust(); }
void FakeRegion::SetReachable(bool reachable) { impl_->inner()->SetReachable(reachable); }
void FakeRegion::Advance(absl::Duration by) { impl_->inner()->clock().Advance(by); }

}  // namespace corridor

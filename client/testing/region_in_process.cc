#include "client/testing/region_in_process.h"

#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "core/base/status_macros.h"
#include "core/gate/gate_policy.h"
#include "core/model/errors.h"
#include "server/broker/directory_check.h"
#include "server/link/link_stream.h"

namespace corridor {
namespace {

// A year, so that a test may let months pass.
constexpr absl::Duration kLifetime = absl::Hours(366 * 24);

// Whole seconds, as certificates have them: no leaf may outlive the root.
Validity FromNow() {
  const absl::Time start =
      absl::FromUnixSeconds(absl::ToUnixSeconds(SystemClock().Now())) - absl::Minutes(1);
  return {start, start + kLifetime};
}

absl::StatusOr<IssuedCertificate> IssueFor(const CertificateAuthority& root,
                                           const std::string& spiffe_id) {
  ASSIGN_OR_RETURN(const SpiffeId id, SpiffeId::Parse(spiffe_id));
  return root.Issue(
      {.profile = CertificateProfile::kSigning,
       .spiffe_id = id,
       .validity = {root.certificate().not_before(), root.certificate().not_after()}});
}

}  // namespace

// Nothing outlives the process.
class RegionInProcess::NoMarker final : public HeadMarker {
 public:
  absl::StatusOr<std::optional<HeadMark>> Read() const override { return std::nullopt; }
  absl::Status Write(const HeadMark& /*mark*/) override { return absl::OkStatus(); }
};

// There is no peer to dial.
class RegionInProcess::NoLinks final : public LinkTransport {
 public:
  std::shared_ptr<LinkStream> Dial(const std::string& /*peer_region*/, v1::Lane /*lane*/,
                                   std::shared_ptr<LinkStreamEvents> /*events*/) override {
    return nullptr;
  }
};

RegionInProcess::RegionInProcess(const std::string& region, CertificateAuthority root,
                                 Principal operations, IssuedCertificate signer, SigningKey key,
                                 TrustStore trust)
    : name_(region),
      root_(std::move(root)),
      operator_(std::move(operations)),
      broker_signer_(std::move(signer)),
      broker_key_(std::move(key)),
      trust_(std::move(trust)),
      parties_{region, {}, {}},
      gate_(DefaultGatePolicy()),
      marker_(std::make_unique<NoMarker>()),
      links_(std::make_unique<NoLinks>()),
      quotas_([this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return region_->catalog().facts(); },
              clock_) {}

RegionInProcess::~RegionInProcess() { Stop(); }

absl::StatusOr<std::shared_ptr<RegionInProcess>> RegionInProcess::Start(const std::string& region) {
  const std::string prefix = absl::StrCat("spiffe://", region);
  ASSIGN_OR_RETURN(Principal operations, ParsePrincipal(prefix + "/operator/ops"));
  ASSIGN_OR_RETURN(CertificateAuthority root, CertificateAuthority::CreateRoot(region, FromNow()));
  ASSIGN_OR_RETURN(IssuedCertificate signer, IssueFor(root, prefix + "/broker/b1"));
  ASSIGN_OR_RETURN(SigningKey key, SigningKey::FromPkcs8Pem(signer.private_key_pem));
  ASSIGN_OR_RETURN(TrustBundle bundle, TrustBundle::Create(region, root.certificate_pem(), ""));
  ASSIGN_OR_RETURN(TrustStore trust, TrustStore::Create({std::move(bundle)}));
  std::shared_ptr<RegionInProcess> started(
      new RegionInProcess(region, std::move(root), std::move(operations), std::move(signer),
                          std::move(key), std::move(trust)));
  RETURN_IF_ERROR(started->Open());
  return started;
}

absl::Status RegionInProcess::Open() {
  Region::Options options;
  options.region = name_;
  options.broker = absl::StrCat("spiffe://", name_, "/broker/b1");
  options.acceptance_chain_pem = broker_signer_.certificate_pem;
  options.version = "fake";
  options.journal.region = name_;
  ASSIGN_OR_RETURN(auto region,
                   Region::Open({.store = store_,
                                 .key_store = key_store_,
                                 .head_marker = *marker_,
                                 .flow = flow_,
                                 .commit = flow_,
                                 .intake = work_,
                                 .upkeep = work_,
                                 .clock = clock_,
                                 .random = random_,
                                 .acceptance_key = broker_key_,
                                 .gate = gate_,
                                 .transport = *links_,
                                 .verify_key = MakeRegionKeyVerifier([this] { return trust_; }),
                                 .observer = observer_},
                                std::move(options)));
  region->Start();
  absl::MutexLock lock(&region_mutex_);
  region_ = std::move(region);
  return absl::OkStatus();
}

absl::Status RegionInProcess::Call(std::string_view method, const Principal& caller,
                                   absl::FunctionRef<void(Region&)> act) {
  absl::ReaderMutexLock lock(&region_mutex_);
  if (!reachable_ || region_ == nullptr) {
    return absl::UnavailableError("the region cannot be reached");
  }
  RETURN_IF_ERROR(Authorise(method, caller, *region_->catalog().facts(), parties_));
  act(*region_);
  return absl::OkStatus();
}

void RegionInProcess::Within(absl::FunctionRef<void(Region&)> act) {
  absl::ReaderMutexLock lock(&region_mutex_);
  if (region_ != nullptr) act(*region_);
}

void RegionInProcess::OnWire(Task task) {
  {
    absl::MutexLock lock(&mutex_);
    if (!stopped_) return wire_.Post(std::move(task));
  }
  task();
}

absl::StatusOr<IssuedCertificate> RegionInProcess::IssueSigner(const std::string& spiffe_id) const {
  return IssueFor(root_, spiffe_id);
}

void RegionInProcess::Remember(std::weak_ptr<CuttableStream> stream) {
  absl::MutexLock lock(&mutex_);
  std::erase_if(streams_, [](const auto& open) { return open.expired(); });
  streams_.push_back(std::move(stream));
}

void RegionInProcess::LoseStreams() {
  std::vector<std::weak_ptr<CuttableStream>> streams;
  {
    absl::MutexLock lock(&mutex_);
    streams.swap(streams_);
  }
  for (const auto& stream : streams) {
    if (auto open = stream.lock()) open->Lose(absl::UnavailableError("the connection is lost"));
  }
}

// Calls that are under way end first, so that no stream escapes.
void RegionInProcess::SetReachable(bool reachable) {
  {
    absl::MutexLock lock(&region_mutex_);
    reachable_ = reachable;
  }
  if (!reachable) LoseStreams();
}

// What was on the wire arrives. Then, with the threads stopped, nobody but the caller runs: what
// clients still have to hear, they hear from here. What the region never answered it drops, which
// answers it.
void RegionInProcess::Stop() {
  std::unique_ptr<Region> gone;
  {
    absl::MutexLock lock(&region_mutex_);
    gone = std::move(region_);
  }
  work_.Stop();
  flow_.Stop();
  if (!StopWire()) return;
  LoseStreams();
}

// False: it was stopped before.
bool RegionInProcess::StopWire() {
  auto arrived = std::make_shared<absl::Notification>();
  {
    absl::MutexLock lock(&mutex_);
    if (std::exchange(stopped_, true)) return false;
    wire_.Post([arrived] { arrived->Notify(); });
  }
  arrived->WaitForNotification();
  wire_.Stop();
  return true;
}

}  // namespace corridor

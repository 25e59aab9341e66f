#include "tests/server/rpc/broker_fixture.h"

#include <grpc/support/time.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "core/base/strings.h"
#include "core/crypto/tls_settings.h"
#include "server/broker/directory_check.h"

namespace corridor {

BrokerFixture::BrokerFixture() {
  EXPECT_TRUE(RestrictTlsOfProcess().ok());
  RouteGrpcLog(nullptr, false);  // Refused handshakes are what these tests make.
  OpenRegion();
  StartServer();
  region_->Start();
  readiness_.Set(Readiness::State::kServing);
  operator_stub_ = v1::Administration::NewStub(ChannelWith(sea_.Operator("ops")));
}

BrokerFixture::~BrokerFixture() {
  server_->Stop(absl::ZeroDuration());
  intake_.Stop();
  flow_.Stop();
  commit_.Stop();
}

void BrokerFixture::OpenRegion() {
  Region::Options options;
  options.region = "sea.example";
  options.broker = "spiffe://sea.example/broker/b1";
  options.acceptance_chain_pem = acceptance_.certificate_pem;
  options.version = "test";
  options.journal.region = "sea.example";
  options.peers = {{"eastafrica.example", false}};
  auto region =
      Region::Open({.store = store_,
                    .key_store = key_store_,
                    .head_marker = head_marker_,
                    .flow = flow_,
                    .commit = commit_,
                    .intake = intake_,
                    .upkeep = intake_,
                    .clock = clock_,
                    .random = random_,
                    .acceptance_key = acceptance_.key,
                    .gate = gate_,
                    .transport = dialler_,
                    .verify_key = MakeRegionKeyVerifier([this] { return trust_.Now().trust; }),
                    .observer = observer_},
                   std::move(options));
  EXPECT_TRUE(region.ok()) << region.status();
  region_ = *std::move(region);
}

void BrokerFixture::StartServer() {
  publisher_.emplace(*region_, intake_, calls_, readiness_);
  subscriber_.emplace(*region_, intake_, calls_, readiness_);
  region_->catalog().OnChanged([this] { calls_.Review(); });
  federation_.emplace(*region_, intake_);
  administration_.emplace(*region_, intake_, calls_,
                          TrustDoor{.reload = [this] { return reload_(); },
                                    .expiring = [] { return v1::ListExpiringResponse(); }});
  data_protection_.emplace(*region_, intake_);
  quotas_service_.emplace(region_->catalog(), intake_);
  approvals_.emplace(region_->catalog(), intake_);
  operations_.emplace(*region_, intake_, operations_door_);
  backups_.emplace(intake_, backup_door_);
  audit_log_.emplace(AuditLogService::Parts{.log = region_->audit(),
                                            .commits = region_->journal(),
                                            .executor = intake_,
                                            .calls = calls_,
                                            .readiness = readiness_});
  region_link_.emplace(
      [this](const std::string& peer, std::shared_ptr<LinkStream> stream) {
        return region_->AcceptLink(peer, std::move(stream));
      },
      RevocationDoor{.own_crls_pem = [] { return std::string("own lists"); },
                     .take =
                         [this](const std::string& region, const std::string& crls_pem,
                                const std::string& chain_pem) {
                           return TakeCrls(region, crls_pem, chain_pem);
                         }},
      intake_, calls_, readiness_);
  auto caller_check = MakeCallerCheck(judge_, flood_, [this](const CallRefusal& refusal) {
    absl::MutexLock lock(&mutex_);
    refused_calls_.push_back(refusal);
  });
  auto identity =
      ServedIdentity::Open(temp_dir_.path() + "/transport", IdentityOf(sea_.Broker("b1")));
  EXPECT_TRUE(identity.ok()) << identity.status();
  identity_ = *std::move(identity);
  RpcServerOptions options;
  options.addresses = {"127.0.0.1:0"};
  options.connections = limits_;
  options.on_first_message = [this](const std::string& chain) { flood_.MessageCame(chain); };
  options.credentials = MakeServerCredentials(
      *identity_, trust_, flood_, clock_,
      [this](const HandshakeRefusal& refusal) {
        absl::MutexLock lock(&mutex_);
        refusals_.push_back(refusal);
      },
      std::move(caller_check));
  auto server = RpcServer::Start(
      options,
      {&*publisher_, &*subscriber_, &*administration_, &*federation_, &*region_link_, &*audit_log_,
       &*data_protection_, &*quotas_service_, &*approvals_, &*operations_, &*backups_},
      log_, clock_);
  EXPECT_TRUE(server.ok()) << server.status();
  server_ = *std::move(server);
}

absl::Status BrokerFixture::TakeCrls(const std::string& region, const std::string& crls_pem,
                                     const std::string& chain_pem) {
  const TrustStore trust = trust_.Now().trust;
  auto bundle =
      BundleWithCrls(trust, region, crls_pem, chain_pem, PeerPurpose::kTlsClient, clock_.Now());
  if (!bundle.ok() || !bundle->has_value()) return bundle.status();
  trust_.Replace(*TrustStore::Create({*trust.Find("sea.example"), **bundle}));
  calls_.Review();
  return absl::OkStatus();
}

void BrokerFixture::Restart() {
  server_->Stop(absl::ZeroDuration());
  server_.reset();
  StartServer();
}

TransportIdentity BrokerFixture::IdentityOf(const IssuedCertificate& certificate) const {
  return {"sea.example", certificate.certificate_pem, certificate.private_key_pem};
}

std::string BrokerFixture::address() const {
  return absl::StrCat("127.0.0.1:", server_->ports().front());
}

std::shared_ptr<grpc::Channel> BrokerFixture::ChannelWith(const IssuedCertificate& client) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  auto credentials = MakePeerCredentials(IdentityOf(client), dialled_, "sea.example",
                                         [](const HandshakeRefusal& refusal) {
                                           ADD_FAILURE() << "server refused: " << refusal.reason;
                                         });
  return grpc::CreateCustomChannel(address(), credentials, arguments);
}

std::shared_ptr<grpc::Channel> BrokerFixture::ChannelWithoutCertificate() {
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_verify_server_certs(false);
  options.set_check_call_host(false);
  options.set_certificate_verifier(std::make_shared<grpc::experimental::NoOpCertificateVerifier>());
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address(), grpc::experimental::TlsCredentials(options),
                                   arguments);
}

std::unique_ptr<grpc::ClientContext> BrokerFixture::Context() {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(gpr_time_from_seconds(30, GPR_TIMESPAN));
  return context;
}

void BrokerFixture::Register(const std::string& member) {
  v1::CreateMemberRequest request;
  request.mutable_member()->set_spiffe_id(member);
  request.mutable_member()->set_display_name("Example desk");
  request.mutable_member()->add_countries(member == kIndonesia ? "IDN" : "THA");
  request.mutable_member()->set_type(v1::PUBLISHER_TYPE_LAW_ENFORCEMENT);
  v1::Member created;
  const auto status = operator_stub_->CreateMember(Context().get(), request, &created);
  ASSERT_TRUE(status.ok()) << status.error_message();
}

void BrokerFixture::Suspend(const std::string& member) {
  v1::GetMemberRequest get;
  get.set_spiffe_id(member);
  v1::UpdateMemberRequest update;
  auto status = operator_stub_->GetMember(Context().get(), get, update.mutable_member());
  ASSERT_TRUE(status.ok()) << status.error_message();
  update.mutable_member()->set_state(v1::MEMBER_STATE_SUSPENDED);
  v1::Member updated;
  status = operator_stub_->UpdateMember(Context().get(), update, &updated);
  ASSERT_TRUE(status.ok()) << status.error_message();
}

void BrokerFixture::Grant(const std::string& principal, const std::vector<v1::Role>& roles) {
  v1::SetGrantRequest request;
  request.mutable_grant()->set_principal(principal);
  for (v1::Role role : roles) {
    request.mutable_grant()->add_roles(role);
    if (role == v1::ROLE_PUBLISHER) request.mutable_grant()->set_publish_tlp_max(v1::TLP_AMBER);
  }
  v1::Grant granted;
  const auto status = operator_stub_->SetGrant(Context().get(), request, &granted);
  ASSERT_TRUE(status.ok()) << status.error_message();
}

TestSigner BrokerFixture::RegisterKey(std::string_view member_path) {
  TestSigner signer = sea_.Signer(member_path);
  v1::RegisterSigningKeyRequest request;
  request.set_certificate_chain_pem(signer.certificate_pem);
  v1::SigningKey registered;
  const auto status = operator_stub_->RegisterSigningKey(Context().get(), request, &registered);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return signer;
}

void BrokerFixture::Agree() {
  v1::CreateAgreementRequest request;
  v1::Agreement& agreement = *request.mutable_agreement();
  agreement.set_agreement_id("in-region");
  agreement.set_title("Example agreement");
  agreement.mutable_from()->set_region("sea.example");
  agreement.mutable_to()->set_region("sea.example");
  agreement.set_tlp_max(v1::TLP_AMBER);
  agreement.set_use(v1::USE_PURPOSE_COUNTER_TRAFFICKING);
  v1::Agreement created;
  const auto status = operator_stub_->CreateAgreement(Context().get(), request, &created);
  ASSERT_TRUE(status.ok()) << status.error_message();
}

TestSigner BrokerFixture::RegisterAgencies() {
  Register(kThailand);
  Register(kIndonesia);
  Grant(kThailand, {v1::ROLE_PUBLISHER, v1::ROLE_READER});
  Grant(kIndonesia, {v1::ROLE_READER});
  Agree();
  return RegisterKey("/agency/th-desk");
}

std::vector<HandshakeRefusal> BrokerFixture::refusals() {
  absl::MutexLock lock(&mutex_);
  return refusals_;
}

std::vector<CallRefusal> BrokerFixture::refused_calls() {
  absl::MutexLock lock(&mutex_);
  return refused_calls_;
}

}  // namespace corridor

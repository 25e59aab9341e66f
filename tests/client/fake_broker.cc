#include "tests/client/fake_broker.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <map>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "core/crypto/digest.h"
#include "core/crypto/signature.h"
#include "core/crypto/statement_proof.h"
#include "core/crypto/tls_settings.h"
#include "core/model/errors.h"
#include "core/model/statement.h"
#include "corridor/v1/administration.grpc.pb.h"
#include "corridor/v1/publisher.grpc.pb.h"
#include "corridor/v1/subscriber.grpc.pb.h"
#include "gtest/gtest.h"

namespace corridor {
namespace {

v1::Acceptance AcceptanceOf(const std::string& digest, uint64_t offset) {
  static const auto* key = new SigningKey(SigningKey::Generate());
  std::vector<v1::Acceptance> acceptances(1);
  v1::Acceptance& acceptance = acceptances.front();
  acceptance.mutable_position()->set_region("sea.example");
  acceptance.mutable_position()->set_epoch(7);
  acceptance.mutable_position()->set_offset(offset);
  acceptance.set_lane(v1::LANE_ROUTINE);
  acceptance.set_accept_time_ms(1743494400000);
  SignAcceptances(*key, {digest}, acceptances);
  return acceptance;
}

}  // namespace

v1::Receipt ReceiptFor(const v1::SignedStatement& statement, uint64_t offset) {
  v1::StatementBody body;
  body.ParseFromString(statement.body());
  v1::Receipt receipt;
  receipt.set_statement_id(body.statement_id());
  receipt.set_digest(ToString(StatementDigest(statement)));
  *receipt.mutable_acceptance() = AcceptanceOf(receipt.digest(), offset);
  return receipt;
}

v1::Delivery DeliveryOf(const v1::SignedStatement& statement, uint64_t offset,
                        const std::string& lease) {
  v1::StatementBody body;
  body.ParseFromString(statement.body());
  v1::Delivery delivery;
  delivery.set_lease(lease);
  delivery.set_attempt(1);
  delivery.set_lane(v1::LANE_ROUTINE);
  v1::StoredStatement& stored = *delivery.mutable_statement();
  *stored.mutable_statement() = ReaderPartOf(statement, ToString(RoutingHash(statement)));
  *stored.mutable_acceptance() = AcceptanceOf(ToString(StatementDigest(statement)), offset);
  *stored.mutable_position() = stored.acceptance().position();
  stored.set_kind(KindOf(body));
  return delivery;
}

struct FakeBroker::Impl final : v1::Publisher::Service,
                                v1::Subscriber::Service,
                                v1::Administration::Service {
  using Context = grpc::ServerContext;
  using AttachStream = grpc::ServerReaderWriter<v1::AttachResponse, v1::AttachRequest>;

  grpc::Status Publish(Context* /*context*/, const v1::PublishRequest* request,
                       v1::PublishResponse* response) override {
    absl::MutexLock lock(&mutex);
    for (const v1::SignedStatement& statement : request->statements()) {
      v1::PublishResult& result = *response->add_results();
      if (!refusal.ok()) {
        *result.mutable_error() = ToRpcStatus(refusal);
        continue;
      }
      statements.push_back(statement);
      *result.mutable_receipt() = ReceiptFor(statement, statements.size());
    }
    return grpc::Status::OK;
  }

  grpc::Status CheckStatement(Context* /*context*/, const v1::CheckStatementRequest* /*request*/,
                              v1::CheckStatementResponse* response) override {
    response->set_acceptable(true);
    return grpc::Status::OK;
  }

  grpc::Status CreateSubscription(Context* /*context*/,
                                  const v1::CreateSubscriptionRequest* request,
                                  v1::Subscription* response) override {
    *response = request->subscription();
    return grpc::Status::OK;
  }

  // Errors with details, as the real broker sends them.
  grpc::Status GetAlert(Context* /*context*/, const v1::GetAlertRequest* /*request*/,
                        v1::Alert* /*response*/) override {
    const absl::Status missing = Error(v1::ERROR_REASON_NOT_FOUND, "no such alert");
    return {grpc::StatusCode::NOT_FOUND, "no such alert", ToRpcStatus(missing).SerializeAsString()};
  }

  grpc::Status Attach(Context* /*context*/, AttachStream* stream) override {
    v1::AttachRequest request;
    v1::AttachResponse response;
    while (stream->Read(&request)) {
      response.Clear();
      if (request.has_start()) {
        response.mutable_started()->set_heartbeat_interval_ms(5000);
      } else if (request.has_settlement()) {
        *response.mutable_settled()->mutable_settled() = request.settlement().acknowledged();
      } else if (request.window().lane() == v1::LANE_ROUTINE && request.window().messages() > 0) {
        absl::MutexLock lock(&mutex);
        for (size_t i = 0; i < statements.size(); ++i) {
          *response.mutable_deliveries()->add_deliveries() =
              DeliveryOf(statements[i], i + 1, absl::StrCat("lease-", i));
        }
      }
      if (response.ByteSizeLong() > 0) stream->Write(response);
    }
    return grpc::Status::OK;
  }

  grpc::Status CreateMember(Context* /*context*/, const v1::CreateMemberRequest* request,
                            v1::Member* response) override {
    absl::MutexLock lock(&mutex);
    members[request->member().spiffe_id()] = request->member();
    *response = request->member();
    return grpc::Status::OK;
  }

  grpc::Status SetGrant(Context* /*context*/, const v1::SetGrantRequest* request,
                        v1::Grant* response) override {
    *response = request->grant();
    return grpc::Status::OK;
  }

  grpc::Status ListMembers(Context* /*context*/, const v1::ListMembersRequest* /*request*/,
                           v1::ListMembersResponse* response) override {
    absl::MutexLock lock(&mutex);
    for (const auto& [id, member] : members) *response->add_members() = member;
    return grpc::Status::OK;
  }

  absl::Mutex mutex;
  std::vector<v1::SignedStatement> statements ABSL_GUARDED_BY(mutex);
  std::map<std::string, v1::Member> members ABSL_GUARDED_BY(mutex);
  absl::Status refusal ABSL_GUARDED_BY(mutex);
  std::unique_ptr<grpc::Server> server;
};

FakeBroker::FakeBroker(const TestPki& pki, const IssuedCertificate& certificate)
    : pki_(pki), impl_(std::make_unique<Impl>()) {
  namespace tls = grpc::experimental;
  EXPECT_TRUE(RestrictTlsOfProcess().ok());
  const std::vector<tls::IdentityKeyCertPair> identity = {
      {certificate.private_key_pem, certificate.certificate_pem}};
  tls::TlsServerCredentialsOptions options(
      std::make_shared<tls::StaticDataCertificateProvider>(pki.root_pem(), identity));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", tls::TlsServerCredentials(options), &port);
  builder.RegisterService(static_cast<v1::Publisher::Service*>(impl_.get()));
  builder.RegisterService(static_cast<v1::Subscriber::Service*>(impl_.get()));
  builder.RegisterService(static_cast<v1::Administration::Service*>(impl_.get()));
  impl_->server = builder.BuildAndStart();
  EXPECT_NE(impl_->server, nullptr);
  endpoint_ = absl::StrCat("127.0.0.1:", port);
}

FakeBroker::~FakeBroker() { impl_->server->Shutdown(gpr_time_0(GPR_CLOCK_REALTIME)); }

ConnectionOptions FakeBroker::OptionsFor(const IssuedCertificate& client) const {
  return {.endpoint = endpoint_,
          .region = "sea.example",
          .certificate_chain_pem = client.certificate_pem,
          .private_key_pem = client.private_key_pem,
          .trust_bundle_pem = pki_.root_pem(),
          .rpc_timeout = absl::Seconds(5)};
}

void FakeBroker::RefuseWith(const absl::Status& refusal) {
  absl::MutexLock lock(&impl_->mutex);
  impl_->refusal = refusal;
}

}  // namespace corridor

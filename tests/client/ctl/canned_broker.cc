#include "tests/client/ctl/canned_broker.h"

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "core/crypto/tls_settings.h"
#include "gtest/gtest.h"

namespace corridor {
namespace {

// Reads one request and gives one answer.
class CannedCall final : public grpc::ServerGenericBidiReactor {
 public:
  explicit CannedCall(const std::string& answer) {
    const grpc::Slice slice(answer);
    answer_ = grpc::ByteBuffer(&slice, 1);
    StartRead(&request_);
  }
  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::CANCELLED);
    StartWriteAndFinish(&answer_, {}, grpc::Status::OK);
  }
  void OnDone() override { delete this; }

 private:
  grpc::ByteBuffer request_;
  grpc::ByteBuffer answer_;
};

}  // namespace

struct CannedBroker::Impl final : grpc::CallbackGenericService {
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    absl::MutexLock lock(&mutex);
    called.push_back(context->method());
    return new CannedCall(answers[context->method()]);
  }

  absl::Mutex mutex;
  std::map<std::string, std::string> answers ABSL_GUARDED_BY(mutex);
  std::vector<std::string> called ABSL_GUARDED_BY(mutex);
  std::unique_ptr<grpc::Server> server;
};

CannedBroker::CannedBroker(const TestPki& pki, const IssuedCertificate& certificate)
    : impl_(std::make_unique<Impl>()) {
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
  builder.RegisterCallbackGenericService(impl_.get());
  impl_->server = builder.BuildAndStart();
  EXPECT_NE(impl_->server, nullptr);
  endpoint_ = absl::StrCat("127.0.0.1:", port);
}

CannedBroker::~CannedBroker() { impl_->server->Shutdown(gpr_time_0(GPR_CLOCK_REALTIME)); }

void CannedBroker::Answer(const std::string& method, const google::protobuf::Message& answer) {
  absl::MutexLock lock(&impl_->mutex);
  impl_->answers[method] = answer.SerializeAsString();
}

std::vector<std::string> CannedBroker::Called() {
  absl::MutexLock lock(&impl_->mutex);
  return std::exchange(impl_->called, {});
}

}  // namespace corridor

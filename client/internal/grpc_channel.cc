#include "client/internal/grpc_channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <chrono>
#include <functional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/internal/broker_verifier.h"
#include "client/internal/release.h"
#include "core/base/clock.h"
#include "core/base/status_macros.h"
#include "core/crypto/peer_verification.h"
#include "core/crypto/tls_settings.h"

namespace corridor {
namespace {

namespace tls = grpc::experimental;

constexpr int kReceiveBytesMax = 32 * 1024 * 1024;
// How often a call looks whether the credentials were renewed.
constexpr absl::Duration kLookPause = absl::Milliseconds(500);

// gRPC has checked the path against the bundle; this checks that it is a broker of
// the region, by the rules that hold for every peer.
class BrokerVerifier final : public tls::ExternalCertificateVerifier {
 public:
  explicit BrokerVerifier(TrustBundle bundle) : bundle_(std::move(bundle)) {}
  ~BrokerVerifier() override = default;

  bool Verify(tls::TlsCustomVerificationCheckRequest* request,
              std::function<void(grpc::Status)> /*callback*/, grpc::Status* result) override {
    const grpc::string_ref leaf = request->peer_cert();
    const grpc::string_ref others = request->peer_cert_full_chain();
    const std::string chain = absl::StrCat(std::string(leaf.data(), leaf.size()),
                                           std::string(others.data(), others.size()));
    const absl::Status status = VerifyBroker(chain, bundle_, SystemClock().Now());
    *result = status.ok()
                  ? grpc::Status::OK
                  : grpc::Status(grpc::StatusCode::UNAUTHENTICATED, std::string(status.message()));
    return true;
  }
  void Cancel(tls::TlsCustomVerificationCheckRequest* /*request*/) override {}

 private:
  const TrustBundle bundle_;
};

std::shared_ptr<grpc::ChannelCredentials> Credentials(const ConnectionOptions& options) {
  // Checked before.
  TrustBundle bundle = *TrustBundle::Create(options.region, options.trust_bundle_pem);
  const std::vector<tls::IdentityKeyCertPair> identity = {
      {options.private_key_pem, options.certificate_chain_pem}};
  tls::TlsChannelCredentialsOptions credentials;
  credentials.set_certificate_provider(
      std::make_shared<tls::StaticDataCertificateProvider>(options.trust_bundle_pem, identity));
  credentials.watch_root_certs();
  credentials.watch_identity_key_cert_pairs();
  // The verifier compares the SPIFFE ID; host names prove nothing here.
  credentials.set_check_call_host(false);
  credentials.set_certificate_verifier(
      tls::ExternalCertificateVerifier::Create<BrokerVerifier>(std::move(bundle)));
  return tls::TlsCredentials(credentials);
}

grpc::ChannelArguments Arguments(const ConnectionOptions& options) {
  grpc::ChannelArguments arguments;
  // Channels of other credentials in this process must not share our connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS,
                   static_cast<int>(absl::ToInt64Milliseconds(options.keepalive_interval)));
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS,
                   static_cast<int>(absl::ToInt64Milliseconds(options.keepalive_timeout)));
  // The SDK has its own reconnect pauses; the channel's must not add to them.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 200);
  // Despite its name, how long connecting may take, handshake included.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 20'000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5000);
  arguments.SetMaxReceiveMessageSize(kReceiveBytesMax);
  arguments.SetUserAgentPrefix(options.client_name);
  return arguments;
}

std::shared_ptr<grpc::Channel> Connect(const ConnectionOptions& options) {
  return grpc::CreateCustomChannel(options.endpoint, Credentials(options), Arguments(options));
}

absl::Status CheckComplete(const ConnectionOptions& options) {
  const std::pair<const std::string&, const char*> parts[] = {
      {options.endpoint, "endpoint"},
      {options.region, "region"},
      {options.certificate_chain_pem, "certificate_chain_pem"},
      {options.private_key_pem, "private_key_pem"},
      {options.trust_bundle_pem, "trust_bundle_pem"}};
  for (const auto& [value, name] : parts) {
    if (value.empty()) return absl::InvalidArgumentError(absl::StrCat(name, " is missing"));
  }
  return absl::OkStatus();
}

}  // namespace

GrpcChannel::GrpcChannel(ConnectionOptions options, std::string principal)
    : options_(std::move(options)),
      principal_(std::move(principal)),
      held_(options_),
      watch_(options_),
      looked_(SystemClock().Steady()),
      channel_(Connect(options_)) {}

std::shared_ptr<grpc::Channel> GrpcChannel::grpc() {
  const SystemClock clock;
  absl::MutexLock lock(&mutex_);
  if (clock.Steady() - looked_ < kLookPause) return channel_;
  looked_ = clock.Steady();
  if (auto renewed = watch_.Look(held_, clock.Now())) {
    held_ = *std::move(renewed);
    // The last call on it may end while we are in here.
    ReleaseElsewhere(std::exchange(channel_, Connect(held_)));
  }
  return channel_;
}

void GrpcChannel::Prepare(grpc::ClientContext& context, absl::Duration longer) const {
  context.set_deadline(absl::ToChronoTime(SystemClock().Now() + options_.rpc_timeout + longer));
}

absl::StatusOr<std::shared_ptr<Channel>> Channel::Open(ConnectionOptions options) {
  RETURN_IF_ERROR(CheckComplete(options));
  ASSIGN_OR_RETURN(std::string principal, CheckCredentials(options));
  RETURN_IF_ERROR(RestrictTlsOfProcess());
  return std::make_shared<GrpcChannel>(std::move(options), std::move(principal));
}

}  // namespace corridor

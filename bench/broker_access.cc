#include "bench/broker_access.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "corridor/options.h"

namespace corridor {
namespace {

constexpr int kReceiveBytesMax = 32 * 1024 * 1024;

absl::StatusOr<ConnectionOptions> OptionsFor(const BrokerAccess& access,
                                             const std::string& agency) {
  ConnectionOptions options{.endpoint = access.endpoint, .region = access.region};
  RETURN_IF_ERROR(
      ReadCredentialFiles({.certificate_chain = absl::StrCat(access.folder, "/", agency, ".pem"),
                           .private_key = absl::StrCat(access.folder, "/", agency, ".key"),
                           .trust_bundle = absl::StrCat(access.folder, "/roots.pem")},
                          options));
  options.client_name = "corridor-bench";
  return options;
}

}  // namespace

absl::StatusOr<std::string> ReadWhole(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return absl::NotFoundError(absl::StrCat(file, " cannot be read"));
  return std::string(std::istreambuf_iterator<char>(in), {});
}

absl::StatusOr<std::shared_ptr<Channel>> OpenChannel(const BrokerAccess& access,
                                                     const std::string& agency) {
  ASSIGN_OR_RETURN(ConnectionOptions options, OptionsFor(access, agency));
  return Channel::Open(std::move(options));
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenStubChannel(const BrokerAccess& access,
                                                               const std::string& agency) {
  ASSIGN_OR_RETURN(ConnectionOptions options, OptionsFor(access, agency));
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = options.trust_bundle_pem;
  tls.pem_private_key = options.private_key_pem;
  tls.pem_cert_chain = options.certificate_chain_pem;
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetMaxReceiveMessageSize(kReceiveBytesMax);
  arguments.SetSslTargetNameOverride("localhost");
  return grpc::CreateCustomChannel(access.endpoint, grpc::SslCredentials(tls), arguments);
}

absl::StatusOr<SigningKey> ReadSigningKey(const BrokerAccess& access) {
  ASSIGN_OR_RETURN(const std::string pem,
                   ReadWhole(absl::StrCat(access.folder, "/", access.publisher, "-signing.key")));
  return SigningKey::FromPkcs8Pem(pem);
}

std::string PrincipalOf(const BrokerAccess& access, const std::string& agency) {
  return absl::StrCat("spiffe://", access.region, "/agency/", agency);
}

}  // namespace corridor

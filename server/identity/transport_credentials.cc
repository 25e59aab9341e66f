#include "server/identity/transport_credentials.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <utility>
#include <vector>

#include "server/identity/dialled_peers.h"
#include "server/identity/peer_verifier.h"
#include "server/identity/served_identity.h"

namespace corridor {
namespace {

namespace tls = grpc::experimental;

std::shared_ptr<tls::CertificateProviderInterface> ProviderOf(const TransportIdentity& identity) {
  return std::make_shared<tls::StaticDataCertificateProvider>(std::vector<tls::IdentityKeyCertPair>{
      {identity.private_key_pem, identity.certificate_chain_pem}});
}

}  // namespace

std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials(
    const ServedIdentity& identity, const TrustHolder& trust, const CallFlood& flood,
    const Clock& clock, HandshakeRefusalObserver observer,
    std::shared_ptr<grpc::AuthMetadataProcessor> caller_check) {
  auto check = [&trust, &flood, region = identity.Now().region,
                &clock](std::string_view chain_pem) -> absl::Status {
    if (flood.IsFlooding(chain_pem)) {
      return absl::ResourceExhaustedError("FLOODING: too many calls without a message; wait");
    }
    return AdmitClient(chain_pem, trust.Now().trust, region, clock.Now()).status();
  };
  tls::TlsServerCredentialsOptions options(identity.Provider());
  options.watch_identity_key_cert_pairs();
  // "Don't verify" is about gRPC's own check; the verifier below is asked every time.
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_BUT_DONT_VERIFY);
  options.set_certificate_verifier(MakePeerVerifier(std::move(check), std::move(observer)));
  auto credentials = tls::TlsServerCredentials(options);
  credentials->SetAuthMetadataProcessor(caller_check);
  return credentials;
}

std::shared_ptr<grpc::ChannelCredentials> MakePeerCredentials(const TransportIdentity& identity,
                                                              DialledPeers& peers,
                                                              std::string_view peer_region,
                                                              HandshakeRefusalObserver observer) {
  return MakeDialCredentials(
      identity,
      [&peers, connection = peers.Begin(std::string(peer_region))](std::string_view chain_pem) {
        return peers.Admit(*connection, chain_pem);
      },
      std::move(observer));
}

std::shared_ptr<grpc::ChannelCredentials> MakeDialCredentials(const TransportIdentity& identity,
                                                              ChainCheck check,
                                                              HandshakeRefusalObserver observer) {
  tls::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(ProviderOf(identity));
  options.watch_identity_key_cert_pairs();
  options.set_verify_server_certs(false);  // By gRPC; the verifier does.
  options.set_check_call_host(false);
  options.set_certificate_verifier(MakePeerVerifier(std::move(check), std::move(observer)));
  return tls::TlsCredentials(options);
}

}  // namespace corridor

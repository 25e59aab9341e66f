#ifndef CORRIDOR_SERVER_IDENTITY_TRANSPORT_CREDENTIALS_H_
#define CORRIDOR_SERVER_IDENTITY_TRANSPORT_CREDENTIALS_H_

#include <grpcpp/security/auth_metadata_processor.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "server/identity/call_flood.h"
#include "server/identity/peer_admission.h"
#include "server/identity/peer_verifier.h"
#include "server/identity/trust_holder.h"

namespace corridor {

// Mutual TLS for a broker. REQUIRES: RestrictTlsOfProcess() has succeeded, and the
// key belongs to the certificate (the configuration has checked both).
//
// Certificates of peers are verified by core/crypto alone, against the roots of
// the trust domain that each names: gRPC would accept any root for any name, and
// would log a refusal without saying whose.
struct TransportIdentity {
  std::string region;
  std::string certificate_chain_pem;
  std::string private_key_pem;  // Secret.
};

class DialledPeers;
class ServedIdentity;

// For our server, which shows what `identity` is at the time: every client must show a certificate
// (AdmitClient) that does not flood us (`flood`), and every call passes `caller_check`. The
// references must outlive what is returned; each handshake is judged by what `trust` is then.
std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials(
    const ServedIdentity& identity, const TrustHolder& trust, const CallFlood& flood,
    const Clock& clock, HandshakeRefusalObserver observer,
    std::shared_ptr<grpc::AuthMetadataProcessor> caller_check);

// For dialling a server that `check` decides on. The host name dialled is not compared
// with the certificate: the SPIFFE ID is what counts.
std::shared_ptr<grpc::ChannelCredentials> MakeDialCredentials(const TransportIdentity& identity,
                                                              ChainCheck check,
                                                              HandshakeRefusalObserver observer);

// For dialling the broker of `peer_region`, which `peers` admits or not. For
// one channel: `peers` remembers what its connection showed until the channel
// goes. `peers` must outlive each handshake.
std::shared_ptr<grpc::ChannelCredentials> MakePeerCredentials(const TransportIdentity& identity,
                                                              DialledPeers& peers,
                                                              std::string_view peer_region,
                                                              HandshakeRefusalObserver observer);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_IDENTITY_TRANSPORT_CREDENTIALS_H_

#ifndef CORRIDOR_SERVER_IDENTITY_PEER_VERIFIER_H_
#define CORRIDOR_SERVER_IDENTITY_PEER_VERIFIER_H_

#include <grpcpp/security/tls_certificate_verifier.h>

#include <functional>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "server/identity/peer_admission.h"

namespace corridor {

// Decides by the PEM chain of a peer whether its handshake may complete.
// Thread-safe; must not block.
using ChainCheck = std::function<absl::Status(std::string_view chain_pem)>;

// A verifier that asks `check` at every handshake and tells `observer` of each
// refusal: the peer itself sees only a closed connection.
std::shared_ptr<grpc::experimental::CertificateVerifier> MakePeerVerifier(
    ChainCheck check, HandshakeRefusalObserver observer);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_IDENTITY_PEER_VERIFIER_H_

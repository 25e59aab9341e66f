#include "server/identity/peer_verifier.h"

#include <string>
#include <utility>

namespace corridor {
namespace {

using grpc::experimental::ExternalCertificateVerifier;
using grpc::experimental::TlsCustomVerificationCheckRequest;

class PeerVerifier final : public ExternalCertificateVerifier {
 public:
  PeerVerifier(ChainCheck check, HandshakeRefusalObserver observer)
      : check_(std::move(check)), observer_(std::move(observer)) {}

  bool Verify(TlsCustomVerificationCheckRequest* request, std::function<void(grpc::Status)>,
              grpc::Status* sync_status) override {
    // A server is given the chain without its leaf, a client with it.
    std::string chain(request->peer_cert().data(), request->peer_cert().size());
    chain.append("\n").append(request->peer_cert_full_chain().data(),
                              request->peer_cert_full_chain().size());
    const absl::Status verdict = check_(chain);
    if (verdict.ok()) {
      *sync_status = grpc::Status::OK;
    } else {
      observer_(DescribeRefusal(verdict, chain));
      *sync_status =
          grpc::Status(grpc::StatusCode::UNAUTHENTICATED, std::string(verdict.message()));
    }
    return true;
  }

  void Cancel(TlsCustomVerificationCheckRequest*) override {}

 private:
  const ChainCheck check_;
  const HandshakeRefusalObserver observer_;
};

}  // namespace

std::shared_ptr<grpc::experimental::CertificateVerifier> MakePeerVerifier(
    ChainCheck check, HandshakeRefusalObserver observer) {
  return ExternalCertificateVerifier::Create<PeerVerifier>(std::move(check), std::move(observer));
}

}  // namespace corridor

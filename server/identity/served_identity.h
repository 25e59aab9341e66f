#ifndef CORRIDOR_SERVER_IDENTITY_SERVED_IDENTITY_H_
#define CORRIDOR_SERVER_IDENTITY_SERVED_IDENTITY_H_

#include <grpcpp/security/tls_certificate_provider.h>

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "server/identity/transport_credentials.h"

namespace corridor {

// The certificate and key that this broker shows, replaced while it runs: new
// handshakes show the new one within two seconds, connections that are open go on.
//
// gRPC 1.51 takes a new certificate for a port that is open from files only, and
// ends the process over a file that it finds empty. So it never sees the
// operator's files: what was checked is written whole to a folder of the broker's
// own (mode 0700, keys 0600), and the name that gRPC reads is moved there in one
// step. Thread-safe.
class ServedIdentity {
 public:
  // `folder` is made where it is absent; what an earlier run left there goes.
  static absl::StatusOr<std::unique_ptr<ServedIdentity>> Open(std::string folder,
                                                              TransportIdentity identity);

  // REQUIRES: the key belongs to the certificate.
  absl::Status Replace(TransportIdentity identity);

  TransportIdentity Now() const;
  // For the credentials of our server.
  std::shared_ptr<grpc::experimental::CertificateProviderInterface> Provider() const {
    return provider_;
  }

 private:
  explicit ServedIdentity(std::string folder) : folder_(std::move(folder)) {}

  const std::string folder_;
  std::shared_ptr<grpc::experimental::CertificateProviderInterface> provider_;
  mutable absl::Mutex mutex_;
  uint64_t generation_ ABSL_GUARDED_BY(mutex_) = 0;
  TransportIdentity identity_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_IDENTITY_SERVED_IDENTITY_H_

#ifndef CORRIDOR_SERVER_BROKER_DIRECTORY_CHECK_H_
#define CORRIDOR_SERVER_BROKER_DIRECTORY_CHECK_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/crypto/peer_verification.h"
#include "corridor/v1/region_link.pb.h"
#include "server/catalog/catalog.h"

namespace corridor {

// Verifies a signing certificate chain (PEM, leaf first) of `region` against
// that region's own roots. Thread-safe.
using RegionKeyVerifier = std::function<absl::StatusOr<SigningCertificate>(
    const std::string& region, const std::string& chain_pem, absl::Time time)>;

// The one that verifies against what `trust` answers at the time; thread-safe, as it is.
RegionKeyVerifier MakeRegionKeyVerifier(std::function<TrustStore()> trust);

struct VerifiedDirectory {
  v1::Directory directory;
  DirectoryKeys keys;
};

// A peer's directory, if a broker of that region signed it and each key in it is
// certified by that region. A member's certificate may have expired: what it
// signed before stays verifiable; it is judged as of its own last day. Else
// ORIGIN_INVALID. Pure but for `verify`.
absl::StatusOr<VerifiedDirectory> VerifyPeerDirectory(const std::string& region,
                                                      const v1::SignedDirectory& signed_directory,
                                                      const RegionKeyVerifier& verify,
                                                      absl::Time now);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_DIRECTORY_CHECK_H_

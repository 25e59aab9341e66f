#ifndef CORRIDOR_CLIENT_INTERNAL_SIGNER_CHECK_H_
#define CORRIDOR_CLIENT_INTERNAL_SIGNER_CHECK_H_

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/crypto/peer_verification.h"
#include "core/crypto/verified_roots.h"
#include "corridor/session.h"
#include "corridor/subscriber_connection.h"

namespace corridor {

// Proves deliveries to their publishers, by the signing keys that regions replicate. Keys
// are asked of the broker, and asked again after a minute, so that a revocation shows.
// Waits for the broker where it asks. Thread-compatible.
class SignerCheck {
 public:
  static constexpr absl::Duration kKeyHolds = absl::Minutes(1);
  // A key that could not be had is not asked for again for so long.
  static constexpr absl::Duration kUnknownHolds = absl::Seconds(10);
  static constexpr size_t kKeysMax = 4096;

  // `clock` must outlive this. `trust`: see SessionOptions::publisher_trust.
  SignerCheck(std::shared_ptr<SubscriberConnection> connection, const Clock& clock,
              std::optional<TrustStore> trust)
      : connection_(std::move(connection)), clock_(clock), trust_(std::move(trust)) {}

  // How sure it is who said it. DATA_LOSS: it is not the publisher's word.
  absl::StatusOr<PublisherProof> Check(const Delivery& delivery);

 private:
  struct Known {
    std::optional<v1::SigningKey> key;
    absl::Duration until;
  };

  const std::optional<v1::SigningKey>& KeyOf(const std::string& key_id);

  const std::shared_ptr<SubscriberConnection> connection_;
  const Clock& clock_;
  const std::optional<TrustStore> trust_;
  std::map<std::string, Known> keys_;  // By id.
  VerifiedRoots roots_;
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_INTERNAL_SIGNER_CHECK_H_

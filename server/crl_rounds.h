#ifndef CORRIDOR_SERVER_CRL_ROUNDS_H_
#define CORRIDOR_SERVER_CRL_ROUNDS_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "server/identity/peer_admission.h"
#include "server/identity/served_identity.h"
#include "server/identity/trust_holder.h"
#include "server/ops/log.h"
#include "server/trust_watch.h"

namespace corridor {

// Asks the brokers of linked regions for their revocation lists, one after another,
// and gives them ours. Not thread-safe.
class CrlRounds {
 public:
  // The references must outlive this.
  struct Parts {
    const ServedIdentity& identity;
    const TrustHolder& trust;
    TrustWatch& watch;
    const Clock& clock;
    Log& log;
    HandshakeRefusalObserver refused;
    std::vector<std::pair<std::string, std::string>> peers;  // Region and address.
  };
  explicit CrlRounds(Parts parts) : parts_(std::move(parts)) {}

  // The next of them; nothing where there is none. Blocks for three seconds at most.
  void AskNext();

 private:
  absl::Status Ask(const std::string& region, const std::string& address);

  const Parts parts_;
  size_t next_ = 0;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_CRL_ROUNDS_H_

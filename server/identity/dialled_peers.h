#ifndef CORRIDOR_SERVER_IDENTITY_DIALLED_PEERS_H_
#define CORRIDOR_SERVER_IDENTITY_DIALLED_PEERS_H_

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "core/base/clock.h"
#include "server/identity/trust_holder.h"

namespace corridor {

// The certificates that peers' servers showed when we dialled them, so that they
// can be judged again: a handshake proves a certificate once. Thread-safe.
class DialledPeers {
 public:
  // Both must outlive this.
  DialledPeers(const TrustHolder& trust, const Clock& clock) : trust_(trust), clock_(clock) {}

  // Admits the server of `region`, or not, as AdmitServer(); keeps what it admits.
  absl::Status Admit(const std::string& region, std::string_view chain_pem);

  // The regions whose server, as last admitted, would not be admitted now, and why.
  // Each is forgotten, until it is admitted again.
  std::vector<std::pair<std::string, absl::Status>> TakeRefused();

 private:
  const TrustHolder& trust_;
  const Clock& clock_;
  absl::Mutex mutex_;
  std::map<std::string, std::string> chains_ ABSL_GUARDED_BY(mutex_);  // By region.
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_IDENTITY_DIALLED_PEERS_H_

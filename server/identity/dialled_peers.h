#ifndef CORRIDOR_SERVER_IDENTITY_DIALLED_PEERS_H_
#define CORRIDOR_SERVER_IDENTITY_DIALLED_PEERS_H_

#include <cstdint>
#include <map>
#include <memory>
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

// The certificates that peers' servers showed on the connections that we dialled,
// so that they can be judged again: a handshake proves a certificate once, and a
// peer that has a new one may still have a connection open under the old. Thread-safe.
class DialledPeers {
 public:
  // One connection to the broker of a region. What it showed is forgotten when
  // this goes, which may be after the DialledPeers has gone.
  class Connection;

  // Both must outlive every call.
  DialledPeers(const TrustHolder& trust, const Clock& clock) : trust_(trust), clock_(clock) {}

  std::shared_ptr<Connection> Begin(std::string region);

  // Admits the server of the connection's region, or not, as AdmitServer(); keeps
  // what it admits, in place of what that connection showed before.
  absl::Status Admit(const Connection& connection, std::string_view chain_pem);

  // The regions with a connection whose server would not be admitted now, and why.
  // Each such connection is named once, until it is admitted again.
  std::vector<std::pair<std::string, absl::Status>> TakeRefused();

 private:
  struct Shown {
    std::string region;
    std::string chain_pem;
  };
  struct State {
    absl::Mutex mutex;
    uint64_t last_id ABSL_GUARDED_BY(mutex) = 0;
    std::map<uint64_t, Shown> shown ABSL_GUARDED_BY(mutex);  // By connection.
  };

  const TrustHolder& trust_;
  const Clock& clock_;
  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_IDENTITY_DIALLED_PEERS_H_

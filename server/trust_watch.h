#ifndef CORRIDOR_SERVER_TRUST_WATCH_H_
#define CORRIDOR_SERVER_TRUST_WATCH_H_

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "core/base/clock.h"
#include "core/model/errors.h"
#include "corridor/v1/administration.pb.h"
#include "server/config/broker_config.h"
#include "server/identity/served_identity.h"
#include "server/identity/trust_holder.h"
#include "server/ops/log.h"

namespace corridor {

// Keeps certificate, key, roots and CRLs as the files of the configuration have
// them: what is replaced there is in force with the next look, as far as it is
// sound; for the rest what was in force stays. Thread-safe.
class TrustWatch {
 public:
  // All must outlive this.
  struct Parts {
    std::string region;
    TrustHolder& trust;
    ServedIdentity& identity;
    const Clock& clock;
    Log& log;
  };
  TrustWatch(Parts parts, BrokerConfig::Tls held, BrokerConfig::TlsFiles files);

  // Reads the files where any was replaced, or was found unsound the last time.
  void Look();

  // Reads them in any case. What is wrong with what was not taken; empty where all is in force.
  std::vector<FieldViolation> Reload();

  // What of it expires, the soonest first.
  v1::ListExpiringResponse Expiring();

 private:
  void Read(bool told) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Parts parts_;
  absl::Mutex mutex_;
  BrokerConfig::Tls held_ ABSL_GUARDED_BY(mutex_);
  BrokerConfig::TlsFiles files_ ABSL_GUARDED_BY(mutex_);
  std::vector<FieldViolation> mistakes_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_TRUST_WATCH_H_

#ifndef CORRIDOR_SERVER_TRUST_WATCH_H_
#define CORRIDOR_SERVER_TRUST_WATCH_H_

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "core/base/clock.h"
#include "core/model/errors.h"
#include "corridor/v1/administration.pb.h"
#include "corridor/v1/approvals.pb.h"
#include "server/config/broker_config.h"
#include "server/identity/served_identity.h"
#include "server/identity/trust_holder.h"
#include "server/ops/log.h"

namespace corridor {

// Keeps certificate, key, roots and CRLs as the files of the configuration have
// them: what is replaced there is in force with the next look but one, as far as it
// is sound; for the rest what was in force stays. A peer's newer CRLs that came over
// its link take the place of older ones. Links and roots that wait for approval are
// held back. Thread-safe.
class TrustWatch {
 public:
  // All must outlive this.
  struct Parts {
    std::string region;
    std::string crl_folder;  // Keeps what peers bring; made where it is absent.
    std::vector<std::string> linked_regions;
    TrustHolder& trust;
    ServedIdentity& identity;
    const Clock& clock;
    Log& log;
    // Whether a link or a root may be used, by its approval id (approvals.proto), and
    // what is told of all that are configured, after each reading.
    std::function<bool(const std::string& approval_id)> is_open;
    std::function<void(std::vector<v1::PendingAct> configured)> on_configured;
    // What is to be audited of a region: its CRLs have run out and still count, by its
    // grace; a peer brought newer ones.
    std::function<void(const std::string& region, std::string_view rule)> audit;
  };
  TrustWatch(Parts parts, BrokerConfig::Tls held, BrokerConfig::TlsFiles files);

  // What is configured now, as approvals.proto names it.
  std::vector<v1::PendingAct> Configured();

  // Puts what was given, and what peers brought before, in force, as far as it is open.
  void Begin();

  // Reads the files where any was replaced, or was found unsound the last time.
  void Look();

  // Reads them in any case. What is wrong with what was not taken; empty where all is in force.
  std::vector<FieldViolation> Reload();

  // What of it expires, the soonest first.
  v1::ListExpiringResponse Expiring();

  // This region's own CRLs, PEM; empty without.
  std::string OwnCrls();

  // Takes the CRLs that a broker of `region` brought, which showed `chain_pem`, where
  // they are newer (BundleWithCrls).
  absl::Status TakeCrls(const std::string& region, const std::string& crls_pem,
                        std::string_view chain_pem, PeerPurpose purpose);

 private:
  void Read(bool told) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // What peers brought, where the files have nothing newer.
  void AddBrought() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Replace(TrustBundle bundle) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::set<std::string> HeldBack() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void PutInForce() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void NoteGrace() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::string BroughtFile(const std::string& region) const;

  const Parts parts_;
  absl::Mutex mutex_;
  BrokerConfig::Tls held_ ABSL_GUARDED_BY(mutex_);
  BrokerConfig::TlsFiles files_ ABSL_GUARDED_BY(mutex_);
  std::vector<FieldViolation> mistakes_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string> brought_ ABSL_GUARDED_BY(mutex_);  // CRLs, by region.
  std::set<std::string> held_back_ ABSL_GUARDED_BY(mutex_);             // Approval ids.
  std::set<std::string> in_grace_ ABSL_GUARDED_BY(mutex_);              // Regions.
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_TRUST_WATCH_H_

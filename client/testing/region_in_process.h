#ifndef CORRIDOR_CLIENT_TESTING_REGION_IN_PROCESS_H_
#define CORRIDOR_CLIENT_TESTING_REGION_IN_PROCESS_H_

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/base/executor.h"
#include "core/crypto/certificate_authority.h"
#include "core/crypto/peer_verification.h"
#include "core/crypto/signature.h"
#include "core/crypto/system_random.h"
#include "core/gate/gate.h"
#include "core/model/principal.h"
#include "server/broker/region.h"
#include "server/identity/authorisation_table.h"
#include "server/identity/quota_keeper.h"
#include "server/journal/head_marker.h"
#include "server/storage/memory_store.h"

namespace corridor {

// The machine's clock, and so much more. Thread-safe.
class AdvancedClock final : public Clock {
 public:
  absl::Time Now() const override { return machine_.Now() + ahead(); }
  absl::Duration Steady() const override { return machine_.Steady() + ahead(); }
  void Advance(absl::Duration by) { ahead_ns_ += absl::ToInt64Nanoseconds(by); }

 private:
  absl::Duration ahead() const { return absl::Nanoseconds(ahead_ns_.load()); }
  const SystemClock machine_{};
  std::atomic<int64_t> ahead_ns_ = 0;
};

// What a session's stream is to who can cut it.
class CuttableStream {
 public:
  virtual ~CuttableStream() = default;
  // The connection is lost: the region hears so, and so does the client.
  virtual void Lose(const absl::Status& why) = 0;
};

// A region on stores in memory, with threads of its own, and its certificates: what stands behind a
// FakeRegion and its connections. Thread-safe.
class RegionInProcess {
 public:
  static absl::StatusOr<std::shared_ptr<RegionInProcess>> Start(const std::string& region);
  ~RegionInProcess();

  // Runs `act` with the region, where `caller` may make a call of `method` now; else UNAVAILABLE or
  // what Authorise() says. `act` must not wait.
  absl::Status Call(std::string_view method, const Principal& caller,
                    absl::FunctionRef<void(Region&)> act);
  // The same for what no caller asks for; nothing once this is stopped.
  void Within(absl::FunctionRef<void(Region&)> act);

  // Certifies a key of its own for a member, to be registered.
  absl::StatusOr<IssuedCertificate> IssueSigner(const std::string& spiffe_id) const;
  TrustStore Trust() const { return trust_; }
  const Principal& operations() const { return operator_; }

  QuotaKeeper& quotas() { return quotas_; }
  AdvancedClock& clock() { return clock_; }
  // Runs what comes back to clients of sessions, one task at a time; at once when this is stopped.
  void OnWire(Task task);
  // To be lost with the others. Within Call().
  void Remember(std::weak_ptr<CuttableStream> stream);
  void SetReachable(bool reachable);
  // Loses every stream and stops the threads. What is asked afterwards is answered UNAVAILABLE.
  void Stop();

 private:
  class NoMarker;
  class NoLinks;

  RegionInProcess(const std::string& region, CertificateAuthority root, Principal operations,
                  IssuedCertificate signer, SigningKey key, TrustStore trust);
  absl::Status Open();
  void LoseStreams();
  bool StopWire();

  const std::string name_;
  const CertificateAuthority root_;
  const Principal operator_;
  const IssuedCertificate broker_signer_;
  const SigningKey broker_key_;
  const TrustStore trust_;
  const Parties parties_;
  AdvancedClock clock_;
  SystemRandom random_;
  const Gate gate_;
  MemoryStore store_;
  MemoryStore key_store_;
  const std::unique_ptr<HeadMarker> marker_;
  const std::unique_ptr<LinkTransport> links_;
  RegionObserver observer_;
  // Null once it is stopped. Held for reading while the region is called.
  absl::Mutex region_mutex_;
  std::unique_ptr<Region> region_ ABSL_GUARDED_BY(region_mutex_);
  QuotaKeeper quotas_;  // Used within Call() alone.
  bool reachable_ ABSL_GUARDED_BY(region_mutex_) = true;
  absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::weak_ptr<CuttableStream>> streams_ ABSL_GUARDED_BY(mutex_);
  // Threads stop before the region that their tasks work on goes.
  ThreadExecutor flow_{"fake-flow", 1};
  ThreadExecutor work_{"fake-work", 1};
  ThreadExecutor wire_{"fake-wire", 1};
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_TESTING_REGION_IN_PROCESS_H_

#ifndef CORRIDOR_TESTS_SERVER_RPC_BROKER_FIXTURE_H_
#define CORRIDOR_TESTS_SERVER_RPC_BROKER_FIXTURE_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "core/base/executor.h"
#include "core/gate/gate.h"
#include "corridor/v1/administration.grpc.pb.h"
#include "server/broker/region.h"
#include "server/identity/call_flood.h"
#include "server/identity/call_judge.h"
#include "server/identity/caller_check.h"
#include "server/identity/dialled_peers.h"
#include "server/identity/live_calls.h"
#include "server/identity/served_identity.h"
#include "server/identity/transport_credentials.h"
#include "server/link/grpc_link_dialler.h"
#include "server/ops/log.h"
#include "server/rpc/administration_service.h"
#include "server/rpc/approvals_service.h"
#include "server/rpc/audit_log_service.h"
#include "server/rpc/backups_service.h"
#include "server/rpc/data_protection_service.h"
#include "server/rpc/federation_service.h"
#include "server/rpc/operations_service.h"
#include "server/rpc/publisher_service.h"
#include "server/rpc/quotas_service.h"
#include "server/rpc/readiness.h"
#include "server/rpc/region_link_service.h"
#include "server/rpc/rpc_server.h"
#include "server/rpc/subscriber_service.h"
#include "server/storage/memory_store.h"
#include "tests/server/identity/role_table.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_head_marker.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_certs.h"
#include "tests/support/test_statements.h"

namespace corridor {

inline constexpr char kThailand[] = "spiffe://sea.example/agency/th-desk";
inline constexpr char kIndonesia[] = "spiffe://sea.example/agency/id-desk";

// A whole broker of sea.example in this process: real TLS on a free port, real
// threads, a memory store, and a clock that stands still on the day of
// tests/support/test_statements.h. Linked with eastafrica.example.
class BrokerFixture : public testing::Test {
 protected:
  BrokerFixture();
  ~BrokerFixture() override;

  // A channel of its own connection, with that certificate; the server is
  // believed when it is a broker of sea.example.
  std::shared_ptr<grpc::Channel> ChannelWith(const IssuedCertificate& client);
  std::shared_ptr<grpc::Channel> ChannelWithoutCertificate();
  std::string address() const;

  // For one call, with a deadline that only a hanging test reaches.
  static std::unique_ptr<grpc::ClientContext> Context();

  // As the operator: members of this region and their rights.
  void Register(const std::string& member);
  void Suspend(const std::string& member);
  void Grant(const std::string& principal, const std::vector<v1::Role>& roles);
  // A signing key of the member, registered.
  TestSigner RegisterKey(std::string_view member_path);
  // The agreement inside the region, for everything.
  void Agree();
  // The desk of Thailand may publish and read, Indonesia's may read.
  TestSigner RegisterAgencies();

  // Closes the port and opens another, under `limits_`.
  void Restart();

  // Refused handshakes, as the broker noted them.
  std::vector<HandshakeRefusal> refusals();
  std::vector<CallRefusal> refused_calls();

  const TestPki sea_{"sea.example"};
  const TestPki eastafrica_{"eastafrica.example"};
  // What the clients of these tests believe.
  const TrustHolder servers_{*TrustStore::Create({sea_.Bundle(), eastafrica_.Bundle()})};
  FakeClock clock_{absl::FromUnixSeconds(kExamplePublishedSeconds)};
  DialledPeers dialled_{servers_, clock_};
  SeededRandom random_{1};
  Readiness readiness_;
  TrustHolder trust_{*TrustStore::Create({sea_.Bundle(), eastafrica_.Bundle()})};
  CallFlood flood_{200, clock_};
  const CallJudge judge_{[this] { return region_->catalog().facts(); },
                         {"sea.example", RoleTableOperators(), {"eastafrica.example"}},
                         trust_,
                         clock_};
  QuotaKeeper quotas_{[this] { return region_->catalog().facts(); }, clock_};
  LiveCalls calls_{judge_, clock_, quotas_, [](const LiveCalls::Call&, const absl::Status&) {}};
  std::optional<PublisherService> publisher_;
  std::optional<AuditLogService> audit_log_;
  std::unique_ptr<Region> region_;
  ThreadExecutor flow_{"flow", 1};
  ThreadExecutor commit_{"commit", 1};
  ThreadExecutor intake_{"intake", 2};
  ConnectionLimits limits_;
  // What an operator's reload does, and finds.
  std::function<std::vector<FieldViolation>()> reload_ = [] {
    return std::vector<FieldViolation>();
  };
  // What an operator's drain and log level do.
  OperationsDoor operations_door_{.streams = [] { return size_t{0}; },
                                  .drain = [](bool) {},
                                  .undrain = [] { return absl::OkStatus(); },
                                  .log_level = [](v1::LogLevel) {}};
  // What makes backups.
  BackupDoor backup_door_{.create = [](const Principal&, auto done) { done(v1::Backup()); },
                          .list = []() -> absl::StatusOr<v1::ListBackupsResponse> {
                            return v1::ListBackupsResponse();
                          }};
  std::unique_ptr<RpcServer> server_;
  std::unique_ptr<ServedIdentity> identity_;

 private:
  TransportIdentity IdentityOf(const IssuedCertificate& certificate) const;
  // As the broker does with what a peer brings.
  absl::Status TakeCrls(const std::string& region, const std::string& crls_pem,
                        const std::string& chain_pem);
  void OpenRegion();
  void StartServer();

  const TempDir temp_dir_;
  MemoryStore store_;
  MemoryStore key_store_;
  MemoryHeadMarker head_marker_;
  RegionObserver observer_;
  Log log_{LogLevel::kError, clock_};
  const TestSigner acceptance_ = sea_.Signer("/broker/b1");
  const Gate gate_{DefaultGatePolicy()};
  GrpcLinkDialler dialler_{{}};
  std::optional<SubscriberService> subscriber_;
  std::optional<RegionLinkService> region_link_;
  std::optional<AdministrationService> administration_;
  std::optional<FederationService> federation_;
  std::optional<DataProtectionService> data_protection_;
  std::optional<QuotasService> quotas_service_;
  std::optional<ApprovalsService> approvals_;
  std::optional<OperationsService> operations_;
  std::optional<BackupsService> backups_;
  std::unique_ptr<v1::Administration::Stub> operator_stub_;
  absl::Mutex mutex_;
  std::vector<HandshakeRefusal> refusals_ ABSL_GUARDED_BY(mutex_);
  std::vector<CallRefusal> refused_calls_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SERVER_RPC_BROKER_FIXTURE_H_

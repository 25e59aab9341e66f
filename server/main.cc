// corridord: the broker of one region. This file is the composition root: it builds each object
// once, in the order in which a statement flows, and stops them in reverse.

#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/util/json_util.h>
#include <malloc.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/synchronization/notification.h"
#include "core/base/clock.h"
#include "core/base/executor.h"
#include "core/base/status_macros.h"
#include "core/crypto/system_random.h"
#include "core/crypto/tls_settings.h"
#include "core/gate/gate.h"
#include "core/model/errors.h"
#include "server/audit/audit_log.h"
#include "server/audit/refusal_audit.h"
#include "server/backup_desk.h"
#include "server/backup_files.h"
#include "server/backup_restore.h"
#include "server/broker/directory_check.h"
#include "server/broker/region.h"
#include "server/config/broker_config.h"
#include "server/crl_rounds.h"
#include "server/figures.h"
#include "server/identity/call_flood.h"
#include "server/identity/call_judge.h"
#include "server/identity/caller_check.h"
#include "server/identity/dialled_peers.h"
#include "server/identity/live_calls.h"
#include "server/identity/quota_keeper.h"
#include "server/identity/served_identity.h"
#include "server/identity/transport_credentials.h"
#include "server/identity/trust_holder.h"
#include "server/journal/head_marker.h"
#include "server/link/grpc_link_dialler.h"
#include "server/ops/disk_watermarks.h"
#include "server/ops/log.h"
#include "server/ops/metrics.h"
#include "server/ops/stop_request.h"
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
#include "server/sandbox.h"
#include "server/storage/rocksdb_store.h"
#include "server/trust_watch.h"

namespace corridor {
namespace {

enum ExitCode {
  kExitOk = 0,
  kExitUsage = 2,
  kExitConfig = 3,
  kExitData = 4,
  kExitListen = 5,
  kExitStorageFailed = 6,
};

constexpr char kExitCodes[] =
    "Exit codes:\n"
    "  0  stopped when asked to, or the configuration is sound (--check-config), or all is "
    "written\n"
    "     (--export-audit), or in place (--restore)\n"
    "  2  wrong command line\n"
    "  3  wrong configuration; each mistake is named with its field\n"
    "  4  the data cannot be used: in use by another broker, damaged, shorter than it was\n"
    "     (see --accept-lost-tail), no backup that may be restored, or no folder for a sandbox\n"
    "  5  an address cannot be listened on\n"
    "  6  storage failed while running; start again, and look at the disk first\n";

// How often files are looked at, and certificates judged again. A file is taken at the second look
// at the latest, so that within the second after which nothing more may go to who lost the right to
// it, there is one to spare.
constexpr absl::Duration kReviewPeriod = absl::Milliseconds(250);

// How often the disk is looked at: at a hundred megabytes a second the least default watermark of
// a disk worth the name lasts for seconds.
constexpr absl::Duration kDiskPeriod = absl::Seconds(1);

// What stopping waits for the last writes, though its time is over.
constexpr absl::Duration kFlushAtLeast = absl::Seconds(1);

// How often the gauges are set: no scraper asks oftener.
constexpr absl::Duration kFiguresPeriod = absl::Seconds(5);

// How often the next peer is asked for its revocation lists: a handshake each.
constexpr absl::Duration kCrlRoundPeriod = absl::Seconds(10);

struct CommandLine {
  std::string config_path;
  bool check_config = false;
  bool accept_lost_tail = false;
  bool export_audit = false;
  std::string restore;  // Id of a backup.
  std::string backup_key_path;
  std::string recalled_folder;
  bool metrics_table = false;
  bool sandbox = false;
  std::string sandbox_folder;
  std::string sandbox_address = "127.0.0.1:7443";
};

LogLevel LevelOf(config::LogLevel level) {
  switch (level) {
    case config::LOG_LEVEL_DEBUG:
      return LogLevel::kDebug;
    case config::LOG_LEVEL_WARNING:
      return LogLevel::kWarning;
    case config::LOG_LEVEL_ERROR:
      return LogLevel::kError;
    default:
      return LogLevel::kInfo;
  }
}

LogLevel LevelOf(v1::LogLevel level) {
  switch (level) {
    case v1::LOG_LEVEL_DEBUG:
      return LogLevel::kDebug;
    case v1::LOG_LEVEL_WARNING:
      return LogLevel::kWarning;
    case v1::LOG_LEVEL_ERROR:
      return LogLevel::kError;
    default:
      return LogLevel::kInfo;
  }
}

std::string LaneName(v1::Lane lane) { return lane == v1::LANE_URGENT ? "urgent" : "routine"; }

std::string_view SourceName(StatementSource source) {
  switch (source) {
    case StatementSource::kPublisher:
      return "publisher";
    case StatementSource::kCheck:
      return "check";
    case StatementSource::kPeer:
      return "peer";
  }
  return "";
}

// What an operator should hear of is logged and counted; failed storage ends the process.
class OperatorsObserver final : public RegionObserver {
 public:
  OperatorsObserver(Log& log, Metrics& metrics, StopRequest& stop)
      : log_(log), metrics_(metrics), stop_(stop) {}

  void OnVerdict(StatementSource source, const absl::Status& verdict) override {
    const std::string_view name = SourceName(source);
    if (verdict.ok()) return metrics_.Count(Metric::kStatementsAccepted, {name});
    metrics_.Count(Metric::kStatementsRefused, {name, ReasonName(ReasonOf(verdict))});
    for (const FieldViolation& fault : ViolationsOf(verdict)) {
      metrics_.Count(Metric::kGateFaults,
                     {name, fault.category.empty() ? "FORM" : std::string_view(fault.category)});
    }
  }

  void OnDeadLetter(v1::DeadLetterReason reason) override {
    constexpr std::string_view kPrefix = "DEAD_LETTER_REASON_";
    metrics_.Count(Metric::kDeadLetters,
                   {std::string_view(v1::DeadLetterReason_Name(reason)).substr(kPrefix.size())});
  }

  void OnLinkState(const std::string& peer, v1::Lane lane, v1::LinkState state,
                   const std::string& detail) override {
    log_.Write(LogLevel::kInfo, "link_state",
               {{"peer", peer},
                {"lane", LaneName(lane)},
                {"state", v1::LinkState_Name(state)},
                {"detail", detail}});
  }
  void OnLinkAlarm(const std::string& peer, v1::Lane lane, v1::ErrorReason reason,
                   const std::string& detail) override {
    log_.Write(LogLevel::kWarning, "link_alarm",
               {{"peer", peer},
                {"lane", LaneName(lane)},
                {"reason", ReasonName(reason)},
                {"detail", detail}});
    metrics_.Count(Metric::kLinkAlarms, {peer, LaneName(lane), ReasonName(reason)});
  }
  void OnRefusedByPeer(const std::string& peer, v1::Lane lane,
                       const v1::LinkRefused& refused) override {
    log_.Write(LogLevel::kWarning, "refused_by_peer",
               {{"peer", peer},
                {"lane", LaneName(lane)},
                {"offset", static_cast<int64_t>(refused.offset())},
                {"reason", ReasonName(refused.reason())}});
    metrics_.Count(Metric::kLinkRefusedRecords,
                   {peer, LaneName(lane), ReasonName(refused.reason())});
  }
  void OnLinkStatus(const v1::LinkStatus& status) override {
    const std::string& peer = status.peer_region();
    for (const v1::LinkLaneStatus& lane : status.lanes()) {
      const std::string name = LaneName(lane.lane());
      const auto set = [&](Metric metric, double value) {
        metrics_.Set(metric, {peer, name}, value);
      };
      set(Metric::kLinkUp, lane.state() == v1::LINK_STATE_UP ? 1 : 0);
      set(Metric::kLinkLagRecords, static_cast<double>(lane.lag_records()));
      set(Metric::kLinkLagSeconds, static_cast<double>(lane.lag_ms()) / 1000);
      set(Metric::kLinkClockAhead, static_cast<double>(lane.clock_ahead_ms()) / 1000);
      set(Metric::kLinkCanaryRoundTrip, static_cast<double>(lane.canary_round_trip_ms()) / 1000);
      if (lane.lane() != v1::LANE_URGENT) continue;
      metrics_.Set(Metric::kLinkRecallsPending, {peer},
                   static_cast<double>(lane.recalls_pending()));
    }
  }
  void OnKeptForPeer(const std::string& peer, v1::Lane lane, size_t records,
                     size_t records_max) override {
    metrics_.Set(Metric::kLinkKeptRecords, {peer, LaneName(lane)}, static_cast<double>(records));
    metrics_.Set(Metric::kLinkKeptRecordsMax, {peer, LaneName(lane)},
                 static_cast<double>(records_max));
  }
  void OnDamage(const absl::Status& status) override {
    log_.Write(LogLevel::kError, "damage", {{"error", status.ToString()}});
    metrics_.Count(Metric::kDamage, {});
  }
  void OnStorageFailed(const absl::Status& status) override {
    log_.Write(LogLevel::kError, "storage_failed", {{"error", status.ToString()}});
    stop_.Ask(StopReason::kStorageFailed);
  }

 private:
  Log& log_;
  Metrics& metrics_;
  StopRequest& stop_;
};

JournalOptions JournalOptionsOf(const BrokerConfig& config, bool accept_lost_tail) {
  JournalOptions options;
  options.region = config.region;
  options.validity_caps = config.validity_caps;
  options.accept_lost_tail = accept_lost_tail;
  return options;
}

Region::Options RegionOptionsOf(const BrokerConfig& config, bool accept_lost_tail) {
  Region::Options options;
  options.region = config.region;
  options.broker = config.tls.self.spiffe_id;
  options.acceptance_chain_pem = config.acceptance_signing.certificate_chain_pem;
  options.version = config.sandbox ? CORRIDOR_VERSION "+sandbox" : CORRIDOR_VERSION;
  options.journal = JournalOptionsOf(config, accept_lost_tail);
  options.approvals = {.needed = config.approvals.needed,
                       .takes_effect_after = config.approvals.takes_effect_after,
                       .expires_after = config.approvals.expires_after};
  options.retention = config.retention;
  options.settle_within = std::min(options.settle_within, config.limits.drain / 2);
  options.only_what_is_subscribed = config.only_what_is_subscribed;
  for (const auto& link : config.links) {
    options.peers.push_back({link.peer_region, !link.dial_address.empty()});
  }
  return options;
}

Parties PartiesOf(const BrokerConfig& config) {
  Parties parties{config.region, config.operators, {}};
  for (const auto& link : config.links) parties.linked_regions.insert(link.peer_region);
  return parties;
}

BackupPlan BackupPlanOf(const BrokerConfig::Backup& backup) {
  return {.folder = backup.dir,
          .keys_folder = backup.keys_dir,
          .recipient = backup.recipient,
          .keep_keys = backup.keep_keys};
}

DiskWatermarks::Options WatermarksOf(const BrokerConfig::Disk& disk) {
  constexpr uint64_t kMiB = 1 << 20;
  DiskWatermarks::Options marks;
  if (disk.warn_free_mib != 0) marks.warn_free = disk.warn_free_mib * kMiB;
  if (disk.refuse_free_mib != 0) marks.refuse_free = disk.refuse_free_mib * kMiB;
  return marks;
}

v1::DiskState DiskStateOf(DiskLevel level) {
  switch (level) {
    case DiskLevel::kEnough:
      return v1::DISK_STATE_ENOUGH;
    case DiskLevel::kLow:
      return v1::DISK_STATE_LOW;
    case DiskLevel::kRefusing:
      return v1::DISK_STATE_REFUSING;
  }
  return v1::DISK_STATE_UNSPECIFIED;
}

// Everything of a running broker, in flow order.
class Broker {
 public:
  Broker(BrokerConfig config, const Clock& clock, Log& log, StopRequest& stop)
      : config_(std::move(config)),
        clock_(clock),
        log_(log),
        stop_(stop),
        observer_(log, metrics_, stop),
        trust_(config_.tls.trust),
        gate_(config_.gate_policy),
        dialler_(DialTargets()),
        disk_gauge_(MakeFileSystemGauge(config_.data_dir)),
        disk_marks_(WatermarksOf(config_.disk)) {}

  // Opens the data and the region on it.
  absl::Status Open(bool accept_lost_tail);
  // Opens the ports and begins to serve.
  absl::Status Serve();
  // The first of them. REQUIRES: it serves.
  int port() const { return server_->ports().front(); }
  Catalog& catalog() { return region_->catalog(); }
  // Tells everybody, waits up to `grace` for what is under way, stops all.
  void Stop(absl::Duration grace);

 private:
  std::map<std::string, DialTarget> DialTargets();
  HandshakeRefusalObserver RefusedHandshakes(std::string_view side);
  void OnRefusedCall(const CallRefusal& refusal);
  void OnCutCall(const LiveCalls::Call& call, const absl::Status& why);
  void AuditHandshake(const HandshakeRefusal& refusal);
  void AuditRefusal(const std::string& caller, const std::string& method,
                    const absl::Status& refusal);
  absl::Status BeginTrust();
  void KeepTrust();
  void AskForCrls();
  void AuditTrust(const std::string& region, std::string_view rule);
  std::vector<std::string> LinkedRegions() const;
  std::vector<std::pair<std::string, std::string>> DialledAddresses() const;
  absl::Status OpenBackups();
  BackupDoor DoorToBackups();
  absl::Status Listen();
  absl::Status ServeMetrics();
  void KeepFigures();
  void SetServing(bool serving);
  void KeepDisk();
  void OnDiskState(v1::DiskState state, const DiskSpace& space);
  v1::DiskState DiskState() const { return disk_state_.load(std::memory_order_relaxed); }
  void FlushCommits(absl::Duration within);
  size_t StreamsOfMembers() const;
  void Drain(bool then_stop);
  absl::Status Undrain();
  void SetLogLevel(v1::LogLevel level);

  const BrokerConfig config_;
  const Clock& clock_;
  Log& log_;
  StopRequest& stop_;
  SystemRandom random_;
  Metrics metrics_;
  OperatorsObserver observer_;
  TrustHolder trust_;
  DialledPeers dialled_{trust_, clock_};
  std::unique_ptr<ServedIdentity> identity_;
  std::unique_ptr<TrustWatch> trust_watch_;
  std::optional<CrlRounds> crl_rounds_;
  const Gate gate_;
  GrpcLinkDialler dialler_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Store> key_store_;
  std::unique_ptr<Store> recalled_;
  std::unique_ptr<HeadMarker> head_marker_;
  std::unique_ptr<Region> region_;
  std::optional<RefusalAudit> refusals_;
  std::optional<BackupDesk> backups_;  // Where it is configured.
  std::optional<Figures> figures_;
  const std::unique_ptr<DiskGauge> disk_gauge_;
  DiskWatermarks disk_marks_;  // On the intake executor, one look after the other.
  std::atomic<v1::DiskState> disk_state_ = v1::DISK_STATE_ENOUGH;
  // Threads stop before the region that their tasks work on goes.
  ThreadExecutor flow_{"flow", 1};
  ThreadExecutor commit_{"commit", 1};
  ThreadExecutor intake_{"intake", 2};
  ThreadExecutor upkeep_{"upkeep", 1};
  ThreadExecutor backup_{"backup", 1};
  Readiness readiness_;
  CallFlood flood_{config_.limits.resets_per_second, clock_};
  const CallJudge judge_{[this] { return region_->catalog().facts(); }, PartiesOf(config_), trust_,
                         clock_};
  QuotaKeeper quotas_{[this] { return region_->catalog().facts(); }, clock_};
  LiveCalls calls_{
      judge_, clock_, quotas_,
      [this](const LiveCalls::Call& call, const absl::Status& why) { OnCutCall(call, why); }};
  std::optional<PublisherService> publisher_;
  std::optional<SubscriberService> subscriber_;
  std::optional<RegionLinkService> region_link_;
  std::optional<AdministrationService> administration_;
  std::optional<AuditLogService> audit_log_;
  std::optional<FederationService> federation_;
  std::optional<DataProtectionService> data_protection_;
  std::optional<QuotasService> quotas_service_;
  std::optional<ApprovalsService> approvals_;
  std::optional<OperationsService> operations_;
  std::optional<BackupsService> backups_service_;
  std::unique_ptr<RpcServer> server_;
};

HandshakeRefusalObserver Broker::RefusedHandshakes(std::string_view side) {
  return [this, &log = log_, &metrics = metrics_,
          side = std::string(side)](const HandshakeRefusal& refusal) {
    AuditHandshake(refusal);
    metrics.Count(Metric::kHandshakesRefused, {side});
    log.Write(LogLevel::kWarning, "handshake_refused",
              {{"side", side},
               {"reason", refusal.reason},
               {"claimed_uri", refusal.claimed_uri},
               {"claimed_serial", refusal.claimed_serial}});
  };
}

std::map<std::string, DialTarget> Broker::DialTargets() {
  std::map<std::string, DialTarget> targets;
  for (const auto& link : config_.links) {
    if (link.dial_address.empty()) continue;
    targets[link.peer_region] = {link.dial_address, [this, region = link.peer_region] {
                                   return MakePeerCredentials(identity_->Now(), dialled_, region,
                                                              RefusedHandshakes("dialled"));
                                 }};
  }
  return targets;
}

void Broker::OnRefusedCall(const CallRefusal& refusal) {
  log_.Write(LogLevel::kWarning, "call_refused",
             {{"method", refusal.method},
              {"caller", refusal.caller},
              {"code", absl::StatusCodeToString(refusal.status.code())},
              {"reason", ReasonName(ReasonOf(refusal.status))},
              {"rule", MetadataOf(refusal.status, "rule")}});
  metrics_.Count(Metric::kCallsRefused, {ReasonName(ReasonOf(refusal.status))});
  AuditRefusal(refusal.caller, refusal.method, refusal.status);
}

void Broker::OnCutCall(const LiveCalls::Call& call, const absl::Status& why) {
  log_.Write(LogLevel::kWarning, "call_cut",
             {{"method", call.method},
              {"caller", call.peer.principal.spiffe_id},
              {"serial", call.peer.serial},
              {"peer", call.peer_address},
              {"reason", ReasonName(ReasonOf(why))}});
  metrics_.Count(Metric::kCallsCut, {ReasonName(ReasonOf(why))});
  AuditRefusal(call.peer.principal.spiffe_id, call.method, why);
}

void Broker::KeepTrust() {
  trust_watch_->Look();
  calls_.Review();
  const size_t closed = server_->CloseRefused([this](const std::string& chain_pem) {
    return flood_.IsFlooding(chain_pem) ? absl::ResourceExhaustedError("too many calls")
                                        : judge_.JudgeConnection(chain_pem);
  });
  if (closed > 0) {
    log_.Write(LogLevel::kWarning, "connections_closed",
               {{"refused", static_cast<int64_t>(closed)}});
  }
  refusals_->Tick();
  for (const auto& [region, why] : dialled_.TakeRefused()) {
    log_.Write(LogLevel::kWarning, "link_cut",
               {{"peer", region}, {"reason", std::string(why.message())}});
    dialler_.Cut(region);
  }
  intake_.PostAfter(kReviewPeriod, [this] { KeepTrust(); });
}

void Broker::AskForCrls() {
  crl_rounds_->AskNext();
  upkeep_.PostAfter(kCrlRoundPeriod, [this] { AskForCrls(); });
}

void Broker::AuditTrust(const std::string& region, std::string_view rule) {
  v1::AuditEntry entry;
  entry.set_actor(config_.tls.self.spiffe_id);
  entry.set_act(v1::AUDIT_ACT_TRUST);
  entry.set_object(region);
  entry.set_rule(std::string(rule));
  refusals_->Note(std::move(entry));
}

std::vector<std::pair<std::string, std::string>> Broker::DialledAddresses() const {
  std::vector<std::pair<std::string, std::string>> addresses;
  for (const auto& link : config_.links) {
    if (!link.dial_address.empty()) addresses.emplace_back(link.peer_region, link.dial_address);
  }
  return addresses;
}

std::vector<std::string> Broker::LinkedRegions() const {
  std::vector<std::string> regions;
  for (const auto& link : config_.links) regions.push_back(link.peer_region);
  return regions;
}

// The name that the certificate claims is unproven, and kept only where it is the name of a
// principal: an attacker writes no text of his own into the log.
void Broker::AuditHandshake(const HandshakeRefusal& refusal) {
  v1::AuditEntry entry;
  if (ParsePrincipal(refusal.claimed_uri).ok()) entry.set_actor(refusal.claimed_uri);
  entry.set_act(v1::AUDIT_ACT_AUTHENTICATION);
  entry.set_refusal(v1::ERROR_REASON_IDENTITY_INVALID);
  entry.set_rule(refusal.reason.substr(0, refusal.reason.find(':')));
  refusals_->Note(std::move(entry));
}

void Broker::AuditRefusal(const std::string& caller, const std::string& method,
                          const absl::Status& refusal) {
  v1::AuditEntry entry;
  entry.set_actor(caller);
  entry.set_act(v1::AUDIT_ACT_AUTHORISATION);
  // What nobody offers is the caller's own text, and kept out of the log.
  entry.set_object(RightFor(method).has_value() ? method : "");
  entry.set_refusal(ReasonOf(refusal));
  entry.set_rule(MetadataOf(refusal, "rule"));
  refusals_->Note(std::move(entry));
}

absl::Status Broker::Open(bool accept_lost_tail) {
  if (mkdir(config_.data_dir.c_str(), 0700) != 0 && errno != EEXIST) {
    return absl::InternalError("the data folder cannot be made");
  }
  ASSIGN_OR_RETURN(store_, OpenRocksDbStore(config_.data_dir + "/journal"));
  ASSIGN_OR_RETURN(key_store_, OpenRocksDbStore(config_.data_dir + "/keys"));
  ASSIGN_OR_RETURN(identity_,
                   ServedIdentity::Open(config_.data_dir + "/transport",
                                        {config_.region, config_.tls.certificate_chain_pem,
                                         config_.tls.private_key_pem}));
  trust_watch_ = std::make_unique<TrustWatch>(
      TrustWatch::Parts{
          .region = config_.region,
          .crl_folder = config_.data_dir + "/crls",
          .linked_regions = LinkedRegions(),
          .trust = trust_,
          .identity = *identity_,
          .clock = clock_,
          .log = log_,
          .is_open = [this](const std::string& id) { return region_->catalog().IsOpen(id); },
          .on_configured =
              [this](std::vector<v1::PendingAct> configured) {
                region_->catalog().ReviewOpenings(std::move(configured), [](const auto&) {});
              },
          .audit = [this](const std::string& region,
                          std::string_view rule) { AuditTrust(region, rule); }},
      config_.tls, config_.tls_files);
  crl_rounds_.emplace(CrlRounds::Parts{.identity = *identity_,
                                       .trust = trust_,
                                       .watch = *trust_watch_,
                                       .clock = clock_,
                                       .log = log_,
                                       .refused = RefusedHandshakes("dialled"),
                                       .peers = DialledAddresses()});
  ASSIGN_OR_RETURN(recalled_, OpenRocksDbStore(config_.data_dir + "/recalled"));
  head_marker_ = MakeFileHeadMarker(config_.data_dir + "/head");
  Region::Options options = RegionOptionsOf(config_, accept_lost_tail);
  options.disk = [this] { return DiskState(); };
  ASSIGN_OR_RETURN(
      region_,
      Region::Open({.store = *store_,
                    .key_store = *key_store_,
                    .head_marker = *head_marker_,
                    .recalled = recalled_.get(),
                    .flow = flow_,
                    .commit = commit_,
                    .intake = intake_,
                    .upkeep = upkeep_,
                    .clock = clock_,
                    .random = random_,
                    .acceptance_key = config_.acceptance_signing.key,
                    .gate = gate_,
                    .transport = dialler_,
                    .verify_key = MakeRegionKeyVerifier([this] { return trust_.Now().trust; }),
                    .observer = observer_},
                   std::move(options)));
  RETURN_IF_ERROR(OpenBackups());
  refusals_.emplace(RefusalAudit::Parts{
      .commits = region_->journal(),
      .clock = clock_,
      .audit = AuditLog::Part(),
      .lost = [this](const absl::Status& written) {
        log_.Write(LogLevel::kError, "audit_entry_lost", {{"error", written.ToString()}});
      }});
  return absl::OkStatus();
}

absl::Status Broker::OpenBackups() {
  if (!config_.backup.has_value()) return absl::OkStatus();
  backups_.emplace(BackupDesk::Parts{
      .maker = {.plan = BackupPlanOf(*config_.backup),
                .store = *store_,
                .key_store = *key_store_,
                .work_folder = config_.data_dir + "/backup",
                .clock = clock_,
                .acceptance_key = config_.acceptance_signing.key,
                .acceptance_chain_pem = config_.acceptance_signing.certificate_chain_pem,
                .region = config_.region,
                .version = CORRIDOR_VERSION},
      .commits = region_->journal(),
      .audit = AuditLog::Part(),
      .actor = config_.tls.self.spiffe_id,
      .executor = backup_,
      .every = config_.backup->every,
      .on_made =
          [this](absl::Time made) {
            metrics_.Set(Metric::kBackupTime, {}, static_cast<double>(absl::ToUnixSeconds(made)));
          },
      .on_failed =
          [this](const absl::Status& why) {
            log_.Write(LogLevel::kError, "backup_failed", {{"error", why.ToString()}});
          },
      .on_keys_expired =
          [this](size_t backups) {
            log_.Write(LogLevel::kInfo, "backup_keys_deleted",
                       {{"backups", static_cast<int64_t>(backups)}});
          }});
  return backups_->Open();
}

BackupDoor Broker::DoorToBackups() {
  if (!backups_.has_value()) {
    const absl::Status absent =
        Error(v1::ERROR_REASON_NOT_CONFIGURED, "the broker's configuration has no `backup`");
    return {.create = [absent](const Principal&, auto done) { done(absent); },
            .list = [absent]() -> absl::StatusOr<v1::ListBackupsResponse> { return absent; }};
  }
  return {.create = [this](const Principal& caller,
                           auto done) { backups_->Create(caller.spiffe_id, std::move(done)); },
          .list = [this] { return backups_->List(); }};
}

absl::Status Broker::Listen() {
  publisher_.emplace(*region_, intake_, calls_, readiness_);
  subscriber_.emplace(*region_, intake_, calls_, readiness_);
  region_link_.emplace(
      [this](const std::string& peer_region, std::shared_ptr<LinkStream> stream) {
        return region_->AcceptLink(peer_region, std::move(stream));
      },
      RevocationDoor{.own_crls_pem = [this] { return trust_watch_->OwnCrls(); },
                     .take =
                         [this](const std::string& region, const std::string& crls_pem,
                                const std::string& chain_pem) {
                           return trust_watch_->TakeCrls(region, crls_pem, chain_pem,
                                                         PeerPurpose::kTlsClient);
                         }},
      intake_, calls_, readiness_);
  administration_.emplace(*region_, intake_, calls_,
                          TrustDoor{.reload = [this] { return trust_watch_->Reload(); },
                                    .expiring = [this] { return trust_watch_->Expiring(); }});
  audit_log_.emplace(AuditLogService::Parts{.log = region_->audit(),
                                            .commits = region_->journal(),
                                            .executor = intake_,
                                            .calls = calls_,
                                            .readiness = readiness_});
  federation_.emplace(*region_, intake_);
  data_protection_.emplace(*region_, intake_);
  quotas_service_.emplace(region_->catalog(), intake_);
  approvals_.emplace(region_->catalog(), intake_);
  operations_.emplace(
      *region_, intake_,
      OperationsDoor{.streams = [this] { return StreamsOfMembers(); },
                     .drain = [this](bool then_stop) { Drain(then_stop); },
                     .undrain = [this] { return Undrain(); },
                     .log_level = [this](v1::LogLevel level) { SetLogLevel(level); }});
  backups_service_.emplace(intake_, DoorToBackups());
  region_->catalog().OnChanged([this] { calls_.Review(); });
  auto caller_check = MakeCallerCheck(
      judge_, flood_, [this](const CallRefusal& refusal) { OnRefusedCall(refusal); },
      config_.sandbox ? " (sandbox)" : "");
  RpcServerOptions options;
  options.addresses = config_.listen_addresses;
  options.credentials = MakeServerCredentials(
      *identity_, trust_, flood_, clock_, RefusedHandshakes("accepted"), std::move(caller_check));
  options.streams_per_connection = config_.limits.streams_per_connection;
  options.handshake_timeout = config_.limits.handshake_timeout;
  options.message_bytes = config_.limits.message_bytes;
  options.metadata_bytes = config_.limits.metadata_bytes;
  options.connections = {.connections = config_.limits.connections,
                         .per_address = config_.limits.connections_per_address,
                         .unproven = config_.limits.unproven_connections,
                         .accepts_per_second = config_.limits.accepts_per_second,
                         .waiting = config_.limits.waiting_connections,
                         .first_call = config_.limits.first_call,
                         .resets_per_second = config_.limits.resets_per_second,
                         .first_call_bytes = config_.limits.first_call_bytes,
                         .bytes_without_message = int64_t{4} * config_.limits.message_bytes};
  options.sandbox = config_.sandbox;
  options.on_first_message = [this](const std::string& chain) { flood_.MessageCame(chain); };
  ASSIGN_OR_RETURN(
      server_, RpcServer::Start(options,
                                {&*publisher_, &*subscriber_, &*region_link_, &*administration_,
                                 &*federation_, &*audit_log_, &*data_protection_, &*quotas_service_,
                                 &*approvals_, &*operations_, &*backups_service_},
                                log_, clock_));
  return absl::OkStatus();
}

absl::Status Broker::ServeMetrics() {
  if (config_.metrics_address.empty()) return absl::OkStatus();
  const v1::GateVerdictStamp& gate = gate_.stamp();
  metrics_.Set(Metric::kBuild, {CORRIDOR_VERSION, config_.region}, 1);
  metrics_.Set(Metric::kBackupTime, {}, 0);
  metrics_.Set(Metric::kGatePolicy,
               {gate.policy_version(), absl::BytesToHexString(gate.policy_digest())}, 1);
  figures_.emplace(Figures::Parts{.metrics = metrics_,
                                  .region = *region_,
                                  .disk = *disk_gauge_,
                                  .ready = [this] { return readiness_.Check().ok(); },
                                  .connections = [this] { return server_->connections(); },
                                  .expiring = [this] { return trust_watch_->Expiring(); }});
  ASSIGN_OR_RETURN(const int port, metrics_.Listen(config_.metrics_address));
  log_.Write(LogLevel::kInfo, "metrics_listening",
             {{"address", config_.metrics_address}, {"port", int64_t{port}}});
  return absl::OkStatus();
}

// What cannot be read is as it was.
void Broker::KeepDisk() {
  if (const auto space = disk_gauge_->Read(); space.ok()) {
    const v1::DiskState before = DiskState();
    const v1::DiskState now = DiskStateOf(disk_marks_.Judge(*space));
    disk_state_ = now;
    if (now != before) OnDiskState(now, *space);
  }
  intake_.PostAfter(kDiskPeriod, [this] { KeepDisk(); });
}

void Broker::OnDiskState(v1::DiskState state, const DiskSpace& space) {
  const bool refusing = state == v1::DISK_STATE_REFUSING;
  log_.Write(refusing                         ? LogLevel::kError
             : state == v1::DISK_STATE_ENOUGH ? LogLevel::kInfo
                                              : LogLevel::kWarning,
             "disk_state",
             {{"state", v1::DiskState_Name(state)},
              {"free_bytes", static_cast<int64_t>(space.free)},
              {"size_bytes", static_cast<int64_t>(space.size)}});
  region_->AuditDisk(state);
  SetServing(readiness_.Check().ok());
}

// The way in has an answer of its own.
void Broker::SetServing(bool serving) {
  const bool room = DiskState() != v1::DISK_STATE_REFUSING;
  server_->SetServing(serving);
  server_->SetServing(v1::Publisher::service_full_name(), serving && room);
}

size_t Broker::StreamsOfMembers() const {
  size_t streams = 0;
  for (const LiveCalls::Call& call : calls_.List()) {
    if (call.peer.principal.is_member()) ++streams;
  }
  return streams;
}

void Broker::Drain(bool then_stop) {
  if (!readiness_.Drain()) return;  // It stops already.
  metrics_.Set(Metric::kReady, {}, 0);
  SetServing(false);
  publisher_->Drain();
  region_->SendMembersAway();
  log_.Write(LogLevel::kInfo, "draining");
  if (then_stop) stop_.Ask(StopReason::kOperator);
}

absl::Status Broker::Undrain() {
  if (!readiness_.Undrain()) return readiness_.Check();
  region_->TakeMembersBack();
  metrics_.Set(Metric::kReady, {}, 1);
  SetServing(true);
  log_.Write(LogLevel::kInfo, "serving_again");
  return absl::OkStatus();
}

void Broker::SetLogLevel(v1::LogLevel level) {
  log_.SetLevel(LevelOf(level));
  RouteGrpcLog(&log_, level == v1::LOG_LEVEL_DEBUG);
}

void Broker::KeepFigures() {
  figures_->Read();
  intake_.PostAfter(kFiguresPeriod, [this] { KeepFigures(); });
}

// What is open at the start is known before anybody is let in, or dialled.
absl::Status Broker::BeginTrust() {
  absl::Notification reviewed;
  absl::Status status;
  region_->catalog().ReviewOpenings(trust_watch_->Configured(), [&](absl::Status written) {
    status = std::move(written);
    reviewed.Notify();
  });
  reviewed.WaitForNotification();
  trust_watch_->Begin();
  return status;
}

absl::Status Broker::Serve() {
  RETURN_IF_ERROR(BeginTrust());
  RETURN_IF_ERROR(Listen());
  RETURN_IF_ERROR(ServeMetrics());
  region_->Start();
  KeepTrust();
  upkeep_.Post([this] { AskForCrls(); });
  KeepDisk();
  if (backups_.has_value()) backup_.Post([this] { backups_->Start(); });
  readiness_.Set(Readiness::State::kServing);
  SetServing(true);
  if (figures_.has_value()) KeepFigures();
  for (size_t i = 0; i < server_->ports().size(); ++i) {
    log_.Write(LogLevel::kInfo, "listening",
               {{"address", config_.listen_addresses[i]}, {"port", int64_t{server_->ports()[i]}}});
  }
  log_.Write(LogLevel::kInfo, "serving",
             {{"region", config_.region},
              {"broker", config_.tls.self.spiffe_id},
              {"version", std::string(CORRIDOR_VERSION)},
              {"head_offset", static_cast<int64_t>(region_->journal().head())}});
  return absl::OkStatus();
}

void Broker::Stop(absl::Duration grace) {
  const absl::Duration deadline = clock_.Steady() + grace;
  if (backups_.has_value()) backups_->Stop();
  if (server_ != nullptr) {
    readiness_.Set(Readiness::State::kDraining);
    metrics_.Set(Metric::kReady, {}, 0);
    SetServing(false);
    publisher_->Drain();
    audit_log_->Drain();
    // Shared: where the flow is stuck, the notice comes after we have stopped waiting.
    auto told = std::make_shared<absl::Notification>();
    region_->Drain([told] { told->Notify(); });
    told->WaitForNotificationWithTimeout(grace);
    server_->Stop(std::max(deadline - clock_.Steady(), absl::ZeroDuration()));
  }
  if (refusals_.has_value()) refusals_->Flush();
  if (region_ != nullptr) FlushCommits(std::max(deadline - clock_.Steady(), kFlushAtLeast));
  dialler_.Stop();
  backup_.Stop();
  upkeep_.Stop();
  intake_.Stop();
  flow_.Stop();
  commit_.Stop();
}

// The committer takes proposals in turn: with this one all that was proposed before is written,
// cursors and refusals with it.
void Broker::FlushCommits(absl::Duration within) {
  auto written = std::make_shared<absl::Notification>();
  region_->journal().Commit({}, [written](const absl::Status&) { written->Notify(); });
  written->WaitForNotificationWithTimeout(within);
}

void PrintMistakes(const std::string& path, const absl::Status& status) {
  for (const FieldViolation& mistake : ViolationsOf(status)) {
    std::fprintf(stderr, "%s: %s%s%s\n", path.c_str(), mistake.field.c_str(),
                 mistake.field.empty() ? "" : ": ", mistake.description.c_str());
  }
}

// As lines of JSON on standard output. What was read before a damage was found is written too.
int ExportAudit(const std::string& data_dir) {
  const auto store = OpenRocksDbStore(data_dir + "/journal");
  if (!store.ok()) {
    std::fprintf(stderr, "%s\n", store.status().ToString().c_str());
    return kExitData;
  }
  const auto head = AuditLog(**store).Export([](std::string_view line) {
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fputc('\n', stdout);
  });
  if (!head.ok()) std::fprintf(stderr, "%s\n", head.status().ToString().c_str());
  return head.ok() && std::fflush(stdout) == 0 ? kExitOk : kExitData;
}

absl::StatusOr<BackupKey> ReadBackupKey(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadWhole(path));
  return BackupKey::FromText(text);
}

absl::StatusOr<v1::RestoreReport> RestoreInto(const BrokerConfig& config,
                                              const CommandLine& command, absl::Time now) {
  if (!config.backup.has_value()) {
    return absl::FailedPreconditionError("the configuration has no `backup`, which says where");
  }
  ASSIGN_OR_RETURN(const BackupKey key, ReadBackupKey(command.backup_key_path));
  SystemRandom random;
  return Restore({.region = config.region,
                  .data_dir = config.data_dir,
                  .plan = BackupPlanOf(*config.backup),
                  .backup_id = command.restore,
                  .key = key,
                  .recalled_folder = command.recalled_folder,
                  .verify_key = MakeRegionKeyVerifier([&config] { return config.tls.trust; }),
                  .now = now},
                 random);
}

// The report is a line of JSON on standard output; what comes next is said on standard error.
int RestoreBackup(const BrokerConfig& config, const CommandLine& command, absl::Time now) {
  const auto report = RestoreInto(config, command, now);
  if (!report.ok()) {
    std::fprintf(stderr, "%s\n", std::string(report.status().message()).c_str());
    return kExitData;
  }
  std::string json;
  google::protobuf::util::JsonPrintOptions as_in_proto;
  as_in_proto.preserve_proto_field_names = true;
  as_in_proto.always_print_primitive_fields = true;
  if (!google::protobuf::util::MessageToJsonString(*report, &json, as_in_proto).ok()) {
    return kExitData;
  }
  std::printf("%s\n", json.c_str());
  std::fprintf(
      stderr,
      "In place: %llu records with their content, %llu tombstones. What was accepted after "
      "%s is not\nin the backup. Start the broker: it serves once it has applied the "
      "recalls it knows of and each peer\nregion has given back what it has: on both "
      "sides, corridorctl admin links reconcile PEER --confirm.\n",
      static_cast<unsigned long long>(report->readable_records()),
      static_cast<unsigned long long>(report->erased_records()),
      report->backup().backup_id().c_str());
  return kExitOk;
}

// Opens and serves until it is asked to stop, or cannot.
ExitCode RunBroker(Broker& broker, const CommandLine& command, const Sandbox* sandbox,
                   absl::Duration grace, Log& log, StopRequest& stop) {
  absl::Status open = broker.Open(command.accept_lost_tail);
  if (open.ok() && sandbox != nullptr) open = sandbox->Register(broker.catalog());
  if (!open.ok()) {
    log.Write(LogLevel::kError, "data_refused", {{"error", open.ToString()}});
    broker.Stop(absl::ZeroDuration());
    return kExitData;
  }
  absl::Status serving = broker.Serve();
  if (serving.ok() && sandbox != nullptr) serving = sandbox->WriteProfiles(broker.port());
  if (!serving.ok()) {
    log.Write(LogLevel::kError, "listen_failed", {{"error", serving.ToString()}});
    broker.Stop(absl::ZeroDuration());
    return kExitListen;
  }
  if (sandbox != nullptr) {
    std::fputs(sandbox->HowToUse().c_str(), stdout);
    std::fflush(stdout);
  }
  const bool failed = stop.Wait() == StopReason::kStorageFailed;
  log.Write(LogLevel::kInfo, "stopping");
  broker.Stop(failed ? absl::Seconds(1) : grace);
  return failed ? kExitStorageFailed : kExitOk;
}

// `sandbox` may be null.
int Run(const CommandLine& command, const Sandbox* sandbox) {
  if (command.metrics_table) {
    return std::fputs(MetricsTable().c_str(), stdout) >= 0 ? kExitOk : kExitUsage;
  }
  // protobuf writes to standard error what it dislikes of a message that a client sent.
  google::protobuf::SetLogHandler(nullptr);
  StopRequest stop;
  SystemClock clock;
  auto config = LoadBrokerConfig(command.config_path, clock.Now());
  if (!config.ok()) {
    PrintMistakes(command.config_path, config.status());
    return kExitConfig;
  }
  if (command.check_config) {
    std::printf("%s: the configuration is sound\n", command.config_path.c_str());
    return kExitOk;
  }
  if (command.export_audit) return ExportAudit(config->data_dir);
  if (!command.restore.empty()) return RestoreBackup(*config, command, clock.Now());
  Log log(LevelOf(config->log_level), clock);
  if (absl::Status tls = RestrictTlsOfProcess(); !tls.ok()) {
    log.Write(LogLevel::kError, "tls_settings_failed", {{"error", tls.ToString()}});
    return kExitConfig;
  }
  RouteGrpcLog(&log, config->log_level == config::LOG_LEVEL_DEBUG);
  const absl::Duration grace = config->limits.drain;
  int exit_code = kExitOk;
  {
    Broker broker(*std::move(config), clock, log, stop);
    exit_code = RunBroker(broker, command, sandbox, grace, log, stop);
  }
  log.Write(LogLevel::kInfo, "stopped", {{"exit_code", int64_t{exit_code}}});
  RouteGrpcLog(nullptr, false);
  return exit_code;
}

int RunSandbox(CommandLine command) {
  const auto sandbox =
      Sandbox::Open(command.sandbox_folder, command.sandbox_address, SystemClock().Now());
  if (!sandbox.ok()) {
    std::fprintf(stderr, "%s\n", std::string(sandbox.status().message()).c_str());
    return kExitData;
  }
  command.config_path = sandbox->config_path();
  return Run(command, &*sandbox);
}

// glibc keeps an arena for each thread, up to eight for each core, and gives little of them back:
// under a flood of calls that is hundreds of MiB which nothing uses any more.
void KeepFewArenas() {
  mallopt(M_ARENA_MAX, static_cast<int>(std::max(2U, std::thread::hardware_concurrency())));
}

}  // namespace
}  // namespace corridor

int main(int argc, char** argv) {
  corridor::KeepFewArenas();
  CLI::App app("The broker of one Corridor region.", "corridord");
  corridor::CommandLine command;
  CLI::Option* const config =
      app.add_option("--config", command.config_path,
                     "The configuration, a textproto; every field is documented in "
                     "server/config/broker_config.proto")
          ->type_name("FILE");
  app.add_flag("--metrics-table", command.metrics_table,
               "Write the table of docs/operations/metrics.md, and exit; needs no --config")
      ->excludes(config);
  app.add_flag("--check-config", command.check_config,
               "Check the configuration and the files it names, open nothing, and exit");
  app.add_flag("--accept-lost-tail", command.accept_lost_tail,
               "Serve a journal that ends before where it is known to have been, as a new "
               "incarnation; what is missing is lost");
  app.add_flag(
      "--export-audit", command.export_audit,
      "Write the audit log of a stopped broker to standard output, a line of JSON for each "
      "entry, and exit; corridorctl audit verify proves it whole");
  CLI::Option* const restore = app.add_option(
      "--restore", command.restore,
      "Put the backup of this id, from the folders that the configuration names, into its empty "
      "data folder, say what came back, and exit");
  restore->type_name("BACKUP");
  CLI::Option* const backup_key = app.add_option(
      "--backup-key", command.backup_key_path,
      "The secret key that backups are sealed for (corridorctl admin backup keygen)");
  backup_key->type_name("FILE")->needs(restore);
  restore->needs(backup_key);
  app.add_option(
         "--recalled", command.recalled_folder,
         "The folder `recalled` of the lost data, where it is still there: what was recalled "
         "since the backup is applied before anybody is served")
      ->type_name("FOLDER")
      ->needs(restore);
  CLI::Option* const sandbox =
      app.add_flag("--sandbox", command.sandbox,
                   "Serve a region to try things in, with certificates and members of its own "
                   "making: no --config, no PKI. Says how to use it on standard output; every "
                   "answer is marked corridor-sandbox: true");
  sandbox->excludes(config)->excludes(restore);
  app.add_option("--directory", command.sandbox_folder,
                 "Where the sandbox keeps its keys, profiles and data, to be taken up again; "
                 "without it they go when it ends")
      ->type_name("FOLDER")
      ->needs(sandbox);
  app.add_option("--listen", command.sandbox_address,
                 "Where the sandbox listens: 127.0.0.1 or [::1], and a port; 0 takes a free one")
      ->type_name("ADDRESS")
      ->capture_default_str()
      ->needs(sandbox);
  app.set_version_flag("--version", "corridord " CORRIDOR_VERSION);
  app.footer(corridor::kExitCodes);
  try {
    app.parse(argc, argv);
    if (config->empty() && !command.metrics_table && !command.sandbox) {
      app.exit(CLI::RequiredError(config->get_name()));
      return corridor::kExitUsage;
    }
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? corridor::kExitOk : corridor::kExitUsage;
  }
  return command.sandbox ? corridor::RunSandbox(command) : corridor::Run(command, nullptr);
}

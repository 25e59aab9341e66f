#ifndef CORRIDOR_SERVER_OPS_METRICS_H_
#define CORRIDOR_SERVER_OPS_METRICS_H_

#include <array>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace corridor {

// What is counted. `corridord --metrics-table` writes it for docs/operations/metrics.md.
enum class Metric {
  kStatementsAccepted,
  kStatementsRefused,
  kGateFaults,
  kCallsRefused,
  kCallsCut,
  kHandshakesRefused,
  kDeadLetters,
  kLinkAlarms,
  kLinkRefusedRecords,
  kLinkUp,
  kLinkLagRecords,
  kLinkLagSeconds,
  kLinkClockAhead,
  kLinkRecallsPending,
  kLinkCanaryRoundTrip,
  kLinkKeptRecords,
  kLinkKeptRecordsMax,
  kDamage,
  kReady,
  kJournalHead,
  kSessions,
  kConnections,
  kSubscriptions,
  kSubscriptionBacklogMax,
  kDiskFree,
  kDiskSize,
  kDiskState,
  kBackupTime,
  kExpires,
  kBuild,
  kGatePolicy,
};

struct MetricText {
  Metric metric;
  bool gauge;
  std::string_view name;    // As Prometheus names metrics.
  std::string_view labels;  // Names of the labels, separated by commas; may be empty.
  std::string_view help;
};

inline constexpr std::array<MetricText, 31> kMetrics = {{
    {Metric::kStatementsAccepted, false, "corridor_statements_accepted_total", "source",
     "Statements that passed gate and policy. source: publisher, check (a dry run; not stored), "
     "peer (over a link)."},
    {Metric::kStatementsRefused, false, "corridor_statements_refused_total", "source,reason",
     "Statements that were refused, by the reason of error_reason.proto without its prefix."},
    {Metric::kGateFaults, false, "corridor_gate_faults_total", "source,category",
     "Faults that the gate named in refused statements, by category of the rule; at most 24 of "
     "one statement, and FORM for faults of form."},
    {Metric::kCallsRefused, false, "corridor_calls_refused_total", "reason",
     "Calls that were refused before they reached a service."},
    {Metric::kCallsCut, false, "corridor_calls_cut_total", "reason",
     "Open streams that were ended because the caller had lost the right to them."},
    {Metric::kHandshakesRefused, false, "corridor_handshakes_refused_total", "side",
     "Certificates that were refused. side: accepted (the other side dialled), dialled."},
    {Metric::kDeadLetters, false, "corridor_dead_letters_total", "reason",
     "Deliveries that became dead letters of a subscription. reason: REJECTED, FAILURES_MAX."},
    {Metric::kLinkAlarms, false, "corridor_link_alarms_total", "peer,lane,reason",
     "Alarms of links to peer regions."},
    {Metric::kLinkRefusedRecords, false, "corridor_link_refused_records_total", "peer,lane,reason",
     "Records of this region that a peer region refused for good."},
    {Metric::kLinkUp, true, "corridor_link_up", "peer,lane",
     "1 while records may move both ways, else 0."},
    {Metric::kLinkLagRecords, true, "corridor_link_lag_records", "peer,lane",
     "Records that the peer may have and has not persisted, link up or down; at most 100,000."},
    {Metric::kLinkLagSeconds, true, "corridor_link_lag_seconds", "peer,lane",
     "For how long the oldest of those has been waiting."},
    {Metric::kLinkClockAhead, true, "corridor_link_clock_ahead_seconds", "peer,lane",
     "How far the peer's clock is ahead of ours, the way included, as of its last heartbeat."},
    {Metric::kLinkRecallsPending, true, "corridor_link_recalls_pending", "peer",
     "Recalls and withdrawals that the peer has not confirmed; at most 1,000."},
    {Metric::kLinkCanaryRoundTrip, true, "corridor_link_canary_round_trip_seconds", "peer,lane",
     "How long the last canary was on its way, to the peer's committer and back."},
    {Metric::kLinkKeptRecords, true, "corridor_link_kept_records", "peer,lane",
     "Records that retention would let go and that are kept because this peer alone has not got "
     "them."},
    {Metric::kLinkKeptRecordsMax, true, "corridor_link_kept_records_max", "peer,lane",
     "How many may be kept for it; beyond that the oldest are given up, and a gap stands."},
    {Metric::kDamage, false, "corridor_damage_total", "",
     "Records that could not be read from the disk; what they were meant for stands still."},
    {Metric::kReady, true, "corridor_ready", "",
     "1 while the broker takes new work; 0 while it starts, drains or stops."},
    {Metric::kJournalHead, true, "corridor_journal_head_offset", "",
     "Offset of the last record of the journal, local and imported alike."},
    {Metric::kSessions, true, "corridor_sessions", "", "Sessions of subscribers attached now."},
    {Metric::kConnections, true, "corridor_connections", "",
     "Connections open now, of members, operators and peer regions."},
    {Metric::kSubscriptions, true, "corridor_subscriptions", "state",
     "Subscriptions by state: attached (a session is open), detached."},
    {Metric::kSubscriptionBacklogMax, true, "corridor_subscription_backlog_records_max", "",
     "Records that may still lie ahead of the subscription that is furthest behind, before its "
     "filter."},
    {Metric::kDiskFree, true, "corridor_disk_free_bytes", "",
     "What the broker may still write on the disk of its data folder."},
    {Metric::kDiskSize, true, "corridor_disk_size_bytes", "", "How large that disk is."},
    {Metric::kDiskState, true, "corridor_disk_state", "",
     "0 while there is room; 1 below the watermark that warns; 2 below that at which new "
     "statements "
     "are refused (DISK_WATERMARK)."},
    {Metric::kBackupTime, true, "corridor_backup_timestamp_seconds", "",
     "When the last backup was made, in seconds since 1970; 0 where there is none."},
    {Metric::kExpires, true, "corridor_expires_timestamp_seconds", "item,region",
     "When it ends, in seconds since 1970. item: certificate (the broker's own), root, crl; of "
     "several the soonest."},
    {Metric::kBuild, true, "corridor_build_info", "version,region",
     "Always 1: which version serves which region."},
    {Metric::kGatePolicy, true, "corridor_gate_policy_info", "version,digest",
     "Always 1: the gate policy that is in force."},
}};

// The table for people, in Markdown, a line for each metric.
std::string MetricsTable();

constexpr const MetricText& TextOf(Metric metric) { return kMetrics[static_cast<size_t>(metric)]; }

// The broker's figures, for Prometheus. Label values are region ids from the
// configuration and names from our own vocabularies, so that the number of series
// is bounded; never a part of what somebody sent. Thread-safe; counting takes no
// lock that is held for long.
class Metrics {
 public:
  Metrics();
  ~Metrics();  // Closes the listener.
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // Adds one to the series with these label values, in the order of the metric's
  // names of labels; there must be as many.
  void Count(Metric metric, std::initializer_list<std::string_view> label_values);
  // Sets the series of a gauge.
  void Set(Metric metric, std::initializer_list<std::string_view> label_values, double value);

  // All figures, in Prometheus' text format 0.0.4.
  std::string Text() const;

  // Serves them under http://`address`/metrics on threads of its own; answers the
  // port. Once. kUnavailable: the address cannot be listened on.
  absl::StatusOr<int> Listen(const std::string& address);

 private:
  struct Shelf;
  const std::unique_ptr<Shelf> shelf_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_OPS_METRICS_H_

// corridor-bench WORKLOAD OPTIONS: measures one thing once and writes one line of JSON. It starts
// nothing: bench/run.py gives it a broker, or a bare server, that was started for this run.
#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <string>

#include "bench/bare_server.h"
#include "bench/broker_access.h"
#include "bench/delivery_workloads.h"
#include "bench/figures.h"
#include "bench/handshake_workload.h"
#include "bench/machine_limits.h"
#include "bench/match_workload.h"
#include "bench/publish_workloads.h"

namespace corridor {
namespace {

int Print(const std::string& workload, const absl::StatusOr<Figures>& figures) {
  if (!figures.ok()) {
    std::cerr << workload << ": " << figures.status() << "\n";
    return 1;
  }
  std::cout << ToJson(workload, *figures) << std::endl;
  return 0;
}

struct Options {
  BrokerAccess access;
  PublishPlan publish;
  EndToEndPlan end_to_end;
  double seconds = 2;
  double warm_up = 0.5;
  double rate = 0;
  int subscribers = 1;
  int parallel = 1;
  int count = 10'000;
  bool bare = false;
  std::string payload = "coded";
};

int ServeBare(const Options& options) {
  const auto server = BareServer::Start(options.access);
  if (!server.ok()) return Print("bare_server", server.status());
  Print("bare_server", Figures{{"port", (*server)->port()}});
  std::string line;
  while (std::getline(std::cin, line)) continue;
  return 0;
}

int HoldIdle(const Options& options) {
  const absl::Status status = HoldIdleSessions(options.access, options.count, !options.bare);
  return status.ok() ? 0 : Print("idle_sessions", status);
}

PublishPlan PublishPlanOf(const Options& options) {
  PublishPlan plan = options.publish;
  plan.seconds = options.seconds;
  plan.warm_up = options.warm_up;
  plan.payload = *PayloadFrom(options.payload);
  plan.prepared = options.bare;
  if (options.rate > 0) plan.rate = options.rate;
  return plan;
}

EndToEndPlan EndToEndPlanOf(const Options& options) {
  EndToEndPlan plan{.seconds = options.seconds,
                    .warm_up = options.warm_up,
                    .subscribers = options.subscribers,
                    .payload = *PayloadFrom(options.payload)};
  if (options.rate > 0) plan.rate = options.rate;
  return plan;
}

int Run(const std::string& workload, const Options& options) {
  const BrokerAccess& access = options.access;
  if (workload == "bare_server") return ServeBare(options);
  if (workload == "idle_sessions") return HoldIdle(options);
  if (workload == "sync") return Print(workload, SyncLimit(access.folder, options.seconds));
  if (workload == "signatures") return Print(workload, SignatureLimit(options.seconds));
  if (workload == "gate") return Print(workload, GateCost(options.seconds));
  if (workload == "match") return Print(workload, Match(options.count, options.seconds));
  if (workload == "handshakes") {
    return Print(workload, Handshakes(access, {.seconds = options.seconds,
                                               .warm_up = options.warm_up,
                                               .parallel = options.parallel}));
  }
  if (workload == "publish_unary")
    return Print(workload, PublishUnary(access, PublishPlanOf(options)));
  if (workload == "publish_stream") {
    return Print(workload, PublishStream(access, PublishPlanOf(options)));
  }
  if (workload == "fill") {
    return Print(workload, Fill(access, options.count, *PayloadFrom(options.payload)));
  }
  if (workload == "recall_wave") return Print(workload, RecallWave(access, options.count));
  if (workload == "end_to_end") return Print(workload, EndToEnd(access, EndToEndPlanOf(options)));
  return Print(workload, options.bare ? BareFanOut(access, options.subscribers, options.count)
                                      : FanOut(access, options.subscribers, options.count));
}

}  // namespace
}  // namespace corridor

int main(int argc, char** argv) {
  corridor::Options options;
  std::string workload;
  CLI::App app("Measures one thing once and writes one line of JSON.", "corridor-bench");
  app.add_option("workload", workload)
      ->required()
      ->check(CLI::IsMember({"sync", "signatures", "gate", "match", "handshakes", "bare_server",
                             "publish_unary", "publish_stream", "fill", "end_to_end", "fan_out",
                             "recall_wave", "idle_sessions"}));
  app.add_option("--endpoint", options.access.endpoint, "HOST:PORT of the broker");
  app.add_option("--region", options.access.region, "its region");
  app.add_option("--folder", options.access.folder, "where the credentials lie");
  app.add_option("--publisher", options.access.publisher, "agency that publishes");
  app.add_option("--reader", options.access.reader, "agency that reads");
  app.add_option("--seconds", options.seconds, "that are measured")->check(CLI::PositiveNumber);
  app.add_option("--warm-up", options.warm_up, "seconds before them");
  app.add_option("--rate", options.rate, "statements a second");
  app.add_option("--batch", options.publish.batch, "statements in a request");
  app.add_option("--window", options.publish.window, "statements undecided at once");
  app.add_flag("--together", options.publish.together, "one signature for each request");
  app.add_flag("--bare", options.bare, "against a bare server");
  app.add_option("--subscribers", options.subscribers, "at once")->check(CLI::PositiveNumber);
  app.add_option("--parallel", options.parallel, "connections made at the same time")
      ->check(CLI::PositiveNumber);
  app.add_option("--count", options.count, "statements, sessions, or subscriptions")
      ->check(CLI::PositiveNumber);
  app.add_option("--payload", options.payload)->check(CLI::IsMember({"coded", "headline", "note"}));
  CLI11_PARSE(app, argc, argv);
  return corridor::Run(workload, options);
}

#include "bench/handshake_workload.h"

#include <grpc/support/time.h>

#include <memory>
#include <utility>
#include <vector>

#include "bench/steady_time.h"
#include "core/base/status_macros.h"

namespace corridor {
namespace {

constexpr int kPatienceSeconds = 20;

int64_t Ns(double seconds) { return static_cast<int64_t>(seconds * kNsPerSecond); }

// Times from the beginning of the wave, which all of its connections share.
absl::Status MakeWave(const BrokerAccess& access, int parallel, LatencyHistogram& latencies) {
  const int64_t begun = SteadyNs();
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (int i = 0; i < parallel; ++i) {
    ASSIGN_OR_RETURN(auto channel, OpenStubChannel(access, access.reader));
    channel->GetState(/*try_to_connect=*/true);
    channels.push_back(std::move(channel));
  }
  for (const auto& channel : channels) {
    if (!channel->WaitForConnected(gpr_time_from_seconds(kPatienceSeconds, GPR_TIMESPAN))) {
      return absl::UnavailableError("a connection was not made");
    }
    latencies.Record(SteadyNs() - begun);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Figures> Handshakes(const BrokerAccess& access, const HandshakePlan& plan) {
  LatencyHistogram warm_up;
  const int64_t measured_from = SteadyNs() + Ns(plan.warm_up);
  while (SteadyNs() < measured_from) {
    RETURN_IF_ERROR(MakeWave(access, plan.parallel, warm_up));
  }
  LatencyHistogram latencies;
  const int64_t start = SteadyNs();
  while (SteadyNs() - start < Ns(plan.seconds)) {
    RETURN_IF_ERROR(MakeWave(access, plan.parallel, latencies));
  }
  const int64_t end = SteadyNs();
  Figures figures;
  AddLatencies("handshake", latencies, figures);
  const double made = figures["handshake_count"];
  figures["handshakes_per_s"] = made * kNsPerSecond / static_cast<double>(end - start);
  figures["operations"] = made + static_cast<double>(warm_up.count());
  return figures;
}

}  // namespace corridor

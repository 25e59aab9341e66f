#include "bench/machine_limits.h"

#include <fcntl.h>
#include <unistd.h>

#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bench/statement_source.h"
#include "bench/steady_time.h"
#include "core/base/status_macros.h"
#include "core/crypto/digest.h"
#include "core/crypto/signature.h"
#include "core/gate/gate.h"
#include "core/gate/gate_policy.h"

namespace corridor {
namespace {

constexpr size_t kAppendBytes = 4096;
constexpr size_t kDigestBytesSigned = 32;

int64_t Ns(double seconds) { return static_cast<int64_t>(seconds * kNsPerSecond); }

// How often `act` runs in a second.
template <typename Act>
double RateOf(double seconds, Act act) {
  const int64_t start = SteadyNs();
  int64_t runs = 0;
  while (SteadyNs() - start < Ns(seconds)) {
    act();
    ++runs;
  }
  return static_cast<double>(runs) * kNsPerSecond / static_cast<double>(SteadyNs() - start);
}

absl::Status AppendAndSync(int file, std::string_view block) {
  if (write(file, block.data(), block.size()) != static_cast<ssize_t>(block.size()) ||
      fdatasync(file) != 0) {
    return absl::UnavailableError("the probe's file cannot be written");
  }
  return absl::OkStatus();
}

absl::StatusOr<LatencyHistogram> TimeSyncs(int file, double seconds) {
  const std::string block(kAppendBytes, 'x');
  LatencyHistogram latencies;
  const int64_t end = SteadyNs() + Ns(seconds);
  for (int64_t begun = SteadyNs(); begun < end;) {
    RETURN_IF_ERROR(AppendAndSync(file, block));
    const int64_t done = SteadyNs();
    latencies.Record(done - std::exchange(begun, done));
  }
  return latencies;
}

absl::StatusOr<LatencyHistogram> TimeGate(const Gate& gate, Payload payload, double seconds) {
  StatementSource source("spiffe://sea.example/agency/th-desk", SigningKey::Generate(), payload, 1);
  const v1::SignedStatement statement = source.Signed(1, 0).statements(0);
  RETURN_IF_ERROR(gate.Examine(statement, GateSide::kPublisher).status());
  LatencyHistogram latencies;
  const int64_t end = SteadyNs() + Ns(seconds);
  while (SteadyNs() < end) {
    v1::SignedStatement copy = statement;
    const int64_t begun = SteadyNs();
    const auto accepted = gate.Examine(std::move(copy), GateSide::kPublisher);
    latencies.Record(SteadyNs() - begun);
  }
  return latencies;
}

}  // namespace

absl::StatusOr<Figures> SyncLimit(const std::string& folder, double seconds) {
  const std::string name = absl::StrCat(folder, "/sync-probe");
  const int file = open(name.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) return absl::UnavailableError("the probe's file cannot be made");
  const absl::StatusOr<LatencyHistogram> latencies = TimeSyncs(file, seconds);
  close(file);
  unlink(name.c_str());
  if (!latencies.ok()) return latencies.status();
  Figures figures;
  AddLatencies("sync", *latencies, figures);
  return figures;
}

Figures SignatureLimit(double seconds) {
  const SigningKey key = SigningKey::Generate();
  const std::string message(kDigestBytesSigned, 'm');
  const Signature signature = key.Sign(message);
  const std::string_view bytes = BytesOf(signature);
  volatile bool holds = true;
  Figures figures;
  figures["sign_per_s"] = RateOf(seconds, [&] { holds = key.Sign(message) == signature; });
  figures["verify_per_s"] =
      RateOf(seconds, [&] { holds = VerifyEd25519(key.public_key(), message, bytes); });
  return figures;
}

absl::StatusOr<Figures> GateCost(double seconds) {
  const Gate gate(DefaultGatePolicy());
  Figures figures;
  for (const auto& [payload, name] :
       {std::pair(Payload::kCoded, "coded"), std::pair(Payload::kHeadline, "headline"),
        std::pair(Payload::kNote, "note")}) {
    ASSIGN_OR_RETURN(const LatencyHistogram latencies, TimeGate(gate, payload, seconds));
    AddLatencies(name, latencies, figures);
  }
  return figures;
}

}  // namespace corridor

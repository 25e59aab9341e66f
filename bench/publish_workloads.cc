#include "bench/publish_workloads.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "bench/publish_pipe.h"
#include "bench/steady_time.h"
#include "core/base/status_macros.h"
#include "core/crypto/system_random.h"
#include "corridor/publisher.h"

namespace corridor {
namespace {

constexpr int kFillBatch = 64;
constexpr int kFillWindow = 1024;

int64_t Ns(double seconds) { return static_cast<int64_t>(seconds * kNsPerSecond); }

absl::StatusOr<StatementSource> SourceFor(const BrokerAccess& access, Payload payload) {
  ASSIGN_OR_RETURN(SigningKey key, ReadSigningKey(access));
  return StatementSource(PrincipalOf(access, access.publisher), std::move(key), payload,
                         SystemRandom().Uint64());
}

// Counts what is answered between two moments. Thread-safe.
class AnswerTally {
 public:
  AnswerTally(int64_t from, int64_t until) : from_(from), until_(until) {}

  void OnAnswer(const v1::PublishResponse& answer) {
    const int64_t now = SteadyNs();
    absl::MutexLock lock(&mutex_);
    operations_ += answer.results_size();
    if (now < from_ || now >= until_) return;
    statements_ += answer.results_size();
    latencies_.Record(now - static_cast<int64_t>(answer.request_sequence()));
  }

  Figures Result() const {
    absl::MutexLock lock(&mutex_);
    Figures figures;
    figures["statements_per_s"] =
        static_cast<double>(statements_) * kNsPerSecond / static_cast<double>(until_ - from_);
    figures["operations"] = static_cast<double>(operations_);
    AddLatencies("request", latencies_, figures);
    return figures;
  }

 private:
  const int64_t from_;
  const int64_t until_;
  mutable absl::Mutex mutex_;
  int64_t operations_ ABSL_GUARDED_BY(mutex_) = 0;  // Before, between and after.
  int64_t statements_ ABSL_GUARDED_BY(mutex_) = 0;
  LatencyHistogram latencies_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

absl::StatusOr<Figures> PublishUnary(const BrokerAccess& access, const PublishPlan& plan) {
  ASSIGN_OR_RETURN(auto channel, OpenChannel(access, access.publisher));
  ASSIGN_OR_RETURN(SigningKey key, ReadSigningKey(access));
  Publisher publisher(MakePublisherConnection(channel), std::move(key),
                      {.publisher = channel->principal(), .batch_statements_max = 1});
  const int64_t start = SteadyNs();
  const int64_t measured_from = start + Ns(plan.warm_up);
  const int64_t end = measured_from + Ns(plan.seconds);
  const int64_t interval = Ns(1 / plan.rate);
  LatencyHistogram latencies;
  Figures figures;
  for (int64_t due = start; due < end; due += interval) {
    SleepUntil(due);
    RETURN_IF_ERROR(
        publisher
            .Publish(StatementDraft{.body = ExampleAlert(plan.payload), .routing = ToAllMembers()})
            .status());
    if (due >= measured_from) latencies.Record(SteadyNs() - due);
    ++figures["operations"];
  }
  AddLatencies("publish", latencies, figures);
  return figures;
}

absl::StatusOr<Figures> PublishStream(const BrokerAccess& access, const PublishPlan& plan) {
  ASSIGN_OR_RETURN(auto channel, OpenStubChannel(access, access.publisher));
  ASSIGN_OR_RETURN(StatementSource source, SourceFor(access, plan.payload));
  const v1::PublishRequest prepared = source.Signed(plan.batch, 0);
  const int64_t measured_from = SteadyNs() + Ns(plan.warm_up);
  const int64_t end = measured_from + Ns(plan.seconds);
  AnswerTally tally(measured_from, end);
  PublishPipe pipe(channel, plan.window,
                   [&](const v1::PublishResponse& answer) { tally.OnAnswer(answer); });
  while (SteadyNs() < end) {
    v1::PublishRequest request = plan.prepared   ? prepared
                                 : plan.together ? source.SignedTogether(plan.batch, 0)
                                                 : source.Signed(plan.batch, 0);
    request.set_request_sequence(static_cast<uint64_t>(SteadyNs()));
    if (!pipe.Send(std::move(request))) break;
  }
  RETURN_IF_ERROR(pipe.Close());
  Figures figures = tally.Result();
  figures["statement_bytes"] =
      static_cast<double>(prepared.ByteSizeLong()) / static_cast<double>(plan.batch);
  return figures;
}

absl::StatusOr<Figures> Fill(const BrokerAccess& access, int count, Payload payload) {
  ASSIGN_OR_RETURN(auto channel, OpenStubChannel(access, access.publisher));
  ASSIGN_OR_RETURN(StatementSource source, SourceFor(access, payload));
  const int64_t start = SteadyNs();
  PublishPipe pipe(channel, kFillWindow, [](const v1::PublishResponse&) {});
  for (int made = 0; made < count; made += kFillBatch) {
    if (!pipe.Send(source.SignedTogether(std::min(kFillBatch, count - made), 0))) break;
  }
  RETURN_IF_ERROR(pipe.Close());
  return Figures{{"statements", count},
                 {"seconds", static_cast<double>(SteadyNs() - start) / kNsPerSecond}};
}

}  // namespace corridor

#include "client/internal/publish_pipeline.h"

#include <utility>

#include "client/internal/retry.h"
#include "core/crypto/digest.h"
#include "core/crypto/statement_proof.h"
#include "core/model/errors.h"

namespace corridor {
namespace {

size_t BytesOfStatement(const v1::SignedStatement& statement) {
  return statement.body().size() + statement.routing().size();
}

// A receipt counts only when it speaks of what was sent.
absl::StatusOr<v1::Receipt> OutcomeOf(const v1::PublishResult& result, const std::string& digest) {
  if (result.has_error() && result.error().code() != 0) return FromRpcStatus(result.error());
  if (!result.has_receipt() || result.receipt().digest() != digest) {
    return absl::InternalError("the broker's receipt is not for the statement sent");
  }
  return result.receipt();
}

}  // namespace

PublishPipeline::PublishPipeline(std::shared_ptr<PublisherConnection> connection,
                                 PublisherOptions options, Environment environment)
    : connection_(std::move(connection)), options_(std::move(options)), environment_(environment) {}

void PublishPipeline::Send(v1::SignedStatement statement, Publisher::Done done) {
  const std::string digest(ToString(StatementDigest(statement)));
  auto pending = std::make_shared<Pending>(
      Pending{.statement = std::move(statement),
              .digest = digest,
              .done = std::move(done),
              .give_up_at = environment_.clock->Steady() + options_.retry_for,
              .backoff = Backoff(options_.backoff, *environment_.random)});
  Batch ready;
  bool wait_for_company = false;
  {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(this, &PublishPipeline::HasRoom));
    undecided_.insert(pending);
    waiting_bytes_ += BytesOfStatement(pending->statement);
    waiting_.push_back(pending);
    if (IsFull()) {
      ready = TakeWaiting();
    } else {
      wait_for_company = !std::exchange(flush_due_, true);
    }
  }
  if (!ready.empty()) return Transmit(std::move(ready));
  if (wait_for_company) FlushAfter(options_.batch_delay);
}

bool PublishPipeline::HasRoom() const {
  return stopped_ || undecided_.size() < options_.undecided_max;
}

bool PublishPipeline::IsFull() const {
  return waiting_.size() >= options_.batch_statements_max ||
         waiting_bytes_ >= options_.batch_bytes_max;
}

PublishPipeline::Batch PublishPipeline::TakeWaiting() {
  Batch batch;
  size_t bytes = 0;
  while (!waiting_.empty() && batch.size() < options_.batch_statements_max) {
    const size_t next = BytesOfStatement(waiting_.front()->statement);
    if (!batch.empty() && bytes + next > options_.batch_bytes_max) break;
    bytes += next;
    batch.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  waiting_bytes_ -= bytes;
  return batch;
}

void PublishPipeline::FlushAfter(absl::Duration delay) {
  environment_.executor->PostAfter(delay, [self = shared_from_this()] { self->Flush(); });
}

void PublishPipeline::Flush() {
  std::vector<Batch> ready;
  {
    absl::MutexLock lock(&mutex_);
    flush_due_ = false;
    while (!waiting_.empty()) ready.push_back(TakeWaiting());
  }
  for (Batch& batch : ready) Transmit(std::move(batch));
}

void PublishPipeline::Stop() {
  std::set<std::shared_ptr<Pending>> undecided;
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
    waiting_.clear();
    waiting_bytes_ = 0;
    undecided = undecided_;
  }
  for (const auto& pending : undecided) {
    Answer(pending, absl::CancelledError("the publisher was destroyed; the outcome is unknown"));
  }
}

void PublishPipeline::Transmit(Batch batch) {
  PublisherConnection::PublishParams params;
  for (const auto& pending : batch) *params.request.add_statements() = pending->statement;
  connection_->Publish(
      std::move(params), [self = shared_from_this(), batch = std::move(batch)](
                             absl::StatusOr<v1::PublishResponse> response) mutable {
        // Decided on our executor: the connection's thread must not be held up.
        self->environment_.executor->Post(
            [self, batch = std::move(batch), response = std::move(response)]() mutable {
              self->Decide(batch, std::move(response));
            });
      });
}

void PublishPipeline::Decide(const Batch& batch, absl::StatusOr<v1::PublishResponse> response) {
  if (response.ok() && static_cast<size_t>(response->results_size()) != batch.size()) {
    response = absl::InternalError("the broker's response has another number of results");
  }
  for (size_t i = 0; i < batch.size(); ++i) {
    DecideOne(batch[i], response.ok()
                            ? OutcomeOf(response->results(static_cast<int>(i)), batch[i]->digest)
                            : response.status());
  }
}

void PublishPipeline::DecideOne(const std::shared_ptr<Pending>& pending,
                                absl::StatusOr<v1::Receipt> outcome) {
  if (outcome.ok() || !IsRetryable(outcome.status())) {
    return Answer(pending, std::move(outcome));
  }
  const absl::Duration pause = PauseBefore(outcome.status(), pending->backoff);
  if (environment_.clock->Steady() + pause > pending->give_up_at) {
    return Answer(pending, std::move(outcome));
  }
  environment_.executor->PostAfter(
      pause, [self = shared_from_this(), pending] { self->Requeue(pending); });
}

void PublishPipeline::Requeue(const std::shared_ptr<Pending>& pending) {
  {
    absl::MutexLock lock(&mutex_);
    if (stopped_) return;
    waiting_bytes_ += BytesOfStatement(pending->statement);
    waiting_.push_back(pending);
    if (std::exchange(flush_due_, true)) return;
  }
  FlushAfter(options_.batch_delay);
}

void PublishPipeline::Answer(const std::shared_ptr<Pending>& pending,
                             absl::StatusOr<v1::Receipt> outcome) {
  {
    absl::MutexLock lock(&mutex_);
    if (undecided_.erase(pending) == 0) return;  // answered by Stop()
  }
  pending->done(std::move(outcome));
}

}  // namespace corridor

#include "server/rpc/publish_batch.h"

#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "core/model/errors.h"

namespace corridor {
namespace {

// The results of one request, while they come in.
class Batch {
 public:
  Batch(const v1::PublishRequest& request, absl::AnyInvocable<void(v1::PublishResponse)> done)
      : undecided_(request.statements_size()), done_(std::move(done)) {
    response_.set_request_sequence(request.request_sequence());
    for (int i = 0; i < undecided_; ++i) response_.add_results();
  }

  void Decide(int index, absl::StatusOr<v1::Receipt> result) {
    absl::ReleasableMutexLock lock(&mutex_);
    v1::PublishResult& out = *response_.mutable_results(index);
    if (result.ok()) {
      *out.mutable_receipt() = *std::move(result);
    } else {
      *out.mutable_error() = ToRpcStatus(result.status());
    }
    if (--undecided_ > 0) return;
    v1::PublishResponse response = std::move(response_);
    lock.Release();
    done_(std::move(response));
  }

 private:
  absl::Mutex mutex_;
  int undecided_ ABSL_GUARDED_BY(mutex_);
  v1::PublishResponse response_ ABSL_GUARDED_BY(mutex_);
  absl::AnyInvocable<void(v1::PublishResponse)> done_;  // Called by the last.
};

}  // namespace

absl::Status CheckPublishRequest(const v1::PublishRequest& request) {
  const int count = request.statements_size();
  if (count >= 1 && count <= kPublishStatementsMax) return absl::OkStatus();
  return InvalidFields({{"statements", v1::ERROR_REASON_REQUEST_INVALID,
                         absl::StrCat("needs 1 to ", kPublishStatementsMax, ", has ", count)}});
}

void PublishAll(Intake& intake, QuotaKeeper& quotas, const Principal& caller,
                v1::PublishRequest request, absl::AnyInvocable<void(v1::PublishResponse)> done) {
  auto batch = std::make_shared<Batch>(request, std::move(done));
  for (int i = 0; i < request.statements_size(); ++i) {
    absl::Status quota = quotas.TakeStatement(caller, request.statements(i).ByteSizeLong());
    if (!quota.ok()) {
      batch->Decide(i, std::move(quota));
      continue;
    }
    intake.Accept(
        caller, std::move(*request.mutable_statements(i)),
        [batch, i](absl::StatusOr<v1::Receipt> result) { batch->Decide(i, std::move(result)); });
  }
}

}  // namespace corridor

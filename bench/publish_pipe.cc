#include "bench/publish_pipe.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace corridor {
namespace {

absl::Status FaultIn(const v1::PublishResponse& answer) {
  for (const v1::PublishResult& result : answer.results()) {
    if (!result.has_error()) continue;
    return absl::InternalError(absl::StrCat("a statement was refused: ", result.error().message()));
  }
  return absl::OkStatus();
}

}  // namespace

PublishPipe::PublishPipe(const std::shared_ptr<grpc::Channel>& channel, int window,
                         OnAnswer on_answer)
    : stub_(v1::Publisher::NewStub(channel)), window_(window), on_answer_(std::move(on_answer)) {
  stub_->async()->PublishStream(&context_, this);
  StartRead(&answer_);
  // Writes are started from outside the reactions until Close().
  AddHold();
  StartCall();
}

bool PublishPipe::HasRoom() const { return broken_ || undecided_ == 0 || undecided_ < window_; }

bool PublishPipe::AllAnswered() const { return broken_ || (undecided_ == 0 && queue_.empty()); }

bool PublishPipe::Send(v1::PublishRequest request) {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &PublishPipe::HasRoom));
  if (broken_) return false;
  undecided_ += request.statements_size();
  queue_.push_back(std::move(request));
  if (queue_.size() == 1) WriteNext();
  return true;
}

absl::Status PublishPipe::Close() {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &PublishPipe::AllAnswered));
  if (!broken_) StartWritesDone();
  RemoveHold();
  mutex_.Await(absl::Condition(&ended_));
  return status_;
}

void PublishPipe::WriteNext() { StartWrite(&queue_.front()); }

void PublishPipe::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  queue_.pop_front();
  if (!ok) {
    queue_.clear();
  } else if (!queue_.empty()) {
    WriteNext();
  }
}

void PublishPipe::OnReadDone(bool ok) {
  if (!ok) {
    // OnDone waits for the hold, which Close() gives up.
    absl::MutexLock lock(&mutex_);
    if (undecided_ > 0) status_.Update(absl::UnavailableError("the broker ended the stream"));
    broken_ = true;
    return;
  }
  on_answer_(answer_);
  {
    absl::MutexLock lock(&mutex_);
    status_.Update(FaultIn(answer_));
    undecided_ -= answer_.results_size();
  }
  StartRead(&answer_);
}

void PublishPipe::OnDone(const grpc::Status& status) {
  absl::MutexLock lock(&mutex_);
  if (!status.ok()) {
    status_.Update(
        absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message()));
  }
  ended_ = true;
}

}  // namespace corridor

#include "corridor/session.h"

#include <utility>

#include "client/internal/rejection_note.h"
#include "client/internal/session_core.h"

namespace corridor {

AckHandle& AckHandle::operator=(AckHandle&& other) noexcept {
  if (this != &other) {
    Release();
    settler_ = std::move(other.settler_);
  }
  return *this;
}

void AckHandle::Reject(std::string note, Confirmed confirmed) {
  if (const auto settler = std::move(settler_)) {
    settler->Reject(RejectionNote(std::move(note)), std::move(confirmed));
  }
}

void AckHandle::Settle(bool acknowledged, Confirmed confirmed) {
  if (const auto settler = std::move(settler_)) {
    settler->Settle(acknowledged, std::move(confirmed));
  }
}

void AckHandle::Defer(absl::Duration delay) {
  if (const auto settler = std::move(settler_)) settler->Defer(delay);
}

Session::Session(std::shared_ptr<SessionCore> core, std::shared_ptr<ThreadExecutor> own_thread)
    : core_(std::move(core)), own_thread_(std::move(own_thread)) {}

Session::~Session() {
  core_->Abandon();
  if (own_thread_) own_thread_->Stop();
}

void Session::SetWindow(v1::Lane lane, uint32_t messages, uint64_t bytes) {
  core_->SetWindow(lane, messages, bytes);
}
void Session::Shutdown(absl::Duration grace) { core_->Shutdown(grace); }
absl::Status Session::Wait() { return core_->Wait(); }
std::optional<absl::Status> Session::WaitFor(absl::Duration limit) { return core_->WaitFor(limit); }

}  // namespace corridor

#ifndef CORRIDOR_SERVER_RPC_STREAM_CALL_H_
#define CORRIDOR_SERVER_RPC_STREAM_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "core/model/errors.h"
#include "server/identity/caller_check.h"
#include "server/identity/live_calls.h"
#include "server/rpc/grpc_status.h"

namespace corridor {

// One bidirectional stream that a client opened: a bounded queue of messages to
// it, one read and one write outstanding, and one ending. A derived class says
// what to do with what comes; what goes out may come from any thread.
//
// It keeps itself alive until gRPC is done with it, and beyond for whoever holds
// it: then what is sent is dropped. gRPC runs no reaction inside Start* and
// Finish, so these are called under the lock, which is what keeps them in order.
template <typename Request, typename Response>
class StreamCall : public grpc::ServerBidiReactor<Request, Response>,
                   public std::enable_shared_from_this<StreamCall<Request, Response>> {
 public:
  // More waiting messages than this pause the reading of requests, so that a
  // client which does not read cannot make us queue answers.
  static constexpr size_t kReadPauseMessages = 256;
  // Beyond this the stream is cut (QUOTA).
  static constexpr size_t kQueueMessagesMax = 65536;

  explicit StreamCall(grpc::CallbackServerContext* context) : context_(context) {}

  // Lists the stream among those that are cut when the caller's rights end; the
  // error is why it may not be. Call before Begin, on an object that a shared_ptr
  // owns.
  absl::Status Enlist(LiveCalls& calls, const std::string& method) {
    auto place = calls.Add(method, context_->peer(), ChainOf(*context_->auth_context()),
                           [call = this->weak_from_this()](const absl::Status& why) {
                             if (auto self = call.lock()) self->Refuse(why);
                           });
    if (!place.ok()) return place.status();
    place_ = *std::move(place);
    return absl::OkStatus();
  }

  // Starts reading. Call once, on an object that a shared_ptr owns; nothing is
  // delivered before.
  void Begin() {
    self_ = this->shared_from_this();
    absl::MutexLock lock(&mutex_);
    ReadNext();
  }

  // Queues one message. Dropped once the stream has ended.
  void Push(Response response) {
    absl::MutexLock lock(&mutex_);
    if (ending_) return;
    if (queue_.size() >= kQueueMessagesMax) {
      return CutLocked(Error(v1::ERROR_REASON_QUOTA, "the client does not read what it is sent"));
    }
    queue_.push_back(std::move(response));
    WriteNext();
  }

  // Ends the stream once what is queued is sent.
  void End(absl::Status status) {
    absl::MutexLock lock(&mutex_);
    if (ending_) return;
    ending_ = true;
    end_status_ = std::move(status);
    WriteNext();
  }

  // Ends the stream now: what is queued is not sent, what is on its way is
  // taken back as far as the transport can.
  void Cut(const absl::Status& status) {
    absl::MutexLock lock(&mutex_);
    CutLocked(status);
  }

  // Nothing is sent any more but `status`. Where a message is just on its way the
  // status follows it, so that the client learns why; where it is still on its way
  // when this is called again, the stream is cut without a word.
  void Refuse(const absl::Status& status) {
    absl::MutexLock lock(&mutex_);
    if (!writing_ || std::exchange(refused_, true)) return CutLocked(status);
    ending_ = true;
    end_status_ = status;
    queue_.clear();
  }

 protected:
  // A request came. Reading goes on when it returns, while WantsRequest().
  virtual void OnRequest(Request request) = 0;
  // The client has closed its side or is gone. Once, after the last request.
  virtual void OnClientClosed() = 0;
  // Whether another request can be taken. Called under the stream's lock.
  virtual bool WantsRequest() const { return true; }

  // Reads on where WantsRequest() was false and is true now.
  void ReadOn() {
    absl::MutexLock lock(&mutex_);
    ReadNext();
  }

 private:
  void OnReadDone(bool ok) final {
    Request request;
    {
      absl::MutexLock lock(&mutex_);
      if (ok && ending_) return;  // Nobody is there to answer it.
      request.Swap(&incoming_);
    }
    if (ok) OnRequest(std::move(request));
    bool closed = !ok;
    {
      absl::MutexLock lock(&mutex_);
      reading_ = false;
      closed = closed || cancelled_;
      if (!closed) ReadNext();
    }
    if (closed) ClientClosed();
  }

  void OnWriteDone(bool ok) final {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    if (!ok) return CutLocked(absl::CancelledError("the client is gone"));
    WriteNext();
    ReadNext();
  }

  void OnCancel() final {
    bool reading;
    {
      absl::MutexLock lock(&mutex_);
      cancelled_ = true;
      reading = reading_;
    }
    if (!reading) ClientClosed();  // Else the reading tells.
    Cut(absl::CancelledError("the client is gone"));
  }

  void OnDone() final {
    ClientClosed();
    place_.reset();
    self_.reset();
  }

  void ClientClosed() {
    {
      absl::MutexLock lock(&mutex_);
      if (std::exchange(client_closed_, true)) return;
    }
    OnClientClosed();
  }

  void ReadNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (reading_ || ending_ || cancelled_ || client_closed_) return;
    if (queue_.size() > kReadPauseMessages || !WantsRequest()) return;
    reading_ = true;
    this->StartRead(&incoming_);
  }

  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (writing_ || finished_) return;
    if (!queue_.empty()) {
      outgoing_ = std::move(queue_.front());
      queue_.pop_front();
      writing_ = true;
      this->StartWrite(&outgoing_);
    } else if (ending_) {
      FinishLocked();
    }
  }

  void CutLocked(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (finished_) return;
    ending_ = true;
    end_status_ = status;
    queue_.clear();
    if (writing_) context_->TryCancel();
    FinishLocked();
  }

  void FinishLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    finished_ = true;
    this->Finish(ToGrpcStatus(end_status_));
  }

  grpc::CallbackServerContext* const context_;  // Until it is finished.
  std::shared_ptr<StreamCall> self_;            // From Begin to OnDone.
  LiveCalls::Place place_;                      // From Enlist to OnDone.
  absl::Mutex mutex_;
  std::deque<Response> queue_ ABSL_GUARDED_BY(mutex_);
  Response outgoing_;                             // gRPC's while writing_.
  Request incoming_;                              // gRPC's while it reads.
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;  // Or a request is being handled.
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  bool client_closed_ ABSL_GUARDED_BY(mutex_) = false;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  bool refused_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status end_status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_RPC_STREAM_CALL_H_

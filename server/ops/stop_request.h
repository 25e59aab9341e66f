#ifndef CORRIDOR_SERVER_OPS_STOP_REQUEST_H_
#define CORRIDOR_SERVER_OPS_STOP_REQUEST_H_

#include <atomic>

namespace corridor {

enum class StopReason {
  kSignal,         // SIGTERM or SIGINT: an operator, or the machine's manager.
  kOperator,       // An operator, over the wire.
  kStorageFailed,  // What is on disk is unknown; only a restart can tell.
};

// What `main` waits for. Make it before any other thread: the signals are
// blocked in this thread and in all that are started after it. A second signal
// while stopping ends the process at once.
class StopRequest {
 public:
  StopRequest();
  ~StopRequest();
  StopRequest(const StopRequest&) = delete;
  StopRequest& operator=(const StopRequest&) = delete;

  // Asks `main` to stop. From any thread; the first reason holds.
  void Ask(StopReason reason);

  // Waits until it is asked for or a signal comes. Once; on the thread that made
  // this.
  StopReason Wait();

 private:
  std::atomic<bool> storage_failed_ = false;
  int wake_fd_;
  int signal_fd_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_OPS_STOP_REQUEST_H_

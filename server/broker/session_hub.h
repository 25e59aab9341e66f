#ifndef CORRIDOR_SERVER_BROKER_SESSION_HUB_H_
#define CORRIDOR_SERVER_BROKER_SESSION_HUB_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "core/model/principal.h"
#include "corridor/v1/subscriber.pb.h"

namespace corridor {

// The broker's end of one Attach stream, as the flow sees it: implemented over
// gRPC by rpc, and in memory by tests.
class SubscriberStream {
 public:
  virtual ~SubscriberStream() = default;
  // Queues one message. What may be queued is bounded by the session's window,
  // its settlements and one heartbeat in five seconds.
  virtual void Send(v1::AttachResponse response) = 0;
  // Ends the stream once what was queued is sent; OK after a GoAway. Nothing
  // may be sent after it.
  virtual void Finish(absl::Status status) = 0;
  // Ends the stream now: what is queued is not sent.
  virtual void Cancel(absl::Status status) = 0;
};

// Where Attach streams come in. Every call may come from any thread and is
// carried out on the flow executor.
class SessionHub {
 public:
  using SessionId = uint64_t;
  virtual ~SessionHub() = default;

  // A client has attached. The first request must be Start; anything wrong ends
  // the stream with a status.
  virtual SessionId Open(const Principal& principal, std::shared_ptr<SubscriberStream> stream) = 0;
  virtual void OnRequest(SessionId session, v1::AttachRequest request) = 0;
  // The client has closed its side, or is gone.
  virtual void OnClosed(SessionId session) = 0;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_SESSION_HUB_H_

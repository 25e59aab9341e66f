#ifndef CORRIDOR_SERVER_LINK_LINK_STREAM_H_
#define CORRIDOR_SERVER_LINK_LINK_STREAM_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "corridor/v1/record.pb.h"
#include "corridor/v1/region_link.pb.h"

namespace corridor {

// One link stream to an authenticated peer broker, as the link sees it.
// Implemented over gRPC by rpc (accepted) and by the dialler, in memory by
// tests. Thread-safe; no call blocks.
class LinkStream {
 public:
  virtual ~LinkStream() = default;

  // Queues one frame; frames keep their order. On a stream that is being dialled
  // it waits for the connection; on one that is closed it is dropped. The queue
  // needs no bound of its own: records in it stay within the window that the
  // peer stated (and the routine bound), and there is at most one
  // acknowledgement or refusal for each record of ours, one announcement a
  // second and one heartbeat in five.
  virtual void Send(v1::LinkFrame frame) = 0;

  // Ends the stream, also one that is being dialled. What is queued may be lost.
  // As acceptor the peer gets `status`; as dialler it sees a cancelled call.
  virtual void Close(absl::Status status) = 0;
};

// What a stream tells. Called from any thread, one call at a time for each
// stream, never from within a call into the stream. Frames in order; OnClosed
// exactly once, last, also after a Close of ours. Holds until then.
class LinkStreamEvents {
 public:
  virtual ~LinkStreamEvents() = default;
  virtual void OnFrame(v1::LinkFrame frame) = 0;
  virtual void OnClosed(absl::Status status) = 0;
};

// Makes streams. Thread-safe.
class LinkTransport {
 public:
  virtual ~LinkTransport() = default;

  // Begins a stream to the peer's broker, for one lane, and returns at once. The
  // peer's certificate MUST be a `/broker/` principal of that region before
  // anything is sent. What fails is told by OnClosed.
  virtual std::shared_ptr<LinkStream> Dial(const std::string& peer_region, v1::Lane lane,
                                           std::shared_ptr<LinkStreamEvents> events) = 0;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_LINK_LINK_STREAM_H_

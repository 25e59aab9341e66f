#ifndef CORRIDOR_SERVER_RPC_ATTACH_CALL_H_
#define CORRIDOR_SERVER_RPC_ATTACH_CALL_H_

#include <memory>

#include "core/model/principal.h"
#include "corridor/v1/subscriber.pb.h"
#include "server/broker/session_hub.h"
#include "server/rpc/stream_call.h"

namespace corridor {

// One Attach stream: hands requests to the hub, and the hub's answers out.
class AttachCall final : public StreamCall<v1::AttachRequest, v1::AttachResponse> {
 public:
  // Opens the session in `hub`, which must outlive the stream, and begins; lists
  // it in `calls`. Returns the reactor for gRPC; it deletes itself.
  static AttachCall* Open(grpc::CallbackServerContext* context, SessionHub& hub, LiveCalls& calls,
                          const Principal& caller);
  // A stream that only says why there is none.
  static AttachCall* Refuse(grpc::CallbackServerContext* context, const absl::Status& why);
  using StreamCall::Refuse;

  AttachCall(grpc::CallbackServerContext* context, SessionHub* hub)
      : StreamCall(context), hub_(hub) {}

 private:
  void OnRequest(v1::AttachRequest request) override;
  void OnClientClosed() override;

  SessionHub* const hub_;  // Null for a refused one.
  SessionHub::SessionId session_ = 0;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_RPC_ATTACH_CALL_H_

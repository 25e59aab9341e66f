#ifndef CORRIDOR_SERVER_IDENTITY_CALLER_CHECK_H_
#define CORRIDOR_SERVER_IDENTITY_CALLER_CHECK_H_

#include <grpcpp/security/auth_context.h>
#include <grpcpp/security/auth_metadata_processor.h>
#include <grpcpp/server_context.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/model/principal.h"
#include "server/identity/call_flood.h"
#include "server/identity/call_judge.h"

namespace corridor {

// A call that was refused before it reached its service. `status` has reason and
// rule.
struct CallRefusal {
  std::string caller;  // SPIFFE ID; empty where there is none.
  std::string method;  // At most 128 bytes, as the caller wrote it.
  absl::Status status;
};

// Called on gRPC's threads; must not block.
using CallRefusalObserver = std::function<void(const CallRefusal&)>;

// The one choke point: asked before every call, of every service, known or not.
// Refuses as `judge` does; a refusal carries code and message only, so the message
// begins with the reason. What `flood` refuses is QUOTA, of which `observer` is not
// told: there are too many. Each message ends with `remark`. Both must outlive what is returned.
std::shared_ptr<grpc::AuthMetadataProcessor> MakeCallerCheck(const CallJudge& judge,
                                                             CallFlood& flood,
                                                             CallRefusalObserver observer,
                                                             std::string remark = "");

// The certificates that the caller showed, PEM, leaf first.
std::string ChainOf(const grpc::AuthContext& context);

// Who is calling. IDENTITY_INVALID where the connection has no principal, which
// the handshake rules out.
absl::StatusOr<Principal> CallerOf(const grpc::ServerContextBase& context);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_IDENTITY_CALLER_CHECK_H_

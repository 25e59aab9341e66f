#ifndef CORRIDOR_SERVER_RPC_PUBLISH_BATCH_H_
#define CORRIDOR_SERVER_RPC_PUBLISH_BATCH_H_

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "core/model/principal.h"
#include "corridor/v1/publisher.pb.h"
#include "server/broker/intake.h"
#include "server/identity/quota_keeper.h"

namespace corridor {

inline constexpr int kPublishStatementsMax = 256;

// REQUEST_INVALID where a request holds no statement, or too many.
absl::Status CheckPublishRequest(const v1::PublishRequest& request);

// Gives each statement to `intake` and answers once all are decided, on the
// thread of the last. They stand or fall alone, also by the caller's quota. REQUIRES:
// CheckPublishRequest.
void PublishAll(Intake& intake, QuotaKeeper& quotas, const Principal& caller,
                v1::PublishRequest request, absl::AnyInvocable<void(v1::PublishResponse)> done);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_RPC_PUBLISH_BATCH_H_

#ifndef CORRIDOR_CLIENT_PUBLISHER_CONNECTION_H_
#define CORRIDOR_CLIENT_PUBLISHER_CONNECTION_H_

#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "corridor/channel.h"
#include "corridor/v1/publisher.pb.h"

namespace corridor {

// What a Publisher speaks to: a broker, or a mock (corridor/mocks). One call is
// one attempt; the Publisher retries. Thread-safe.
class PublisherConnection {
 public:
  virtual ~PublisherConnection() = default;

  struct PublishParams {
    v1::PublishRequest request;
  };
  using PublishDone = absl::AnyInvocable<void(absl::StatusOr<v1::PublishResponse>)>;
  // Sends the request; `done` is called exactly once, on any thread, perhaps
  // before this returns, and must not block.
  virtual void Publish(PublishParams params, PublishDone done) = 0;

  struct CheckParams {
    v1::CheckStatementRequest request;
  };
  // Waits for the answer.
  virtual absl::StatusOr<v1::CheckStatementResponse> Check(CheckParams params) = 0;

  // Waits for the answer.
  virtual absl::StatusOr<v1::DeliveryReport> GetDeliveryReport(
      const v1::DeliveryReportRequest& request) = 0;
};

std::shared_ptr<PublisherConnection> MakePublisherConnection(std::shared_ptr<Channel> channel);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_PUBLISHER_CONNECTION_H_

#ifndef CORRIDOR_CLIENT_MOCKS_MOCK_PUBLISHER_CONNECTION_H_
#define CORRIDOR_CLIENT_MOCKS_MOCK_PUBLISHER_CONNECTION_H_

#include "corridor/publisher_connection.h"
#include "gmock/gmock.h"

namespace corridor {

// For tests of programs that use the SDK: stands in for a broker. Needs GoogleMock.
class MockPublisherConnection : public PublisherConnection {
 public:
  MOCK_METHOD(void, Publish, (PublishParams params, PublishDone done), (override));
  MOCK_METHOD(absl::StatusOr<v1::CheckStatementResponse>, Check, (CheckParams params), (override));
  MOCK_METHOD(absl::StatusOr<v1::DeliveryReport>, GetDeliveryReport,
              (const v1::DeliveryReportRequest& request), (override));
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_MOCKS_MOCK_PUBLISHER_CONNECTION_H_

#ifndef CORRIDOR_CLIENT_MOCKS_MOCK_AUDIT_CONNECTION_H_
#define CORRIDOR_CLIENT_MOCKS_MOCK_AUDIT_CONNECTION_H_

#include "corridor/audit_connection.h"
#include "gmock/gmock.h"

namespace corridor {

// For tests of programs that use the SDK: stands in for a broker. Needs GoogleMock.
class MockAuditConnection : public AuditConnection {
 public:
  MOCK_METHOD(absl::StatusOr<v1::QueryEntriesResponse>, QueryEntries,
              (const v1::QueryEntriesRequest& request), (override));
  MOCK_METHOD(absl::Status, TailEntries,
              (const v1::TailEntriesRequest& request,
               absl::FunctionRef<bool(const v1::TailEntriesResponse& response)> sink),
              (override));
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_MOCKS_MOCK_AUDIT_CONNECTION_H_

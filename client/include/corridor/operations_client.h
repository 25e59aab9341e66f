#ifndef CORRIDOR_CLIENT_OPERATIONS_CLIENT_H_
#define CORRIDOR_CLIENT_OPERATIONS_CLIENT_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "corridor/channel.h"
#include "corridor/v1/backup.pb.h"
#include "corridor/v1/operations.pb.h"

namespace corridor {

// What an operator does with a broker that runs. operations.proto and backup.proto say
// what each act does, and its errors.
//
// Thread safety: thread-safe. Each call is one attempt and waits for the answer, at most
// the channel's deadline, but for CreateBackup. All may be repeated; CreateBackup then makes
// another.
class OperationsClient {
 public:
  explicit OperationsClient(std::shared_ptr<Channel> channel);
  ~OperationsClient();

  // How many streams of members that ends.
  absl::StatusOr<uint32_t> Drain(const v1::DrainRequest& request);
  absl::Status Undrain();
  absl::Status SetLogLevel(v1::LogLevel level);

  // Backups; see backup.proto. Waits as long as it takes, whatever the channel's deadline.
  absl::StatusOr<v1::Backup> CreateBackup();
  // The newest first: all, or `limit` of them.
  absl::StatusOr<std::vector<v1::Backup>> ListBackups(size_t limit = 0);

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_OPERATIONS_CLIENT_H_

#ifndef CORRIDOR_SERVER_RPC_CONNECTION_ACCEPTOR_H_
#define CORRIDOR_SERVER_RPC_CONNECTION_ACCEPTOR_H_

#include <grpcpp/server_builder.h>
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "core/base/clock.h"
#include "server/rpc/connection_table.h"
#include "server/rpc/newcomer_queue.h"

namespace corridor {

// Accepts the connections of a server and hands them to gRPC, which has no limit
// of its own on how many there are and cannot close one. A connection belongs to
// gRPC from then on; here its number and inode are remembered, so that it is known
// when it has gone, and can be shut down. One thread. Thread-safe.
class ConnectionAcceptor {
 public:
  // Listens on every address, or on none. kUnavailable names the address that
  // could not be had. `clock` must outlive this.
  static absl::StatusOr<std::unique_ptr<ConnectionAcceptor>> Listen(
      const std::vector<std::string>& addresses, ConnectionLimits limits, const Clock& clock);
  ~ConnectionAcceptor();  // Stops.

  // In the order of the addresses.
  const std::vector<int>& ports() const { return ports_; }

  // Begins to hand over; `gate` is gRPC's, of a server that has started.
  void Start(std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> gate);
  // Accepts no more. What is open goes on.
  void Stop();

  // Set whenever something of use came on a connection.
  using Activity = std::shared_ptr<std::atomic<bool>>;

  // `peer` is what a server context's peer() says. A call came on that connection;
  // `chain_pem` is asked once, for the certificates that it showed. What it answers
  // with is to be set at each message of the call; null where the connection has gone.
  Activity MarkProven(const std::string& peer, absl::FunctionRef<std::string()> chain_pem);
  // The client gave up a call on it; too many end the connection.
  void NoteReset(const std::string& peer);
  // Shuts it down, streams and all.
  void Close(const std::string& peer);

  // Closes each connection whose certificates `judge` refused the last time already,
  // and still does: in between its calls were told why. How many it closed.
  size_t CloseRefused(absl::FunctionRef<absl::Status(const std::string& chain_pem)> judge);

  size_t open();

 private:
  struct Connection {
    int fd = -1;
    ino_t inode = 0;
    std::string peer;
    std::string chain_pem;  // Empty until a call came.
    bool refused = false;   // When last judged.
    Activity active;
    int64_t counted_from = 0;  // Bytes received when last active.
  };

  ConnectionAcceptor(ConnectionLimits limits, const Clock& clock)
      : limits_(limits),
        clock_(clock),
        newcomers_(static_cast<size_t>(limits.waiting)),
        table_(limits) {}

  absl::Status ListenOn(const std::string& address);
  void Run();
  // Takes in who knocks; nobody shakes hands yet.
  void AcceptOn(int listener);
  void LetIn(const NewcomerQueue::Newcomer& newcomer);
  void Sweep(absl::Duration now);
  // Closes those on which much came that was of no use: headers without end, calls that
  // are all refused. The library has no limit on these. At how many it looked.
  int CloseNoisy();
  void ShutDown(ConnectionTable::Id id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ForgetClosed() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const ConnectionLimits limits_;
  const Clock& clock_;
  std::vector<int> listeners_;
  std::vector<int> ports_;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> gate_;
  NewcomerQueue newcomers_;  // The thread's, once it runs.
  std::atomic<bool> stop_ = false;
  std::thread thread_;
  absl::Mutex mutex_;
  ConnectionTable table_ ABSL_GUARDED_BY(mutex_);
  ConnectionTable::Id last_id_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<ConnectionTable::Id, Connection> connections_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, ConnectionTable::Id> by_peer_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_RPC_CONNECTION_ACCEPTOR_H_

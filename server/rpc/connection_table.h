#ifndef CORRIDOR_SERVER_RPC_CONNECTION_TABLE_H_
#define CORRIDOR_SERVER_RPC_CONNECTION_TABLE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace corridor {

// How many connections a broker holds. Each default with its reason:
struct ConnectionLimits {
  // Open at once. An authenticated connection with a stream costs about 130 KiB
  // (measured with gRPC 1.51), so that these stay under 600 MiB; a region has
  // some thousand subscribers at most.
  int connections = 4096;
  // From one address (IPv6: one /64). A ministry's integrations come from behind
  // one gateway; nobody needs a quarter of the whole.
  int per_address = 1024;
  // On which no call was made yet. All of a region's subscribers may come back at
  // once after a restart, and a handshake takes 1 ms of a core here.
  int unproven = 1024;
  // Accepted in a second. Handshakes cost a core's time: so many take half of one,
  // and leave the rest to those who are in.
  int accepts_per_second = 500;
};

// Which connections are open, and which must go so that another may come. Silent
// ones go first: where a limit is reached, the oldest on which no call was made
// yet is closed, from the same address if that is what has too many. Only where
// every one has been used is the new one refused. Pure; not thread-safe.
class ConnectionTable {
 public:
  using Id = uint64_t;

  explicit ConnectionTable(ConnectionLimits limits) : limits_(limits) {}

  // Room for one more from `address`? Names who must be closed first, if anybody;
  // those are taken off here. Absent: the new one is refused.
  std::optional<std::vector<Id>> MakeRoom(const std::string& address);

  void Add(Id id, const std::string& address);
  // A call came on it.
  void MarkProven(Id id);
  void Remove(Id id);

  size_t size() const { return connections_.size(); }
  size_t unproven() const { return unproven_; }

 private:
  struct Connection {
    std::string address;
    bool proven = false;
  };

  int CountOf(const std::string& address) const;
  // Takes the oldest unproven one away, of that address or, where it is empty, of
  // any. False where there is none.
  bool Evict(const std::string& address, std::vector<Id>& evicted);

  const ConnectionLimits limits_;
  std::map<Id, Connection> connections_;  // The oldest first: ids rise.
  std::map<std::string, int> of_address_;
  size_t unproven_ = 0;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_RPC_CONNECTION_TABLE_H_

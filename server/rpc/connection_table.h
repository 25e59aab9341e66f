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
  // Let in to shake hands in a second. Handshakes cost a core's time: so many take
  // half of one, and leave the rest to those who are in.
  int accepts_per_second = 500;
  // That wait for it, their addresses in turn. A descriptor each, and two seconds of
  // waiting at that rate: long before a client's own patience ends.
  int waiting = 1024;
  // Until when the first call must have come. Clients connect because they have a
  // call to make; a minute forgives the slowest line.
  absl::Duration first_call = absl::Seconds(60);
  // Calls of one connection that its client gives up, in a second, over ten seconds. A
  // client gives up a call when its deadline passes: some in a minute.
  int resets_per_second = 200;
  // Bytes received on a connection before its first call that is let through: a
  // handshake with the longest chain (64 KiB) and the largest headers, four times over.
  int64_t first_call_bytes = 256 * 1024;
  // Bytes received on one since its last call or message: four of the largest messages
  // at once, which is more than flow control lets a client send ahead.
  int64_t bytes_without_message = 4 * 17 * 1024 * 1024;
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

  // `now` never goes back.
  void Add(Id id, const std::string& address, absl::Duration now);
  // A call came on it.
  void MarkProven(Id id);
  void Remove(Id id);
  // The client gave up a call on it. False: too often.
  bool NoteReset(Id id, absl::Duration now);
  // On which no call came in time; the oldest first.
  std::vector<Id> Overdue(absl::Duration now) const;

  size_t size() const { return connections_.size(); }
  size_t unproven() const { return unproven_; }

 private:
  struct Connection {
    std::string address;
    absl::Duration since;
    bool proven = false;
    double resets = 0;  // Of late: forgotten at the rate that is allowed.
    absl::Duration reset_at = absl::ZeroDuration();
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

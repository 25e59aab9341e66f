#ifndef CORRIDOR_SERVER_RPC_NEWCOMER_QUEUE_H_
#define CORRIDOR_SERVER_RPC_NEWCOMER_QUEUE_H_

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>

namespace corridor {

// Connections that were accepted and wait for their turn to shake hands, of which
// so many a second are let in. Addresses take turns, so that a crowd from one
// delays itself and nobody else. Pure; not thread-safe.
class NewcomerQueue {
 public:
  struct Newcomer {
    int listener = -1;
    int fd = -1;
    std::string address;  // What limits count.
    std::string peer;
  };

  // `waiting_max`: of all addresses together, 1 at least.
  explicit NewcomerQueue(size_t waiting_max) : waiting_max_(waiting_max) {}

  // Puts `newcomer` at the end of its address's line. Where there is no room for one
  // more, the last of the longest line is given back, to be turned away.
  std::optional<Newcomer> Push(Newcomer newcomer);

  // Whose turn it is; absent where nobody waits.
  std::optional<Newcomer> Pop();

  size_t size() const { return size_; }

 private:
  const size_t waiting_max_;
  std::map<std::string, std::deque<Newcomer>> lines_;  // By address; none is empty.
  std::deque<std::string> turns_;                      // Every address of a line, once.
  size_t size_ = 0;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_RPC_NEWCOMER_QUEUE_H_

#ifndef CORRIDOR_TESTS_SIMULATION_EVENT_LOG_H_
#define CORRIDOR_TESTS_SIMULATION_EVENT_LOG_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace corridor {

// What happened in a world, a line each. Keeps the last lines, and a hash over all
// of them: two runs with one hash were the same run.
class EventLog {
 public:
  // `lines_kept`: how many of the last lines Tail() has; 0 keeps all.
  explicit EventLog(size_t lines_kept = 60) : lines_kept_(lines_kept) {}

  void Add(absl::Duration at, std::string_view what);

  size_t count() const { return count_; }
  uint64_t hash() const { return hash_; }
  std::string Tail() const;

 private:
  const size_t lines_kept_;
  size_t count_ = 0;
  uint64_t hash_ = 0xcbf29ce484222325;
  std::deque<std::string> lines_;
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SIMULATION_EVENT_LOG_H_

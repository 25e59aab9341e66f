#ifndef CORRIDOR_SERVER_JOURNAL_HEAD_MARKER_H_
#define CORRIDOR_SERVER_JOURNAL_HEAD_MARKER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace corridor {

// How far a journal went, remembered outside of its store, so that a store that
// comes back shorter (a restored copy, a disk that lied) is noticed.
struct HeadMark {
  uint64_t epoch = 0;
  uint64_t offset = 0;

  friend bool operator==(const HeadMark&, const HeadMark&) = default;
};

class HeadMarker {
 public:
  virtual ~HeadMarker() = default;
  // Absent: none was ever written. kDataLoss: it is unreadable.
  virtual absl::StatusOr<std::optional<HeadMark>> Read() const = 0;
  // Replaces it; durable when it returns OK.
  virtual absl::Status Write(const HeadMark& mark) = 0;
};

// In a small file, replaced atomically. Put it on another disk than the store
// where there is one.
std::unique_ptr<HeadMarker> MakeFileHeadMarker(std::string path);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_JOURNAL_HEAD_MARKER_H_

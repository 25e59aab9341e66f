#ifndef CORRIDOR_SERVER_OPS_DISK_WATERMARKS_H_
#define CORRIDOR_SERVER_OPS_DISK_WATERMARKS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace corridor {

// A disk, in bytes: what this process may still write, and how large it is.
struct DiskSpace {
  uint64_t free = 0;
  uint64_t size = 0;
};

// Reads how full the disk of one folder is. Thread-safe.
class DiskGauge {
 public:
  virtual ~DiskGauge() = default;
  // kInternal: the file system does not say.
  virtual absl::StatusOr<DiskSpace> Read() const = 0;
};

// Asks the file system of `folder`.
std::unique_ptr<DiskGauge> MakeFileSystemGauge(std::string folder);

enum class DiskLevel {
  kEnough,
  kLow,       // An operator should make room.
  kRefusing,  // No more content is taken, so that recalls and settlements still find room.
};

// Judges how full a disk is, by two watermarks. Below a mark its level begins; it ends when a
// quarter more than the mark is free, so that a disk at the mark does not go to and fro. A pure
// state machine; thread-compatible.
class DiskWatermarks {
 public:
  // Bytes that are free; absent: a share of the disk, but no more than it takes to have time:
  // 15 % and at most 10 GiB for the warning, 5 % and at most 2 GiB for refusing.
  struct Options {
    std::optional<uint64_t> warn_free;
    std::optional<uint64_t> refuse_free;
  };
  explicit DiskWatermarks(Options options) : options_(options) {}

  DiskLevel Judge(const DiskSpace& space);
  DiskLevel level() const { return level_; }

 private:
  const Options options_;
  DiskLevel level_ = DiskLevel::kEnough;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_OPS_DISK_WATERMARKS_H_

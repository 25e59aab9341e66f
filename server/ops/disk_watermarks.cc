#include "server/ops/disk_watermarks.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <utility>

#include "absl/status/status.h"

namespace corridor {
namespace {

constexpr uint64_t kGiB = uint64_t{1} << 30;
// Both stores have their logs and what waits to be sorted in half a GiB; the rest of 2 GiB is what
// recalls, settlements and the audit log need for weeks.
constexpr uint64_t kRefuseFreeMax = 2 * kGiB;
constexpr uint64_t kWarnFreeMax = 10 * kGiB;

uint64_t Share(uint64_t size, uint64_t percent, uint64_t most) {
  return std::min(size / 100 * percent, most);
}

// A level that holds ends above its mark, one that does not begins below it.
bool IsBelow(uint64_t free, uint64_t mark, bool holds) {
  return free < (holds ? mark + mark / 4 : mark);
}

class FileSystemGauge final : public DiskGauge {
 public:
  explicit FileSystemGauge(std::string folder) : folder_(std::move(folder)) {}

  absl::StatusOr<DiskSpace> Read() const override {
    struct statvfs disk = {};
    if (statvfs(folder_.c_str(), &disk) != 0) {
      return absl::InternalError("the file system does not say how full it is");
    }
    return DiskSpace{.free = uint64_t{disk.f_frsize} * disk.f_bavail,
                     .size = uint64_t{disk.f_frsize} * disk.f_blocks};
  }

 private:
  const std::string folder_;
};

}  // namespace

std::unique_ptr<DiskGauge> MakeFileSystemGauge(std::string folder) {
  return std::make_unique<FileSystemGauge>(std::move(folder));
}

DiskLevel DiskWatermarks::Judge(const DiskSpace& space) {
  const uint64_t refuse = options_.refuse_free.value_or(Share(space.size, 5, kRefuseFreeMax));
  const uint64_t warn =
      std::max(refuse, options_.warn_free.value_or(Share(space.size, 15, kWarnFreeMax)));
  if (IsBelow(space.free, refuse, level_ == DiskLevel::kRefusing)) {
    level_ = DiskLevel::kRefusing;
  } else {
    const bool low = IsBelow(space.free, warn, level_ != DiskLevel::kEnough);
    level_ = low ? DiskLevel::kLow : DiskLevel::kEnough;
  }
  return level_;
}

}  // namespace corridor

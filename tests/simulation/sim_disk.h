#ifndef CORRIDOR_TESTS_SIMULATION_SIM_DISK_H_
#define CORRIDOR_TESTS_SIMULATION_SIM_DISK_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/journal/head_marker.h"
#include "server/storage/store.h"
#include "tests/simulation/defect.h"

namespace corridor {

// A store in memory for one thread: outlives the broker that crashes, can fail a
// sync, and can be copied and put back. `defect` (may be null) meddles with what
// the broker of `region` writes.
class SimStore final : public Store {
 public:
  using Pairs = std::map<std::string, std::string, std::less<>>;

  enum class Holds { kEverything, kPayloadKeys };

  SimStore(std::string region, Defect* defect, Holds holds = Holds::kEverything)
      : region_(std::move(region)), defect_(defect), holds_(holds) {}

  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) const override;
  absl::StatusOr<std::vector<KeyValue>> Scan(const KeyRange& range, ScanLimit limit,
                                             ScanOrder order) const override;
  absl::Status Apply(const WriteBatch& batch) override;
  absl::Status Purge(const KeyRange& /*range*/) override { return absl::OkStatus(); }

  // The next sync fails: its batch is neither readable nor gone until a crash.
  void FailNextSync() { fail_next_sync_ = true; }
  // The machine stops and comes back.
  void Crash(bool keep_unsynced);

  // What is on the disk, past the defect.
  const Pairs& pairs() const { return pairs_; }
  void Replace(Pairs pairs) { pairs_ = std::move(pairs); }
  void Overwrite(const std::string& key, std::string value) { pairs_[key] = std::move(value); }

 private:
  void Write(const WriteBatch& batch);
  bool Loses(const WriteBatch::Write& write) const;

  const std::string region_;
  Defect* const defect_;
  const Holds holds_;
  Pairs pairs_;
  std::optional<WriteBatch> unsynced_;
  bool fail_next_sync_ = false;
  // How to take back what a defect acknowledged without a sync.
  std::vector<WriteBatch::Write> undo_;
};

// A head marker that outlives crashes.
class SimHeadMarker final : public HeadMarker {
 public:
  absl::StatusOr<std::optional<HeadMark>> Read() const override { return mark_; }
  absl::Status Write(const HeadMark& mark) override {
    if (std::exchange(fail_next_write_, false)) return absl::InternalError("no space left");
    mark_ = mark;
    return absl::OkStatus();
  }
  void FailNextWrite() { fail_next_write_ = true; }

 private:
  std::optional<HeadMark> mark_;
  bool fail_next_write_ = false;
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SIMULATION_SIM_DISK_H_

#ifndef CORRIDOR_SERVER_STORAGE_COMMIT_OVERLAY_H_
#define CORRIDOR_SERVER_STORAGE_COMMIT_OVERLAY_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "corridor/v1/record.pb.h"
#include "server/storage/commit.h"
#include "server/storage/store.h"

namespace corridor {

// A batch in the making: proposals one after another, each kept or dropped whole.
//
//   store  <-  batch (proposals kept so far)  <-  proposal (the one being judged)
//
// Not thread-safe.
class CommitOverlay final : public CommitContext {
 public:
  // `store` must outlive this.
  CommitOverlay(const Store& store, absl::Time now) : store_(store), now_(now) {}

  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) const override;
  absl::StatusOr<std::vector<KeyValue>> Scan(const KeyRange& range, ScanLimit limit,
                                             ScanOrder order) const override;
  void Put(std::string key, std::string value) override;
  void Delete(std::string key) override;
  absl::Time now() const override { return now_; }
  const v1::Position* record_position() const override {
    return record_position_ ? &*record_position_ : nullptr;
  }

  // Where the statement of the proposal being judged will stand.
  void SetRecordPosition(v1::Position position) { record_position_ = std::move(position); }

  // Ends the proposal: its writes join the batch, or are forgotten.
  void Keep();
  void Drop();
  // Runs `parts` in order as one proposal, then keeps it, or drops it at the first
  // error, which is returned.
  absl::Status Run(std::vector<BatchPart>& parts);

  // All that was kept, in key order.
  WriteBatch TakeBatch();

 private:
  using Writes = std::map<std::string, std::optional<std::string>, std::less<>>;

  const Store& store_;
  const absl::Time now_;
  std::optional<v1::Position> record_position_;
  Writes batch_;
  Writes proposal_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_STORAGE_COMMIT_OVERLAY_H_

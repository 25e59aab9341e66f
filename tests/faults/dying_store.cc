// A store that kills its own process, as kill -9 does, at a named point of what it writes:
//
//   CORRIDOR_DIE_AT="before r/ 3"   before the third batch with a key that starts with r/
//   CORRIDOR_DIE_AT="after w/ 1"    when the first batch with such a key is synced
//   CORRIDOR_DIE_AT="before purge 1", "after purge 1"
//                                   around the first purge of destroyed payload keys
//
// server/storage/keyspace.h says which keys there are. Linked in place of the call that
// opens a store (tests/faults/CMakeLists.txt).

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "server/storage/rocksdb_store.h"

namespace corridor {

using StoreOr = absl::StatusOr<std::unique_ptr<Store>>;
StoreOr OpenRealStore(const std::string& path, const RocksDbOptions& options) asm(
    "__real__ZN8corridor16OpenRocksDbStoreERKNSt7__cxx1112basic_stringIcSt11char_"
    "traitsIcESaIcEEERKNS_14RocksDbOptionsE");
StoreOr OpenDyingStore(const std::string& path, const RocksDbOptions& options) asm(
    "__wrap__ZN8corridor16OpenRocksDbStoreERKNSt7__cxx1112basic_stringIcSt11char_"
    "traitsIcESaIcEEERKNS_14RocksDbOptionsE");

namespace {

constexpr std::string_view kPurge = "purge";

// One for the process: its stores count together.
class Point {
 public:
  explicit Point(const char* said) {
    const std::vector<std::string> words = absl::StrSplit(said == nullptr ? "" : said, ' ');
    int times = 0;
    if (words.size() != 3 || !absl::SimpleAtoi(words[2], &times)) return;
    when_ = words[0];
    what_ = words[1];
    left_ = times;
  }

  bool IsIn(const WriteBatch& batch) const {
    return !what_.empty() && std::any_of(batch.writes().begin(), batch.writes().end(),
                                         [&](const WriteBatch::Write& write) {
                                           return absl::StartsWith(write.key, what_);
                                         });
  }
  bool IsPurge() const { return what_ == kPurge; }
  void Reach(std::string_view when) {
    if (when == when_ && --left_ == 0) std::raise(SIGKILL);
  }

 private:
  std::string when_;
  std::string what_;
  std::atomic<int> left_ = 0;
};

Point& ThePoint() {
  static Point point(std::getenv("CORRIDOR_DIE_AT"));
  return point;
}

class DyingStore final : public Store {
 public:
  explicit DyingStore(std::unique_ptr<Store> real) : real_(std::move(real)) {}

  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) const override {
    return real_->Get(key);
  }
  absl::StatusOr<std::vector<KeyValue>> Scan(const KeyRange& range, ScanLimit limit,
                                             ScanOrder order) const override {
    return real_->Scan(range, limit, order);
  }
  absl::Status Apply(const WriteBatch& batch) override {
    const bool there = ThePoint().IsIn(batch);
    if (there) ThePoint().Reach("before");
    absl::Status applied = real_->Apply(batch);
    if (there) ThePoint().Reach("after");
    return applied;
  }
  absl::Status Purge(const KeyRange& range) override {
    const bool there = ThePoint().IsPurge();
    if (there) ThePoint().Reach("before");
    absl::Status purged = real_->Purge(range);
    if (there) ThePoint().Reach("after");
    return purged;
  }

 private:
  const std::unique_ptr<Store> real_;
};

}  // namespace

StoreOr OpenDyingStore(const std::string& path, const RocksDbOptions& options) {
  StoreOr real = OpenRealStore(path, options);
  if (!real.ok()) return real;
  return std::make_unique<DyingStore>(*std::move(real));
}

}  // namespace corridor

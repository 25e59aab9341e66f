#ifndef CORRIDOR_SERVER_STORAGE_STORE_H_
#define CORRIDOR_SERVER_STORAGE_STORE_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace corridor {

struct KeyValue {
  std::string key;
  std::string value;

  friend bool operator==(const KeyValue&, const KeyValue&) = default;
};

// Keys with begin <= key < end, compared as unsigned bytes.
struct KeyRange {
  std::string begin;
  std::string end;
};

// All keys that start with `prefix`. REQUIRES: `prefix` has a byte other than 0xff.
KeyRange PrefixRange(std::string_view prefix);

// How much one scan may return; the first pair comes whatever its size.
struct ScanLimit {
  // A plain count is a limit.
  ScanLimit(size_t pairs,  // NOLINT(google-explicit-constructor): reads well at the call
            size_t bytes = std::numeric_limits<size_t>::max())
      : pairs_max(pairs), bytes_max(bytes) {}

  size_t pairs_max;
  size_t bytes_max;  // Keys and values together.
};

enum class ScanOrder { kAscending, kDescending };

// Writes that happen together or not at all. The last write to a key holds.
class WriteBatch {
 public:
  struct Write {
    std::string key;
    std::optional<std::string> value;  // Absent: the key is deleted.
  };

  void Put(std::string key, std::string value) {
    writes_.push_back({std::move(key), std::move(value)});
  }
  // A key that is not there may be deleted.
  void Delete(std::string key) { writes_.push_back({std::move(key), std::nullopt}); }

  const std::vector<Write>& writes() const { return writes_; }
  bool empty() const { return writes_.empty(); }

 private:
  std::vector<Write> writes_;
};

// An ordered store of byte strings: the only thing that the broker knows of a
// disk. Thread-safe. A reader sees each batch whole or not at all.
//
// Reads fail with kDataLoss where the engine finds its own files corrupt, and
// with kInternal where the machine cannot read.
class Store {
 public:
  virtual ~Store() = default;

  // The value of `key`; absent when there is none.
  virtual absl::StatusOr<std::optional<std::string>> Get(std::string_view key) const = 0;

  // Pairs in `range` in the given order, up to `limit`.
  virtual absl::StatusOr<std::vector<KeyValue>> Scan(const KeyRange& range, ScanLimit limit,
                                                     ScanOrder order) const = 0;
  absl::StatusOr<std::vector<KeyValue>> Scan(const KeyRange& range, ScanLimit limit) const {
    return Scan(range, limit, ScanOrder::kAscending);
  }

  // Writes all of `batch` or nothing of it. Once it returns OK the batch is on
  // stable storage and survives a crash of the process and of the machine. An
  // empty batch is OK and writes nothing.
  //
  // kDeadlineExceeded (OUTCOME_UNKNOWN): the sync failed; the batch is there
  // after a restart, or not at all. The store then refuses every later write with
  // kFailedPrecondition, and the process has to end: only reopening tells.
  virtual absl::Status Apply(const WriteBatch& batch) = 0;

  // Makes values in `range` that were deleted or replaced leave the files of the
  // store, its logs included. Takes as long as the store is large: keep it small.
  // What the file system or the disk beneath keeps of released blocks is theirs.
  // kInternal: it did not work; try again.
  virtual absl::Status Purge(const KeyRange& range) = 0;

  // A copy of the store as it is, in a folder that is not there yet, on the same file
  // system: it shares the files, so it costs no room while it is young, and holds on to what
  // is purged meanwhile. Writes go on. kUnimplemented: this store has no files. kInternal:
  // the machine cannot write there.
  virtual absl::Status Checkpoint(const std::string& /*folder*/) {
    return absl::UnimplementedError("storage: this store has no files to copy");
  }
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_STORAGE_STORE_H_

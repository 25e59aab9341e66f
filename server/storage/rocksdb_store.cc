#include "server/storage/rocksdb_store.h"

#include <atomic>
#include <cstdarg>
#include <utility>

#include "core/model/errors.h"
#include "rocksdb/cache.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/options.h"
#include "rocksdb/table.h"
#include "rocksdb/utilities/checkpoint.h"
#include "rocksdb/write_batch.h"

namespace corridor {
namespace {

rocksdb::Slice SliceOf(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

// The engine's own words name files and offsets, never keys or values.
absl::Status ReadError(const rocksdb::Status& status) {
  const std::string message = "storage: " + status.ToString();
  if (status.IsCorruption()) return absl::DataLossError(message);
  return absl::InternalError(message);
}

absl::Status OpenError(const rocksdb::Status& status) {
  const bool held = status.ToString().find("lock") != std::string::npos;
  if (status.IsIOError() && held) {
    return absl::UnavailableError("storage: another process has this directory open: " +
                                  status.ToString());
  }
  return ReadError(status);
}

// The engine's own log file would end the process on a full disk: its writer asserts
// that nothing is written after a failed write. What matters comes back as a status.
class NoLog final : public rocksdb::Logger {
 public:
  NoLog() : Logger(rocksdb::InfoLogLevel::FATAL_LEVEL) {}
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

class RocksDbStore final : public Store {
 public:
  explicit RocksDbStore(std::unique_ptr<rocksdb::DB> db) : db_(std::move(db)) {}
  ~RocksDbStore() override { db_->Close().PermitUncheckedError(); }

  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) const override {
    std::string value;
    const rocksdb::Status status = db_->Get(ReadOptions(), SliceOf(key), &value);
    if (status.IsNotFound()) return std::nullopt;
    if (!status.ok()) return ReadError(status);
    return value;
  }

  absl::StatusOr<std::vector<KeyValue>> Scan(const KeyRange& range, ScanLimit limit,
                                             ScanOrder order) const override {
    std::vector<KeyValue> found;
    if (range.begin >= range.end || limit.pairs_max == 0) return found;
    const rocksdb::Slice begin = range.begin;
    const rocksdb::Slice end = range.end;
    rocksdb::ReadOptions options = ReadOptions();
    options.iterate_lower_bound = &begin;
    options.iterate_upper_bound = &end;
    const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(options));
    const bool up = order == ScanOrder::kAscending;
    size_t bytes = 0;
    for (up ? at->SeekToFirst() : at->SeekToLast(); at->Valid(); up ? at->Next() : at->Prev()) {
      bytes += at->key().size() + at->value().size();
      if (!found.empty() && bytes > limit.bytes_max) break;
      found.push_back({at->key().ToString(), at->value().ToString()});
      if (found.size() == limit.pairs_max) break;
    }
    if (!at->status().ok()) return ReadError(at->status());
    return found;
  }

  absl::Status Apply(const WriteBatch& batch) override {
    if (failed_) {
      return absl::FailedPreconditionError("storage: an earlier sync failed; reopen the store");
    }
    if (batch.empty()) return absl::OkStatus();
    rocksdb::WriteOptions options;
    options.sync = true;
    rocksdb::WriteBatch writes = EngineBatch(batch);
    const rocksdb::Status status = db_->Write(options, &writes);
    if (status.ok()) return absl::OkStatus();
    failed_ = true;  // After a failed log write the engine refuses all others too.
    return Error(v1::ERROR_REASON_OUTCOME_UNKNOWN, "storage: " + status.ToString());
  }

  // A flush begins a new log and lets the old one go; the compaction, down to the last
  // level, writes the files anew without what was deleted.
  absl::Status Purge(const KeyRange& range) override {
    rocksdb::FlushOptions flush;
    flush.wait = true;
    if (const rocksdb::Status status = db_->Flush(flush); !status.ok()) return ReadError(status);
    const rocksdb::Slice begin = range.begin;
    const rocksdb::Slice end = range.end;
    rocksdb::CompactRangeOptions compact;
    compact.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
    const rocksdb::Status status = db_->CompactRange(compact, &begin, &end);
    return status.ok() ? absl::OkStatus() : ReadError(status);
  }

  absl::Status Checkpoint(const std::string& folder) override {
    rocksdb::Checkpoint* made = nullptr;
    const rocksdb::Status ready = rocksdb::Checkpoint::Create(db_.get(), &made);
    if (!ready.ok()) return ReadError(ready);
    const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
    const rocksdb::Status status = checkpoint->CreateCheckpoint(folder);
    return status.ok() ? absl::OkStatus() : ReadError(status);
  }

 private:
  static rocksdb::ReadOptions ReadOptions() {
    rocksdb::ReadOptions options;
    options.verify_checksums = true;
    return options;
  }

  static rocksdb::WriteBatch EngineBatch(const WriteBatch& batch) {
    rocksdb::WriteBatch writes;
    for (const WriteBatch::Write& write : batch.writes()) {
      const rocksdb::Status status =
          write.value ? writes.Put(write.key, *write.value) : writes.Delete(write.key);
      status.PermitUncheckedError();  // Into memory; only a size limit we do not set can fail.
    }
    return writes;
  }

  const std::unique_ptr<rocksdb::DB> db_;
  std::atomic<bool> failed_ = false;
};

rocksdb::Options EngineOptions(const RocksDbOptions& options) {
  rocksdb::Options engine;
  engine.create_if_missing = true;
  engine.paranoid_checks = true;
  engine.write_buffer_size = options.write_buffer_bytes;
  engine.max_background_jobs = 2;
  engine.info_log = std::make_shared<NoLog>();
  // Every batch is synced, so only an incomplete record at the very end of a log can
  // be a torn, unacknowledged write; anything else that does not read is corruption.
  engine.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  engine.recycle_log_file_num = 0;  // Old logs are dropped whole; see payload_keys.h.
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  engine.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  engine.compression = rocksdb::kLZ4Compression;
  return engine;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenRocksDbStore(const std::string& path,
                                                        const RocksDbOptions& options) {
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(EngineOptions(options), path, &db);
  if (!status.ok()) return OpenError(status);
  return std::make_unique<RocksDbStore>(std::unique_ptr<rocksdb::DB>(db));
}

}  // namespace corridor

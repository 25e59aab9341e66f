#ifndef CORRIDOR_SERVER_STORAGE_ROCKSDB_STORE_H_
#define CORRIDOR_SERVER_STORAGE_ROCKSDB_STORE_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/storage/store.h"

namespace corridor {

struct RocksDbOptions {
  size_t block_cache_bytes = 64 << 20;
  // What may wait in memory before it is written to a sorted file; the log holds it
  // all the while.
  size_t write_buffer_bytes = 32 << 20;
};

// The store on RocksDB, in the directory `path`, which is made where it is not
// there (its parent must be). Each batch is one synchronous write to the log.
// kUnavailable: another process has it open. kDataLoss: its files are corrupt; a
// batch torn by a crash before it was acknowledged is none, and is left out.
// kInternal: the machine cannot read or write there.
absl::StatusOr<std::unique_ptr<Store>> OpenRocksDbStore(const std::string& path,
                                                        const RocksDbOptions& options = {});

}  // namespace corridor

#endif  // CORRIDOR_SERVER_STORAGE_ROCKSDB_STORE_H_

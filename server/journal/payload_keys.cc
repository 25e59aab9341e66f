#include "server/journal/payload_keys.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "core/base/status_macros.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

// n        number of the first key that was never made (8 bytes)
// k/<8>    a key; empty: it was destroyed
constexpr char kNextKey[] = "n";

constexpr char kPayloadKeyPrefix[] = "k/";

std::string PayloadKeyKey(uint64_t number) { return kPayloadKeyPrefix + KeyNumber(number); }

}  // namespace

absl::StatusOr<std::unique_ptr<KeyStore>> KeyStore::Open(Store& store, Options options) {
  ASSIGN_OR_RETURN(const std::optional<std::string> next, store.Get(kNextKey));
  if (next && next->size() != 8) return absl::DataLossError("key store: malformed key number");
  const uint64_t first = next ? ParseKeyNumber(*next) : 1;
  std::unique_ptr<KeyStore> keys(new KeyStore(store, options, first));
  RETURN_IF_ERROR(keys->Prepare());
  return keys;
}

absl::StatusOr<KeyStore::NumberedKey> KeyStore::Take() {
  absl::MutexLock lock(&mutex_);
  if (ready_.empty()) RETURN_IF_ERROR(AddBlock());
  NumberedKey taken{end_ - ready_.size(), std::move(ready_.front())};
  ready_.pop_front();
  return taken;
}

absl::Status KeyStore::Prepare() {
  absl::MutexLock lock(&mutex_);
  return ready_.size() < options_.low_water_keys ? AddBlock() : absl::OkStatus();
}

absl::Status KeyStore::Destroy(const std::vector<uint64_t>& numbers) {
  if (numbers.empty()) return absl::OkStatus();
  WriteBatch batch;
  for (const uint64_t number : numbers) batch.Put(PayloadKeyKey(number), std::string());
  RETURN_IF_ERROR(store_.Apply(batch));
  return store_.Purge(PrefixRange(kPayloadKeyPrefix));
}

absl::StatusOr<std::optional<PayloadKey>> KeyStore::Find(uint64_t number) const {
  ASSIGN_OR_RETURN(const std::optional<std::string> bytes, store_.Get(PayloadKeyKey(number)));
  if (!bytes) return absl::DataLossError("the payload key is not there");
  if (bytes->empty()) return std::nullopt;
  ASSIGN_OR_RETURN(PayloadKey key, PayloadKey::FromBytes(*bytes));
  return key;
}

absl::Status KeyStore::AddBlock() {
  WriteBatch batch;
  std::vector<PayloadKey> made;
  for (size_t i = 0; i < options_.block_keys; ++i) {
    made.push_back(PayloadKey::Generate());
    batch.Put(PayloadKeyKey(end_ + i), std::string(made.back().bytes()));
  }
  batch.Put(kNextKey, KeyNumber(end_ + made.size()));
  RETURN_IF_ERROR(store_.Apply(batch));
  end_ += made.size();
  std::move(made.begin(), made.end(), std::back_inserter(ready_));
  return absl::OkStatus();
}

}  // namespace corridor

#include "server/journal/recall_register.h"

#include <limits>
#include <string_view>
#include <utility>

#include "core/base/status_macros.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

constexpr size_t kIdSize = 16;

std::string HolderPrefix(const RecalledContent& statement) {
  return RegisteredHolderKeyPrefix(statement.publisher, statement.alert_id, statement.statement_id);
}

}  // namespace

absl::Status RegisterRecalled(Store& store, const std::vector<RecalledContent>& recalled) {
  if (recalled.empty()) return absl::OkStatus();
  WriteBatch batch;
  for (const RecalledContent& one : recalled) {
    batch.Put(RegisteredRecallKey(one.publisher, one.alert_id, one.statement_id), "");
  }
  return store.Apply(batch);
}

absl::StatusOr<std::vector<RecalledContent>> ListRecalled(const Store& store) {
  const std::string prefix = RegisteredRecallKeyPrefix();
  ASSIGN_OR_RETURN(
      const std::vector<KeyValue> pairs,
      store.Scan(PrefixRange(prefix), std::numeric_limits<size_t>::max(), ScanOrder::kAscending));
  std::vector<RecalledContent> all;
  for (const KeyValue& pair : pairs) {
    std::string_view rest = std::string_view(pair.key).substr(prefix.size());
    RecalledContent one;
    if (!TakeKeyText(rest, one.publisher) || rest.size() < kIdSize) {
      return absl::DataLossError("the register of recalls holds a key that none writes");
    }
    one.alert_id = std::string(rest.substr(0, kIdSize));
    one.statement_id = std::string(rest.substr(kIdSize));
    all.push_back(std::move(one));
  }
  return all;
}

absl::Status RegisterHolders(Store& store, const std::vector<RecalledFrom>& recalled) {
  WriteBatch batch;
  for (const auto& [statement, holders] : recalled) {
    const std::string prefix = HolderPrefix(statement);
    for (const std::string& holder : holders) batch.Put(prefix + holder, "");
  }
  return batch.writes().empty() ? absl::OkStatus() : store.Apply(batch);
}

absl::StatusOr<std::vector<std::string>> ListRegisteredHolders(const Store& store,
                                                               const RecalledContent& statement) {
  const std::string prefix = HolderPrefix(statement);
  ASSIGN_OR_RETURN(
      const std::vector<KeyValue> pairs,
      store.Scan(PrefixRange(prefix), std::numeric_limits<size_t>::max(), ScanOrder::kAscending));
  std::vector<std::string> holders;
  for (const KeyValue& pair : pairs) holders.push_back(pair.key.substr(prefix.size()));
  return holders;
}

}  // namespace corridor

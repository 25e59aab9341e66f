#ifndef CORRIDOR_SERVER_JOURNAL_RECENT_MAP_H_
#define CORRIDOR_SERVER_JOURNAL_RECENT_MAP_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "core/base/strings.h"

namespace corridor {

// A bounded map that forgets what was not used lately: two generations of half the
// bound each; what is used moves to the younger one, and the older one is dropped
// when the younger is full. Not thread-safe.
template <typename Value>
class RecentMap {
 public:
  explicit RecentMap(size_t entries_max) : half_(entries_max / 2 + 1) {}

  // Null when it is not here; else valid until the next call.
  const Value* Find(std::string_view key) {
    if (const auto found = young_.find(A(key)); found != young_.end()) return &found->second;
    const auto found = old_.find(A(key));
    if (found == old_.end()) return nullptr;
    Value value = std::move(found->second);
    old_.erase(found);
    return Put(key, std::move(value));
  }

  const Value* Put(std::string_view key, Value value) {
    if (young_.size() >= half_) {
      old_ = std::move(young_);
      young_.clear();
    }
    old_.erase(A(key));
    return &young_.insert_or_assign(std::string(key), std::move(value)).first->second;
  }

  size_t size() const { return young_.size() + old_.size(); }

 private:
  const size_t half_;
  absl::flat_hash_map<std::string, Value> young_;
  absl::flat_hash_map<std::string, Value> old_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_JOURNAL_RECENT_MAP_H_

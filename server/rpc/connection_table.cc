#include "server/rpc/connection_table.h"

#include <algorithm>

namespace corridor {

int ConnectionTable::CountOf(const std::string& address) const {
  auto found = of_address_.find(address);
  return found == of_address_.end() ? 0 : found->second;
}

bool ConnectionTable::Evict(const std::string& address, std::vector<Id>& evicted) {
  const auto found =
      std::find_if(connections_.begin(), connections_.end(), [&address](const auto& entry) {
        return !entry.second.proven && (address.empty() || entry.second.address == address);
      });
  if (found == connections_.end()) return false;
  evicted.push_back(found->first);
  Remove(found->first);
  return true;
}

std::optional<std::vector<ConnectionTable::Id>> ConnectionTable::MakeRoom(
    const std::string& address) {
  std::vector<Id> evicted;
  if (CountOf(address) >= limits_.per_address && !Evict(address, evicted)) return std::nullopt;
  if (unproven_ >= static_cast<size_t>(limits_.unproven)) Evict("", evicted);
  if (size() >= static_cast<size_t>(limits_.connections) && !Evict("", evicted)) {
    return std::nullopt;
  }
  return evicted;
}

void ConnectionTable::Add(Id id, const std::string& address, absl::Duration now) {
  if (!connections_.try_emplace(id, Connection{address, now}).second) return;
  ++of_address_[address];
  ++unproven_;
}

void ConnectionTable::MarkProven(Id id) {
  auto found = connections_.find(id);
  if (found == connections_.end() || found->second.proven) return;
  found->second.proven = true;
  --unproven_;
}

void ConnectionTable::Remove(Id id) {
  auto found = connections_.find(id);
  if (found == connections_.end()) return;
  if (!found->second.proven) --unproven_;
  auto count = of_address_.find(found->second.address);
  if (--count->second == 0) of_address_.erase(count);
  connections_.erase(found);
}

bool ConnectionTable::NoteReset(Id id, absl::Duration now) {
  auto found = connections_.find(id);
  if (found == connections_.end()) return true;
  Connection& connection = found->second;
  const double forgotten =
      absl::ToDoubleSeconds(now - connection.reset_at) * limits_.resets_per_second;
  connection.resets = std::max(0.0, connection.resets - forgotten) + 1;
  connection.reset_at = now;
  return connection.resets <= 10.0 * limits_.resets_per_second;
}

std::vector<ConnectionTable::Id> ConnectionTable::Overdue(absl::Duration now) const {
  std::vector<Id> overdue;
  for (const auto& [id, connection] : connections_) {
    if (now - connection.since < limits_.first_call) break;
    if (!connection.proven) overdue.push_back(id);
  }
  return overdue;
}

}  // namespace corridor

#include "server/rpc/newcomer_queue.h"

#include <algorithm>
#include <utility>

namespace corridor {

std::optional<NewcomerQueue::Newcomer> NewcomerQueue::Push(Newcomer newcomer) {
  auto [line, added] = lines_.try_emplace(newcomer.address);
  if (added) turns_.push_back(newcomer.address);
  line->second.push_back(std::move(newcomer));
  if (++size_ <= waiting_max_) return std::nullopt;
  const auto longest = std::max_element(
      lines_.begin(), lines_.end(),
      [](const auto& one, const auto& other) { return one.second.size() < other.second.size(); });
  Newcomer last = std::move(longest->second.back());
  longest->second.pop_back();
  --size_;
  if (longest->second.empty()) {
    turns_.erase(std::find(turns_.begin(), turns_.end(), longest->first));
    lines_.erase(longest);
  }
  return last;
}

std::optional<NewcomerQueue::Newcomer> NewcomerQueue::Pop() {
  if (turns_.empty()) return std::nullopt;
  std::string address = std::move(turns_.front());
  turns_.pop_front();
  const auto line = lines_.find(address);
  Newcomer next = std::move(line->second.front());
  line->second.pop_front();
  --size_;
  if (line->second.empty()) {
    lines_.erase(line);
  } else {
    turns_.push_back(std::move(address));
  }
  return next;
}

}  // namespace corridor

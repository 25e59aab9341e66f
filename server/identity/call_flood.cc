#include "server/identity/call_flood.h"

#include <algorithm>
#include <functional>

namespace corridor {
namespace {

// Certificates remembered; then all are counted anew.
constexpr size_t kKnownMax = 8192;
constexpr double kInARow = 10;

// Of the leaf alone: what comes behind it is told in other ways at a handshake.
size_t KeyOf(std::string_view chain_pem) {
  constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
  return std::hash<std::string_view>()(chain_pem.substr(0, chain_pem.find(kEnd)));
}

}  // namespace

bool CallFlood::Begin(std::string_view chain_pem) {
  const size_t key = KeyOf(chain_pem);
  const absl::Duration now = clock_.Steady();
  absl::MutexLock lock(&mutex_);
  if (counts_.size() >= kKnownMax && !counts_.contains(key)) counts_.clear();
  Count& count = counts_[key];
  count.flooding = IsFlooding(count, now);
  count.calls = CallsOf(count, now);
  count.as_of = now;
  if (count.flooding) return false;
  count.calls += 1;
  count.flooding = count.calls > per_second_ * kInARow;
  return !count.flooding;
}

void CallFlood::MessageCame(std::string_view chain_pem) {
  const size_t key = KeyOf(chain_pem);
  absl::MutexLock lock(&mutex_);
  auto found = counts_.find(key);
  if (found != counts_.end()) found->second.calls = std::max(0.0, found->second.calls - 1);
}

bool CallFlood::IsFlooding(std::string_view chain_pem) const {
  absl::MutexLock lock(&mutex_);
  auto found = counts_.find(KeyOf(chain_pem));
  return found != counts_.end() && IsFlooding(found->second, clock_.Steady());
}

double CallFlood::CallsOf(const Count& count, absl::Duration now) const {
  return std::max(0.0, count.calls - absl::ToDoubleSeconds(now - count.as_of) * per_second_);
}

bool CallFlood::IsFlooding(const Count& count, absl::Duration now) const {
  return count.flooding && CallsOf(count, now) >= per_second_ * kInARow / 2;
}

}  // namespace corridor

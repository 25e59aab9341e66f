#include "server/identity/dialled_peers.h"

#include "server/identity/peer_admission.h"

namespace corridor {

absl::Status DialledPeers::Admit(const std::string& region, std::string_view chain_pem) {
  auto admitted = AdmitServer(chain_pem, trust_.Now().trust, region, clock_.Now());
  if (!admitted.ok()) return admitted.status();
  absl::MutexLock lock(&mutex_);
  chains_[region] = std::string(chain_pem);
  return absl::OkStatus();
}

std::vector<std::pair<std::string, absl::Status>> DialledPeers::TakeRefused() {
  std::map<std::string, std::string> chains;
  {
    absl::MutexLock lock(&mutex_);
    chains = chains_;
  }
  std::vector<std::pair<std::string, absl::Status>> refused;
  for (const auto& [region, chain] : chains) {
    auto admitted = AdmitServer(chain, trust_.Now().trust, region, clock_.Now());
    if (!admitted.ok()) refused.emplace_back(region, admitted.status());
  }
  absl::MutexLock lock(&mutex_);
  for (const auto& [region, why] : refused) {
    auto found = chains_.find(region);
    if (found != chains_.end() && found->second == chains[region]) chains_.erase(found);
  }
  return refused;
}

}  // namespace corridor

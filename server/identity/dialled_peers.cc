#include "server/identity/dialled_peers.h"

#include <utility>

#include "server/identity/peer_admission.h"

namespace corridor {

class DialledPeers::Connection {
 public:
  Connection(std::shared_ptr<State> state, uint64_t id, std::string region)
      : id(id), region(std::move(region)), state_(std::move(state)) {}
  ~Connection() {
    absl::MutexLock lock(&state_->mutex);
    state_->shown.erase(id);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  const uint64_t id;
  const std::string region;

 private:
  const std::shared_ptr<State> state_;
};

std::shared_ptr<DialledPeers::Connection> DialledPeers::Begin(std::string region) {
  absl::MutexLock lock(&state_->mutex);
  return std::make_shared<Connection>(state_, ++state_->last_id, std::move(region));
}

absl::Status DialledPeers::Admit(const Connection& connection, std::string_view chain_pem) {
  auto admitted = AdmitServer(chain_pem, trust_.Now().trust, connection.region, clock_.Now());
  if (!admitted.ok()) return admitted.status();
  absl::MutexLock lock(&state_->mutex);
  state_->shown[connection.id] = {connection.region, std::string(chain_pem)};
  return absl::OkStatus();
}

std::vector<std::pair<std::string, absl::Status>> DialledPeers::TakeRefused() {
  std::map<uint64_t, Shown> shown;
  {
    absl::MutexLock lock(&state_->mutex);
    shown = state_->shown;
  }
  std::vector<std::pair<std::string, absl::Status>> refused;
  for (const auto& [id, server] : shown) {
    auto admitted = AdmitServer(server.chain_pem, trust_.Now().trust, server.region, clock_.Now());
    if (admitted.ok()) continue;
    refused.emplace_back(server.region, admitted.status());
    absl::MutexLock lock(&state_->mutex);
    auto found = state_->shown.find(id);
    if (found != state_->shown.end() && found->second.chain_pem == server.chain_pem) {
      state_->shown.erase(found);
    }
  }
  return refused;
}

}  // namespace corridor

#include "server/link/link_hub.h"

#include <utility>

#include "absl/time/time.h"
#include "core/model/errors.h"

namespace corridor {
namespace {

constexpr absl::Duration kHelloTimeout = absl::Seconds(15);

}  // namespace

// A stream whose link is known once its first frame names a lane.
class LinkHub::Accepted final : public LinkStreamEvents {
 public:
  Accepted(Executor& executor, std::shared_ptr<Links> links, std::string peer_region,
           std::shared_ptr<LinkStream> stream)
      : executor_(executor), state_(std::make_shared<State>()) {
    state_->links = std::move(links);
    state_->peer_region = std::move(peer_region);
    state_->stream = std::move(stream);
    executor_.PostAfter(kHelloTimeout, [state = state_] {
      if (state->stream != nullptr) state->Refuse("no Hello came in time");
    });
  }

  void OnFrame(v1::LinkFrame frame) override {
    executor_.Post([state = state_, frame = std::move(frame)]() mutable {
      if (state->stream != nullptr) state->Match(frame);
      if (state->events != nullptr) state->events->OnFrame(std::move(frame));
    });
  }

  void OnClosed(absl::Status status) override {
    executor_.Post([state = state_, status = std::move(status)] {
      state->stream.reset();
      if (state->events != nullptr) state->events->OnClosed(status);
    });
  }

 private:
  // Touched on the executor only.
  struct State {
    std::shared_ptr<Links> links;
    std::string peer_region;
    std::shared_ptr<LinkStream> stream;        // Until it is matched or refused.
    std::shared_ptr<LinkStreamEvents> events;  // Once it is matched.

    void Match(const v1::LinkFrame& first) {
      const v1::Lane lane = first.hello().lane();
      if (lane != v1::LANE_ROUTINE && lane != v1::LANE_URGENT) {
        return Refuse("the first frame is no Hello that names a lane");
      }
      const auto link = links->find(peer_region);
      if (link == links->end()) {
        std::exchange(stream, nullptr)
            ->Close(Error(v1::ERROR_REASON_POLICY_DENIED, "this region is not linked here"));
        return;
      }
      events = link->second->OnAccepted(lane, std::exchange(stream, nullptr));
    }

    void Refuse(std::string_view why) {
      std::exchange(stream, nullptr)->Close(Error(v1::ERROR_REASON_LINK_PROTOCOL, why));
    }
  };

  Executor& executor_;
  const std::shared_ptr<State> state_;
};

LinkHub::LinkHub(Executor& executor) : executor_(executor), links_(std::make_shared<Links>()) {}

LinkHub::~LinkHub() { links_->clear(); }

void LinkHub::Add(std::shared_ptr<RegionLink> link) {
  const std::string& peer_region = link->peer_region();
  links_->insert_or_assign(peer_region, std::move(link));
}

std::shared_ptr<LinkStreamEvents> LinkHub::Accept(const std::string& peer_region,
                                                  std::shared_ptr<LinkStream> stream) {
  return std::make_shared<Accepted>(executor_, links_, peer_region, std::move(stream));
}

}  // namespace corridor

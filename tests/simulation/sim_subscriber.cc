#include "tests/simulation/sim_subscriber.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/model/errors.h"
#include "server/link/link_values.h"

namespace corridor {
namespace {

constexpr char kSubscription[] = "subscriptions/all";
constexpr double kSilentProbability = 0.05;
constexpr absl::Duration kWay = absl::Milliseconds(2);  // From and to its broker.

}  // namespace

// The broker's end. What it sends is handled in the world, after a while.
class SimSubscriber::Stream final : public SubscriberStream {
 public:
  Stream(SimSubscriber& owner, uint64_t session) : owner_(owner.self_), session_(session) {}

  void Send(v1::AttachResponse response) override {
    Tell([session = session_, response = std::move(response)](SimSubscriber& owner) {
      owner.Handle(session, response);
    });
  }
  void Finish(absl::Status status) override { End(status); }
  void Cancel(absl::Status status) override { End(status); }

 private:
  void Tell(std::function<void(SimSubscriber&)> task) {
    if (*owner_ == nullptr) return;
    (*owner_)->After(kWay, session_, [owner = owner_, task = std::move(task)] { task(**owner); });
  }
  void End(const absl::Status& status) {
    Tell([status](SimSubscriber& owner) {
      owner.parts_.log.Add(owner.parts_.scheduler.now(),
                           absl::StrCat(owner.principal_.spiffe_id,
                                        " session ended: ", ReasonName(ReasonOf(status))));
      owner.session_ = 0;
      owner.AttachLater();
    });
  }

  const std::shared_ptr<SimSubscriber*> owner_;
  const uint64_t session_;
};

SimSubscriber::SimSubscriber(Parts parts, SimRegion& region, size_t agency, Dice dice)
    : parts_(parts),
      region_(region),
      member_{region.index(), agency},
      principal_(PrincipalOf(region.identity().agencies[agency].id)),
      dice_(dice),
      silent_(dice_.Chance(kSilentProbability)),
      self_(std::make_shared<SimSubscriber*>(this)) {
  if (silent_) parts_.promises.OnSilent(member_);
}

SimSubscriber::~SimSubscriber() { *self_ = nullptr; }

void SimSubscriber::After(absl::Duration delay, uint64_t session, std::function<void()> task) {
  parts_.scheduler.world().PostAfter(delay, [self = self_, session, task = std::move(task)] {
    if (*self != nullptr && (*self)->session_ == session) task();
  });
}

void SimSubscriber::Attach() {
  if (session_ != 0 || !region_.up()) return;
  Subscribe();
}

void SimSubscriber::AttachLater() {
  if (std::exchange(attach_scheduled_, true)) return;
  const absl::Duration wait = dice_.Time(absl::Milliseconds(100), absl::Seconds(3));
  parts_.scheduler.world().PostAfter(wait, [self = self_] {
    if (*self == nullptr) return;
    (*self)->attach_scheduled_ = false;
    (*self)->Attach();
  });
}

void SimSubscriber::Lose() {
  if (session_ == 0) return;
  if (region_.up()) region_.flow().sessions().OnClosed(hub_session_);
  session_ = 0;
  AttachLater();
}

void SimSubscriber::Subscribe() {
  v1::Subscription subscription;
  subscription.set_name(kSubscription);
  subscription.set_start_from(v1::START_FROM_OLDEST);
  region_.flow().CreateSubscription(
      principal_, subscription,
      [self = self_, boots = region_.boots()](const absl::StatusOr<v1::Subscription>& created) {
        if (*self == nullptr) return;
        SimSubscriber& subscriber = **self;
        subscriber.parts_.scheduler.world().Post([self, boots, ok = created.ok()] {
          if (*self == nullptr || !(*self)->region_.up() || (*self)->region_.boots() != boots) {
            return;
          }
          ok ? (*self)->Open() : (*self)->AttachLater();
        });
      });
}

void SimSubscriber::Open() {
  if (session_ != 0) return;
  session_ = dice_.Next() | 1;
  leases_.clear();
  SubscriberSessions& hub = region_.flow().sessions();
  hub_session_ = hub.Open(principal_, std::make_shared<Stream>(*this, session_));
  v1::AttachRequest start;
  start.mutable_start()->set_subscription(kSubscription);
  hub.OnRequest(hub_session_, start);
  for (const v1::Lane lane : kLanesUrgentFirst) {
    v1::AttachRequest window;
    window.mutable_window()->set_lane(lane);
    window.mutable_window()->set_messages(patient_ ? 100 : 1 + dice_.Below(20));
    window.mutable_window()->set_bytes(1 << 20);
    hub.OnRequest(hub_session_, window);
  }
}

void SimSubscriber::Handle(uint64_t session, const v1::AttachResponse& response) {
  std::vector<v1::AttachResponse> responses = {response};
  if (parts_.defect != nullptr) {
    parts_.defect->OnDeliver(principal_.spiffe_id, session, parts_.scheduler.now(), responses);
  }
  for (const v1::AttachResponse& each : responses) {
    for (const v1::Delivery& delivery : each.deliveries().deliveries()) {
      OnDelivery(session, delivery);
    }
    if (each.has_recall_notices()) OnNotices(session, each.recall_notices());
    for (const std::string& lease : each.settled().settled()) {
      const auto found = leases_.find(lease);
      if (found == leases_.end()) continue;
      parts_.log.Add(parts_.scheduler.now(),
                     absl::StrCat(principal_.spiffe_id, " has settled ", found->second));
      parts_.promises.OnSettled(member_, found->second);
      leases_.erase(found);
    }
  }
}

void SimSubscriber::OnDelivery(uint64_t session, const v1::Delivery& delivery) {
  const std::optional<size_t> said = parts_.promises.OnDelivered(member_, delivery);
  if (!said) return;
  parts_.log.Add(parts_.scheduler.now(), absl::StrCat(principal_.spiffe_id, " gets ", *said,
                                                      " attempt ", delivery.attempt()));
  const double fate = patient_ ? 0 : dice_.Below(100);
  if (fate >= 97) return;  // Its lease runs out.
  const bool acknowledge = fate < 90;
  if (acknowledge) leases_[delivery.lease()] = *said;
  const absl::Duration wait = dice_.Time(absl::ZeroDuration(), absl::Milliseconds(300));
  After(wait, session, [this, session, lease = delivery.lease(), acknowledge] {
    Settle(session, lease, acknowledge);
  });
}

void SimSubscriber::OnNotices(uint64_t session, const v1::RecallNotices& notices) {
  v1::AttachRequest request;
  for (const v1::RecallNotice& notice : notices.notices()) {
    parts_.log.Add(parts_.scheduler.now(),
                   absl::StrCat(principal_.spiffe_id, " is to erase, notice ", notice.notice_id()));
    parts_.promises.OnNotice(member_, notice);
    auto& confirmation = *request.mutable_recall_confirmations()->add_confirmations();
    confirmation.set_notice_id(notice.notice_id());
    confirmation.set_outcome(dice_.Chance(0.8) ? v1::RECALL_OUTCOME_ERASED
                                               : v1::RECALL_OUTCOME_RETAINED_UNDER_HOLD);
  }
  if (silent_) return;
  After(dice_.Time(absl::ZeroDuration(), absl::Seconds(2)), session,
        [this, session, request = std::move(request)] {
          if (!region_.up() || session != session_) return;
          region_.flow().sessions().OnRequest(hub_session_, request);
        });
}

void SimSubscriber::Settle(uint64_t session, const std::string& lease, bool acknowledge) {
  if (!region_.up() || session != session_) return;
  if (const auto said = leases_.find(lease); acknowledge && said != leases_.end()) {
    parts_.promises.OnAcknowledgedBy(member_, said->second);
  }
  v1::AttachRequest request;
  acknowledge ? request.mutable_settlement()->add_acknowledged(lease)
              : request.mutable_settlement()->add_released(lease);
  region_.flow().sessions().OnRequest(hub_session_, std::move(request));
}

}  // namespace corridor

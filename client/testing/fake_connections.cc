#include "client/testing/fake_connections.h"

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/testing/answer.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "server/rpc/publish_batch.h"

namespace corridor {
namespace {

// The broker's refusal of a name that is none.
Principal PrincipalOrNone(const std::string& spiffe_id) {
  return ParsePrincipal(spiffe_id).value_or(Principal{.spiffe_id = spiffe_id});
}

std::string Method(std::string_view service, std::string_view name) {
  return absl::StrCat("/corridor.v1.", A(service), "/", A(name));
}

// Makes a call and waits for its answer; `act(region, answer)` must not wait.
template <typename T, typename Act>
absl::StatusOr<T> CallAndWait(RegionInProcess& region, const std::string& method,
                              const Principal& caller, Act act) {
  return Await<T>([&](Answer<T> answer) {
    const absl::Status refused =
        region.Call(method, caller, [&](Region& inner) { act(inner, std::move(answer)); });
    if (!refused.ok()) answer(refused);
  });
}

class FakePublisherConnection final : public PublisherConnection {
 public:
  FakePublisherConnection(std::shared_ptr<RegionInProcess> region, const std::string& principal)
      : region_(std::move(region)), caller_(PrincipalOrNone(principal)) {}

  void Publish(PublishParams params, PublishDone done) override {
    Answer<v1::PublishResponse> answer(std::move(done));
    if (absl::Status fault = CheckPublishRequest(params.request); !fault.ok()) {
      return answer(std::move(fault));
    }
    const absl::Status refused =
        region_->Call(Method("Publisher", "Publish"), caller_, [&](Region& region) {
          PublishAll(region.intake(), region_->quotas(), caller_, std::move(params.request),
                     std::move(answer));
        });
    if (!refused.ok()) answer(refused);
  }

  absl::StatusOr<v1::CheckStatementResponse> Check(CheckParams params) override {
    return Call<v1::CheckStatementResponse>("CheckStatement", [&](Region& region, auto answer) {
      region.intake().Check(caller_, std::move(*params.request.mutable_statement()),
                            std::move(answer));
    });
  }

  absl::StatusOr<v1::DeliveryReport> GetDeliveryReport(
      const v1::DeliveryReportRequest& request) override {
    return Call<v1::DeliveryReport>("GetDeliveryReport", [&](Region& region, auto answer) {
      v1::DeliveryReportRequest own = request;
      own.set_publisher(caller_.member);
      region.Explain(std::move(own), std::move(answer));
    });
  }

 private:
  template <typename T, typename Act>
  absl::StatusOr<T> Call(std::string_view method, Act act) {
    return CallAndWait<T>(*region_, Method("Publisher", method), caller_, std::move(act));
  }

  const std::shared_ptr<RegionInProcess> region_;
  const Principal caller_;
};

// One session's stream, between the region and its client: what the region sends reaches the
// client on the wire, and its end is the last of it.
class FakeStream final : public SubscriberStream,
                         public CuttableStream,
                         public std::enable_shared_from_this<FakeStream> {
 public:
  FakeStream(std::shared_ptr<RegionInProcess> region, SubscriberConnection::AttachParams params)
      : region_(std::move(region)), params_(std::move(params)) {}

  void Attached(SessionHub::SessionId id) { session_ = id; }
  void Refused(const absl::Status& why) {
    closed_ = true;
    Finish(why);
  }

  // From the region.
  void Send(v1::AttachResponse response) override {
    OnWire([response = std::move(response)](FakeStream& stream) mutable {
      if (!stream.ended_) stream.params_.on_response(std::move(response));
    });
  }
  void Finish(absl::Status status) override {
    OnWire([status = std::move(status)](FakeStream& stream) { stream.End(status); });
  }
  void Cancel(absl::Status status) override {
    OnWire([status = std::move(status)](FakeStream& stream) { stream.End(status); });
  }

  // From the client.
  void Request(v1::AttachRequest request) {
    if (closed_) return;
    region_->Within(
        [&](Region& region) { region.sessions().OnRequest(session_, std::move(request)); });
  }
  void Close() {
    if (closed_.exchange(true)) return;
    region_->Within([&](Region& region) { region.sessions().OnClosed(session_); });
  }

  void Lose(const absl::Status& why) override {
    Close();
    Cancel(why);
  }

 private:
  template <typename TaskOnThis>
  void OnWire(TaskOnThis task) {
    region_->OnWire([self = shared_from_this(), task = std::move(task)]() mutable { task(*self); });
  }
  void End(const absl::Status& status) {
    if (!ended_.exchange(true)) params_.on_end(status);
  }

  const std::shared_ptr<RegionInProcess> region_;
  SubscriberConnection::AttachParams params_;
  SessionHub::SessionId session_ = 0;  // Set before anybody else knows this.
  std::atomic<bool> closed_ = false;
  std::atomic<bool> ended_ = false;
};

class FakeClientEnd final : public SessionStream {
 public:
  explicit FakeClientEnd(std::shared_ptr<FakeStream> stream) : stream_(std::move(stream)) {}
  ~FakeClientEnd() override { stream_->Lose(absl::CancelledError("the client gave it up")); }

  void Send(v1::AttachRequest request) override { stream_->Request(std::move(request)); }
  void HalfClose() override {
    stream_->Close();
    stream_->Finish(absl::OkStatus());
  }

 private:
  const std::shared_ptr<FakeStream> stream_;
};

class FakeSubscriberConnection final : public SubscriberConnection {
 public:
  FakeSubscriberConnection(std::shared_ptr<RegionInProcess> region, const std::string& principal)
      : region_(std::move(region)), caller_(PrincipalOrNone(principal)) {}

  absl::StatusOr<v1::Subscription> CreateSubscription(
      const v1::CreateSubscriptionRequest& request) override {
    return Call<v1::Subscription>("CreateSubscription", [&](Region& region, auto answer) {
      region.CreateSubscription(caller_, request.subscription(), std::move(answer));
    });
  }

  absl::StatusOr<v1::GetSubscriptionResponse> GetSubscription(
      const v1::GetSubscriptionRequest& request) override {
    using Statuses = std::vector<v1::SubscriptionStatus>;
    v1::GetSubscriptionResponse response;
    absl::StatusOr<Statuses> statuses =
        Call<Statuses>("GetSubscription", [&](Region& region, auto answer) {
          auto found = region.catalog().GetSubscription(caller_.spiffe_id, request.name());
          if (!found.ok()) return answer(found.status());
          *response.mutable_subscription() = *found;
          region.sessions().StatusOf({{caller_.spiffe_id, *std::move(found)}}, std::move(answer));
        });
    if (!statuses.ok()) return statuses.status();
    *response.mutable_status() = std::move(statuses->front());
    return response;
  }

  absl::StatusOr<v1::ListSubscriptionsResponse> ListSubscriptions(
      const v1::ListSubscriptionsRequest& request) override {
    return Call<v1::ListSubscriptionsResponse>(
        "ListSubscriptions", [&](Region& region, auto answer) {
          answer(region.catalog().ListSubscriptions(caller_.spiffe_id, request));
        });
  }

  absl::StatusOr<v1::Subscription> UpdateSubscription(
      const v1::UpdateSubscriptionRequest& request) override {
    return Call<v1::Subscription>("UpdateSubscription", [&](Region& region, auto answer) {
      region.catalog().UpdateSubscription(caller_, request, region.journal().head(),
                                          std::move(answer));
    });
  }

  absl::StatusOr<v1::DeleteSubscriptionResponse> DeleteSubscription(
      const v1::DeleteSubscriptionRequest& request) override {
    using Response = v1::DeleteSubscriptionResponse;
    return Call<Response>("DeleteSubscription", [&](Region& region, Answer<Response> answer) {
      region.DeleteSubscription(
          caller_, request, [answer = std::move(answer)](const absl::Status& status) mutable {
            answer(status.ok() ? absl::StatusOr<Response>(Response()) : status);
          });
    });
  }

  absl::StatusOr<v1::Alert> GetAlert(const v1::GetAlertRequest& request) override {
    return Call<v1::Alert>("GetAlert", [&](Region& region, auto answer) {
      region.reader().GetAlert(caller_, request, std::move(answer));
    });
  }

  absl::StatusOr<v1::ListAlertsResponse> ListAlerts(const v1::ListAlertsRequest& request) override {
    return Call<v1::ListAlertsResponse>("ListAlerts", [&](Region& region, auto answer) {
      region.reader().ListAlerts(caller_, request, std::move(answer));
    });
  }

  absl::StatusOr<v1::PullResponse> Pull(const v1::PullRequest& request) override {
    return Call<v1::PullResponse>("Pull", [&](Region& region, auto answer) {
      region.sessions().Pull(caller_, request, std::move(answer));
    });
  }

  absl::StatusOr<v1::SettlementResult> Settle(const v1::SettleRequest& request) override {
    return Call<v1::SettlementResult>("Settle", [&](Region& region, auto answer) {
      region.sessions().Settle(caller_, request, std::move(answer));
    });
  }

  absl::StatusOr<v1::SeekResponse> Seek(const v1::SeekRequest& request) override {
    return Call<v1::SeekResponse>("Seek", [&](Region& region, auto answer) {
      region.sessions().Seek(caller_, request, std::move(answer));
    });
  }

  absl::StatusOr<v1::ListCurrentResponse> ListCurrent(
      const v1::ListCurrentRequest& request) override {
    return Call<v1::ListCurrentResponse>("ListCurrent", [&](Region& region, auto answer) {
      region.reader().ListCurrent(caller_, request, std::move(answer));
    });
  }

  absl::StatusOr<v1::ListDeadLettersResponse> ListDeadLetters(
      const v1::ListDeadLettersRequest& request) override {
    return Call<v1::ListDeadLettersResponse>("ListDeadLetters", [&](Region& region, auto answer) {
      region.reader().ListDeadLetters(caller_, request, std::move(answer));
    });
  }

  absl::StatusOr<v1::RedriveDeadLettersResponse> RedriveDeadLetters(
      const v1::RedriveDeadLettersRequest& request) override {
    return Call<v1::RedriveDeadLettersResponse>(
        "RedriveDeadLetters", [&](Region& region, auto answer) {
          region.sessions().RedriveDeadLetters(caller_, request, std::move(answer));
        });
  }

  absl::StatusOr<v1::DiscardDeadLettersResponse> DiscardDeadLetters(
      const v1::DiscardDeadLettersRequest& request) override {
    return Call<v1::DiscardDeadLettersResponse>(
        "DiscardDeadLetters", [&](Region& region, auto answer) {
          region.sessions().DiscardDeadLetters(caller_, request, std::move(answer));
        });
  }

  absl::StatusOr<v1::GetSigningKeysResponse> GetSigningKeys(
      const v1::GetSigningKeysRequest& request) override {
    return Call<v1::GetSigningKeysResponse>("GetSigningKeys", [&](Region& region, auto answer) {
      const std::shared_ptr<const Facts> facts = region.catalog().facts();
      v1::GetSigningKeysResponse found;
      for (const std::string& id : request.key_ids()) {
        const auto key = facts->signing_keys.find(id);
        if (key != facts->signing_keys.end()) *found.add_signing_keys() = key->second;
      }
      answer(std::move(found));
    });
  }

  std::unique_ptr<SessionStream> Attach(AttachParams params) override {
    auto stream = std::make_shared<FakeStream>(region_, std::move(params));
    const absl::Status refused =
        region_->Call(Method("Subscriber", "Attach"), caller_, [&](Region& region) {
          stream->Attached(region.sessions().Open(caller_, stream));
          region_->Remember(stream);
        });
    if (!refused.ok()) stream->Refused(refused);
    return std::make_unique<FakeClientEnd>(std::move(stream));
  }

 private:
  template <typename T, typename Act>
  absl::StatusOr<T> Call(std::string_view method, Act act) {
    return CallAndWait<T>(*region_, Method("Subscriber", method), caller_, std::move(act));
  }

  const std::shared_ptr<RegionInProcess> region_;
  const Principal caller_;
};

}  // namespace

std::shared_ptr<PublisherConnection> MakeFakePublisherConnection(
    std::shared_ptr<RegionInProcess> region, const std::string& principal) {
  return std::make_shared<FakePublisherConnection>(std::move(region), principal);
}

std::shared_ptr<SubscriberConnection> MakeFakeSubscriberConnection(
    std::shared_ptr<RegionInProcess> region, const std::string& principal) {
  return std::make_shared<FakeSubscriberConnection>(std::move(region), principal);
}

}  // namespace corridor

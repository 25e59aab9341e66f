#include "bench/delivery_workloads.h"

#include <atomic>
#include <functional>
#include <iostream>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/bare_server.h"
#include "bench/publish_pipe.h"
#include "bench/steady_time.h"
#include "bench/subscription_drain.h"
#include "core/base/status_macros.h"
#include "core/crypto/system_random.h"
#include "corridor/subscriber.h"

namespace corridor {
namespace {

constexpr int kPublishWindow = 1024;
constexpr int64_t kPatienceNs = 120 * kNsPerSecond;
constexpr double kBreathSeconds = 0.1;  // For the publisher to connect.

int64_t Ns(double seconds) { return static_cast<int64_t>(seconds * kNsPerSecond); }

// Of this process alone, so that one broker can be measured more than once.
std::string SubscriptionName(int number) {
  static const uint64_t run = SystemRandom().Uint64();
  return absl::StrCat("subscriptions/bench-", absl::Hex(run), "-", number);
}

absl::StatusOr<std::string> CreateSubscription(const std::shared_ptr<SubscriberConnection>& to,
                                               int number, v1::StartFrom start) {
  v1::Subscription subscription;
  subscription.set_name(SubscriptionName(number));
  subscription.set_start_from(start);
  ASSIGN_OR_RETURN(const v1::Subscription created,
                   Subscriber(to).CreateSubscription(std::move(subscription)));
  return created.name();
}

// A connection of its own for one reader.
absl::StatusOr<std::shared_ptr<SubscriberConnection>> ConnectReader(const BrokerAccess& access) {
  ASSIGN_OR_RETURN(auto channel, OpenChannel(access, access.reader));
  return MakeSubscriberConnection(std::move(channel));
}

// Times from when a statement was due. One thread at a time.
class LiveReader {
 public:
  absl::Status Attach(const BrokerAccess& access, int number) {
    ASSIGN_OR_RETURN(auto connection, ConnectReader(access));
    ASSIGN_OR_RETURN(std::string name, CreateSubscription(connection, number, v1::START_FROM_NOW));
    drain_ = std::make_unique<SubscriptionDrain>(
        std::move(connection), std::move(name),
        [this](const v1::Delivery& delivery) { OnDelivery(delivery); });
    return drain_->AwaitStarted(SteadyNs() + kPatienceNs);
  }

  // Before the first statement is due.
  void MeasureFrom(int64_t due) { measured_from_ = due; }
  SubscriptionDrain& drain() { return *drain_; }
  // After the last delivery.
  const LatencyHistogram& latencies() const { return latencies_; }

 private:
  void OnDelivery(const v1::Delivery& delivery) {
    const int64_t now = SteadyNs();
    v1::StatementBody body;
    if (!body.ParseFromString(delivery.statement().statement().body())) return;
    const int64_t due = StampOf(body.alert_id());
    if (due >= measured_from_) latencies_.Record(now - due);
  }

  std::atomic<int64_t> measured_from_ = std::numeric_limits<int64_t>::max();
  LatencyHistogram latencies_;
  std::unique_ptr<SubscriptionDrain> drain_;  // Ends before what its callbacks use.
};

// Publishes on the beat; how many.
absl::StatusOr<int64_t> PublishPaced(const BrokerAccess& access, const EndToEndPlan& plan,
                                     int64_t start, LatencyHistogram& receipts) {
  const int64_t measured_from = start + Ns(plan.warm_up);
  ASSIGN_OR_RETURN(auto channel, OpenStubChannel(access, access.publisher));
  ASSIGN_OR_RETURN(SigningKey key, ReadSigningKey(access));
  StatementSource source(PrincipalOf(access, access.publisher), std::move(key), plan.payload,
                         SystemRandom().Uint64());
  PublishPipe pipe(channel, kPublishWindow, [&](const v1::PublishResponse& answer) {
    const auto due = static_cast<int64_t>(answer.request_sequence());
    if (due >= measured_from) receipts.Record(SteadyNs() - due);
  });
  const int64_t interval = Ns(1 / plan.rate);
  const int64_t end = measured_from + Ns(plan.seconds);
  int64_t published = 0;
  for (int64_t due = start; due < end; due += interval, ++published) {
    SleepUntil(due);
    v1::PublishRequest request = source.Signed(1, due);
    request.set_request_sequence(static_cast<uint64_t>(due));
    if (!pipe.Send(std::move(request))) break;
  }
  RETURN_IF_ERROR(pipe.Close());
  return published;
}

// One request after the other on a stream of its own, until each is answered.
absl::Status SendEach(const std::shared_ptr<grpc::Channel>& channel, int count,
                      const std::function<v1::PublishRequest(int)>& make) {
  PublishPipe pipe(channel, kPublishWindow, [](const v1::PublishResponse&) {});
  for (int number = 0; number < count; ++number) {
    if (!pipe.Send(make(number))) break;
  }
  return pipe.Close();
}

using Drains = std::vector<std::unique_ptr<SubscriptionDrain>>;

absl::StatusOr<Figures> TimeDrains(
    int subscribers, int stored,
    const std::function<absl::StatusOr<std::unique_ptr<SubscriptionDrain>>(int)>& open) {
  const int64_t start = SteadyNs();
  const int64_t deadline = start + kPatienceNs;
  Drains drains;
  for (int i = 0; i < subscribers; ++i) {
    ASSIGN_OR_RETURN(auto drain, open(i));
    drains.push_back(std::move(drain));
  }
  for (const auto& drain : drains) RETURN_IF_ERROR(drain->AwaitDelivered(stored, deadline));
  const int64_t delivered = SteadyNs();
  return Figures{{"deliveries_per_s", static_cast<double>(stored) * subscribers * kNsPerSecond /
                                          static_cast<double>(delivered - start)},
                 {"seconds", static_cast<double>(delivered - start) / kNsPerSecond},
                 {"operations", static_cast<double>(stored) * subscribers}};
}

}  // namespace

absl::StatusOr<Figures> EndToEnd(const BrokerAccess& access, const EndToEndPlan& plan) {
  std::vector<std::unique_ptr<LiveReader>> readers;
  for (int i = 0; i < plan.subscribers; ++i) {
    readers.push_back(std::make_unique<LiveReader>());
    RETURN_IF_ERROR(readers.back()->Attach(access, i));
  }
  const int64_t start = SteadyNs() + Ns(kBreathSeconds);
  for (const auto& reader : readers) reader->MeasureFrom(start + Ns(plan.warm_up));
  LatencyHistogram receipts;
  ASSIGN_OR_RETURN(const int64_t published, PublishPaced(access, plan, start, receipts));
  LatencyHistogram latencies;
  for (const auto& reader : readers) {
    RETURN_IF_ERROR(reader->drain().AwaitSettled(published, SteadyNs() + kPatienceNs));
    latencies.Add(reader->latencies());
  }
  Figures figures;
  AddLatencies("delivery", latencies, figures);
  AddLatencies("receipt", receipts, figures);
  figures["operations"] = static_cast<double>(published);
  return figures;
}

absl::StatusOr<Figures> FanOut(const BrokerAccess& access, int subscribers, int stored) {
  // Subscriptions and connections stand before the clock starts; the sessions do not.
  std::vector<std::pair<std::shared_ptr<SubscriberConnection>, std::string>> readers;
  for (int i = 0; i < subscribers; ++i) {
    ASSIGN_OR_RETURN(auto connection, ConnectReader(access));
    ASSIGN_OR_RETURN(std::string name, CreateSubscription(connection, i, v1::START_FROM_OLDEST));
    readers.emplace_back(std::move(connection), std::move(name));
  }
  return TimeDrains(subscribers, stored, [&](int i) {
    return std::make_unique<SubscriptionDrain>(readers[i].first, readers[i].second,
                                               [](const v1::Delivery&) {});
  });
}

absl::StatusOr<Figures> BareFanOut(const BrokerAccess& access, int subscribers, int stored) {
  std::vector<std::shared_ptr<SubscriberConnection>> readers;
  for (int i = 0; i < subscribers; ++i) {
    ASSIGN_OR_RETURN(auto connection, ConnectReader(access));
    SubscriptionDrain idle(connection, BareServer::kIdle, [](const v1::Delivery&) {});
    RETURN_IF_ERROR(idle.AwaitStarted(SteadyNs() + kPatienceNs));
    readers.push_back(std::move(connection));
  }
  return TimeDrains(subscribers, stored, [&](int i) {
    return std::make_unique<SubscriptionDrain>(readers[i], BareServer::Stored(stored),
                                               [](const v1::Delivery&) {});
  });
}

absl::StatusOr<Figures> RecallWave(const BrokerAccess& access, int alerts) {
  std::vector<std::atomic<int64_t>> sent(static_cast<size_t>(alerts));
  LatencyHistogram notices;
  ASSIGN_OR_RETURN(auto connection, ConnectReader(access));
  ASSIGN_OR_RETURN(std::string name, CreateSubscription(connection, 0, v1::START_FROM_NOW));
  SubscriptionDrain drain(
      std::move(connection), std::move(name), [](const v1::Delivery&) {},
      [&](const v1::RecallNotice& notice) {
        const int64_t number = StampOf(notice.alert_id());
        if (number < 0 || number >= alerts) return;
        notices.Record(SteadyNs() - sent[static_cast<size_t>(number)]);
      });
  RETURN_IF_ERROR(drain.AwaitStarted(SteadyNs() + kPatienceNs));
  ASSIGN_OR_RETURN(auto channel, OpenStubChannel(access, access.publisher));
  ASSIGN_OR_RETURN(SigningKey key, ReadSigningKey(access));
  StatementSource source(PrincipalOf(access, access.publisher), std::move(key), Payload::kCoded,
                         SystemRandom().Uint64());
  RETURN_IF_ERROR(SendEach(channel, alerts, [&](int number) { return source.Signed(1, number); }));
  RETURN_IF_ERROR(drain.AwaitSettled(alerts, SteadyNs() + kPatienceNs));

  const int64_t start = SteadyNs();
  RETURN_IF_ERROR(SendEach(channel, alerts, [&](int number) {
    sent[static_cast<size_t>(number)] = SteadyNs();
    return source.RecallOf(static_cast<uint64_t>(number) + 1, number);
  }));
  const int64_t accepted = SteadyNs();
  RETURN_IF_ERROR(drain.AwaitConfirmed(alerts, SteadyNs() + kPatienceNs));
  const int64_t confirmed = SteadyNs();
  Figures figures;
  AddLatencies("notice", notices, figures);
  figures["recalls_per_s"] =
      static_cast<double>(alerts) * kNsPerSecond / static_cast<double>(confirmed - start);
  figures["accepted_per_s"] =
      static_cast<double>(alerts) * kNsPerSecond / static_cast<double>(accepted - start);
  figures["operations"] = alerts;
  return figures;
}

absl::Status HoldIdleSessions(const BrokerAccess& access, int sessions, bool create) {
  Drains drains;
  for (int i = 0; i < sessions; ++i) {
    ASSIGN_OR_RETURN(auto connection, ConnectReader(access));
    std::string name = BareServer::kIdle;
    if (create) {
      ASSIGN_OR_RETURN(name, CreateSubscription(connection, i, v1::START_FROM_NOW));
    }
    drains.push_back(std::make_unique<SubscriptionDrain>(std::move(connection), std::move(name),
                                                         [](const v1::Delivery&) {}));
    RETURN_IF_ERROR(drains.back()->AwaitStarted(SteadyNs() + kPatienceNs));
  }
  std::cout << ToJson("idle_sessions", {{"sessions", sessions}}) << std::endl;
  std::string line;
  while (std::getline(std::cin, line)) continue;
  return absl::OkStatus();
}

}  // namespace corridor

// Receives everything that the caller may have, prints one line for each statement,
// and ends after COUNT of them.
//
//   subscribe ENDPOINT REGION CERTIFICATE KEY TRUST COUNT
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <utility>

#include "core/base/status_macros.h"
#include "core/model/describe.h"
#include "corridor/channel.h"
#include "corridor/options.h"
#include "corridor/subscriber.h"

namespace {

absl::Status Run(char** argv) {
  corridor::ConnectionOptions options{.endpoint = argv[1], .region = argv[2]};
  RETURN_IF_ERROR(corridor::ReadCredentialFiles(
      {.certificate_chain = argv[3], .private_key = argv[4], .trust_bundle = argv[5]}, options));
  ASSIGN_OR_RETURN(auto channel, corridor::Channel::Open(std::move(options)));
  corridor::Subscriber subscriber(corridor::MakeSubscriberConnection(std::move(channel)));

  corridor::v1::Subscription everything;
  everything.set_name("subscriptions/everything");
  everything.set_start_from(corridor::v1::START_FROM_OLDEST);
  RETURN_IF_ERROR(subscriber.CreateSubscription(everything).status());

  std::atomic<long> left = std::atol(argv[6]);
  const auto session =
      subscriber.Start({.subscription = everything.name()},
                       [&left](const corridor::Delivery& delivery, corridor::AckHandle handle) {
                         if (left <= 0) return;  // the dropped handle gives it back
                         std::cout << corridor::Describe(delivery.body) << "\n";
                         handle.Acknowledge([&left](const absl::Status& durable) {
                           if (durable.ok()) --left;
                         });
                       });
  while (left > 0) {
    if (const auto ended = session->WaitFor(absl::Milliseconds(50))) return *ended;
  }
  session->Shutdown();
  return session->Wait();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) {
    std::cerr << "subscribe ENDPOINT REGION CERTIFICATE KEY TRUST COUNT\n";
    return 2;
  }
  const absl::Status status = Run(argv);
  if (!status.ok()) std::cerr << status.message() << "\n";
  return status.ok() ? 0 : 1;
}

// Publishes one alert through an outbox: it is safe on this machine's disk at once, and goes
// to the broker when that can be reached, now or when this program runs the next time.
//
//   store_and_forward ENDPOINT REGION CERTIFICATE KEY TRUST SIGNING_KEY DIRECTORY
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/base/status_macros.h"
#include "core/model/errors.h"
#include "corridor/channel.h"
#include "corridor/options.h"
#include "corridor/outbox.h"

namespace {

corridor::StatementDraft Draft() {
  corridor::StatementDraft draft;
  draft.body.set_tlp(corridor::v1::TLP_GREEN);
  draft.body.set_status(corridor::v1::ALERT_STATUS_ACTUAL);
  draft.body.set_urgency(corridor::v1::URGENCY_EXPECTED);
  const auto until = corridor::SystemClock().Now() + 60 * absl::Hours(24);
  draft.body.mutable_valid_until()->set_seconds(absl::ToUnixSeconds(until));
  draft.routing.mutable_audience()->mutable_countries()->add_countries("THA");
  auto& content = *draft.body.mutable_issue()->mutable_content();
  content.set_severity(corridor::v1::SEVERITY_SEVERE);
  content.set_certainty(corridor::v1::CERTAINTY_OBSERVED);
  auto& recruited = *content.add_legs();
  recruited.set_stage(corridor::v1::ROUTE_STAGE_RECRUITMENT);
  recruited.set_country("KEN");
  return draft;
}

void Show(const corridor::OutboxOutcome& outcome) {
  if (outcome.receipt.ok()) {
    std::cout << "accepted at offset " << outcome.receipt->acceptance().position().offset() << "\n";
  } else {
    std::cout << "refused: " << outcome.receipt.status().message() << "\n";
  }
}

absl::Status Run(char** argv) {
  corridor::ConnectionOptions connection{.endpoint = argv[1], .region = argv[2]};
  RETURN_IF_ERROR(corridor::ReadCredentialFiles(
      {.certificate_chain = argv[3], .private_key = argv[4], .trust_bundle = argv[5]}, connection));
  ASSIGN_OR_RETURN(auto channel, corridor::Channel::Open(std::move(connection)));
  std::ifstream file(argv[6]);
  const std::string pem(std::istreambuf_iterator<char>(file), {});
  ASSIGN_OR_RETURN(auto key, corridor::SigningKey::FromPkcs8Pem(pem));
  auto publisher = std::make_shared<corridor::Publisher>(
      corridor::MakePublisherConnection(channel), std::move(key),
      corridor::PublisherOptions{
          .publisher = channel->principal(),
          .publisher_country = "KEN",
          .publisher_type = corridor::v1::PUBLISHER_TYPE_CENTRAL_GOVERNMENT});

  corridor::OutboxOptions options;
  options.directory = argv[7];
  options.on_outcome = Show;
  ASSIGN_OR_RETURN(options.key,
                   corridor::OutboxKeyFromFile(std::string(argv[7]) + ".key",
                                               *corridor::Environment::Default().random));
  ASSIGN_OR_RETURN(const auto outbox,
                   corridor::Outbox::Open(std::move(publisher), std::move(options)));
  RETURN_IF_ERROR(outbox->Publish(Draft()).status());
  std::cout << "kept\n";
  if (!outbox->WaitUntilEmpty(absl::Seconds(10))) {
    std::cout << outbox->figures().statements << " wait for the broker\n";
  }
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 8) {
    std::cerr << "store_and_forward ENDPOINT REGION CERTIFICATE KEY TRUST SIGNING_KEY DIRECTORY\n";
    return 2;
  }
  const absl::Status status = Run(argv);
  if (status.ok()) return 0;
  std::cerr << status.message() << "\n";
  return 1;
}

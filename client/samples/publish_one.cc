// Publishes one alert and prints where it stands.
//
//   publish_one ENDPOINT REGION CERTIFICATE KEY TRUST SIGNING_KEY
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
#include "corridor/publisher.h"

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
  auto& exploited = *content.add_legs();
  exploited.set_stage(corridor::v1::ROUTE_STAGE_EXPLOITATION);
  exploited.set_country("MMR");
  exploited.set_venue(corridor::v1::VENUE_GUARDED_COMPOUND);
  return draft;
}

absl::Status Run(char** argv) {
  corridor::ConnectionOptions options{.endpoint = argv[1], .region = argv[2]};
  RETURN_IF_ERROR(corridor::ReadCredentialFiles(
      {.certificate_chain = argv[3], .private_key = argv[4], .trust_bundle = argv[5]}, options));
  ASSIGN_OR_RETURN(auto channel, corridor::Channel::Open(std::move(options)));

  std::ifstream file(argv[6]);
  const std::string pem(std::istreambuf_iterator<char>(file), {});
  ASSIGN_OR_RETURN(auto key, corridor::SigningKey::FromPkcs8Pem(pem));

  corridor::Publisher publisher(
      corridor::MakePublisherConnection(channel), std::move(key),
      {.publisher = channel->principal(),
       .publisher_country = "KEN",
       .publisher_type = corridor::v1::PUBLISHER_TYPE_CENTRAL_GOVERNMENT});
  ASSIGN_OR_RETURN(const auto receipt, publisher.Publish(Draft()));
  std::cout << "accepted at offset " << receipt.acceptance().position().offset() << "\n";
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) {
    std::cerr << "publish_one ENDPOINT REGION CERTIFICATE KEY TRUST SIGNING_KEY\n";
    return 2;
  }
  const absl::Status status = Run(argv);
  if (status.ok()) return 0;
  std::cerr << status.message() << "\n";
  for (const corridor::FieldViolation& fault : corridor::ViolationsOf(status)) {
    std::cerr << "  " << fault.field << ": " << fault.description << "\n";
  }
  return 1;
}

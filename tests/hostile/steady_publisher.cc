// Publishes one alert after another, each when the one before has its receipt and a pause has
// passed, until its time is over; then says how long they took and how many failed. Nothing is
// tried a second time, so that what fails is seen.
//
//   steady_publisher ENDPOINT REGION CERTIFICATE KEY TRUST SIGNING_KEY SECONDS PAUSE_MS
#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/base/status_macros.h"
#include "corridor/channel.h"
#include "corridor/options.h"
#include "corridor/publisher.h"

namespace {

using corridor::SystemClock;

corridor::StatementDraft Draft() {
  corridor::StatementDraft draft;
  draft.body.set_tlp(corridor::v1::TLP_GREEN);
  draft.body.set_status(corridor::v1::ALERT_STATUS_ACTUAL);
  draft.body.set_urgency(corridor::v1::URGENCY_EXPECTED);
  draft.body.mutable_valid_until()->set_seconds(
      absl::ToUnixSeconds(SystemClock().Now() + 60 * absl::Hours(24)));
  draft.routing.mutable_audience()->mutable_all_members();
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

class Tally {
 public:
  void Add(const absl::Status& status, absl::Duration took) {
    if (!status.ok()) {
      ++failed_;
      last_error_ = std::string(status.message());
      return;
    }
    took_.push_back(absl::ToInt64Microseconds(took));
  }
  // One line of JSON.
  void Print() {
    std::sort(took_.begin(), took_.end());
    std::cout << "{\"published\":" << took_.size() << ",\"failed\":" << failed_
              << ",\"p50_us\":" << At(0.5) << ",\"p99_us\":" << At(0.99) << ",\"max_us\":" << At(1)
              << "}\n";
    if (failed_ > 0) std::cerr << "last error: " << last_error_ << "\n";
  }

 private:
  int64_t At(double share) const {
    if (took_.empty()) return 0;
    return took_[static_cast<size_t>(share * static_cast<double>(took_.size() - 1))];
  }

  std::vector<int64_t> took_;
  int failed_ = 0;
  std::string last_error_;
};

void Pause(absl::Duration pause) { absl::Notification().WaitForNotificationWithTimeout(pause); }

absl::Status Run(char** argv, int seconds, int pause_ms) {
  corridor::ConnectionOptions options{.endpoint = argv[1], .region = argv[2]};
  RETURN_IF_ERROR(corridor::ReadCredentialFiles(
      {.certificate_chain = argv[3], .private_key = argv[4], .trust_bundle = argv[5]}, options));
  ASSIGN_OR_RETURN(auto channel, corridor::Channel::Open(std::move(options)));
  std::ifstream file(argv[6]);
  const std::string pem(std::istreambuf_iterator<char>(file), {});
  ASSIGN_OR_RETURN(auto key, corridor::SigningKey::FromPkcs8Pem(pem));
  corridor::Publisher publisher(corridor::MakePublisherConnection(channel), std::move(key),
                                {.publisher = channel->principal(),
                                 .publisher_country = "THA",
                                 .publisher_type = corridor::v1::PUBLISHER_TYPE_CENTRAL_GOVERNMENT,
                                 .batch_statements_max = 1,
                                 .retry_for = absl::ZeroDuration()});
  const SystemClock clock;
  const absl::Duration end = clock.Steady() + absl::Seconds(seconds);
  Tally tally;
  while (clock.Steady() < end) {
    const absl::Duration began = clock.Steady();
    const absl::Status status = publisher.Publish(Draft()).status();
    tally.Add(status, clock.Steady() - began);
    Pause(absl::Milliseconds(pause_ms));
  }
  tally.Print();
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  int seconds = 0;
  int pause_ms = 0;
  if (argc != 9 || !absl::SimpleAtoi(argv[7], &seconds) || !absl::SimpleAtoi(argv[8], &pause_ms)) {
    std::cerr << "steady_publisher ENDPOINT REGION CERTIFICATE KEY TRUST SIGNING_KEY SECONDS "
                 "PAUSE_MS\n";
    return 2;
  }
  const absl::Status status = Run(argv, seconds, pause_ms);
  if (status.ok()) return 0;
  std::cerr << status << "\n";
  return 1;
}

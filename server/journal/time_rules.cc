#include "server/journal/time_rules.h"

#include <string>
#include <utility>
#include <vector>

#include "core/model/errors.h"
#include "google/protobuf/timestamp.pb.h"

namespace corridor {
namespace {

absl::Time TimeOf(const google::protobuf::Timestamp& stamp) {
  return absl::FromUnixSeconds(stamp.seconds()) + absl::Nanoseconds(stamp.nanos());
}

void CheckValidity(const v1::StatementBody& body, absl::Time now, absl::Duration cap,
                   std::vector<FieldViolation>& violations) {
  const auto report = [&](const char* field, std::string description) {
    violations.push_back({field, v1::ERROR_REASON_VALIDITY, std::move(description)});
  };
  const absl::Time until = TimeOf(body.valid_until());
  if (!body.has_valid_until()) {
    report("body.valid_until", "an alert says until when it holds");
  } else if (until <= now) {
    report("body.valid_until", "is past; name a time ahead");
  } else if (until > now + cap) {
    report("body.valid_until", "is too far ahead for this marking; at most " +
                                   std::string(absl::FormatTime(now + cap, absl::UTCTimeZone())) +
                                   " passes");
  }
  if (body.has_valid_from() && body.has_valid_until() && TimeOf(body.valid_from()) > until) {
    report("body.valid_from", "lies behind valid_until");
  }
}

void CheckRelease(absl::Time release, const v1::StatementBody& body, absl::Time now,
                  std::vector<FieldViolation>& violations) {
  if (release > now + kEmbargoMax) {
    violations.push_back({"routing.release_not_before", v1::ERROR_REASON_OUT_OF_BOUNDS,
                          "is over 30 days ahead; release it earlier"});
  }
  if (body.has_valid_until() && TimeOf(body.valid_until()) <= release) {
    violations.push_back({"body.valid_until", v1::ERROR_REASON_VALIDITY,
                          "is not behind the release; name a later time"});
  }
}

}  // namespace

std::optional<absl::Time> ReleaseTimeOf(const ParsedStatement& statement, absl::Time now) {
  if (!statement.routing.has_release_not_before()) return std::nullopt;
  const absl::Time release = TimeOf(statement.routing.release_not_before());
  return release > now ? std::optional(release) : std::nullopt;
}

absl::Status CheckTimes(const ParsedStatement& statement, absl::Time now,
                        const std::map<v1::Tlp, absl::Duration>& caps) {
  std::vector<FieldViolation> violations;
  const v1::StatementBody& body = statement.body;
  if (statement.content() != nullptr || body.has_valid_until()) {
    const auto cap = caps.find(body.tlp());
    CheckValidity(body, now, cap == caps.end() ? kValidityCapDefault : cap->second, violations);
  }
  if (const auto release = ReleaseTimeOf(statement, now)) {
    CheckRelease(*release, body, now, violations);
  }
  return violations.empty() ? absl::OkStatus() : InvalidFields(violations);
}

}  // namespace corridor

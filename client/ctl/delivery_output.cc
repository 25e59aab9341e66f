#include "client/ctl/delivery_output.h"

#include <ostream>
#include <string>

#include "absl/strings/ascii.h"
#include "client/ctl/output.h"
#include "core/crypto/digest.h"
#include "core/model/describe.h"
#include "core/model/vocabulary.h"

namespace corridor {
namespace {

const std::string* HeadlineOf(const v1::StatementBody& body) {
  const v1::AlertContent* content = body.has_issue()    ? &body.issue().content()
                                    : body.has_revise() ? &body.revise().content()
                                                        : nullptr;
  if (content == nullptr || content->headlines().empty()) return nullptr;
  return &content->headlines(0).text();
}

void ShowJson(Context& context, const Delivery& delivery) {
  Json json = {{"lane", v1::Lane_Name(delivery.lane)},
               {"attempt", delivery.attempt},
               {"digest", HexEncode(delivery.digest)},
               {"description", Describe(delivery.body)}};
  json["statement"] = MessageToJson(delivery.stored);
  context.out << json.dump() << "\n";
}

void ShowText(Context& context, const Delivery& delivery) {
  const v1::StatementBody& body = delivery.body;
  const absl::Time accepted = absl::FromUnixMillis(delivery.stored.acceptance().accept_time_ms());
  context.out << TimeText(accepted, context.time_zone()) << "  "
              << absl::AsciiStrToUpper(Label(body.tlp())) << "  "
              << (delivery.lane == v1::LANE_URGENT ? "urgent   " : "routine  ")
              << ShortMember(body.publisher());
  if (body.status() != v1::ALERT_STATUS_ACTUAL) {
    context.out << "  [" << absl::AsciiStrToUpper(Label(body.status())) << "]";
  }
  if (delivery.attempt > 1) context.out << "  (attempt " << delivery.attempt << ")";
  context.out << "\n  " << Printable(Describe(body)) << "\n";
  if (const std::string* headline = HeadlineOf(body)) {
    context.out << "  \"" << Printable(*headline) << "\"\n";
  }
  context.out << "  alert " << IdText(body.alert_id()) << " revision " << body.revision() << "\n";
}

}  // namespace

void ShowDelivery(Context& context, const Delivery& delivery) {
  context.json() ? ShowJson(context, delivery) : ShowText(context, delivery);
  context.out.flush();
}

}  // namespace corridor

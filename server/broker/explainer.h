#ifndef CORRIDOR_SERVER_BROKER_EXPLAINER_H_
#define CORRIDOR_SERVER_BROKER_EXPLAINER_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/model/facts.h"
#include "corridor/v1/delivery_report.pb.h"
#include "server/broker/link_correspondence.h"
#include "server/broker/link_progress.h"
#include "server/broker/peer_interests.h"
#include "server/broker/recipient.h"
#include "server/broker/retention.h"
#include "server/catalog/catalog.h"
#include "server/journal/journal.h"
#include "server/journal/recall_ledger.h"
#include "server/storage/store.h"

namespace corridor {

// Why somebody has, will have, or will not have a statement: policy asked anew, and beside
// it what cursors, links, refusals and recalls say of it. Shows no content. Lives on the
// flow executor.
class Explainer {
 public:
  // All must outlive this.
  struct Parts {
    std::string region;
    const Store& store;
    Journal& journal;
    Catalog& catalog;
    const RecallLedger& recalls;
    const PeerInterests& interests;
    const LinkProgress& progress;
    const Retention& retention;
    LinkCorrespondence& correspondence;
    const Clock& clock;
    std::vector<std::string> peers;  // The linked regions.
  };
  using Done = absl::AnyInvocable<void(absl::StatusOr<v1::DeliveryReport>)>;
  static constexpr int kRecipientsMax = 4096;
  static constexpr size_t kRemarksMax = 1000;

  explicit Explainer(Parts parts) : parts_(std::move(parts)) {}

  // NOT_FOUND: no such statement is here. REQUEST_INVALID: neither id is 16 bytes.
  void Explain(const v1::DeliveryReportRequest& request, Done done);

  // How this region's members stand towards a statement of `peer`; none where it is not
  // here, or not of that region. For LinkCorrespondence.
  std::vector<v1::RecipientReport> ReportFor(const std::string& peer,
                                             const v1::LinkQuery& query) const;

 private:
  // One statement, as of one moment.
  struct Subject {
    std::shared_ptr<const Facts> facts;
    RecordInContext record;
    absl::Time now;
    v1::AlertState state = v1::ALERT_STATE_UNSPECIFIED;
    std::vector<v1::RecallHolder> holders;  // Of its recall.
  };
  struct Answer;

  // By the SPIFFE ID of the member that owns them.
  using Subscriptions = std::map<std::string, std::vector<v1::Subscription>>;

  absl::StatusOr<AlertHead::Place> PlaceOf(const v1::DeliveryReportRequest& request) const;
  absl::StatusOr<Subject> SubjectAt(AlertHead::Place place) const;
  v1::DeliveryReport HeldReport() const;
  Subscriptions SubscriptionsNow() const;
  v1::DeliveryReport ReportOn(const Subject& subject, const std::string& recipient) const;
  v1::RecipientReport RegionReport(const Subject& subject, const std::string& peer) const;
  v1::RecipientReport MemberReport(const Subject& subject, const std::string& member,
                                   const Subscriptions& subscriptions) const;
  void AddSubscriptions(const Subject& subject, const std::vector<v1::Subscription>& owned,
                        v1::RecipientReport& report) const;
  v1::RecipientReport SubscriptionReport(const Subject& subject,
                                         const v1::Subscription& subscription) const;
  void AddRemarks(const Subject& subject, v1::DeliveryReport& report) const;
  // Asks the regions whose members could not be told, and answers with all.
  void AskRegions(const Subject& subject, v1::DeliveryReport report, Done done);

  const Parts parts_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_EXPLAINER_H_

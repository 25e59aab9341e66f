#ifndef CORRIDOR_SERVER_BROKER_DISCLOSURE_REPORT_H_
#define CORRIDOR_SERVER_BROKER_DISCLOSURE_REPORT_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/gate/gate.h"
#include "core/model/facts.h"
#include "corridor/v1/data_protection.pb.h"
#include "server/catalog/policy_archive.h"
#include "server/journal/disclosure_ledger.h"
#include "server/journal/journal.h"
#include "server/storage/store.h"

namespace corridor {

// Who may have received what: the ranges of the disclosure ledger, and what policy said
// when each was written. Shows no content. Thread-safe; reads the store.
class DisclosureReport {
 public:
  // All must outlive this.
  struct Parts {
    std::string region;
    const Store& store;
    const Journal& journal;
    const PolicyArchive& archive;
  };
  explicit DisclosureReport(Parts parts) : parts_(std::move(parts)) {}

  // As data_protection.proto says. REQUEST_INVALID, NOT_FOUND.
  absl::StatusOr<v1::ReportAlertDisclosuresResponse> OfAlert(
      const v1::ReportAlertDisclosuresRequest& request) const;
  absl::StatusOr<v1::ReportHolderDisclosuresResponse> OfHolder(
      const v1::ReportHolderDisclosuresRequest& request) const;

 private:
  // Where a page of OfHolder begins: a block of a lane.
  struct Place {
    v1::Lane lane = v1::LANE_ROUTINE;
    uint64_t block = 0;
  };
  static absl::StatusOr<Place> PlaceFrom(const std::string& token);
  std::optional<Place> After(Place place) const;

  // The statement there with those who may have it (`holder` alone where given); nothing
  // where nobody may.
  absl::StatusOr<std::optional<v1::StatementDisclosure>> Describe(
      const RecordPtr& record, const std::vector<DisclosureLedger::Range>& ranges,
      std::string_view holder) const;
  absl::StatusOr<v1::DisclosureCertainty> CertaintyOf(const RecordPtr& record,
                                                      const DisclosureLedger::Range& range) const;
  absl::Status AddBlock(Place place, const std::string& holder,
                        v1::ReportHolderDisclosuresResponse& response) const;

  const Parts parts_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_DISCLOSURE_REPORT_H_

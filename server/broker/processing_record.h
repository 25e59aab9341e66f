#ifndef CORRIDOR_SERVER_BROKER_PROCESSING_RECORD_H_
#define CORRIDOR_SERVER_BROKER_PROCESSING_RECORD_H_

#include <map>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/model/facts.h"
#include "corridor/v1/data_protection.pb.h"

namespace corridor {

// What is processed under an agreement, as data_protection.proto says. Pure.
// NOT_FOUND: there is no such agreement.
absl::StatusOr<v1::ProcessingRecord> ProcessingRecordOf(
    const Facts& facts, std::string_view agreement_id, const v1::GateVerdictStamp& gate,
    const std::map<v1::Tlp, absl::Duration>& validity_caps);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_PROCESSING_RECORD_H_

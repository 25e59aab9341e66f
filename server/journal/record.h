#ifndef CORRIDOR_SERVER_JOURNAL_RECORD_H_
#define CORRIDOR_SERVER_JOURNAL_RECORD_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/model/statement.h"
#include "corridor/v1/record.pb.h"

namespace corridor {

// A statement once accepted, where it stands in this region's journal. Immutable
// and shared: every outlet hands on the same bytes.
struct Record {
  v1::Lane lane = v1::LANE_UNSPECIFIED;
  // In this region's journal; one order over both lanes.
  uint64_t offset = 0;
  // Offset of the record before this one in the same lane; 0 for the first.
  uint64_t predecessor = 0;
  // Made by the region where it was published. For a record of this region its
  // position is the record's own.
  v1::Acceptance acceptance;
  // The gate policy that it passed here (for an imported record, at the link).
  v1::GateVerdictStamp gate;
  std::shared_ptr<const ParsedStatement> statement;
  // When it was appended here: milliseconds since the Unix epoch.
  int64_t append_time_ms = 0;
  // Published in this region.
  bool local = false;
  // The content was recalled or is past its retention, and is gone: of the statement
  // only digest, publisher and ids are left.
  bool erased = false;
  // Where an embargo held it: the acceptance of that time, with offset 0, for brokers.
  std::optional<v1::Acceptance> held_acceptance;
};

using RecordPtr = std::shared_ptr<const Record>;

// `record` without its content.
RecordPtr ErasedCopyOf(const Record& record);
// What is left of an erased statement.
std::shared_ptr<const ParsedStatement> ErasedStatement(std::string publisher, std::string alert_id,
                                                       std::string statement_id,
                                                       std::string digest);

// The receipt of the publisher for this record.
v1::Receipt ReceiptFor(const Record& record, bool repeated);
// The same while an embargo holds it.
v1::Receipt HeldReceiptFor(const Record& record, bool repeated);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_JOURNAL_RECORD_H_

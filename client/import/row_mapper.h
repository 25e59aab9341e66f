#ifndef CORRIDOR_CLIENT_IMPORT_ROW_MAPPER_H_
#define CORRIDOR_CLIENT_IMPORT_ROW_MAPPER_H_

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "client/import/csv_reader.h"
#include "client/import/import_mapping.pb.h"
#include "client/import/import_report.h"
#include "corridor/v1/statement.pb.h"

namespace corridor {

// A row as an alert: all but ids, times, salts and signature.
struct MappedRow {
  v1::StatementBody body;
  v1::StatementRouting routing;
  // Labels that stand for an area here, with its code.
  std::vector<std::pair<std::string, std::string>> areas;
  // Labels that were left out (DROP_VALUE), each with its column before it.
  std::vector<std::pair<std::string, std::string>> dropped;
};

// What a mapping makes of rows. A pure function of mapping and row: immutable, any
// thread.
class RowMapper {
 public:
  // Checks the mapping, and that the file has its columns. kInvalidArgument
  // (core/model/errors.h) with every mistake by its path.
  static absl::StatusOr<RowMapper> Make(ctl::ImportMapping mapping,
                                        const std::vector<std::string>& header);

  // The alert, or why there is none. The gate has not been asked. With `cases`, what one
  // row adds to its case: it has no audience yet.
  std::variant<MappedRow, RowFault> Map(const CsvRecord& record) const;

  // With `cases`: gives what they say together the audience and marking of the first
  // audience rule that applies; false where none does.
  bool Address(MappedRow& alert) const;

  const ctl::ImportMapping& mapping() const;

 private:
  class Plan;
  explicit RowMapper(std::shared_ptr<const Plan> plan) : plan_(std::move(plan)) {}

  std::shared_ptr<const Plan> plan_;
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_IMPORT_ROW_MAPPER_H_

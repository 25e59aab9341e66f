#ifndef CORRIDOR_CLIENT_IMPORT_CASE_FACTS_H_
#define CORRIDOR_CLIENT_IMPORT_CASE_FACTS_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "client/import/import_mapping.pb.h"
#include "corridor/v1/alert.pb.h"

namespace corridor {

// A date of a table: a day, a month or a year.
struct TableDate {
  absl::CivilDay last;  // Its last day.
  bool has_month = false;
};
// ISO 8601: "2024-03-17" (a time behind it is passed over), "2024-03" or "2024"; from 1990
// to 2100. Pure.
std::optional<TableDate> ReadTableDate(std::string_view text);

// The quarter of a date, or its year. Never finer.
v1::MonthPeriod CoarsePeriod(const TableDate& date);

// The band of an age in whole years; UNSPECIFIED when it is none from 0 to 120. Pure.
v1::AgeBand BandOfAge(std::string_view years);

// What the cells of a case say about the person and the time. It stays in memory.
struct CaseFacts {
  v1::Gender gender = v1::GENDER_UNSPECIFIED;
  v1::AgeBand age_band = v1::AGE_BAND_UNSPECIFIED;
  std::set<std::string> citizenships;  // Alpha-3.
  std::optional<TableDate> event;      // The latest.
  std::optional<absl::CivilDay> youngest;
};

// Reads the facts of rows. Immutable.
class CaseFactReader {
 public:
  // The rules have been checked; `header` has all their columns.
  CaseFactReader(const ctl::CaseRules& rules, const std::vector<std::string>& header);

  // Adds what a row says to the facts of its case. Answers with the columns whose cell could
  // not be used.
  std::vector<std::string> Read(const std::vector<std::string>& cells, CaseFacts& facts) const;

 private:
  struct Coded {
    size_t column;
    std::map<std::string, int> codes;  // Label to value; 0: says nothing.
  };
  static Coded CodedOf(const ctl::CodeColumn& rules, std::string_view field,
                       const std::vector<std::string>& header);

  ctl::CaseRules rules_;
  size_t event_date_;
  std::vector<size_t> recent_dates_;
  Coded gender_;
  Coded age_band_;
  size_t age_;
  size_t citizenship_;
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_IMPORT_CASE_FACTS_H_

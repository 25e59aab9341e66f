#include "client/import/case_facts.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "client/import/country_text.h"
#include "client/import/field_path.h"
#include "client/import/label_text.h"
#include "core/base/strings.h"
#include "core/model/structure_rules.h"

namespace corridor {
namespace {

constexpr size_t kNoColumn = static_cast<size_t>(-1);
constexpr int kAgeMax = 120;

size_t IndexOf(const std::vector<std::string>& header, const std::string& column) {
  if (column.empty()) return kNoColumn;
  return static_cast<size_t>(std::find(header.begin(), header.end(), column) - header.begin());
}

std::string_view CellAt(const std::vector<std::string>& cells, size_t column) {
  return column == kNoColumn ? std::string_view() : Stripped(cells[column]);
}

// A number of exactly these digits, or -1.
int Digits(std::string_view text) {
  int number = -1;
  const bool digits = std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
  return digits && absl::SimpleAtoi(A(text), &number) ? number : -1;
}

}  // namespace

std::optional<TableDate> ReadTableDate(std::string_view text) {
  text = Stripped(text);
  const bool day = text.size() == 10 || (text.size() > 10 && (text[10] == 'T' || text[10] == ' '));
  if (!day && text.size() != 7 && text.size() != 4) return std::nullopt;
  const int year = Digits(text.substr(0, 4));
  if (year < kYearMin || year > kYearMax) return std::nullopt;
  if (text.size() == 4) return TableDate{absl::CivilDay(year, 12, 31), false};
  const int month = Digits(text.substr(5, 2));
  if (text[4] != '-' || month < 1 || month > 12) return std::nullopt;
  if (text.size() == 7) {
    return TableDate{absl::CivilDay(absl::CivilMonth(year, month) + 1) - 1, true};
  }
  const int number = Digits(text.substr(8, 2));
  const absl::CivilDay date(year, month, std::max(number, 0));
  if (text[7] != '-' || date.day() != number) return std::nullopt;
  return TableDate{date, true};
}

v1::MonthPeriod CoarsePeriod(const TableDate& date) {
  const int first = date.has_month ? (date.last.month() - 1) / 3 * 3 + 1 : 1;
  const int last = date.has_month ? first + 2 : 12;
  v1::MonthPeriod period;
  period.mutable_start()->set_year(static_cast<int>(date.last.year()));
  period.mutable_start()->set_month(first);
  period.mutable_end()->set_year(static_cast<int>(date.last.year()));
  period.mutable_end()->set_month(last);
  return period;
}

v1::AgeBand BandOfAge(std::string_view years) {
  years = Stripped(years);
  const int age = years.size() <= 3 ? Digits(years) : -1;
  if (age < 0 || age > kAgeMax) return v1::AGE_BAND_UNSPECIFIED;
  if (age <= 8) return v1::AGE_BAND_0_TO_8;
  if (age <= 17) return v1::AGE_BAND_9_TO_17;
  if (age <= 20) return v1::AGE_BAND_18_TO_20;
  if (age <= 23) return v1::AGE_BAND_21_TO_23;
  if (age <= 26) return v1::AGE_BAND_24_TO_26;
  if (age <= 29) return v1::AGE_BAND_27_TO_29;
  if (age <= 38) return v1::AGE_BAND_30_TO_38;
  return age <= 47 ? v1::AGE_BAND_39_TO_47 : v1::AGE_BAND_48_PLUS;
}

CaseFactReader::CaseFactReader(const ctl::CaseRules& rules, const std::vector<std::string>& header)
    : rules_(rules),
      event_date_(IndexOf(header, rules.event_date_column())),
      gender_(CodedOf(rules.gender(), "affected_group.gender", header)),
      age_band_(CodedOf(rules.age_band(), "affected_group.age_band", header)),
      age_(IndexOf(header, rules.age_column())),
      citizenship_(IndexOf(header, rules.citizenship_column())) {
  for (const std::string& column : rules.recent_date_columns()) {
    recent_dates_.push_back(IndexOf(header, column));
  }
}

CaseFactReader::Coded CaseFactReader::CodedOf(const ctl::CodeColumn& rules, std::string_view field,
                                              const std::vector<std::string>& header) {
  Coded coded{IndexOf(header, rules.column()), {}};
  const FieldPath path = *FieldPath::Resolve(field);
  for (const ctl::CodeMapping& code : rules.codes()) {
    coded.codes[Folded(code.label())] = code.value().empty() ? 0 : path.Parse(code.value())->number;
  }
  return coded;
}

std::vector<std::string> CaseFactReader::Read(const std::vector<std::string>& cells,
                                              CaseFacts& facts) const {
  std::vector<std::string> unusable;
  // A later row may complete a case, and does not change it.
  const auto code = [&](const Coded& coded, const std::string& name, auto& value) {
    const std::string_view cell = CellAt(cells, coded.column);
    if (cell.empty()) return;
    const auto found = coded.codes.find(Folded(cell));
    if (found == coded.codes.end()) {
      unusable.push_back(name);
    } else if (value == 0) {
      value = static_cast<std::decay_t<decltype(value)>>(found->second);
    }
  };
  code(gender_, rules_.gender().column(), facts.gender);
  code(age_band_, rules_.age_band().column(), facts.age_band);
  if (const std::string_view cell = CellAt(cells, age_); !cell.empty()) {
    const v1::AgeBand band = BandOfAge(cell);
    if (band == v1::AGE_BAND_UNSPECIFIED) unusable.push_back(rules_.age_column());
    if (facts.age_band == v1::AGE_BAND_UNSPECIFIED) facts.age_band = band;
  }
  for (std::string_view label : Labels(CellAt(cells, citizenship_), rules_.citizenship_split())) {
    std::string country = CountryFromText(label);
    if (country.empty()) {
      unusable.push_back(rules_.citizenship_column());
    } else {
      facts.citizenships.insert(std::move(country));
    }
  }
  const auto date = [&](size_t column, const std::string& name) {
    const std::string_view cell = CellAt(cells, column);
    if (cell.empty()) return std::optional<TableDate>();
    const std::optional<TableDate> read = ReadTableDate(cell);
    if (!read) unusable.push_back(name);
    if (read && (!facts.youngest || *facts.youngest < read->last)) facts.youngest = read->last;
    return read;
  };
  const std::optional<TableDate> event = date(event_date_, rules_.event_date_column());
  if (event && (!facts.event || facts.event->last < event->last)) facts.event = event;
  for (size_t i = 0; i < recent_dates_.size(); ++i) {
    date(recent_dates_[i], rules_.recent_date_columns(static_cast<int>(i)));
  }
  return unusable;
}

}  // namespace corridor

#include "client/ctl/import_output.h"

#include <map>
#include <ostream>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace corridor {
namespace {

constexpr absl::Duration kShowEvery = absl::Milliseconds(200);

// "22,246"
std::string Grouped(uint64_t number) {
  std::string text = absl::StrCat(number);
  for (int at = static_cast<int>(text.size()) - 3; at > 0; at -= 3) {
    text.insert(static_cast<size_t>(at), ",");
  }
  return text;
}

void PrintMap(std::string_view title, const std::map<std::string, uint64_t>& counts,
              std::ostream& out) {
  if (counts.empty()) return;
  out << title << "\n";
  for (const auto& [name, count] : counts) {
    out << absl::StreamFormat("  %8s  %s\n", Grouped(count), Printable(name));
  }
}

}  // namespace

void ImportProgress::Show(const ImportCounts& counts, size_t position) {
  const absl::Duration now = clock_.Steady();
  if (!shown_ || now - last_ < kShowEvery) return;
  last_ = now;
  const uint64_t done = counts.published + counts.already_there + counts.would_publish;
  const double seconds = absl::ToDoubleSeconds(now - begin_);
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  const double percent =
      file_bytes_ > 0 ? 100.0 * static_cast<double>(position) / static_cast<double>(file_bytes_)
                      : 100.0;
  err_ << absl::StreamFormat("\r\x1b[K%3.0f%%  %s rows read, %s alerts (%.0f/s), %s not imported",
                             percent, Grouped(counts.read), Grouped(done), rate,
                             Grouped(counts.NotImported()))
       << std::flush;
}

void ImportProgress::Clear() {
  if (shown_) err_ << "\r\x1b[K" << std::flush;
}

Json FaultToJson(uint64_t row, uint64_t line, const RowFault& fault) {
  Json json = {{"row", row}, {"line", line}, {"reason", std::string(ReasonText(fault.reason))}};
  if (!fault.column.empty()) json["column"] = fault.column;
  if (!fault.label.empty()) json["label"] = fault.label;
  if (!fault.detail.empty()) json["detail"] = fault.detail;
  return json;
}

Json CountsToJson(const ImportCounts& counts) {
  return {{"read", counts.read},
          {"published", counts.published},
          {"already_there", counts.already_there},
          {"would_publish", counts.would_publish},
          {"not_imported", counts.not_imported},
          {"by_publisher", counts.by_publisher},
          {"refused", counts.refused},
          {"areas", counts.areas},
          {"unknown_labels", counts.unknown_labels}};
}

void PrintCounts(const ImportCounts& counts, std::string_view unit, std::ostream& out) {
  const auto line = [&out](uint64_t count, std::string_view what) {
    out << absl::StreamFormat("%10s  %s\n", Grouped(count), std::string(what));
  };
  line(counts.read, absl::StrCat(std::string(unit), " read"));
  if (counts.would_publish > 0) line(counts.would_publish, "would be published (dry run)");
  line(counts.published, "published");
  line(counts.already_there, "already there (an earlier run, or its answer was lost)");
  line(counts.NotImported(), "not imported");
  PrintMap("Not imported, by reason:", counts.not_imported, out);
  PrintMap("Alerts, by publisher:", counts.by_publisher, out);
  PrintMap("Refused by the broker:", counts.refused, out);
  PrintMap("Labels mapped to an area:", counts.areas, out);
  PrintMap("Labels unknown:", counts.unknown_labels, out);
}

}  // namespace corridor

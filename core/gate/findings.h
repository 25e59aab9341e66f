#ifndef CORRIDOR_CORE_GATE_FINDINGS_H_
#define CORRIDOR_CORE_GATE_FINDINGS_H_

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "core/gate/text_scan.h"
#include "core/gate/text_view.h"

namespace corridor {

// Collects the findings of one text. Whoever finds first keeps a place: rules run
// from the telling to the general, and a later finding that overlaps is dropped.
class Findings {
 public:
  // Bytes of the original text.
  void Add(TextCategory category, std::string_view rule, size_t start, size_t end) {
    if (!Overlaps(start, end)) found_.push_back({category, rule, start, end});
  }
  // Bytes of a view of it.
  void Add(TextCategory category, std::string_view rule, const TextView& view, size_t begin,
           size_t end) {
    if (begin < end) Add(category, rule, view.OriginalStart(begin), view.OriginalEnd(end));
  }

  std::vector<TextFinding> Take() {
    std::sort(found_.begin(), found_.end(), [](const TextFinding& a, const TextFinding& b) {
      return a.start != b.start ? a.start < b.start : a.end < b.end;
    });
    return std::move(found_);
  }

 private:
  bool Overlaps(size_t start, size_t end) const {
    return std::any_of(found_.begin(), found_.end(), [&](const TextFinding& other) {
      return start < other.end && other.start < end;
    });
  }

  std::vector<TextFinding> found_;  // Every rule adds a few at most, so this stays short.
};

// How many findings one rule reports in one text; more would tell nobody more, and
// the bound keeps the work linear.
inline constexpr int kFindingsPerRule = 8;

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_FINDINGS_H_

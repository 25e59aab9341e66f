#include "tests/simulation/event_log.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/strings.h"

namespace corridor {

void EventLog::Add(absl::Duration at, std::string_view what) {
  std::string line = absl::StrCat(absl::ToInt64Milliseconds(at), " ", A(what));
  for (const char c : line) {  // FNV-1a.
    hash_ = (hash_ ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  }
  ++count_;
  lines_.push_back(std::move(line));
  if (lines_kept_ > 0 && lines_.size() > lines_kept_) lines_.pop_front();
}

std::string EventLog::Tail() const { return absl::StrJoin(lines_, "\n"); }

}  // namespace corridor

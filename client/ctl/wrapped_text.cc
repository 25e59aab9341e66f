#include "client/ctl/wrapped_text.h"

#include <algorithm>
#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/strings.h"

namespace corridor {

void PrintWrapped(std::string_view head, std::string_view text, std::ostream& out) {
  std::string line(head);
  const std::string indent(head.size(), ' ');
  bool fresh = true;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    if (!fresh && line.size() + 1 + end > kTextWidth) {
      out << line << "\n";
      line = indent;
      fresh = true;
    }
    absl::StrAppend(&line, fresh ? "" : " ", A(text.substr(0, end)));
    fresh = false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  out << line << "\n";
}

}  // namespace corridor

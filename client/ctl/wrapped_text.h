#ifndef CORRIDOR_CLIENT_CTL_WRAPPED_TEXT_H_
#define CORRIDOR_CLIENT_CTL_WRAPPED_TEXT_H_

#include <cstddef>
#include <iosfwd>
#include <string_view>

namespace corridor {

// How wide text for people is at most.
inline constexpr size_t kTextWidth = 100;

// `text` behind `head`, broken at blanks so that no line is wider than kTextWidth bytes
// where a blank allows it; further lines are indented by the width of `head`.
void PrintWrapped(std::string_view head, std::string_view text, std::ostream& out);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_WRAPPED_TEXT_H_

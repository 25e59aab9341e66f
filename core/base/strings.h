#ifndef CORRIDOR_CORE_BASE_STRINGS_H_
#define CORRIDOR_CORE_BASE_STRINGS_H_

#include <string_view>

#include "absl/strings/string_view.h"

namespace corridor {

// Abseil's string_view is a type of its own here. Our API speaks
// std::string_view; this hands one to Abseil.
inline absl::string_view A(std::string_view text) { return {text.data(), text.size()}; }

// The way back.
inline std::string_view S(absl::string_view text) { return {text.data(), text.size()}; }

}  // namespace corridor

#endif  // CORRIDOR_CORE_BASE_STRINGS_H_

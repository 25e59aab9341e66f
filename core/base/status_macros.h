#ifndef CORRIDOR_CORE_BASE_STATUS_MACROS_H_
#define CORRIDOR_CORE_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns from the enclosing function when `expr` is not OK.
#define RETURN_IF_ERROR(expr)                                                                 \
  do {                                                                                        \
    if (absl::Status corridor_status = (expr); !corridor_status.ok()) return corridor_status; \
  } while (false)

#define CORRIDOR_MACRO_CONCAT_INNER(x, y) x##y
#define CORRIDOR_MACRO_CONCAT(x, y) CORRIDOR_MACRO_CONCAT_INNER(x, y)

// ASSIGN_OR_RETURN(auto value, MaybeValue()): declares or assigns on OK, else
// returns the status from the enclosing function.
#define ASSIGN_OR_RETURN(lhs, expr) \
  ASSIGN_OR_RETURN_IMPL(CORRIDOR_MACRO_CONCAT(corridor_statusor_, __LINE__), lhs, expr)

// NOLINTBEGIN(bugprone-macro-parentheses): `lhs` may be a declaration, `statusor` is a name.
#define ASSIGN_OR_RETURN_IMPL(statusor, lhs, expr)         \
  auto statusor = (expr);                                  \
  if (!statusor.ok()) return std::move(statusor).status(); \
  lhs = *std::move(statusor)
// NOLINTEND(bugprone-macro-parentheses): as above.

#endif  // CORRIDOR_CORE_BASE_STATUS_MACROS_H_

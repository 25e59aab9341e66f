#ifndef CORRIDOR_CLIENT_CTL_SUBSCRIPTION_NAME_H_
#define CORRIDOR_CLIENT_CTL_SUBSCRIPTION_NAME_H_

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace corridor {

// `subscriptions/<id>` for an id, or for a name as it is.
inline std::string FullName(const std::string& name) {
  return absl::StartsWith(name, "subscriptions/") ? name : absl::StrCat("subscriptions/", name);
}

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_SUBSCRIPTION_NAME_H_

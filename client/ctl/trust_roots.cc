#include "client/ctl/trust_roots.h"

#include <utility>

#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/crypto/spiffe_id.h"

namespace corridor {

absl::StatusOr<std::vector<TrustRoots>> ReadTrustRoots(Context& context,
                                                       const std::vector<std::string>& items) {
  std::vector<TrustRoots> all;
  for (const std::string& item : items) {
    const size_t equals = item.find('=');
    if (equals == std::string::npos) {
      return UsageError("--trust-domain takes NAME=FILE, the file with the roots in PEM");
    }
    std::string name = item.substr(0, equals);
    const absl::Status good = CheckTrustDomain(name);
    if (!good.ok()) return UsageError(S(good.message()));
    ASSIGN_OR_RETURN(std::string pem, ReadAll(item.substr(equals + 1), context.in));
    all.push_back({std::move(name), std::move(pem)});
  }
  return all;
}

}  // namespace corridor

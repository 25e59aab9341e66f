#ifndef CORRIDOR_CLIENT_CTL_FILTER_FLAGS_H_
#define CORRIDOR_CLIENT_CTL_FILTER_FLAGS_H_

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "corridor/v1/subscription.pb.h"

namespace corridor {

// The flags that describe one filter clause. Filters of several clauses come from a
// file.
struct FilterFlags {
  std::vector<std::string> kinds, publishers, publisher_countries, places, recruitment_places,
      transit_places, exploitation_places, claimed_destinations, purposes, forced_criminality,
      urgencies, tlps;
  std::string severity_min;

  void AddTo(CLI::App& command);
  // Empty where no flag was given. A usage error names a code that is none.
  absl::StatusOr<v1::Filter> ToFilter() const;
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_FILTER_FLAGS_H_

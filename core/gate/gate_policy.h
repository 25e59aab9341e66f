#ifndef CORRIDOR_CORE_GATE_GATE_POLICY_H_
#define CORRIDOR_CORE_GATE_GATE_POLICY_H_

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/gate/gate_policy.pb.h"
#include "corridor/v1/alert.pb.h"

namespace corridor {

// What a region lets the gate decide: a plain value, given to Gate once. The
// same policy has the same digest everywhere; both travel with every verdict.
struct GatePolicy {
  // Names the policy for people: a number of up to 4 digits, or two with a dot
  // ("1", "2025.1"), so that nothing else can be written there.
  std::string version;
  // Countries (ISO 3166-1 alpha-3) whose first-level subdivisions a leg may name.
  std::set<std::string, std::less<>> admin1_countries;
  // The most restricted marking that may still carry headlines and notes.
  v1::Tlp text_tlp_max = v1::TLP_GREEN;
  // Countries (ISO 3166-1 alpha-2) whose national telephone numbers are
  // recognised without "+"; in the order they are tried.
  std::vector<std::string> phone_regions;
  // The smallest number of people that may be described finely: the lower end of a band.
  int group_size_min = 11;
  // How many coded fields (coded_fields.h) may be fine in one alert.
  int quasi_identifiers_max = 6;
  // What is so rare that something must be said one level coarser.
  std::vector<config::RareCombination> rare_combinations;
};

// The policy of a region that has stated none.
GatePolicy DefaultGatePolicy();

// From the file format, checked whole. INVALID_ARGUMENT REQUEST_INVALID names
// each wrong field as "gate_policy.<field>".
absl::StatusOr<GatePolicy> GatePolicyFromProto(const config::GatePolicy& proto);

// SHA-256 of the policy's canonical bytes: 32 bytes.
std::string GatePolicyDigest(const GatePolicy& policy);

// Whether `text` is a version as above.
bool IsGatePolicyVersion(std::string_view text);

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_GATE_POLICY_H_

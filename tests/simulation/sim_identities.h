#ifndef CORRIDOR_TESTS_SIMULATION_SIM_IDENTITIES_H_
#define CORRIDOR_TESTS_SIMULATION_SIM_IDENTITIES_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/principal.h"
#include "server/broker/directory_check.h"
#include "tests/support/test_certs.h"

namespace corridor {

// Who there is in simulated worlds: the same regions and agencies in all of them,
// with certificates made once for the life of the program.
struct SimAgency {
  std::string name;
  std::string id;  // SPIFFE ID.
  TestSigner signer;
  TestSigner spare;  // Its next key, where the first is revoked.
};

struct SimIdentity {
  explicit SimIdentity(const std::string& region_name);

  std::string region;
  TestPki pki;
  TestSigner broker;
  std::vector<SimAgency> agencies;
};

inline constexpr size_t kAgenciesPerRegion = 2;

// "r01.example" and on.
std::string SimRegionName(size_t index);
const SimIdentity& IdentityOf(size_t index);
// Knows the first `regions` regions.
const RegionKeyVerifier& VerifierOf(size_t regions);
Principal PrincipalOf(const std::string& spiffe_id);
Principal SimOperator(std::string_view region);

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SIMULATION_SIM_IDENTITIES_H_

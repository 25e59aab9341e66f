#include "tests/simulation/sim_identities.h"

#include <cstdlib>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/strings.h"

namespace corridor {

SimIdentity::SimIdentity(const std::string& region_name)
    : region(region_name), pki(region_name), broker(pki.Signer("/broker/b1")) {
  static constexpr const char* kNames[kAgenciesPerRegion] = {"ke-desk", "th-desk"};
  for (const char* name : kNames) {
    const std::string path = absl::StrCat("/agency/", name);
    agencies.push_back({name, pki.SpiffeIdOf(path), pki.Signer(path), pki.Signer(path)});
  }
}

std::string SimRegionName(size_t index) { return absl::StrFormat("r%02d.example", index + 1); }

const SimIdentity& IdentityOf(size_t index) {
  static auto& made = *new std::map<size_t, std::unique_ptr<SimIdentity>>;
  auto& identity = made[index];
  if (identity == nullptr) identity = std::make_unique<SimIdentity>(SimRegionName(index));
  return *identity;
}

namespace {

// The real verifier, asked once about each chain: all are valid as long as worlds last.
RegionKeyVerifier Remembering(RegionKeyVerifier verify) {
  using Asked = std::pair<std::string, std::string>;
  auto answers = std::make_shared<std::map<Asked, absl::StatusOr<SigningCertificate>>>();
  return [verify = std::move(verify), answers](const std::string& region, const std::string& chain,
                                               absl::Time time) {
    const Asked asked(region, chain);
    auto found = answers->find(asked);
    if (found == answers->end()) {
      found = answers->emplace(asked, verify(region, chain, time)).first;
    }
    return found->second;
  };
}

}  // namespace

const RegionKeyVerifier& VerifierOf(size_t regions) {
  static auto& made = *new std::map<size_t, RegionKeyVerifier>;
  if (const auto found = made.find(regions); found != made.end()) return found->second;
  std::vector<TrustBundle> bundles;
  for (size_t i = 0; i < regions; ++i) bundles.push_back(IdentityOf(i).pki.Bundle());
  auto trust = TrustStore::Create(std::move(bundles));
  if (!trust.ok()) std::abort();
  return made
      .emplace(regions,
               Remembering(MakeRegionKeyVerifier([trust = *std::move(trust)] { return trust; })))
      .first->second;
}

Principal PrincipalOf(const std::string& spiffe_id) {
  auto principal = ParsePrincipal(spiffe_id);
  if (!principal.ok()) std::abort();
  return *std::move(principal);
}

Principal SimOperator(std::string_view region) {
  return PrincipalOf(absl::StrCat("spiffe://", A(region), "/operator/op1"));
}

}  // namespace corridor

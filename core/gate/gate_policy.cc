#include "core/gate/gate_policy.h"

#include <initializer_list>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/crypto/digest.h"
#include "core/gate/canonical_bytes.h"
#include "core/gate/coded_fields.h"
#include "core/gate/faults.h"
#include "core/model/errors.h"
#include "core/model/structure_rules.h"
#include "core/model/vocabulary.h"

namespace corridor {
namespace {

constexpr int kAdmin1CountriesMax = 64;
constexpr int kPhoneRegionsMax = 16;
constexpr int kRareCombinationsMax = 64;
constexpr size_t kRareNameBytesMax = 32;
constexpr int kCodedFields = 8;

constexpr std::string_view kWantsAlpha3 = "use an ISO 3166-1 alpha-3 code such as KEN";

config::GatePolicy ToProto(const GatePolicy& policy) {
  config::GatePolicy proto;
  proto.set_version(policy.version);
  for (const std::string& country : policy.admin1_countries) proto.add_admin1_countries(country);
  proto.set_text_tlp_max(policy.text_tlp_max);
  for (const std::string& region : policy.phone_regions) proto.add_phone_regions(region);
  proto.set_group_size_min(policy.group_size_min);
  proto.set_quasi_identifiers_max(policy.quasi_identifiers_max);
  for (const auto& rare : policy.rare_combinations) *proto.add_rare_combinations() = rare;
  return proto;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool AllDigits(std::string_view text) {
  for (char c : text) {
    if (!IsDigit(c)) return false;
  }
  return true;
}

template <typename List>
void CheckList(const List& list, int max, bool (*valid)(std::string_view), std::string_view path,
               std::string_view wants, std::vector<FieldViolation>& violations) {
  const auto add = [&](std::string field, std::string description) {
    violations.push_back(
        {std::move(field), v1::ERROR_REASON_REQUEST_INVALID, std::move(description)});
  };
  if (list.size() > max) return add(std::string(path), absl::StrCat("give at most ", max));
  for (int i = 0; i < list.size(); ++i) {
    if (!valid(list[i])) add(Element(path, i), std::string(wants));
  }
}

bool IsCountryAlpha2(std::string_view code) { return !Alpha3FromAlpha2(code).empty(); }

bool IsRuleName(std::string_view name) {
  return !name.empty() && name.size() <= kRareNameBytesMax &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos;
}

// Names, codes and counts of the table of rare combinations.
void CheckRare(const config::GatePolicy& proto, std::vector<FieldViolation>& violations) {
  const auto add = [&](std::string field, std::string_view description) {
    violations.push_back(
        {std::move(field), v1::ERROR_REASON_REQUEST_INVALID, std::string(description)});
  };
  if (proto.rare_combinations_size() > kRareCombinationsMax) {
    return add("gate_policy.rare_combinations",
               absl::StrCat("give at most ", kRareCombinationsMax));
  }
  std::set<std::string_view> names;
  for (int i = 0; i < proto.rare_combinations_size(); ++i) {
    const config::RareCombination& rare = proto.rare_combinations(i);
    const std::string path = Element("gate_policy.rare_combinations", i);
    if (!IsRuleName(rare.name()) || !names.insert(rare.name()).second) {
      add(path + ".name", "give a name of its own: 1 to 32 of a-z and \"-\"");
    }
    CheckList(rare.citizenships(), kCodesMax, IsCountryAlpha3, path + ".citizenships", kWantsAlpha3,
              violations);
    CheckList(rare.countries(), kCodesMax, IsCountryAlpha3, path + ".countries", kWantsAlpha3,
              violations);
    if (rare.group_below() != v1::GROUP_SIZE_UNSPECIFIED && SmallestOf(rare.group_below()) < 11) {
      add(path + ".group_below", "give a band from GROUP_SIZE_11_TO_24 on");
    }
    CheckCodes(rare, UnknownCodes::kRefuse, path, violations);
  }
}

void CheckNumbers(const config::GatePolicy& proto, std::vector<FieldViolation>& violations) {
  const auto add = [&](std::string_view field, std::string_view description) {
    violations.push_back(
        {std::string(field), v1::ERROR_REASON_REQUEST_INVALID, std::string(description)});
  };
  const int k = proto.group_size_min();
  if (k != 0 && k != 11 && k != 25 && k != 50 && k != 100 && k != 500) {
    add("gate_policy.group_size_min", "give 11, 25, 50, 100 or 500: the lower end of a band");
  }
  if (proto.quasi_identifiers_max() < 0 || proto.quasi_identifiers_max() > kCodedFields) {
    add("gate_policy.quasi_identifiers_max", "give 1 to 8");
  }
}

std::vector<FieldViolation> Check(const config::GatePolicy& proto) {
  std::vector<FieldViolation> violations;
  if (!IsGatePolicyVersion(proto.version())) {
    violations.push_back({"gate_policy.version", v1::ERROR_REASON_REQUEST_INVALID,
                          "give a number such as 1 or 2025.1"});
  }
  CheckList(proto.admin1_countries(), kAdmin1CountriesMax, IsCountryAlpha3,
            "gate_policy.admin1_countries", kWantsAlpha3, violations);
  if (!v1::Tlp_IsValid(proto.text_tlp_max())) {
    violations.push_back(
        {"gate_policy.text_tlp_max", v1::ERROR_REASON_REQUEST_INVALID, "use a value of Tlp"});
  }
  CheckList(proto.phone_regions(), kPhoneRegionsMax, IsCountryAlpha2, "gate_policy.phone_regions",
            "use an ISO 3166-1 alpha-2 code such as KE", violations);
  CheckNumbers(proto, violations);
  CheckRare(proto, violations);
  return violations;
}

config::RareCombination Rare(std::string_view name, v1::GroupSize below,
                             std::initializer_list<config::CodedField> coarser) {
  config::RareCombination rare;
  rare.set_name(std::string(name));
  rare.set_group_below(below);
  for (config::CodedField field : coarser) rare.add_coarser(field);
  return rare;
}

// Groups that are few in any country. CTDC's own file merges small genders and leaves
// such purposes out for the same reason.
std::vector<config::RareCombination> DefaultRareCombinations() {
  using config::CODED_FIELD_AGE_BAND;
  using config::CODED_FIELD_CITIZENSHIP;
  using config::CODED_FIELD_SUBDIVISION;
  auto gender = Rare("other-gender", v1::GROUP_SIZE_100_TO_499,
                     {CODED_FIELD_AGE_BAND, CODED_FIELD_CITIZENSHIP, CODED_FIELD_SUBDIVISION});
  gender.add_genders(v1::GENDER_OTHER_GROUPED);
  auto purpose = Rare("rare-purpose", v1::GROUP_SIZE_50_TO_99,
                      {CODED_FIELD_CITIZENSHIP, CODED_FIELD_SUBDIVISION});
  purpose.add_purposes(v1::TRAFFICKING_PURPOSE_ORGAN_REMOVAL);
  purpose.add_purposes(v1::TRAFFICKING_PURPOSE_FORCED_ADOPTION);
  purpose.add_purposes(v1::TRAFFICKING_PURPOSE_SURROGACY);
  auto household = Rare("diplomatic-household", v1::GROUP_SIZE_50_TO_99,
                        {CODED_FIELD_CITIZENSHIP, CODED_FIELD_SUBDIVISION});
  household.add_venues(v1::VENUE_DIPLOMATIC_RESIDENCE);
  auto diplomat =
      Rare("diplomat", v1::GROUP_SIZE_50_TO_99, {CODED_FIELD_CITIZENSHIP, CODED_FIELD_SUBDIVISION});
  diplomat.add_perpetrator_kinds(v1::PERPETRATOR_KIND_DIPLOMATIC);
  return {gender, purpose, household, diplomat};
}

}  // namespace

bool IsGatePolicyVersion(std::string_view text) {
  const size_t dot = text.find('.');
  const std::string_view number = text.substr(0, dot);
  if (number.empty() || number.size() > 4 || number[0] == '0' || !AllDigits(number)) return false;
  if (dot == std::string_view::npos) return true;
  const std::string_view minor = text.substr(dot + 1);
  return !minor.empty() && minor.size() <= 2 && AllDigits(minor);
}

GatePolicy DefaultGatePolicy() {
  return {.version = "1",
          .admin1_countries = {},
          .text_tlp_max = v1::TLP_GREEN,
          .phone_regions = {"KE", "TH", "UG", "PH", "ID", "TZ", "ET", "BI"},
          .group_size_min = 11,
          .quasi_identifiers_max = kCodedFields - 2,
          .rare_combinations = DefaultRareCombinations()};
}

absl::StatusOr<GatePolicy> GatePolicyFromProto(const config::GatePolicy& proto) {
  std::vector<FieldViolation> violations = Check(proto);
  if (!violations.empty()) return InvalidFields(violations);
  GatePolicy policy = DefaultGatePolicy();
  policy.version = proto.version();
  policy.admin1_countries = {proto.admin1_countries().begin(), proto.admin1_countries().end()};
  if (proto.text_tlp_max() != v1::TLP_UNSPECIFIED) policy.text_tlp_max = proto.text_tlp_max();
  if (!proto.phone_regions().empty()) {
    policy.phone_regions = {proto.phone_regions().begin(), proto.phone_regions().end()};
  }
  if (proto.group_size_min() != 0) policy.group_size_min = proto.group_size_min();
  if (proto.quasi_identifiers_max() != 0) {
    policy.quasi_identifiers_max = proto.quasi_identifiers_max();
  }
  if (!proto.rare_combinations().empty()) {
    policy.rare_combinations = {proto.rare_combinations().begin(), proto.rare_combinations().end()};
  }
  return policy;
}

std::string GatePolicyDigest(const GatePolicy& policy) {
  return ToString(Sha256(CanonicalBytes(ToProto(policy))));
}

}  // namespace corridor

#include "core/gate/gate_policy.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/crypto/digest.h"
#include "core/gate/canonical_bytes.h"
#include "core/model/errors.h"
#include "core/model/vocabulary.h"

namespace corridor {
namespace {

constexpr int kAdmin1CountriesMax = 64;
constexpr int kPhoneRegionsMax = 16;

config::GatePolicy ToProto(const GatePolicy& policy) {
  config::GatePolicy proto;
  proto.set_version(policy.version);
  for (const std::string& country : policy.admin1_countries) proto.add_admin1_countries(country);
  proto.set_text_tlp_max(policy.text_tlp_max);
  for (const std::string& region : policy.phone_regions) proto.add_phone_regions(region);
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
void CheckList(const List& list, int max, bool (*valid)(std::string_view), std::string_view name,
               std::string_view wants, std::vector<FieldViolation>& violations) {
  const auto add = [&](std::string field, std::string description) {
    violations.push_back(
        {std::move(field), v1::ERROR_REASON_REQUEST_INVALID, std::move(description)});
  };
  const std::string path = "gate_policy." + std::string(name);
  if (list.size() > max) return add(path, absl::StrCat("give at most ", max));
  for (int i = 0; i < list.size(); ++i) {
    if (!valid(list[i])) add(absl::StrCat(path, "[", i, "]"), std::string(wants));
  }
}

bool IsCountryAlpha2(std::string_view code) { return !Alpha3FromAlpha2(code).empty(); }

std::vector<FieldViolation> Check(const config::GatePolicy& proto) {
  std::vector<FieldViolation> violations;
  if (!IsGatePolicyVersion(proto.version())) {
    violations.push_back({"gate_policy.version", v1::ERROR_REASON_REQUEST_INVALID,
                          "give a number such as 1 or 2025.1"});
  }
  CheckList(proto.admin1_countries(), kAdmin1CountriesMax, IsCountryAlpha3, "admin1_countries",
            "use an ISO 3166-1 alpha-3 code such as KEN", violations);
  if (!v1::Tlp_IsValid(proto.text_tlp_max())) {
    violations.push_back(
        {"gate_policy.text_tlp_max", v1::ERROR_REASON_REQUEST_INVALID, "use a value of Tlp"});
  }
  CheckList(proto.phone_regions(), kPhoneRegionsMax, IsCountryAlpha2, "phone_regions",
            "use an ISO 3166-1 alpha-2 code such as KE", violations);
  return violations;
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
          .phone_regions = {"KE", "TH", "UG", "PH", "ID", "TZ", "ET", "BI"}};
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
  return policy;
}

std::string GatePolicyDigest(const GatePolicy& policy) {
  return ToString(Sha256(CanonicalBytes(ToProto(policy))));
}

}  // namespace corridor

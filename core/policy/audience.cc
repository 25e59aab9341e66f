#include "core/policy/audience.h"

#include <algorithm>

#include "core/model/principal.h"

namespace corridor {
namespace {

using Texts = google::protobuf::RepeatedPtrField<std::string>;

bool Contains(const Texts& texts, std::string_view text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

}  // namespace

bool StandsForOneOf(const v1::Member& member, const Texts& countries) {
  return std::any_of(
      member.countries().begin(), member.countries().end(),
      [&countries](const std::string& country) { return Contains(countries, country); });
}

bool Addresses(const v1::Audience& audience, const v1::Member& member,
               std::string_view target_publisher) {
  switch (audience.audience_case()) {
    case v1::Audience::kOrganisations:
      return Contains(audience.organisations().members(), member.spiffe_id());
    case v1::Audience::kCountries:
      return StandsForOneOf(member, audience.countries().countries());
    case v1::Audience::kRegions:
      return Contains(audience.regions().regions(), RegionOf(member.spiffe_id()));
    case v1::Audience::kCorridor:
      return StandsForOneOf(member, audience.corridor().from_countries()) ||
             StandsForOneOf(member, audience.corridor().to_countries());
    case v1::Audience::kAllMembers:
      return true;
    case v1::Audience::kToPublisher:
      return member.spiffe_id() == target_publisher;
    case v1::Audience::kSameAsTarget:
    case v1::Audience::AUDIENCE_NOT_SET:
      break;
  }
  return false;
}

bool IsExcluded(const std::vector<const v1::Exclusion*>& excluded, const v1::Member& member) {
  return std::any_of(excluded.begin(), excluded.end(), [&member](const v1::Exclusion* exclusion) {
    return exclusion->has_member() ? exclusion->member() == member.spiffe_id()
                                   : Contains(member.countries(), exclusion->country());
  });
}

}  // namespace corridor

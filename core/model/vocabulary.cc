#include "core/model/vocabulary.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "core/base/strings.h"
#include "core/model/country_table.h"

namespace corridor {
namespace {

const CountryRow* FindCountry(std::string_view alpha3) {
  const auto* row = std::lower_bound(
      kCountries.begin(), kCountries.end(), alpha3,
      [](const CountryRow& country, std::string_view code) { return country.alpha3 < code; });
  return row != kCountries.end() && row->alpha3 == alpha3 ? row : nullptr;
}

const AreaRow* FindArea(std::string_view code) {
  const auto* row = std::find_if(kAreas.begin(), kAreas.end(),
                                 [code](const AreaRow& area) { return area.code == code; });
  return row != kAreas.end() ? row : nullptr;
}

// Whether all of `text`, `min` to `max` long, satisfies the ASCII test `of`.
bool AllOf(std::string_view text, size_t min, size_t max, bool (*of)(unsigned char)) {
  return text.size() >= min && text.size() <= max && std::all_of(text.begin(), text.end(), of);
}

bool IsScript(absl::string_view part) {
  return part.size() == 4 && absl::ascii_isupper(part[0]) &&
         AllOf(S(part.substr(1)), 3, 3, absl::ascii_islower);
}

bool IsRegion(absl::string_view part) {
  return AllOf(S(part), 2, 2, absl::ascii_isupper) || AllOf(S(part), 3, 3, absl::ascii_isdigit);
}

// Values whose names do not read well as they are. By full name of the value.
constexpr std::pair<std::string_view, std::string_view> kLabels[] = {
    {"TLP_CLEAR", "TLP:CLEAR"},
    {"TLP_GREEN", "TLP:GREEN"},
    {"TLP_AMBER", "TLP:AMBER"},
    {"TLP_AMBER_STRICT", "TLP:AMBER+STRICT"},
    {"TLP_RED", "TLP:RED"},
    {"PERMITTED_ACTION_CLEAR", "PAP:CLEAR"},
    {"PERMITTED_ACTION_GREEN", "PAP:GREEN"},
    {"PERMITTED_ACTION_AMBER", "PAP:AMBER"},
    {"PERMITTED_ACTION_RED", "PAP:RED"},
    {"HANDLING_CODE_NO_COURT_USE_WITHOUT_CONSENT", "H1: no court use without consent"},
    {"HANDLING_CODE_NO_ONWARD_WITHOUT_CONSENT", "H2: no onward sharing without consent"},
    {"HANDLING_CODE_OTHER_RESTRICTION", "H3: other restriction, see the note"},
    {"PUBLISHER_TYPE_NGO", "NGO"},
    {"BASIS_NGO", "NGO"},
    {"EXPLOITATION_DURATION_M0_TO_12", "Up to 12 months"},
    {"EXPLOITATION_DURATION_M13_TO_24", "13 to 24 months"},
    {"EXPLOITATION_DURATION_M25_PLUS", "25 months or more"},
    {"CONTROL_METHOD_THREATS_LAW_ENFORCEMENT", "Threats of law enforcement"},
    {"TRAFFICKING_PURPOSE_FORCED_MILITARY", "Forced military service"},
    {"RECRUITMENT_METHOD_ONLINE_SOCIAL_NETWORK", "Online social network"},
    {"PLATFORM_WHATSAPP", "WhatsApp"},
    {"PLATFORM_FACEBOOK_MESSENGER", "Facebook Messenger"},
    {"PLATFORM_LINE", "LINE"},
    {"PLATFORM_4SALE", "4Sale"},
    {"PLATFORM_WECHAT", "WeChat"},
    {"PLATFORM_QQ", "QQ"},
    {"PLATFORM_TIKTOK", "TikTok"},
    {"PLATFORM_TWITTER", "X (Twitter)"},
    {"PLATFORM_LINKEDIN", "LinkedIn"},
    {"LURE_IT_OR_DATA_ENTRY", "IT or data entry"},
    {"LURE_SALES_MARKETING", "Sales or marketing"},
    {"LURE_HOSPITALITY_CASINO", "Hospitality or casino"},
    {"FEE_BAND_NONE", "No fee"},
    {"FEE_BAND_LT_100", "Under 100 USD"},
    {"FEE_BAND_100_TO_499", "100 to 499 USD"},
    {"FEE_BAND_500_TO_1999", "500 to 1,999 USD"},
    {"FEE_BAND_2000_TO_9999", "2,000 to 9,999 USD"},
    {"FEE_BAND_GE_10000", "10,000 USD or more"},
    {"RECRUITER_RELATION_FRIEND_ACQUAINTANCE", "Friend or acquaintance"},
    {"RECRUITER_RELATION_STRANGER_OTHER", "Stranger or other"},
    {"PERPETRATOR_ROLE_RECRUITER_BROKER", "Recruiter or broker"},
    {"PERPETRATOR_ROLE_CONTROL_ABUSE_KIDNAP", "Control, abuse or kidnap"},
    {"GROUP_SIZE_LT_11", "Fewer than 11"},
    {"GROUP_SIZE_GE_500", "500 or more"},
    {"AGE_BAND_48_PLUS", "48 or more"},
    {"RECOMMENDED_ACTION_REFER_TO_NRM", "Refer to the national referral mechanism"},
    {"EXTERNAL_CHANNEL_INTERPOL_I247", "INTERPOL I-24/7"},
    {"EXTERNAL_CHANNEL_ASEANAPOL", "ASEANAPOL"},
    {"EXTERNAL_CHANNEL_EAPCCO", "EAPCCO"},
};

// "TRAFFICKING_ACT_" for the type TraffickingAct.
std::string PrefixOf(const google::protobuf::EnumDescriptor& type) {
  std::string prefix;
  for (const char c : type.name()) {
    if (absl::ascii_isupper(c) && !prefix.empty()) prefix.push_back('_');
    prefix.push_back(absl::ascii_toupper(c));
  }
  return prefix + "_";
}

// "Job or task scam" for FORCED_CRIMINALITY_KIND_JOB_OR_TASK_SCAM.
std::string FromName(const google::protobuf::EnumValueDescriptor& value) {
  std::string_view name = value.name();
  const std::string prefix = PrefixOf(*value.type());
  if (absl::StartsWith(A(name), prefix)) name.remove_prefix(prefix.size());
  // The section letter of ISIC is for programs; people read the section's name.
  if (value.type()->name() == "LabourSector") name.remove_prefix(2);
  std::string label = absl::StrReplaceAll(absl::AsciiStrToLower(A(name)), {{"_", " "}});
  label[0] = absl::ascii_toupper(label[0]);
  return label;
}

}  // namespace

bool IsCountryAlpha3(std::string_view code) { return FindCountry(code) != nullptr; }

std::string_view Alpha3FromAlpha2(std::string_view alpha2) {
  for (const CountryRow& country : kCountries) {
    if (country.alpha2 == alpha2) return country.alpha3;
  }
  return {};
}

std::string_view Alpha2FromAlpha3(std::string_view alpha3) {
  const CountryRow* country = FindCountry(alpha3);
  return country != nullptr ? country->alpha2 : std::string_view();
}

std::string_view CountryName(std::string_view alpha3) {
  const CountryRow* country = FindCountry(alpha3);
  return country != nullptr ? country->name : std::string_view();
}

bool IsM49Area(std::string_view code) { return FindArea(code) != nullptr; }

std::string_view AreaName(std::string_view code) {
  const AreaRow* area = FindArea(code);
  return area != nullptr ? area->name : std::string_view();
}

AreaList AreasContaining(std::string_view place) {
  AreaList areas;
  const CountryRow* country = FindCountry(place);
  const AreaRow* inner = FindArea(place);
  std::string_view next = country != nullptr ? country->area
                          : inner != nullptr ? inner->parent
                                             : std::string_view();
  for (const AreaRow* area = FindArea(next); area != nullptr; area = FindArea(area->parent)) {
    areas.push_back(area->code);
  }
  return areas;
}

bool AreaContains(std::string_view area, std::string_view place) {
  if (area == place) return IsM49Area(area);
  const AreaList areas = AreasContaining(place);
  return std::find(areas.begin(), areas.end(), area) != areas.end();
}

std::string_view PlaceName(std::string_view place) {
  if (const CountryRow* country = FindCountry(place); country != nullptr) return country->name;
  const AreaRow* area = FindArea(place);
  return area != nullptr ? area->name : place;
}

bool IsIso639_3(std::string_view code) { return AllOf(code, 3, 3, absl::ascii_islower); }

bool IsLanguageTag(std::string_view tag) {
  const std::vector<absl::string_view> parts = absl::StrSplit(A(tag), '-');
  size_t next = 1;
  if (next < parts.size() && IsScript(parts[next])) ++next;
  if (next < parts.size() && IsRegion(parts[next])) ++next;
  return AllOf(S(parts[0]), 2, 3, absl::ascii_islower) && next == parts.size();
}

bool IsIso3166_2(std::string_view code, std::string_view country) {
  const std::string_view alpha2 = Alpha2FromAlpha3(country);
  const auto subdivision = [](unsigned char c) {
    return absl::ascii_isupper(c) || absl::ascii_isdigit(c);
  };
  return !alpha2.empty() && code.size() >= 4 && code.substr(0, 2) == alpha2 && code[2] == '-' &&
         AllOf(code.substr(3), 1, 3, subdivision);
}

std::string EnumLabel(const google::protobuf::EnumDescriptor& type, int number) {
  const google::protobuf::EnumValueDescriptor* value = type.FindValueByNumber(number);
  return value != nullptr ? EnumLabel(*value) : absl::StrCat("Code ", number);
}

std::string EnumLabel(const google::protobuf::EnumValueDescriptor& value) {
  if (value.number() == 0) return "Not stated";
  for (const auto& [name, label] : kLabels) {
    if (value.name() == name) return std::string(label);
  }
  return FromName(value);
}

}  // namespace corridor

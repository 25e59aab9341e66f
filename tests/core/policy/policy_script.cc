#include "tests/core/policy/policy_script.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/base/strings.h"
#include "core/model/errors.h"
#include "core/model/vocabulary.h"
#include "google/protobuf/generated_enum_reflection.h"

namespace corridor {
namespace {

std::vector<std::string> List(const std::string& text, char separator = ',') {
  if (text.empty()) return {};
  return absl::StrSplit(text, separator);
}

// "sea" is sea.example; "sea/th" its member; "sea/th/feed" an integration of that.
std::string RegionId(const std::string& name) { return absl::StrCat(name, ".example"); }

std::string SpiffeId(const std::string& name) {
  const std::vector<std::string> parts = List(name, '/');
  std::string id = absl::StrCat("spiffe://", RegionId(parts[0]), "/agency/", parts.at(1));
  if (parts.size() > 2) absl::StrAppend(&id, "/integration/", parts[2]);
  return id;
}

std::string ShortName(std::string_view id) {
  const std::vector<std::string> parts = absl::StrSplit(A(id), '/');
  const std::string region = parts[2].substr(0, parts[2].find('.'));
  return absl::StrCat(region, "/", parts.back());
}

template <typename Enum>
Enum Code(const std::string& prefix, const std::string& name) {
  const auto* value = google::protobuf::GetEnumDescriptor<Enum>()->FindValueByName(prefix + name);
  return static_cast<Enum>(value == nullptr ? 0 : value->number());
}

google::protobuf::Timestamp Day(const std::string& text) {
  int64_t day = 0;
  google::protobuf::Timestamp time;
  if (absl::SimpleAtoi(text, &day)) time.set_seconds(day * 86400);
  return time;
}

absl::Time DayTime(int64_t day) { return absl::FromUnixSeconds(day * 86400); }

// "sea", "sea:THA,IDN" or "sea/th,ph".
v1::Party PartyOf(const std::string& text) {
  v1::Party party;
  const size_t mark = text.find_first_of(":/");
  const std::string region = text.substr(0, mark);
  party.set_region(RegionId(region));
  if (mark == std::string::npos) return party;
  for (const std::string& item : List(text.substr(mark + 1))) {
    if (text[mark] == ':') {
      party.add_countries(item);
    } else {
      party.add_members(SpiffeId(absl::StrCat(region, "/", item)));
    }
  }
  return party;
}

// "all", "publisher", "target", "nobody", or form:items.
v1::Audience AudienceOf(const std::string& text) {
  v1::Audience audience;
  const size_t mark = text.find(':');
  const std::string form = text.substr(0, mark);
  const std::string rest = mark == std::string::npos ? "" : text.substr(mark + 1);
  if (form == "all") audience.mutable_all_members();
  if (form == "publisher") audience.mutable_to_publisher();
  if (form == "target") audience.mutable_same_as_target();
  if (form == "nobody") audience.mutable_organisations();
  for (const std::string& item : List(rest, form == "corridor" ? '>' : ',')) {
    if (form == "members") audience.mutable_organisations()->add_members(SpiffeId(item));
    if (form == "countries") audience.mutable_countries()->add_countries(item);
    if (form == "regions") audience.mutable_regions()->add_regions(RegionId(item));
  }
  if (form == "corridor") {
    const std::vector<std::string> ends = List(rest, '>');
    for (const auto& item : List(ends[0])) audience.mutable_corridor()->add_from_countries(item);
    for (const auto& item : List(ends[1])) audience.mutable_corridor()->add_to_countries(item);
  }
  return audience;
}

void SetKind(const std::string& kind, const std::string& about, v1::StatementBody& body) {
  v1::AlertReference reference;
  if (!about.empty()) reference.set_publisher(SpiffeId(about));
  if (kind == "issue") body.mutable_issue();
  if (kind == "revise") body.mutable_revise();
  if (kind == "cancel") body.mutable_cancel();
  if (kind == "recall") body.mutable_recall();
  if (kind == "sighting") *body.mutable_sighting()->mutable_target() = reference;
  if (kind == "response" || kind == "proposal") {
    *body.mutable_response()->mutable_target() = reference;
  }
  if (kind == "proposal") body.mutable_response()->mutable_proposal();
}

v1::AlertContent* ContentOf(v1::StatementBody& body) {
  if (body.has_issue()) return body.mutable_issue()->mutable_content();
  if (body.has_revise()) return body.mutable_revise()->mutable_content();
  if (body.has_response() && body.response().has_proposal()) {
    return body.mutable_response()->mutable_proposal();
  }
  return nullptr;
}

std::string Answer(const absl::Status& status) {
  if (status.ok()) return "ok";
  const std::string rule = MetadataOf(status, "rule");
  return absl::StrCat(ReasonName(ReasonOf(status)), rule.empty() ? "" : " ", rule);
}

std::string Row(const std::string& name, bool allowed, const std::string& rule) {
  const std::string gap(name.size() < 14 ? 14 - name.size() : 1, ' ');
  return absl::StrCat(name, gap, allowed ? "yes  " : "no   ", rule);
}

std::string Row(const std::string& name, const Decision& decision) {
  return Row(name, decision.allowed, decision.rule);
}

}  // namespace

std::string PolicyScript::Words::operator[](const std::string& name) const {
  auto found = named.find(name);
  return found == named.end() ? "" : found->second;
}

bool PolicyScript::Words::has(const std::string& word) const {
  return std::find(plain.begin(), plain.end(), word) != plain.end();
}

PolicyScript::Words PolicyScript::Split(const std::string& command) {
  Words words;
  for (const std::string& word : List(command, ' ')) {
    const size_t mark = word.find('=');
    if (word.empty()) continue;
    if (mark == std::string::npos) {
      words.plain.push_back(word);
    } else {
      words.named[word.substr(0, mark)] = word.substr(mark + 1);
    }
  }
  return words;
}

std::string PolicyScript::Run(const std::string& command) {
  const Words words = Split(command);
  if (words.plain.empty()) return "error: no command";
  const std::string& verb = words.plain[0];
  const absl::Time now = DayTime(now_day_);
  if (verb == "member") return AddMember(words);
  if (verb == "grant") return AddGrant(words);
  if (verb == "agreement") return AddAgreement(words);
  if (verb == "now") {
    now_day_ = Day(words.plain.at(1)).seconds() / 86400;
    return "ok";
  }
  if (verb == "issue" || verb == "revise" || verb == "cancel" || verb == "recall" ||
      verb == "sighting" || verb == "response" || verb == "proposal") {
    return MakeStatement(words);
  }
  if (verb == "forget-target") {
    target_.reset();
    return "ok";
  }
  if (verb == "explain") return Explained();
  if (verb == "publish") return Publish(words);
  if (verb == "audience") return Answer(CheckAudience(facts_, CurrentFlow(), now));
  if (words.plain.size() < 2) return "error: unknown command";
  const std::string& whom = words.plain[1];
  if (verb == "region") {
    return Row(whom, DecideRegion(facts_, CurrentFlow(), RegionId(whom), now));
  }
  if (verb != "principal") return "error: unknown command";
  return Row(whom, DecidePrincipal(facts_, CurrentFlow(), *ParsePrincipal(SpiffeId(whom)), now));
}

std::string PolicyScript::AddMember(const Words& words) {
  v1::Member member;
  member.set_spiffe_id(SpiffeId(words.plain.at(1)));
  for (const auto& country : List(words["countries"])) member.add_countries(country);
  member.set_state(words.has("suspended") ? v1::MEMBER_STATE_SUSPENDED : v1::MEMBER_STATE_ACTIVE);
  *member.mutable_entitled_from() = Day(words["entitled"]);
  facts_.members[member.spiffe_id()] = member;
  if (facts_.region.empty()) facts_.region = std::string(RegionOf(member.spiffe_id()));
  return "ok";
}

std::string PolicyScript::AddGrant(const Words& words) {
  v1::Grant grant;
  grant.set_principal(SpiffeId(words.plain.at(1)));
  for (const auto& role : List(words["roles"])) grant.add_roles(Code<v1::Role>("ROLE_", role));
  for (const auto& purpose : List(words["purposes"])) {
    grant.add_publish_purposes(Code<v1::TraffickingPurpose>("TRAFFICKING_PURPOSE_", purpose));
  }
  for (const auto& member : List(words["for"])) grant.add_publish_on_behalf_of(SpiffeId(member));
  grant.set_publish_tlp_max(Code<v1::Tlp>("TLP_", words["tlp"]));
  facts_.grants[grant.principal()] = grant;
  return "ok";
}

std::string PolicyScript::AddAgreement(const Words& words) {
  v1::Agreement agreement;
  agreement.set_agreement_id(words.plain.at(1));
  *agreement.mutable_from() = PartyOf(words["from"]);
  *agreement.mutable_to() = PartyOf(words["to"]);
  agreement.set_tlp_max(Code<v1::Tlp>("TLP_", words["tlp"]));
  for (const auto& kind : List(words["kinds"])) {
    agreement.add_kinds(Code<v1::StatementKind>("STATEMENT_KIND_", kind));
  }
  for (const auto& purpose : List(words["purposes"])) {
    agreement.add_purposes(Code<v1::TraffickingPurpose>("TRAFFICKING_PURPOSE_", purpose));
  }
  *agreement.mutable_applies_from() = Day(words["applies"]);
  if (!words["until"].empty()) *agreement.mutable_valid_until() = Day(words["until"]);
  agreement.set_state(words.has("ended") ? v1::AGREEMENT_STATE_ENDED : v1::AGREEMENT_STATE_ACTIVE);
  facts_.agreements[agreement.agreement_id()] = agreement;
  return "ok";
}

std::string PolicyScript::MakeStatement(const Words& words) {
  if (statement_.content() != nullptr) target_ = statement_;
  statement_ = {};
  v1::StatementBody& body = statement_.body;
  body.set_publisher(SpiffeId(words["by"]));
  body.set_publisher_country(words["country"]);
  body.set_tlp(Code<v1::Tlp>("TLP_", words["tlp"]));
  body.set_urgency(words.has("immediate") ? v1::URGENCY_IMMEDIATE : v1::URGENCY_EXPECTED);
  SetKind(words.plain[0], words["about"], body);
  if (v1::AlertContent* content = ContentOf(body)) {
    content->set_verification(Code<v1::Verification>("VERIFICATION_", words["verification"]));
    for (const auto& place : List(words["legs"])) {
      v1::RouteLeg* leg = content->add_legs();
      if (IsCountryAlpha3(place)) {
        leg->set_country(place);
      } else {
        leg->set_area(place);
      }
    }
    for (const auto& kind : List(words["perpetrators"])) {
      content->mutable_recruitment()->add_perpetrator_kinds(
          Code<v1::PerpetratorKind>("PERPETRATOR_KIND_", kind));
    }
    for (const auto& purpose : List(words["purposes"])) {
      content->mutable_pattern()->add_purposes(
          Code<v1::TraffickingPurpose>("TRAFFICKING_PURPOSE_", purpose));
    }
  }
  if (!words["to"].empty()) *statement_.routing.mutable_audience() = AudienceOf(words["to"]);
  for (const auto& excluded : List(words["except"])) {
    if (IsCountryAlpha3(excluded)) {
      statement_.routing.add_excluded()->set_country(excluded);
    } else {
      statement_.routing.add_excluded()->set_member(SpiffeId(excluded));
    }
  }
  accept_day_ = words["accepted"].empty() ? 10 : Day(words["accepted"]).seconds() / 86400;
  return "ok";
}

std::string PolicyScript::Explained() const {
  std::vector<std::string> rows;
  for (const auto& decision : Explain(facts_, CurrentFlow(), DayTime(now_day_))) {
    rows.push_back(Row(ShortName(decision.member()), decision.allowed(), decision.rule()));
  }
  return absl::StrJoin(rows, "\n");
}

std::string PolicyScript::Publish(const Words& words) const {
  const Principal sender = *ParsePrincipal(SpiffeId(words.plain.at(1)));
  return Answer(CheckPublish(facts_, sender, statement_));
}

Flow PolicyScript::CurrentFlow() const {
  return FlowOf(statement_, absl::ToUnixMillis(DayTime(accept_day_)),
                target_.has_value() ? &*target_ : nullptr);
}

}  // namespace corridor
